// `--format junit`: JUnit XML for the test tabs of CI systems, a suite an artifact, a test case a verdict. Text is escaped by one
// function, and holds no character that XML forbids.
import { exactBytes } from '../bytes/size.ts';
import { addTo } from '../model/grouping.ts';
import type { Verdict, VerdictStatus } from '../model/verdict.ts';
import { inertLine, terminalName, terminalText } from './escape.ts';
import type { ReporterOf } from './reporter.ts';
import { areSized, layerText, sentence, subject } from './verdict-text.ts';

const words = { word: terminalText, text: terminalText };

/** What a verdict counts as in JUnit's words. */
type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

/** `--format junit`, of a check. */
export const junitReporter: ReporterOf<'check'> = {
  *check({ tool, gate }) {
    const suites = new Map<string, Verdict[]>();
    for (const verdict of gate.verdicts) {
      addTo(suites, verdict.artifact, verdict);
    }
    yield '<?xml version="1.0" encoding="UTF-8"?>\n';
    yield `<testsuites name=${quoted(tool.name)} ${counts(gate.verdicts)} time="0">\n`;
    for (const [artifact, verdicts] of suites) {
      yield `  <testsuite name=${quoted(artifact)} ${counts(verdicts)} time="0">\n`;
      const names = namesOf(verdicts);
      for (const [at, verdict] of verdicts.entries()) yield* testcase(verdict, names[at] ?? '');
      yield '  </testsuite>\n';
    }
    yield '</testsuites>\n';
  },
};

/**
 * Names that stay the same where the budgets file gets further entries, so that a CI system knows a test again. Where two limits would
 * share one (two on one glob), the place in the budgets file tells them apart.
 */
function namesOf(verdicts: readonly Verdict[]): string[] {
  const abouts = verdicts.map((verdict) => subject(verdict, words));
  const number = new Map<string, number>();
  for (const about of abouts) number.set(about, (number.get(about) ?? 0) + 1);
  return abouts.map((about, at) => (number.get(about) === 1 ? about : `${about} (${verdicts[at]?.budget ?? ''})`));
}

function* testcase(verdict: Verdict, name: string): Iterable<string> {
  const { artifact, budget, measure, status } = verdict;
  const said = sentence(verdict, words);
  yield `    <testcase name=${quoted(name)} classname=${quoted(`sizecheck.${artifact}`)} time="0">\n`;
  const sized = areSized(verdict);
  const largest = verdict.top.map((one) =>
    inertLine(`${terminalName(one.path)}${layerText(verdict, one)}${sized ? `  ${exactBytes(one.bytes)}` : ''}`),
  );
  const place = measure === 'rule' ? [] : [inertLine(terminalText(budget))];
  const body = [said, ...largest, ...place].join('\n');
  switch (outcomeOf(verdict)) {
    case 'failure':
      yield `      <failure message=${quoted(said)} type="over-budget">${escaped(body)}</failure>\n`;
      break;
    case 'error':
      yield `      <error message=${quoted(said)} type="not-measured">${escaped(body)}</error>\n`;
      break;
    case 'skipped':
      yield `      <skipped message=${quoted(said)}/>\n`;
      break;
    case 'passed':
      yield `      <system-out>${escaped(status === 'warn' ? `warning: ${body}` : said)}</system-out>\n`;
      break;
  }
  yield '    </testcase>\n';
}

/** What could not be measured and yet passes (an optional artifact that is not there) was skipped. */
function outcomeOf({ status, actual }: Verdict): Outcome {
  const outcomes: Readonly<Record<VerdictStatus, Outcome>> = {
    pass: actual === null ? 'skipped' : 'passed',
    warn: 'passed',
    fail: 'failure',
    unknown: 'error',
  };
  return outcomes[status];
}

function counts(verdicts: readonly Verdict[]): string {
  const of = (outcome: Outcome): number => verdicts.filter((verdict) => outcomeOf(verdict) === outcome).length;
  return `tests="${verdicts.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
}

function quoted(text: string): string {
  return `"${escaped(terminalText(text)).replaceAll('"', '&quot;')}"`;
}

/** Beyond markup: characters that XML 1.0 has not, even as references. Controls are spelled out before; lines may break. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
