// A report that was saved as JSON, from a file or standard input, read within a limit.
import { createReadStream } from 'node:fs';
import { FormatError, InputError, UsageError, systemCode } from '../../errors.ts';
import { mostReportBytes, parseReport } from '../../report/json/read/index.ts';
import type { SavedReport } from '../../report/json/read/index.ts';

/** @throws InputError, FormatError, and UsageError for a `size` that the report does not tell. */
export async function readReport(path: string, size: string): Promise<SavedReport> {
  const saved = parseReport(await readBounded(path));
  const diffs = saved.kind === 'diff' ? [saved.report.diff] : saved.report.artifacts.flatMap(({ diff }) => diff ?? []);
  if (size === 'compressed' && diffs.every(({ stored }) => stored === undefined))
    throw new UsageError(
      '--size compressed needs a report of "diff --size compressed --json"; this one lacks these sizes',
    );
  return saved;
}

async function readBounded(path: string): Promise<Buffer> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      // Without an encoding, streams give buffers only.
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > mostReportBytes) throw new FormatError('bad-report', `is longer than ${mostReportBytes} bytes`);
      parts.push(bytes);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new InputError('unreadable', `cannot be read (${systemCode(error)})`, { cause: error });
  }
  return Buffer.concat(parts);
}
