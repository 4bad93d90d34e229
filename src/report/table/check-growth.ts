// What a gate's artifacts gained or lost against their baselines: the sizes that budgets are about, whether or not growth is limited.
import { formatDeltas, formatSizes, groupDigits, percentChange } from '../../bytes/size.ts';
import { terminalText } from '../escape.ts';
import type { CheckReport, ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { cutMiddle, widest } from './style.ts';
import type { Style } from './style.ts';

export function* growthPart({ gate, artifacts }: CheckReport, options: ReportOptions, style: Style): Iterable<string> {
  const compared = artifacts.flatMap(({ name, diff }) => (diff === null ? [] : [{ name, diff }]));
  if (compared.length === 0) return;
  const shown = compared.slice(0, options.top).flatMap(({ name, diff: { before, after, delta } }) =>
    (['content', 'compressed'] as const).flatMap((size) => {
      const [old, now, change] = [before.totals[size] ?? 0, after.totals[size] ?? 0, delta[size]];
      return change === null ? [] : [{ name, size, old, now, change }];
    }),
  );
  // Where a budget fails, bytes decide, so bytes are shown.
  const units = gate.verdicts.some(({ status }) => status === 'fail') ? 'bytes' : options.units;
  const several = new Set(gate.verdicts.map(({ artifact }) => artifact)).size > 1;
  const figures = shown.map(({ old, now, change }) => [
    ...formatSizes([old, now], units),
    formatDeltas([change], units)[0] ?? '',
    percentChange(old, now),
  ]);
  // On a narrow terminal what was before goes first: it is the difference.
  const wide = spaceOf(figures, columnTitles, options) >= leastName;
  const kept = wide ? figures : figures.map((cells) => cells.slice(1));
  const titles = wide ? columnTitles : columnTitles.slice(1);
  const space = Math.max(leastName, spaceOf(kept, titles, options));
  const rows = shown.map(({ name, size, change }, index) => {
    const cells = kept[index] ?? [];
    const colored = cells.map((text, at) => (at < cells.length - 2 ? text : style.change(change, text)));
    const label = several ? `${cutMiddle(terminalText(name), space)}  ${size}` : size;
    return [`  ${label}`].concat(colored);
  });
  const head = [style.bold('Since the baseline'), ...titles.map((title) => style.dim(title))];
  yield '\n';
  yield* columns([head, ...rows], ['left', ...titles.map(() => 'right' as const)]);
  const more = compared.length - options.top;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more: --top N\n`);
}

const columnTitles = ['BEFORE', 'AFTER', 'CHANGE', '%'];

/** Columns of the shortest name that still says something. */
const leastName = 8;

/** Columns that figures leave for a name. */
function spaceOf(figures: readonly string[][], titles: readonly string[], { width }: ReportOptions): number {
  const columnOf = (at: number): string[] => figures.map((cells) => cells[at] ?? '');
  const taken = titles.map((title, at) => 2 + widest(columnOf(at), title.length));
  return width - taken.reduce((sum, some) => sum + some, 0) - '    compressed'.length;
}
