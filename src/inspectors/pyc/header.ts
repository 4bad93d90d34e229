// Python bytecode files: the magic number tells the version, the version the header's layout, the name the rest.
// Layouts: PEP 3147 (8 bytes: magic, mtime), CPython 3.3 (12: source size added), PEP 552 (16: flags added).
import { byteAt } from '../../bytes/at.ts';
import { FormatError } from '../../errors.ts';
import type { PycFacts, PycMode } from '../../model/facts.ts';
import type { Name } from '../../model/name.ts';
import type { Inspector } from '../inspector.ts';

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
  for (const range of versions) {
    if (magic >= range[0] && magic <= range[1]) return range[2];
  }
  return null;
}

/** What the place and the name of a pyc say of it (PEP 3147, PEP 488). */
export interface PycPlace {
  readonly optimization: string;
  readonly legacy: boolean;
  readonly source: Name | null;
}

const cacheName = '__pycache__';

export function pycPlace(path: Name): PycPlace {
  const slash = path.lastIndexOf('/');
  // Where the name of the directory begins, if it is that of a cache.
  const cache = slash - cacheName.length;
  const stem = path.slice(slash + 1, -'.pyc'.length);
  const optimized = path.endsWith('.pyo') ? 'pyo' : '';
  if (cache < 0 || !path.startsWith(cacheName, cache) || (cache > 0 && path[cache - 1] !== '/')) {
    return { optimization: optimized, legacy: true, source: stem === '' ? null : sourceName(path, slash + 1, stem) };
  }
  let dot = stem.lastIndexOf('.');
  const tag = stem.startsWith('.opt-', dot) ? stem.slice(dot + 5) : '';
  const tagged = tag === '1' || tag === '2' || /^[0-9A-Za-z]+$/.test(tag);
  if (tagged) dot = stem.lastIndexOf('.', dot - 1);
  return {
    optimization: tagged ? tag : optimized,
    legacy: false,
    source: dot > 0 ? sourceName(path, cache, stem.slice(0, dot)) : null,
  };
}

/** `stem` with the suffix of sources, in the directory that the first `length` bytes of `path` name. */
function sourceName(path: Name, length: number, stem: string): Name {
  return `${path.slice(0, length)}${stem}.py`;
}

export const pycInspector: Inspector = {
  name: 'pyc',
  needs: 'head',
  // By name alone, so that a *.pyc whose head is broken gets its notice.
  matches: (_head, file) => file.path.endsWith('.pyc') || file.path.endsWith('.pyo'),
  // An artifact may hold thousands of these files: plain byte arithmetic is all they need.
  inspect(source, file): PycFacts {
    const bytes = source.read(0, Math.min(16, source.size));
    if (bytes.length < 4) throw cut(bytes.length, 4);
    if (bytes[2] !== 0x0d || bytes[3] !== 0x0a) {
      throw new FormatError('bad-pyc', 'is named as Python bytecode but does not begin with its magic', { offset: 0 });
    }
    const magic = u32(bytes, 0) % 0x1_0000;
    const python = pythonOfMagic(magic);
    // A magic of no release is read in the newest layout: later releases and PyPy use it.
    const length = python === null ? 16 : headerLength(magic);
    if (bytes.length < length) throw cut(bytes.length, length);
    const mode = length === 16 ? readMode(u32(bytes, 4)) : 'timestamp';
    const timed = mode === 'timestamp';
    const place = pycPlace(file.path);
    return {
      type: 'pyc',
      magic,
      python,
      mode,
      sourceMtime: timed ? u32(bytes, length === 16 ? 8 : 4) : null,
      sourceSize: timed && length > 8 ? u32(bytes, length - 4) : null,
      optimization: place.optimization,
      legacy: place.legacy,
      source: place.source,
    };
  },
  remark(facts) {
    if (facts.type !== 'pyc' || facts.python !== null) return null;
    return {
      code: 'unknown-python',
      message: `has the magic number ${facts.magic}, which is of no known Python release`,
    };
  },
};

/** Little endian, within bytes that are known to be there. */
function u32(bytes: Uint8Array, at: number): number {
  const high = (byteAt(bytes, at + 3) << 8) | byteAt(bytes, at + 2);
  return high * 0x1_0000 + ((byteAt(bytes, at + 1) << 8) | byteAt(bytes, at));
}

/** Of a known magic number. */
export function headerLength(magic: number): 8 | 12 | 16 {
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
