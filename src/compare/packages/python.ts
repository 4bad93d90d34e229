// Packages of Python: each `.dist-info` or `.egg-info` with the list of files in it. What the list says of hashes and sizes is
// compared with what is there, and all that differs is one notice a list.
import type { RecordedFile } from '../../model/facts.ts';
import { spellBytes } from '../../model/json-name.ts';
import { baseName, compareNames, parentPath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Entry, Notice } from '../../model/snapshot.ts';
import type { Owners } from './owners.ts';
import { createTally } from './tally.ts';
import type { View } from './view.ts';

interface PythonPackage {
  readonly owner: number;
  /** The `.dist-info` or `.egg-info`. */
  readonly data: Name;
  /** The directory that paths of its list begin at. */
  readonly base: Name;
  readonly rows: readonly RecordedFile[];
}

/** @returns what its lists say that is not so. */
export function claimPythonPackages(view: View, owners: Owners, isWhole: boolean): Notice[] {
  const notices: Notice[] = [];
  const packages: PythonPackage[] = [];
  for (const { path, kind } of view.snapshot.entries) {
    if (kind !== 'directory' || !/\.(?:dist|egg)-info$/.test(path)) continue;
    const rows = rowsOf(view, path);
    const { name, version } = identity(baseName(path));
    const owner = owners.add({ name, version, kind: 'python', path });
    const base = path.endsWith('.egg-info') ? path : (parentPath(path) ?? '.');
    packages.push({ owner, data: path, base, rows: rows ?? [] });
    // What dpkg installed has no such list; dpkg knows.
    const byOther = [`${path}/METADATA`, `${path}/PKG-INFO`].some((file) => owners.listedBy(file) !== null);
    if (byOther || !isWhole) continue;
    if (rows === null) notices.push(missingList(view, path));
    else for (const one of differences(view, path, base, rows)) notices.push(one);
  }
  packages.sort((a, b) => compareNames(a.data, b.data));
  // Of a file that several packages list, those own it first whose list agrees with what is there.
  for (const agreeing of [true, false]) {
    for (const { owner, base, rows } of packages) {
      for (const row of rows) {
        const path = view.resolve(base, row.path);
        if (path !== null && (!agreeing || agrees(row, fileAt(view, path)))) owners.claim(path, owner);
      }
    }
  }
  for (const { data, owner } of packages) owners.claimBelow(data, owner);
  return notices;
}

function listOf(data: Name): Name {
  return `${data}/${data.endsWith('.egg-info') ? 'installed-files.txt' : 'RECORD'}`;
}

/** null where there is no list, or one that cannot be read. */
function rowsOf({ lists }: View, data: Name): readonly RecordedFile[] | null {
  const facts = lists.get(listOf(data));
  if (facts?.type === 'record') return facts.files;
  if (facts?.type !== 'file-list') return null;
  return facts.paths.map((path) => ({ path, algorithm: null, digest: null, size: null }));
}

/** `NAME-VERSION.dist-info`; `NAME-VERSION-pyX.Y.egg-info`; both escape `-` in names. */
function identity(directory: Name): { name: string; version: string | null } {
  const stem = directory.replace(/\.(?:dist|egg)-info$/, '');
  const match = /^(.+?)-([0-9v][^-]*)(?:-.*)?$/s.exec(stem);
  return { name: spellBytes(match?.[1] ?? stem), version: match?.[2] === undefined ? null : spellBytes(match[2]) };
}

function missingList({ paths }: View, path: Name): Notice {
  const file = baseName(listOf(path));
  const is = paths.has(listOf(path)) ? `its ${file} cannot be read` : `has no ${file}`;
  return { code: 'no-file-list', path, message: `${is}; which files belong to it is not known` };
}

/** What is there; of a hard link, the file. */
function fileAt({ paths }: View, path: Name): Entry | undefined {
  const entry = paths.get(path);
  return entry?.kind === 'hardlink' ? paths.get(entry.link ?? '') : entry;
}

function agrees(row: RecordedFile, entry: Entry | undefined): boolean {
  if (entry === undefined) return false;
  if (entry.kind !== 'file') return true;
  if (row.size !== null && row.size !== entry.size) return false;
  return row.digest === null || entry.digest === null || row.digest === entry.digest;
}

/** Hashes that RECORD may not use, as nobody can rely on them (PEP 427). */
const weak: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha224']);

/** Those that it may use and that are not compared. */
const otherHash = /^(?:sha384|sha512|sha3_(?:256|384|512)|blake2[bs])$/;

function differences(view: View, data: Name, base: Name, rows: readonly RecordedFile[]): Notice[] {
  const tally = createTally();
  const seen = new Set<Name>();
  for (const row of rows) {
    const path = view.resolve(base, row.path);
    if (path === null) {
      tally.count('outside', 'outside of the artifact', row.path);
      continue;
    }
    if (seen.has(path)) tally.count('twice', 'more than once', row.path);
    seen.add(path);
    const entry = view.paths.get(path);
    // Bytecode is listed by pip, and left out of many an artifact.
    if (entry === undefined && !path.endsWith('.pyc')) tally.count('missing', 'that is not there', row.path);
    if (row.algorithm !== null && row.digest === null && !otherHash.test(row.algorithm)) {
      const how = weak.has(row.algorithm) ? `with a hash of ${row.algorithm}` : 'with a hash that is none';
      tally.count(how, how, row.path);
    }
    const file = fileAt(view, path);
    if (file?.kind !== 'file') continue;
    if (row.size !== null && row.size !== file.size) tally.count('size', 'of another size', row.path);
    else if (row.digest !== null && file.digest !== null && row.digest !== file.digest) {
      tally.count('content', 'of other content', row.path);
    }
  }
  const message = tally.text();
  return message === null ? [] : [{ code: 'record-mismatch', path: listOf(data), message: `lists ${message}` }];
}
