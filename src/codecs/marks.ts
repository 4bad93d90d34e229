// Which encoded bytes made which decoded ones: a list of marks that decoders leave on their way, in order. Encoded bytes that no
// mark tells of are the wrapping: headers, checksums, indexes, padding.
import { Numbers } from '../bytes/numbers.ts';

/** Told by a decoder: `cost` further encoded bytes carry all decoded bytes from the mark before up to `end`. */
export type Mark = (end: number, cost: number) => void;

/** Two numbers a mark, `end` and `cost`; the ends do not fall. */
export type Marks = Float64Array;

export interface MarkList {
  readonly mark: Mark;
  marks(): Marks;
}

/** Encoded bytes below which marks are joined, so that a hostile stream of tiny blocks does not make a list longer than itself. */
const least = 64;

export function createMarkList(): MarkList {
  const numbers = new Numbers();
  let end = 0;
  let cost = 0;
  const keep = (): void => {
    if (cost === 0) return;
    numbers.push(end);
    numbers.push(cost);
    cost = 0;
  };
  return {
    mark(to, bytes) {
      end = to;
      cost += bytes;
      if (cost >= least) keep();
    },
    marks() {
      keep();
      return numbers.values().slice();
    },
  };
}
