// `--summary`: what GitHub Actions shows on the page of a run, the text of the comment.
import { appendFileSync } from 'node:fs';
import { OutputError, systemCode } from '../../errors.ts';
import type { CheckReport, DiffReport, ReportOptions, ScanReport } from '../../report/reporter.ts';

export const summaryOption = {
  kind: 'flag',
  default: false,
  describe: 'also append the report as Markdown to $GITHUB_STEP_SUMMARY, where that is set',
} as const;

/** Where the variable is not set there is nobody to summarize for. @throws OutputError */
export async function appendReport(
  report: CheckReport | DiffReport | ScanReport,
  options: ReportOptions,
): Promise<void> {
  if (summaryPath() === null) return;
  if ('snapshot' in report) {
    const { scanMarkdown } = await import('../../report/markdown/scan.ts');
    appendSummary(scanMarkdown(report, options));
    return;
  }
  const { markdownOf } = await import('../../report/markdown/index.ts');
  const { defaultKey } = await import('../../report/markdown/marker.ts');
  appendSummary(markdownOf(report, options, defaultKey(report)));
}

export function appendSummary(text: string): void {
  const path = summaryPath();
  if (path === null) return;
  try {
    appendFileSync(path, `${text}\n`);
  } catch (error) {
    throw new OutputError(path, `cannot be written (${systemCode(error)})`, { cause: error });
  }
}

function summaryPath(): string | null {
  const path = process.env['GITHUB_STEP_SUMMARY'];
  return path === undefined || path === '' ? null : path;
}
