// A report for a terminal, part by part.
import { inertLine } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { styleFor } from './style.ts';
import type { Style } from './style.ts';

export type Part<Report> = (report: Report, options: ReportOptions, style: Style) => Iterable<string>;

/** All parts, one after the other. A name that is wrapped may begin a line with what a CI system takes for a command. */
export function* partsOf<Report>(
  report: Report,
  parts: readonly Part<Report>[],
  options: ReportOptions,
): Iterable<string> {
  const style = styleFor(options.color);
  for (const part of parts) {
    for (const piece of part(report, options, style)) yield piece.split('\n').map(inertLine).join('\n');
  }
}
