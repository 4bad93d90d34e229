// What changed in the budgets file, on a page.
import { groupDigits } from '../../bytes/size.ts';
import { changeTexts, changesTitle, changesUnknown, reasonsOf } from '../budget-changes.ts';
import { markup } from '../escape-html.ts';
import type { Markup } from '../escape-html.ts';
import type { CheckReport } from '../reporter.ts';
import { tableOf } from './map-part.ts';

const mostRows = 1000;

export function budgetChangesPart({ budgetChanges }: CheckReport): Markup {
  if (budgetChanges === undefined || budgetChanges?.length === 0) return markup``;
  if (budgetChanges === null) return markup`<p>${changesUnknown}.</p>\n`;
  const shown = budgetChanges.slice(0, mostRows);
  const rows = shown.map((change) => {
    const { effect, artifact, key, before, after } = changeTexts(change);
    const badge = markup`<span class="severity ${effect === 'looser' ? 'warn' : 'info'}">${effect}</span>`;
    return [badge, before, after, artifact === '' ? key : `${artifact}: ${key}`];
  });
  const more = budgetChanges.length - shown.length;
  if (more > 0) rows.push([markup``, '', '', `${groupDigits(more)} more`]);
  const reasons = reasonsOf(shown).map(({ of, reason }) => markup`<li>${of}, because: ${reason}</li>`);
  return markup`<h2>${changesTitle(budgetChanges)}</h2>
${tableOf(['', 'before', 'after', 'key'], rows)}
${reasons.length === 0 ? [] : [markup`<ul>${reasons}</ul>`]}
`;
}
