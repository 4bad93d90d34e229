// `report FILE…`: prints a saved diff or check, or several checks as one, in another format, so that one measurement serves a log, a
// comment and a test tab.
import { UsageError } from '../../errors.ts';
import type { Diff } from '../../model/diff.ts';
import type { Notice } from '../../model/snapshot.ts';
import { formatNames, reporterNamed, tellsNotices } from '../../report/index.ts';
import type { SavedReport } from '../../report/json/read/index.ts';
import type { ReportOptions, Reports } from '../../report/reporter.ts';
import { exitCodes } from '../errors.ts';
import { formatOf, requireShown } from '../options/format.ts';
import { warnOf } from '../measuring/measure.ts';
import { toReportOptions } from '../options/shared.ts';
import { print, checkOutput } from '../output/streams.ts';
import type { SavedReportValues } from '../options/report.ts';
import { readReports } from './saved-report.ts';

/** Returns the exit code. */
export async function runReport(
  files: readonly string[],
  values: SavedReportValues,
  onArtifact: (name: string) => void,
): Promise<number> {
  const options = toReportOptions(values);
  const format = formatOf(values);
  checkOutput(values.output, files);
  const saved = await readReports(files, values.size, onArtifact);
  const { kind, report } = saved;
  if (format === 'du' && kind === 'diff') requireOwnPaths(report.diff);
  if (kind === 'diff')
    requireShown(kind, format, {
      '--size compressed': values.size === 'compressed',
      '--size disk': values.size === 'disk',
    });
  const pieces =
    kind === 'diff' ? await printed(format, kind, report, options) : await printed(format, kind, report, options);
  await print(pieces, values.output);
  if (!tellsNotices(format) && !values.quiet) for (const [name, notices] of noticesOf(saved)) warnOf(name, notices);
  return exitCodes.fine;
}

/** With the name of the artifact that they are about. */
function noticesOf({ kind, report }: SavedReport): (readonly [string, readonly Notice[]])[] {
  if (kind === 'diff') return [[report.diff.after.artifact.name, report.diff.notices]];
  return report.artifacts.map(({ name, notices }) => [name, notices]);
}

/** What pairs under different paths and is equal has no row in a diff, while du of either tree has a line for it. */
function requireOwnPaths({ before, after, directories, changes }: Diff): void {
  const paired =
    before.stripped + after.stripped > 0 ||
    directories.some(({ from }) => from !== null) ||
    changes.some(({ from, kind }) => from !== null && kind !== 'moved');
  if (!paired) return;
  throw new UsageError(
    'this diff pairs different paths, and du knows none of that: print it by diff --format du, or save it with --strip-components 0 and without --map',
  );
}

async function printed<Kind extends 'diff' | 'check'>(
  format: string,
  kind: Kind,
  report: Reports[Kind],
  options: ReportOptions,
): Promise<Iterable<string>> {
  const reporter = await reporterNamed(format, kind);
  if (reporter !== null) return reporter(report, options);
  throw new UsageError(`a ${kind} is not printed as "${format}"; choose one of ${formatNames(kind).join(', ')}`);
}
