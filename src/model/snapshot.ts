// A snapshot is all that is known of one artifact: its entries, sizes, facts and notices. Plain readonly values: it can be
// saved, read back and judged again by newer rules.
import type { Facts } from './facts.ts';
import type { Name } from './name.ts';

/** Formats an artifact can have. */
export const formatNames = ['directory', 'tar', 'zip', 'deb', 'ar', 'elf'] as const;
export type FormatName = (typeof formatNames)[number];

/** Compressions around an artifact's format. */
export const codecNames = ['gzip', 'zstd', 'xz', 'bzip2'] as const;
export type CodecName = (typeof codecNames)[number];

export const entryKinds = ['file', 'directory', 'symlink', 'hardlink', 'other'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** One path of an artifact. */
export interface Entry {
  /** Relative, normalised path (byte string); the root is `.`. */
  readonly path: Name;
  /** `file` is the first name (in byte order) of a regular file, `hardlink` each further name of it. */
  readonly kind: EntryKind;
  /** Bytes of content (sparse files by logical length); 0 for all but `file`. */
  readonly size: number;
  /** Allocated bytes, `st_blocks*512`; modelled with 4 KiB blocks inside archives; 0 for `hardlink`. */
  readonly disk: number;
  /** Permission bits (07777), or null where the artifact does not record them. */
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Modification time in whole seconds since 1970 (rounded down), or null. */
  readonly mtime: number | null;
  /** `sha256:<hex>` of the content; null for all but `file`, and where it was not computed. */
  readonly digest: string | null;
  /** Target of a symlink as stored, or the path of the `file` entry a hardlink shares content with. */
  readonly link: Name | null;
  readonly facts: Facts | null;
  /** Bytes of the artifact file that carry the content; absent where they were not asked for or cannot be told. */
  readonly stored?: number;
}

/**
 * What the bytes of an artifact file are there for that carry no content. `headers`: of members, names and extensions included.
 * `padding`: zeros behind content. `directory`: the list of members of a zip. `end`: the mark or records at the end of an archive.
 * `gaps`: bytes of a zip before, between and behind its members. `framing`: what a codec adds, checksums and indexes included.
 * `superseded`: content that a later member of the same path replaced. `excluded`: content that was not selected.
 */
export const overheadNames = [
  'headers',
  'padding',
  'directory',
  'end',
  'gaps',
  'framing',
  'superseded',
  'excluded',
] as const;
export type OverheadName = (typeof overheadNames)[number];

/** Bytes; what takes none is absent. */
export type Overhead = { readonly [Key in OverheadName]?: number };

/** What can be read off an artifact of how it was made; names of facts by codec and format are in docs/json.md. */
export type MadeFacts = Readonly<Record<string, string | number | boolean | null>>;

export interface Made {
  /** Null where there is no codec around the archive. */
  readonly codec: MadeFacts | null;
  readonly archive: MadeFacts;
}

/** Content that a later member of the same path replaced: stored in the archive, lost on extraction. */
export interface Superseded {
  readonly path: Name;
  /** Bytes of content of the earlier member. */
  readonly size: number;
}

/** A recoverable oddity of the artifact. */
export interface Notice {
  /** Stable, kebab-case. */
  readonly code: string;
  /** Entry concerned (byte string), or null for the artifact as a whole. */
  readonly path: Name | null;
  readonly message: string;
}

export interface Totals {
  /** Bytes of regular files, each hard-linked file once. */
  readonly content: number;
  /** Allocated bytes as `du` counts them, directories included. */
  readonly disk: number;
  /** Length of the archive stream inside all codecs; null for a directory or a single file. */
  readonly archive: number | null;
  /** Length of the artifact file itself; null for a directory. */
  readonly compressed: number | null;
  /** Distinct regular files. */
  readonly files: number;
  /** Directories, the root and implied ones included. */
  readonly directories: number;
  readonly symlinks: number;
  /** Further names of regular files. */
  readonly hardlinks: number;
  /** Devices, fifos, sockets and members of unknown type. */
  readonly other: number;
}

export interface ArtifactIdentity {
  /** As the user named it (text); `-` for standard input. */
  readonly name: string;
  readonly format: FormatName;
  /** Codecs around the format, outermost first. */
  readonly codecs: readonly CodecName[];
  /** Length of the artifact file in bytes; null for a directory. */
  readonly length: number | null;
}

export interface Snapshot {
  readonly artifact: ArtifactIdentity;
  readonly totals: Totals;
  /** Sorted by path, byte order; the root first. */
  readonly entries: readonly Entry[];
  /** In archive order. */
  readonly superseded: readonly Superseded[];
  readonly notices: readonly Notice[];
  /** With the `stored` bytes of all entries this adds up to `totals.compressed`; absent where they are. */
  readonly overhead?: Overhead;
  /** How the artifact was made; absent where `overhead` is. */
  readonly made?: Made;
}
