// The terminal report: sizes, directories largest first, findings with the command that fixes each, and their union last.
import { bothSizes, exactBytes, formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackageTable } from '../../model/packages.ts';
import { hiddenBytes } from '../../compare/image.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { briefCommands } from '../brief-commands.ts';
import { terminalName, terminalText } from '../escape.ts';
import { bytecodeTable } from './bytecode.ts';
import { columns } from './grid.ts';
import { formatText } from '../identity-text.ts';
import type { ReportOptions, ScanReport } from '../reporter.ts';
import { withoutRepeats } from '../repeats.ts';
import { shownNodes, sizeKey } from '../shown-nodes.ts';
import { packagesTable } from './packages.ts';
import { imageTable } from './image.ts';
import { storedSavings } from '../../rules/stored-savings.ts';
import { madeText } from './made.ts';
import { percent } from './percent.ts';
import { leftoversPart } from './leftovers.ts';
import { sectionsTable } from './sections.ts';
import { sizeNote } from './size-note.ts';
import { noticeLines, noticeText } from './notices.ts';
import { partsOf } from './parts.ts';
import { cutMiddle, sumLine, widest, wrap, wrapCommand } from './style.ts';
import type { Style } from './style.ts';

export function scanTable(report: ScanReport, options: ReportOptions): Iterable<string> {
  return partsOf(
    report,
    [heading, imageTable, placesPart, sectionsPart, bytecodePart, findingsPart, noticesPart],
    options,
  );
}

function* heading(report: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  const { snapshot } = report;
  const { artifact, totals } = snapshot;
  const kind = formatText(artifact);
  const name = cutMiddle(terminalText(artifact.name), options.width - kind.length - 2);
  yield `${style.bold(name)}  ${style.dim(kind)}\n\n`;
  const known = (['content', 'disk', 'archive', 'compressed'] as const).filter((size) => totals[size] !== null);
  const sizes = formatSizes(
    known.map((size) => totals[size] ?? 0),
    options.units,
  );
  const rows = known.map((size, index) => [`  ${size}`, sizes[index] ?? '', style.dim(sizeNote(size, report))]);
  yield* columns(rows, ['left', 'right', 'left']);
  if (options.verbose && snapshot.made !== undefined) {
    const text = `made as ${madeText(snapshot.made, artifact.codecs)}`;
    for (const line of wrap(text, options.width - 2)) yield style.dim(`  ${line}\n`);
  }
  yield '\n';
}

function* placesPart(report: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  if (report.packages === undefined) yield* directoriesPart(report, options, style);
  else yield* packagesPart(report, report.packages, options, style);
}

function* packagesPart(
  { snapshot }: ScanReport,
  packages: PackageTable,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  yield* packagesTable(packages, snapshot.totals, options, style);
  if (options.stored === true) yield* overheadLines(snapshot, options, style);
  yield '\n';
}

function* directoriesPart({ tree, snapshot }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  const name = options.stored === true ? 'compressed' : options.size;
  const total = snapshot.totals[name] ?? 0;
  const size = sizeKey(options);
  const shown = shownNodes(tree, options);
  const rows = shown.slice(0, options.top);
  const sizes = formatSizes(
    rows.map((node) => node[size] ?? 0),
    options.units,
  );
  const own = formatSizes(
    rows.map((node) => node.own[size] ?? 0),
    options.units,
  );
  const files = rows.map((node) => groupDigits(node.files));
  // Two columns of indent, six for percent, two between each of the five columns.
  const taken = 16 + widest(sizes, 4) + widest(own, 3) + widest(files, 5);
  const pathWidth = Math.max(12, options.width - taken);
  yield `${style.bold('Directories')} ${style.dim(`(${name}; "own" leaves out subdirectories)`)}\n`;
  yield* columns(
    [
      ['  SIZE', '%', 'OWN', 'FILES', 'DIRECTORY'].map((text) => style.dim(text)),
      ...rows.map((node, index) => [
        `  ${sizes[index]}`,
        percent(node[size] ?? 0, total),
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
  if (options.stored === true) yield* overheadLines(snapshot, options, style);
  yield '\n';
}

/** Directories hold content only, so this is what lacks to the whole. */
function overheadLines({ overhead, totals }: Snapshot, options: ReportOptions, style: Style): string[] {
  const parts = Object.entries(overhead ?? {}).toSorted(([, a], [, b]) => b - a);
  const sum = parts.reduce((all, [, bytes]) => all + bytes, 0);
  const sizes = formatSizes([sum, ...parts.map(([, bytes]) => bytes)], options.units);
  const named = parts.map(([name], index) => `${name} ${sizes[index + 1]}`).join(', ');
  const text = `overhead ${sizes[0]}, ${percent(sum, totals.compressed ?? 0)} of the file: ${named}`;
  return wrap(text, options.width - 2).map((line) => style.dim(`  ${line}\n`));
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
  const savings = options.stored === true ? storedSavings(snapshot, findings) : [];
  for (const [index, found] of withoutRepeats(findings).entries()) {
    yield* findingLines(found, sizes[index]?.padStart(width) ?? '', savings[index] ?? null, options, style);
  }
  yield* leftoversPart(leftovers, options, style);
  const { content } = snapshot.totals;
  const share = content > 0 ? ` (${percent(removable, content)} of content)` : '';
  yield `\n${sumLine(`Removable: ${bothSizes(removable, options.units)}${share}`, options.width, style)}`;
  const hidden = hiddenBytes(snapshot);
  if (hidden > 0) yield `  ${style.bold(`Hidden in layers: ${bothSizes(hidden, options.units)} more`)}\n`;
  if (snapshot.image === undefined || findings.every(({ fix }) => fix.commands.length === 0)) return;
  const where = 'Run commands in the RUN that makes the files: a later layer frees nothing.';
  for (const line of wrap(where, options.width - 2)) yield style.dim(`  ${line}\n`);
}

function* findingLines(
  found: Finding,
  size: string,
  saving: number | null,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const indent = ' '.repeat(size.length + 10);
  const text = options.width - indent.length;
  const [first, ...rest] = wrap(terminalText(found.title), text);
  const severity = style.severity(found.severity, found.severity.padEnd(5));
  const compressed = saving === null ? '' : style.dim(`  ~${formatSize(saving, options.units)} compressed`);
  yield `  ${severity} ${style.bold(size)}  ${style.bold(found.rule)}${compressed}\n`;
  for (const line of [first, ...rest]) yield `${indent}${line}\n`;
  const { commands } = found.fix;
  for (const command of options.verbose ? commands : briefCommands(commands, '--verbose')) {
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

function noticesPart({ snapshot }: ScanReport, options: ReportOptions, style: Style): Iterable<string> {
  return noticeLines('Notices', snapshot.notices, noticeText, options, style);
}
