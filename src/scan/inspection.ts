// One inspector at work on one content, at hand or as it comes. Broken content is no reason to give up: the file counts by its size, with
// a remark. Any other error is a bug.
import type { ByteSource } from '../bytes/source.ts';
import type { Spool } from '../bytes/spool.ts';
import { feedSteps } from '../bytes/step-feeder.ts';
import { FormatError } from '../errors.ts';
import type { Inspected, Inspector, Remark } from '../inspectors/inspector.ts';
import type { Facts } from '../model/facts.ts';

/** What an inspector made of a content. */
export interface Outcome<Found = Facts> {
  readonly facts: Found | null;
  readonly remark: Remark | null;
}

export function inspected<Found>(inspector: Inspector<Found>, source: ByteSource, file: Inspected): Outcome<Found> {
  try {
    return remarked(inspector, inspector.inspect(source, file));
  } catch (error) {
    return broken(inspector, error);
  }
}

function remarked<Found>(inspector: Inspector<Found>, facts: Found): Outcome<Found> {
  return { facts, remark: inspector.remark?.(facts) ?? null };
}

function broken<Found>({ name }: Inspector<Found>, error: unknown): Outcome<Found> {
  if (!(error instanceof FormatError)) throw error;
  const at = error.offset === undefined ? '' : ` (at byte ${error.offset})`;
  return { facts: null, remark: { code: error.code, message: `is a broken ${name} file: it ${error.message}${at}` } };
}

/** Inspects one content while it comes. */
export interface StreamedInspection {
  write(piece: Uint8Array): void;
  /** Once all of it came. */
  outcome(): Outcome;
}

export function streamInspection(inspector: Inspector, file: Inspected, spool: Spool): StreamedInspection | null {
  const steps = inspector.inspectStream?.(file) ?? null;
  if (steps === null) return null;
  const feeder = feedSteps(steps, spool);
  let failed: Outcome | null = null;
  return {
    write(piece) {
      if (failed !== null) return;
      try {
        feeder.write(piece);
      } catch (error) {
        failed = broken(inspector, error);
      }
    },
    outcome() {
      if (failed !== null) return failed;
      const result = feeder.result();
      if (result === null) throw new Error(`the inspector of ${inspector.name} files asks for more than there is`);
      return remarked(inspector, result.value);
    },
  };
}
