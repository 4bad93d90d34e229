// The list of notices at the end of a report: the first of them, each in the lines that it needs.
import { groupDigits } from '../../bytes/size.ts';
import type { Notice } from '../../model/snapshot.ts';
import { terminalName, terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { wrap } from './style.ts';
import type { Style } from './style.ts';

/** How many are shown without `--verbose`. */
const few = 5;

/** Nothing where there are none. */
export function* noticeLines<Told>(
  title: string,
  notices: readonly Told[],
  textOf: (notice: Told) => string,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  if (notices.length === 0) return;
  const shown = options.verbose ? notices : notices.slice(0, few);
  yield `\n${style.bold(`${title} (${groupDigits(notices.length)})`)}\n`;
  for (const notice of shown) {
    for (const [index, line] of wrap(textOf(notice), options.width - 4).entries())
      yield `${index === 0 ? '  ' : '    '}${line}\n`;
  }
  const more = notices.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more: --verbose\n`);
}

/** What it says, behind the place that it is about. */
export function noticeText({ path, message }: Notice): string {
  return path === null ? terminalText(message) : `${terminalName(path)}: ${terminalText(message)}`;
}
