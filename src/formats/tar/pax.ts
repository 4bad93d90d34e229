// pax extended headers (POSIX.1-2017 pax, "pax Extended Header"): records `LENGTH KEY=VALUE\n`. A record that is not exactly
// that is a FormatError: readers that skip or guess here disagree about where the next member begins.
import { FormatError } from '../../errors.ts';
import { nameFromBytes } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';

/** Values are byte strings; an empty value cancels the key. */
export type PaxRecord = readonly [key: string, value: Name];

/** @param offset of `bytes[0]` in the archive, for errors. @throws FormatError `bad-pax-record`. */
export function parsePaxRecords(bytes: Uint8Array, offset: number): PaxRecord[] {
  const records: PaxRecord[] = [];
  // At once: some archives have a header of three records for each member, and taking strings from a string is cheap.
  const text = nameFromBytes(bytes);
  let at = 0;
  while (at < text.length) {
    const bad = (what: string): FormatError =>
      new FormatError('bad-pax-record', `has a pax header record ${what}`, { offset: offset + at });
    let length = 0;
    let digits = at;
    for (; digits < text.length && digits - at < 8; digits++) {
      const code = text.charCodeAt(digits);
      if (code < 0x30 || code > 0x39) break;
      length = length * 10 + (code - 0x30);
    }
    if (digits === at || text.charCodeAt(digits) !== 0x20) throw bad('without a decimal length');
    const end = at + length;
    if (length <= digits - at + 1 || end > text.length) throw bad(`whose length ${length} does not fit`);
    if (text.charCodeAt(end - 1) !== 0x0a) throw bad('that does not end in a newline');
    const equals = text.indexOf('=', digits + 1);
    if (equals < 0 || equals >= end) throw bad('without "="');
    const key = text.slice(digits + 1, equals);
    if (key === '' || key.includes('\0')) throw bad('with an unusable key');
    // Names are kept, and would keep the whole text with them.
    const isName = key.endsWith('path') || key.endsWith('name');
    const value = isName ? nameFromBytes(bytes.subarray(equals + 1, end - 1)) : text.slice(equals + 1, end - 1);
    records.push([key, value]);
    at = end;
  }
  return records;
}

/** What pax records say of one member; undefined where they say nothing. */
export interface PaxFields {
  path?: Name;
  linkpath?: Name;
  size?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  sparse?: PaxSparse;
}

/** `GNU.sparse.*` keys (GNU tar manual, "Storing Sparse Files"). */
export interface PaxSparse {
  major?: number;
  minor?: number;
  name?: Name;
  realSize?: number;
  /** Offset and length of each stored segment, alternately (formats 0.0 and 0.1). */
  map?: number[];
}

/** Adds records to fields: a later record wins, an empty value cancels. @throws FormatError `bad-pax-record`. */
export function applyPaxRecords(fields: PaxFields, records: readonly PaxRecord[], offset: number): void {
  for (const [key, value] of records) {
    switch (key) {
      case 'path':
      case 'linkpath':
        if (value.includes('\0')) throw badValue(key, value, offset);
        if (value === '') delete fields[key];
        else fields[key] = value;
        break;
      case 'size':
      case 'uid':
      case 'gid':
        if (value === '') delete fields[key];
        else fields[key] = wholeNumber(key, value, offset);
        break;
      case 'mtime':
        if (value === '') delete fields.mtime;
        else fields.mtime = seconds(value, offset);
        break;
      default:
        if (key.startsWith('GNU.sparse.')) applySparse((fields.sparse ??= {}), key.slice(11), value, offset);
    }
  }
}

function applySparse(sparse: PaxSparse, key: string, value: Name, offset: number): void {
  switch (key) {
    case 'major':
    case 'minor':
      sparse[key] = wholeNumber(`GNU.sparse.${key}`, value, offset);
      break;
    case 'name':
      sparse.name = value;
      break;
    case 'size':
    case 'realsize':
      sparse.realSize = wholeNumber(`GNU.sparse.${key}`, value, offset);
      break;
    case 'offset':
    case 'numbytes':
      (sparse.map ??= []).push(wholeNumber(`GNU.sparse.${key}`, value, offset));
      break;
    case 'map':
      sparse.map = value === '' ? [] : value.split(',').map((part) => wholeNumber('GNU.sparse.map', part, offset));
      break;
    default: // numblocks: the map itself tells
  }
}

function badValue(key: string, value: Name, offset: number): FormatError {
  const shown = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return new FormatError('bad-pax-record', `has a pax record ${key}=${shown} that is not a valid ${key}`, { offset });
}

function wholeNumber(key: string, value: Name, offset: number): number {
  const number = /^[0-9]{1,20}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw badValue(key, value, offset);
  return number;
}

/** Whole seconds, rounded down: fractions are dropped. */
function seconds(value: Name, offset: number): number {
  const match = /^(-?)([0-9]{1,15})(\.[0-9]*)?$/.exec(value);
  if (match === null) throw badValue('mtime', value, offset);
  const whole = Number(match[2]);
  if (match[1] === '') return whole;
  return /[1-9]/.test(match[3] ?? '') ? -whole - 1 : -whole;
}
