// Findings that nobody asked to count: what works and is of use to some. A line each, and who needs it; commands come with
// `--leftovers`.
import { formatSizes } from '../../bytes/size.ts';
import type { Finding } from '../../model/finding.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { widest, wrap } from './style.ts';
import type { Style } from './style.ts';

export function* leftoversPart(findings: readonly Finding[], options: ReportOptions, style: Style): Iterable<string> {
  if (findings.length === 0) return;
  yield `\n${style.bold('Leftovers')} ${style.dim('(not counted below; --leftovers counts them)')}\n`;
  const sizes = formatSizes(
    findings.map(({ bytes }) => bytes),
    options.units,
  );
  const width = widest(sizes, 7);
  const names = widest(
    findings.map(({ rule }) => rule),
    0,
  );
  const indent = ' '.repeat(2 + width + 2 + names + 2);
  for (const [index, { rule, title, fix }] of findings.entries()) {
    const size = (sizes[index] ?? '').padStart(width);
    const text = options.width - indent.length;
    const [first, ...rest] = [terminalText(title), fix.advice ?? ''].flatMap((line, at) =>
      wrap(line, text).map((part) => (at === 0 ? part : style.dim(part))),
    );
    yield `  ${style.bold(size)}  ${style.bold(rule.padEnd(names))}  ${first ?? ''}\n`;
    for (const line of rest) yield `${indent}${line}\n`;
  }
}
