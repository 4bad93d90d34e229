// Findings in a comment, folded: what was found, and the command that fixes it as a block to copy.
import { formatSize, formatSizes } from '../../bytes/size.ts';
import type { Units } from '../../bytes/size.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import { codeBlock, markdownText, markdownWord } from '../escape-markdown.ts';
import { details } from './blocks.ts';
import { andMore, count } from './figures.ts';

/** Longest command that is printed; a cut one would be dangerous to run. */
const longestCommand = 1500;
const mostCommands = 6;

const icons: Readonly<Record<Severity, string>> = { error: '❌', warn: '⚠️', info: 'ℹ️' };

/** `title` is plain text of ours: `New findings`. Fixed ones need no command. */
export function findingsDetails(
  title: string,
  findings: readonly Finding[],
  units: Units,
  rows: number,
  commands: boolean,
): string[] {
  if (findings.length === 0) return [];
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    units,
  );
  const shown = findings.slice(0, rows);
  const lines = shown.flatMap((found, index) => item(found, sizes[index] ?? '', commands));
  const more = findings.length - shown.length;
  if (more > 0) lines.push(`- ${andMore(more)}`);
  return details(`${title}: ${summaryOf(findings, units)}`, lines);
}

/** Rules and bytes, inside HTML, so only of what is certain: ids are checked. */
function summaryOf(findings: readonly Finding[], units: Units): string {
  const bytes = findings.reduce((sum, found) => sum + found.bytes, 0);
  const ids = findings.map(({ rule }) => rule).filter((rule) => /^[a-z]{1,30}(?:-[a-z]{1,30}){0,5}$/.test(rule));
  const names = ids.length === findings.length && ids.length <= 3 ? ids.join(', ') : count(findings.length, 'rule');
  return `${names}, ${formatSize(bytes, units)}`;
}

function item({ severity, rule, title, fix }: Finding, size: string, commands: boolean): string[] {
  const head = `- ${commands ? `${icons[severity]} ` : ''}${markdownWord(rule)} **${size}** – ${markdownText(title)}`;
  if (!commands) return [head];
  const usable = fix.commands.filter((command) => command.length <= longestCommand).slice(0, mostCommands);
  const left = fix.commands.length - usable.length;
  const block = usable.length === 0 ? [] : codeBlock('sh', usable);
  const after = [
    ...(left > 0 ? [`${count(left, 'further command')}: run sizecheck scan`] : []),
    ...(fix.advice === null ? [] : [markdownText(fix.advice)]),
  ];
  // Indented, they belong to the item.
  const body = [...(block.length > 0 ? ['', ...block] : []), ...after.flatMap((line) => ['', line])];
  return [head, ...body.map((line) => (line === '' ? '' : `  ${line}`))];
}
