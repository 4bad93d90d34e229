// What reports say of packages that changed, the same in each.
import type { PackageChange } from '../model/diff.ts';
import type { ReportOptions } from './reporter.ts';

/** The label of what is in no package. */
export const inNoPackage = '(in no package)';

/** In the order asked for; what is in no package stands last, and only if it differs. */
export function orderedPackages(packages: readonly PackageChange[], { sort }: ReportOptions): PackageChange[] {
  const named = packages.filter(({ name }) => name !== null);
  const weight = ({ before, after, delta }: PackageChange): number =>
    sort === 'delta' ? Math.abs(delta) : Math.max(before?.content ?? 0, after?.content ?? 0);
  // They come by name, which is what sorting by path means here.
  const ordered = sort === 'path' ? named : named.toSorted((a, b) => weight(b) - weight(a));
  return [...ordered, ...packages.filter(({ name, delta }) => name === null && delta !== 0)];
}

/** Its name and versions, old and new where they differ; free text. */
export function packageLabel(name: string, { before, after }: PackageChange, arrow: string): string {
  const sides = [before, after].flatMap((side) => (side === null ? [] : [side.versions.join(', ')]));
  const versions = [...new Set(sides)].map((text) => (text === '' && sides.length > 1 ? '?' : text));
  return `${name} ${versions.join(` ${arrow} `)}`.trimEnd();
}
