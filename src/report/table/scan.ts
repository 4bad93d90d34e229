// The terminal report: sizes, directories largest first, findings with the command that fixes each, and their union last.
import { exactBytes, formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import type { TreeNode } from '../../compare/rollup.ts';
import type { Finding } from '../../model/finding.ts';
import { compareNames, depth } from '../../model/name.ts';
import type { Totals } from '../../model/snapshot.ts';
import { inertLine, terminalName, terminalText } from '../escape.ts';
import { bytecodeTable } from './bytecode.ts';
import { columns } from './grid.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { packagesTable } from './packages.ts';
import { imageTable } from './image.ts';
import { percent } from './percent.ts';
import { leftoversPart } from './leftovers.ts';
import { sectionsTable } from './sections.ts';
import { cutMiddle, styleFor, widest, wrap, wrapCommand } from './style.ts';
import type { Style } from './style.ts';

export function* scanTable(report: ScanReport, options: ReportOptions): Iterable<string> {
  const style = styleFor(options.color);
  const parts = [heading, imageTable, placesPart, sectionsPart, bytecodePart, findingsPart, noticesPart];
  for (const part of parts) yield* inertLines(part(report, options, style));
}

/** Names that are wrapped may begin a line with what a CI system takes for a command. */
function* inertLines(pieces: Iterable<string>): Iterable<string> {
  for (const piece of pieces) yield piece.split('\n').map(inertLine).join('\n');
}

function* heading({ snapshot }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  const { artifact, totals } = snapshot;
  const kind = [artifact.format, ...artifact.codecs.toReversed()].join(' in ');
  const name = cutMiddle(terminalText(artifact.name), options.width - kind.length - 2);
  yield `${style.bold(name)}  ${style.dim(kind)}\n\n`;
  const known = (['content', 'disk', 'archive', 'compressed'] as const).filter((size) => totals[size] !== null);
  const sizes = formatSizes(
    known.map((size) => totals[size] ?? 0),
    options.units,
  );
  const rows = known.map((size, index) => [`  ${size}`, sizes[index] ?? '', style.dim(sizeNote(size, totals))]);
  yield* columns(rows, ['left', 'right', 'left']);
  yield '\n';
}

function sizeNote(size: 'content' | 'disk' | 'archive' | 'compressed', totals: Totals): string {
  switch (size) {
    case 'content':
      return contentNote(totals);
    case 'disk':
      return totals.compressed === null ? 'allocated, as du counts' : 'unpacked, in blocks of 4 KiB';
    case 'archive':
      return 'uncompressed, with headers and padding';
    case 'compressed':
      return `the file itself${totals.content > 0 ? `, ${percent(totals.compressed ?? 0, totals.content)} of content` : ''}`;
  }
  return '';
}

function contentNote({ files, directories, symlinks, hardlinks, other }: Totals): string {
  const counts: readonly (readonly [number, string, string])[] = [
    [files, 'file', 'files'],
    [directories, 'directory', 'directories'],
    [symlinks, 'symlink', 'symlinks'],
    [hardlinks, 'hard link', 'hard links'],
    [other, 'other', 'others'],
  ];
  return counts
    .filter(([number], index) => number > 0 || index === 0)
    .map(([number, one, many]) => `${groupDigits(number)} ${number === 1 ? one : many}`)
    .join(', ');
}

function* placesPart(report: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  if (report.packages === undefined) yield* directoriesPart(report, options, style);
  else yield* packagesTable(report.packages, options, style);
}

function* directoriesPart({ tree, snapshot }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  const total = snapshot.totals[options.size];
  const shown = tree.filter(({ path }) => depth(path) <= options.depth).toSorted(order(options));
  const rows = shown.slice(0, options.top);
  const sizes = formatSizes(
    rows.map((node) => node[options.size]),
    options.units,
  );
  const own = formatSizes(
    rows.map((node) => node.own[options.size]),
    options.units,
  );
  const files = rows.map((node) => groupDigits(node.files));
  // Two columns of indent, six for percent, two between each of the five columns.
  const taken = 16 + widest(sizes, 4) + widest(own, 3) + widest(files, 5);
  const pathWidth = Math.max(12, options.width - taken);
  yield `${style.bold('Directories')} ${style.dim(`(${options.size}; "own" leaves out subdirectories)`)}\n`;
  yield* columns(
    [
      ['  SIZE', '%', 'OWN', 'FILES', 'DIRECTORY'].map((text) => style.dim(text)),
      ...rows.map((node, index) => [
        `  ${sizes[index]}`,
        percent(node[options.size], total),
        own[index] ?? '',
        files[index] ?? '',
        cutMiddle(terminalName(node.path), pathWidth),
      ]),
    ],
    ['right', 'right', 'right', 'right', 'left'],
  );
  const more = tree.length - rows.length;
  if (more > 0)
    yield style.dim(`  ${groupDigits(more)} more ${more === 1 ? 'directory' : 'directories'}: --top N, --depth N\n`);
  yield '\n';
}

function order({ size, sort }: ReportOptions): (a: TreeNode, b: TreeNode) => number {
  return sort === 'path' ? byPath : (a, b) => b[size] - a[size] || byPath(a, b);
}

/** The root first. */
function byPath(a: TreeNode, b: TreeNode): number {
  return compareNames(a.path === '.' ? '' : a.path, b.path === '.' ? '' : b.path);
}

function* sectionsPart({ sections }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  if (sections !== undefined) yield* sectionsTable(sections, options, style);
}

function* bytecodePart({ bytecode }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  if (bytecode !== undefined) yield* bytecodeTable(bytecode, options, style);
}

function* findingsPart(
  { findings: all, removable, snapshot }: ScanReport,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const findings = all.filter(({ leftover }) => leftover !== true);
  const leftovers = all.filter(({ leftover }) => leftover === true);
  if (findings.length === 0) {
    yield `${style.bold('Findings')}  none\n`;
    yield* leftoversPart(leftovers, options, style);
    return;
  }
  yield `${style.bold('Findings')}\n`;
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    options.units,
  );
  const width = Math.max(...sizes.map((text) => text.length), 7);
  for (const [index, found] of findings.entries()) {
    yield* findingLines(found, sizes[index]?.padStart(width) ?? '', options, style);
  }
  yield* leftoversPart(leftovers, options, style);
  const { content } = snapshot.totals;
  const share = content > 0 ? ` (${percent(removable, content)} of content)` : '';
  const exact =
    options.units === 'bytes'
      ? exactBytes(removable)
      : `${formatSize(removable, options.units)} = ${exactBytes(removable)}`;
  yield `\n  ${style.bold(`Removable: ${exact}${share}`)}, each byte counted once\n`;
}

function* findingLines(found: Finding, size: string, options: ReportOptions, style: Style): Iterable<string> {
  const indent = ' '.repeat(size.length + 10);
  const text = options.width - indent.length;
  const [first, ...rest] = wrap(terminalText(found.title), text);
  const severity = style.severity(found.severity, found.severity.padEnd(5));
  yield `  ${severity} ${style.bold(size)}  ${style.bold(found.rule)}\n`;
  for (const line of [first, ...rest]) yield `${indent}${line}\n`;
  for (const command of found.fix.commands) {
    for (const [index, line] of wrapCommand(terminalText(command), text - 2).entries()) {
      yield `${style.dim(`${indent}${index === 0 ? '$ ' : '  '}${line}`)}\n`;
    }
  }
  for (const line of found.fix.advice === null ? [] : wrap(terminalText(found.fix.advice), text))
    yield `${style.dim(indent + line)}\n`;
  if (!options.verbose) return;
  for (const claim of found.claims.slice(0, options.top)) {
    const copy = claim.keeps === undefined ? '' : ` = ${terminalName(claim.keeps)}`;
    yield `${indent}${exactBytes(claim.bytes)}  ${terminalName(claim.path)}${copy}\n`;
  }
  const more = found.claims.length - options.top;
  if (more > 0) yield style.dim(`${indent}${groupDigits(more)} more: --json\n`);
}

function* noticesPart({ snapshot }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  const { notices } = snapshot;
  if (notices.length === 0) return;
  const shown = options.verbose ? notices : notices.slice(0, 5);
  yield `\n${style.bold(`Notices (${groupDigits(notices.length)})`)}\n`;
  for (const { path, message } of shown) {
    const line = path === null ? terminalText(message) : `${terminalName(path)}: ${terminalText(message)}`;
    for (const [index, part] of wrap(line, options.width - 4).entries())
      yield `${index === 0 ? '  ' : '    '}${part}\n`;
  }
  const more = notices.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more: --verbose\n`);
}
