// How much of an artifact is Python bytecode, and what its tree would take in other forms: with one level of optimisation, as `-OO`
// bytecode without sources and columns, and as sources without bytecode. Sizes are of the whole tree, so that they compare with its content.
import { pycPlace } from '../inspectors/pyc/header.ts';
import type { PycCode, PycFacts } from '../model/facts.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/** Made by `bytecodeRollup`. */
export interface BytecodeRollup {
  /** By Python version, most bytes first; null for pycs of no known release. */
  readonly versions: readonly PythonBytecode[];
  /** What pycs are made of, over all that could be read; each hard-linked file once. */
  readonly parts: BytecodeParts;
  /** Pycs whose code is broken, of a version that is not understood, or was not asked for. */
  readonly unread: { readonly files: number; readonly bytes: number };
  /** As shipped, then what it could be. */
  readonly trees: readonly [
    shipped: BytecodeTree,
    levelZero: BytecodeTree,
    optimized: OptimizedTree,
    sources: BytecodeTree,
  ];
}

/** Pycs of one Python version, `3.12`, and the bytes of these files; `python` is null for a magic number of no release. */
export interface PythonBytecode {
  readonly python: string | null;
  readonly files: number;
  readonly bytes: number;
}

/** Pycs whose code could be read: how many, their bytes, and how many of these are in parts of each kind. */
export interface BytecodeParts {
  readonly files: number;
  readonly bytes: number;
  readonly docstrings: number;
  readonly lineTables: number;
  readonly columnTables: number;
  readonly exceptionTables: number;
}

/** What the whole artifact would hold in one form: as it is, with one level of optimisation, as `-OO` bytecode or as sources alone. */
export interface BytecodeTree {
  readonly tree: 'shipped' | 'level-0' | 'optimized' | 'sources';
  /** Bytes of content of the whole artifact in this form. */
  readonly content: number;
  /** Bytes less than shipped; below 0 where it would take more. */
  readonly saves: number;
  /** Shell commands to run in the unpacked tree. */
  readonly commands: readonly string[];
}

/** The form `optimized`: only `-OO` bytecode without columns, but for sources whose bytecode is not known. */
export interface OptimizedTree extends BytecodeTree {
  /** Sources that give way to bytecode of a predicted length. */
  readonly compiled: number;
  /** Sources without a pyc to predict from (none shipped, stale, unread): they are counted as they are. */
  readonly kept: { readonly files: number; readonly bytes: number };
}

/** What bytecode takes, in bytes. The snapshot must have been made with `bytecode`; without it, all pycs are `unread`. */
export function bytecodeRollup(snapshot: Snapshot): BytecodeRollup {
  const versions = new Map<string | null, { python: string | null; files: number; bytes: number }>();
  const parts = { files: 0, bytes: 0, docstrings: 0, lineTables: 0, columnTables: 0, exceptionTables: 0 };
  const unread = { files: 0, bytes: 0 };
  for (const { kind, path, size, facts } of snapshot.entries) {
    if (kind !== 'file' || !/\.py[co]$/.test(path)) continue;
    const python = facts?.type === 'pyc' ? facts.python : null;
    const version = versions.get(python) ?? { python, files: 0, bytes: 0 };
    versions.set(python, version);
    for (const total of [version, codeOf(facts) === null ? unread : parts]) {
      total.files++;
      total.bytes += size;
    }
    const code = codeOf(facts);
    if (code === null) continue;
    for (const key of ['docstrings', 'lineTables', 'columnTables', 'exceptionTables'] as const) parts[key] += code[key];
  }
  const shipped = { tree: 'shipped', content: snapshot.totals.content, saves: 0, commands: [] } as const;
  return {
    versions: [...versions.values()].toSorted(
      (a, b) => b.bytes - a.bytes || compareNames(a.python ?? '', b.python ?? ''),
    ),
    parts,
    unread,
    trees: [shipped, levelZero(snapshot), optimizedTree(snapshot), sourcesAlone(snapshot)],
  };
}

/** null also where a snapshot file says it of no known Python. */
function codeOf(facts: Entry['facts']): PycCode | null {
  if (facts?.type !== 'pyc' || facts.python === null || facts.code === undefined) return null;
  return 'levels' in facts.code ? facts.code : null;
}

const dropLevels = `find . -name '*.opt-[12].pyc' -exec sh -c 'for f; do [ ! -e "\${f%.opt-*}.pyc" ] || rm "$f"; done' sh {} +`;

/** Without the pycs of levels 1 and 2 whose plain one is there. */
function levelZero(snapshot: Snapshot): BytecodeTree {
  const paths = new Set(snapshot.entries.map(({ path }) => path));
  const gone = new Set<Name>();
  for (const path of paths) {
    if (/\.opt-[12]\.pyc$/.test(path) && paths.has(path.replace(/\.opt-.\.pyc$/, '.pyc'))) gone.add(path);
  }
  const saves = freed(snapshot, gone);
  return { tree: 'level-0', content: snapshot.totals.content - saves, saves, commands: [dropLevels] };
}

const dropCaches = 'find . -name __pycache__ -prune -exec rm -r {} +';
const dropBeside = `find . -name '*.py[co]' -type f -exec sh -c 'for f; do [ ! -e "\${f%[co]}" ] || rm -f "$f"; done' sh {} +`;

/** Without `__pycache__`, and without bytecode beside its source; bytecode that has no source stays. */
function sourcesAlone(snapshot: Snapshot): BytecodeTree {
  const paths = pathsOf(snapshot);
  const cached = new Set<Name>();
  const beside = new Set<Name>();
  for (const { path, kind } of snapshot.entries) {
    if (kind === 'directory') continue;
    if (inCache(path)) cached.add(path);
    else if (kind !== 'symlink' && /\.py[co]$/.test(path) && paths.has(path.slice(0, -1))) beside.add(path);
  }
  const saves = freed(snapshot, new Set([...cached, ...beside]));
  const commands = [...(cached.size === 0 ? [] : [dropCaches]), ...(beside.size === 0 ? [] : [dropBeside])];
  return { tree: 'sources', content: snapshot.totals.content - saves, saves, commands };
}

/** Every source that has a pyc to predict from becomes a pyc beside it; `__pycache__` goes. */
function optimizedTree(snapshot: Snapshot): OptimizedTree {
  const python = mainPython(snapshot);
  const best = bestPycs(snapshot, python);
  const gone = new Set<Name>();
  const kept = { files: 0, bytes: 0 };
  let compiled = 0;
  let added = 0;
  for (const { path, kind, size } of snapshot.entries) {
    if (kind === 'directory') continue;
    if (python !== '2.7' && inCache(path)) gone.add(path);
    if (!path.endsWith('.py')) continue;
    const code = best.get(path);
    if (code === undefined) {
      if (kind !== 'symlink') {
        kept.files++;
        kept.bytes += size;
      }
      continue;
    }
    compiled++;
    // Python 2 writes the name anew in each code object, later ones refer to the first.
    const names = python === '2.7' ? code.objects : 1;
    added += code.optimized + names * (filenameLength(path, python) - code.filename);
    for (const old of python === '2.7' ? [path, `${path}c`, `${path}o`] : [path, `${path}c`]) gone.add(old);
  }
  const saves = compiled === 0 ? 0 : freed(snapshot, gone) - added;
  const commands = compiled === 0 ? [] : recipe(python ?? '3');
  return { tree: 'optimized', content: snapshot.totals.content - saves, saves, commands, compiled, kept };
}

function inCache(path: Name): boolean {
  return path.startsWith('__pycache__/') || path.includes('/__pycache__/');
}

/** The Python that most of the readable pycs are of. */
function mainPython({ entries }: Snapshot): string | null {
  const counts = new Map<string, number>();
  for (const { facts } of entries) {
    if (facts?.type !== 'pyc' || facts.python === null || codeOf(facts) === null) continue;
    counts.set(facts.python, (counts.get(facts.python) ?? 0) + 1);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1] || compareNames(a[0], b[0]))[0]?.[0] ?? null;
}

/** By source, the code of its pyc of the main Python that is least optimised; none where the source is not what was compiled. */
function bestPycs(snapshot: Snapshot, python: string | null): Map<Name, PycCode> {
  const paths = pathsOf(snapshot);
  const best = new Map<Name, { code: PycCode; rank: string }>();
  for (const { path, kind, link, facts: own } of snapshot.entries) {
    // A further name of a pyc is one of another source.
    const facts = kind === 'hardlink' ? paths.get(link ?? '')?.facts : own;
    const code = codeOf(facts ?? null);
    if (code === null || facts?.type !== 'pyc' || facts.python !== python) continue;
    const { source: name, legacy, optimization } = kind === 'hardlink' ? pycPlace(path) : facts;
    const source = paths.get(name ?? '');
    if (source === undefined || isStale(facts, source, paths)) continue;
    const rank = `${legacy ? 1 : 0}${optimization}`;
    const known = best.get(source.path);
    if (known === undefined || rank < known.rank) best.set(source.path, { code, rank });
  }
  return new Map([...best].map(([source, { code }]) => [source, code]));
}

/** A source of another size is another source; its time is often changed on purpose. */
function isStale({ sourceSize }: PycFacts, source: Entry, paths: ReadonlyMap<Name, Entry>): boolean {
  const file = source.kind === 'hardlink' ? paths.get(source.link ?? '') : source;
  return sourceSize !== null && file?.kind === 'file' && file.size % 2 ** 32 !== sourceSize;
}

/** What compileall names a source that it finds below `.`. */
function filenameLength(path: Name, python: string | null): number {
  const length = path.length + './'.length;
  const short = python !== '2.7' && length < 256 && !/[\x80-\xff]/.test(path);
  return length + (short ? 2 : 5);
}

function recipe(python: string): string[] {
  const suffix = python === '2.7' ? 'o' : 'c';
  const removeSources = `find . -name '*.py' -exec sh -c 'for f; do [ ! -e "\${f}${suffix}" ] || rm "$f"; done' sh {} +`;
  const removePlain = `find . -name '*.pyc' -exec sh -c 'for f; do [ ! -e "\${f%c}o" ] || rm "$f"; done' sh {} +`;
  // Before 3.9 compileall goes no deeper than ten directories by itself.
  const deep = /^3\.[5-8]$/.test(python) ? ' -r 99' : '';
  if (python === '2.7') {
    const compile = `python2.7 -OO -c 'import compileall; compileall.compile_dir(".", 99, force=1, quiet=1)'`;
    return [compile, removeSources, removePlain];
  }
  return [dropCaches, `PYTHONNODEBUGRANGES=1 python${python} -OO -m compileall -q -f -b${deep} .`, removeSources];
}

/** Bytes of files all of whose names go. */
function freed({ entries }: Snapshot, gone: ReadonlySet<Name>): number {
  const kept = new Set<Name>();
  for (const { path, kind, link } of entries) {
    if (kind === 'hardlink' && !gone.has(path)) kept.add(link ?? '');
  }
  let bytes = 0;
  for (const { path, size } of entries) if (gone.has(path) && !kept.has(path)) bytes += size;
  return bytes;
}
