// The script of a fix, run by bash on real artifacts: it makes what the plan says, packed as it is said.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fix } from '../../src/model/fix.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { plainOptions, testTool, totals } from '../build/report.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

const work = tempDirectory('shell-script');
const members = [
  { name: 'gone', content: 'gone' },
  { name: 'kept', content: 'kept'.repeat(1000) },
];

async function script(name: string, format: Fix['artifact']['format'], out: string, compression: string | null) {
  const reporter = await reporterNamed('shell', 'fix');
  const actions = [{ kind: 'remove', path: 'gone' }] as const;
  const fix: Fix = {
    artifact: { name, format, codecs: [], length: null },
    before: totals(1),
    plan: { actions, rules: [], promised: 4, leftAlone: [] },
    out,
    inPlace: false,
    compression,
    outcome: null,
  };
  return [...(reporter?.({ tool: testTool, fix }, plainOptions) ?? [])].join('');
}

const ran = (text: string): string => run('bash', [], { cwd: work, input: text });

describe.skipIf(!['bash', 'tar', 'gzip', 'zstd'].every(requireTool))('the script of a fix of a tar', () => {
  writeFileSync(join(work, 'in.tar'), buildTar(members));

  it.each([
    [null, null],
    ['gzip:9', 'gzip -n -9'],
    ['zstd:19', 'zstd -q --ultra -19'],
    ['zstd:22:long=31', 'zstd -q --ultra -22 --long=31'],
    // What is usual need not be said.
    ['gzip', 'gzip -n -6'],
    ['zstd', 'zstd -q --ultra -3'],
    ['zstd:long', 'zstd -q --ultra -3 --long=27'],
  ] as const)('packs as it is said: %s', async (compression, packer) => {
    for (const out of [join(work, `out of ${compression}`), `relative ${compression}`]) {
      const text = await script('in.tar', 'tar', out, compression);
      ran(text);
      expect(/\| (.*) > "\$out"/.exec(text)?.[1] ?? null).toBe(packer);
      const codec = packer?.split(' ')[0];
      const options = codec === 'zstd' ? ['-dc', '--long=31', out] : ['-dc', out];
      const tar = codec === undefined ? readFileSync(join(work, basename(out))) : runRaw(codec, options, { cwd: work });
      writeFileSync(join(work, 'unpacked.tar'), tar);
      expect(run('tar', ['-tf', 'unpacked.tar'], { cwd: work })).toBe('./\n./kept\n');
    }
  });
});

describe.skipIf(!['bash', 'zip', 'unzip'].every(requireTool))('the script of a fix of a zip', () => {
  it.each(['out.zip', 'no-ending'])('makes %s', async (out) => {
    writeFileSync(join(work, 'in.zip'), buildZip(members));
    ran(await script('in.zip', 'zip', out, null));
    expect(run('unzip', ['-Z1', out], { cwd: work })).toBe('kept\n');
  });

  it('says of wheels what it does not do', async () => {
    expect(await script('in.whl', 'zip', 'out.whl', null)).toMatch(/^# The RECORD of the wheel/m);
    expect(await script('in.zip', 'zip', 'out.zip', null)).not.toContain('RECORD');
  });
});

describe.skipIf(!requireTool('bash'))('the script of a fix of a directory', () => {
  it('makes a directory', async () => {
    const root = tempDirectory('shell-script-tree');
    mkdirSync(join(root, 'tree'));
    for (const { name, content } of members) writeFileSync(join(root, 'tree', name), content);
    ran(await script(join(root, 'tree'), 'directory', join(root, 'of tree'), null));
    expect(run('ls', ['tree', 'of tree'], { cwd: root })).toBe('of tree:\nkept\n\ntree:\ngone\nkept\n');
  });
});
