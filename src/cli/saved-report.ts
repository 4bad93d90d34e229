// A report that was saved as JSON, from a file or standard input, read within a limit.
import { createReadStream } from 'node:fs';
import { FormatError, InputError, systemCode } from '../errors.ts';
import { mostReportBytes, parseReport } from '../report/json/read/index.ts';
import type { SavedReport } from '../report/json/read/index.ts';

/** @throws InputError, FormatError */
export async function readReport(path: string): Promise<SavedReport> {
  return parseReport(await readBounded(path));
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
