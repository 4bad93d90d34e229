// Long lists of numbers in little memory (a zip's directory may hold millions of entries), and sorting by numbers.

/** A list of numbers at eight bytes each. */
export class Numbers {
  length = 0;
  #values = new Float64Array(1024);

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}

/**
 * Largest number first, equal ones in their order: what `toSorted` with a function does, in a fifth of the time.
 * @param numberOf whole and not negative; the same each time.
 */
export function descending<T extends object>(items: readonly T[], numberOf: (item: T) => number): readonly T[] {
  let largest = 0;
  let last = Infinity;
  let isSorted = true;
  for (const item of items) {
    const number = numberOf(item);
    if (number > last) isSorted = false;
    if (number > largest) largest = number;
    last = number;
  }
  if (isSorted) return items;
  const { length } = items;
  if ((largest + 1) * length > Number.MAX_SAFE_INTEGER) return items.toSorted((a, b) => numberOf(b) - numberOf(a));
  // Number and place in one: the place decides among equal numbers.
  const keys = new Float64Array(length);
  let index = 0;
  for (const item of items) {
    keys[index] = (largest - numberOf(item)) * length + index;
    index++;
  }
  const sorted: T[] = [];
  for (const key of keys.toSorted()) {
    const item = items[key % length];
    if (item !== undefined) sorted.push(item);
  }
  return sorted;
}
