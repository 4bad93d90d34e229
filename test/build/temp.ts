// Temporary directories that are gone after the test file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

// Here and not where one is made: a test that runs already registers no hook.
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A fresh directory below the system's temporary one. */
export function tempDirectory(label: string): string {
  const path = mkdtempSync(join(tmpdir(), `sizecheck-test-${label}-`));
  made.push(path);
  return path;
}
