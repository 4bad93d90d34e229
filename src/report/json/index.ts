// `--format json` and `--format snapshot`.
import type { Reporter } from '../reporter.ts';
import { scanJson, snapshotJson } from './scan.ts';

export const jsonReporter: Reporter = { scan: scanJson };

export const snapshotReporter: Reporter = { scan: snapshotJson };
