// Measuring an artifact for a command: progress, limits, selection, and what was odd about it.
import { statSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { selectEntries } from '../policy/select.ts';
import { inertLine, terminalName, terminalText } from '../report/escape.ts';
import { scan } from '../scan/scan.ts';
import type { ScanOptions } from '../scan/scan.ts';
import { toScanOptions } from './options.ts';
import type { InputValues } from './options.ts';
import { isSameFile } from './output.ts';
import { createProgress } from './progress.ts';

/** @throws UsageError where the result would overwrite the artifact. */
export async function measure(
  artifact: string,
  values: InputValues,
  thoroughness: Pick<ScanOptions, 'digests' | 'facts'>,
): Promise<Snapshot> {
  if (values.output !== undefined && isSameFile(values.output, artifact)) {
    throw new UsageError(`--output names the artifact itself; it would be overwritten`);
  }
  const shown = values.progress && !values.quiet && process.stderr.isTTY;
  const progress = createProgress('reading', null, shown);
  try {
    const options = { ...toScanOptions(values, thoroughness), onProgress: (bytes: number) => progress.update(bytes) };
    return selectEntries(await scan(artifact, options), values.include, values.exclude);
  } finally {
    progress.done();
  }
}

/** Whether an artifact is a directory of this machine, which a snapshot of one is not. */
export function isDirectoryOnDisk(artifact: string): boolean {
  return artifact !== '-' && statSync(artifact, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** One line a notice on standard error. */
export function warn(snapshot: Snapshot): void {
  for (const { path, message } of snapshot.notices) {
    const where = path === null ? '' : `${terminalName(path)}: `;
    process.stderr.write(`${inertLine(`sizecheck: warning: ${where}${terminalText(message)}`)}\n`);
  }
}
