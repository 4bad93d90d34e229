// `diff OLD NEW`: measure both side by side, judge, compare, print.
import { diffSnapshots } from '../../compare/diff.ts';
import type { DiffOptions, Judged } from '../../compare/diff.ts';
import { InputError, UsageError } from '../../errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { Notice, Snapshot } from '../../model/snapshot.ts';
import { doubtOfContent } from '../../policy/doubts.ts';
import { globMatcher } from '../../policy/glob.ts';
import { ofPart } from '../../policy/part.ts';
import { idleIgnores, ignoreClaims, parseIgnores } from '../../policy/select.ts';
import type { Ignore } from '../../policy/select.ts';
import { reporterNamed, tellsNotices } from '../../report/index.ts';
import { countedRules, judge, needsOf, ruleIds, rules } from '../../rules/index.ts';
import { exitCodes } from '../errors.ts';
import { formatOf, requireShown } from '../options/format.ts';
import { measureBoth, warnOf, warnOfIdle, withoutCharges } from '../measuring/measure.ts';
import { selectRules, toReportOptions } from '../options/shared.ts';
import type { DiffValues } from '../options/shared.ts';
import { print } from '../output/streams.ts';
import { hasPackages, requirePackages, withPackages } from '../measuring/packages.ts';
import { compressionAsked, noPackedImage, packedAsAsked, requireDirectory } from '../measuring/packing.ts';
import { requireStored } from '../measuring/require-stored.ts';
import { appendReport } from '../output/summary.ts';
import { tool } from '../tool.ts';

/** Returns the exit code. @param onFault is told which artifact an error is about. */
export async function runDiff(
  artifacts: readonly [before: string, after: string],
  values: DiffValues,
  onFault: (artifact: string) => void,
): Promise<number> {
  const selected = selectRules(values.rules, values.leftovers ? rules : countedRules);
  const name = formatOf(values);
  // A summary is Markdown, whatever the format.
  const compressed = values.size === 'compressed';
  const byPackage = values.by === 'package';
  if (!values.summary) {
    requireShown('diff', name, {
      '--sections': values.sections,
      '--compress-with': values['compress-with'] !== undefined,
      '--size compressed': compressed,
      '--size disk': values.size === 'disk',
      '--by package': byPackage,
    });
  }
  if (byPackage && values.size === 'disk') throw new UsageError('--by package shows no disk usage');
  const options = toReportOptions(values);
  const how = toDiffOptions(values, name);
  const ignores = parseIgnores(values.ignore, ruleIds);
  // Loaded while the decoders start up.
  const loading = reporterNamed(name, 'diff');
  const facts = values.sections ? 'all' : 'needed';
  const needs = needsOf(values.rules === undefined ? [] : selected);
  const stored = compressed || needs.stored;
  const thoroughness = { digests: 'all', facts, stored, sample: needs.sample, packages: byPackage } as const;
  const packing = compressionAsked(values['compress-with']);
  if (packing !== null) requireDirectory(artifacts);
  const measured = await measureBoth(artifacts, values, thoroughness, onFault);
  const [old, now] = measured;
  // One after the other: each draws its progress, and compresses with all threads there are.
  const both = [
    await packedAsAsked(artifacts[0], old, packing, values),
    await packedAsAsked(artifacts[1], now, packing, values),
  ] as const;
  if (packing !== null && both.every(({ image }) => image !== undefined)) throw new UsageError(noPackedImage);
  const [before, after] = compressed ? both : [withoutCharges(both[0]), withoutCharges(both[1])];
  for (const [index, snapshot] of [before, after].entries()) {
    if ((compressed && snapshot.overhead === undefined) || (byPackage && !hasPackages(snapshot)))
      onFault(artifacts[index] ?? '');
    if (compressed) requireStored(snapshot);
    if (byPackage) requirePackages(snapshot);
  }
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${name}"`);
  const found = [judge(before, selected, 'counted'), judge(after, selected, 'counted')] as const;
  const compared = diffSnapshots(judged(before, found[0], ignores), judged(after, found[1], ignores), how);
  const diff = byPackage ? withPackages(compared, before, after) : compared;
  const report = { tool, diff };
  await print(reporter(report, options), values.output);
  if (values.summary) await appendReport(report, options);
  if (!values.quiet) {
    if (!tellsNotices(name)) warnOf(artifacts[1], diff.notices);
    warnOf(artifacts[0], onlyIn(before.notices, diff.notices));
    // Of a part it may cover what is in the rest.
    if (after.isPart !== true)
      warnOfIdle(
        idleIgnores(
          ignores,
          found.flat(),
          selected.map(({ id }) => id),
        ),
      );
  }
  if (!values['exit-code']) return exitCodes.fine;
  if (diff.changes.length > 0) return exitCodes.violated;
  const doubts = [doubtOfContent(before), doubtOfContent({ notices: diff.notices, artifact: after.artifact })];
  for (const [index, doubt] of doubts.entries()) {
    if (doubt === null) continue;
    onFault(artifacts[index] ?? '');
    throw new InputError('doubtful', `--exit-code cannot tell: ${doubt}`);
  }
  return exitCodes.fine;
}

function toDiffOptions(values: DiffValues, format: string): DiffOptions {
  const pairing = toPairing(values);
  // What du prints of either tree knows nothing of paths that pair up.
  if (format === 'du') return { stripComponents: 0, maps: [], sections: false };
  return { ...pairing, sections: values.sections };
}

/** How paths pair up. @throws UsageError for what is no number of components and no pattern of one component. */
export function toPairing(
  values: Pick<DiffValues, 'strip-components' | 'map'>,
): Pick<DiffOptions, 'stripComponents' | 'maps'> {
  const strip = values['strip-components'];
  if (strip !== 'auto' && !/^[0-9]{1,4}$/.test(strip)) {
    throw new UsageError(`--strip-components takes a whole number or auto, not "${strip}"`);
  }
  const maps = values.map.map((pattern) => {
    if (pattern.includes('/')) throw new UsageError(`--map takes a pattern of one name, not of a path: "${pattern}"`);
    return globMatcher(pattern);
  });
  return { stripComponents: strip === 'auto' ? strip : Number(strip), maps };
}

function judged(snapshot: Snapshot, found: readonly Finding[], ignores: readonly Ignore[]): Judged {
  const kept = ignoreClaims(found, ignores);
  return { snapshot, findings: snapshot.isPart === true ? ofPart(kept) : kept };
}

function onlyIn(notices: readonly Notice[], others: readonly Notice[]): Notice[] {
  const known = new Set(others.map(keyOf));
  return notices.filter((notice) => !known.has(keyOf(notice)));
}

function keyOf({ code, path }: Notice): string {
  return `${code}\0${path ?? ''}`;
}
