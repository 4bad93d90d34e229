// What reports say of packages that changed, the same in each.
import type { Diff, PackageChange, PackageSide } from '../model/diff.ts';
import { deltaCells, percentChange, sizeCells } from './figures.ts';
import type { ReportOptions } from './reporter.ts';
import { overheadLabel } from './stored-view.ts';

export interface ShownPackage {
  /** Name and versions, free text; null for what is `part` of no package. */
  readonly label: string | null;
  /** Its kind, or what it is that is in no package. */
  readonly part: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly delta: number;
}

export interface ShownPackages {
  readonly size: 'content' | 'compressed';
  /** Those shown, in order, then what is in none. */
  readonly rows: readonly ShownPackage[];
  /** Packages that are left out, and their bytes. */
  readonly more: number;
  readonly rest: number;
  readonly total: ShownPackage;
}

/** The rows, the rest and what is in no package sum to the total. @param most rows that are packages. */
export function shownPackages(
  packages: readonly PackageChange[],
  diff: Diff,
  arrow: string,
  { sort, minChange, stored }: ReportOptions,
  most: number,
): ShownPackages {
  const compressed = stored === true && diff.stored !== undefined;
  const size = compressed ? 'compressed' : 'content';
  const bytes = (side: PackageSide | null): number | null =>
    side === null ? null : compressed ? (side.stored ?? 0) : side.content;
  const rows = packages.map((one) => ({
    label: one.name === null ? null : labelOf(one.name, one, arrow),
    part: one.name === null ? '(in no package)' : one.kind,
    ...sized(bytes(one.before), bytes(one.after)),
    isNews: one.before?.versions.join() !== one.after?.versions.join(),
  }));
  const differing = rows.filter(({ label, delta, isNews }) => label !== null && (delta !== 0 || isNews));
  const weight = ({ before, after, delta }: ShownPackage): number =>
    sort === 'delta' ? Math.abs(delta) : Math.max(before ?? 0, after ?? 0);
  // They come by name, which is what sorting by path means here.
  const ordered = sort === 'path' ? differing : differing.toSorted((a, b) => weight(b) - weight(a));
  const shown = ordered.filter(({ delta }) => Math.abs(delta) >= minChange).slice(0, most);
  const { overhead } = compressed ? (diff.stored ?? {}) : {};
  const others = rows.filter(({ label }) => label === null);
  if (overhead !== undefined)
    others.push({ label: null, part: overheadLabel(diff), ...sized(overhead.before, overhead.after), isNews: false });
  const all = [...shown, ...others.filter(({ delta }) => delta !== 0)];
  const total = sized(diff.before.totals[size], diff.after.totals[size]);
  return {
    size,
    rows: all,
    more: ordered.length - shown.length,
    rest: all.reduce((left, { delta }) => left - delta, total.delta),
    total: { label: null, part: 'total', ...total },
  };
}

function sized(before: number | null, after: number | null): Pick<ShownPackage, 'before' | 'after' | 'delta'> {
  return { before, after, delta: (after ?? 0) - (before ?? 0) };
}

/** Old and new versions where they differ; none where neither side tells. */
function labelOf(name: string, { before, after }: PackageChange, arrow: string): string {
  const sides = [before, after].flatMap((side) => (side === null ? [] : [side.versions.join(', ')]));
  const versions = [...new Set(sides)];
  const known = versions.map((text) => (text === '' && versions.length > 1 ? '?' : text));
  return `${name} ${known.join(` ${arrow} `)}`.trimEnd();
}

/** A row as texts. */
export interface PackageChangeCells extends Pick<ShownPackage, 'label' | 'part'> {
  readonly delta: string;
  /** Percent, or that it is new or gone. */
  readonly share: string;
  readonly before: string;
  readonly after: string;
}

/** The rows, then the total; and what is left out. Different figures of one column never print alike. */
export function packageChangeCells(
  { rows, rest, total }: ShownPackages,
  { units }: Pick<ReportOptions, 'units'>,
): { readonly rows: readonly PackageChangeCells[]; readonly total: PackageChangeCells; readonly rest: string } {
  const all = [...rows, total];
  const sizes = sizeCells(
    all.flatMap(({ before, after }) => [before, after]),
    units,
  );
  const deltas = deltaCells([...all.map(({ delta }) => delta), rest], units);
  const cellsAt = ({ label, part, before, after }: ShownPackage, at: number): PackageChangeCells => ({
    label,
    part,
    delta: deltas[at] ?? '',
    share: before === null ? 'new' : after === null ? 'gone' : percentChange(before, after),
    before: sizes[2 * at] ?? '',
    after: sizes[2 * at + 1] ?? '',
  });
  return { rows: rows.map(cellsAt), total: cellsAt(total, rows.length), rest: deltas.at(-1) ?? '' };
}
