// The terminal report of a diff: sizes of both sides, directories by their own change, changes by kind, findings fixed and new.
// The rows of directories, shown or counted, add up to the TOTAL row, which is the difference of the totals.
import { formatDeltas, formatSizes, groupDigits, percentChange } from '../../bytes/size.ts';
import { comparisonCodes } from '../../model/diff.ts';
import type { Diff, Side } from '../../model/diff.ts';
import type { Finding } from '../../model/finding.ts';
import { shellWord } from '../../model/shell.ts';
import { mayHideChanges } from '../../policy/doubts.ts';
import { terminalName, terminalText } from '../escape.ts';
import { countsText, sideText } from '../identity-text.ts';
import { mapHints } from '../map-hints.ts';
import type { DiffReport, ReportOptions } from '../reporter.ts';
import { changesPart } from './diff-changes.ts';
import { directoriesPart } from './diff-directories.ts';
import { imagePart } from './diff-image.ts';
import { packagesPart } from './diff-packages.ts';
import { columns } from './grid.ts';
import { noticeLines, noticeText } from './notices.ts';
import { partsOf } from './parts.ts';
import { columnsOf, cutMiddle, widest, wrap } from './style.ts';
import type { Style } from './style.ts';

const sizeNames = ['content', 'disk', 'archive', 'compressed'] as const;

export function diffTable({ diff }: DiffReport, options: ReportOptions): Iterable<string> {
  const parts = [heading, totalsPart, imagePart, placesPart, changesPart, hintsPart, findingsPart, noticesPart];
  return partsOf(diff, parts, options);
}

function placesPart(diff: Diff, options: ReportOptions, style: Style): Iterable<string> {
  return diff.packages === undefined
    ? directoriesPart(diff, options, style)
    : packagesPart(diff.packages, diff, options, style);
}

function* heading({ before, after }: Diff, options: ReportOptions, style: Style): Iterable<string> {
  yield sideLine('old', before, options, style);
  yield sideLine('new', after, options, style);
  yield '\n';
}

function sideLine(label: string, side: Side, options: ReportOptions, style: Style): string {
  const note = sideText(side);
  const room = Math.max(20, options.width - note.length - label.length - 4);
  return `${style.dim(label)}  ${style.bold(cutMiddle(terminalText(side.artifact.name), room))}  ${style.dim(note)}\n`;
}

/** Every size that both sides have. */
function* totalsPart(diff: Diff, options: ReportOptions, style: Style): Iterable<string> {
  const { before, after, delta, changes } = diff;
  const known = sizeNames.filter((size) => delta[size] !== null);
  const changed = known.some((size) => delta[size] !== 0);
  if (changed) {
    const sizes = formatSizes(
      known.flatMap((size) => [before.totals[size] ?? 0, after.totals[size] ?? 0]),
      options.units,
    );
    const deltas = formatDeltas(
      known.map((size) => delta[size] ?? 0),
      options.units,
    );
    const rows = known.map((size, index) => {
      const [old, now] = [before.totals[size] ?? 0, after.totals[size] ?? 0];
      return [
        `  ${size}`,
        sizes[2 * index] ?? '',
        sizes[2 * index + 1] ?? '',
        style.change(now - old, deltas[index] ?? ''),
        style.change(now - old, percentChange(old, now)),
      ];
    });
    const head = ['', 'BEFORE', 'AFTER', 'CHANGE', '%'].map((text) => style.dim(text));
    yield* columns([head, ...rows], ['left', 'right', 'right', 'right', 'right']);
    yield style.dim(`  ${countsText(before, after, '->')}\n`);
    yield '\n';
  }
  if (changes.length > 0) return;
  const seen = mayHideChanges(diff) ? ' known' : '';
  yield changed ? `no differences${seen} between the files, only in the sizes above\n` : `no differences${seen}\n`;
}

function* hintsPart(diff: Diff, { width }: ReportOptions, style: Style): Iterable<string> {
  const hints = mapHints(diff, 3);
  for (const { gone, added, pattern } of hints) {
    const [what, old, now] = [`hint: --map ${shellWord(pattern)} pairs`, terminalName(gone), terminalName(added)];
    const line = `${what} ${old} with ${now}`;
    const apart = [what, `  ${cutMiddle(old, width - 2)}`, `  with ${cutMiddle(now, width - 7)}`];
    for (const part of columnsOf(line) <= width ? [line] : apart) yield style.dim(`${part}\n`);
  }
  if (hints.length > 0) yield '\n';
}

function* findingsPart({ findings }: Diff, options: ReportOptions, style: Style): Iterable<string> {
  const fixed = findings.fixed.map((found) => ({ word: 'fixed', sign: -1, found }));
  const added = findings.new.map((found) => ({ word: 'new', sign: 1, found }));
  const rows = [...fixed, ...added];
  if (rows.length === 0) return;
  yield `${style.bold('Findings')} ${style.dim('(bytes that could be removed; "fixed" are gone, "new" have come)')}\n`;
  const deltas = formatDeltas(
    rows.map(({ sign, found }) => sign * found.bytes),
    options.units,
  );
  const width = widest(deltas, 0);
  for (const [index, { word, sign, found }] of rows.entries()) {
    const size = style.change(sign * found.bytes, (deltas[index] ?? '').padStart(width));
    const severity = style.severity(found.severity, found.severity.padEnd(5));
    yield `  ${word.padEnd(5)}  ${size}  ${severity}  ${style.bold(terminalText(found.rule))}\n`;
    yield* claimLines(found, width + 11, options, style);
  }
  yield* ruleLines(findings, options, style);
}

function* claimLines(found: Finding, indent: number, options: ReportOptions, style: Style): Iterable<string> {
  // What frees nothing is not worth three lines; its title says more than its rule.
  if (found.bytes === 0 && !options.verbose) {
    const lines = wrap(terminalText(found.title), Math.max(12, options.width - indent));
    for (const line of lines) yield style.dim(`${' '.repeat(indent)}${line}\n`);
    return;
  }
  const shown = found.claims.slice(0, options.verbose ? options.top : 3);
  const sizes = formatSizes(
    shown.map(({ bytes }) => bytes),
    options.units,
  );
  const space = ' '.repeat(indent);
  for (const [index, { path }] of shown.entries()) {
    const size = sizes[index] ?? '';
    const name = cutMiddle(terminalName(path), Math.max(12, options.width - indent - size.length - 2));
    yield `${space}${style.dim(`${size}  ${name}`)}\n`;
  }
  const more = found.claims.length - shown.length;
  const and =
    shown.length > 0 ? `and ${groupDigits(more)} more` : `${groupDigits(more)} ${more === 1 ? 'claim' : 'claims'}`;
  if (more > 0) yield style.dim(`${space}${and}: ${options.verbose ? '--json' : '--verbose'}\n`);
}

/** Where each rule stands now. */
function* ruleLines({ rules, removable }: Diff['findings'], options: ReportOptions, style: Style): Iterable<string> {
  const all = { rule: 'all together, each byte once', ...removable };
  const changed = [...rules, ...(rules.length > 1 ? [all] : [])].filter(({ before, after }) => before !== after);
  const sizes = formatSizes(
    changed.flatMap(({ before, after }) => [before, after]),
    options.units,
  );
  for (const [index, { rule }] of changed.entries()) {
    yield style.dim(`  ${terminalText(rule)}: ${sizes[2 * index]} before, ${sizes[2 * index + 1]} now\n`);
  }
}

function* noticesPart({ notices }: Diff, options: ReportOptions, style: Style): Iterable<string> {
  const ofBoth = notices.filter(({ code }) => comparisonCodes.has(code));
  yield* noticeLines('Notices', ofBoth, noticeText, options, style);
  const ofNew = notices.filter(({ code }) => !comparisonCodes.has(code));
  yield* noticeLines('Notices on the new side', ofNew, noticeText, options, style);
}
