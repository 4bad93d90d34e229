// Reports of several gates as one: the legs of a matrix measure by themselves, and reviewers want one comment.
import { UsageError } from '../errors.ts';
import { budgetEffects } from '../model/budget-change.ts';
import type { BudgetChange } from '../model/budget-change.ts';
import { unitOf } from '../model/verdict.ts';
import type { CheckedArtifact, Verdict } from '../model/verdict.ts';
import { verdictOrder, worst } from '../policy/verdicts.ts';
import { defaultKey } from './markdown/marker.ts';
import type { CheckReport } from './reporter.ts';

/** A report, and what tells its artifacts from those that other reports call the same. */
export interface LabelledReport {
  /** `x86_64`; the artifacts are `layer (x86_64)` then. */
  readonly label: string;
  readonly report: CheckReport;
}

/**
 * Artifacts in the order of the reports, and verdicts from the worst on; what is over in other units than bytes stays where its own report
 * has it. A budgets file whose changes several reports tell alike is told once; what one of them does not know is not known.
 * Its comment has the key that each of them would have, so that a leg that is missing makes no other.
 * @throws UsageError for none at all, for two with one label, and for those of different versions.
 */
export function joinReports(parts: readonly LabelledReport[]): CheckReport {
  const [first] = parts;
  if (first === undefined) throw new UsageError('there are no reports to join');
  for (const { label, report } of parts) requireSame(first, label, report);
  if (new Set(parts.map(({ label }) => label)).size < parts.length)
    throw new UsageError('reports that are joined need labels that differ');
  const named = unlike(parts);
  const verdicts = named.map(({ gate }) => gate.verdicts).reduce(merged);
  return {
    tool: first.report.tool,
    key: [...new Set(parts.map(({ report }) => defaultKey(report)))].join('+'),
    gate: { status: worst(named.map(({ gate }) => gate.status)), verdicts },
    artifacts: named.flatMap(({ artifacts }) => artifacts),
    ...changesOf(parts, named),
  };
}

/**
 * What tells the paths of reports apart, as few directories as do: `x86_64` of `reports/x86_64/check.json`, and of `reports/x86_64.json`.
 * @param paths no two of them the same; `-` is standard input.
 */
export function labelsOf(paths: readonly string[]): string[] {
  const parts = paths.map((path) => (path === '-' ? ['standard input'] : path.split('/')));
  const [first = []] = parts;
  const shared = first.findIndex((part, at) => parts.some((one) => one[at] !== part || one.length === at + 1));
  const most = Math.max(...parts.map(({ length }) => length));
  for (let end = Math.max(shared, 0) + 1; end <= most; end++) {
    const labels = parts.map((one) => one.slice(Math.max(shared, 0), end).join('/'));
    const bare = labels.map((label) => label.replace(/(?<=.)\.json$/, ''));
    for (const found of [bare, labels]) if (new Set(found).size === paths.length) return found;
  }
  return [...paths];
}

function requireSame(first: LabelledReport, label: string, { tool: { name, version } }: CheckReport): void {
  const { tool } = first.report;
  if (name === tool.name && version === tool.version) return;
  throw new UsageError(
    `${label} was measured by ${name} ${version}, ${first.label} by ${tool.name} ${tool.version}: measure all with one version`,
  );
}

/** The reports, with labels behind the names that more than one of them has. */
function unlike(parts: readonly LabelledReport[]): CheckReport[] {
  const owners = new Map<string, number>();
  for (const { report } of parts) for (const name of namesOf(report)) owners.set(name, (owners.get(name) ?? 0) + 1);
  return parts.map(({ label, report }) => {
    const told: Told = (name) => ((owners.get(name) ?? 0) > 1 ? `${name} (${label})` : name);
    const { gate, artifacts, budgetChanges } = report;
    const own = { gate: { ...gate, verdicts: gate.verdicts.map((one) => withArtifact(one, told)) } };
    const all = { ...report, ...own, artifacts: artifacts.map((one) => withName(one, told)) };
    return budgetChanges ? { ...all, budgetChanges: budgetChanges.map((one) => withArtifact(one, told)) } : all;
  });
}

type Told = (name: string) => string;

function withName(one: CheckedArtifact, told: Told): CheckedArtifact {
  return { ...one, name: told(one.name) };
}

function withArtifact<About extends Verdict | BudgetChange>(about: About, told: Told): About {
  return about.artifact === null ? about : { ...about, artifact: told(about.artifact) };
}

/** Of artifacts and groups. */
function namesOf({ gate, artifacts }: CheckReport): Set<string> {
  return new Set([...artifacts.map(({ name }) => name), ...gate.verdicts.map(({ artifact }) => artifact)]);
}

/** Two lists that are ranked each, as one. */
function merged(first: readonly Verdict[], second: readonly Verdict[]): readonly Verdict[] {
  const all: Verdict[] = [];
  let at = 0;
  for (const verdict of first) {
    for (let other = second[at]; other !== undefined && isWorse(other, verdict); other = second[++at]) all.push(other);
    all.push(verdict);
  }
  return [...all, ...second.slice(at)];
}

function isWorse(a: Verdict, b: Verdict): boolean {
  const rank = verdictOrder.indexOf(a.status) - verdictOrder.indexOf(b.status);
  return (rank || weight(b) - weight(a)) < 0;
}

/** Bytes over the limit; those behind a percentage are not told, and nothing may come in front of it that its own report has behind it. */
function weight({ over, measure }: Verdict): number {
  const far = over ?? 0;
  return far > 0 && unitOf(measure) !== 'bytes' ? Number.POSITIVE_INFINITY : far;
}

/** Absent where no report was asked for it. */
function changesOf(
  parts: readonly LabelledReport[],
  named: readonly CheckReport[],
): Pick<CheckReport, 'budgetChanges'> {
  const own = parts.flatMap(({ report }) => (report.budgetChanges === undefined ? [] : [report.budgetChanges]));
  if (own.length === 0) return {};
  if (own.includes(null)) return { budgetChanges: null };
  const [one, ...others] = own.map((changes) => JSON.stringify(changes));
  // One budgets file for all: its artifacts are called what they are called there.
  if (others.every((text) => text === one)) return { budgetChanges: own[0] ?? null };
  const told = new Map<string, BudgetChange>();
  for (const { budgetChanges } of named)
    for (const change of budgetChanges ?? []) told.set(JSON.stringify(change), change);
  return { budgetChanges: [...told.values()].toSorted((a, b) => rankOf(a) - rankOf(b)) };
}

function rankOf({ effect }: BudgetChange): number {
  return budgetEffects.indexOf(effect);
}
