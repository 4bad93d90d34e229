// What could not be measured passes no gate, whatever command asks; and every form of output says, in itself or on standard error, that
// something could not be.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { reporters } from '../../src/report/index.ts';
import { buildTar, pax } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import type { ZipFields } from '../build/zip.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('doubts');

function put(name: string, bytes: Uint8Array): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}

const content = Buffer.alloc(50_000, 'content');
/** A stored member, of which both headers say what `lies` do. */
function zipOf(lies: ZipFields, more = 'x'): Buffer {
  const { length } = content;
  const stored = { name: 'm', method: 0, data: content, content, compressed: length, size: length };
  return buildZip([
    { ...stored, ...lies },
    { name: 'n', content: more },
  ]);
}
const honest = put('honest.zip', zipOf({}));
const unknownMethod = put('method.zip', zipOf({ method: 93, size: 1 }));
const encrypted = put('encrypted.zip', zipOf({ flags: 1, size: 1 }));
const same = put('same.zip', zipOf({ method: 93, size: 1, crc: 7 }));

const whole = buildTar([
  { name: 'a', content: 'a'.repeat(5000) },
  { name: 'b', content: 'b'.repeat(5000) },
]);
const uncut = put('whole.tar', whole);
/** Behind the first member. */
const cut = put('cut.tar', whole.subarray(0, 512 + 5120));
const cutInside = put('cut.tar.gz', gzipSync(whole.subarray(0, 512 + 5120)));

describe('a gate', () => {
  it('does not pass on sizes that an archive claims of what nobody could unpack', () => {
    expect(sizecheck(['check', honest, '--max-uncompressed', '1kB']).code).toBe(1);
    for (const path of [unknownMethod, encrypted]) {
      const { code, stdout } = sizecheck(['check', path, '--max-uncompressed', '1kB']);
      expect([code, stdout]).toEqual([2, expect.stringContaining('not all of it could be measured: m ')]);
      // The file itself was measured all the same, and what is too much by what is sure stays too much.
      expect(sizecheck(['check', path, '--max-compressed', '1MB']).code).toBe(0);
      expect(sizecheck(['check', path, '--max-uncompressed', '1B']).code).toBe(1);
    }
  });

  it('does not pass on what is left of a tar that may have been cut', () => {
    expect(sizecheck(['check', uncut, '--max-uncompressed', '8kB']).code).toBe(1);
    const { code, stdout } = sizecheck(['check', cut, '--max-uncompressed', '8kB']);
    expect([code, stdout]).toEqual([2, expect.stringContaining('it may have been cut')]);
    expect(sizecheck(['check', cut, '--max-uncompressed', '4kB']).code).toBe(1);
    expect(sizecheck(['check', cut, '--max-growth', '0', '--baseline', uncut]).code).toBe(2);
    expect(sizecheck(['check', uncut, '--max-growth', '9kB', '--baseline', cut]).code).toBe(2);
    // A codec says itself where it ends: what it holds is what was packed.
    expect(sizecheck(['check', cutInside, '--max-uncompressed', '8kB']).code).toBe(0);
  });
});

describe('rules on the archive itself', () => {
  const names = Array.from({ length: 200 }, (_, at) => `m${at}`);
  const rows = (name: string): string =>
    Array.from({ length: 900 }, (_, at) => `${name} ${at * at} ${(at * 7919) % 997}\n`).join('');
  const headed = buildTar(
    names.flatMap((name) => [pax({ mtime: '1700000000.123456789' }), { name, content: rows(name) }]),
  );
  const packed = put('headed.tar.gz', gzipSync(headed, { level: 1 }));
  const both = 'recompress,archive-overhead';
  const gate = put(
    'gate.json',
    Buffer.from(
      JSON.stringify({
        version: 1,
        artifacts: [{ name: 'a', path: '*.tar.gz' }],
        rules: { recompress: 'error', 'archive-overhead': 'error' },
      }),
    ),
  );
  const verdicts = (path: string): unknown => {
    const { code, stdout } = sizecheck(['check', `a=${path}`, '--budgets', gate, '--json']);
    const { gate: found }: { gate: { verdicts: { budget: string; status: string }[] } } = JSON.parse(stdout);
    return [code, Object.fromEntries(found.verdicts.map(({ budget, status }) => [budget, status]))];
  };

  it('are judged wherever they are named', () => {
    expect(sizecheck(['scan', packed, '--rules', both, '--fail-on', 'info']).code).toBe(1);
    for (const rule of both.split(',')) {
      expect(sizecheck(['scan', packed, '--rules', rule, '--fail-on', 'info', '--format', 'github'])).toMatchObject({
        code: 1,
      });
      expect(sizecheck(['diff', uncut, packed, '--rules', rule]).stdout).toMatch(
        new RegExp(`\\n {2}new +0 B +info +${rule}\\n`),
      );
    }
    // They take time that nobody asked for.
    expect(sizecheck(['scan', packed, '--fail-on', 'info']).code).toBe(0);
    expect(sizecheck(['diff', uncut, packed]).stdout).not.toContain('recompress');
  });

  it('do not pass a gate unseen', () => {
    expect(verdicts(packed)).toEqual([1, { recompress: 'fail', 'archive-overhead': 'fail' }]);
    expect(verdicts(uncut)).toEqual([0, { recompress: 'pass', 'archive-overhead': 'pass' }]);
    const saved = sizecheck(['snapshot', packed]).stdout;
    expect(verdicts(put('saved.tar.gz', Buffer.from(saved)))).toEqual([
      1,
      { recompress: 'fail', 'archive-overhead': 'fail' },
    ]);
    // As where nothing can compress by zstd, or nobody took it down.
    const unsampled = saved.replace(/"sample[A-Za-z]*":[^,}]+,?/g, '').replace(/,\}/g, '}');
    expect(verdicts(put('unsampled.tar.gz', Buffer.from(unsampled)))).toEqual([
      1,
      { recompress: 'unknown', 'archive-overhead': 'fail' },
    ]);
    const bare = unsampled.replace(/^ {2}"made": .*\n/m, '');
    const path = put('bare.tar.gz', Buffer.from(bare));
    expect(verdicts(path)).toEqual([2, { recompress: 'unknown', 'archive-overhead': 'unknown' }]);
    const { code, stderr } = sizecheck(['scan', path, '--rules', both, '--fail-on', 'info']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/: --fail-on cannot tell: archive-overhead: what its headers take was not taken down\n$/),
    ]);
    expect(sizecheck(['scan', path, '--fail-on', 'info']).code).toBe(0);
  });

  it('leave the rest of a gate as it is', () => {
    // Its bytes are taken down for a rule alone: what grew is told by content all the same.
    const plain = put(
      'plain.json',
      Buffer.from(JSON.stringify({ version: 1, artifacts: [{ name: 'a', path: '*', uncompressed: { max: 1 } }] })),
    );
    const told = (budgets: string): object => {
      const run = sizecheck(['check', `a=${packed}`, '--baseline', uncut, '--budgets', budgets, '--json']);
      const { artifacts }: { artifacts: [{ diff: object }] } = JSON.parse(run.stdout);
      return artifacts[0].diff;
    };
    expect(told(gate)).not.toHaveProperty('stored');
    expect(Object.keys(told(gate))).toEqual(Object.keys(told(plain)));
  });
});

describe('exit codes', () => {
  it('of --fail-on tell findings from what no rule could see', () => {
    for (const path of [unknownMethod, encrypted, cut]) {
      const { code, stdout, stderr } = sizecheck(['scan', path, '--fail-on', 'info']);
      expect([code, stdout !== '']).toEqual([2, true]);
      expect(stderr).toMatch(/^sizecheck: .*: --fail-on cannot tell: not all of it could be measured: .*\n$/);
      expect(sizecheck(['scan', path, '--fail-on', 'info', '--exit-zero']).code).toBe(0);
      expect(sizecheck(['scan', path]).code).toBe(0);
    }
    expect(sizecheck(['scan', uncut, '--fail-on', 'info']).code).toBe(0);
    // What is found stays found.
    const twice = put('twice.zip', zipOf({ method: 93 }, 'n'.repeat(9000)));
    const copies = buildZip([
      { name: 'm', method: 93, content: 'four' },
      { name: 'o', content: 'n'.repeat(9000) },
      { name: 'n', content: 'n'.repeat(9000) },
    ]);
    expect(sizecheck(['scan', twice, '--fail-on', 'info']).code).toBe(2);
    expect(sizecheck(['scan', put('copies.zip', copies), '--fail-on', 'info']).code).toBe(1);
  });

  it('of --exit-code tell equality from what could not be compared', () => {
    const diff = (before: string, after: string, ...more: string[]): readonly [number | null, string] => {
      const { code, stderr } = sizecheck(['diff', before, after, '--quiet', ...more]);
      return [code, stderr];
    };
    expect(diff(honest, honest, '--exit-code')).toEqual([0, '']);
    expect(diff(unknownMethod, same, '--exit-code')).toEqual([
      2,
      expect.stringMatching(
        /^sizecheck: .*method\.zip: --exit-code cannot tell: not all of it could be measured: m .*\n$/,
      ),
    ]);
    expect(diff(unknownMethod, same)).toEqual([0, '']);
    expect(diff(unknownMethod, honest, '--exit-code')).toEqual([1, '']);
    expect(diff(cutInside, cut, '--exit-code')).toEqual([
      2,
      expect.stringMatching(/^sizecheck: .*cut\.tar: --exit-code cannot tell: .* it may have been cut\n$/),
    ]);
    expect(diff(cutInside, cutInside, '--exit-code')).toEqual([0, '']);
  });
});

describe('notices', () => {
  const shown = 'end-of-archive';
  const commands = {
    scan: ['scan', cut],
    diff: ['diff', uncut, cut],
    check: ['check', cut, '--max-uncompressed', '8kB'],
  };
  const saved = put('saved.json', Buffer.from(sizecheck(['check', ...commands.check.slice(1), '--json']).stdout));
  const savedDiff = put('diff.json', Buffer.from(sizecheck(['diff', uncut, cut, '--json']).stdout));
  const cases = reporters.flatMap(({ name, kinds, tellsNotices }) =>
    (['scan', 'diff', 'check'] as const)
      .filter((kind) => kinds.includes(kind) && name !== 'dive')
      .map((kind) => ({ name, kind, tellsNotices })),
  );

  it.each(cases)('are in the $name of a $kind, or on standard error', ({ name, kind, tellsNotices }) => {
    const { stdout, stderr } = sizecheck([...commands[kind], '--format', name]);
    expect([stdout.includes(shown), stderr.includes(shown)]).toEqual(
      kind === 'check' && !tellsNotices ? [expect.any(Boolean), true] : [tellsNotices, !tellsNotices],
    );
    if (stderr !== '') expect(stderr).toMatch(/^sizecheck: warning: [^\n]*\n$/);
    expect(sizecheck([...commands[kind], '--format', name, '--quiet']).stderr).toBe('');
    if (kind === 'scan') return;
    const again = sizecheck(['report', kind === 'diff' ? savedDiff : saved, '--format', name]);
    expect([again.stdout, again.stderr]).toEqual([stdout, stderr]);
    const quiet = sizecheck(['report', kind === 'diff' ? savedDiff : saved, '--format', name, '--quiet']);
    expect([quiet.stdout, quiet.stderr]).toEqual([stdout, '']);
  });
});
