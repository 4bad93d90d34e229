// Findings in a comment, folded: what was found, and the command that fixes it as a block to copy.
import { formatSize, formatSizes } from '../../bytes/size.ts';
import type { Units } from '../../bytes/size.ts';
import { claimedBytes } from '../../compare/removable.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import { briefCommands } from '../brief-commands.ts';
import { codeBlock, markdownText, markdownWord } from '../escape-markdown.ts';
import { details } from './blocks.ts';
import { andMore, count } from '../figures.ts';
import { withoutRepeats } from '../repeats.ts';

/** Longest command that is printed; a cut one would be dangerous to run. */
const longestCommand = 1500;

const icons: Readonly<Record<Severity, string>> = { error: '❌', warn: '⚠️', info: 'ℹ️' };

export interface FindingsStyle {
  /** Plain text of ours: `New findings`. */
  readonly title: string;
  /** Whether to say how to fix them; what is fixed needs none. */
  readonly commands: boolean;
  readonly units: Units;
  readonly rows: number;
}

export function findingsDetails(findings: readonly Finding[], style: FindingsStyle): string[] {
  const { title, commands, units, rows } = style;
  if (findings.length === 0) return [];
  const sizes = formatSizes(
    findings.map((found) => found.bytes),
    units,
  );
  const shown = withoutRepeats(findings.slice(0, rows));
  const lines = shown.flatMap((found, index) => item(found, sizes[index] ?? '', commands));
  const more = findings.length - shown.length;
  if (more > 0) lines.push(`- ${andMore(more)}`);
  return details(`${title}: ${rulesOf(findings)}, ${formatSize(claimedBytes(findings), units)}`, lines);
}

/** Inside HTML, so only of what is certain: ids are checked. */
function rulesOf(findings: readonly Finding[]): string {
  const ids = [...new Set(findings.map(({ rule }) => rule))];
  const isCertain = ids.every((rule) => /^[a-z]{1,30}(?:-[a-z]{1,30}){0,5}$/.test(rule));
  return isCertain && ids.length <= 3 ? ids.join(', ') : count(ids.length, 'rule');
}

function item({ severity, rule, title, fix }: Finding, size: string, commands: boolean): string[] {
  const head = `- ${commands ? `${icons[severity]} ` : ''}${markdownWord(rule)} **${size}** – ${markdownText(title)}`;
  if (!commands) return [head];
  const given = briefCommands(fix.commands, 'sizecheck scan --verbose');
  const usable = given.filter((command) => command.length <= longestCommand);
  const left = given.length - usable.length;
  const block = usable.length === 0 ? [] : codeBlock('sh', usable);
  const after = [
    ...(left > 0 ? [`${count(left, 'further command')}: run sizecheck scan --verbose`] : []),
    ...(fix.advice === null ? [] : [markdownText(fix.advice)]),
  ];
  // Indented, they belong to the item.
  const body = [...(block.length > 0 ? ['', ...block] : []), ...after.flatMap((line) => ['', line])];
  return [head, ...body.map((line) => (line === '' ? '' : `  ${line}`))];
}
