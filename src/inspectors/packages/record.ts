// `RECORD` of a Python package (PEP 376, PEP 427): CSV with a path, a hash and a size a row. Strict, because a row that is guessed
// would give a package files that are not its own.
import { FormatError } from '../../errors.ts';
import type { PackageFacts, RecordFacts, RecordedFile } from '../../model/facts.ts';
import type { Name } from '../../model/name.ts';
import type { Inspector } from '../inspector.ts';
import { boundedText, checkListed } from './text.ts';

export const recordInspector: Inspector<PackageFacts> = {
  name: 'RECORD',
  needs: 'all',
  matches: (_head, { path }) => path.endsWith('.dist-info/RECORD'),
  inspect(source): RecordFacts {
    const files: RecordedFile[] = [];
    for (const { fields, line } of recordRows(boundedText(source))) {
      const [path = '', hash = '', size = ''] = fields;
      if (fields.length !== 3) throw bad(`has no 3 fields in line ${line}, but ${fields.length}`);
      if (path === '') throw bad(`has no path in line ${line}`);
      checkListed(path, 'bad-record', line);
      if (!/^(?:[0-9]{1,15})?$/.test(size)) throw bad(`has a size in line ${line} that is no number`);
      files.push({ path, ...hashOf(hash), size: size === '' ? null : Number(size) });
    }
    return { type: 'record', files };
  },
};

/** `sha256=` and 43 characters of base64 for URLs, without padding. */
function hashOf(text: string): Pick<RecordedFile, 'algorithm' | 'digest'> {
  if (text === '') return { algorithm: null, digest: null };
  const equals = text.indexOf('=');
  const algorithm = equals < 0 ? '' : text.slice(0, equals).toLowerCase();
  const value = text.slice(equals + 1);
  if (algorithm !== 'sha256' || !/^[A-Za-z0-9_-]{43}=?$/.test(value)) return { algorithm, digest: null };
  return { algorithm, digest: `sha256:${Buffer.from(value, 'base64url').toString('hex')}` };
}

export interface RecordRow {
  readonly fields: readonly Name[];
  /** Counted from 1, as lines of the text. */
  readonly line: number;
  /** Where the row lies in the text, its end of line included. */
  readonly start: number;
  readonly end: number;
}

/** Rows of CSV in the dialect of Python's csv module; blank lines are none. @throws FormatError `bad-record`. */
export function* recordRows(text: Name): Iterable<RecordRow> {
  let at = 0;
  let line = 1;
  while (at < text.length) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const plain = text.slice(at, text[end - 1] === '\r' ? end - 1 : end);
    if (!plain.includes('"')) {
      if (plain !== '') yield { fields: plain.split(','), line, start: at, end: Math.min(end + 1, text.length) };
      at = end + 1;
      line++;
      continue;
    }
    const quoted = quotedRow(text, at, line);
    yield { fields: quoted.fields, line, start: at, end: quoted.end };
    line += quoted.lines;
    at = quoted.end;
  }
}

/** A row with quotes, which may hold commas, quotes (doubled) and line breaks. */
function quotedRow(text: Name, start: number, line: number): { fields: Name[]; end: number; lines: number } {
  const fields: Name[] = [];
  let at = start;
  for (;;) {
    const from = at;
    at = fieldEnd(text, from);
    const field = text.slice(from, at);
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (text[at] === ',') {
      at++;
      continue;
    }
    const ending = text.startsWith('\r\n', at) ? 2 : text[at] === '\n' ? 1 : 0;
    if (ending === 0 && at < text.length) throw bad(`has a stray quote in line ${line}`);
    return { fields, end: at + ending, lines: Math.max(1, text.slice(start, at + ending).split('\n').length - 1) };
  }
}

const fieldEnds = /[",\r\n]/g;

/** Where a field ends; of a quote that is not closed, at the quote. Not by one expression: a field may be longer than those can go. */
function fieldEnd(text: Name, start: number): number {
  if (text[start] !== '"') {
    fieldEnds.lastIndex = start;
    return fieldEnds.exec(text)?.index ?? text.length;
  }
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at + 1;
  }
  return start;
}

function bad(what: string): FormatError {
  return new FormatError('bad-record', what);
}
