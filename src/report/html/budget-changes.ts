// What changed in the budgets file, on a page.
import { changeTexts, changesTitle, changesUnknown, reasonsOf } from '../budget-changes.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import type { CheckReport } from '../reporter.ts';
import { tableOf } from './map-part.ts';

export function budgetChangesPart({ budgetChanges }: CheckReport): Markup {
  if (budgetChanges === undefined || budgetChanges?.length === 0) return markup``;
  if (budgetChanges === null) return markup`<p>${changesUnknown}.</p>\n`;
  const rows = budgetChanges.map((change) => {
    const { effect, artifact, key, before, after } = changeTexts(change);
    const badge = markup`<span class="severity ${effect === 'looser' ? 'warn' : ''}">${effect}</span>`;
    return [badge, before, after, artifact === '' ? key : `${artifact}: ${key}`];
  });
  const reasons = reasonsOf(budgetChanges).map(
    ({ artifact, reason }) => markup`<li>${artifact}: limits because: ${reason}</li>`,
  );
  return markup`<h2>${changesTitle(budgetChanges)}</h2>
${tableOf(['', 'before', 'after', 'key'], rows)}
${reasons.length === 0 ? [] : [markup`<ul>${reasons}</ul>`]}
`;
}
