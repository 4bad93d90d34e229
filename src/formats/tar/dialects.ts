// What the headers of a tar take, and what those of other dialects would take for the same members: ustar (POSIX.1-2017 pax, "ustar
// Interchange Format"), GNU (GNU tar manual, "Basic Tar Format"). A dialect that could not hold all of it is null.
import { byteAt } from '../../bytes/at.ts';
import type { MadeFacts } from '../../model/snapshot.ts';
import { blockSize, field, largestOctal, paddingOf } from './layout.ts';
import type { PaxRecord } from './pax.ts';
import type { Extensions, TarState } from './state.ts';

export interface DialectCount {
  /** The body of an extension header is complete in `state`. */
  extension(state: TarState): void;
  /** Bytes of extension headers, bodies and padding. */
  extensionBytes(bytes: number): void;
  /** The header of a member; its name is `state.path`. */
  member(state: TarState): void;
  facts(): MadeFacts;
}

/** Records of which a header has a field; what does not fit there, GNU tar writes in ways of its own. */
const fields = new Set(['path', 'linkpath', 'size', 'uid', 'gid', 'mtime']);

/** Records that nobody needs to unpack a file as it was, but for a restore of a whole disk. */
const side = new Set([
  'atime',
  'ctime',
  'comment',
  'LIBARCHIVE.creationtime',
  'SCHILY.dev',
  'SCHILY.ino',
  'SCHILY.nlink',
]);

/** Types that all dialects know. */
const plainTypes = new Set(['0', '1', '2', '3', '4', '5', '6', '\0'].map((type) => type.charCodeAt(0)));

const nameField = field.name.length;
const prefixField = field.prefix.length;
const mostId = largestOctal(field.uid);
const mostNumber = largestOctal(field.size);
/** Where base-256 numbers of GNU tar begin. */
const [uidAt, gidAt, sizeAt, mtimeAt] = [field.uid.at, field.gid.at, field.size.at, field.mtime.at];

export function countDialects(): DialectCount {
  let extensions: Extensions | null = null;
  let records: readonly PaxRecord[] = [];
  let members = 0;
  let extended = 0;
  let long = 0; // bytes of GNU long names
  let fineTimes = 0;
  let sideRecords = 0;
  let ustar = true;
  let gnu = true;

  function takeRecords(): void {
    if (records.length === 0) return;
    let fine = false;
    let sided = false;
    for (const [key, value] of records) {
      if (key === 'mtime') fine ||= value.includes('.') && /[1-9]/.test(value.slice(value.indexOf('.')));
      else if (side.has(key)) sided = true;
      // Attributes, access lists, maps of sparse files and the like.
      else if (!fields.has(key)) gnu = false;
    }
    if (fine) fineTimes++;
    if (sided) sideRecords++;
    records = [];
  }

  function fits({ block, path }: TarState, link: string): boolean {
    if (extensions !== null) {
      const { size = 0, uid = 0, gid = 0, mtime = 0 } = extensions.pax;
      if (size > mostNumber || uid > mostId || gid > mostId || mtime < 0 || mtime > mostNumber) return false;
    }
    if ((byteAt(block, uidAt) | byteAt(block, gidAt) | byteAt(block, sizeAt) | byteAt(block, mtimeAt)) >= 0x80)
      return false;
    return link.length <= nameField && fitsUstar(path);
  }

  return {
    extension(state) {
      ({ extensions } = state);
      const told = state.records;
      // What counts for all members is held by no field of theirs.
      if (state.extensionType === 'g' && told.some(([key]) => !side.has(key))) gnu = false;
      records = records.length === 0 ? told : [...records, ...told];
    },
    extensionBytes(bytes) {
      extended += bytes;
    },
    member(state) {
      members++;
      takeRecords();
      if (!plainTypes.has(byteAt(state.block, field.type.at))) gnu = false;
      const link = extensions?.pax.linkpath ?? extensions?.longLink ?? '';
      long += longName(state.path) + longName(link);
      if (ustar && !fits(state, link)) ustar = false;
      extensions = null;
    },
    facts() {
      takeRecords();
      const plain = members * blockSize;
      return {
        headers: plain + extended,
        extensions: extended,
        asUstar: ustar && gnu ? plain : null,
        asGnu: gnu ? plain + long : null,
        fineTimes,
        sideRecords,
      };
    },
  };
}

/** What GNU tar writes besides for a name that its field does not hold: a header and the name, filled up to whole blocks. */
function longName({ length }: string): number {
  return length > nameField ? blockSize + length + 1 + paddingOf(length + 1) : 0;
}

/** Whether a name fits into the name field, or is split at a slash between it and the prefix. */
function fitsUstar(name: string): boolean {
  if (name.length <= nameField) return true;
  const slash = name.lastIndexOf('/', Math.min(prefixField, name.length - 2));
  const rest = name.length - slash - 1;
  return slash > 0 && rest > 0 && rest <= nameField;
}
