// `report FILE`: prints a saved diff or check in another format, so that one measurement serves a log, a comment and a test tab.
import { UsageError } from '../errors.ts';
import { formatNames, reporterNamed } from '../report/index.ts';
import type { ReportOptions, Reports } from '../report/reporter.ts';
import { exitCodes } from './errors.ts';
import { formatOf } from './format.ts';
import { toReportOptions } from './options.ts';
import { print } from './output.ts';
import type { SavedReportValues } from './report-options.ts';
import { readReport } from './saved-report.ts';

/** Returns the exit code. */
export async function runReport(path: string, values: SavedReportValues): Promise<number> {
  const options = toReportOptions(values);
  const format = formatOf(values);
  const { kind, report } = await readReport(path);
  const pieces =
    kind === 'diff' ? await printed(format, kind, report, options) : await printed(format, kind, report, options);
  await print(pieces, values.output);
  return exitCodes.fine;
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
