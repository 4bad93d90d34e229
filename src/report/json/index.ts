// `--format json` and `--format snapshot`.
import type { Reporter } from '../reporter.ts';
import { checkJson } from './check.ts';
import { compressJson } from './compress.ts';
import { diffJson } from './diff.ts';
import { fixJson } from './fix.ts';
import { scanJson, snapshotJson } from './scan.ts';

export const jsonReporter: Reporter = {
  scan: scanJson,
  diff: diffJson,
  check: checkJson,
  fix: fixJson,
  compress: compressJson,
};

export const snapshotReporter: Reporter = { scan: snapshotJson };
