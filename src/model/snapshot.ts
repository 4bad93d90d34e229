// A snapshot is all that is known of one artifact: its entries, sizes, facts and notices. Plain readonly values: it can be
// saved, read back and judged again by newer rules.
import type { Facts, PackageFacts } from './facts.ts';
import type { Name } from './name.ts';
import type { PackageTable } from './packages.ts';

export const formatNames = [
  'directory',
  'tar',
  'zip',
  'deb',
  'ar',
  'elf',
  'docker-archive',
  'oci-archive',
  'oci-layout',
  'image-directory',
] as const;

/** Formats an artifact can have. */
export type FormatName = (typeof formatNames)[number];

export const codecNames = ['gzip', 'zstd', 'xz', 'bzip2'] as const;

/** Compressions around an artifact's format. */
export type CodecName = (typeof codecNames)[number];

export const entryKinds = ['file', 'directory', 'symlink', 'hardlink', 'other'] as const;
/** `file` is the first name of a regular file in byte order, `hardlink` each further one; `other` are devices, fifos and sockets. */
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
  /**
   * `sha256:<hex>` of the content; null for all but `file`, and where it was not computed. Of a scan with `digests: 'compare'` it may be
   * a code of any 16 or 32 code units 0-255: equal for equal content within this process, and of no meaning elsewhere.
   */
  readonly digest: string | null;
  /** Target of a symlink as stored, or the path of the `file` entry a hardlink shares content with. */
  readonly link: Name | null;
  readonly facts: Facts | null;
  /**
   * In an image: index of the layer that the entry is of, 0 the lowest, and of a file the one that stores its content, which a hard link
   * of a later layer may lead to; absent elsewhere and for directories that no layer lists.
   */
  readonly layer?: number;
  /** Bytes of the artifact file that carry the content; absent where they were not asked for or cannot be told. */
  readonly stored?: number;
}

export const overheadNames = [
  'headers',
  'extensions',
  'padding',
  'directory',
  'end',
  'gaps',
  'framing',
  'superseded',
  'hidden',
  'metadata',
  'excluded',
] as const;

/**
 * What the bytes of an artifact file are there for that carry no content. `headers`: of members, with their names. `extensions`: pax
 * records and GNU long names of a tar, with their headers. `padding`: zeros behind content. `directory`: the list of members of a
 * zip. `end`: the mark or records at the end of an archive.
 * `gaps`: bytes of a zip before, between and behind its members. `framing`: what a codec adds, checksums and indexes included.
 * `superseded`: content that a later member of the same path replaced. `hidden`: content that a later layer of an image hides, and what
 * whiteouts hold. `metadata`: what an image archive has beside its layers: its own headers, the config, manifests, layers of other
 * images. `excluded`: content that was not selected.
 */
export type OverheadName = (typeof overheadNames)[number];

/** Bytes; what takes none is absent. */
export type Overhead = { readonly [Key in OverheadName]?: number };

/** What can be read off an artifact of how it was made; names of facts by codec and format are in docs/json.md. */
export type MadeFacts = Readonly<Record<string, string | number | boolean | null>>;

/** How an artifact was made, by its codec and by the archive in it. */
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

/** Sums over all entries of a snapshot, in bytes or counts. */
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

/** One layer of an image. All sizes are bytes of regular files, hard links once, but for `compressed`. */
export interface ImageLayer {
  /** 0 is the lowest. */
  readonly index: number;
  /** Of the blob as it is stored: `sha256:<hex>`. */
  readonly digest: string;
  /** Of the uncompressed tar. */
  readonly diffId: string;
  /** What made the layer, as a Dockerfile has it; text, null where it is not recorded. */
  readonly instruction: string | null;
  /** Length of the blob; null where it is stored uncompressed. */
  readonly compressed: number | null;
  /** Files of the layer: `added + changed`. */
  readonly content: number;
  /** Files at paths that no lower layer had. */
  readonly added: number;
  /** Files at paths that a lower layer had, too. */
  readonly changed: number;
  /** Files of lower layers that are gone with this one. */
  readonly deleted: number;
  /** Files of lower layers that nothing leads to since this one: deleted ones, and those that it replaced. */
  readonly waste: number;
}

/** What two records of one content can differ in. */
export type Difference = 'mode' | 'owner' | 'times';

/** A file that a layer stores and that the merged tree does not have. */
export interface HiddenFile {
  /** In the layer that stores it. */
  readonly path: Name;
  readonly size: number;
  /** Layer that stores it. */
  readonly stored: number;
  /** Layer that hid it. */
  readonly layer: number;
  /** `metadata`: the same content came again, only owner, mode or times may differ. */
  readonly cause: 'overwritten' | 'deleted' | 'metadata';
  /** Of `metadata`: what is other in the record that came again; group counts as owner. Nothing where it is in neither; absent where not known. */
  readonly differs?: readonly Difference[];
  /** Bytes of the artifact file that carry it; beside `Entry.stored`. */
  readonly compressed?: number;
}

/** What dive computes of an image (docs/images.md); bytes. */
export interface DiveFigures {
  readonly efficiency: number;
  readonly sizeBytes: number;
  /** Without the lowest layer. */
  readonly userSizeBytes: number;
  /** What `sizeBytes` is the sum of, lowest layer first: all members, also those that a later one of the layer replaces. */
  readonly layers?: readonly number[];
  readonly wastedBytes: number;
  /** `wastedBytes / userSizeBytes`, a share of 1 and not a percentage; null where it would be divided by 0. */
  readonly userWastedPercent: number | null;
  /** Largest first, then by path. */
  readonly inefficientFiles: readonly DiveFile[];
}

/** A path that layers have or delete more than once: how often, and the bytes of all its copies. */
export interface DiveFile {
  /** With a leading slash. */
  readonly path: Name;
  readonly count: number;
  readonly bytes: number;
}

/** The layers of an image; sizes are bytes of regular files. */
export interface Image {
  /** `os/architecture[/variant]`, or null. */
  readonly platform: string | null;
  readonly layers: readonly ImageLayer[];
  /** Files of all layers. */
  readonly layerBytes: number;
  /** Files of the merged tree. */
  readonly visibleBytes: number;
  /** `layerBytes - visibleBytes`; the sum of the layers' waste. */
  readonly hiddenBytes: number;
  readonly dive: DiveFigures;
}

/** Which artifact it is, and what its bytes are. */
export interface ArtifactIdentity {
  /** As the user named it (text); `-` for standard input. */
  readonly name: string;
  readonly format: FormatName;
  /** Codecs around the format, outermost first. */
  readonly codecs: readonly CodecName[];
  /** Length of the artifact file in bytes; null for a directory. */
  readonly length: number | null;
  /** How a directory was packed and compressed (`zstd:19`) for its archive and compressed size; absent where it was not. */
  readonly packedWith?: string;
}

/** Whether it may be the `packedWith` of an artifact: what a stranger's snapshot says is shown as it is. */
export function isPackedWith(text: string): boolean {
  return /^[a-z0-9:=]{1,40}$/.test(text);
}

/** All that is known of one artifact; made by `scan`, `parseSnapshot` reads a saved one. */
export interface Snapshot {
  readonly artifact: ArtifactIdentity;
  readonly totals: Totals;
  /** Whether entries were selected, or a layer: the artifact's own lengths are of more than its content then. Absent where nothing was. */
  readonly isPart?: true;
  /** Sorted by path, byte order; the root first. */
  readonly entries: readonly Entry[];
  /** In archive order. */
  readonly superseded: readonly Superseded[];
  readonly notices: readonly Notice[];
  /** What files of package managers say, by their paths; absent where nobody asked for it, and in snapshot files. */
  readonly packageLists?: ReadonlyMap<Name, PackageFacts>;
  /** Of a snapshot file: the packages that it was saved with. */
  readonly packages?: PackageTable | undefined;
  /** Release of GNU strip whose results the facts of ELF files and static libraries hold; absent in snapshots saved without it. */
  readonly stripVersion?: string;
  /** Layers, for images. */
  readonly image?: Image;
  /** For images: what layers store and the merged tree does not show, by hiding layer and path. */
  readonly hidden?: readonly HiddenFile[];
  /** With the `stored` bytes of all entries this adds up to `totals.compressed`; absent where they are. */
  readonly overhead?: Overhead;
  /** How the artifact was made; absent where `overhead` is. */
  readonly made?: Made;
}
