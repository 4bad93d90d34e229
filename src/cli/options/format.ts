// Which format a command prints, and options that would take no effect in it: these are errors.
import { UsageError } from '../../errors.ts';
import { details, formatsWith } from '../../report/index.ts';
import type { Detail, DetailedKind } from '../../report/index.ts';

/** @throws UsageError where `--json` contradicts `--format`. */
export function formatOf({ json, format }: { readonly json: boolean; readonly format: string }): string {
  if (json && format !== 'json' && format !== 'table')
    throw new UsageError(`--json is short for --format json; give it, or --format ${format}`);
  return json ? 'json' : format;
}

/** @throws UsageError for a detail that is asked for and that the format does not show. */
export function requireShown(
  kind: DetailedKind,
  format: string,
  asked: Readonly<Partial<Record<Detail, boolean>>>,
): void {
  for (const detail of details.filter((one) => asked[one] === true)) {
    const able = formatsWith(kind, detail);
    if (!able.includes(format))
      throw new UsageError(`${detail} has no effect with --format ${format}; formats that show it: ${able.join(', ')}`);
  }
}
