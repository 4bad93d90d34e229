// What changed in the budgets file, in a terminal: what lets more pass first.
import { groupDigits } from '../../bytes/size.ts';
import { changeTexts, changesTitle, changesUnknown, reasonsOf } from '../budget-changes.ts';
import { terminalText } from '../escape.ts';
import type { CheckReport, ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { cutMiddle, widest, wrap } from './style.ts';
import type { Style } from './style.ts';

/** Columns of a key that still say what it is. */
const leastKey = 24;

export function* budgetChangesPart(
  { budgetChanges }: CheckReport,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  if (budgetChanges === undefined) return;
  if (budgetChanges === null) {
    yield `\n${style.severity('warn', changesUnknown)}\n`;
    return;
  }
  if (budgetChanges.length === 0) return;
  const shown = budgetChanges.slice(0, options.top);
  const texts = shown.map((change) => {
    const { effect, artifact, key, before, after } = changeTexts(change);
    const values = `${terminalText(before)} -> ${terminalText(after)}`;
    return { effect, key: terminalText(artifact === '' ? key : `${artifact}: ${key}`), values };
  });
  const room = options.width - 2 - 'tighter'.length - 4;
  const needed = (part: 'key' | 'values'): number =>
    widest(
      texts.map((one) => one[part]),
      0,
    );
  // What a key does not need is there for figures, of which none should be cut.
  const keyWidth = Math.min(needed('key'), Math.max(leastKey, room - needed('values')));
  const rows = texts.map(({ effect, key, values }) => [
    `  ${effect === 'looser' ? style.severity('warn', effect) : effect}`,
    cutMiddle(key, keyWidth),
    cutMiddle(values, room - keyWidth),
  ]);
  yield `\n${style.bold(changesTitle(budgetChanges))}\n`;
  yield* columns(rows, ['left', 'left', 'left']);
  const more = budgetChanges.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more: --top N\n`);
  for (const { of, reason } of reasonsOf(shown)) {
    for (const line of wrap(`${terminalText(of)}, because: ${terminalText(reason)}`, options.width - 2))
      yield `  ${line}\n`;
  }
}
