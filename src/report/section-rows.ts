// Where the bytes of ELF files are, as texts: the same rows in a terminal, in Markdown and on a page.
import { formatSize, formatSizes, groupDigits } from '../bytes/size.ts';
import type { SectionRollup } from '../compare/section-rollup.ts';
import type { ReportOptions } from './reporter.ts';
import { percent } from './table/percent.ts';

export interface SectionRows {
  /** How many files, and their bytes; null where there are none. */
  readonly about: string | null;
  /** What sections are for, all together the files. */
  readonly groups: readonly { readonly size: string; readonly share: string; readonly group: string }[];
  /** The largest sections by name, which is free text. */
  readonly names: readonly SectionRow[];
  /** Names that are left out. */
  readonly more: number;
  /** What compressing debug data would save; null where it would not, or that is not known. */
  readonly compression: string | null;
}

export interface SectionRow {
  readonly size: string;
  readonly share: string;
  readonly files: string;
  readonly group: string;
  readonly name: string;
}

/** @param most sections with rows of their own. */
export function sectionRows(rollup: SectionRollup, { units }: Pick<ReportOptions, 'units'>, most: number): SectionRows {
  const { files, bytes, groups, names, debug } = rollup;
  const shown = names.slice(0, most);
  // Those of both tables together: what differs never reads alike.
  const sizes = formatSizes(
    [...groups, ...shown].map((row) => row.bytes),
    units,
  );
  const saves = debug.compressed !== null && debug.compressed < debug.bytes;
  const [saved, left] = saves ? formatSizes([debug.bytes - debug.compressed, debug.compressed], units) : [];
  return {
    about: files === 0 ? null : `${groupDigits(files)} ${files === 1 ? 'file' : 'files'}, ${formatSize(bytes, units)}`,
    groups: groups.map((row, at) => ({ size: sizes[at] ?? '', share: percent(row.bytes, bytes), group: row.group })),
    names: shown.map((row, at) => ({
      size: sizes[groups.length + at] ?? '',
      share: percent(row.bytes, bytes),
      files: groupDigits(row.files),
      group: row.group,
      name: row.name,
    })),
    more: names.length - shown.length,
    compression: saves
      ? `compressed (objcopy --compress-debug-sections), debug would be about ${left}, ${saved} less`
      : null,
  };
}
