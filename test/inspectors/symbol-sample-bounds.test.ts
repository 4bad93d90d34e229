// Samples of symbols at their bounds: hashes, tables that are long or share their names, and what holds no code.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import type { ElfFile, ElfSection } from '../../src/inspectors/elf/file.ts';
import { readElf } from '../../src/inspectors/elf/file.ts';
import { addObject, createSampler, linkedSample } from '../../src/inspectors/elf/symbol-sample.ts';
import { readSymbols } from '../../src/inspectors/elf/symbols.ts';
import type { SymbolSample } from '../../src/model/facts.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSpec, ElfSymbolSpec } from '../build/elf.ts';

const mask = 0xffff_ffffn;

/** The number that times `factor` is 1 in 32 bits (Newton's method). */
function inverse(factor: bigint): bigint {
  let result = factor;
  for (let step = 0; step < 5; step++) result = (result * (2n - factor * result)) & mask;
  return result & mask;
}

/** The seed with which the name `a` has this hash: the steps of FNV-1a and MurmurHash3 back to front. */
function seedFor(hash: number): number {
  let value = BigInt(hash);
  value ^= value >> 16n;
  value = (value * inverse(0xc2b2_ae35n)) & mask;
  value ^= (value >> 13n) ^ (value >> 26n);
  value = (value * inverse(0x85eb_ca6bn)) & mask;
  value ^= value >> 16n;
  value = (value * inverse(0x0100_0193n)) & mask;
  return Number(value ^ 0x61n);
}

/** What a sampler makes of these hashes. */
function sampled(hashes: readonly number[], limit: number): SymbolSample | undefined {
  const sampler = createSampler(limit);
  for (const hash of hashes) sampler.add(Buffer.from('a'), 0, seedFor(hash));
  return sampler.sample();
}

describe('hashes', () => {
  it('are those that were asked for, the smallest first, each once', () => {
    expect(sampled([7, 3, 0, 0xffff_ffff, 3], 8)).toEqual({ rate: 1, hashes: [0, 3, 7, 0xffff_ffff] });
  });

  it('at the bound of a rate are left out', () => {
    expect(sampled([0x8000_0000, 0x7fff_ffff, 0x9000_0000], 2)).toEqual({ rate: 2, hashes: [0x7fff_ffff] });
    expect(sampled([0x8000_0000, 0x8000_0001], 1)).toEqual({ rate: 2, hashes: [] });
    // More than there is room for at once, so that the bound is known when the last comes.
    const many = Array.from({ length: 8 }, (_, index) => 0xc000_0000 + index);
    expect(sampled([...many, 0x8000_0000, 0x7fff_ffff], 1)).toEqual({ rate: 2, hashes: [0x7fff_ffff] });
  });

  it('are sorted out as often as there is no more room', () => {
    const many = Array.from({ length: 100 }, (_, index) => index * 1000);
    expect(sampled(many.toReversed(), 1)?.hashes).toEqual([0]);
    expect(sampled(many, 128)?.hashes).toEqual(many);
  });
});

const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'code' };
/** Room behind the code: small files are not sampled. */
const large: ElfSectionSpec = { name: '.rodata', content: Buffer.alloc(300_000) };

function object(symbols: readonly ElfSymbolSpec[], more: ElfSpec = {}): SymbolSample | undefined {
  const elf = readElf(memorySource(buildElf({ sections: [text], symbols, ...more })));
  const sampler = createSampler(128);
  const table = elf.sections.find(({ type }) => type === 2);
  if (table !== undefined) addObject(sampler, elf, readSymbols(elf, table, elf.sections[table.link], undefined));
  return sampler.sample();
}

function linked(spec: ElfSpec): SymbolSample | undefined {
  return linkedSample(readElf(memorySource(buildElf({ type: 3, sections: [text, large], ...spec }))));
}

describe('symbols', () => {
  it('of an object are those that others may see, also unique ones', () => {
    const names = (bind: number): number => object([{ name: 'f', bind }])?.hashes.length ?? 0;
    expect([0, 1, 2, 3, 10].map(names)).toEqual([0, 1, 1, 0, 1]);
  });

  it('of a class have hashes of their own on one processor', () => {
    const hashes = ([32, 64] as const).map((size) => object([{ name: 'f' }], { class: size, machine: 62 })?.hashes);
    expect(hashes[0]).not.toEqual(hashes[1]);
  });

  it('of a linked file are those that it defines', () => {
    expect(linked({ symbols: [{ name: 'f' }, { name: 'g', shndx: 0 }] })).toEqual(linked({ symbols: [{ name: 'f' }] }));
    expect(linked({ type: 2, symbols: [{ name: 'f' }] })).toEqual(linked({ symbols: [{ name: 'f' }] }));
    for (const type of [1, 4]) expect(linked({ type, symbols: [{ name: 'f' }] })).toBeUndefined();
  });

  it('are sampled from 256 KiB on', () => {
    const bytes = (length: number): Buffer =>
      buildElf({ type: 3, sections: [text, { ...large, content: Buffer.alloc(length) }], symbols: [{ name: 'f' }] });
    const rest = 256 * 1024 - bytes(0).length;
    const room = Array.from({ length: 16 }, (_, index) => rest - 8 + index).find(
      (length) => bytes(length).length === 2 ** 18,
    );
    expect(linkedSample(readElf(memorySource(bytes(room ?? 0))))?.hashes).toHaveLength(1);
    expect(linkedSample(readElf(memorySource(bytes((room ?? 0) - 8))))).toBeUndefined();
  });

  it('are not sampled where no section holds code', () => {
    const symbols = [{ name: 'f' }];
    expect(linked({ sections: [{ ...text, type: 8, size: 9, content: '' }, large], symbols })).toBeUndefined();
    expect(linked({ sections: [{ ...text, flags: 2 }, large], symbols })).toBeUndefined();
  });
});

describe('tables of symbols', () => {
  const symbol = Buffer.from('010000001000010000000000000000000000000000000000', 'hex');
  const dynsym = { name: '.dynsym', type: 11, link: 4, info: 0, align: 8, entsize: 24, content: symbol };
  const names = { name: '.dynstr', type: 3, content: '\0f\0' };

  it('may be those to load alone', () => {
    expect(linked({ sections: [text, large, dynsym, names] })?.hashes).toHaveLength(1);
    expect(linked({ sections: [text, large, { ...dynsym, type: 2 }, names] })?.hashes).toHaveLength(1);
    expect(linked({ sections: [text, large, { ...dynsym, type: 1 }, names] })).toBeUndefined();
  });

  it('have a table of names', () => {
    expect(linked({ sections: [text, large, dynsym, { ...names, type: 1 }] })).toBeUndefined();
    expect(linked({ sections: [text, large, { ...dynsym, link: 9 }] })).toBeUndefined();
  });

  it('of names that share their bytes are gone through as long as these are no more than eight times the table', () => {
    const sharing = (length: number, count: number): SymbolSample | undefined => {
      const content = Buffer.concat([Buffer.alloc(24), ...Array.from({ length: count }, () => symbol)]);
      const strings = `\0${'f'.repeat(length)}\0`;
      const sections = [text, large, { ...dynsym, info: 1, content }, { ...names, content: strings }];
      const file = linked({ sections });
      const elf = readElf(memorySource(buildElf({ sections })));
      const sampler = createSampler(128);
      const table = elf.sections[3];
      if (table !== undefined) addObject(sampler, elf, readSymbols(elf, table, elf.sections[4], undefined));
      expect(sampler.sample()).toEqual(file);
      return file;
    };
    // 8 * (2 + 2) is 16 times the two bytes of the name.
    expect(sharing(2, 15)?.hashes).toHaveLength(1);
    expect(sharing(2, 16)?.hashes).toHaveLength(1);
    expect(sharing(2, 17)).toBeUndefined();
  });

  it('above 64 MiB are not read', () => {
    const most = 64 * 1024 ** 2;
    const elf = readElf(memorySource(buildElf({ type: 3, sections: [text, large, dynsym, names] })));
    const reads = (change: Partial<ElfSection>, at: number): number => {
      let count = 0;
      const source: ElfFile['source'] = {
        size: 2 ** 40,
        read: (_, length) => ((count += 1), new Uint8Array(Math.min(length, 24))),
      };
      const sections = elf.sections.map((section) => (section.index === at ? { ...section, ...change } : section));
      linkedSample({ ...elf, sections, source });
      return count;
    };
    const last = { info: most / 8 };
    expect(reads({ size: most, ...last }, 3)).toBeGreaterThan(0);
    expect(reads({ size: most + 1, ...last }, 3)).toBe(0);
    expect(reads({ size: most }, 4)).toBeGreaterThan(0);
    expect(reads({ size: most + 1 }, 4)).toBe(0);
  });
});
