// The script of a fix, run by bash on real artifacts: it makes what the plan says, packed as it is said.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fix } from '../../src/model/fix.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { plainOptions, testTool, totals } from '../build/report.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run } from '../oracles.ts';

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
    [null, (file: string) => readFileSync(file)],
    ['gzip:9', (file: string) => execFileSync('gzip', ['-dc', file])],
    ['zstd:19', (file: string) => execFileSync('zstd', ['-dc', file])],
    ['zstd:22:long=31', (file: string) => execFileSync('zstd', ['-dc', '--long=31', file])],
  ] as const)('packs as it is said: %s', async (compression, unpack) => {
    const out = join(work, `out ${compression ?? ''}`);
    for (const name of [out, `relative ${compression ?? ''}`]) {
      const text = await script('in.tar', 'tar', name, compression);
      ran(text);
      // The options that were asked for, each once.
      const [codec, level, long] = compression?.split(':') ?? [];
      const packer = /\| (.*) > "\$out"/.exec(text)?.[1]?.split(' ') ?? [];
      expect([packer[0], packer.includes(`-${level ?? ''}`), packer.find((word) => word.startsWith('--long'))]).toEqual(
        [codec, codec !== undefined, long === undefined ? undefined : `--${long}`],
      );
      const tar = unpack(join(work, name.replace(`${work}/`, '')));
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
    mkdirSync(join(work, 'tree'));
    for (const { name, content } of members) writeFileSync(join(work, 'tree', name), content);
    ran(await script('tree', 'directory', 'of tree', null));
    expect(run('ls', ['tree', 'of tree'], { cwd: work })).toBe('of tree:\nkept\n\ntree:\ngone\nkept\n');
  });
});
