// `--format markdown`: what a pull request shows. Verdict first, then budgets, changes and findings, each table with a bounded
// number of rows; whatever names hold, it stays text. The first line is the marker by which `sizecheck comment` finds it again.
import type { Units } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import type { Totals } from '../../model/snapshot.ts';
import type { CheckedArtifact } from '../../model/verdict.ts';
import { shellWord } from '../../model/shell.ts';
import { markdownName, markdownWord } from '../escape-markdown.ts';
import { bySizeOver } from '../gate-text.ts';
import { mapHints } from '../map-hints.ts';
import type { CheckReport, DiffReport, ReportOptions, ReporterOf } from '../reporter.ts';
import { fit, paragraphs } from './blocks.ts';
import type { Limits } from './blocks.ts';
import { budgetChangesParts } from './budget-changes.ts';
import { budgetTable, evidence, headline, tally } from './budgets.ts';
import { directoriesTable, filesDetails, sizesLine, sizesTable } from './changes.ts';
import { count, sizeCells } from '../figures.ts';
import { findingsDetails } from './findings.ts';
import { imageLines } from './image.ts';
import { packagesTable } from './packages.ts';
import { scanMarkdown } from './scan.ts';
import { comparedDetails, footer, measuredDetails, noticesDetails } from './identity.ts';
import { defaultKey, marker } from './marker.ts';
import { originLine } from './origin.ts';
import type { Origin } from './origin.ts';

/** `--format markdown`, of a diff or a check: the comment on a pull request. */
export const markdownReporter: ReporterOf<'scan' | 'diff' | 'check'> = {
  *scan(report, options) {
    yield scanMarkdown(report, options);
  },
  *diff(report, options) {
    yield markdownOf(report, options, defaultKey(report));
  },
  *check(report, options) {
    yield markdownOf(report, options, defaultKey(report));
  },
};

/** The comment of `key`, at most 65,536 characters long. @param origin what was measured where, for the last line. */
export function markdownOf(
  report: CheckReport | DiffReport,
  options: ReportOptions,
  key: string,
  origin: Origin = { commit: null, run: null },
): string {
  return fit((limits) => {
    const parts = 'gate' in report ? checkParts(report, options, limits) : diffParts(report, options, limits);
    return [marker(key), ...paragraphs([...parts, [...footer(report.tool), ...originLine(origin)]])];
  }, options.top);
}

function diffParts({ diff }: DiffReport, options: ReportOptions, limits: Limits): string[][] {
  return [[`### ${sizesLine(diff, options)}`], ...changesParts(diff, options, limits)];
}

function checkParts(report: CheckReport, given: ReportOptions, limits: Limits): string[][] {
  const { gate, artifacts } = report;
  // Of a comparison beside a gate the largest changes are what counts, whatever the gate's own tables are sorted by.
  const options = { ...given, sort: 'delta' } as const;
  const shown = artifacts.slice(0, limits.artifacts);
  const left = artifacts.length - shown.length;
  // All limits that break should be seen: the table of budgets may be longer than others.
  const most = limits.rows * 4;
  return [
    [headline(gate)],
    tally(gate),
    budgetTable(gate, options.units, most),
    evidence(gate, options.units, most),
    ...budgetChangesParts(report, most),
    ...shown.flatMap((one) => artifactParts(one, artifacts.length > 1, bySizeOver(gate, one, options), limits)),
    left > 0 ? [`${count(left, 'more artifact')}.`] : [],
  ];
}

/** @param several whether there are others, so that it has to be said which one this is; of one, the headline says so. */
function artifactParts(one: CheckedArtifact, several: boolean, options: ReportOptions, limits: Limits): string[][] {
  const { name, diff, totals } = one;
  if (diff !== null) {
    const about = several ? markdownWord(name) : 'Against the baseline';
    return [[`#### ${about} – ${sizesLine(diff, options)}`], ...changesParts(diff, options, limits)];
  }
  return [
    several ? [`#### ${markdownWord(name)} – ${sizesOf(totals, options.units)}`] : [],
    findingsDetails(one.findings, {
      title: 'Findings',
      commands: true,
      units: options.units,
      rows: limits.rows,
    }),
    noticesDetails(one.notices, limits.rows),
    measuredDetails(one, options.units),
  ];
}

/** What would pair directories that have numbers in their names. */
function hints(diff: Diff): string[] {
  return mapHints(diff, 3).map(({ gone, added, pattern }) => {
    const how = markdownWord(`--map ${shellWord(pattern)}`);
    return `- ${how} would pair ${markdownName(gone)} with ${markdownName(added)}`;
  });
}

function sizesOf({ compressed, content }: Totals, units: Units): string {
  const [compressedText, contentText] = sizeCells([compressed, content], units);
  return `${compressed === null ? '' : `compressed ${compressedText}, `}content ${contentText}`;
}

function changesParts(diff: Diff, options: ReportOptions, { rows }: Limits): string[][] {
  const { units } = options;
  const { new: found, fixed } = diff.findings;
  const changed = diff.changes.length > 0 || diff.directories.length > 0 || (diff.delta.compressed ?? 0) !== 0;
  return [
    changed ? sizesTable(diff, options) : [],
    imageLines(diff, options),
    diff.packages === undefined
      ? directoriesTable(diff, options, rows)
      : packagesTable(diff.packages, diff, options, rows),
    filesDetails(diff, options, rows),
    hints(diff),
    findingsDetails(found, { title: 'New findings', commands: true, units, rows }),
    findingsDetails(fixed, { title: 'Fixed findings', commands: false, units, rows }),
    noticesDetails(diff.notices, rows),
    comparedDetails(diff, units, changed),
  ];
}
