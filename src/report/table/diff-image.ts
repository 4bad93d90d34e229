// Layers of two images: what the new one shares with the old one, what has to be pulled, and where the cache of a build ended.
import { formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import { shortInstruction } from '../../model/instruction.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import type { Style } from './style.ts';
import { cutEnd, widest, wrap } from './style.ts';

export function* imagePart({ image, changes }: Diff, options: ReportOptions, style: Style): Iterable<string> {
  if (image === undefined) return;
  const { units, width, top } = options;
  const { layers, shared, pulled, pull, cacheBroke, waste } = image;
  const bytes = pull === null ? 'of unknown size: layers are stored uncompressed' : formatSize(pull, units);
  const what = pulled.length === 0 ? 'nothing to pull' : `${count(pulled.length)} to pull, ${bytes}`;
  // Behind the line that says so.
  if (changes.length === 0) yield '\n';
  yield `${style.bold('Layers')}  ${groupDigits(shared)} of ${groupDigits(layers)} shared, ${what}\n`;
  if (cacheBroke !== null) {
    const { index, before, after } = cacheBroke;
    const instructions = before === after ? quoted(after) : `${quoted(before)} became ${quoted(after)}`;
    const [first, ...rest] = wrap(`cache ends at layer ${index}: ${instructions}`, width - 4);
    yield `  ${first}\n`;
    for (const line of rest) yield `    ${line}\n`;
  }
  const [hidden, change] = formatSizes([waste.after, Math.abs(waste.after - waste.before)], units);
  if (waste.after !== waste.before) {
    yield `  waste ${hidden}, ${change} ${waste.after > waste.before ? 'more' : 'less'} than before\n`;
  } else if (waste.after > 0) yield `  waste ${hidden}, as before\n`;
  const shown = pulled.toSorted((a, b) => size(b) - size(a) || a.index - b.index).slice(0, top);
  const sizes = formatSizes(shown.map(size), units);
  const space = Math.max(
    12,
    width -
      6 -
      widest(sizes, 4) -
      widest(
        shown.map(({ index }) => String(index)),
        1,
      ),
  );
  if (shown.length > 0) {
    yield* columns(
      [
        ['  #', pull === null ? 'CONTENT' : 'PULL', 'INSTRUCTION'].map((text) => style.dim(text)),
        ...shown.map(({ index, instruction }, at) => [
          `  ${index}`,
          sizes[at] ?? '',
          cutEnd(quoted(instruction), space),
        ]),
      ],
      ['right', 'right', 'left'],
    );
  }
  const more = pulled.length - shown.length;
  if (more > 0) yield style.dim(`  ${count(more)} more: --top N\n`);
  yield '\n';

  function size(layer: (typeof pulled)[number]): number {
    return pull === null ? layer.content : (layer.compressed ?? 0);
  }
}

function count(layers: number): string {
  return `${groupDigits(layers)} ${layers === 1 ? 'layer' : 'layers'}`;
}

function quoted(instruction: string | null): string {
  return instruction === null ? '(not recorded)' : terminalText(shortInstruction(instruction));
}
