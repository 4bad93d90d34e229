// Where the bytes of an artifact's ELF files are, for `scan --sections`: by what they are for, and by section.
import { formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import type { SectionRollup } from '../../compare/section-rollup.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { cutMiddle, wrap } from './style.ts';
import type { Style } from './style.ts';

export function* sectionsTable(rollup: SectionRollup, options: ReportOptions, style: Style): Iterable<string> {
  const { files, bytes, groups, names, debug } = rollup;
  if (files === 0) {
    yield `${style.bold('ELF sections')}  no ELF file\n\n`;
    return;
  }
  const of = `${groupDigits(files)} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes, options.units)}`;
  yield `${style.bold('ELF sections')} ${style.dim(`(${of}; bytes in the file)`)}\n`;
  const shown = names.slice(0, options.top);
  const sizes = formatSizes(
    [...groups, ...shown].map((row) => row.bytes),
    options.units,
  );
  const heads = (...texts: readonly string[]): string[] => texts.map((text) => style.dim(text));
  yield* columns(
    [
      heads('  SIZE', '%', 'GROUP'),
      ...groups.map((row, index) => [`  ${sizes[index]}`, percent(row.bytes, bytes), row.group]),
    ],
    ['right', 'right', 'left'],
  );
  if (debug.compressed !== null && debug.compressed < debug.bytes) {
    const [saved, left] = formatSizes([debug.bytes - debug.compressed, debug.compressed], options.units);
    const text = `compressed (objcopy --compress-debug-sections), debug would be about ${left}, ${saved} less`;
    for (const line of wrap(text, options.width - 2)) yield style.dim(`  ${line}\n`);
  }
  yield '\n';
  yield* columns(
    [
      heads('  SIZE', '%', 'FILES', 'GROUP', 'SECTION'),
      ...shown.map((row, index) => [
        `  ${sizes[groups.length + index]}`,
        percent(row.bytes, bytes),
        groupDigits(row.files),
        row.group,
        cutMiddle(terminalText(row.name), Math.max(12, options.width - 48)),
      ]),
    ],
    ['right', 'right', 'right', 'left', 'left'],
  );
  const more = names.length - shown.length;
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more ${more === 1 ? 'section' : 'sections'}: --top N\n`);
  yield '\n';
}
