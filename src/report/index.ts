// The registry of reporters: one line each. They are loaded only when asked for; some bring a library along.
import type { Reporter, ReportKind, ReportOptions, Reports } from './reporter.ts';

/** What is printed only where it is asked for, by the option that asks. */
export const details = [
  '--by package',
  '--sections',
  '--bytecode',
  '--compress-with',
  '--size compressed',
  '--size disk',
  '--layers',
  '--base-budgets',
] as const;
export type Detail = (typeof details)[number];

/** Reports that may show details. */
export type DetailedKind = 'scan' | 'diff' | 'check';

export interface ReporterEntry {
  /** The word for `--format`. */
  readonly name: string;
  /** One line for help texts. */
  readonly description: string;
  /** Reports that it can print. A test compares this with what the loaded reporter has. */
  readonly kinds: readonly ReportKind[];
  /** Details that it shows; the option of any other is refused. */
  readonly details: Readonly<Partial<Record<DetailedKind, readonly Detail[]>>>;
  /** Whether what it prints of a scan, a diff or a check tells of notices; of others the command line does, on standard error. */
  readonly tellsNotices: boolean;
  readonly load: () => Promise<Reporter>;
}

/** The default first. */
export const reporters: readonly ReporterEntry[] = [
  {
    name: 'table',
    description: 'tables for a terminal',
    kinds: ['scan', 'diff', 'check', 'fix', 'compress'],
    details: { scan: details, diff: details, check: ['--base-budgets'] },
    tellsNotices: true,
    load: async () => (await import('./table/index.ts')).tableReporter,
  },
  {
    name: 'json',
    description: 'everything, as JSON (schema 1)',
    kinds: ['scan', 'diff', 'check', 'fix', 'compress'],
    details: { scan: details, diff: details, check: ['--by package', '--base-budgets'] },
    tellsNotices: true,
    load: async () => (await import('./json/index.ts')).jsonReporter,
  },
  {
    name: 'du',
    description: 'own disk usage of each directory, as du -Sh prints it',
    kinds: ['scan', 'diff'],
    details: { diff: ['--size disk'] },
    tellsNotices: false,
    load: async () => (await import('./du.ts')).duReporter,
  },
  {
    name: 'snapshot',
    description: 'JSON with every entry, one a line; can be scanned again',
    kinds: ['scan'],
    details: { scan: details },
    tellsNotices: true,
    load: async () => (await import('./json/index.ts')).snapshotReporter,
  },
  {
    name: 'markdown',
    description: 'a comment for a pull request, or a summary, as Markdown',
    kinds: ['scan', 'diff', 'check'],
    details: {
      scan: ['--by package', '--sections', '--compress-with', '--size compressed', '--layers'],
      diff: details,
      check: ['--by package', '--base-budgets'],
    },
    tellsNotices: true,
    load: async () => (await import('./markdown/index.ts')).markdownReporter,
  },
  {
    name: 'html',
    description: 'a page with a map of all bytes, or of what changed, in one file',
    kinds: ['scan', 'diff', 'check'],
    details: {
      scan: ['--by package', '--sections', '--compress-with', '--size compressed', '--size disk', '--layers'],
      diff: ['--by package', '--compress-with', '--size compressed'],
      check: ['--by package', '--base-budgets'],
    },
    tellsNotices: true,
    load: async () => (await import('./html/index.ts')).htmlReporter,
  },
  {
    name: 'github',
    description: 'annotations of a GitHub Actions run',
    kinds: ['scan', 'diff', 'check'],
    details: { scan: ['--size compressed'], diff: ['--compress-with'], check: ['--base-budgets'] },
    tellsNotices: false,
    load: async () => (await import('./github.ts')).githubReporter,
  },
  {
    name: 'junit',
    description: 'JUnit XML, a test case a limit',
    kinds: ['check'],
    details: {},
    tellsNotices: false,
    load: async () => (await import('./junit.ts')).junitReporter,
  },
  {
    name: 'shell',
    description: 'the whole plan as a shell script',
    kinds: ['fix'],
    details: {},
    tellsNotices: false,
    load: async () => (await import('./shell.ts')).shellReporter,
  },
  {
    name: 'csv',
    description: 'directories or limits, as CSV in bytes',
    kinds: ['scan', 'diff', 'check'],
    details: { scan: ['--size compressed'], diff: ['--size disk'] },
    tellsNotices: false,
    load: async () => (await import('./csv.ts')).csvReporter,
  },
  {
    name: 'dive',
    description: 'the figures of an image in the JSON of dive',
    kinds: ['scan'],
    details: { scan: ['--layers'] },
    tellsNotices: false,
    load: async () => (await import('./dive.ts')).diveReporter,
  },
];

/** Words for `--format` of one command, the default first. */
export function formatNames(kind: ReportKind): readonly string[] {
  return reporters.filter(({ kinds }) => kinds.includes(kind)).map(({ name }) => name);
}

/** Words for `--format` of one command that show a detail. */
export function formatsWith(kind: DetailedKind, detail: Detail): readonly string[] {
  return reporters.filter((one) => one.details[kind]?.includes(detail) === true).map(({ name }) => name);
}

export function tellsNotices(name: string): boolean {
  return reporters.some((entry) => entry.name === name && entry.tellsNotices);
}

/** A function that prints reports of this kind, or null where the named reporter has none. */
export async function reporterNamed<Kind extends ReportKind>(
  name: string,
  kind: Kind,
): Promise<((report: Reports[Kind], options: ReportOptions) => Iterable<string>) | null> {
  const reporter: Reporter | undefined = await reporters.find((entry) => entry.name === name)?.load();
  return reporter?.[kind] ?? null;
}
