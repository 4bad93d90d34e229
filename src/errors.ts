// Every error that sizecheck raises on purpose. A message is one sentence without the place; `path` and `offset` carry the
// place, so that one function (the CLI's) can print "artifact: member: at byte N: sentence" for all of them.

/** Where an error happened, in the terms of the user's input. */
export interface ErrorPlace {
  /** Name of the member (a byte string, see model/name.ts) or of the file that is at fault. */
  readonly path?: string | undefined;
  /** Byte offset: in the decoded archive stream for formats, in the encoded file for codecs, in the file for inspectors. */
  readonly offset?: number | undefined;
  readonly cause?: unknown;
}

/** Base of all expected errors; anything else that is thrown is a bug and keeps its stack. */
export class SizecheckError extends Error {
  /** Stable, kebab-case, e.g. `truncated` or `bad-checksum`. */
  readonly code: string;
  readonly path: string | undefined;
  readonly offset: number | undefined;

  constructor(code: string, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = new.target.name;
    this.code = code;
    this.path = place.path;
    this.offset = place.offset;
  }
}

/** The command line asks for something that does not exist or does not fit together. */
export class UsageError extends SizecheckError {
  constructor(message: string, place?: ErrorPlace) {
    super('usage', message, place);
  }
}

/** A budgets file is not valid; the message names the JSON path. */
export class ConfigError extends SizecheckError {
  constructor(message: string, place?: ErrorPlace) {
    super('config', message, place);
  }
}

/** The input's bytes contradict their own format. */
export class FormatError extends SizecheckError {}

/** @param place where it was noticed, as far as it is known. */
export function tooManyEntries(maxEntries: number, place?: ErrorPlace): FormatError {
  return new FormatError('too-many-entries', `holds more than ${maxEntries} entries (see --max-entries)`, place);
}

/** @param place where it was noticed, as far as it is known. */
export function tooMuchUnpacked(maxUnpacked: number, place?: ErrorPlace): FormatError {
  return new FormatError('too-much-unpacked', `unpacks to more than ${maxUnpacked} bytes (see --max-unpacked)`, place);
}

/** A result could not be written; `target` is the file as the user named it. */
export class OutputError extends SizecheckError {
  readonly target: string;

  constructor(target: string, message: string, place?: ErrorPlace) {
    super('write-failed', message, place);
    this.target = target;
  }
}

/** The operating system refused: unreadable, missing, not a regular file, disk full; or this machine has no decoder for it. */
export class InputError extends SizecheckError {}

/** A service on the network (GitHub, GitLab) refused, or did not answer in time. */
export class ServiceError extends SizecheckError {
  /** Status of the HTTP response; null where none came. */
  readonly status: number | null;

  constructor(code: string, message: string, status: number | null, place?: ErrorPlace) {
    super(code, message, place);
    this.status = status;
  }
}

/** What a value is, for errors about arguments: `null`, `a string`, `an object`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  return `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}

/** What the operating system said, `ENOENT`; for any other error its text. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** How a program ended that did not end well; without a status it was a signal (too little memory, a limit on files). */
export function howItEnded(status: unknown, signal: unknown): string {
  return typeof status === 'number' ? `exited ${status}` : `was ended by ${String(signal)}`;
}
