// Where the bytes of ELF files are, folded, of `scan --sections`.
import type { SectionRollup } from '../../compare/section-rollup.ts';
import { markdownWord } from '../escape-markdown.ts';
import { andMore, spaced } from '../figures.ts';
import type { ReportOptions } from '../reporter.ts';
import { sectionRows } from '../section-rows.ts';
import { details, table } from './blocks.ts';

/** Nothing where nobody asked for it. */
export function sectionsDetails(rollup: SectionRollup | undefined, options: ReportOptions, most: number): string[] {
  if (rollup === undefined) return [];
  const { about, groups, names, more, compression } = sectionRows(rollup, options, most);
  if (about === null) return ['No ELF file.'];
  const cells = names.map(({ size, share, files, group, name }) => [
    spaced(size),
    share,
    files,
    group,
    markdownWord(name),
  ]);
  if (more > 0) cells.push(['', '', '', '', andMore(more)]);
  return details(`ELF sections: ${about}`, [
    ...table(
      ['right', 'right', 'left'],
      ['Size', '%', 'Group'],
      groups.map(({ size, share, group }) => [spaced(size), share, group]),
    ),
    ...(compression === null ? [] : ['', `${compression}.`]),
    '',
    ...table(['right', 'right', 'right', 'left', 'left'], ['Size', '%', 'Files', 'Group', 'Section'], cells),
  ]);
}
