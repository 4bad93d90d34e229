// Documents with one value changed, as an editor would.

/** `path` as in errors: `artifacts[0].totals`. Undefined takes the value out. */
export function changed(document: unknown, path: string, value: unknown): string {
  const copy: unknown = structuredClone(document);
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const last = keys.pop() ?? '';
  let holder = Object(copy);
  for (const key of keys) holder = Object(holder[key]);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return JSON.stringify(copy);
}
