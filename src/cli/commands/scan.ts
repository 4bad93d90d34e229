// `scan` and `snapshot`: measure, judge, print.
import { packageRollup } from '../../compare/packages/index.ts';
import type { PackageRollup } from '../../compare/packages/index.ts';
import { bytecodeRollup } from '../../compare/bytecode.ts';
import type { Compression } from '../../codecs/compress.ts';
import { sectionRollup } from '../../compare/section-rollup.ts';
import { rollup } from '../../compare/rollup.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackageTable } from '../../model/packages.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { doubtOfContent } from '../../policy/doubts.ts';
import { ofPart } from '../../policy/part.ts';
import { idleIgnores, ignoreClaims, parseIgnores } from '../../policy/select.ts';
import type { Ignore } from '../../policy/select.ts';
import { snapshotJson } from '../../report/json/scan.ts';
import { reporterNamed, tellsNotices } from '../../report/index.ts';
import type { Flattened, ScanReport } from '../../report/reporter.ts';
import { doubtOf, judge, needsOf, rank, ruleIds, rules } from '../../rules/index.ts';
import { removableByPath, removableContent } from '../../compare/removable.ts';
import type { Rule } from '../../rules/rule.ts';
import { flattenImage } from '../../scan/image/flatten.ts';
import { scan } from '../../scan/scan.ts';
import { InputError, UsageError } from '../../errors.ts';
import { isLargeAndCompressed } from '../start/anticipate.ts';
import { exitCodes } from '../errors.ts';
import { formatOf, requireShown } from '../options/format.ts';
import { measure, warn, warnOfIdle, warnOfLength } from '../measuring/measure.ts';
import { withoutPackages } from '../measuring/packages.ts';
import {
  compressionAsked,
  isDirectoryOnDisk,
  noPackedImage,
  packedAsAsked,
  requireDirectory,
} from '../measuring/packing.ts';
import { requireStored } from '../measuring/require-stored.ts';
import { parseLayer, scanOptions, selectRules, toReportOptions, toScanOptions } from '../options/shared.ts';
import type { InputValues, ScanValues, SnapshotValues } from '../options/shared.ts';
import { counting, print } from '../output/streams.ts';
import { appendReport } from '../output/summary.ts';
import { tool } from '../tool.ts';
import { warmUp } from '../start/warm-up.ts';

/** Returns the exit code. */
export async function runScan(artifact: string, values: ScanValues): Promise<number> {
  const selected = selectRules(values.rules);
  const named = values.rules === undefined ? [] : selected;
  const needs = needsOf(named);
  const layer = parseLayer(values.layer);
  const name = formatOf(values);
  // A summary is Markdown, whatever the format.
  const unseen = !values.summary;
  requireShown('scan', name, {
    '--by package': unseen && values.by === 'package',
    '--sections': values.sections,
    '--bytecode': values.bytecode,
    '--compress-with': unseen && values['compress-with'] !== undefined,
    '--size compressed': unseen && values.size === 'compressed',
    '--layers': unseen && values.layers,
  });
  if (values.by === 'package' && (name === 'table' || name === 'markdown')) requireDirectories(values);
  const options = toReportOptions(values);
  // Loaded while the decoder starts up.
  const loading = reporterNamed(name, 'scan');
  const thoroughness = {
    digests: keepsDigests(values, name) ? values.digests : 'compare',
    compressDebug: values.sections,
    packages: values.by === 'package',
    bytecode: values.bytecode || name === 'snapshot',
    layer,
    stored: values.size === 'compressed' || values.verbose || name === 'snapshot' || needs.stored,
    // What takes time beyond attribution: not for the plain table.
    sample: values.verbose || name === 'snapshot' || name === 'json' || needs.sample,
    facts: name === 'snapshot' || values.sections ? 'all' : 'needed',
  } as const;
  const counted = values.leftovers || values.rules !== undefined ? 'counted' : 'apart';
  const ignores = parseIgnores(values.ignore, ruleIds);
  const compression = compressionAsked(values['compress-with']);
  const judgedAs = (of: Snapshot): ScanReport => judged(of, judge(of, selected, counted), ignores);
  if (isLargeAndCompressed(artifact)) {
    const warmUpOnceLoaded = async (): Promise<void> => {
      const found = await loading;
      setImmediate(() => warmUp(judgedAs, name === 'table' ? found : null, options));
    };
    void warmUpOnceLoaded();
  }
  const snapshot = await packedAsAsked(artifact, await measure(artifact, values, thoroughness), compression, values);
  if (values.size === 'compressed') requireStored(snapshot);
  if (values.layers && snapshot.image === undefined) throw new UsageError('--layers is for images; this is none');
  const reporter = await loading;
  if (reporter === null) throw new UsageError(`there is no format "${name}"`);
  if (name === 'dive') requireDive(snapshot);
  const flattened = await flatten(artifact, snapshot, compression, values, name);
  const found = judge(snapshot, selected, counted);
  const judgement = judged(snapshot, found, ignores);
  const report = {
    ...(values.by === 'package' ? withPackages(judgement, values) : judgement),
    allLayers: values.layers,
    ...(flattened === null ? {} : { flattened }),
    ...(values.sections ? { sections: sectionRollup(snapshot) } : {}),
    ...(values.bytecode ? { bytecode: bytecodeRollup(snapshot) } : {}),
    ...(layer === undefined ? {} : { layer }),
  };
  const pieces = counting(reporter(report, options));
  await print(pieces, values.output);
  if (name === 'snapshot' && !values.quiet) warnOfLength(pieces.bytes);
  if (values.summary) await appendReport(report, options);
  if (!tellsNotices(name) && !values.quiet) warn(snapshot);
  // Of a part it may cover what is in the rest.
  if (!values.quiet && snapshot.isPart !== true)
    warnOfIdle(
      idleIgnores(
        ignores,
        found,
        selected.map(({ id }) => id),
      ),
    );
  return values['exit-zero'] ? exitCodes.fine : exitCodeOf(report, values['fail-on'], named);
}

/** @throws UsageError for options on the table of directories, in whose place another one stands. */
function requireDirectories({ size, depth }: ScanValues): void {
  const option = size === 'disk' ? '--size disk' : depth !== scanOptions.depth.default ? '--depth' : null;
  if (option !== null)
    throw new UsageError(`${option} has no effect on the table of --by package: it is on directories`);
}

/** @throws UsageError for what is no image, and for a snapshot of one that was saved without the sizes dive gives layers. */
function requireDive({ image }: Snapshot): void {
  if (image === undefined) throw new UsageError('--format dive is for images; this is none');
  if (image.dive.layers !== undefined) return;
  throw new UsageError('--format dive needs sizes of layers that the snapshot was saved without; save it again');
}

/** Whether digests are shown, kept or compared with what another pass or a list of files says; the command line's `auto` is SHA-256 then. */
function keepsDigests(values: ScanValues, format: string): boolean {
  return (
    values.digests === 'all' ||
    format === 'snapshot' ||
    values.by === 'package' ||
    values['compress-with'] !== undefined
  );
}

/** null for what is packed by itself, and where nothing is. @throws UsageError for what is neither an image nor a directory, or cannot be read twice. */
async function flatten(
  artifact: string,
  snapshot: Snapshot,
  compression: Compression | null,
  values: ScanValues,
  format: string,
): Promise<Flattened | null> {
  if (compression === null) return null;
  if (snapshot.image === undefined) {
    if (!isDirectoryOnDisk(artifact))
      throw new UsageError('--compress-with packs directories, and images as one layer; this is neither');
    return null;
  }
  if (format !== 'table' && format !== 'json' && format !== 'snapshot')
    throw new UsageError(`--compress-with of an image has no effect with --format ${format}; use table or json`);
  if (artifact === '-') throw new UsageError('--compress-with reads the image twice, which standard input cannot be');
  const options = toScanOptions(values, { digests: 'auto', facts: 'needed' });
  // Of the whole image, whatever is selected for the report.
  const isWhole = values.layer === undefined && values.include.length === 0 && values.exclude.length === 0;
  const whole = isWhole ? snapshot : await scan(artifact, options);
  const packed = await flattenImage(artifact, whole, compression, options);
  return { content: whole.totals.content, ...packed, how: compression.text };
}

/** Returns the exit code. */
export async function runSnapshot(artifact: string, values: SnapshotValues): Promise<number> {
  const how = compressionAsked(values['compress-with']);
  if (how !== null) requireDirectory([artifact]);
  const measured = await measure(artifact, values, {
    digests: 'all',
    facts: 'all',
    bytecode: true,
    stored: true,
    sample: true,
    packages: true,
  });
  if (how !== null && measured.image !== undefined) throw new UsageError(noPackedImage);
  const snapshot = await packedAsAsked(artifact, measured, how, values);
  const report = judged(snapshot, judge(snapshot, rules, 'apart'), []);
  // Of a snapshot file those that it was saved with; a part of one has none.
  const packages = snapshot.packageLists === undefined ? snapshot.packages : rollupOf(report, values);
  const pieces = counting(snapshotJson(packages === undefined ? report : { ...report, packages }));
  await print(pieces, values.output);
  if (!values.quiet) warnOfLength(pieces.bytes);
  if (!values.quiet && values.output !== undefined) warn(snapshot);
  return exitCodes.fine;
}

function judged(snapshot: Snapshot, found: readonly Finding[], ignores: readonly Ignore[]): ScanReport {
  const kept = ignoreClaims(found, ignores);
  const findings = snapshot.isPart === true ? ofPart(kept) : kept;
  return { tool, snapshot, tree: rollup(snapshot), findings, removable: removableContent(snapshot, findings) };
}

/** @throws UsageError for a snapshot file without packages, or one that was judged by other rules. */
function withPackages(report: ScanReport, values: ScanValues): ScanReport {
  const { snapshot } = report;
  if (snapshot.packageLists === undefined) return { ...report, packages: savedPackages(report) };
  const packages = rollupOf(report, values);
  const notices = [...snapshot.notices, ...packages.notices];
  return { ...report, packages, snapshot: { ...snapshot, notices } };
}

/** Those that a snapshot file was saved with: what can be removed of each is what the rules found then. */
function savedPackages({ snapshot, removable }: ScanReport): PackageTable {
  const { packages: saved } = snapshot;
  if (saved === undefined) throw withoutPackages();
  const sum = saved.packages.reduce((bytes, row) => bytes + row.removable, saved.unowned.removable);
  if (sum !== removable)
    throw new UsageError(
      '--by package needs the artifact itself: its snapshot was judged by other rules, and does not say what these find in each package',
    );
  return saved;
}

function rollupOf({ snapshot, findings }: ScanReport, { include, exclude }: InputValues): PackageRollup {
  const isWhole = include.length === 0 && exclude.length === 0;
  return packageRollup(snapshot, { removable: removableByPath(snapshot, findings), isWhole });
}

/** @throws InputError where nothing grave was found, but there is content that no rule saw. */
function exitCodeOf({ findings, snapshot }: ScanReport, failOn: ScanValues['fail-on'], named: readonly Rule[]): number {
  if (failOn === 'none') return exitCodes.fine;
  const limit = rank(failOn);
  if (findings.some(({ severity, leftover }) => leftover !== true && rank(severity) <= limit))
    return exitCodes.violated;
  const doubt = doubtOfContent(snapshot) ?? doubtOf(named, snapshot);
  if (doubt !== null) throw new InputError('doubtful', `--fail-on cannot tell: ${doubt}`);
  return exitCodes.fine;
}
