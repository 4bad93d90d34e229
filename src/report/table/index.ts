// `--format table`: what a person reads in a terminal.
import type { ReportKind, ReporterOf } from '../reporter.ts';
import { checkTable } from './check.ts';
import { compressTable } from './compress.ts';
import { diffTable } from './diff.ts';
import { fixTable } from './fix.ts';
import { scanTable } from './scan.ts';

/** `--format table`, for a terminal. */
export const tableReporter: ReporterOf<ReportKind> = {
  scan: scanTable,
  diff: diffTable,
  check: checkTable,
  fix: fixTable,
  compress: compressTable,
};
