// The zip rewriter on archives built field by field, against Python's zipfile: names, contents, what was kept of each header, and whether
// unzip finds anything to complain of.
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import type { Decision } from '../../src/fix/tar.ts';
import { rewriteZip } from '../../src/fix/zip.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip, extraField, u32, u64 } from '../build/zip.ts';
import type { ZipOptions, ZipSpec } from '../build/zip.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const work = tempDirectory('fix-zip');
const at = (name: string): string => join(work, name);

const oracle = `
import json, sys, zipfile
def told(path):
    archive = zipfile.ZipFile(path)
    return {'comment': archive.comment.decode('latin1'), 'bad': archive.testzip(), 'members': [
        [m.filename, archive.read(m).decode('latin1'), m.compress_type, m.flag_bits & 8, m.extra.hex(), list(m.date_time),
         m.external_attr, m.comment.decode('latin1')] for m in archive.infolist()]}
print(json.dumps([told(path) for path in sys.argv[1:]]))
`;

type Row = [name: string, content: string, method: number, descriptor: number, extra: string, ...rest: unknown[]];

interface Told {
  readonly comment: string;
  readonly bad: string | null;
  readonly members: readonly Row[];
}

function read(archives: readonly Uint8Array[]): Told[] {
  const paths = archives.map((archive, index) => {
    writeFileSync(at(`${index}.zip`), archive);
    return at(`${index}.zip`);
  });
  return JSON.parse(run('python3', ['-c', oracle, ...paths]));
}

const keep: Decision = { kind: 'keep' };
const drop: Decision = { kind: 'drop' };
const upper: Decision = {
  kind: 'rewrite',
  rewrite: (content) => Buffer.from(content.toString('latin1').toUpperCase()),
};
const refused: Decision = { kind: 'rewrite', rewrite: () => null };
async function rewritten(
  archive: Uint8Array,
  decide: (name: string) => Decision,
  bare: string[] = [],
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await rewriteZip(memorySource(archive), { decide: ({ name }) => decide(name), bare }, (piece) =>
    pieces.push(Buffer.from(piece)),
  );
  return Buffer.concat(pieces);
}

describe.skipIf(!['python3', 'unzip'].every(requireTool))('rewriteZip', () => {
  const text = (name: string): string => `content of ${name} `.repeat(9);
  const shapes: readonly Partial<ZipSpec>[] = [
    {},
    { method: 0 },
    { descriptor: 'signed' },
    { descriptor: 'bare' },
    { zip64: true },
    { zip64: true, extra: extraField(0x7875, Buffer.from('010400000000040000000000'.slice(0, 22), 'hex')) },
    {
      extra: Buffer.concat([
        extraField(0x5455, Buffer.concat([Buffer.from([1]), u32(1_600_000_000)])),
        extraField(0xbeef, u64(7)),
      ]),
    },
    { gap: 'between' },
    { extra: Buffer.concat([extraField(0xbeef, u64(7)), extraField(1, Buffer.alloc(0))]) },
  ];
  const shape = fc.constantFrom(...shapes);
  const decision = fc.constantFrom<'keep' | 'drop' | 'upper' | 'refused'>('keep', 'drop', 'upper', 'refused');
  const decisions = { keep, drop, upper, refused };
  const options: fc.Arbitrary<ZipOptions> = fc.constantFrom<ZipOptions>(
    {},
    { comment: 'said of all' },
    { prefix: '#!/bin/sh\n', absolute: true },
    { prefix: '#!/bin/sh\n' },
    { zip64: true, comment: 'wide' },
  );

  const plan = fc.tuple(fc.array(fc.tuple(shape, decision), { maxLength: 6 }), options, fc.boolean());
  const cases = fc.sample(plan, { seed: 11, numRuns: 80 }).map(([given, how, reversed]) => {
    const specs = given.map(([more], index) => ({ name: `d/${index}`, content: text(`d/${index}`), ...more }));
    const order = reversed ? [...specs.keys()].toReversed() : [...specs.keys()];
    const what = (name: string) => given[Number(name.slice(2))]?.[1] ?? 'keep';
    return { archive: buildZip(specs, { ...how, order }), what, prefix: String(how.prefix ?? '') };
  });
  /** What Python says of the originals. */
  let told: Told[] = [];
  beforeAll(() => {
    told = read(cases.map(({ archive }) => archive));
  });

  it('keeps what stays as it was, whatever goes or is rewritten', async () => {
    const results: Buffer[] = [];
    for (const { archive, what } of cases) results.push(await rewritten(archive, (name) => decisions[what(name)]));
    const after = read(results);
    for (const [index, { what, prefix }] of cases.entries()) {
      const before = told[index];
      const expected = before?.members.flatMap(([name, content, method, descriptor, extra, ...rest]): Row[] => {
        // The field of 64-bit sizes is no longer needed.
        const kept = extra.replace(/^01001800[0-9a-f]{48}|01000000$/, '');
        if (what(name) === 'drop') return [];
        if (what(name) === 'keep') return [[name, content, method, descriptor, kept, ...rest]];
        return [[name, what(name) === 'upper' ? content.toUpperCase() : content, 8, 0, kept, ...rest]];
      });
      expect(after[index]).toEqual({ comment: before?.comment, bad: null, members: expected });
      expect(results[index]?.subarray(0, prefix.length).toString('latin1')).toBe(prefix);
      // It warns of what stands before, and of an archive without members.
      const warns = prefix !== '' || expected?.length === 0;
      if (!warns && index % 4 === 0) expect(runStatus('unzip', ['-tqq', at(`${index}.zip`)])).toBe(0);
    }
  });

  it.each([{}, { comment: 'said of all' }, { zip64: true }])(
    'keeps what stands behind the end, with %j',
    async (how) => {
      const specs = ['a', 'b'].map((name) => ({ name, content: text(name) }));
      const signed = Buffer.concat([buildZip(specs, how), Buffer.from('signature of it\n')]);
      const result = await rewritten(signed, (name) => (name === 'a' ? drop : keep));
      expect(result.subarray(-16).toString('latin1')).toBe('signature of it\n');
      const [after] = read([result.subarray(0, -16)]);
      expect(after?.comment).toBe('comment' in how ? how.comment : '');
      expect(after?.members.map(([name]) => name)).toEqual(['b']);
    },
  );

  it('copies what stays to the byte, in the order of the archive', async () => {
    const specs = ['a', 'b', 'c'].map(
      (name) => ({ name, content: text(name), descriptor: 'signed', gap: `<${name}>` }) as const,
    );
    const result = await rewritten(buildZip(specs, { order: [2, 0, 1] }), (name) => (name === 'b' ? drop : keep));
    // What stands between goes with what it follows.
    const expected = specs.flatMap((spec) =>
      spec.name === 'b' ? [] : [spec.name === 'c' ? { ...spec, gap: '<b>' } : spec],
    );
    expect(result).toEqual(buildZip(expected, { order: [1, 0] }));
    expect(await rewritten(buildZip(specs), () => keep)).toEqual(buildZip(specs));
  });

  it('writes the member last that depends on all others, and leaves its place in the directory', async () => {
    const asked: string[] = [];
    const noted = (name: string): Decision => ({
      kind: 'rewrite',
      rewrite: () => {
        asked.push(name);
        return null;
      },
      ...(name === 'a' ? { last: true } : {}),
    });
    const result = await rewritten(buildZip(['a', 'b', 'c'].map((name) => ({ name, content: text(name) }))), noted);
    expect(asked).toEqual(['b', 'c', 'a']);
    expect(read([result])[0]?.members.map(([name]) => name)).toEqual(['a', 'b', 'c']);
  });

  it('leaves a member as it is that cannot be unpacked', async () => {
    const specs = [
      { name: 'a', method: 12, data: Buffer.from('BZh9'), size: 9 },
      { name: 'b', flags: 1, content: 'x' },
    ];
    expect(await rewritten(buildZip(specs), () => upper)).toEqual(buildZip(specs));
  });

  it('adds members for directories that have none', async () => {
    const specs = [
      { name: 'a/', content: '', method: 0, date: 0, host: 0, external: 0x10 },
      { name: 'kept', content: 'x' },
    ];
    const result = await rewritten(buildZip(specs, { prefix: '#!\n' }), () => keep, ['a', 'b/\xc3\xa9', 'b/\xff']);
    const [after] = read([result]);
    expect(after?.members.map(([name, content]) => [name, content])).toEqual([
      ['b/\u00e9/', ''],
      ['b/\u00a0/', ''],
      ['a/', ''],
      ['kept', 'x'],
    ]);
  });

  it.each([0xfffe, 0xffff, 0x10000])('writes a directory of %i members', async (count) => {
    const specs = Array.from({ length: count + 1 }, (_, index) => ({ name: `${index}`, method: 0 }));
    const result = await rewritten(buildZip(specs, { zip64: true }), (name) => (name === '0' ? drop : keep));
    writeFileSync(at('many.zip'), result);
    const list = 'import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).infolist()))';
    expect(Number(run('python3', ['-c', list, at('many.zip')]))).toBe(count);
    expect(run('zipinfo', ['-h', at('many.zip')])).toContain(`number of entries: ${count}`);
    // All bits of a count say that the 64-bit record has it.
    expect(result.includes('PK\x06\x06')).toBe(count >= 0xffff);
  });

  it.each([0xfffffffe, 0xffffffff, 0x100000000])('states offset %i as a reader expects it', async (offset) => {
    // Two stored members of 56 bytes, the directory, and before them nothing but zeros, which no disk has to hold.
    for (const [inMember, front] of [
      [true, offset - 56],
      [false, offset - 112],
    ] as const) {
      const specs = ['a', 'b'].map((name, index) => {
        return { name, content: `five${name}`, method: 0, zip64: true, central: { offset: front + 56 * index } };
      });
      const wide = { zip64: true, end: { offset: front + 112 } };
      const back = buildZip(specs, { ...wide, locator: { offset: front + buildZip(specs, wide).length - 98 } });
      const zeros = new Uint8Array(1 << 20);
      const source: ByteSource = {
        size: front + back.length,
        read(from, count) {
          const before = Math.min(count, Math.max(0, front - from));
          if (before === count) return zeros.subarray(0, count);
          return Buffer.concat([zeros.subarray(0, before), back.subarray(from + before - front, from + count - front)]);
        },
      };
      const pieces: Buffer[] = [];
      let length = 0;
      await rewriteZip(source, { decide: () => keep }, (piece) => {
        if (length >= front) pieces.push(Buffer.from(piece));
        length += piece.length;
      });
      const result = Buffer.concat(pieces);
      writeFileSync(at('far.zip'), '');
      truncateSync(at('far.zip'), front);
      appendFileSync(at('far.zip'), result);
      const [told64] = JSON.parse(run('python3', ['-c', oracle, at('far.zip')]));
      expect(told64.members.map(([name, content]: Row) => [name, content])).toEqual([
        ['a', 'fivea'],
        ['b', 'fiveb'],
      ]);
      const start = inMember ? offset + 56 : offset;
      expect(result.includes('PK\x06\x06'), `directory at ${start}`).toBe(start >= 0xffffffff);
      const field = extraField(1, u64(front + 56));
      expect(result.includes(field)).toBe(front + 56 >= 0xffffffff);
    }
  });
});
