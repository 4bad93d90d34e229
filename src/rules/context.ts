// What rules look at, indexed once: a walk over all entries takes longer than most of what a rule does with the few that concern it.
import { withPathFacts } from '../inspectors/index.ts';
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import type { FileWith, Pyc, RuleContext } from './rule.ts';

export function contextOf(snapshot: Snapshot, claimed: ReadonlySet<Name>): RuleContext {
  const files: Entry[] = [];
  const directories: Name[] = [];
  const elfFiles: FileWith<ElfFacts>[] = [];
  const staticLibraries: FileWith<ArFacts>[] = [];
  const paths = pathsOf(snapshot);
  const names = new Map<Name, Name[]>();
  for (const entry of snapshot.entries) {
    const { path, kind, facts } = entry;
    if (kind === 'file') {
      files.push(entry);
      if (facts?.type === 'elf') elfFiles.push({ entry, facts });
      else if (facts?.type === 'ar') staticLibraries.push({ entry, facts });
    } else if (kind === 'directory' && path !== '.') directories.push(path);
    if (kind !== 'hardlink' || entry.link === null) continue;
    const known = names.get(entry.link);
    if (known === undefined) names.set(entry.link, [entry.link, path]);
    else known.push(path);
  }
  return {
    snapshot,
    files,
    directories,
    elfFiles,
    staticLibraries,
    pycs: pycsOf(snapshot, paths),
    names,
    paths,
    claimed,
  };
}

/** The pycs of an artifact under all of their names: a hard link shares its content, but its place says what it is for. */
function pycsOf({ entries }: Snapshot, paths: ReadonlyMap<Name, Entry>): Pyc[] {
  const pycs: Pyc[] = [];
  // Bytecode of several levels of one source stands side by side.
  let name: Name | null = null;
  let source: Entry | undefined;
  for (const entry of entries) {
    let { facts } = entry;
    if (entry.kind === 'hardlink' && entry.path.endsWith('.pyc')) {
      const shared = paths.get(entry.link ?? '');
      facts = shared?.kind === 'file' && shared.facts !== null ? withPathFacts(shared.facts, entry.path) : null;
    }
    if (facts?.type !== 'pyc') continue;
    if (facts.source !== name) {
      name = facts.source;
      source = name === null ? undefined : paths.get(name);
    }
    pycs.push({ entry, facts, source });
  }
  return pycs;
}
