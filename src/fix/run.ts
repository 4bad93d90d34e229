// Carries a plan out on a copy of an artifact, beside the place where the result goes; only a copy that was scanned again and found to
// be what the plan promised takes that place. The artifact itself is only read.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileSource } from '../bytes/source.ts';
import { removeTree } from '../bytes/remove-tree.ts';
import { giveRights, modeUntilWhole, rightsOf } from '../bytes/rights.ts';
import { Spool } from '../bytes/spool.ts';
import { createTurns } from '../bytes/turns.ts';
import { openEncoder } from '../codecs/compress.ts';
import type { Compression } from '../codecs/compress.ts';
import { decode } from '../codecs/decode.ts';
import { detectCodec } from '../codecs/index.ts';
import { InputError, OutputError, systemCode } from '../errors.ts';
import { openArtifact } from '../formats/open.ts';
import type { OpenedFile } from '../formats/open.ts';
import type { FixOutcome, FixPlan, RulePromise } from '../model/fix.ts';
import type { Finding } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { scan } from '../scan/scan.ts';
import type { ScanOptions } from '../scan/scan.ts';
import { archiveDecisions } from './decisions.ts';
import { copyDirectory, fixDirectory } from './directory.ts';
import { createStripper } from './strip-tool.ts';
import type { Stripper } from './strip-tool.ts';
import { tarRewriter } from './tar.ts';
import { achievements, shortfalls, verifyFix } from './verify.ts';
import type { WheelRecord } from './wheel.ts';
import { rewriteZip } from './zip.ts';

export interface FixRun {
  readonly artifact: string;
  /** Of the artifact, with all digests. */
  readonly before: Snapshot;
  readonly findings: readonly Finding[];
  readonly plan: FixPlan;
  /** Where the result goes; nothing may be there yet, unless it is to be replaced. */
  readonly out: string;
  /** Whether the result takes the place of what is there: the artifact. */
  readonly replaces: boolean;
  /** How to compress a new tar archive; null for none. */
  readonly compression: Compression | null;
  readonly scan: ScanOptions;
  /** Told what an interrupt has to undo: files and directories to remove, and programs to stop. */
  readonly onTemporary: (undo: string | (() => void)) => void;
  readonly onProgress?: (phase: string, bytes: number) => void;
}

export interface FixResult {
  readonly outcome: FixOutcome;
  readonly rules: readonly RulePromise[];
}

/** Bytes that are read or compressed at once. */
const step = 1 << 18;

/** @throws InputError, OutputError; then nothing is left behind and the artifact is what it was. */
export async function runFix(run: FixRun): Promise<FixResult> {
  const beside = placeBeside(run.out, 'tmp');
  run.onTemporary(beside);
  const stripper = createStripper(run.onTemporary);
  const broken: { path: Name; message: string }[] = [];
  try {
    const record = await build(run, beside, stripper, (path, message) => broken.push({ path, message }));
    const after = await scan(beside, run.scan);
    verifyFix(run.before, after, run.plan, record);
    if (record?.digest() === null && run.plan.actions.length > 0 && broken.every(({ path }) => path !== record.path))
      broken.push({ path: record.path, message: 'cannot be unpacked, so it is not brought up to date' });
    const named = new Set(broken.map(({ path }) => path));
    for (const one of shortfalls(after, run.plan)) if (!named.has(one.path)) broken.push(one);
    const leftBehind = takePlace(beside, run);
    const updated = record === null ? [] : updatedLists(run.before, after, record);
    // What was promised is without what lists of files take.
    const lists = updated.reduce((sum, list) => sum + list.before - list.after, 0);
    const achieved = run.before.totals.content - after.totals.content - lists;
    return {
      outcome: { out: run.out, totals: after.totals, achieved, updated, broken, leftBehind },
      rules: achievements(run.before, after, run.plan, run.findings),
    };
  } catch (error) {
    discard(beside, error);
    throw error;
  } finally {
    stripper.close();
  }
}

function updatedLists(before: Snapshot, after: Snapshot, { path }: WheelRecord): FixOutcome['updated'] {
  const [old, now] = [pathsOf(before).get(path), pathsOf(after).get(path)];
  if (old === undefined || now === undefined || old.digest === now.digest) return [];
  return [{ path, before: old.size, after: now.size }];
}

/** Removes what was made until an error came. Where that fails, too, the error says what is left. */
function discard(beside: string, error: unknown): void {
  try {
    removeTree(beside);
  } catch {
    if (error instanceof Error) error.message += `; ${beside} cannot be removed and is left behind`;
  }
}

/**
 * Length in bytes of the archive that a plan would make, really made and thrown away.
 * @param weigh what of the archive counts; its length without.
 * @throws InputError, OutputError.
 */
export async function weighFix(
  run: FixRun,
  weigh: (path: string) => number | Promise<number> = (path) => statSync(path).size,
): Promise<number> {
  const stripper = createStripper(run.onTemporary);
  try {
    await build(run, run.out, stripper, () => {});
    return await weigh(run.out);
  } finally {
    stripper.close();
    rmSync(run.out, { force: true });
  }
}

async function build(
  run: FixRun,
  beside: string,
  stripper: Stripper,
  onBroken: (path: Name, message: string) => void,
): Promise<WheelRecord | null> {
  const opened = await openArtifact(run.artifact);
  if (opened.kind === 'directory') {
    makeDirectory(beside, run.out);
    await copyDirectory(run.artifact, beside, run.onTemporary);
    await fixDirectory(beside, run.plan, stripper, onBroken);
    return null;
  }
  try {
    const decisions = archiveDecisions(run.plan, run.before, stripper, onBroken);
    const write = writerOf(beside, run);
    try {
      if (run.before.artifact.format === 'zip') await rewriteZip(sourceOf(opened), decisions, write.piece);
      else await rewriteTar(run, opened, decisions, write.piece);
      write.sync();
      return decisions.record;
    } finally {
      write.close();
    }
  } finally {
    opened.close();
  }
}

function sourceOf({ input }: OpenedFile) {
  if (!('fd' in input) || input.length === null)
    throw new InputError('not-regular', 'is not a file that can be read twice');
  return fileSource(input.fd, input.length);
}

/** The new archive is spooled before it is compressed: encoders choose by its length, as the programs do. */
async function rewriteTar(
  run: FixRun,
  opened: OpenedFile,
  decisions: ReturnType<typeof archiveDecisions>,
  write: (piece: Uint8Array) => void,
): Promise<void> {
  const spool = new Spool();
  try {
    const rewriter = tarRewriter(decisions, run.compression === null ? write : (piece) => spool.write(piece));
    const { maxWindow } = run.scan;
    const onProgress = (bytes: number): void => run.onProgress?.('rewriting', bytes);
    await decode(detectCodec(opened.input.head), opened.input, { maxWindow, onProgress }, (piece) =>
      rewriter.write(piece),
    );
    rewriter.finish();
    if (rewriter.unresolved() > 0) throw new InputError('not-as-planned', 'has links to members that never come');
    if (run.compression !== null) await compress(spool, run.compression, run, write);
  } finally {
    spool.close();
  }
}

async function compress(
  spool: Spool,
  compression: Compression,
  run: FixRun,
  write: (piece: Uint8Array) => void,
): Promise<void> {
  const source = spool.source();
  const encoder = await openEncoder(compression, source.size, write);
  const turns = createTurns();
  try {
    for (let at = 0; at < source.size; at += step) {
      encoder.write(source.read(at, Math.min(step, source.size - at)));
      run.onProgress?.(`compressing (${compression.text})`, at);
      if (turns.due()) await turns.next();
    }
    encoder.finish();
  } finally {
    encoder.close();
  }
}

function writerOf(path: string, { out, replaces }: FixRun) {
  const refuse = (error: unknown): never => {
    throw new OutputError(out, `cannot be written (${systemCode(error)})`, { cause: error });
  };
  let fd = -1;
  try {
    fd = openSync(path, 'wx', modeUntilWhole(replaces ? rightsOf(out) : null));
  } catch (error) {
    refuse(error);
  }
  return {
    piece: (piece: Uint8Array): void => {
      try {
        for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at);
      } catch (error) {
        refuse(error);
      }
    },
    sync: () => fsyncSync(fd),
    close: () => closeSync(fd),
  };
}

function makeDirectory(path: string, out: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    throw new OutputError(out, `cannot be written (${systemCode(error)})`, { cause: error });
  }
}

/** The artifact's permissions and owner, given last: they may be such that not even the owner could have read the copy. */
function keepRights(beside: string, out: string): void {
  const rights = rightsOf(out);
  if (rights === null) return;
  const fd = openSync(beside, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    giveRights(fd, rights);
  } finally {
    closeSync(fd);
  }
}

/**
 * A directory that is to be replaced is moved aside first: until the very end it is there under one name or the other.
 * @throws OutputError; then the artifact is what it was. @returns what is left of it where it was replaced and could not be removed.
 */
function takePlace(beside: string, { out, replaces, before }: FixRun): string | null {
  try {
    if (!replaces || before.artifact.format !== 'directory') {
      if (replaces) keepRights(beside, out);
      renameSync(beside, out);
      return null;
    }
    const aside = placeBeside(out, 'old');
    renameSync(out, aside);
    try {
      renameSync(beside, out);
    } catch (error) {
      renameSync(aside, out);
      throw error;
    }
    return removeOld(aside);
  } catch (error) {
    throw new OutputError(out, `cannot take its place (${systemCode(error)})`, { cause: error });
  }
}

/** A name that nothing has, in the same folder; not made of its name, which may be as long as names can be. */
function placeBeside(out: string, kind: 'tmp' | 'old'): string {
  return join(dirname(out), `.sizecheck-${process.pid}-${randomBytes(4).toString('hex')}.${kind}`);
}

/** The result is in its place already: that what it replaced stays is no reason to say it were not. */
function removeOld(path: string): string | null {
  try {
    removeTree(path);
    return null;
  } catch {
    // What Node says of it is not always what the system said.
    return path;
  }
}
