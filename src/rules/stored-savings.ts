// About how many bytes of the compressed artifact go with what a finding claims: what its files are charged, known where entries tell.
// Parts of files are not estimated: a share of the file would be up to 37 % off for debug data, and then no estimate is better.
import type { Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';

/** Bytes; null where entries do not tell, and where a claim is on a part of a file. */
export function storedSavings(snapshot: Snapshot, findings: readonly Finding[]): (number | null)[] {
  if (snapshot.overhead === undefined) return findings.map(() => null);
  const files = new Map<Name, Entry>(snapshot.entries.map((entry) => [entry.path, entry]));
  return findings.map(({ claims }) => {
    let sum = 0;
    for (const { path, part, keeps } of claims) {
      if (part !== null) return null;
      const file = files.get(path);
      const copy = keeps === undefined ? undefined : files.get(keeps);
      const own = file?.stored ?? 0;
      // Of two copies the second costs next to nothing where the codec saw the first, and whichever goes, that is what is saved.
      const isCopy = copy !== undefined && copy.digest !== null && copy.digest === file?.digest;
      sum += isCopy ? Math.min(own, copy.stored ?? own) : own;
    }
    return sum;
  });
}
