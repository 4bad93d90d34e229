// Length of `.gnu.build.attributes` after GNU strip merged its notes, which it does in the modes -u and -s.
// Layout of the notes: the Watermark specification, version 3: name `GA...`, description the start and end of a code range.
import { Reader } from '../../bytes/reader.ts';
import { type ElfFile, type ElfSection } from './file.ts';
import { SHT_NOTE } from './constants.ts';
import { refuse } from './strip-refusal.ts';

const openNote = 0x100;
const functionNote = 0x101;
/** How far back a note is compared with others of the same name. */
const maxLookBack = 17;

interface Note {
  readonly name: string;
  readonly nameBytes: number;
  readonly type: number;
  readonly start: bigint;
  readonly end: bigint;
}

export function isBuildNotes(section: ElfSection): boolean {
  return section.type === SHT_NOTE && section.name.startsWith('.gnu.build.attributes');
}

/** The section's own length where strip leaves it as it is. */
export function mergedNotesSize(elf: ElfFile, section: ElfSection): number {
  const notes = readNotes(new Reader(elf.source.read(section.offset, section.size), elf.endian, section.offset));
  if (notes === null) return section.size;
  const range = elf.class === 64 ? 16 : 8;
  let size = 0;
  let start = 0n;
  let end = 0n;
  for (const note of mergeNotes(notes).toSorted(byRange)) {
    const repeated = note.start === start && note.end === end;
    size += 12 + note.nameBytes + (repeated ? 0 : range);
    ({ start, end } = note);
  }
  return Math.min(size, section.size);
}

/** Null where strip leaves them as they are. @throws StripRefusal for damaged ones, with which it fails. */
function readNotes(reader: Reader): readonly Note[] | null {
  const notes: Note[] = [];
  let known = true;
  const ranges = new Map([openNote, functionNote].map((type) => [type, { start: 0n, end: 0n }]));
  let at = 0;
  while (reader.length - at >= 12) {
    const [nameLength, length, type] = [reader.u32(at), reader.u32(at + 4), reader.u32(at + 8)];
    const nameBytes = Math.ceil(nameLength / 4) * 4;
    const range = ranges.get(type);
    if (range === undefined || nameLength < 2 || nameBytes + length + 12 > reader.length - at) return damaged();
    const name = Buffer.from(reader.slice(at + 12, nameLength)).toString('latin1');
    if (!name.endsWith('\0')) return damaged();
    // Version notes are `GA$`, the byte 1 and the version. Without one strip takes them as version 3.
    if (name.startsWith('GA$\x01') && name[4] !== '3') known = false;
    if (!readRange(reader, at + 12 + nameBytes, length, range)) return damaged();
    notes.push({ name, nameBytes, type, ...range });
    at += 12 + nameBytes + length;
  }
  if (at < reader.length) return damaged();
  return known ? notes : null;
}

function damaged(): never {
  return refuse('failed', 'its build notes are damaged');
}

/**
 * Updates `range`: what a note leaves out, or gives as 0, is that of the last note of its type. A start behind its end, as the note
 * has whose end the linker threw away, is taken for the end.
 */
function readRange(reader: Reader, at: number, length: number, range: { start: bigint; end: bigint }): boolean {
  if (length === 0) return true;
  if (length !== 4 && length !== 8 && length !== 16) return false;
  const start = length === 16 ? reader.u64big(at) : BigInt(reader.u32(at));
  const end = length === 16 ? reader.u64big(at + 8) : length === 8 ? BigInt(reader.u32(at + 4)) : (1n << 64n) - 1n;
  const first = start > end ? end : start;
  if (first !== 0n) range.start = first;
  if (end !== 0n) range.end = end;
  return true;
}

/** Without notes of an empty range and those that were merged into an earlier one of the same name. */
function mergeNotes(notes: readonly Note[]): readonly Note[] {
  const kept: MergedNote[] = [];
  for (const note of mergeSort(notes, byName)) {
    if (note.start !== note.end && !isMerged(kept, note)) kept.push({ ...note });
  }
  return kept;
}

interface MergedNote extends Note {
  start: bigint;
  end: bigint;
}

/** Whether an earlier note covers `note`, or was widened so that it does. */
function isMerged(kept: readonly MergedNote[], note: Note): boolean {
  for (let back = kept.length - 1; back >= Math.max(0, kept.length - maxLookBack); back--) {
    const other = kept[back];
    if (other === undefined || other.name !== note.name) return false;
    if (note.start >= other.start && note.end <= other.end) return true;
    // As measured: two ranges that end alike are not joined, here where the second begins before the first.
    if (note.end === other.end) continue;
    if (other.type === note.type && meets(other, note)) {
      if (note.start < other.start) other.start = note.start;
      if (note.end > other.end) other.end = note.end;
      return true;
    }
  }
  return false;
}

// As measured: strip joins ranges unless the second begins in the padding of up to 16 bytes behind the first.
function meets(other: Note, note: Note): boolean {
  return note.start <= other.end || ((other.end + 15n) & ~15n) < note.start;
}

// The first three bytes of a name only say how its value is stored. The order of overlapping ranges is not a consistent one,
// so the result depends on the sort: it has to be the merge sort of glibc's qsort.
function byName(a: Note, b: Note): number {
  const length = Math.min(a.name.length, b.name.length);
  const [nameA, nameB] = [a.name.slice(3, length), b.name.slice(3, length)];
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  if (a.end < b.start) return -1;
  if (a.start > b.end) return 1;
  if (a.start < b.start) return -1;
  return Number(a.end - b.end) || a.type - b.type;
}

function mergeSort(notes: readonly Note[], compare: (a: Note, b: Note) => number): readonly Note[] {
  if (notes.length < 2) return notes;
  const half = Math.floor(notes.length / 2);
  const left = mergeSort(notes.slice(0, half), compare);
  const right = mergeSort(notes.slice(half), compare);
  const sorted: Note[] = [];
  let taken = 0;
  for (const note of right) {
    for (let first = left[taken]; first !== undefined && compare(first, note) <= 0; first = left[taken]) {
      sorted.push(first);
      taken++;
    }
    sorted.push(note);
  }
  return [...sorted, ...left.slice(taken)];
}

function byRange(a: Note, b: Note): number {
  return a.type - b.type || Number(a.start - b.start) || Number(b.end - a.end);
}
