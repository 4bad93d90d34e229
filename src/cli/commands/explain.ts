// `explain RULE`: the rule's page of the documentation, laid out for a terminal.
import { UsageError } from '../../errors.ts';
import { didYouMean } from '../../policy/nearest.ts';
import { columns } from '../../report/table/grid.ts';
import { pageText } from '../../report/table/page.ts';
import { styleFor, wrap } from '../../report/table/style.ts';
import { ruleIds, rules } from '../../rules/index.ts';
import { exitCodes } from '../errors.ts';
import { toReportOptions } from '../options/shared.ts';
import { packageFile } from '../tool.ts';
import { print } from '../output/streams.ts';
import type { ExplainValues } from '../options/policy.ts';

/** Returns the exit code. */
export async function runExplain(words: readonly string[], values: ExplainValues): Promise<number> {
  const [id, second] = words;
  if (second !== undefined) throw new UsageError('explain takes one rule');
  const layout = { ...values, units: 'iec', size: 'content', sort: 'size', depth: 0, top: 1, verbose: false } as const;
  const options = toReportOptions(layout);
  if (id === undefined) {
    const width = Math.max(...ruleIds.map((known) => known.length));
    const rows = rules.flatMap(({ id: known, severity, leftover, title }) => {
      const word = leftover === true ? 'leftover' : severity;
      return wrap(title, options.width - width - 13).map((line, at) =>
        at === 0 ? [known, word, line] : ['', '', line],
      );
    });
    await print(
      [
        ...columns(rows, ['left', 'left', 'left']),
        '\nsizecheck explain RULE says more. A leftover counts only with --leftovers,\nor where it is named.\n',
      ],
      values.output,
    );
    return exitCodes.fine;
  }
  if (!ruleIds.includes(id)) {
    const hint = didYouMean(id, ruleIds);
    throw new UsageError(`there is no rule "${id}"${hint === '' ? '; "sizecheck explain" lists the rules' : hint}`);
  }
  await print(pageText(packageFile(`docs/rules/${id}.md`), options.width, styleFor(options.color)), values.output);
  return exitCodes.fine;
}
