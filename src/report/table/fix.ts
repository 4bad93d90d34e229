// What `fix` prints in a terminal: what each rule promises (and, once done, what it achieved), what is left alone and why, and the
// commands that the plan stands for.
import { bothSizes, exactBytes, formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import { fixCommands } from '../../fix/commands.ts';
import type { Fix, LeftAlone } from '../../model/fix.ts';
import { nameFromText } from '../../model/name.ts';
import { shellWord } from '../../model/shell.ts';
import { terminalName, terminalText } from '../escape.ts';
import type { FixReport, ReportOptions } from '../reporter.ts';
import { growthNote } from './fix-growth.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { partsOf } from './parts.ts';
import { columnsOf, cutMiddle, sumLine, wrap, wrapCommand } from './style.ts';
import type { Style } from './style.ts';

/** Lines of one command that are shown. */
const commandLines = 4;

export function fixTable({ fix }: FixReport, options: ReportOptions): Iterable<string> {
  return partsOf(fix, [heading, rulesPart, totalPart, growthPart, brokenPart, leftPart, commandsPart], options);
}

function* heading({ artifact, out, outcome }: Fix, { width }: ReportOptions, style: Style): Iterable<string> {
  const what = outcome === null ? 'plan, nothing is changed' : `written to ${terminalText(out)}`;
  const name = cutMiddle(terminalText(artifact.name), Math.max(20, width - what.length - 2));
  yield `${style.bold(name)}  ${style.dim(what)}\n\n`;
}

function* rulesPart({ plan, exact, outcome }: Fix, { units }: ReportOptions, style: Style): Iterable<string> {
  if (plan.rules.length === 0) {
    yield 'No finding that can be fixed.\n';
    return;
  }
  const promised = formatSizes(
    plan.rules.map((rule) => rule.promised),
    units,
  );
  const achieved = formatSizes(
    plan.rules.map((rule) => rule.achieved ?? 0),
    units,
  );
  const done = outcome !== null;
  const compressed = exact === undefined ? null : formatSizes(exact.rules, units);
  const head = [
    '  RULE',
    'FILES',
    'PROMISED',
    ...(done ? ['ACHIEVED'] : []),
    ...(compressed === null ? [] : ['COMPRESSED']),
  ].map((text) => style.dim(text));
  const rows = plan.rules.map(({ rule, files }, index) => [
    `  ${rule}`,
    groupDigits(files),
    promised[index] ?? '',
    ...(done ? [achieved[index] ?? ''] : []),
    ...(compressed === null ? [] : [compressed[index] ?? '']),
  ]);
  yield* columns([head, ...rows], ['left', 'right', 'right', 'right', 'right']);
}

function* totalPart(
  { plan, before, outcome, compression, exact }: Fix,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const { units } = options;
  const of = before.content > 0 ? ` (${percent(plan.promised, before.content)} of content)` : '';
  yield `\n${sumLine(`Promised: ${bothSizes(plan.promised, units)}${of}`, options.width, style)}`;
  if (exact !== undefined) {
    const how = compression === null ? 'archive' : compression;
    const share = percent(exact.union, exact.base);
    yield `  ${style.bold(`Compressed (${how}): ${bothSizes(exact.union, units)}`)} (${share} of ${formatSize(exact.base, units)})\n`;
  }
  if (outcome === null) return;
  const kept = outcome.achieved === plan.promised;
  yield `  ${style.bold(`Achieved: ${bothSizes(outcome.achieved, units)}`)}${kept ? ', as promised' : ', NOT as promised'}\n`;
  for (const { path, before: old, after: now } of outcome.updated) {
    const change = `brought up to date, ${exactBytes(old)} → ${exactBytes(now)}`;
    const name = cutMiddle(terminalName(path), Math.max(12, options.width - change.length - 4));
    yield `  ${style.dim(`${name}: ${change}`)}\n`;
  }
  const sizes = (['content', 'archive', 'compressed'] as const).flatMap((size) => {
    const [old, now] = [before[size], outcome.totals[size]];
    if (old === null || now === null) return [];
    // Of an archive without compression both are one.
    if (size === 'archive' && old === before.compressed && now === outcome.totals.compressed) return [];
    const [from, to] = formatSizes([old, now], units);
    const packed = size === 'compressed' && compression !== null ? ` (${compression})` : '';
    return [`${size} ${from} → ${to}${packed}`];
  });
  const joined = sizes.join(', ');
  // A line for each where one line does not hold them: none is cut between number and unit.
  for (const line of joined.length <= options.width - 2 ? [joined] : sizes) yield `  ${style.dim(line)}\n`;
}

function* growthPart(fix: Fix, { width }: ReportOptions): Iterable<string> {
  const note = growthNote(fix);
  if (note !== null) for (const line of wrap(note, width - 2)) yield `  ${line}\n`;
}

function* brokenPart({ outcome }: Fix, { width, top, verbose }: ReportOptions, style: Style): Iterable<string> {
  const broken = outcome?.broken ?? [];
  if (broken.length === 0) return;
  yield `\n${style.bold('Not as predicted')}\n`;
  const shown = verbose ? broken : broken.slice(0, top);
  for (const { path, message } of shown) {
    for (const line of wrap(`${terminalName(path)}: ${terminalText(message)}`, width - 2)) yield `  ${line}\n`;
  }
  const more = broken.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more: --verbose, --json\n`);
}

function* leftPart({ plan }: Fix, options: ReportOptions, style: Style): Iterable<string> {
  if (plan.leftAlone.length === 0) return;
  yield `\n${style.bold('Left alone')}\n`;
  for (const left of plan.leftAlone) {
    const [first, ...rest] = wrap(leftText(left, options), options.width - 4);
    yield `  ${first}\n`;
    for (const line of rest) yield `    ${line}\n`;
  }
}

function leftText({ rule, reason, files, bytes, example }: LeftAlone, { units }: ReportOptions): string {
  const count = files === 1 ? terminalName(example) : `${groupDigits(files)} files`;
  const size = bytes === 0 ? '' : `${formatSize(bytes, units)}, `;
  return `${rule}: ${size}${count}: ${terminalText(reason)}`;
}

function* commandsPart({ plan, outcome, out, inPlace }: Fix, { width }: ReportOptions, style: Style): Iterable<string> {
  if (outcome !== null || plan.actions.length === 0) return;
  yield `\n${style.bold('Commands')} ${style.dim('(in a copy; --format shell prints all, as a script)')}\n`;
  for (const { title, commands } of fixCommands(plan.actions)) {
    yield `  ${style.dim(`# ${title}`)}\n`;
    const lines = commands.flatMap((command) => wrapCommand(terminalText(command), width - 4));
    for (const [index, line] of lines.slice(0, commandLines).entries()) yield `  ${index === 0 ? '$ ' : '  '}${line}\n`;
    const more = lines.length - commandLines;
    if (more > 0) yield `    ${style.dim(`… ${groupDigits(more)} more ${more === 1 ? 'line' : 'lines'}`)}\n`;
  }
  const words = `${inPlace ? '--in-place' : `--out ${shellWord(nameFromText(out))}`} --apply`;
  const what = `carries this out on a copy${inPlace ? ' that then replaces the artifact' : ''}.`;
  yield `\n${words}${columnsOf(words) + 1 + what.length <= width ? ' ' : '\n'}${what}\n`;
}
