// Saved reports are read within a limit, and have to tell the sizes that are asked for.
import { createReadStream, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReports } from '../../src/cli/commands/saved-report.ts';
import { FormatError, InputError, UsageError } from '../../src/errors.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { mostReportBytes } from '../../src/report/json/read/index.ts';
import type { SavedReport } from '../../src/report/json/read/index.ts';
import type { CheckReport, DiffReport } from '../../src/report/reporter.ts';
import { checkReport, checked, diffReport, emptyDiff, plainOptions, verdict } from '../build/report.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('saved-report');
const path = join(work, 'report.json');
const readReport = (file: string, size: string): Promise<SavedReport> => readReports([file], size, () => {});

async function save(report: DiffReport | CheckReport): Promise<void> {
  const pieces =
    'diff' in report
      ? (await reporterNamed('json', 'diff'))?.(report, plainOptions)
      : (await reporterNamed('json', 'check'))?.(report, plainOptions);
  writeFileSync(path, [...(pieces ?? [])].join(''));
}

/** Runs with another standard input. */
async function piped(input: AsyncIterable<Uint8Array>, run: () => Promise<void>): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(process, 'stdin');
  try {
    Object.defineProperty(process, 'stdin', { configurable: true, value: input });
    await run();
  } finally {
    Object.defineProperty(process, 'stdin', { ...own });
  }
}

describe('a saved report', () => {
  it('is read from a file or from standard input', async () => {
    await save(diffReport());
    expect((await readReport(path, 'content')).kind).toBe('diff');
    await piped(createReadStream(path), async () => {
      expect((await readReport('-', 'content')).kind).toBe('diff');
    });
    await save(checkReport());
    expect((await readReport(path, 'disk')).kind).toBe('check');
  });

  it('has to tell compressed sizes where they are asked for', async () => {
    const says = '--size compressed needs a report of "diff --size compressed --json"';
    for (const report of [diffReport(), checkReport(), checkReport([verdict()], [checked({ diff: null })])]) {
      await save(report);
      await expect(readReport(path, 'compressed')).rejects.toThrow(says);
      await expect(readReport(path, 'compressed')).rejects.toThrow(UsageError);
      await expect(readReport(path, 'content')).resolves.toBeDefined();
    }
    const stored = { directories: [], overhead: { before: 1, after: 1 } };
    const diff = { ...emptyDiff(), stored };
    const told = checked({ diff });
    for (const report of [
      { ...diffReport(), diff },
      checkReport([verdict()], [checked({ diff: emptyDiff() }), told]),
    ]) {
      await save(report);
      await expect(readReport(path, 'compressed')).resolves.toBeDefined();
    }
  });

  it('that cannot be read, or is none, is refused', async () => {
    await expect(readReport(join(work, 'none'), 'content')).rejects.toThrow('cannot be read (ENOENT)');
    await expect(readReport(work, 'content')).rejects.toThrow(InputError);
    writeFileSync(path, '{}');
    await expect(readReport(path, 'content')).rejects.toThrow(FormatError);
  });

  it('is not longer than the limit', async () => {
    writeFileSync(path, '');
    truncateSync(path, mostReportBytes);
    await expect(readReport(path, 'content')).rejects.toThrow('is not JSON');
    truncateSync(path, mostReportBytes + 1);
    await expect(readReport(path, 'content')).rejects.toThrow(`is longer than ${mostReportBytes} bytes`);
  });

  it('is not read on behind the limit', async () => {
    const endless = async function* (): AsyncIterable<Uint8Array> {
      yield new Uint8Array(mostReportBytes);
      await Promise.resolve();
      yield new Uint8Array(1);
      throw new Error('is read on');
    };
    await piped(endless(), async () => {
      await expect(readReport('-', 'content')).rejects.toThrow(`is longer than ${mostReportBytes} bytes`);
    });
  });

  it('is not longer than the limit together with the others', async () => {
    await save(checkReport());
    const padding = Buffer.alloc(mostReportBytes - 10, ' ');
    const second = join(work, 'second.json');
    writeFileSync(second, Buffer.concat([padding, Buffer.from('{}')]));
    const about: string[] = [];
    const says = `is, with the reports in front of it, longer than ${mostReportBytes} bytes`;
    await expect(readReports([path, second], 'content', (name) => about.push(name))).rejects.toThrow(says);
    expect(about).toEqual([path, second]);
  });
});
