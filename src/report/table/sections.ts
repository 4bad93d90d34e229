// Where the bytes of an artifact's ELF files are, for `scan --sections`: by what they are for, and by section.
import { groupDigits } from '../../bytes/size.ts';
import type { SectionRollup } from '../../compare/section-rollup.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { sectionRows } from '../section-rows.ts';
import { columns } from './grid.ts';
import { cutMiddle, wrap } from './style.ts';
import type { Style } from './style.ts';

export function* sectionsTable(rollup: SectionRollup, options: ReportOptions, style: Style): Iterable<string> {
  const { about, groups, names, more, compression } = sectionRows(rollup, options, options.top);
  if (about === null) {
    yield `${style.bold('ELF sections')}  no ELF file\n\n`;
    return;
  }
  yield `${style.bold('ELF sections')} ${style.dim(`(${about}; bytes in the file)`)}\n`;
  const heads = (...texts: readonly string[]): string[] => texts.map((text) => style.dim(text));
  yield* columns(
    [heads('  SIZE', '%', 'GROUP'), ...groups.map(({ size, share, group }) => [`  ${size}`, share, group])],
    ['right', 'right', 'left'],
  );
  for (const line of compression === null ? [] : wrap(compression, options.width - 2)) yield style.dim(`  ${line}\n`);
  yield '\n';
  const space = Math.max(12, options.width - 48);
  yield* columns(
    [
      heads('  SIZE', '%', 'FILES', 'GROUP', 'SECTION'),
      ...names.map(({ size, share, files, group, name }) => [
        `  ${size}`,
        share,
        files,
        group,
        cutMiddle(terminalText(name), space),
      ]),
    ],
    ['right', 'right', 'right', 'left', 'left'],
  );
  if (more > 0) yield style.dim(`  ${groupDigits(more)} more ${more === 1 ? 'section' : 'sections'}: --top N\n`);
  yield '\n';
}
