// Inspector of static libraries: every ELF member is analysed, and the length of the archive after GNU strip worked out.
// Layout of what strip writes: GNU `ar`, with an index of symbols and a table of the names above 15 bytes.
import { crc32 } from 'node:zlib';
import type { ByteSource } from '../bytes/source.ts';
import { forEachChunk, memorySource } from '../bytes/source.ts';
import { readAtOnce } from '../bytes/steps.ts';
import type { Steps } from '../bytes/steps.ts';
import { FormatError } from '../errors.ts';
import type { ArFacts, ElfTarget, MemberContent, StripSizes, Unsafe } from '../model/facts.ts';
import { type ArMember, arKind, magicLength, openAr, readArMember } from './ar-members.ts';
import { type ElfFile, isElf, readElf } from './elf/file.ts';
import { foreignSymbols, type StrippedFile, stripModel } from './elf/strip.ts';
import { type Range, rangesGone, shareOfGone } from './elf/strip-share.ts';
import type { StripSections } from './elf/strip-sections.ts';
import { StripRefusal } from './elf/strip-refusal.ts';
import { defaultStripVersion, type StripVersion } from './elf/strip-version.ts';
import { type StripMode, stripModes } from './elf/strip-symbols.ts';
import { addObject, createSampler } from './elf/symbol-sample.ts';
import type { SymbolSampler } from './elf/symbol-sample.ts';
import type { Inspected, Inspector } from './inspector.ts';

export const arInspector: Inspector = {
  name: 'ar',
  needs: 'all',
  matches: (head) => arKind(head) !== null,
  inspect: (source, file) => readAtOnce(source, inspectAr(file, source)),
  // What is gone of the compressed bytes is told by looking into the library again.
  inspectStream: (file) => (file.stripShare === true ? null : inspectAr(file, null)),
};

/** @param whole the library; null while it streams by. */
function* inspectAr(file: Inspected, whole: ByteSource | null): Steps<ArFacts> {
  const size = whole?.size ?? file.size;
  const reading = yield* openAr(size);
  // A static library is only ever stripped with -g.
  const modes: readonly StripMode[] = file.facts === 'all' ? stripModes : ['debug'];
  const archive: Archive = {
    gone: file.stripShare === true ? [] : null,
    version: file.strip ?? defaultStripVersion,
    modes,
    totals: null,
    refused: null,
    objects: 0,
    target: null,
    isMixed: false,
    sampler: null,
    contents: [],
    others: 0,
  };
  if (reading.thin) archive.refused = 'it is a thin archive';
  else {
    archive.totals = { debug: newTotal(), unneeded: newTotal(), all: newTotal() };
    archive.sampler = createSampler(sampleLimit);
  }
  let members = 0;
  let bsd = false;
  const head: ArMember[] = [];
  let inHead = true;
  for (let at = magicLength; at < size;) {
    const member = yield* readArMember(reading, at);
    bsd ||= member.form === 'bsd-long' || member.name.startsWith('__.SYMDEF');
    if (member.kind === 'file') members++;
    inHead &&= isHead(member, head);
    if (inHead) {
      head.push(member);
      if (head.length === 1 && (yield* isBrokenIndex(member))) refuse(archive, 'its index of symbols is damaged');
    }
    // Members of a thin one lie elsewhere. A table of names was read to the end with its header.
    else if (!reading.thin) {
      const isTable = member.kind === 'names';
      const content = isTable ? null : yield { offset: member.offset, length: member.stored };
      addMember(archive, member, content ?? memorySource(reading.names ?? new Uint8Array(0)));
    }
    at = member.end;
  }
  const symbols = archive.sampler?.sample();
  const { contents, gone } = archive;
  const strip = sizesOf(archive, head[0] !== undefined && isIndex(head[0]));
  return {
    type: 'ar',
    thin: reading.thin,
    variant: bsd ? 'bsd' : 'gnu',
    members,
    objects: reading.thin ? null : archive.objects,
    ...(archive.target === null ? {} : { target: archive.target }),
    strip,
    ...(whole === null || gone === null || strip.debug === null
      ? {}
      : { stripShare: shareOfGone(whole, gone, size - strip.debug) }),
    unsafe: unsafeReasons(archive),
    ...(symbols === undefined ? {} : { symbols }),
    ...(contents.length === 0 ? {} : { contents }),
  };
}

interface Archive {
  readonly version: StripVersion;
  /** The modes that are worked out. */
  readonly modes: readonly StripMode[];
  /** Null where they cannot be known, because of what `refused` says. */
  totals: Record<StripMode, Total> | null;
  /** Why strip refuses the archive. */
  refused: string | null;
  objects: number;
  /** Null where there is no object yet, or where they differ in it. */
  target: ElfTarget | null;
  isMixed: boolean;
  /** Null once a member's symbols cannot be known. */
  sampler: SymbolSampler | null;
  readonly contents: MemberContent[];
  /** Ranges that strip leaves out; null where nobody asks. */
  readonly gone: Range[] | null;
  /** Bytes of members that are no objects of ELF and not known to be left as they are. */
  others: number;
}

/** Hashes of symbols that are kept of one library. */
const sampleLimit = 128;

/** What the output of one mode amounts to so far, in bytes. */
interface Total {
  members: number;
  names: number;
  indexed: number;
  indexedNames: number;
}

function newTotal(): Total {
  return { members: 0, names: 0, indexed: 0, indexedNames: 0 };
}

/**
 * Whether strip reads this as what stands before all members: the index, of COFF a second one, and the table of names. Anywhere else, or
 * under another name, they are members like others to it.
 */
function isHead(member: ArMember, [first, ...others]: readonly ArMember[]): boolean {
  if (first === undefined) return isIndex(member) || member.kind === 'names';
  const last = others.at(-1) ?? first;
  if (last.kind === 'names') return false;
  return member.kind === 'names' || (last === first && first.name === '/' && member.name === '/');
}

/** Whether strip takes the first member for an index of symbols. */
function isIndex({ field, name }: ArMember): boolean {
  return (
    /^(?:\/|\/SYM64\/|__\.SYMDEF\/?) *$/.test(field) || (field.trimEnd() === '#1/20' && name.startsWith('__.SYMDEF'))
  );
}

/** Whether the index tells of more symbols than it has room for: then strip takes the file for none of its own. */
function* isBrokenIndex({ kind, form, field, offset, stored }: ArMember): Steps<boolean> {
  if (kind === 'names') return false;
  const isBsd = form === 'bsd-long' || field.startsWith('_');
  const width = isBsd || /^\/ *$/.test(field) ? 4 : 8;
  // BSD's has the length of its names, too.
  if (stored < (isBsd ? 8 : width)) return true;
  const content = yield { offset, length: width };
  const count = Buffer.from(content.read(0, width));
  // Bytes of its entries of 8, in the order of the objects; a name is behind them.
  const fits = (bytes: number): boolean => bytes === 0 || (bytes % 8 === 0 && bytes < stored - 8);
  if (isBsd) return !fits(count.readUInt32LE(0)) && !fits(count.readUInt32BE(0));
  return width * (Number(`0x${count.toString('hex')}`) + 1) > stored;
}

/** What strip makes of it is not known. */
function refuse(archive: Archive, reason: string): void {
  archive.totals = null;
  archive.refused ??= reason;
}

/** Whether strip can write the member to a file of its name, which it does. GNU's short names end at the first slash. */
function isWritable({ form, name }: ArMember): boolean {
  const written = form === 'short' ? name.replace(/\/.*/s, '') : name;
  return !written.includes('/') && !['', '.', '..'].includes(written);
}

const headerLength = 60;
const longestShortName = 15;

function padded(length: number): number {
  return length + (length % 2);
}

function addMember(archive: Archive, member: ArMember, content: ByteSource): void {
  const object = isObject(content);
  if (object) archive.objects++;
  else if (member.kind === 'file') {
    archive.sampler = null;
    if (!isMetadata(member)) archive.others += member.size;
    if (isWindowsObject(content)) archive.refused ??= 'it has objects of Windows, which only some builds of strip know';
  }
  const { totals } = archive;
  if (totals === null) return;
  if (!isWritable(member)) archive.refused ??= 'it has a member whose name is no file name';
  const stripped = object ? memberModel(archive, member, content) : null;
  addContent(archive, member, content, stripped?.get('debug')?.size ?? member.size);
  for (const mode of archive.modes) {
    const total = totals[mode];
    const result = stripped?.get(mode);
    total.members += headerLength + padded(result?.size ?? member.size);
    // A name that fills the header's field is cut instead of moved to the table.
    if (member.form !== 'short' && member.name.length > longestShortName) total.names += member.name.length + 2;
    total.indexed += result?.symbols.indexed ?? 0;
    total.indexedNames += result?.symbols.indexedNames ?? 0;
  }
}

const leastContent = 4096;
const maxContents = 4096;

/** Records what the member holds, `after` being its length after strip -g. Small members are many and weigh little. */
function addContent({ contents }: Archive, { kind, size }: ArMember, content: ByteSource, after: number): void {
  if (kind !== 'file' || size < leastContent || contents.length === maxContents) return;
  let crc = 0;
  forEachChunk(content, (chunk) => (crc = crc32(chunk, crc)));
  // A member without symbols can even grow: strip aligns what it rewrites.
  contents.push({ size, crc32: crc, debug: Math.max(0, padded(size) - padded(after)) });
}

function addGone({ gone }: Archive, { offset }: ArMember, view: StripSections): void {
  if (gone === null) return;
  for (const { start, end } of rangesGone(view)) gone.push({ start: offset + start, end: offset + end });
}

function isObject(content: ByteSource): boolean {
  return content.size >= 4 && isElf(content.read(0, 4));
}

/** What rustc puts beside the objects of a crate: it finds it by its name, which strip keeps. */
function isMetadata({ name }: ArMember): boolean {
  return /^(?:.*\.rmeta|rust\.metadata\.bin)\/?$/s.test(name);
}

/** First bytes of COFF: processors x86-64, x86, ARM64 and ARM, and the short form of an import. */
const windowsMagics = new Set(['6486', '4c01', '64aa', 'c401', '0000ffff']);

function isWindowsObject(content: ByteSource): boolean {
  if (content.size < 20) return false;
  const head = Buffer.from(content.read(0, 4)).toString('hex');
  return windowsMagics.has(head.slice(0, 4)) || windowsMagics.has(head);
}

/** Compilers other than those of C look members up by name or by the index, and strip writes both anew, of ELF objects alone. */
function unsafeReasons({ others }: Archive): Unsafe[] {
  if (others === 0) return [];
  const message = 'it has members that are no ELF objects, and strip writes the index and the names of members anew';
  return [{ code: 'other-members', bytes: others, message }];
}

function noteTarget(archive: Archive, { class: bits, endian, machine }: ElfTarget): void {
  const { target } = archive;
  if (target !== null)
    archive.isMixed ||= target.class !== bits || target.endian !== endian || target.machine !== machine;
  archive.target = archive.isMixed ? null : (target ?? { class: bits, endian, machine });
}

/** Results by mode; null where strip would copy the member as it is. A member that makes strip fail spoils the archive. */
function memberModel(
  archive: Archive,
  member: ArMember,
  content: ByteSource,
): ReadonlyMap<StripMode, Pick<StrippedFile, 'size' | 'symbols'>> | null {
  let elf: ElfFile | null = null;
  try {
    elf = readElf(content);
    noteTarget(archive, elf);
    const { stripped, symbols, view } = stripModel(elf, archive.version);
    const results = new Map(archive.modes.map((mode) => [mode, stripped(mode)]));
    addGone(archive, member, view);
    if (archive.sampler !== null) addObject(archive.sampler, elf, symbols());
    return results;
  } catch (error) {
    if (error instanceof StripRefusal) {
      archive.sampler = null;
      if (error.kind === 'failed') {
        archive.totals = null;
        archive.refused = `of a member: ${error.message}`;
      }
      if (elf === null) return null;
      const copied = { size: member.size, symbols: foreignSymbols(elf, archive.version) };
      return new Map(archive.modes.map((mode) => [mode, copied]));
    }
    if (!(error instanceof FormatError)) throw error;
    const offset = member.offset + (error.offset ?? 0);
    throw new FormatError(error.code, `has a member that ${error.message}`, { offset, cause: error });
  }
}

function sizesOf({ totals, modes, refused, objects }: Archive, index: boolean): StripSizes {
  if (totals === null || refused !== null) return { debug: null, unneeded: null, all: null, refused: refused ?? '' };
  const sizeIn = (mode: StripMode): number | null =>
    modes.includes(mode) ? sizeOf(totals[mode], index && objects > 0 && mode !== 'all') : null;
  return { debug: sizeIn('debug'), unneeded: sizeIn('unneeded'), all: sizeIn('all') };
}

function sizeOf(total: Total, index: boolean): number {
  const indexBytes = index ? headerLength + padded(4 + 4 * total.indexed + total.indexedNames) : 0;
  const nameBytes = total.names > 0 ? headerLength + padded(total.names) : 0;
  return 8 + indexBytes + nameBytes + total.members;
}
