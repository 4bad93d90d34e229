// A small seeded generator of random numbers: a finding is named by its seed and index, and comes again on every machine.

export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** @param seed any whole number; `index` makes each case independent of those before it. */
export function randomFrom(seed: number, index: number): Random {
  // Mulberry32 (public domain): full period over 2^32, and the state is one number.
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return { below, pick: (items) => items[below(items.length)] ?? items[0] };
}
