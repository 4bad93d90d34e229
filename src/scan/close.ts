// Closing a member's file when something else went wrong with it.
import { InputError } from '../errors.ts';
import type { OpenFile } from '../formats/format.ts';

/** After a failure, which says more than what closing finds. */
export function closeQuietly(file: OpenFile): void {
  try {
    file.close();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}
