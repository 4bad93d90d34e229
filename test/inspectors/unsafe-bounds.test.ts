// Which bytes strip would lose, at the edges of sections and segments: against a count byte by byte, and against what strip leaves.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSegmentSpec } from '../build/elf.ts';
import { numbers } from '../build/numbers.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const directory = tempDirectory('unsafe-bounds');

/** Bytes that are lost by each reason. */
function lost(bytes: Uint8Array): Record<string, number> {
  const facts = elfInspector.inspect(memorySource(bytes), { path: 'x', size: bytes.length, facts: 'needed' });
  if (facts.type !== 'elf') throw new Error('no ELF file');
  expect(facts.strip.all).not.toBeNull();
  return Object.fromEntries(facts.unsafe.map(({ code, bytes: count }) => [code, count]));
}

const code: ElfSectionSpec = { name: '.text', flags: 6, addr: 0x1200, place: 0x200, content: 'some code' };
const headers: ElfSegmentSpec = { filesz: 0x209, vaddr: 0x1000, paddr: 0x1000, align: 0x1000 };
/** No bytes of gaps: what linkers fill them with. */
const fill = new Set([0, 0x5a, 0x58, 0x90, 0xcc]);

/** Bytes that a segment loads, a section or table does not describe, and that are none of gaps; and those behind all that is described. */
function counted(bytes: Buffer): { undescribed: number; appended: number } {
  const [phoff, shoff] = [Number(bytes.readBigUInt64LE(32)), Number(bytes.readBigUInt64LE(40))];
  const [phnum, shnum] = [bytes.readUInt16LE(56), bytes.readUInt16LE(60)];
  const [described, loaded] = [new Set<number>(), new Set<number>()];
  const mark = (set: Set<number>, offset: number, size: number): void => {
    for (let at = offset; at < offset + size; at++) set.add(at);
  };
  mark(described, 0, 64);
  mark(described, phoff, phnum * 56);
  mark(described, shoff, shnum * 64);
  for (let at = shoff; at < shoff + shnum * 64; at += 64) {
    const type = bytes.readUInt32LE(at + 4);
    if (type !== 0 && type !== 8)
      mark(described, Number(bytes.readBigUInt64LE(at + 24)), Number(bytes.readBigUInt64LE(at + 32)));
  }
  for (let at = phoff; at < phoff + phnum * 56; at += 56) {
    if (bytes.readUInt32LE(at) === 1)
      mark(loaded, Number(bytes.readBigUInt64LE(at + 8)), Number(bytes.readBigUInt64LE(at + 32)));
  }
  const undescribed = [...loaded].filter((at) => !described.has(at) && !fill.has(bytes[at] ?? 0)).length;
  return { undescribed, appended: bytes.length - Math.max(...described) - 1 };
}

describe('a count of bytes', () => {
  it.each([1, 2, 3])('of programs made up, seed %i', (seed) => {
    const next = numbers(seed);
    const below = (limit: number): number => Math.floor(next() * limit);
    for (let index = 0; index < 300; index++) {
      const sections: ElfSectionSpec[] = [];
      let end = 64 + 56 * 3 + 40;
      for (let some = below(5); some >= 0; some--) {
        end += [0, 0, 1, 7, 300][below(5)] ?? 0;
        const size = [0, 1, 40, 200][below(4)] ?? 0;
        const type = below(5) === 0 ? 8 : 1;
        // Room takes no bytes, wherever it says it lies; some sections share bytes with others.
        const offset = below(4) === 0 ? { offset: Math.max(232, end - below(60)) } : {};
        sections.push({
          name: `.s${some}`,
          type,
          place: end,
          size,
          content: type === 8 ? '' : 'x'.repeat(size),
          ...offset,
        });
        if (type !== 8) end += size;
      }
      const segments = [0, 1, 2].map((): ElfSegmentSpec => {
        const offset = below(3) === 0 ? 0 : below(end + 100);
        return { type: [1, 1, 1, 4][below(4)] ?? 1, offset, filesz: below(3) === 0 ? 0 : below(end + 200) };
      });
      const appended = below(3) === 0 ? '' : 'abc'.repeat(below(9));
      const bytes = buildElf({ type: 2, sections, segments, appended });
      // What no section describes: bytes of all values, and those of gaps as often.
      const names = Number(bytes.readBigUInt64LE(40));
      for (let at = 232; at < Math.min(end, names); at++) {
        if (bytes[at] === 0)
          bytes[at] = [0, 0, 0x5a, 0x58, 0x90, 0xcc, 0x57, 0x59, 0x5b, 0x91, 0xcb, 0xff][below(12)] ?? 0;
      }
      const expected = counted(bytes);
      const found = lost(bytes);
      expect(found['undescribed-bytes'] ?? 0, JSON.stringify({ sections, segments })).toBe(expected.undescribed);
      expect(found['appended-data'] ?? 0).toBe(expected.appended);
    }
  });

  it('of one that is larger than what is read at once', () => {
    const gap = Buffer.alloc(5 * 1024 * 1024, 'payload');
    const bytes = buildElf({
      type: 2,
      segments: [{ ...headers, filesz: gap.length }],
      sections: [
        { name: '.x', content: gap },
        { ...code, place: gap.length + 4096 },
      ],
    });
    bytes.writeUInt32LE(0, Number(bytes.readBigUInt64LE(40)) + 64 + 4);
    expect(lost(bytes)).toMatchObject({ 'undescribed-bytes': counted(bytes).undescribed });
  });

  it('of those behind the end, whatever place a section without bytes claims', () => {
    const sections = [code, { name: '.empty', content: '', offset: 100_000 }];
    expect(lost(buildElf({ sections, appended: 'abc' }))).toEqual({ 'appended-data': 3 });
  });

  it('of those behind the end, of which a page of zeros is padding', () => {
    const appended = (content: Uint8Array): number =>
      lost(buildElf({ sections: [code], appended: content }))['appended-data'] ?? 0;
    expect([0, 1, 4095, 4096, 4097, 9000].map((length) => appended(Buffer.alloc(length)))).toEqual([
      0, 0, 0, 0, 4097, 9000,
    ]);
    for (const length of [1, 27, 28, 29, 4096]) {
      const bytes = Buffer.alloc(length);
      bytes[length - 1] = 1;
      expect(appended(bytes)).toBe(length);
    }
  });
});

describe('a segment without sections', () => {
  const empty = (segments: readonly ElfSegmentSpec[]): boolean =>
    'empty-segment' in lost(buildElf({ type: 2, sections: [code], segments }));
  const count = 2;
  const table = 64 + count * 56;

  it.each([
    ['that holds nothing', { offset: 0x300, filesz: 0 }, false],
    ['that holds bytes', { offset: 0x300, filesz: 1 }, true],
    ['that is none to load', { type: 4, offset: 0x300, filesz: 1 }, false],
    ['that holds the program headers', { offset: 64, filesz: table - 64 }, false],
    ['that begins behind the start of the program headers', { offset: 65, filesz: table - 64 }, true],
    ['that ends before the program headers do', { offset: 64, filesz: table - 65 }, true],
  ])('%s: %o', (_, segment, is) => {
    expect(
      empty([
        { ...headers, align: 1 },
        { vaddr: 0x8000, paddr: 0x8000, align: 1, ...segment },
      ]),
    ).toBe(is);
  });
});

describe('a section that moves', () => {
  // Sections of several segments lie by their addresses where no segment has a physical one.
  const moves = (more: readonly ElfSectionSpec[], filesz = 0x209): boolean => {
    const segments = [
      { ...headers, filesz, paddr: 0 },
      { vaddr: 0x8000, memsz: 1, align: 1 },
    ];
    return 'moved-section' in lost(buildElf({ type: 2, sections: [code, ...more], segments }));
  };

  it('is one with bytes', () => {
    const behind = { ...code, name: '.behind', addr: 0x1300, place: 0x209 };
    expect(moves([])).toBe(false);
    expect(moves([behind], 0x400)).toBe(true);
    expect(moves([{ ...behind, content: '' }], 0x400)).toBe(false);
    expect(moves([{ ...behind, type: 8, content: '', size: 9 }], 0x400)).toBe(false);
  });

  it('is none where sections lie as they are addressed, but one where they share addresses', () => {
    const behind = { ...code, name: '.behind', addr: 0x1209, place: 0x209 };
    expect(moves([behind], 0x400)).toBe(false);
    expect(moves([{ ...behind, addr: 0x1208, place: 0x209 }], 0x400)).toBe(true);
  });
});

describe.skipIf(!['gcc', 'objcopy', 'strip'].every((name) => requireTool(name)))('debug data alone', () => {
  const at = (name: string): string => join(directory, name);
  const isSplit = (name: string): boolean => 'debug-data-alone' in lost(readFileSync(at(name)));
  const compile = (name: string, text: string, ...flags: readonly string[]): void => {
    writeFileSync(at('a.c'), text);
    run('gcc', ['-g', ...flags, 'a.c', '-o', name], { cwd: directory });
  };

  it.each([
    ['an executable', 'int main(void) { return 0; }', []],
    ['an executable without a build id', 'int main(void) { return 0; }', ['-Wl,--build-id=none']],
    ['a library', 'int f(void) { return 1; }', ['-shared', '-fPIC']],
    ['a library of data', 'const int data[9] = { 1 };', ['-shared', '-fPIC', '-nostdlib', '-Wl,--build-id=none']],
    ['an object', 'int f(void) { return 1; }', ['-c']],
    ['an object of data', 'int data[9] = { 1 };', ['-c']],
  ])('is what objcopy --only-keep-debug makes of %s', (_, text, flags) => {
    compile('whole', text, ...flags);
    expect(isSplit('whole')).toBe(false);
    run('objcopy', ['--only-keep-debug', 'whole', 'whole.debug'], { cwd: directory });
    // An object of data alone says nothing of itself.
    expect(isSplit('whole.debug')).toBe(!flags.includes('-c') || !text.includes('data'));
  });

  it('is what gcc -gsplit-dwarf puts beside an object', () => {
    compile('split.o', 'int f(void) { return 1; }', '-c', '-gsplit-dwarf');
    expect([isSplit('split.o'), isSplit('split.dwo')]).toEqual([false, true]);
  });

  it.each([
    ['an object with constants that are zero', 1, 2, false],
    ['an object with room for code', 1, 6, true],
    ['a library with a heap alone', 3, 3, false],
    ['a library with constants', 3, 2, true],
  ])('%s', (_, type, flags, is) => {
    const room = { name: '.room', type: 8, flags, size: 16, content: '' };
    const found = lost(buildElf({ type, sections: [room, { name: '.debug_info', content: 'data' }] }));
    expect('debug-data-alone' in found).toBe(is);
  });
});
