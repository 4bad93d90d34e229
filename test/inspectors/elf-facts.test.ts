// What is told of an ELF file at the edges of each fact: links to debug data, build ids, what is told only where it is asked for.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { compressedDebugBytes } from '../../src/inspectors/elf/compressed-debug.ts';
import { readElf } from '../../src/inspectors/elf/file.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import type { Inspected } from '../../src/inspectors/inspector.ts';
import type { ElfFacts } from '../../src/model/facts.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSpec } from '../build/elf.ts';

function factsOf(bytes: Uint8Array, asked: Partial<Inspected> = {}): ElfFacts {
  const facts = elfInspector.inspect(memorySource(bytes), { path: 'x', size: bytes.length, facts: 'needed', ...asked });
  if (facts.type !== 'elf') throw new Error('no ELF file');
  return facts;
}

const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'some code' };

describe('the link to debug data', () => {
  const linkOf = (section: Partial<ElfSectionSpec>, more: ElfSpec = {}): string | undefined =>
    factsOf(buildElf({ sections: [text, { name: '.gnu_debuglink', content: 'a.debug\0CRC-', ...section }], ...more }))
      .debuglink;

  it('is in the section of its name, of 4096 bytes at the most', () => {
    expect(linkOf({})).toBe('a.debug');
    expect(linkOf({ name: '.gnu_debugaltlink' })).toBeUndefined();
    expect(linkOf({ content: 'a\0'.padEnd(4096) })).toBe('a');
    expect(linkOf({ content: 'a\0'.padEnd(4097) })).toBeUndefined();
    expect(linkOf({ type: 8 })).toBeUndefined();
  });

  it('may end where the file does, and not lie behind it', () => {
    const appended = 'b.debug\0CRC-';
    const { length } = buildElf({ sections: [text, { name: '.gnu_debuglink', content: '' }] });
    const place = { content: '', offset: length, size: appended.length };
    expect(linkOf(place, { appended })).toBe('b.debug');
    expect(linkOf({ content: '', offset: length + 1 })).toBeUndefined();
  });
});

describe('the build id', () => {
  function note(name: string, type: number, description: Uint8Array): Buffer {
    const pad = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
    const header = Buffer.alloc(12);
    for (const [at, value] of [name.length, description.length, type].entries()) header.writeUInt32LE(value, at * 4);
    return Buffer.concat([header, pad(Buffer.from(name)), pad(description)]);
  }

  const id = note('GNU\0', 3, Buffer.from('0123', 'hex'));
  const own = { name: '.note.gnu.build-id', type: 7, content: id };
  const idOf = (...sections: readonly ElfSectionSpec[]): string | null => factsOf(buildElf({ sections })).buildId;

  it('is in the section of its name, which holds notes', () => {
    expect(idOf({ ...own, name: '.note.ABI-tag', content: note('GNU\0', 3, Buffer.alloc(2)) }, own)).toBe('0123');
    expect(idOf({ ...own, name: '.note.other' })).toBeNull();
    expect(idOf({ ...own, type: 1 })).toBeNull();
  });

  it('has 64 bytes at the most', () => {
    expect(idOf({ ...own, content: note('GNU\0', 3, Buffer.alloc(64, 1)) })).toBe('01'.repeat(64));
    expect(idOf({ ...own, content: note('GNU\0', 3, Buffer.alloc(65, 1)) })).toBeNull();
  });

  it('is looked for in 64 KiB of notes at the most', () => {
    const filler = (length: number): Buffer => note('GNU\0', 1, Buffer.alloc(length - 16 - id.length));
    expect(idOf({ ...own, content: Buffer.concat([filler(64 * 1024), id]) })).toBe('0123');
    expect(idOf({ ...own, content: Buffer.concat([filler(64 * 1024 + 4), id]) })).toBeNull();
  });

  it('is in the first segment of notes that has one', () => {
    const content = Buffer.concat([note('GNU\0', 1, Buffer.alloc(4)), id]);
    const at = 64 + 3 * 56;
    const first = { type: 4, offset: at, filesz: content.length - id.length };
    const second = { type: 4, offset: at + first.filesz, filesz: id.length };
    const segments = [{ ...second, offset: 2 ** 40 }, first, second];
    expect(factsOf(buildElf({ type: 2, segments, sections: [{ ...own, name: '.notes', content }] })).buildId).toBe(
      '0123',
    );
  });
});

describe('what is told', () => {
  const large: ElfSpec = {
    type: 2,
    load: true,
    sections: [
      { ...text, addr: 64 + 56 },
      { name: '.debug_info', content: Buffer.alloc(300_000) },
      { name: '.note.gnu.build-id', type: 7, content: Buffer.from('040000000400000003000000474e550001020304', 'hex') },
    ],
    symbols: [{ name: 'f' }],
  };

  it('only where it is asked for', () => {
    const bytes = buildElf(large);
    const plain = factsOf(bytes);
    for (const key of ['stripShare', 'kept', 'debugCompressed', 'sections']) expect(plain).not.toHaveProperty(key);
    expect(factsOf(bytes, { facts: 'all' })).toHaveProperty('sections');
    expect(factsOf(bytes, { stripShare: true })).toHaveProperty('stripShare');
    expect(factsOf(bytes, { compressDebug: true })).toHaveProperty('debugCompressed');
    // Any bytes, line breaks among them: the key is another one each time.
    expect(factsOf(bytes, { kept: 'equality' }).kept?.length).toBeGreaterThan(0);
  });

  it('of the digest of what strip keeps, where there is a build id, strip takes the file, and nothing would be damaged', () => {
    const kept = (spec: ElfSpec): boolean => 'kept' in factsOf(buildElf(spec), { kept: 'equality' });
    expect(kept(large)).toBe(true);
    expect(kept({ ...large, sections: large.sections?.slice(0, 2) ?? [] })).toBe(false);
    expect(kept({ ...large, type: 1, load: false })).toBe(false);
    expect(kept({ ...large, appended: 'data behind the end' })).toBe(false);
    expect(kept({ ...large, machine: 0xfe01 })).toBe(false);
    // A relocation that stays by a symbol that does not: strip takes the file in one mode alone.
    const rela = { name: '.rela.text', type: 4, link: 5, info: 1, align: 8, entsize: 24 };
    const content = Buffer.from('000000000000000001000000090000000000000000000000', 'hex');
    expect(kept({ ...large, sections: [...(large.sections ?? []), { ...rela, content }] })).toBe(false);
  });

  it('of the symbols of a large file that has some', () => {
    expect(factsOf(buildElf(large)).symbols?.hashes).toHaveLength(1);
    expect(factsOf(buildElf({ ...large, symbols: [] }))).not.toHaveProperty('symbols');
  });

  it('of debug data that is compressed, by its flag or its name', () => {
    const compressed = (section: Partial<ElfSectionSpec>): boolean =>
      factsOf(buildElf({ sections: [text, { name: '.debug_info', content: 'data', ...section }] })).compressedDebug;
    expect(compressed({})).toBe(false);
    expect(compressed({ flags: 0x800 })).toBe(true);
    expect(compressed({ name: '.zdebug_info' })).toBe(true);
    expect(compressed({ name: '.data', flags: 0x800 })).toBe(false);
  });

  it('of what mode of strip nobody should use only where all is wanted', () => {
    const rela = { name: '.rela.text', type: 4, link: 4, info: 1, align: 8, entsize: 24 };
    const content = Buffer.from('000000000000000001000000010000000000000000000000', 'hex');
    const linked = { ...large, sections: [...(large.sections ?? []).slice(0, 2), { ...rela, content }] };
    const object = { ...linked, type: 1, load: false };
    const modes = (spec: ElfSpec, facts: 'all' | 'needed'): readonly string[] =>
      Object.entries(factsOf(buildElf(spec), { facts }).strip).flatMap(([mode, size]) => (size === null ? [] : [mode]));
    expect(modes(linked, 'all')).toEqual(['debug', 'unneeded', 'all']);
    expect(modes(linked, 'needed')).toEqual(['unneeded', 'all']);
    expect(modes(object, 'all')).toEqual(['debug', 'unneeded', 'all']);
    expect(modes(object, 'needed')).toEqual(['debug', 'all']);
  });
});

it('debug data above 512 MiB is not compressed to see how small it would be', () => {
  const elf = readElf(memorySource(buildElf({ sections: [text, { name: '.debug_info', content: 'data' }] })));
  const most = 512 * 1024 ** 2;
  const compressed = (size: number): number | null => {
    const sections = elf.sections.map((section) => (section.name === '.debug_info' ? { ...section, size } : section));
    return compressedDebugBytes({ ...elf, sections, source: { size: 2 ** 40, read: () => Buffer.from('data') } });
  };
  expect(compressed(most)).toBeGreaterThan(0);
  expect(compressed(most)).toBeLessThan(100);
  expect(compressed(most + 1)).toBeNull();
});
