// GNU tar given a linked file twice writes a hard link of the file to itself, which unpacking passes over.
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noise } from '../build/noise.ts';
import { tempDirectory } from '../build/temp.ts';
import { scanJson } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

it.skipIf(!requireTool('tar') || !requireTool('find'))('a hard link to itself takes nothing away', () => {
  const work = tempDirectory('self-link');
  mkdirSync(join(work, 'in'));
  mkdirSync(join(work, 'out'));
  writeFileSync(join(work, 'in/x'), noise(50_000, 1));
  writeFileSync(join(work, 'in/other'), 'other');
  linkSync(join(work, 'in/x'), join(work, 'in/y'));
  run('tar', ['-cf', 'a.tar', 'in', 'in/x', 'in/y'], { cwd: work });
  run('tar', ['-xf', 'a.tar', '-C', 'out'], { cwd: work });
  const content = run('find', ['out', '-type', 'f', '-links', '2', '-printf', '%s\\n'], { cwd: work });
  expect(content).toBe('50000\n50000\n');
  const { totals, findings } = scanJson([join(work, 'a.tar')]);
  expect(totals).toMatchObject({ content: 50_000 + 'other'.length, files: 2, hardlinks: 1 });
  expect(findings.map(({ rule }) => rule)).not.toContain('duplicate-entry');
  expect(scanJson([join(work, 'a.tar'), '--size', 'compressed']).totals).toEqual(totals);
});
