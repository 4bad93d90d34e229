// Measuring artifacts for a command: progress, limits, selection, and what was odd about them.
import { shareEntries } from '../../compare/share.ts';
import { UsageError } from '../../errors.ts';
import type { Notice, Snapshot } from '../../model/snapshot.ts';
import type { ArtifactBudget } from '../../policy/budgets.ts';
import { isEmpty, parseSelection, selectEntries } from '../../policy/select.ts';
import type { Ignore } from '../../policy/select.ts';
import { inertLine, terminalName, terminalText } from '../../report/escape.ts';
import { scan } from '../../scan/scan.ts';
import { longestSnapshot } from '../../scan/snapshot-file.ts';
import { warnLine } from '../errors.ts';
import { toScanOptions } from '../options/shared.ts';
import type { InputValues, Thoroughness } from '../options/shared.ts';
import { checkOutput } from '../output/streams.ts';
import { letYoungHeapGrow } from '../start/garbage.ts';
import { createProgress } from '../output/progress.ts';
import { optimizeAsUsual } from '../start/tune.ts';

/**
 * @param choosing whether --image and --platform are for this artifact alone, so that they are a mistake where it is no image.
 * @throws UsageError where the result would overwrite the artifact, and for options that take no effect on it.
 */
export async function measure(
  artifact: string,
  values: InputValues,
  thoroughness: Thoroughness,
  choosing: 'this' | 'some' = 'this',
): Promise<Snapshot> {
  checkOutput(values.output, [artifact]);
  const selection = parseSelection(values.include, values.exclude);
  const progress = createProgress('reading', null, isShown(values));
  try {
    const options = { ...toScanOptions(values, thoroughness), onProgress: (bytes: number) => progress.update(bytes) };
    const snapshot = await scan(artifact, options);
    tuneForJudging();
    checkStripVersion(snapshot, values);
    if (choosing === 'this') checkImageChoice([snapshot], values);
    return selectEntries(snapshot, selection);
  } finally {
    progress.done();
  }
}

/**
 * Measures two artifacts side by side; the first that fails ends it, and `onFault` is told which.
 * @throws UsageError where the result would overwrite one of them, for options that take no effect on one of them, or where nothing is
 * selected of both.
 */
export async function measureBoth(
  artifacts: readonly [before: string, after: string],
  values: InputValues,
  thoroughness: Thoroughness,
  onFault: (artifact: string) => void,
): Promise<[before: Snapshot, after: Snapshot]> {
  checkOutput(values.output, artifacts);
  const selection = parseSelection(values.include, values.exclude);
  const progress = createProgress('reading', null, isShown(values));
  const base = { ...toScanOptions(values, thoroughness), knownFacts: new Map() };
  const read = [0, 0];
  let failed = false;
  const measureSide = async (index: 0 | 1): Promise<Snapshot> => {
    const onProgress = (bytes: number): void => {
      read[index] = bytes;
      progress.update((read[0] ?? 0) + (read[1] ?? 0));
    };
    try {
      const snapshot = await scan(artifacts[index], { ...base, onProgress });
      checkStripVersion(snapshot, values);
      return snapshot;
    } catch (error) {
      if (!failed) onFault(artifacts[index]);
      failed = true;
      throw error;
    }
  };
  try {
    const [before, unshared] = await Promise.all([measureSide(0), measureSide(1)]);
    tuneForJudging();
    checkImageChoice([before, unshared], values);
    const after = shareEntries(before, unshared);
    const selected: [Snapshot, Snapshot] = [
      selectEntries(before, selection, true),
      selectEntries(after, selection, true),
    ];
    const nothing = selected.every(({ entries }) => isEmpty(entries));
    if (nothing && !(isEmpty(before.entries) && isEmpty(after.entries))) {
      throw new UsageError('--include and --exclude leave nothing of either artifact to compare');
    }
    return selected;
  } finally {
    progress.done();
  }
}

/** Where the bytes of the file were taken down for a rule alone, nothing else goes by them. */
export function withoutCharges(snapshot: Snapshot): Snapshot {
  const { overhead: _unasked, ...rest } = snapshot;
  return rest;
}

/** Nothing is decoded any more. */
function tuneForJudging(): void {
  optimizeAsUsual();
  letYoungHeapGrow();
}

/** Only a saved snapshot can be of another version: it holds lengths, and no content to predict others from. */
function checkStripVersion({ stripVersion }: Snapshot, values: InputValues): void {
  const wanted = values['strip-version'];
  if (wanted === undefined || wanted === stripVersion) return;
  const saved =
    stripVersion === undefined ? 'it does not say of which strip' : `it holds lengths after strip ${stripVersion}`;
  throw new UsageError(`--strip-version ${wanted} needs the artifact itself, not a snapshot of it: ${saved}`);
}

/** Which image of several a budget is on: what it chooses itself, else what the command line does for all. */
export function chosenImage(
  { choice }: Pick<ArtifactBudget, 'choice'>,
  values: Pick<InputValues, 'image' | 'platform'>,
): Pick<InputValues, 'image' | 'platform'> {
  return {
    image: choice?.name ?? values.image,
    platform: choice?.platform ?? values.platform,
  };
}

/** Of two artifacts one may be the image, the other its tree. */
export function checkImageChoice(
  snapshots: readonly Pick<Snapshot, 'image'>[],
  values: Pick<InputValues, 'image' | 'platform'>,
): void {
  const asked = (['image', 'platform'] as const).find((name) => values[name] !== undefined);
  if (asked === undefined || snapshots.some(({ image }) => image !== undefined)) return;
  const these = ['this is none', 'neither is one'][snapshots.length - 1] ?? 'none of these is one';
  throw new UsageError(`--${asked} is for images; ${these}`);
}

function isShown(values: InputValues): boolean {
  return values.progress && !values.quiet && process.stderr.isTTY;
}

/** Notices on standard error, a line each, and at most 20: reports and snapshots have them all. */
export function warn({ notices }: Pick<Snapshot, 'notices'>): void {
  warnEach('', notices);
}

/** An `--ignore` that hides nothing is a mistake, or no longer needed. */
export function warnOfIdle(ignores: readonly Ignore[]): void {
  for (const { text } of ignores) warnLine(`--ignore ${text} covers nothing`);
}

/** A snapshot is there to be read back: that it cannot be has to be said when it is made, not by the gate that needs it. */
export function warnOfLength(bytes: number, limit = longestSnapshot): void {
  if (bytes > limit) warnLine(`the snapshot takes ${bytes} bytes; no command reads one of more than ${limit} back`);
}

/** The same where several artifacts are measured: each line names its artifact. */
export function warnOf(artifact: string, notices: readonly Notice[]): void {
  warnEach(`${artifact === '-' ? 'standard input' : terminalText(artifact)}: `, notices);
}

/** Of one artifact. */
const mostWarnings = 20;

function warnEach(name: string, notices: readonly Notice[]): void {
  for (const { path, message } of notices.slice(0, mostWarnings)) {
    const where = path === null ? '' : `${terminalName(path)}: `;
    process.stderr.write(`${inertLine(`sizecheck: warning: ${name}${where}${terminalText(message)}`)}\n`);
  }
  const more = notices.length - mostWarnings;
  if (more > 0) process.stderr.write(`sizecheck: warning: ${name}${more} more ${more === 1 ? 'notice' : 'notices'}\n`);
}
