// Contract of an inspector: it reads one file's content and returns facts. It never decides anything: that is the rules' work.
import type { DigestPurpose } from '../bytes/content-digest.ts';
import type { ByteSource } from '../bytes/source.ts';
import type { Steps } from '../bytes/steps.ts';
import type { Facts } from '../model/facts.ts';
import type { StripVersion } from './elf/strip-version.ts';
import type { Name } from '../model/name.ts';

/** How many leading bytes of a file an inspector may look at to say whether the file is its business. */
export const headLength = 64;

export interface Inspected {
  /** Normalised path of the entry (byte string). */
  readonly path: Name;
  /** Length of the file in bytes. */
  readonly size: number;
  /** `needed`: what rules judge is enough, all else may be null. `all`: everything, for a snapshot that is kept. */
  readonly facts: FactsWanted;
  /** Release of GNU strip whose result is predicted; 2.40 where nothing is said. */
  readonly strip?: StripVersion | undefined;
  /** Whether to try what compressing debug data saves, which takes longer than all else. */
  readonly compressDebug?: boolean | undefined;
  /** What a digest of what strip leaves of files with a build id is for; without it there is none, since it takes reading all of that. */
  readonly kept?: DigestPurpose | undefined;
  /** Whether to tell how much of the file's compressed bytes goes with stripping it; compresses samples. */
  readonly stripShare?: boolean | undefined;
}

export type FactsWanted = 'needed' | 'all';

/** @typeParam Found what it returns; `PackageFacts` for files of package managers. */
export interface Inspector<Found = Facts> {
  readonly name: string;
  /**
   * `head`: the first `headLength` bytes are enough. `all`: it needs random access to the whole content, and its facts depend on
   * nothing else, so that they hold for every copy of the content.
   */
  readonly needs: 'head' | 'all';
  /** Whether the file is of this inspector's kind; `head` holds `headLength` first bytes or more, fewer where the file is shorter. */
  matches(head: Uint8Array, file: Pick<Inspected, 'path'>): boolean;
  /**
   * Facts of the content.
   * @throws FormatError where the content is broken; the caller turns it into a notice on the entry. Anything else is a bug.
   */
  inspect(source: ByteSource, file: Inspected): Found;
  /**
   * The same for content of `file.size` bytes that streams by, so that it need not be kept; null where `file` asks for what takes
   * looking at all of it. Only for `needs: 'all'`.
   */
  inspectStream?(file: Inspected): Steps<Found> | null;
  /** What is odd about facts that could be read, for a notice on the entry; null where nothing is. */
  remark?(facts: Found): Remark | null;
}

export interface Remark {
  readonly code: string;
  readonly message: string;
}
