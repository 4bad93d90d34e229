// The grid of a diff's tables: what changed, by how much, from what to what.
import { formatDeltas, formatSizes, percentChange } from '../../bytes/size.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { cutMiddle, widest } from './style.ts';
import type { Style } from './style.ts';

/** A row of what changed. */
export interface ChangeLine {
  readonly delta: number;
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
  /** Behind the text, and never cut. */
  readonly remark: string;
  /** Whether the text is ours and may not be cut. */
  readonly fixed: boolean;
}

/** Changes with their sizes on both sides, what they are of last. */
export function* changeGrid(
  head: string,
  lines: readonly ChangeLine[],
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const { units } = options;
  const deltas = formatDeltas(
    lines.map(({ delta }) => delta),
    units,
  );
  const sizes = formatSizes(
    lines.flatMap(({ before, after }) => [before ?? 0, after ?? 0]),
    units,
  );
  const befores = lines.map(({ before }, index) => (before === null ? '' : (sizes[2 * index] ?? '')));
  const afters = lines.map(({ after }, index) => (after === null ? '' : (sizes[2 * index + 1] ?? '')));
  const percents = lines.map(shareOf);
  // Two columns of indent, two between each of the five columns.
  const taken = 10 + widest(deltas, 6) + widest(percents, 1) + widest(befores, 6) + widest(afters, 5);
  const room = Math.max(20, options.width - taken);
  const cells = lines.map(({ delta, text, remark, fixed }, index) => [
    `  ${style.change(delta, deltas[index] ?? '')}`,
    style.change(delta, percents[index] ?? ''),
    befores[index] ?? '',
    afters[index] ?? '',
    fixed ? text : cutMiddle(text, room - remark.length) + style.dim(remark),
  ]);
  const heads = ['  CHANGE', '%', 'BEFORE', 'AFTER', head].map((text) => style.dim(text));
  yield* columns([heads, ...cells], ['right', 'right', 'right', 'right', 'left']);
}

function shareOf({ before, after }: ChangeLine): string {
  if (before === null) return after === null ? '' : '[new]';
  return after === null ? '[gone]' : percentChange(before, after);
}
