// linked-static-library: a .a whose objects a shipped executable or shared library holds, told by the symbols that both define.
// Nothing is said of a library of which only a part was linked, nor where too few symbols can be compared, nor of what there are
// compilers and linkers for.
import type { SymbolSample } from '../model/facts.ts';
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import type { Name } from '../model/name.ts';
import { removeCommands } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { linkingNeeds } from './linking.ts';
import { commands, count, namesOf } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

export const linkedStaticLibrary: Rule = {
  id: 'linked-static-library',
  title: 'static libraries that a shipped executable or shared library already contains',
  severity: 'warn',
  check(context) {
    if (context.staticLibraries.length === 0) return [];
    const isNeeded = linkingNeeds(context);
    if (isNeeded === null) return [];
    const linked = indexLinked(context);
    if (linked.files.length === 0) return [];
    const claims: Claim[] = [];
    const paths: Name[] = [];
    for (const { entry, facts } of context.staticLibraries) {
      const { path, size } = entry;
      const names = namesOf(context, path);
      if (names.some(isNeeded)) continue;
      const holder = facts.symbols === undefined ? null : holderOf(linked, facts.symbols);
      if (holder === null) continue;
      claims.push({ path, part: null, bytes: size, keeps: holder.path });
      // The bytes of a hard-linked file are freed only when all of its names go.
      for (const name of names) paths.push(name);
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'static library is', 'static libraries are')} also linked into a shipped file`;
    return [{ title, claims, fix: commands(removeCommands(paths)) }];
  },
};

interface Linked {
  readonly entry: Entry;
  readonly symbols: SymbolSample;
}

interface LinkedIndex {
  readonly files: readonly Linked[];
  /** Positions in `files` by hash, so that a library is compared only with files that share a symbol with it. */
  readonly byHash: ReadonlyMap<number, readonly number[]>;
}

function indexLinked({ elfFiles }: RuleContext): LinkedIndex {
  const linked: Linked[] = [];
  const byHash = new Map<number, number[]>();
  for (const { entry, facts } of elfFiles) {
    if (facts.symbols === undefined) continue;
    const position = linked.push({ entry, symbols: facts.symbols }) - 1;
    for (const hash of facts.symbols.hashes) {
      addTo(byHash, hash, position);
    }
  }
  return { files: linked, byHash };
}

/** The file that holds most of the library, of equals the one that it could be compared with best; null where none holds it. */
function holderOf({ files, byHash }: LinkedIndex, library: SymbolSample): Entry | null {
  const shared = new Map<number, number>();
  for (const hash of library.hashes) {
    for (const position of byHash.get(hash) ?? []) shared.set(position, (shared.get(position) ?? 0) + 1);
  }
  let holder: Holder | null = null;
  // In order of position: the order of finding depends on hashes.
  for (const [position, common] of [...shared].toSorted(([a], [b]) => a - b)) {
    const file = files[position];
    if (file === undefined) continue;
    const compared = comparable(library, file.symbols);
    const exact = library.rate === 1 && file.symbols.rate === 1;
    if (!isContained(common, compared, exact)) continue;
    const found = { entry: file.entry, share: common / compared, compared };
    if (holder === null || isBetter(found, holder)) holder = found;
  }
  return holder?.entry ?? null;
}

interface Holder {
  readonly entry: Entry;
  readonly share: number;
  readonly compared: number;
}

function isBetter(a: Holder, b: Holder): boolean {
  return a.share > b.share || (a.share === b.share && a.compared > b.compared);
}

/** Symbols of the library that would be in the file's sample if the file had them. */
function comparable({ hashes }: SymbolSample, { rate }: SymbolSample): number {
  const bound = 2 ** 32 / rate;
  const end = hashes.findIndex((hash) => hash >= bound);
  return end < 0 ? hashes.length : end;
}

const leastSampled = 16;
/** Libraries of fewer symbols are helpers whose names many files have. */
const leastExact = 8;

/**
 * The first 16 symbols must all be there and of further ones nine in ten: few symbols can agree by chance. A library of fewer is judged
 * only where all symbols of both files are known.
 */
function isContained(common: number, compared: number, exact: boolean): boolean {
  if (exact && compared < leastSampled) return compared >= leastExact && common === compared;
  return compared >= leastSampled && (compared - common) * 10 <= compared - leastSampled;
}
