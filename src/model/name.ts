// Names of members are bytes, not text: a name may be any byte string, so it is held as a "byte string", a JavaScript string
// of code units 0-255, one a byte. Equal names are equal strings, and code-unit order is byte order (LC_ALL=C).

/** A name as bytes, one code unit (0-255) a byte; never shown to a person without an escape function of report/. */
export type Name = string;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The byte string of raw bytes. */
export function nameFromBytes(bytes: Uint8Array): Name {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The byte string of ordinary text, as UTF-8. A lone surrogate becomes U+FFFD. */
export function nameFromText(text: string): Name {
  return nameFromBytes(encoder.encode(text));
}

/** The bytes that a name stands for. */
export function nameToBytes(name: Name): Uint8Array {
  return Buffer.from(name, 'latin1');
}

/** The name as text, or null where its bytes are not valid UTF-8. */
export function nameToText(name: Name): string | null {
  if (/^[\0-\x7f]*$/.test(name)) return name;
  try {
    return strictDecoder.decode(nameToBytes(name));
  } catch {
    return null;
  }
}

/** What comes of a stored member name: the path inside the artifact, and what was odd about its spelling. */
export interface NormalizedPath {
  /** Relative, `/`-separated, without empty and `.` components; the root is `.`. `..` is kept and never resolved. */
  readonly path: Name;
  readonly absolute: boolean;
  readonly escapes: boolean;
}

/** Brings the spellings `./a`, `/a`, `a/`, `x//a` and `x/./a` of one path together. */
export function normalizePath(stored: Name): NormalizedPath {
  // By far the most names are plain, or plain behind the `./` that tar writes.
  const path = stored.startsWith('./') ? stored.slice(2) : stored;
  if (isPlain(path)) return { path, absolute: false, escapes: false };
  const parts = stored.split('/').filter((part) => part !== '' && part !== '.');
  return {
    path: parts.length === 0 ? '.' : parts.join('/'),
    absolute: stored.startsWith('/'),
    escapes: parts.includes('..'),
  };
}

/** Directory that holds `path`; the root's own is null. */
export function parentPath(path: Name): Name | null {
  if (path === '.') return null;
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash);
}

/** Gathers the directories that paths lie in, those right above them alone. */
export function parentsOf(): { readonly found: ReadonlySet<Name>; add(path: Name): void } {
  const found = new Set<Name>();
  // Members come directory by directory, so most lie beside the one before.
  let last: Name = '.';
  return {
    found,
    add(path) {
      if (isIn(path, last)) return;
      last = parentPath(path) ?? '.';
      found.add(last);
    },
  };
}

/** Whether `directory` (not the root) holds `path` directly; without making the parent's name, unlike `parentPath`. */
export function isIn(path: Name, directory: Name): boolean {
  const { length } = directory;
  return path.charCodeAt(length) === 0x2f && path.lastIndexOf('/') === length && path.startsWith(directory);
}

/** Last component of `path`. */
export function baseName(path: Name): Name {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path of what lies at `below` in a directory; in the root it is `below` itself. */
export function pathIn(directory: Name, below: Name): Name {
  return directory === '.' ? below : `${directory}/${below}`;
}

/** Number of components below the root; the root has 0. */
export function depth(path: Name): number {
  if (path === '.') return 0;
  let count = 1;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count++;
  return count;
}

/** Whether it lies deeper than that; looks no further, however long the path is. */
export function isDeeper(path: Name, levels: number): boolean {
  if (path === '.') return false;
  let at = -1;
  for (let left = levels; left > 0; left--) {
    at = path.indexOf('/', at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Comparison for sorting: by code unit, so by byte, on every machine and in every locale. */
export function compareNames(a: Name, b: Name): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same for paths of directories, the root first, as it holds all others. */
export function comparePaths(a: Name, b: Name): number {
  return a === b ? 0 : a === '.' ? -1 : b === '.' ? 1 : compareNames(a, b);
}

/** Neither empty nor with a component that is empty, `.` or `..`. Searching for strings is several times faster than a pattern. */
function isPlain(path: Name): boolean {
  if (path === '' || path.startsWith('/') || path.endsWith('/') || path.includes('//')) return false;
  if (path.startsWith('.') && /^\.{1,2}(?:\/|$)/.test(path)) return false;
  return !path.includes('/.') || !/\/\.{1,2}(?:\/|$)/.test(path);
}
