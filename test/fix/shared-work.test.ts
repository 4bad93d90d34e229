// A rule may have to leave a copy alone that another one takes care of: then all was achieved, and the exit code says so.
import { copyFileSync, mkdirSync, chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { noise } from '../build/noise.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

it.skipIf(!['gcc', 'strip', 'cp'].every((name) => requireTool(name)))('what one rule leaves another may do', () => {
  const work = tempDirectory('shared-work');
  const tree = join(work, 'tree');
  mkdirSync(tree);
  writeFileSync(join(work, 'x.c'), 'int main(int c, char **v) { return c; }');
  run('gcc', ['-g', '-Wl,--build-id', '-o', 'full', 'x.c'], { cwd: work });
  run('strip', ['-o', 'tree/a', 'full'], { cwd: work });
  for (const name of ['c.so', 'd.so', 'e.so']) copyFileSync(join(work, 'full'), join(tree, name));
  // Not to be linked with its copies, nor with what strip leaves of it.
  chmodSync(join(tree, 'c.so'), 0o600);
  for (const name of ['x', 'y']) writeFileSync(join(tree, name), noise(30_000, 1));
  const ran = sizecheck(['fix', 'tree', '--out', 'fixed', '--apply', '--json'], { cwd: work });
  const { rules, promised, achieved } = JSON.parse(ran.stdout);
  expect(achieved).toEqual(promised);
  expect(rules.find(({ rule }: { rule: string }) => rule === 'duplicate-file').achieved).toBeGreaterThan(30_000);
  expect(ran.code).toBe(0);
});
