// Sizes by package: every file belongs to one package or to none. Plain readonly values.
import type { Name } from './name.ts';

export const packageKinds = ['python', 'debian', 'node'] as const;
/** Whose records say what belongs to a package: those of Python installers, of dpkg, or of npm and its like. */
export type PackageKind = (typeof packageKinds)[number];

/** Most characters of a package's name or version that are kept: both are anyone's text, and keys of tables (see `maxPath`). */
export const longestPackageName = 1024;

/** What a package brings, in bytes and files. */
export interface PackageSizes {
  /** Bytes of regular files, each hard-linked file once. */
  readonly content: number;
  /** Distinct regular files. */
  readonly files: number;
  /** Bytes that findings claim. */
  readonly removable: number;
  /** Bytes of the artifact file that carry them, where entries tell. */
  readonly stored?: number;
}

/** One installed package; a name may come more than once, at different places. `version` is null where none is recorded. */
export interface PackageRow extends PackageSizes {
  readonly name: string;
  readonly version: string | null;
  readonly kind: PackageKind;
  /** Where it was found: the list of dpkg, the `.dist-info` or `.egg-info`, the directory of a Node package. */
  readonly path: Name;
}

/** All packages of an artifact, as `packageRollup` finds them; each file counts in one row only. */
export interface PackageTable {
  /** Most bytes first, then by name and place. */
  readonly packages: readonly PackageRow[];
  /** Files that belong to no package. */
  readonly unowned: PackageSizes;
}
