// Temporary directories that are gone after the test file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A fresh directory below the system's temporary one. */
export function tempDirectory(label: string): string {
  const path = mkdtempSync(join(tmpdir(), `sizecheck-test-${label}-`));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
