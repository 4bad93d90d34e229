// Who was measured: names, formats, sizes and findings of one or both sides, folded; and the program that says so.
import { formatSize } from '../../bytes/size.ts';
import type { Units } from '../../bytes/size.ts';
import { contentByRule, hiddenClaimed } from '../../compare/removable.ts';
import type { Diff } from '../../model/diff.ts';
import type { Notice, Totals } from '../../model/snapshot.ts';
import type { CheckedArtifact } from '../../model/verdict.ts';
import { markdownName, markdownText, markdownWord } from '../escape-markdown.ts';
import { formatText } from '../identity-text.ts';
import type { Tool } from '../reporter.ts';
import { details, table } from './blocks.ts';
import { andMore, count, none, sizeCells } from '../figures.ts';

const sizes = ['compressed', 'archive', 'content', 'disk'] as const;
type SizeKey = (typeof sizes)[number];

/** @param besideSizes whether a table of sizes stands beside: then only those follow that it leaves out, known on one side only. */
export function comparedDetails(diff: Diff, units: Units, besideSizes: boolean): string[] {
  const { before, after, findings, delta } = diff;
  const sides = [before, after] as const;
  const row = (label: string, cell: (side: (typeof sides)[number]) => string): string[] => [label, ...sides.map(cell)];
  const size = (key: SizeKey) => [
    key,
    ...sizeCells(
      sides.map(({ totals }) => totals[key]),
      units,
    ),
  ];
  const isOneSided = (key: SizeKey): boolean => delta[key] === null && sides.some(({ totals }) => totals[key] !== null);
  const found = (side: 'before' | 'after'): string => {
    const rules = findings.rules.filter((rule) => rule[side] > 0);
    return removableText(findings.removable[side], rules.length, units);
  };
  const stripped = sides.some((side) => side.stripped > 0)
    ? [row('leading directories left out', (side) => String(side.stripped))]
    : [];
  const rows = [
    row('artifact', (side) => markdownWord(side.artifact.name)),
    row('format', (side) => formatText(side.artifact)),
    ...sizes.filter((key) => !besideSizes || isOneSided(key)).map(size),
    row('holds', (side) => holds(side.totals)),
    ['can go away', found('before'), found('after')],
    ...stripped,
  ];
  return details('What was compared', table(['left', 'right', 'right'], ['', 'Before', 'After'], rows));
}

/** The same for an artifact without a baseline. */
export function measuredDetails({ artifact, totals, findings, removable }: CheckedArtifact, units: Units): string[] {
  const known = sizes.map((key) => [key, sizeCells([totals[key]], units)[0] ?? none]);
  const hidden = hiddenClaimed(findings);
  const rows = [
    ['artifact', markdownWord(artifact.name)],
    ['format', formatText(artifact)],
    ...known,
    ['holds', holds(totals)],
    ['can go away', removableText(removable, contentByRule(findings).length, units)],
    ...(hidden === 0 ? [] : [['hidden in layers', formatSize(hidden, units)]]),
  ];
  return details('What was measured', table(['left', 'right'], ['', ''], rows));
}

/** @param rules how many find bytes; what finds none is listed, but says nothing of how much can go. */
function removableText(bytes: number, rules: number, units: Units): string {
  return `${formatSize(bytes, units)}${rules === 0 ? '' : `, by ${count(rules, 'rule')}`}`;
}

function holds({ files, directories, symlinks, hardlinks }: Totals): string {
  const links = [symlinks > 0 ? count(symlinks, 'symlink') : '', hardlinks > 0 ? count(hardlinks, 'hard link') : ''];
  const all = [count(files, 'file'), count(directories, 'directory', 'directories'), ...links];
  return all.filter((text) => text !== '').join(', ');
}

/** What was odd about an artifact: its figures may be less certain than they look. */
export function noticesDetails(notices: readonly Notice[], rows: number): string[] {
  if (notices.length === 0) return [];
  const shown = notices.slice(0, rows);
  const lines = shown.map(({ path, message }) =>
    path === null ? `- ${markdownText(message)}` : `- ${markdownName(path)}: ${markdownText(message)}`,
  );
  const rest = notices.length - shown.length;
  return details(count(notices.length, 'notice'), rest > 0 ? [...lines, `- ${andMore(rest)}`] : lines);
}

/** The last line. */
export function footer({ name, version }: Tool): string[] {
  return [`<sub>${markdownText(`${name} ${version}`)}</sub>`];
}
