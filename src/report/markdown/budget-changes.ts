// What changed in the budgets file, in a comment: a reviewer sees at once that a limit was raised for the artifact to pass.
import { changeTexts, changesTitle, changesUnknown, reasonsOf } from '../budget-changes.ts';
import { markdownText, markdownWord } from '../escape-markdown.ts';
import { andMore, spaced } from '../figures.ts';
import type { CheckReport } from '../reporter.ts';
import { table } from './blocks.ts';

/** Nothing where nothing changed, or where it was not asked for. */
export function budgetChangesParts({ budgetChanges }: CheckReport, rows: number): string[][] {
  if (budgetChanges === undefined || budgetChanges?.length === 0) return [];
  if (budgetChanges === null) return [[`❓ **${changesUnknown}.**`]];
  const shown = budgetChanges.slice(0, rows);
  const cells = shown.map((change) => {
    const { effect, artifact, key, before, after, isCount } = changeTexts(change);
    const value = isCount ? spaced : markdownText;
    const owner = artifact === '' ? '' : markdownWord(artifact);
    return [effect, owner, markdownWord(key), value(before), value(after)];
  });
  const more = budgetChanges.length - shown.length;
  if (more > 0) cells.push(['', '', andMore(more), '', '']);
  const isLooser = budgetChanges.some(({ effect }) => effect === 'looser');
  return [
    [`${isLooser ? '⚠️ ' : ''}**${changesTitle(budgetChanges)}:**`],
    table(['left', 'left', 'left', 'right', 'right'], ['', 'Artifact', 'Key', 'Before', 'After'], cells),
    reasonsOf(shown).map(({ of, reason }) => `- ${markdownWord(of)}, because: ${markdownText(reason)}`),
  ];
}
