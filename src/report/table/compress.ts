// What `compress` prints in a terminal: today's file, every way that was tried, smallest first, and one line that says which to take.
import { formatSize, formatSizes } from '../../bytes/size.ts';
import { httpWindow, usualWindow } from '../../compare/best-codec.ts';
import type { Compressions, Trial } from '../../model/compression.ts';
import { addTo } from '../../model/grouping.ts';
import { terminalText } from '../escape.ts';
import type { CompressReport, ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { partsOf } from './parts.ts';
import { cutMiddle, wrap } from './style.ts';
import type { Style } from './style.ts';

export function compressTable({ compressions }: CompressReport, options: ReportOptions): Iterable<string> {
  return partsOf(compressions, [heading, trialsPart, windowsPart, untriedPart, bestPart, orderPart], options);
}

function* heading({ artifact, stream }: Compressions, options: ReportOptions, style: Style): Iterable<string> {
  const what = `${stream.kind} of ${formatSize(stream.bytes, options.units)}`;
  const name = cutMiddle(terminalText(artifact.name), Math.max(20, options.width - what.length - 2));
  yield `${style.bold(name)}  ${style.dim(what)}\n\n`;
}

function* trialsPart(
  { today, trials, best, stream }: Compressions,
  options: ReportOptions,
  style: Style,
): Iterable<string> {
  const rows = [...(today === null ? [] : [today]), ...trials];
  if (rows.length === 0) return;
  const base = today?.bytes ?? stream.bytes;
  const sizes = formatSizes(
    rows.map(({ bytes }) => bytes),
    options.units,
  );
  const heads = ['  SIZE', today === null ? 'OF RAW' : 'OF TODAY', 'PACK', 'UNPACK', 'MEMORY', 'WINDOW', 'HOW'];
  const cells = rows.map((row, index) => {
    const name = row === today ? `${row.command} (today)` : row.command;
    return [
      `  ${sizes[index]}`,
      percent(row.bytes, base),
      seconds(row.compress),
      seconds(row.decompress),
      row.decompressMemory === null ? '-' : formatSize(row.decompressMemory, 'iec'),
      row.window === null ? '-' : formatSize(row.window, 'iec'),
      row.how === best ? style.bold(name) : name,
    ];
  });
  const align = ['right', 'right', 'right', 'right', 'right', 'right', 'left'] as const;
  yield* columns([heads.map((text) => style.dim(text)), ...cells], align);
  yield style.dim('  times are of this machine; memory is that of unpacking\n\n');
}

function seconds(time: number | null): string {
  if (time === null) return '-';
  return `${time < 10 ? time.toFixed(2) : time.toFixed(0)} s`;
}

/** What decoders refuse unless they are told. */
function* windowsPart({ trials, today }: Compressions, { width }: ReportOptions): Iterable<string> {
  const zstd = [...(today === null ? [] : [today]), ...trials].filter(({ command }) => command.startsWith('zstd'));
  const beyond = (limit: number): string[] =>
    zstd.filter(({ window }) => (window ?? 0) > limit).map(({ command }) => command);
  const large = beyond(usualWindow);
  const small = beyond(httpWindow).filter((command) => !large.includes(command));
  const lines = [
    ...(large.length === 0 ? [] : [`${large.join(', ')}: the window is above 128 MiB; zstd -d needs --long=31`]),
    ...(small.length === 0
      ? []
      : [`${small.join(', ')}: the window is above 8 MiB; browsers refuse it as Content-Encoding`]),
  ];
  for (const line of lines) for (const part of wrap(line, width - 2)) yield `  ${part}\n`;
  if (lines.length > 0) yield '\n';
}

function* untriedPart({ untried, interrupted }: Compressions, { width }: ReportOptions): Iterable<string> {
  const reasons = new Map<string, string[]>();
  for (const { how, reason } of untried) addTo(reasons, reason, how);
  for (const [reason, hows] of reasons) {
    for (const part of wrap(`Not tried: ${hows.join(', ')} (${terminalText(reason)})`, width - 2)) yield `  ${part}\n`;
  }
  if (untried.length > 0 && !interrupted) yield '\n';
}

function* bestPart(compressions: Compressions, { width }: ReportOptions, style: Style): Iterable<string> {
  const { trials, today, best, stream, interrupted } = compressions;
  if (interrupted) {
    yield '  Interrupted; these rows were finished.\n';
    return;
  }
  const trial = trials.find(({ how }) => how === best);
  const text = trial === undefined ? noneBetter(compressions) : sentence(trial, today, stream.bytes);
  for (const part of wrap(text, width - 2)) yield `  ${style.bold(part)}\n`;
}

function noneBetter({ trials }: Compressions): string {
  if (trials.every(({ window }) => (window ?? 0) > usualWindow))
    return 'None is recommended: decoders refuse the windows of all that were tried.';
  return "Nothing that was tried is more than 1% smaller than today's file.";
}

function* orderPart({ order, trials }: Compressions, { width, units }: ReportOptions): Iterable<string> {
  if (order === null || order.bytes === null) return;
  const name = trials.find(({ how }) => how === order.how)?.command ?? order.how;
  const { better, bytes } = order;
  const text =
    better === null
      ? 'Members sorted by name or by type: no gain of 1% or more.'
      : `Members sorted by ${better.order === 'type' ? 'type (extension, then name)' : 'name'}: ${name} makes ${formatSize(better.bytes, units)}, ${(100 * (1 - better.bytes / bytes)).toFixed(1)}% less.`;
  for (const part of wrap(text, width - 2)) yield `  ${part}\n`;
}

/** `zstd -22 --ultra --long: 26% smaller than today's gzip, decompresses 3.1 times as fast`. */
function sentence(best: Trial, today: Trial | null, raw: number): string {
  if (today === null) return `${best.command}: ${percent(best.bytes, raw)} of ${formatSize(raw, 'iec')}`;
  const smaller = `${(100 * (1 - best.bytes / today.bytes)).toFixed(0)}% smaller than today's ${today.command}`;
  if (best.decompress === null || today.decompress === null) return `${best.command}: ${smaller}`;
  const faster = today.decompress / best.decompress;
  const speed =
    faster > 1.1
      ? `, decompresses ${faster.toFixed(1)} times as fast`
      : faster < 0.9
        ? `, takes ${(1 / faster).toFixed(1)} times as long to decompress`
        : ', decompresses as fast';
  return `${best.command}: ${smaller}${speed}`;
}
