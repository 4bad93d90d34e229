// Counts oddities of one list by kind, so that a thousand of them are one sentence with an example each.
import { groupDigits } from '../../bytes/size.ts';
import { spellBytes } from '../../model/json-name.ts';
import type { Name } from '../../model/name.ts';

export interface Tally {
  /** @param what how a file is of this kind: `that is not there`. */
  count(kind: string, what: string, path: Name): void;
  /** `2 files that are not there (first: a.py), 1 file of another size (first: b.py)`; null for none. */
  text(): string | null;
}

/** Most bytes of an example: a list may name what no system can hold. */
const mostShown = 200;

export function createTally(): Tally {
  const kinds = new Map<string, { what: string; number: number; first: Name }>();
  return {
    count(kind, what, path) {
      const known = kinds.get(kind);
      if (known === undefined) kinds.set(kind, { what, number: 1, first: path });
      else known.number++;
    },
    text() {
      if (kinds.size === 0) return null;
      return [...kinds.values()]
        .map(({ what, number, first }) => {
          const files =
            number === 1 ? `1 file ${what}` : `${groupDigits(number)} files ${what.replace(/^that is /, 'that are ')}`;
          const shown = first.length > mostShown ? `${first.slice(0, mostShown)}...` : first;
          return `${files} (${number === 1 ? '' : 'first: '}${spellBytes(shown)})`;
        })
        .join(', ');
    },
  };
}
