// Python bytecode files: the magic number tells the version, the version the header's layout, the name the rest.
// Layouts: PEP 3147 (8 bytes: magic, mtime), CPython 3.3 (12: source size added), PEP 552 (16: flags added).
import { FormatError } from '../errors.ts';
import { Reader } from '../bytes/reader.ts';
import type { PycFacts, PycMode } from '../model/facts.ts';
import { baseName, type Name, parentPath } from '../model/name.ts';
import type { Inspector } from './inspector.ts';

// [first magic, last magic, version]; CPython, Include/internal/pycore_magic_number.h. Each release used the numbers of its
// own range only. 3.15 is open: its last number is not known yet, 3700 belongs to 3.16.
const versions: readonly (readonly [first: number, last: number, version: string])[] = [
  [3000, 3131, '3.0'],
  [3141, 3151, '3.1'],
  [3160, 3180, '3.2'],
  [3190, 3230, '3.3'],
  [3250, 3310, '3.4'],
  [3320, 3351, '3.5'],
  [3360, 3379, '3.6'],
  [3390, 3394, '3.7'],
  [3400, 3413, '3.8'],
  [3420, 3425, '3.9'],
  [3430, 3439, '3.10'],
  [3450, 3495, '3.11'],
  [3500, 3531, '3.12'],
  [3550, 3571, '3.13'],
  [3600, 3627, '3.14'],
  [3650, 3699, '3.15'],
  [62171, 62211, '2.7'],
];

const firstWithSize = 3210;
const firstWithFlags = 3392;

/** Python version of a magic number, `3.9`, or null where no release used it. */
export function pythonOfMagic(magic: number): string | null {
  return versions.find(([first, last]) => magic >= first && magic <= last)?.[2] ?? null;
}

/** What the place and the name of a pyc say of it (PEP 3147, PEP 488). */
export interface PycPlace {
  readonly optimization: string;
  readonly legacy: boolean;
  readonly source: Name | null;
}

export function pycPlace(path: Name): PycPlace {
  const directory = parentPath(path) ?? '.';
  const file = baseName(path);
  const stem = file.slice(0, -'.pyc'.length);
  const optimized = file.endsWith('.pyo') ? 'pyo' : '';
  if (baseName(directory) !== '__pycache__') {
    const named = stem !== '';
    return { optimization: optimized, legacy: true, source: named ? joined(directory, `${stem}.py`) : null };
  }
  const tag = /\.opt-([0-9A-Za-z]+)$/.exec(stem);
  const tagged = tag === null ? stem : stem.slice(0, tag.index);
  const dot = tagged.lastIndexOf('.');
  return {
    optimization: tag?.[1] ?? optimized,
    legacy: false,
    source: dot > 0 ? joined(parentPath(directory) ?? '.', `${tagged.slice(0, dot)}.py`) : null,
  };
}

export const pycInspector: Inspector = {
  name: 'pyc',
  needs: 'head',
  // By name alone, so that a *.pyc whose head is broken gets its notice.
  matches: (_head, file) => /\.py[co]$/.test(file.path),
  inspect(source, file): PycFacts {
    const header = readHeader(new Reader(source.read(0, Math.min(16, source.size)), 'little'));
    return { type: 'pyc', ...header, ...pycPlace(file.path) };
  },
};

type Header = Pick<PycFacts, 'magic' | 'python' | 'mode' | 'sourceMtime' | 'sourceSize'>;

function readHeader(reader: Reader): Header {
  if (reader.length < 4) throw cut(reader.length, 4);
  if (reader.u16(2) !== 0x0a0d) {
    throw new FormatError('bad-pyc', 'is named as Python bytecode but does not begin with its magic', { offset: 0 });
  }
  const magic = reader.u16(0);
  const python = pythonOfMagic(magic);
  // A magic of no release is read in the newest layout: later releases and PyPy use it.
  const length = python === null ? 16 : headerLength(magic);
  if (reader.length < length) throw cut(reader.length, length);
  const mode = length === 16 ? readMode(reader.u32(4)) : 'timestamp';
  const timed = mode === 'timestamp';
  return {
    magic,
    python,
    mode,
    sourceMtime: timed ? reader.u32(length === 16 ? 8 : 4) : null,
    sourceSize: timed && length > 8 ? reader.u32(length - 4) : null,
  };
}

function headerLength(magic: number): 8 | 12 | 16 {
  if (magic < firstWithSize || magic > 60_000) return 8;
  return magic < firstWithFlags ? 12 : 16;
}

// PEP 552: bit 0 says that a hash stands in place of mtime and size, bit 1 that it is checked against the source.
function readMode(flags: number): PycMode {
  if (flags > 3) {
    throw new FormatError('bad-pyc', `has unknown flags 0x${flags.toString(16)} in its header`, { offset: 4 });
  }
  if (flags % 2 === 0) return 'timestamp';
  return flags === 3 ? 'checked-hash' : 'unchecked-hash';
}

function cut(length: number, due: number): FormatError {
  return new FormatError('truncated', `ends inside the bytecode header (${length} of ${due} bytes)`, {
    offset: length,
  });
}

function joined(directory: Name, name: Name): Name {
  return directory === '.' ? name : `${directory}/${name}`;
}
