// The registry of reporters.
import { duReporter } from './du.ts';
import { jsonReporter, snapshotReporter } from './json.ts';
import type { Reporter } from './reporter.ts';

/** The table reporter brings a layout library along, so it is loaded only when asked for. */
const lazy = {
  table: async () => (await import('./table.ts')).tableReporter,
};

const eager: readonly Reporter[] = [jsonReporter, duReporter, snapshotReporter];

/** Words for `--format`, the default first. */
export const formatNames: readonly string[] = [...Object.keys(lazy), ...eager.map(({ name }) => name)];

export async function reporterNamed(name: string): Promise<Reporter | undefined> {
  return name === 'table' ? lazy.table() : eager.find((reporter) => reporter.name === name);
}
