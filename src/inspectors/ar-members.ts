// Strict reader of `ar` archives (static libraries, .deb): yields every member with its place, never a skipped one.
// Layout: <ar.h>, System V ABI ch. 7 "Archive File"; GNU long names (`//`, `/123`, `/SYM64/`), BSD long names (`#1/n`), thin archives.
import type { ByteSource } from '../bytes/source.ts';
import { readAtOnce } from '../bytes/steps.ts';
import type { Steps } from '../bytes/steps.ts';
import { FormatError } from '../errors.ts';
import { type Name, nameFromBytes } from '../model/name.ts';

/** Bytes before the first member. */
export const magicLength = 8;
const headerLength = 60;
const maxNameLength = 4096;
const maxNameTable = 16 * 1024 * 1024;

export interface ArMember {
  /** Member's name without padding, `/` terminator or indirection. */
  readonly name: Name;
  /** `file`: an ordinary member. `symbols`: the index of symbols. `names`: the GNU table of long names. */
  readonly kind: 'file' | 'symbols' | 'names';
  /** How the name is spelt: in the header (`short`), by GNU `/123`, or by BSD `#1/n` before the content. */
  readonly form: 'short' | 'gnu-long' | 'bsd-long';
  /** The 16 bytes of the header's name field. */
  readonly field: Name;
  /** Offset of the 60-byte header. */
  readonly headerOffset: number;
  /** Offset of the content (a BSD long name comes before it). */
  readonly offset: number;
  /** Length of the content in bytes; in a thin archive that of the file outside. */
  readonly size: number;
  /** Bytes of the content that this archive holds: `size`, or 0 in a thin archive. */
  readonly stored: number;
  /** Offset of the next header: after the content and its padding byte. */
  readonly end: number;
  /** Seconds; null where the field is blank or no number. */
  readonly mtime: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number | null;
}

/** Whether `head`, the first bytes of a file, are those of an archive, and of which kind. */
export function arKind(head: Uint8Array): 'plain' | 'thin' | null {
  if (head[0] !== 0x21) return null;
  const magic = nameFromBytes(head.subarray(0, magicLength));
  return magic === '!<arch>\n' ? 'plain' : magic === '!<thin>\n' ? 'thin' : null;
}

/**
 * All members in order, the symbol index and the table of long names included.
 * @throws FormatError `bad-ar` or `truncated` with the offset of what is wrong.
 */
export function* readArMembers(source: ByteSource): Generator<ArMember, void> {
  const archive = readAtOnce(source, openAr(source.size));
  for (let at = magicLength; at < source.size;) {
    const member = readAtOnce(source, readArMember(archive, at));
    yield member;
    at = member.end;
  }
}

/** An archive that is read from front to back. */
export interface ArReading {
  readonly size: number;
  readonly thin: boolean;
  names: Uint8Array | null;
}

/** Begins an archive of `size` bytes. @throws FormatError `bad-ar`. */
export function* openAr(size: number): Steps<ArReading> {
  const kind = size < magicLength ? null : arKind((yield { offset: 0, length: magicLength }).read(0, magicLength));
  if (kind === null) throw new FormatError('bad-ar', 'does not begin with the magic of an ar archive', { offset: 0 });
  return { size, thin: kind === 'thin', names: null };
}

/** The member whose header is at `at`. @throws FormatError `bad-ar` or `truncated`. */
export function* readArMember(archive: ArReading, at: number): Steps<ArMember> {
  const { size } = archive;
  if (size - at < headerLength) {
    throw new FormatError('truncated', `ends inside a member header (${size - at} of 60 bytes)`, { offset: at });
  }
  const header = nameFromBytes(yield* bytesAt(at, headerLength));
  if (header.slice(58) !== '`\n') {
    throw new FormatError('bad-ar', 'has no member header where one is due', { offset: at });
  }
  const claimed = decimal(header.slice(48, 58));
  if (claimed === null) {
    throw new FormatError('bad-ar', 'has a member whose size is not a number', { offset: at + 48 });
  }
  const field = header.slice(0, 16);
  const named = yield* readName(archive, field, at, claimed);
  const external = archive.thin && named.kind === 'file';
  const body = at + headerLength;
  const length = external ? 0 : claimed;
  const padded = length + (length % 2);
  if (padded > size - body) {
    const what = length > size - body ? `a member of ${length} bytes` : 'the padding of the last member';
    throw new FormatError('truncated', `ends inside ${what}`, { offset: at });
  }
  if (named.kind === 'names') archive.names = yield* readNameTable(at, claimed);
  const mode = header.slice(40, 48);
  return {
    name: named.name,
    kind: named.kind,
    form: named.form,
    field,
    headerOffset: at,
    offset: body + named.before,
    size: claimed - named.before,
    stored: length - named.before,
    end: body + padded,
    mtime: decimal(header.slice(16, 28)),
    uid: decimal(header.slice(28, 34)),
    gid: decimal(header.slice(34, 40)),
    mode: /^[0-7]+ *$/.test(mode) ? Number.parseInt(mode, 8) : null,
  };
}

function* bytesAt(offset: number, length: number): Steps<Uint8Array> {
  return (yield { offset, length }).read(0, length);
}

interface MemberName {
  readonly name: Name;
  readonly kind: ArMember['kind'];
  readonly form: ArMember['form'];
  /** Bytes of the body that are the name. */
  readonly before: number;
}

function* readName(archive: ArReading, field: string, at: number, claimed: number): Steps<MemberName> {
  const text = field.replace(/ +$/, '');
  if (text === '/' || text === '/SYM64/') return { name: text, kind: 'symbols', form: 'short', before: 0 };
  if (text === '//') return { name: text, kind: 'names', form: 'short', before: 0 };
  if (text.startsWith('#1/')) return yield* readBsdName(archive, text, at, claimed);
  const long = /^\/([0-9]+)(?::[0-9]+)?$/.exec(text);
  if (long !== null) {
    return { name: longName(archive, Number(long[1]), at), kind: 'file', form: 'gnu-long', before: 0 };
  }
  if (text === '') throw new FormatError('bad-ar', 'has a member without a name', { offset: at });
  if (isSymbolIndex(text)) return { name: text, kind: 'symbols', form: 'short', before: 0 };
  const name = text.endsWith('/') ? text.slice(0, -1) : text;
  return { name, kind: 'file', form: 'short', before: 0 };
}

function* readBsdName(archive: ArReading, text: string, at: number, claimed: number): Steps<MemberName> {
  const length = decimal(text.slice(3));
  const offset = at + headerLength;
  if (archive.thin || length === null || length > maxNameLength || length > claimed) {
    throw new FormatError('bad-ar', 'has a member whose BSD name does not fit in it', { offset: at });
  }
  if (length > archive.size - offset) {
    throw new FormatError('truncated', 'ends inside the name of a member', { offset: at });
  }
  const name = withoutNuls(nameFromBytes(yield* bytesAt(offset, length)));
  if (name === '') throw new FormatError('bad-ar', 'has a member without a name', { offset: at });
  return { name, kind: isSymbolIndex(name) ? 'symbols' : 'file', form: 'bsd-long', before: length };
}

function withoutNuls(name: string): string {
  let end = name.length;
  while (end > 0 && name.charCodeAt(end - 1) === 0) end--;
  return name.slice(0, end);
}

function isSymbolIndex(name: string): boolean {
  return /^__\.SYMDEF(?:_64)?(?: SORTED)?$/.test(name);
}

function* readNameTable(at: number, length: number): Steps<Uint8Array> {
  if (length > maxNameTable) {
    throw new FormatError('bad-ar', `has a table of long names above ${maxNameTable} bytes`, { offset: at });
  }
  // A copy: what is read is valid only until more is.
  return Uint8Array.from(yield* bytesAt(at + headerLength, length));
}

// A name in the table ends at a newline (GNU writes `/` before it) or, in COFF libraries, at a NUL.
function longName(archive: ArReading, start: number, at: number): Name {
  const table = archive.names;
  if (table === null || start >= table.length) {
    throw new FormatError('bad-ar', 'has a member whose long name is not in the table of names', { offset: at });
  }
  const piece = table.subarray(start, start + maxNameLength + 2);
  const ends = [piece.indexOf(0x0a), piece.indexOf(0)].filter((found) => found >= 0);
  const end = ends.length === 0 ? -1 : Math.min(...ends);
  if (end < 0 && piece.length > maxNameLength) {
    throw new FormatError('bad-ar', `has a member with a name above ${maxNameLength} bytes`, { offset: at });
  }
  const name = nameFromBytes(end < 0 ? piece : piece.subarray(0, end)).replace(/\/$/, '');
  if (name === '') throw new FormatError('bad-ar', 'has a member without a name', { offset: at });
  return name;
}

/** Digits, then only spaces; anything else is null. */
function decimal(field: string): number | null {
  return /^[0-9]{1,15} *$/.test(field) ? Number.parseInt(field, 10) : null;
}
