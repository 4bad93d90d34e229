// Binary search in sorted lists.

/** Index of the first item that `test` holds of, where it holds of all behind it, too; the length where it holds of none. */
export function firstIndex<T extends object | number>(items: readonly T[], test: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && test(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
