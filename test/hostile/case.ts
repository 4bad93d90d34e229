// The form of the corpus: a numbered case has samples that are made in code, each with what must come of it, and names the tests that
// cover what a sample cannot show.

export interface Sound {
  /** `totals.content`, exactly. */
  readonly content: number;
  /** `totals.files`, where it matters. */
  readonly files?: number;
  /** Codes of all notices, sorted, each once; none by default. */
  readonly notices?: readonly string[];
}

export interface Refused {
  /** Code of the error; several where decoders of other people say it differently. */
  readonly error: string | readonly string[];
}

export interface HostileSample {
  readonly what: string;
  readonly make: () => Uint8Array | string;
  readonly expect: Sound | Refused;
  /** The file's name; it must not matter. */
  readonly file?: string;
}

/** A test elsewhere: its file below test/, and a part of its title. */
export type Covered = readonly [file: string, title: string];

export interface HostileCase {
  readonly number: number;
  readonly what: string;
  readonly outcome: string;
  readonly samples?: readonly HostileSample[];
  readonly tests?: readonly Covered[];
}

export function sound(
  what: string,
  make: () => Uint8Array | string,
  content: number,
  notices: readonly string[] = [],
  files?: number,
): HostileSample {
  return { what, make, expect: files === undefined ? { content, notices } : { content, files, notices } };
}

export function refused(
  what: string,
  make: () => Uint8Array | string,
  error: string | readonly string[],
): HostileSample {
  return { what, make, expect: { error } };
}
