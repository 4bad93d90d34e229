// `--format json` and `--format snapshot`.
import type { ReportKind, ReporterOf } from '../reporter.ts';
import { checkJson } from './check.ts';
import { compressJson } from './compress.ts';
import { diffJson } from './diff.ts';
import { fixJson } from './fix.ts';
import { scanJson, snapshotJson } from './scan.ts';

/** `--format json`, schema 1: sizes are bytes, what is unknown is null; `parseReport` reads those of a diff and a check. */
export const jsonReporter: ReporterOf<ReportKind> = {
  scan: scanJson,
  diff: diffJson,
  check: checkJson,
  fix: fixJson,
  compress: compressJson,
};

/** `--format snapshot`, of a scan with `digests: 'all'` and `facts: 'all'`; `parseSnapshot` reads it. */
export const snapshotReporter: ReporterOf<'scan'> = { scan: snapshotJson };
