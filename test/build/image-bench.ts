// Where tests put images, scan them, and get to know how that fails.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SizecheckError } from '../../src/errors.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { writeFiles } from './image.ts';
import type { Files } from './image.ts';
import { tempDirectory } from './temp.ts';

type Options = Partial<NonNullable<Parameters<typeof scan>[1]>>;

export interface ImageBench {
  readonly work: string;
  /** A file with these bytes. */
  readonly put: (bytes: Uint8Array) => string;
  /** A directory with these files. */
  readonly layout: (files: Files) => string;
  readonly scanned: (path: string, options?: Options) => Promise<Snapshot>;
  /** Code, path and message of the error that a scan ends with. */
  readonly failure: (path: string, options?: Options) => Promise<string>;
}

export function imageBench(label: string): ImageBench {
  const work = tempDirectory(label);
  let count = 0;
  const scanned = (path: string, options: Options = {}): Promise<Snapshot> =>
    scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed', ...options });
  return {
    work,
    put(bytes) {
      const path = join(work, `artifact-${count++}`);
      writeFileSync(path, bytes);
      return path;
    },
    layout: (files) => writeFiles(join(work, `layout-${count++}`), files),
    scanned,
    async failure(path, options) {
      try {
        await scanned(path, options);
      } catch (error) {
        if (!(error instanceof SizecheckError)) throw error;
        return `${error.code}: ${error.path ?? ''}: ${error.message}`;
      }
      throw new Error('it was scanned');
    },
  };
}
