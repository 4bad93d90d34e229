// What rules look at, indexed once: a walk over all entries takes longer than most of what a rule does with the few that concern it.
import { withPathFacts } from '../inspectors/index.ts';
import type { ArFacts, ElfFacts, PycFacts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import { resolveSymlink } from '../model/symlink.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import type { FileWith, Pyc, RuleContext } from './rule.ts';

export function contextOf(snapshot: Snapshot, claimed: RuleContext['claimed']): RuleContext {
  const files: Entry[] = [];
  const directories: Name[] = [];
  const elfFiles: FileWith<ElfFacts>[] = [];
  const staticLibraries: FileWith<ArFacts>[] = [];
  const pycs: Pyc[] = [];
  const oddlyNamed: Entry[] = [];
  const symlinks: { entry: Entry; target: Name }[] = [];
  const paths = pathsOf(snapshot);
  const names = new Map<Name, Name[]>();
  const addPyc = pycList(paths, pycs);
  for (const entry of snapshot.entries) {
    const { path, kind, facts } = entry;
    if (kind === 'file') {
      files.push(entry);
      if (isOddlyNamed(path)) oddlyNamed.push(entry);
      if (facts === null) continue;
      if (facts.type === 'pyc') addPyc(entry, facts);
      else if (facts.type === 'elf') elfFiles.push({ entry, facts });
      else if (facts.type === 'ar') staticLibraries.push({ entry, facts });
    } else if (kind === 'directory') {
      if (path !== '.') directories.push(path);
    } else if (kind === 'symlink') {
      const target = resolveSymlink(entry, paths)?.target;
      if (target !== undefined) symlinks.push({ entry, target });
    } else if (kind === 'hardlink' && entry.link !== null) {
      if (isOddlyNamed(path)) oddlyNamed.push(entry);
      const known = names.get(entry.link);
      if (known === undefined) names.set(entry.link, [entry.link, path]);
      else known.push(path);
      const shared = path.endsWith('.pyc') ? paths.get(entry.link) : undefined;
      const own = shared?.kind === 'file' && shared.facts !== null ? withPathFacts(shared.facts, path) : null;
      if (own?.type === 'pyc') addPyc(entry, own);
    }
  }
  return { snapshot, files, symlinks, directories, elfFiles, staticLibraries, pycs, oddlyNamed, names, paths, claimed };
}

/** Adds to `pycs`, each with its source. */
function pycList(paths: ReadonlyMap<Name, Entry>, pycs: Pyc[]): (entry: Entry, facts: PycFacts) => void {
  // Bytecode of several levels of one source stands side by side.
  let name: Name | null = null;
  let source: Entry | undefined;
  return (entry, facts) => {
    if (facts.source !== name) {
      name = facts.source;
      source = name === null ? undefined : paths.get(name);
    }
    pycs.push({ entry, facts, source });
  };
}

/** Ends of names that rules look for and that are not hidden, by their last letters: this is asked of every file. */
const oddEnds: ReadonlyMap<number, readonly string[]> = new Map(
  Object.entries({
    '#': ['#'],
    '~': ['~'],
    b: ['humbs.db', 'humbs_vista.db'],
    g: ['.orig', '-debug.log', 'yarn-error.log'],
    j: ['.rej'],
    o: ['.tsbuildinfo'],
  }).map(([last, ends]) => [last.charCodeAt(0), ends]),
);

function isOddlyNamed(path: Name): boolean {
  if (path.charCodeAt(path.lastIndexOf('/') + 1) === 0x2e) return true;
  return endsOddly(path);
}

function endsOddly(path: Name): boolean {
  return oddEnds.get(path.charCodeAt(path.length - 1))?.some((end) => path.endsWith(end)) ?? false;
}

/** Whether all that a pattern of names matches is among `oddlyNamed`: a rule that looks there for anything else would find nothing. */
export function isOddGlob(glob: string): boolean {
  return glob.startsWith('.') || endsOddly(glob.slice(glob.lastIndexOf('*') + 1));
}
