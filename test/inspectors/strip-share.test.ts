// How much of a file's compressed bytes goes with stripping it: against deflate over all of the bytes, not samples of them.
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { arInspector } from '../../src/inspectors/ar.ts';
import { readElf } from '../../src/inspectors/elf/file.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { shareOfGone, rangesGone } from '../../src/inspectors/elf/strip-share.ts';
import type { Range } from '../../src/inspectors/elf/strip-share.ts';
import { stripModel } from '../../src/inspectors/elf/strip.ts';
import type { Facts } from '../../src/model/facts.ts';
import { buildAr } from '../build/ar.ts';
import { buildElf } from '../build/elf.ts';
import { noise } from '../build/noise.ts';

/** Text of which each byte is worth about as much as any other. */
function text(length: number, seed: number): Buffer {
  const words = noise(length, seed).toString('hex');
  return Buffer.from(words.replace(/[89abcdef]/g, ' ').slice(0, length));
}

/** The share by all bytes of the file, which samples estimate. */
function byAll(bytes: Buffer, gone: readonly Range[], removed: number): number {
  const pick = (ranges: readonly Range[]): Buffer =>
    Buffer.concat(ranges.map(({ start, end }) => bytes.subarray(start, end)));
  const stays: Range[] = [];
  let at = 0;
  for (const { start, end } of [...gone, { start: bytes.length, end: bytes.length }]) {
    if (start > at) stays.push({ start: at, end: start });
    at = end;
  }
  const [going, staying] = [pick(gone), pick(stays)].map((part) =>
    part.length === 0 ? 0 : deflateRawSync(part, { level: 1 }).length,
  );
  return (((going ?? 0) / ((going ?? 0) + (staying ?? 0))) * removed) / pick(gone).length;
}

describe('the share that goes', () => {
  it('is that of all bytes where the file is small', () => {
    const bytes = Buffer.concat([noise(3000, 1), text(4000, 2), noise(1000, 3)]);
    const gone = [{ start: 3000, end: 7000 }];
    expect(shareOfGone(memorySource(bytes), gone, 4000)).toBeCloseTo(byAll(bytes, gone, 4000), 4);
    // Tables are rewritten, so strip may remove more or less than the ranges.
    expect(shareOfGone(memorySource(bytes), gone, 2000)).toBeCloseTo(byAll(bytes, gone, 4000) / 2, 4);
  });

  it('is near it where samples are taken, however the ranges are cut', () => {
    const bytes = Buffer.concat(
      Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? noise(20_000, at) : text(30_000, at))),
    );
    const gone = Array.from({ length: 20 }, (_, at) => ({ start: at * 50_000 + 20_000, end: (at + 1) * 50_000 }));
    const small = gone.flatMap(({ start, end }) =>
      Array.from({ length: 30 }, (_, at) => ({
        start: start + at * 1000,
        end: Math.min(end, start + at * 1000 + 999),
      })),
    );
    for (const ranges of [gone, small]) {
      const removed = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
      const all = byAll(bytes, ranges, removed);
      expect(Math.abs(shareOfGone(memorySource(bytes), ranges, removed) / all - 1)).toBeLessThan(0.05);
    }
  });

  it('is told by few samples of much', () => {
    const bytes = Buffer.concat([noise(2_000_000, 1), text(20_000_000, 2)]);
    const whole = memorySource(bytes);
    let looked = 0;
    const source = {
      size: bytes.length,
      read: (at: number, length: number) => ((looked += length), whole.read(at, length)),
    };
    const gone = [{ start: 1_000_000, end: 21_000_000 }];
    expect(shareOfGone(source, gone, 20_000_000)).toBeCloseTo(byAll(bytes, gone, 20_000_000), 1);
    // 64 samples of 4 KiB of each part.
    expect(looked).toBeLessThanOrEqual(2 * 64 * 4096);
  });

  it('is everything, nothing, or between', () => {
    const bytes = noise(5000, 9);
    const source = memorySource(bytes);
    expect(shareOfGone(source, [{ start: 0, end: 5000 }], 5000)).toBe(1);
    expect(shareOfGone(source, [], 100)).toBe(0);
    expect(shareOfGone(source, [{ start: 0, end: 10 }], 0)).toBe(0);
    expect(shareOfGone(source, [{ start: 0, end: 10 }], -8)).toBe(0);
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 400_000 }), { minLength: 2, maxLength: 20 });
    const large = memorySource(Buffer.concat([noise(150_000, 4), text(250_000, 5)]));
    fc.assert(
      fc.property(cuts, fc.nat(400_000), (numbers, removed) => {
        const places = numbers.toSorted((a, b) => a - b);
        const ranges: Range[] = [];
        for (let at = 0; at + 1 < places.length; at += 2)
          ranges.push({ start: places[at] ?? 0, end: places[at + 1] ?? 0 });
        const share = shareOfGone(large, ranges, removed);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what goes of a file', () => {
  const model = (bytes: Buffer): Range[] => rangesGone(stripModel(readElf(memorySource(bytes)), '2.40').view);

  it('is debug data with its relocations, of linked files symbols, too; by offset', () => {
    const sections = [
      { name: '.text', content: noise(100, 1) },
      { name: '.debug_info', content: noise(200, 2) },
      { name: '.data', content: noise(50, 3) },
      { name: '.debug_line', content: noise(70, 4) },
    ];
    const object = buildElf({ type: 1, sections });
    const ranges = model(object);
    expect(ranges.map(({ start, end }) => end - start)).toEqual([200, 70]);
    const { sections: read } = readElf(memorySource(object));
    expect(ranges[0]?.start).toBe(read.find(({ name }) => name === '.debug_info')?.offset);
    expect(ranges[1]?.start).toBe(read.find(({ name }) => name === '.debug_line')?.offset);
  });

  it('is all that strip leaves out: relocations of debug data, symbols of linked files, nothing that only refers to debug data', () => {
    const sections = [
      { name: '.text', content: noise(100, 1) },
      { name: '.debug_info', content: noise(200, 2) },
      { name: '.comment', info: 2, content: noise(50, 3) },
      { name: '.rela.debug_info', type: 4, link: 6, info: 2, entsize: 24, content: Buffer.alloc(48) },
      { name: '.rela.text', type: 4, link: 6, info: 1, entsize: 24, content: Buffer.alloc(72) },
    ];
    const spec = { sections, symbols: [{ name: 'f' }] };
    const lengths = (bytes: Buffer): number[] => model(bytes).map(({ start, end }) => end - start);
    expect(lengths(buildElf(spec))).toEqual([200, 48]);
    expect(lengths(buildElf({ ...spec, type: 3, load: true }))).toEqual([200, 48, 48, '\0f\0'.length]);
  });

  it('counts sections that share bytes once', () => {
    const shared = buildElf({
      type: 1,
      sections: [
        { name: '.text', content: noise(100, 1) },
        { name: '.debug_info', content: noise(200, 2) },
      ],
    });
    const { sections } = readElf(memorySource(shared));
    const info = sections.find(({ name }) => name === '.debug_info');
    const view = stripModel(readElf(memorySource(shared)), '2.40').view;
    const gone = new Uint8Array(view.gone.length + 1).fill(1);
    const twice = {
      ...view,
      gone,
      elf: { ...view.elf, sections: info === undefined ? [] : [info, { ...info, size: 150 }] },
    };
    expect(rangesGone(twice).map(({ start, end }) => end - start)).toEqual([200]);
  });
});

describe('of a static library', () => {
  const object = (seed: number): Buffer =>
    buildElf({
      type: 1,
      sections: [
        { name: '.text', content: noise(20_000, seed) },
        { name: '.debug_info', content: text(30_000, seed) },
      ],
    });
  const told = (bytes: Buffer): Facts =>
    arInspector.inspect(memorySource(bytes), { path: 'x.a', size: bytes.length, facts: 'needed', stripShare: true });

  it('is that of all its members', () => {
    const bytes = buildAr([
      { name: 'a.o/', content: object(1) },
      { name: 'b.o/', content: object(2) },
      { name: 'notes.txt/', content: text(1000, 3) },
    ]);
    const facts = told(bytes);
    const gone: Range[] = [];
    for (let at = bytes.indexOf('\x7fELF'); at >= 0; at = bytes.indexOf('\x7fELF', at + 1)) {
      const info = readElf(memorySource(bytes.subarray(at))).sections.find(({ name }) => name === '.debug_info');
      if (info !== undefined) gone.push({ start: at + info.offset, end: at + info.offset + info.size });
    }
    expect(gone.length).toBe(2);
    const removed = facts.type === 'ar' ? bytes.length - (facts.strip.debug ?? 0) : 0;
    expect(removed).toBeGreaterThan(60_000);
    const share = facts.type === 'ar' ? (facts.stripShare ?? 0) : 0;
    expect(Math.abs(share / byAll(bytes, gone, removed) - 1)).toBeLessThan(0.05);
  });

  it('is not told where strip refuses it, nor where nobody asks', () => {
    const refused = told(buildAr([], '!<thin>\n'));
    expect(refused).toMatchObject({ strip: { debug: null } });
    expect(refused).not.toHaveProperty('stripShare');
    const bytes = buildAr([{ name: 'a.o/', content: object(1) }]);
    const unasked = arInspector.inspect(memorySource(bytes), { path: 'x.a', size: bytes.length, facts: 'needed' });
    expect(unasked).not.toHaveProperty('stripShare');
  });
});

it('of a linked file is told by the inspector, but not where strip refuses it', () => {
  const inspect = (bytes: Buffer): Facts =>
    elfInspector.inspect(memorySource(bytes), { path: 'x', size: bytes.length, facts: 'needed', stripShare: true });
  const sections = [
    { name: '.text', content: noise(9000, 1) },
    { name: '.debug_info', content: text(9000, 2) },
  ];
  const facts = inspect(buildElf({ type: 3, load: true, sections }));
  expect(facts.type === 'elf' ? facts.stripShare : 0).toBeGreaterThan(0.1);
  const overlapping = Array.from({ length: 50 }, (_, at) => ({ name: `.debug_${at}`, offset: 64, size: 8000 }));
  expect(inspect(buildElf({ sections: [...sections, ...overlapping] }))).not.toHaveProperty('stripShare');
});
