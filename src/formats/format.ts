// Contract of a format: it turns an artifact into a sequence of members and hands each to a sink. A format checks the
// structure strictly: any doubt that would make totals wrong is a FormatError, oddities are notices.
import type { ByteSource } from '../bytes/source.ts';
import type { DecodeThread } from '../codecs/decoding-thread.ts';
import type { Name } from '../model/name.ts';
import type { EntryKind, FormatName, Notice } from '../model/snapshot.ts';
import type { ImageChoice } from './image-choice.ts';
import type { Ledger } from './ledger.ts';

export type { ImageChoice } from './image-choice.ts';

/** An item of an artifact while it streams by. */
export interface Member {
  /** Name as stored, byte for byte (byte string); the sink normalises it. */
  readonly name: Name;
  readonly kind: EntryKind;
  /** Logical bytes of content that will follow; 0 for all but files (and hard links that carry a body). */
  readonly size: number;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Whole seconds since 1970, rounded down. */
  readonly mtime: number | null;
  /** Target of a symlink or hard link as stored, else null. */
  readonly link: Name | null;
  /** Offset of the member's header in the archive stream (0 where there is none). */
  readonly offset: number;
  /** Offset of the first extension header before it; absent where there is none. */
  readonly start?: number | undefined;
  /** Allocated bytes where the format knows them (directories); null to have them modelled. */
  readonly disk: number | null;
  /** Identity of the content among hard links where the format has one (device and inode); null otherwise. */
  readonly inode: string | null;
  /** Why the content cannot be read (encrypted, unknown method): `begin` and `end` follow without data, `size` still counts. */
  readonly unreadable?: string;
}

/** Takes members in archive order. */
export interface MemberSink {
  /** A member whose content (size > 0) follows through `data` and `end`. */
  begin(member: Member): void;
  /** The next piece of the current member's content; the view is valid during the call only. */
  data(piece: Uint8Array): void;
  /** `count` zero bytes of content: a hole of a sparse file. */
  hole(count: number): void;
  /** The current member is complete. Always follows `begin`, also for members without content. */
  end(): void;
  /** A member with random access to its content, instead of begin/data/end. `open` may be called until the artifact is closed. */
  file(member: Member, open: () => OpenFile): void;
  notice(notice: Notice): void;
  /** Takes what formats made of layers (images) hold; one without it takes no images. */
  readonly layers?: LayerSink;
}

/** What is known of an image before its layers are read. */
export interface ImageHead {
  /** `os/architecture[/variant]`; null where the config does not say. */
  readonly platform: string | null;
  /** Instruction that made each layer, lowest first; null where it is not recorded. */
  readonly instructions: readonly (string | null)[];
}

/** A layer that was read to its end and found to be what the manifest says. */
export interface LayerRead {
  /** Of the blob as stored, and of the tar inside: `sha256:<hex>`. */
  readonly digest: string;
  readonly diffId: string;
  /** Length of the blob; null where it is stored uncompressed, so that what a registry would hold is not known. */
  readonly compressed: number | null;
}

/** Takes the layers of an image, lowest first. */
export interface LayerSink {
  image(head: ImageHead): void;
  /** Takes the members of the next layer. */
  begin(): MemberSink;
  end(layer: LayerRead): void;
}

/** Random access to a member's content; `close` is called when the sink is done with it. */
export interface OpenFile {
  readonly source: ByteSource;
  close(): void;
}

/** Limits that a reader keeps to; each is named in its error. */
export interface ReadOptions {
  /** Largest number of members (`--max-entries`). */
  readonly maxEntries: number;
  /** Largest number of content bytes, unpacked (`--max-unpacked`). */
  readonly maxUnpacked: number;
  /** Largest codec window (`--max-window`), for formats with codecs inside (deb). */
  readonly maxWindow: number;
  /** Where to decode; by default that depends on the input's length. */
  readonly thread?: DecodeThread | undefined;
  /** Called now and then with the bytes of the artifact read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Which image of several, and whether to look for one (`--image`, `--platform`, `--as`). */
  readonly image?: ImageChoice | undefined;
  /** Index of the layer of an image that is asked for alone. */
  readonly layer?: number | undefined;
  /** Takes down what each byte of the artifact is there for, where it is asked. */
  readonly ledger?: Ledger | undefined;
  /** Whether the codec's facts shall say how a small sample compresses another way; asks for a ledger. */
  readonly sample?: boolean | undefined;
}

interface FormatBase {
  readonly name: FormatName;
  /** How many bits of `head` (up to `formatHeadLength` bytes) speak for this format; 0 where it is not this format. */
  bid(head: Uint8Array): number;
}

/** A format that can be read from front to back. */
export interface StreamFormat extends FormatBase {
  readonly access: 'stream';
  reader(sink: MemberSink, options: ReadOptions): StreamReader;
}

export interface StreamReader {
  /** Takes the next piece of the archive stream, of any length. The view is not kept after the call. */
  write(piece: Uint8Array): void;
  /** The stream ended. @throws FormatError `truncated` where more should have come. */
  finish(): void;
}

/** A format that needs random access (zip: its directory is at the end). */
export interface RandomFormat extends FormatBase {
  readonly access: 'random';
  /** Returns the name of the format that it turned out to be, where that is not its own. */
  read(source: ByteSource, sink: MemberSink, options: ReadOptions, file: RandomFile): Promise<FormatName | void>;
}

/** What is known of the bytes that a random format reads. */
export interface RandomFile {
  readonly name: string;
  /** Descriptor of the regular file that the source reads, where it is one as it is: another thread can read it, too. */
  readonly fd?: number;
}

export type Format = StreamFormat | RandomFormat;

/** A line of the registry. */
export interface RegisteredFormat {
  readonly format: Format;
  /**
   * Whether the format enters each byte that it reads into the ledger, once, with what it is for. Where it does not, how many bytes of the
   * artifact carry a file is unknown.
   */
  readonly accounts: boolean;
}

/** Leading bytes of an artifact that bids may look at. */
export const formatHeadLength = 4096;
