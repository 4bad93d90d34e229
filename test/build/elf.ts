// Builds ELF files from a description of their sections, with a switch for every lie that a header can tell.

export interface ElfSectionSpec {
  readonly name: string;
  readonly type?: number;
  readonly flags?: number;
  readonly addr?: number;
  readonly content?: Uint8Array | string;
  /** `sh_size`; the content's length by default. */
  readonly size?: number | bigint;
  readonly offset?: number | bigint;
  /** Where in the file the content stands, with zeros in front of it; behind what comes before by default. */
  readonly place?: number;
  readonly link?: number;
  readonly info?: number;
  readonly align?: number;
  readonly entsize?: number;
  /** `sh_name`, where it should not be the place of `name`. */
  readonly nameOffset?: number;
}

export interface ElfSymbolSpec {
  readonly name: string;
  readonly bind?: number;
  readonly type?: number;
  readonly shndx?: number;
}

/** Fields are 0 where nothing is said, but for `type`, which is PT_LOAD, and `memsz`, which is `filesz`. */
export interface ElfSegmentSpec {
  readonly type?: number;
  readonly flags?: number;
  readonly offset?: number;
  readonly vaddr?: number;
  readonly paddr?: number;
  readonly filesz?: number;
  readonly memsz?: number;
  readonly align?: number | bigint;
}

export interface ElfSpec {
  readonly class?: 32 | 64;
  readonly endian?: 'little' | 'big';
  readonly type?: number;
  readonly osabi?: number;
  readonly machine?: number;
  /** Without the null section, symbols, strings and section names, which are added. */
  readonly sections?: readonly ElfSectionSpec[];
  readonly symbols?: readonly ElfSymbolSpec[];
  /** Fields of section 0, which has no type and name. */
  readonly first?: Partial<ElfSectionSpec>;
  /** Numbers of sections go to section 0, as with 0xff00 sections or more. */
  readonly extended?: boolean;
  /** One loadable segment that covers the whole file up to here. */
  readonly load?: boolean;
  readonly segments?: readonly ElfSegmentSpec[];
  readonly shnum?: number;
  readonly shstrndx?: number;
  readonly shentsize?: number;
  readonly shoff?: number | bigint;
  readonly appended?: Uint8Array | string;
}

/** Bytes of text or bytes. */
function bytesOf(content: Uint8Array | string | undefined): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'latin1') : Buffer.from(content ?? []);
}

class Writer {
  readonly pieces: Buffer[] = [];
  length = 0;
  readonly #wide: boolean;
  readonly #little: boolean;

  constructor(wide: boolean, little: boolean) {
    this.#wide = wide;
    this.#little = little;
  }

  bytes(bytes: Uint8Array): void {
    this.pieces.push(Buffer.from(bytes));
    this.length += bytes.length;
  }

  align(to: number): void {
    this.bytes(Buffer.alloc((to - (this.length % to)) % to));
  }

  u8(value: number): void {
    this.bytes(Buffer.from([value]));
  }

  u16(value: number): void {
    const bytes = Buffer.alloc(2);
    if (this.#little) bytes.writeUInt16LE(value);
    else bytes.writeUInt16BE(value);
    this.bytes(bytes);
  }

  u32(value: number): void {
    const bytes = Buffer.alloc(4);
    if (this.#little) bytes.writeUInt32LE(value >>> 0);
    else bytes.writeUInt32BE(value >>> 0);
    this.bytes(bytes);
  }

  u64(value: number | bigint): void {
    const bytes = Buffer.alloc(8);
    if (this.#little) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeBigUInt64BE(BigInt(value));
    this.bytes(bytes);
  }

  word(value: number | bigint): void {
    if (this.#wide) this.u64(value);
    else this.u32(Number(value));
  }

  buffer(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** An ELF file; symbols, if any, bring `.symtab` and `.strtab` after the given sections. */
export function buildElf(spec: ElfSpec = {}): Buffer {
  const wide = spec.class !== 32;
  const little = spec.endian !== 'big';
  const ehdr = wide ? 64 : 52;
  const segments = spec.load === true ? 1 : (spec.segments?.length ?? 0);
  const phdr = segments * (wide ? 56 : 32);
  const sections = allSections(spec, wide, little);
  const body = new Writer(wide, little);
  const offsets = sections.map(({ content, align, offset, place }) => {
    if (place === undefined) body.align(align || 1);
    else body.bytes(Buffer.alloc(place - ehdr - phdr - body.length));
    const at = body.length;
    body.bytes(bytesOf(content));
    return offset ?? ehdr + phdr + at;
  });
  body.align(8);
  const count = sections.length + 1;
  const shoff = spec.shoff ?? ehdr + phdr + body.length;
  const out = new Writer(wide, little);
  writeHeader(out, spec, { wide, little, segments, shoff, count });
  const whole = ehdr + phdr + body.length;
  if (spec.load === true) writeSegment(out, wide, { flags: 5, filesz: whole, align: 0x1000 });
  else for (const segment of spec.segments ?? []) writeSegment(out, wide, segment);
  out.bytes(body.buffer());
  writeFirst(out, spec, wide, count);
  let name = 1;
  for (const [index, section] of sections.entries()) {
    writeSection(out, wide, section, { name: section.nameOffset ?? name, offset: offsets[index] ?? 0 });
    name += section.name.length + 1;
  }
  out.bytes(bytesOf(spec.appended));
  return out.buffer();
}

function allSections(spec: ElfSpec, wide: boolean, little: boolean): readonly ElfSectionSpec[] {
  const given = spec.sections ?? [];
  const sections = [...given];
  if (spec.symbols !== undefined) {
    const strings = ['', ...spec.symbols.map((symbol) => symbol.name)].join('\0') + '\0';
    const table = { type: 2, link: given.length + 2, info: 1, align: wide ? 8 : 4, entsize: wide ? 24 : 16 };
    sections.push({ name: '.symtab', ...table, content: symbolTable(spec.symbols, wide, little) });
    sections.push({ name: '.strtab', type: 3, content: strings });
  }
  const names = [...sections.map((section) => section.name), '.shstrtab'];
  return [...sections, { name: '.shstrtab', type: 3, content: `\0${names.join('\0')}\0` }];
}

function symbolTable(symbols: readonly ElfSymbolSpec[], wide: boolean, little: boolean): Buffer {
  const out = new Writer(wide, little);
  let name = 0;
  for (const symbol of [{ name: '', bind: 0, type: 0, shndx: 0 }, ...symbols]) {
    const info = ((symbol.bind ?? 1) << 4) | (symbol.type ?? 0);
    out.u32(name);
    if (wide) {
      out.u8(info);
      out.u8(0);
      out.u16(symbol.shndx ?? 1);
      out.u64(0);
      out.u64(0);
    } else {
      out.u32(0);
      out.u32(0);
      out.u8(info);
      out.u8(0);
      out.u16(symbol.shndx ?? 1);
    }
    name += symbol.name.length + 1;
  }
  return out.buffer();
}

interface Place {
  readonly wide: boolean;
  readonly little: boolean;
  readonly segments: number;
  readonly shoff: number | bigint;
  readonly count: number;
}

function writeHeader(out: Writer, spec: ElfSpec, { wide, little, segments, shoff, count }: Place): void {
  out.bytes(
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, little ? 1 : 2, 1, spec.osabi ?? 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  );
  out.u16(spec.type ?? 1);
  out.u16(spec.machine ?? (wide ? 62 : 3));
  out.u32(1);
  out.word(0);
  out.word(segments > 0 ? (wide ? 64 : 52) : 0);
  out.word(shoff);
  out.u32(0);
  out.u16(wide ? 64 : 52);
  out.u16(wide ? 56 : 32);
  out.u16(segments);
  out.u16(spec.shentsize ?? (wide ? 64 : 40));
  out.u16(spec.shnum ?? (spec.extended === true ? 0 : count));
  out.u16(spec.shstrndx ?? (spec.extended === true ? 0xffff : count - 1));
}

function writeSegment(out: Writer, wide: boolean, segment: ElfSegmentSpec): void {
  const { type = 1, flags = 0, offset = 0, vaddr = 0, paddr = 0, filesz = 0, memsz = filesz, align = 0 } = segment;
  out.u32(type);
  if (wide) out.u32(flags);
  for (const value of [offset, vaddr, paddr, filesz, memsz]) out.word(value);
  if (!wide) out.u32(flags);
  out.word(align);
}

function writeFirst(out: Writer, spec: ElfSpec, wide: boolean, count: number): void {
  const extended = spec.extended === true;
  const numbers = { size: extended ? count : 0, link: extended ? count - 1 : 0 };
  writeSection(
    out,
    wide,
    { name: '', type: 0, ...numbers, ...spec.first },
    { name: 0, offset: spec.first?.offset ?? 0 },
  );
}

function writeSection(
  out: Writer,
  wide: boolean,
  section: ElfSectionSpec,
  at: { name: number; offset: number | bigint },
): void {
  out.u32(at.name);
  out.u32(section.type ?? 1);
  out.word(section.flags ?? 0);
  out.word(section.addr ?? 0);
  out.word(wide ? at.offset : Number(at.offset) >>> 0);
  out.word(section.size ?? bytesOf(section.content).length);
  out.u32(section.link ?? 0);
  out.u32(section.info ?? 0);
  out.word(section.align ?? 1);
  out.word(section.entsize ?? 0);
}
