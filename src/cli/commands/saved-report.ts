// A report that was saved as JSON, from a file or standard input, read within a limit.
import { createReadStream } from 'node:fs';
import { FormatError, InputError, UsageError, systemCode } from '../../errors.ts';
import { mostReportBytes, parseReport } from '../../report/json/read/index.ts';
import type { SavedReport } from '../../report/json/read/index.ts';

/**
 * A report, or those of several checks as one; what tells the files apart tells their artifacts apart where these have the same names.
 * @param onArtifact is told which file errors are about; '' where it is none of several.
 * @throws InputError, FormatError, and UsageError for a `size` that a report does not tell, and for reports that cannot be joined.
 */
export async function readReports(
  files: readonly string[],
  size: string,
  onArtifact: (name: string) => void,
): Promise<SavedReport> {
  const twice = files.find((path, index) => files.indexOf(path) < index);
  if (twice !== undefined) throw new UsageError(`${twice === '-' ? 'standard input' : twice} is given twice`);
  const parts: SavedReport[] = [];
  let room = mostReportBytes;
  for (const path of files) {
    onArtifact(path);
    const bytes = await readBounded(path, room);
    room -= bytes.length;
    const saved = reportIn(bytes, size);
    if (files.length > 1 && saved.kind === 'diff')
      throw new UsageError('is of a diff, and only reports of "check --json" are joined');
    parts.push(saved);
  }
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  onArtifact('');
  const { joinReports, labelsOf } = await import('../../report/joined.ts');
  const labels = labelsOf(files);
  const reports = parts.flatMap((one, index) =>
    one.kind === 'check' ? [{ label: labels[index] ?? '', report: one.report }] : [],
  );
  return { kind: 'check', report: joinReports(reports) };
}

function reportIn(bytes: Buffer, size: string): SavedReport {
  const saved = parseReport(bytes);
  const diffs = saved.kind === 'diff' ? [saved.report.diff] : saved.report.artifacts.flatMap(({ diff }) => diff ?? []);
  if (size === 'compressed' && diffs.every(({ stored }) => stored === undefined))
    throw new UsageError(
      '--size compressed needs a report of "diff --size compressed --json"; this one lacks these sizes',
    );
  return saved;
}

/** @param most what other reports have left of the limit for all. */
async function readBounded(path: string, most: number): Promise<Buffer> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream) {
      // Without an encoding, streams give buffers only.
      const bytes = Buffer.from(part);
      length += bytes.length;
      if (length > most) {
        const all = most < mostReportBytes ? ', with the reports in front of it,' : '';
        throw new FormatError('bad-report', `is${all} longer than ${mostReportBytes} bytes`);
      }
      parts.push(bytes);
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new InputError('unreadable', `cannot be read (${systemCode(error)})`, { cause: error });
  }
  return Buffer.concat(parts);
}
