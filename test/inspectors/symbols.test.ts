// The table of symbols as columns, of both classes and byte orders: names at the end of their table, and numbers of sections.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { readElf } from '../../src/inspectors/elf/file.ts';
import type { ElfFile, ElfSection } from '../../src/inspectors/elf/file.ts';
import { readSymbols, reserved } from '../../src/inspectors/elf/symbols.ts';
import { buildElf } from '../build/elf.ts';

interface Symbol {
  readonly name: number;
  readonly shndx: number;
}

const kinds = ([32, 64] as const).flatMap((width) =>
  (['little', 'big'] as const).map((endian) => [width, endian] as const),
);

describe.each(kinds)('symbols of %i bits, %s-endian', (width, endian) => {
  const size = width === 64 ? 24 : 16;

  /** One entry each, with binding 1, type 2 and visibility 3. */
  function table(symbols: readonly Symbol[]): Buffer {
    const bytes = Buffer.alloc(symbols.length * size);
    for (const [index, { name, shndx }] of symbols.entries()) {
      const at = index * size;
      const info = at + (width === 64 ? 4 : 12);
      if (endian === 'little') bytes.writeUInt32LE(name, at);
      else bytes.writeUInt32BE(name, at);
      bytes.writeUInt8(0x12, info);
      bytes.writeUInt8(3, info + 1);
      if (endian === 'little') bytes.writeUInt16LE(shndx, info + 2);
      else bytes.writeUInt16BE(shndx, info + 2);
    }
    return bytes;
  }

  function numbersOf(numbers: readonly number[]): Buffer {
    const bytes = Buffer.alloc(numbers.length * 4);
    for (const [index, number] of numbers.entries()) {
      if (endian === 'little') bytes.writeUInt32LE(number, index * 4);
      else bytes.writeUInt32BE(number, index * 4);
    }
    return bytes;
  }

  function read(symbols: readonly Symbol[], names: string, extended?: readonly number[]) {
    const parts = [table(symbols), Buffer.from(names), numbersOf(extended ?? [])];
    const bytes = Buffer.concat(parts);
    const shell = readElf(
      memorySource(buildElf({ class: width, endian, sections: [{ name: '.text', content: 'x' }] })),
    );
    const [, any] = shell.sections;
    if (any === undefined) throw new Error('no section');
    const elf: ElfFile = { ...shell, source: memorySource(bytes) };
    const sections = parts.map((part, index): ElfSection => {
      const offset = parts.slice(0, index).reduce((sum, { length }) => sum + length, 0);
      return { ...any, offset, size: part.length };
    });
    const [symtab = any, strings, numbers] = sections;
    return readSymbols(elf, symtab, strings, extended === undefined ? undefined : numbers);
  }

  it('are what the entries say', () => {
    const found = read(
      [
        { name: 0, shndx: 0 },
        { name: 1, shndx: 7 },
        { name: 2, shndx: 0xfff1 },
      ],
      '\0ab\0',
    );
    expect(found.count).toBe(3);
    expect([...found.names]).toEqual([0, 1, 2]);
    expect([...found.info]).toEqual([0x12, 0x12, 0x12]);
    expect([...found.other]).toEqual([3, 3, 3]);
    expect([...found.shndx]).toEqual([0, 7, reserved(0xfff1)]);
  });

  it('may have their name at the last byte of the names, and not behind it', () => {
    expect([...read([{ name: 3, shndx: 1 }], '\0ab\0').names]).toEqual([3]);
    for (const name of [4, 5, 0xffff_ffff]) {
      expect(() =>
        read(
          [
            { name: 0, shndx: 0 },
            { name, shndx: 1 },
          ],
          '\0ab\0',
        ),
      ).toThrow(FormatError);
    }
  });

  it('have no names where the table of names is empty', () => {
    expect([...read([{ name: 0, shndx: 1 }], '').names]).toEqual([0]);
    expect(() => read([{ name: 1, shndx: 1 }], '')).toThrow(FormatError);
  });

  it('take their section from the table of extended numbers only where they say so', () => {
    const symbols = [
      { name: 0, shndx: 0 },
      { name: 0, shndx: 5 },
      { name: 0, shndx: 0xffff },
      { name: 0, shndx: 0xfff1 },
    ];
    expect([...read(symbols, '\0', [9, 9, 70_000, 9]).shndx]).toEqual([0, 5, 70_000, reserved(0xfff1)]);
    expect([...read(symbols, '\0').shndx]).toEqual([0, 5, reserved(0xffff), reserved(0xfff1)]);
    expect(() => read(symbols, '\0', [9, 9])).toThrow(FormatError);
    // Nobody asks.
    expect([...read(symbols.slice(0, 2), '\0', []).shndx]).toEqual([0, 5]);
  });
});
