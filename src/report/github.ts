// `--format github`: workflow commands that GitHub Actions shows as annotations. What stands in them is data: names are escaped
// first as for a terminal, then as the commands' own syntax asks, so no text can begin a command of its own.
import { exactBytes, formatSize } from '../bytes/size.ts';
import type { Units } from '../bytes/size.ts';
import type { BudgetChange } from '../model/budget-change.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { Verdict, VerdictStatus } from '../model/verdict.ts';
import { changeTexts, changesTitle, changesUnknown } from './budget-changes.ts';
import { briefCommands } from './brief-commands.ts';
import { terminalName, terminalText } from './escape.ts';
import type { CheckReport, ReporterOf } from './reporter.ts';
import { areSized, layerText, sentence, tightest } from './verdict-text.ts';

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  readonly level: Level;
  readonly title: string;
  readonly message: string;
}

/** GitHub shows at most ten of a level a step; the tenth says how many there are more. */
const mostOfLevel = 10;

const bySeverity: Readonly<Record<Severity, Level>> = { error: 'error', warn: 'warning', info: 'notice' };
type Worse = Exclude<VerdictStatus, 'pass'>;
const byStatus: Readonly<Record<Worse, Level>> = { fail: 'error', unknown: 'error', warn: 'warning' };
const titles: Readonly<Record<Worse, string>> = {
  fail: 'Size budget exceeded',
  unknown: 'Size not measured',
  warn: 'Size budget warning',
};

const words = { word: terminalText, text: terminalText };

/** `--format github`: annotations. */
export const githubReporter: ReporterOf<'scan' | 'diff' | 'check'> = {
  *scan({ snapshot, findings }, { units }) {
    yield* commands(
      findings
        .filter(({ leftover }) => leftover !== true)
        .map((found) => annotationOf(found, snapshot.artifact.name, units)),
    );
  },
  *diff({ diff }, { units }) {
    const { before, after } = diff;
    const figures = (['compressed', 'content'] as const).flatMap((size) => {
      const [old, now] = [before.totals[size], after.totals[size]];
      if (old === null || now === null) return [];
      return [`${size} ${now > old ? '+' : ''}${exactBytes(now - old)} (${exactBytes(old)} to ${exactBytes(now)})`];
    });
    const { name } = after.artifact;
    yield* commands([
      { level: 'notice', title: 'Size change', message: `${terminalText(name)}: ${figures.join(', ')}` },
      ...diff.findings.new.map((found) => annotationOf(found, name, units)),
    ]);
  },
  *check({ gate, budgetChanges }) {
    const holding = gate.verdicts.filter(({ status }) => status === 'pass');
    yield* commands([
      ...gate.verdicts.flatMap(verdictAnnotations),
      ...budgetAnnotations(budgetChanges),
      ...summaryOf(holding),
    ]);
  },
};

/** One line for all limits that hold: the closest of them tells most. */
function summaryOf(holding: readonly Verdict[]): Annotation[] {
  const closest = tightest(holding);
  if (closest === null) return [];
  const said = `${terminalText(closest.artifact)} ${sentence(closest, words)}`;
  const limits = holding.filter(({ actual }) => actual !== null).length;
  // An optional artifact that is not there, a baseline that is not there yet.
  const skipped = holding.length - limits;
  if (limits === 0) {
    const more = skipped > 1 ? `; ${skipped - 1} more had nothing to measure` : '';
    return [{ level: 'notice', title: 'No size was measured', message: `${said}${more}` }];
  }
  const more = skipped > 0 ? `; ${skipped} had nothing to measure` : '';
  const message = limits < 2 ? said : `${limits} limits hold; the closest: ${said}`;
  return [{ level: 'notice', title: 'Within size budgets', message: `${message}${more}` }];
}

const longestText = 300;

/** One for what lets more pass, one for all else. */
function budgetAnnotations(changes: CheckReport['budgetChanges']): Annotation[] {
  if (changes === undefined) return [];
  if (changes === null) return [{ level: 'warning', title: 'Size budgets', message: changesUnknown }];
  const looser = changes.filter(({ effect }) => effect === 'looser');
  const others = changes.filter(({ effect }) => effect !== 'looser');
  return [looser, others].flatMap((group): Annotation[] => {
    if (group.length === 0) return [];
    const texts = group.slice(0, mostOfLevel).map(budgetChangeText);
    const more = group.length - texts.length;
    const message = `${texts.join('; ')}${more > 0 ? `; ${more} more` : ''}`;
    return [{ level: group === looser ? 'warning' : 'notice', title: changesTitle(group), message }];
  });
}

function budgetChangeText(change: BudgetChange): string {
  const { artifact, key, before, after } = changeTexts(change);
  const text = terminalText(`${artifact === '' ? '' : `${artifact} `}${key}: ${before} -> ${after}`);
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

/** One for each limit that does not hold. */
function verdictAnnotations(verdict: Verdict): Annotation[] {
  const { artifact, status, top } = verdict;
  if (status === 'pass') return [];
  const sized = areSized(verdict);
  const largest = top.map(
    (one) => `${terminalName(one.path)}${layerText(verdict, one)}${sized ? ` (${exactBytes(one.bytes)})` : ''}`,
  );
  const because = largest.length === 0 ? '' : `; ${sized ? 'largest' : 'for example'}: ${largest.join(', ')}`;
  const message = `${terminalText(artifact)} ${sentence(verdict, words)}${because}`;
  return [{ level: byStatus[status], title: titles[status], message }];
}

function annotationOf({ rule, severity, title, bytes, fix }: Finding, artifact: string, units: Units): Annotation {
  const [command] = briefCommands(fix.commands, 'sizecheck scan --verbose');
  const remedy = command === undefined ? '' : `; fix: ${terminalText(command)}`;
  const message = `${terminalText(artifact)}: ${terminalText(title)}, ${formatSize(bytes, units)}${remedy}`;
  return { level: bySeverity[severity], title: terminalText(rule), message };
}

function* commands(annotations: readonly Annotation[]): Iterable<string> {
  for (const level of ['error', 'warning', 'notice'] as const) {
    const own = annotations.filter((annotation) => annotation.level === level);
    const fits = own.length <= mostOfLevel;
    for (const { title, message } of own.slice(0, fits ? mostOfLevel : mostOfLevel - 1)) {
      yield `::${level} title=${property(title)}::${data(message)}\n`;
    }
    if (!fits) yield `::${level} title=sizecheck::${own.length - mostOfLevel + 1} more of this kind\n`;
  }
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
