// Headers of ELF files at their edges: gABI ch. 4 "ELF Header" and "Sections", ch. 5 "Program Header". Each file is written field by
// field, so that one number at a time can be wrong.
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/bytes/source.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { isElf, readElf } from '../../src/inspectors/elf/file.ts';
import type { ElfFile } from '../../src/inspectors/elf/file.ts';

interface Kind {
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
}

const kinds: readonly Kind[] = [
  { class: 64, endian: 'little' },
  { class: 64, endian: 'big' },
  { class: 32, endian: 'little' },
  { class: 32, endian: 'big' },
];

/** Fields of a section header; what is not given is 0. */
interface Section {
  readonly name?: number;
  readonly type?: number;
  readonly offset?: number | bigint;
  readonly size?: number | bigint;
  readonly link?: number;
  readonly info?: number;
  readonly align?: number;
}

/** Fields of the file header; those of the table of sections fit what there is where they are not given. */
interface Fields {
  readonly phoff?: number | bigint;
  readonly shoff?: number | bigint;
  readonly phentsize?: number;
  readonly phnum?: number;
  readonly shentsize?: number;
  readonly shnum?: number;
  readonly shstrndx?: number;
}

/** Header, content, section headers, and nothing behind them. */
function build(kind: Kind, sections: readonly Section[], fields: Fields = {}, content = Buffer.alloc(0)): Buffer {
  const wide = kind.class === 64;
  const [ehdr, shdr, phdr] = wide ? [64, 64, 56] : [52, 40, 32];
  const bytes = Buffer.alloc(ehdr + content.length + sections.length * shdr);
  const u16 = (at: number, value: number): unknown =>
    kind.endian === 'little' ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const u32 = (at: number, value: number): unknown =>
    kind.endian === 'little' ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  const word = (at: number, value: number | bigint): unknown => {
    if (!wide) return u32(at, Number(value));
    return kind.endian === 'little'
      ? bytes.writeBigUInt64LE(BigInt(value), at)
      : bytes.writeBigUInt64BE(BigInt(value), at);
  };
  bytes.write('\x7fELF', 0, 'latin1');
  bytes.set([wide ? 2 : 1, kind.endian === 'little' ? 1 : 2, 1], 4);
  bytes.set(content, ehdr);
  const table = ehdr + content.length;
  const tail = wide ? 48 : 36;
  word(wide ? 32 : 28, fields.phoff ?? 0);
  word(wide ? 40 : 32, fields.shoff ?? (sections.length === 0 ? 0 : table));
  u16(tail + 6, fields.phentsize ?? phdr);
  u16(tail + 8, fields.phnum ?? 0);
  u16(tail + 10, fields.shentsize ?? shdr);
  u16(tail + 12, fields.shnum ?? sections.length);
  u16(tail + 14, fields.shstrndx ?? 0);
  for (const [index, section] of sections.entries()) {
    const at = table + index * shdr;
    u32(at, section.name ?? 0);
    u32(at + 4, section.type ?? 0);
    word(at + (wide ? 24 : 16), section.offset ?? 0);
    word(at + (wide ? 32 : 20), section.size ?? 0);
    u32(at + (wide ? 40 : 24), section.link ?? 0);
    u32(at + (wide ? 44 : 28), section.info ?? 0);
    word(at + (wide ? 48 : 32), section.align ?? 0);
  }
  return bytes;
}

function outcome(file: Uint8Array | ByteSource): ElfFile | string {
  try {
    return readElf(file instanceof Uint8Array ? memorySource(file) : file);
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message} (at ${error.offset})`;
    throw error;
  }
}

const none = { sections: [], segments: [] };
const [progbits, strtab, nobits] = [1, 3, 8];

describe('the first bytes', () => {
  it('are the magic, whole', () => {
    expect(isElf(Buffer.from('\x7fELF', 'latin1'))).toBe(true);
    for (const other of ['\x7eELF', '\x7fFLF', '\x7fEMF', '\x7fELG', '\x7fEL', '']) {
      expect(isElf(Buffer.from(other, 'latin1'))).toBe(false);
      expect(outcome(Buffer.from(other, 'latin1'))).toMatch(/^bad-elf: does not begin with the ELF magic/);
    }
  });

  it('name a class, an order and a version', () => {
    const file = build({ class: 64, endian: 'little' }, []);
    const at = (place: number, value: number): unknown => {
      const copy = Buffer.from(file);
      copy[place] = value;
      return outcome(copy);
    };
    for (const value of [0, 3]) {
      expect(at(4, value)).toBe(`bad-elf: has the unknown ELF class ${value} (at 4)`);
      expect(at(5, value)).toBe(`bad-elf: has the unknown ELF byte order ${value} (at 5)`);
    }
    for (const value of [0, 2]) expect(at(6, value)).toBe(`bad-elf: has the unknown ELF version ${value} (at 6)`);
  });
});

describe.each(kinds)('ELF$class, $endian endian', (kind) => {
  const wide = kind.class === 64;
  const [ehdr, shdr, phdr] = wide ? [64, 64, 56] : [52, 40, 32];

  it('has a whole header', () => {
    const file = build(kind, []);
    expect(outcome(file)).toMatchObject(none);
    expect(outcome(file.subarray(0, ehdr - 1))).toMatch(`ends inside the ELF header (${ehdr - 1} of ${ehdr} bytes)`);
    expect(outcome(file.subarray(0, 16))).toMatch(`ends inside the ELF header (16 of ${ehdr} bytes)`);
    expect(outcome(file.subarray(0, 15))).toMatch('ends inside the ELF header (15 bytes)');
    expect(outcome(file.subarray(0, 4))).toMatch('ends inside the ELF header (4 bytes)');
  });

  it('has a table of sections that fits', () => {
    expect(outcome(build(kind, [], { shnum: 1 }))).toMatch('announces 1 section headers but no place for them');
    expect(outcome(build(kind, [{}]))).toMatchObject({ sections: [{ index: 0, name: '' }] });
    expect(outcome(build(kind, [{}, {}]))).toMatchObject({ sections: [{ index: 0 }, { index: 1 }] });
    for (const shentsize of [0, shdr - 1, shdr + 1]) {
      const message = `has section headers of ${shentsize} bytes, not ${shdr}`;
      expect(outcome(build(kind, [{}], { shentsize }))).toMatch(message);
    }
    expect(outcome(build(kind, [{}], { shoff: ehdr + 1 }))).toMatch('has its section headers past its end');
    expect(outcome(build(kind, [{}], { shnum: 2 }))).toMatch('announces 2 section headers, more than it has room for');
    expect(outcome(build(kind, [{}, {}], { shnum: 3 }))).toMatch('announces 3 section headers, more than');
  });

  it('counts many sections in section 0', () => {
    expect(outcome(build(kind, [{}], { shnum: 0 }))).toMatchObject(none);
    expect(outcome(build(kind, [{ size: 2 }, {}], { shnum: 0 }))).toMatchObject({ sections: [{}, { index: 1 }] });
    expect(outcome(build(kind, [{ size: 3 }, {}], { shnum: 0 }))).toMatch('announces 3 section headers, more than');
    // 0xff00 and above are no numbers of sections, 0xfeff is one.
    expect(outcome(build(kind, [{}], { shnum: 0xff00 }))).toMatch('has the reserved number of sections 65280');
    expect(outcome(build(kind, [{}], { shnum: 0xfeff }))).toMatch('announces 65279 section headers, more than');
  });

  it('has its names in one of its sections', () => {
    const content = Buffer.from('\0.a\0');
    const names = { type: strtab, offset: ehdr, size: 4, name: 1 };
    expect(outcome(build(kind, [{}, names], { shstrndx: 1 }, content))).toMatchObject({
      shstrndx: 1,
      sections: [{ name: '' }, { name: '.a' }],
    });
    expect(outcome(build(kind, [{ link: 1 }, names], { shstrndx: 0xffff }, content))).toMatchObject({
      shstrndx: 1,
      sections: [{ name: '' }, { name: '.a' }],
    });
    expect(outcome(build(kind, [{}, names], { shstrndx: 0 }, content))).toMatchObject({
      sections: [{ name: '' }, { name: '' }],
    });
    expect(outcome(build(kind, [{}, names], { shstrndx: 2 }, content))).toMatch(
      'has its section names in section 2 of 2',
    );
    const wrong = build(kind, [{}, { ...names, type: progbits }], { shstrndx: 1 }, content);
    expect(outcome(wrong)).toMatch('has its section names in section 1, which is no string table');
  });

  it('has names that end', () => {
    const named = (name: number, table: string): unknown => {
      const content = Buffer.from(table, 'latin1');
      const sections = [{}, { type: strtab, offset: ehdr, size: content.length, name }];
      const read = outcome(build(kind, sections, { shstrndx: 1 }, content));
      return typeof read === 'string' ? read : read.sections[1]?.name;
    };
    expect(named(0, '')).toBe('');
    expect(named(1, '\0')).toMatch('has a section whose name lies outside the table of names');
    expect(named(1, '')).toMatch('has a section whose name lies outside the table of names');
    expect(named(1, '\0\0')).toBe('');
    expect(named(2, '\0ab\0')).toBe('b');
    expect(named(1, '\0ab')).toMatch('has a section name without an end');
    expect(named(1, `\0${'n'.repeat(4096)}\0`)).toBe('n'.repeat(4096));
    expect(named(1, `\0${'n'.repeat(4097)}\0`)).toMatch('has a section name without an end');
  });

  it('has no table of names as long as no string can be', () => {
    const sections = [{}, { type: strtab, offset: 0, size: 2 ** 28 + 1 }];
    const file = memorySource(build(kind, sections, { shstrndx: 1 }));
    const long: ByteSource = { ...file, size: 2 ** 30, read: (at, length) => file.read(at, length) };
    expect(outcome(long)).toMatch('has section names of 268435457 bytes');
  });

  it('has sections inside the file', () => {
    const content = Buffer.alloc(10);
    const end = ehdr + 10 + 2 * shdr;
    const section = (type: number, offset: number, size: number): unknown =>
      outcome(build(kind, [{}, { type, offset, size }], {}, content));
    expect(section(progbits, ehdr, end - ehdr)).toMatchObject({ sections: [{}, { size: end - ehdr }] });
    expect(section(progbits, ehdr, end - ehdr + 1)).toMatch(
      `has section 1 of ${end - ehdr + 1} bytes reach past its end`,
    );
    expect(section(progbits, end, 1)).toMatch('has section 1 of 1 bytes reach past its end');
    // What has no bytes in the file cannot reach anywhere.
    expect(section(progbits, end + 1000, 0)).toMatchObject({ sections: [{}, { size: 0 }] });
    expect(section(nobits, ehdr, 1e6)).toMatchObject({ sections: [{}, { size: 1e6 }] });
    expect(section(0, ehdr, 1e6)).toMatchObject({ sections: [{}, { size: 1e6 }] });
  });

  it('has alignments of at least 1', () => {
    const sections = [0, 1, 2, 8, 24].map((align) => ({ align }));
    const read = outcome(build(kind, sections));
    expect(typeof read === 'string' ? read : read.sections.map(({ align }) => align)).toEqual([1, 1, 2, 8, 8]);
  });

  it('has program headers that fit', () => {
    const table = (phnum: number, more: Fields = {}): unknown => {
      const read = outcome(build(kind, [{ info: 2 }], { phoff: ehdr, phnum, ...more }, Buffer.alloc(2 * phdr)));
      return typeof read === 'string' ? read : read.segments.length;
    };
    const room = Math.floor((2 * phdr + shdr) / phdr);
    expect(table(0)).toBe(0);
    expect(table(1)).toBe(1);
    expect(table(room)).toBe(room);
    expect(table(room + 1)).toMatch(`announces ${room + 1} program headers, more than it has room for`);
    // PN_XNUM: the number is in section 0.
    expect(table(0xffff)).toBe(2);
    expect(table(0xfffe)).toMatch('announces 65534 program headers, more than it has room for');
    expect(table(1, { phoff: 0 })).toMatch('announces 1 program headers but no place for them');
    expect(table(0, { phoff: 0 })).toBe(0);
    for (const phentsize of [0, phdr - 1, phdr + 1]) {
      expect(table(1, { phentsize })).toMatch(`has program headers of ${phentsize} bytes, not ${phdr}`);
    }
    const end = ehdr + 2 * phdr + shdr;
    expect(table(1, { phoff: end - phdr })).toBe(1);
    for (const phoff of [end - phdr + 1, end, end + 1]) {
      expect(table(1, { phoff })).toMatch('announces 1 program headers, more than it has room for');
    }
  });
});

describe.each(kinds)('a program header of ELF$class, $endian endian', (kind) => {
  it('has its fields where class and order put them', () => {
    const wide = kind.class === 64;
    const content = Buffer.alloc(wide ? 56 : 32);
    // p_flags stands behind p_type in 64 bits, and behind p_memsz in 32.
    const names = ['type', 'offset', 'vaddr', 'paddr', 'filesz', 'memsz'];
    for (const [index, name] of names.entries()) {
      const at = wide ? Math.max(0, index * 8) : index * 4;
      const value = name === 'type' ? 1 : index * 16;
      const length = wide && name !== 'type' ? 8 : 4;
      content[kind.endian === 'little' ? at : at + length - 1] = value;
    }
    const read = outcome(build(kind, [], { phoff: wide ? 64 : 52, phnum: 1 }, content));
    const segment = typeof read === 'string' ? undefined : read.segments[0];
    expect(segment).toMatchObject({ type: 1, offset: 16, vaddr: 32, paddr: 48, filesz: 64, memsz: 80 });
  });
});

describe.each(kinds.filter((kind) => kind.class === 64))('numbers of 64 bits, $endian endian', (kind) => {
  const [most, above] = [2n ** 53n - 1n, 2n ** 53n];

  it('of the header are below 2^53', () => {
    expect(outcome(build(kind, [], { phoff: most }))).toMatchObject(none);
    expect(outcome(build(kind, [], { phoff: above }))).toMatch('has a 64-bit number above 2^53 - 1 (at 32)');
    expect(outcome(build(kind, [{}], { shoff: most }))).toMatch('has its section headers past its end');
    expect(outcome(build(kind, [{}], { shoff: above }))).toMatch('has a 64-bit number above 2^53 - 1 (at 40)');
  });

  it('of sections are below 2^53, but where there is no section', () => {
    const one = (section: Section): unknown => outcome(build(kind, [{}, section]));
    expect(one({ type: nobits, size: most })).toMatchObject({ sections: [{}, { size: Number(most) }] });
    expect(one({ type: progbits, size: most })).toMatch('reach past its end');
    expect(one({ type: nobits, size: 2n ** 32n })).toMatchObject({ sections: [{}, { size: 2 ** 32 }] });
    for (const type of [progbits, nobits]) {
      expect(one({ type, size: above })).toMatch('has a section whose offset or size is above 2^53 - 1');
      expect(one({ type, offset: above })).toMatch('has a section whose offset or size is above 2^53 - 1');
    }
    expect(one({ size: 2n ** 64n - 1n, offset: above })).toMatchObject({ sections: [{}, { type: 0 }] });
    expect(outcome(build(kind, [{ size: above }], { shnum: 0 }))).toMatch('section headers, more than it has room for');
  });
});
