// `--format table`: what a person reads in a terminal.
import type { Reporter } from '../reporter.ts';
import { checkTable } from './check.ts';
import { scanTable } from './scan.ts';

export const tableReporter: Reporter = { scan: scanTable, check: checkTable };
