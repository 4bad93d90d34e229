// Lists by key, each in the order that its values came in, the keys in that of their first values.

/** Appends `value` to the list of `key`, which begins with it where there is none. */
export function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}
