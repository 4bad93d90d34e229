// A diff's part of a comment: sizes, directories, files. The rows shown, the row of the rest and the total always add up.
import { groupDigits } from '../../bytes/size.ts';
import type { Change, ChangeKind, Diff, DirectoryChange } from '../../model/diff.ts';
import { baseName, compareNames } from '../../model/name.ts';
import type { Totals } from '../../model/snapshot.ts';
import { mayHideChanges } from '../../policy/doubts.ts';
import { markdownName } from '../escape-markdown.ts';
import type { ReportOptions } from '../reporter.ts';
import { rowLabel, shownFiles, storedView } from '../stored-view.ts';
import { directoriesIn, shownDirectories } from '../whole-trees.ts';
import type { ShownDirectory } from '../whole-trees.ts';
import { details, table } from './blocks.ts';
import { andMore, count, countDelta, deltaCells, percentChange, sizeCells } from '../figures.ts';

const columns = ['left', 'right', 'right', 'right', 'right'] as const;

/** Paths stand last: where they are long, it is they that run out of the page, not the figures. */
const pathColumns = ['right', 'right', 'right', 'right', 'left'] as const;

/** Sizes known on both sides, and the number of files. */
export function sizesTable({ before, after, delta }: Diff, { units }: ReportOptions): string[] {
  const known = (['compressed', 'archive', 'content', 'disk'] as const).filter((size) => delta[size] !== null);
  const rows = known.map((size) => {
    const [old, now] = [before.totals[size], after.totals[size]];
    const [oldText = '', nowText = ''] = sizeCells([old, now], units);
    return [size, oldText, nowText, deltaCells([delta[size]], units)[0] ?? '', percentChange(old, now)];
  });
  const [old, now] = [before.totals, after.totals];
  return table(columns, ['Size', 'Before', 'After', 'Change', ''], [...rows, filesRow(old, now)]);
}

function filesRow(old: Totals, now: Totals): string[] {
  const change = countDelta(now.files - old.files);
  return ['files', groupDigits(old.files), groupDigits(now.files), change, percentChange(old.files, now.files)];
}

/** Own sizes, largest change first; the rest in one row, and the difference of the totals. */
export function directoriesTable(whole: Diff, options: ReportOptions, rows: number): string[] {
  // A gate may hold diffs that tell and others that do not.
  const stored = options.stored === true && whole.stored !== undefined;
  const diff = stored ? storedView(whole) : whole;
  const { size, units, minChange } = options;
  const ranked = rank(shownDirectories(diff.directories, options), ({ delta }) => delta[size], options);
  const shown = ranked.filter(({ delta }) => Math.abs(delta[size]) >= minChange).slice(0, rows);
  if (ranked.length === 0) return [];
  const rest = directoriesIn(ranked) - directoriesIn(shown);
  const shownDelta = shown.reduce((sum, { delta }) => sum + delta[size], 0);
  const total = diff.delta[size];
  const [old, now] = [diff.before.totals[size], diff.after.totals[size]];
  const sizes = sizeCells(
    [...shown.flatMap(({ before, after }) => [before?.[size] ?? null, after?.[size] ?? null]), old, now],
    units,
  );
  const deltas = deltaCells([...shown.map(({ delta }) => delta[size]), total - shownDelta, total], units);
  const cells = shown.map((directory, index) => [
    deltas[index] ?? '',
    percentChange(directory.before?.[size] ?? null, directory.after?.[size] ?? null),
    isTold(directory) ? (sizes[2 * index] ?? '') : '',
    isTold(directory) ? (sizes[2 * index + 1] ?? '') : '',
    rowLabel(diff, directory.path) ?? pathCell(directory) + belowCell(directory),
  ]);
  if (rest > 0) cells.push([deltas.at(-2) ?? '', '', '', '', andMore(rest)]);
  cells.push([`**${deltas.at(-1)}**`, percentChange(old, now), sizes.at(-2) ?? '', sizes.at(-1) ?? '', '**Total**']);
  return table(
    pathColumns,
    ['Change', '', 'Before', 'After', `Directory (own ${stored ? 'compressed' : size})`],
    cells,
  );
}

/** Of what was added up by depth only the change is known. */
function isTold({ before, after }: ShownDirectory): boolean {
  return before !== null || after !== null;
}

function belowCell({ below }: ShownDirectory): string {
  return below === 0 ? '' : ` and ${groupDigits(below)} below`;
}

/** Files, folded. */
export function filesDetails(diff: Diff, options: ReportOptions, rows: number): string[] {
  const { changes, unit, unchanged } = shownFiles(diff, options);
  if (changes.length === 0 && unchanged === 0) return [];
  const ranked = rank(changes, ({ delta }) => delta, options);
  const shown = ranked.filter(({ delta }) => Math.abs(delta) >= options.minChange).slice(0, rows);
  const rest = ranked.length - shown.length;
  const sizes = sizeCells(
    shown.flatMap(({ before, after }) => [before, after]),
    options.units,
  );
  const total = changes.reduce((sum, { delta }) => sum + delta, 0);
  const shownDelta = shown.reduce((sum, { delta }) => sum + delta, 0);
  const deltas = deltaCells([...shown.map(({ delta }) => delta), total - shownDelta, unchanged], options.units);
  const cells = shown.map((change, index) => [
    deltas[index] ?? '',
    note(change),
    sizes[2 * index] ?? '',
    sizes[2 * index + 1] ?? '',
    pathCell(change) + sectionsOf(change, options),
  ]);
  if (rest > 0) cells.push([deltas.at(-2) ?? '', '', '', '', andMore(rest)]);
  if (unchanged !== 0) cells.push([deltas.at(-1) ?? '', '', '', '', 'unchanged files, which compressed differently']);
  const title = ['Change', '', 'Before', 'After', unit === '' ? 'File' : `File (${unit})`];
  return details(`Files: ${changes.length === 0 ? 'none changed' : kinds(changes)}`, table(pathColumns, title, cells));
}

function kinds(changes: readonly Change[]): string {
  const order: readonly ChangeKind[] = ['changed', 'added', 'removed', 'moved'];
  const counts = order.map((kind) => [changes.filter((change) => change.kind === kind).length, kind] as const);
  return counts.flatMap(([number, kind]) => (number === 0 ? [] : [count(number, kind, kind)])).join(', ');
}

/**
 * The new path, and the old one where it tells something: of what moved, and where the name itself differs. That a wrapper or a
 * versioned directory above has another name would be repeated in every row.
 */
function pathCell(change: Change | DirectoryChange): string {
  const { path, from } = change;
  const moved = 'kind' in change && change.kind === 'moved';
  if (from === null || (!moved && baseName(from) === baseName(path))) return markdownName(path);
  return `${markdownName(path)}<br><sub>was ${markdownName(from)}</sub>`;
}

/** Percent, or what changed where the size did not. */
function note({ kind, before, after, delta, aspects, entryKind }: Change): string {
  const share = percentChange(before, after);
  if (kind === 'added') return 'new';
  if (kind === 'removed') return 'gone';
  if (kind === 'moved') return delta === 0 ? 'moved' : `moved, ${share}`;
  if (delta !== 0) return share;
  return aspects.length > 0 ? aspects.join(', ') : entryKind;
}

/** The sections of an ELF file that changed most, below its name. */
function sectionsOf({ sections }: Change, { units }: ReportOptions): string {
  if (sections === null || sections.length === 0) return '';
  const shown = sections.slice(0, 3);
  const deltas = deltaCells(
    shown.map(({ delta }) => delta),
    units,
  );
  const rest = sections.length - shown.length;
  const parts = shown.map(({ name }, index) => `${markdownName(name)} ${deltas[index]}`);
  return `<br><sub>${[...parts, ...(rest > 0 ? [andMore(rest)] : [])].join(', ')}</sub>`;
}

function rank<Item extends Change | DirectoryChange>(
  items: readonly Item[],
  delta: (item: Item) => number,
  { sort, size }: ReportOptions,
): Item[] {
  const byPath = (a: Item, b: Item): number => compareNames(a.path, b.path);
  if (sort === 'path') return items.toSorted(byPath);
  const weight = (item: Item): number =>
    sort === 'delta' ? Math.abs(delta(item)) : largest(item.before, item.after, size);
  return items.toSorted((a, b) => weight(b) - weight(a) || byPath(a, b));
}

type Sized = DirectoryChange['before'] | number;

function largest(before: Sized, after: Sized, size: 'content' | 'disk'): number {
  const bytes = (sized: Sized): number => (typeof sized === 'number' ? sized : (sized?.[size] ?? 0));
  return Math.max(bytes(before), bytes(after));
}

/** How the sizes moved, in one line. */
export function sizesLine(diff: Diff, { units }: ReportOptions): string {
  const { delta, before, after, changes, directories } = diff;
  if (delta.content === 0 && (delta.compressed ?? 0) === 0) {
    if (changes.length > 0 || directories.length > 0) return 'Same size';
    return mayHideChanges(diff) ? 'No change known' : 'No change';
  }
  const parts = (['compressed', 'content'] as const).flatMap((size) => {
    const change = delta[size];
    if (change === null) return [];
    const share = percentChange(before.totals[size], after.totals[size]);
    return [`${size} ${deltaCells([change], units)[0]}${share === '' ? '' : ` (${share})`}`];
  });
  const signs = new Set([delta.content, delta.compressed ?? 0].filter((change) => change !== 0).map(Math.sign));
  const title = signs.size > 1 ? 'Size changed' : signs.has(1) ? 'Larger' : 'Smaller';
  return `${title}: ${parts.join(', ')}`;
}
