// A directory for what is made on the way. Whoever asks for one removes it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';

/** @param purpose a word of its name. @throws InputError where none can be made. */
export function temporaryDirectory(purpose: string): string {
  try {
    return mkdtempSync(join(tmpdir(), `sizecheck-${purpose}-`));
  } catch (error) {
    throw new InputError('spool-failed', `cannot make a temporary directory in ${tmpdir()} (set TMPDIR)`, {
      cause: error,
    });
  }
}
