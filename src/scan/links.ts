// Which names share the content of one file. A file holds its content itself until hard links join it; in the end the first of
// all names, in byte order, is the file, and the others are its hard links.
import { withPathFacts } from '../inspectors/index.ts';
import { compareNames } from '../model/name.ts';
import type { Draft } from './draft.ts';

export interface Links {
  /** The file whose content a name leads to, or null where it leads to none. */
  holderOf(draft: Draft): Draft | null;
  /** Makes `draft` one more name of what `holder` holds. */
  join(draft: Draft, holder: Draft): void;
  /** A name is replaced by another member. Returns the file whose last name it was, else null. */
  leave(draft: Draft): Draft | null;
  /** Gives content to the first name of each file; `isLive` tells names that were not replaced. */
  settle(isLive: (draft: Draft) => boolean): void;
}

export function createLinks(): Links {
  const holders = new Map<Draft, Draft>();
  /** Names that lead to a file now; only for files that links joined. */
  const names = new Map<Draft, number>();

  function holderOf(draft: Draft): Draft | null {
    return draft.kind === 'file' ? draft : (holders.get(draft) ?? null);
  }

  return {
    holderOf,
    join(draft, holder) {
      draft.kind = 'hardlink';
      draft.size = 0;
      draft.disk = 0;
      holders.set(draft, holder);
      names.set(holder, (names.get(holder) ?? 1) + 1);
    },
    leave(draft) {
      const holder = holderOf(draft);
      if (holder === null) return null;
      const left = (names.get(holder) ?? 1) - 1;
      names.set(holder, left);
      return left === 0 ? holder : null;
    },
    settle(isLive) {
      const groups = new Map<Draft, Draft[]>();
      for (const [draft, holder] of holders) {
        const group = groups.get(holder);
        if (group === undefined) groups.set(holder, [holder, draft]);
        else group.push(draft);
      }
      for (const [holder, group] of groups) giveToFirst(holder, group.filter(isLive));
    },
  };
}

function giveToFirst(holder: Draft, group: Draft[]): void {
  const [first, ...others] = group.toSorted((a, b) => compareNames(a.path, b.path));
  if (first === undefined) return;
  if (first !== holder) {
    first.kind = 'file';
    first.size = holder.size;
    first.disk = holder.disk;
    first.digest = holder.digest;
    if (holder.stored !== undefined) {
      first.stored = holder.stored;
      holder.stored = 0;
    }
    first.link = null;
    first.facts = holder.facts === null ? null : withPathFacts(holder.facts, first.path);
  }
  for (const other of others) {
    other.kind = 'hardlink';
    other.size = 0;
    other.disk = 0;
    other.digest = null;
    other.facts = null;
    other.link = first.path;
  }
}
