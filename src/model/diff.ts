// What changed between two artifacts. Self-contained plain values: a diff can be saved as JSON, read back and reported again
// without the snapshots it was made of. All figures are bytes; null stands for what is absent or unknown, never for 0.
import type { Finding } from './finding.ts';
import type { Name } from './name.ts';
import type { PackageKind } from './packages.ts';
import type { ArtifactIdentity, EntryKind, Notice, Totals } from './snapshot.ts';

/** One side of a diff: who it is, and its sizes. */
export interface Side {
  readonly artifact: ArtifactIdentity;
  readonly totals: Totals;
  /** Leading directories that were left out of paths to match the two sides (`--strip-components`); 0 for none. */
  readonly stripped: number;
}

/** Differences of the totals, after minus before; null where a size is unknown on either side. */
export interface TotalsDelta {
  readonly content: number;
  readonly disk: number;
  readonly archive: number | null;
  readonly compressed: number | null;
}

/** A directory's own sizes (without subdirectories, as `du -S`), before and after. */
export interface DirectoryChange {
  /** Path on the new side; where the directory is gone, the path on the old side. */
  readonly path: Name;
  /** Path on the old side where it differs from `path` (wrapper directory, `--map`). */
  readonly from: Name | null;
  /** null: the directory is new. */
  readonly before: { readonly content: number; readonly disk: number } | null;
  /** null: the directory is gone. */
  readonly after: { readonly content: number; readonly disk: number } | null;
  readonly delta: { readonly content: number; readonly disk: number };
}

/** Bytes of the artifact file that carry something (`entries[].stored`); null on a side where it is not there. */
export interface StoredSizes {
  readonly before: number | null;
  readonly after: number | null;
  readonly delta: number;
}

/** Own bytes that carry a directory's files. */
export interface StoredChange extends StoredSizes {
  readonly path: Name;
  readonly from: Name | null;
}

/** Compressed bytes by directory, and those that carry no content; all deltas together are `delta.compressed`. */
export interface StoredChanges {
  /** By path; those that differ, are new or gone. */
  readonly directories: readonly StoredChange[];
  readonly overhead: { readonly before: number; readonly after: number };
}

/** A package as one side has it. */
export interface PackageSide {
  /** Every version that is installed under its name, in byte order; empty where none is told. */
  readonly versions: readonly string[];
  /** Bytes of content. */
  readonly content: number;
  /** Bytes of the artifact file that carry it, where entries tell. */
  readonly stored?: number;
}

/** A package whose content or version differs, or what carries it where that is compared. */
export interface PackageChange {
  /** null for what belongs to no package. */
  readonly name: string | null;
  readonly kind: PackageKind | 'unowned';
  /** null where it is not there. */
  readonly before: PackageSide | null;
  readonly after: PackageSide | null;
  /** Bytes of content. */
  readonly delta: number;
}

/** `moved`: content that was at another path before; `changed`: anything else that both sides have and that differs. */
export type ChangeKind = 'added' | 'removed' | 'changed' | 'moved';

/** What differs of an entry that both sides have. */
export type Aspect = 'content' | 'kind' | 'mode' | 'owner' | 'link';

/** One section (or other part) of a changed ELF file; the parts of a file sum to its length. */
export interface SectionChange {
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly delta: number;
}

/** One path, or pair of paths, that is not the same on both sides. */
export interface Change {
  /** Path on the new side; on the old side for `removed`. */
  readonly path: Name;
  readonly kind: ChangeKind;
  readonly entryKind: EntryKind;
  /** Bytes of content; null where the entry is absent. */
  readonly before: number | null;
  readonly after: number | null;
  /** Bytes of content; an absent entry counts 0. */
  readonly delta: number;
  /** Path on the old side, for `moved` and for pairs whose paths differ; else null. */
  readonly from: Name | null;
  /** For `changed` and `moved`: what differs; empty for a pure move. */
  readonly aspects: readonly Aspect[];
  /** Sections of an ELF file whose sizes differ, largest change first; null where not asked for or not known. */
  readonly sections: readonly SectionChange[] | null;
  /** null unless both sides tell; what has the same content on both is no change, whatever carries it. */
  readonly stored: StoredSizes | null;
}

/** Bytes that the findings of one rule claim on either side. */
export interface RuleChange {
  readonly rule: string;
  readonly before: number;
  readonly after: number;
}

/** What rules say of one side only, claim by claim. */
export interface FindingChanges {
  /** Findings with only those claims that the old side does not have, most bytes first. */
  readonly new: readonly Finding[];
  /** Findings of the old side with only those claims that are gone. */
  readonly fixed: readonly Finding[];
  /** Totals by rule, for rules with a finding on either side, by id. Rules may claim the same bytes. */
  readonly rules: readonly RuleChange[];
  /** Bytes of content that at least one finding claims, each counted once. */
  readonly removable: { readonly before: number; readonly after: number };
}

/** A layer of the new image that a host with the old one lacks. */
export interface PulledLayer {
  readonly index: number;
  readonly digest: string;
  readonly instruction: string | null;
  /** Bytes to pull; null where the layer is stored uncompressed. */
  readonly compressed: number | null;
  /** Bytes of its files. */
  readonly content: number;
}

/** What an image means for a host that has the old one. */
export interface ImageChange {
  /** Layers of the new image. */
  readonly layers: number;
  /** Those that the old image has, too. */
  readonly shared: number;
  /** The others; a blob that stands for several of them once. */
  readonly pulled: readonly PulledLayer[];
  /** Compressed bytes of `pulled`; null where one is not known. */
  readonly pull: number | null;
  /** Bytes that layers store and the merged tree does not show, of either image. */
  readonly waste: { readonly before: number; readonly after: number };
  /** First layer that differs from the one at its place in the old image, with both instructions; null where none does. */
  readonly cacheBroke: { readonly index: number; readonly before: string | null; readonly after: string | null } | null;
}

/** Codes of notices that a comparison adds to those of the new side. */
export const comparisonCodes: ReadonlySet<string> = new Set(['part', 'strip-version', 'content-unknown']);

/** What changed between two snapshots; made by `diffSnapshots`. Sizes are bytes. */
export interface Diff {
  readonly before: Side;
  readonly after: Side;
  readonly delta: TotalsDelta;
  /** Directories whose own content or disk size differs, and those that are new or gone, by path. Deltas sum to the totals'. */
  readonly directories: readonly DirectoryChange[];
  /** By path. */
  readonly changes: readonly Change[];
  readonly findings: FindingChanges;
  /** Of the comparison (`comparisonCodes`), then of the new side. */
  readonly notices: readonly Notice[];
  /** Of two images. */
  readonly image?: ImageChange;
  /** Where both sides tell. */
  readonly stored?: StoredChanges;
  /** Where it was asked for; by name, last what belongs to none. The deltas sum to `delta.content`. */
  readonly packages?: readonly PackageChange[];
}
