// `compress ARTIFACT`: takes the stream out of what the artifact is in, tries ways to compress it, and says which is best. What is
// written on the way lies in a temporary directory that goes with the command, however it ends.
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { parseSize } from '../../bytes/size.ts';
import { temporaryDirectory } from '../../bytes/temporary.ts';
import { commandOf, parseCandidate, usualCandidates } from '../../codecs/candidates.ts';
import type { Candidate } from '../../codecs/candidates.ts';
import { decode } from '../../codecs/decode.ts';
import { detectCodec } from '../../codecs/index.ts';
import { hasProgram } from './programs.ts';
import { bestTrial } from '../../compare/best-codec.ts';
import { SizecheckError, UsageError, tooMuchUnpacked } from '../../errors.ts';
import { formatHeadLength } from '../../formats/format.ts';
import { formats } from '../../formats/index.ts';
import { openArtifact } from '../../formats/open.ts';
import type { OpenedFile } from '../../formats/open.ts';
import type { Compressions, OrderTrial, Trial, Untried } from '../../model/compression.ts';
import { reporterNamed } from '../../report/index.ts';
import { packDirectory } from '../../scan/pack.ts';
import { looksLikeSnapshot } from '../../scan/snapshot-file.ts';
import { defaultLimits } from '../../scan/limits.ts';
import { scan } from '../../scan/scan.ts';
import { exitCodes } from '../errors.ts';
import { formatOf } from '../options/format.ts';
import type { CompressValues } from '../options/compress.ts';
import { toReportOptions } from '../options/shared.ts';
import { tryOrders } from './order-trial.ts';
import { print, checkOutput, trackUnfinished, writeFile } from '../output/streams.ts';
import { createProgress } from '../output/progress.ts';
import { tool } from '../tool.ts';
import { runTrial, startTrials, stopTrials } from './trials.ts';

interface Stream {
  /** A regular file that holds it. */
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'tar' | 'file';
  /** What the artifact is in; null where that is nothing. */
  readonly codec: Exclude<Candidate['codec'], 'brotli'> | 'bzip2' | null;
  readonly length: number | null;
}

/** Returns the exit code. */
export async function runCompress(artifact: string, values: CompressValues): Promise<number> {
  if (artifact === '-') throw new UsageError('compress reads the artifact more than once: give a path');
  checkOutput(values.output, [artifact]);
  const named = values.with.flatMap((text) => text.split(',')).map(parseCandidate);
  // What is named twice would write to one file.
  const wanted = [...new Map(named.map((how) => [commandOf(how), how])).values()];
  const memory = values.memory === undefined ? totalmem() / 2 : parseSize(values.memory, '--memory');
  const loading = reporterNamed(formatOf(values), 'compress');
  const directory = temporaryDirectory('compress');
  trackUnfinished(directory);
  try {
    const stream = await streamOf(artifact, join(directory, 'stream'), values);
    const reporter = await loading;
    if (reporter === null) throw new UsageError(`there is no format "${values.format}"`);
    const options = toReportOptions({ ...values, size: 'content', sort: 'size', depth: 0, top: 12, verbose: false });
    const { candidates, missing } = withPrograms(
      wanted.length > 0 ? wanted : usualCandidates(stream.kind, stream.bytes),
    );
    const today = await trialOfToday(artifact, stream);
    const progress = trialProgress(candidates.length, values.progress && !values.quiet && process.stderr.isTTY);
    const { path: input, bytes } = stream;
    const run = startTrials({
      input,
      bytes,
      candidates,
      directory,
      jobs: values.jobs,
      memory,
      onProgress: (running, done) => progress.update(running, done),
    });
    const report = (interrupted: boolean, order: OrderTrial | null = null): Iterable<string> => {
      const untried = [...missing, ...run.untried];
      return reporter(
        { tool, compressions: { ...resultOf(artifact, stream, today, run.trials, untried, interrupted), order } },
        options,
      );
    };
    let over = false;
    const children = new Set<ChildProcess>();
    // An interrupt keeps the rows that are finished.
    trackUnfinished(() => {
      if (over) return;
      progress.done();
      run.stop();
      stopTrials(children);
      const text = [...report(true)].join('');
      if (values.output === undefined || values.output === '-') writeSync(1, text);
      else writeFile(values.output, [text]);
    });
    await run.finished;
    if (run.trials.length === 0) {
      over = true;
      progress.done();
      throw nothingTried([...missing, ...run.untried]);
    }
    const best = (bestTrial(run.trials, today) ?? today)?.how;
    const order =
      stream.kind !== 'tar' || best === undefined || best === 'today'
        ? null
        : await tryOrders({
            input,
            directory,
            trials: run.trials,
            best,
            children,
            onProgress: (running) => progress.update([running], candidates.length),
          });
    over = true;
    progress.done();
    await print(report(false, order), values.output);
    return exitCodes.fine;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function resultOf(
  name: string,
  { kind, bytes, length }: Stream,
  today: Trial | null,
  trials: readonly Trial[],
  untried: readonly Untried[],
  interrupted: boolean,
): Omit<Compressions, 'order'> {
  return {
    artifact: { name, length },
    stream: { kind, bytes },
    today,
    trials: trials.toSorted((a, b) => a.bytes - b.bytes || (a.how < b.how ? -1 : 1)),
    untried,
    best: interrupted ? null : (bestTrial(trials, today)?.how ?? null),
    interrupted,
  };
}

/** Unpacks or packs the artifact to `path`, unless it is as it should be already. */
async function streamOf(artifact: string, path: string, values: CompressValues): Promise<Stream> {
  const opened = await openArtifact(artifact);
  const progress = createProgress('unpacking', null, values.progress && !values.quiet && process.stderr.isTTY);
  const to = openSync(path, 'wx+', 0o600);
  const write = (piece: Uint8Array): void => {
    for (let at = 0; at < piece.length;) at += writeSync(to, piece, at);
  };
  try {
    if (opened.kind === 'directory') {
      const limits = { ...defaultLimits, maxUnpacked: parseSize(values['max-unpacked'], '--max-unpacked') };
      const snapshot = await scan(artifact, { ...limits, digests: 'auto', facts: 'needed' });
      if (snapshot.image !== undefined) {
        const instead = '"sizecheck scan DIR --compress-with zstd:19" tells what its merged tree takes as one layer';
        throw new UsageError(`a directory that holds an image is not compressed as one; ${instead}`);
      }
      const { archive } = await packDirectory(artifact, snapshot, null, { emit: write });
      return { path, bytes: archive, kind: 'tar', codec: null, length: null };
    }
    return await streamOfFile(opened, path, to, write, values, (bytes) => progress.update(bytes));
  } finally {
    progress.done();
    closeSync(to);
    if (opened.kind === 'file') opened.close();
  }
}

async function streamOfFile(
  { name, input }: OpenedFile,
  path: string,
  to: number,
  write: (piece: Uint8Array) => void,
  values: CompressValues,
  onProgress: (bytes: number) => void,
): Promise<Stream> {
  if (looksLikeSnapshot(input.head)) throw new UsageError('a snapshot holds no content to compress');
  const codec = detectCodec(input.head);
  if (codec === null) {
    const bytes = 'length' in input ? (input.length ?? 0) : 0;
    return { path: name, bytes, kind: kindOf(input.head), codec: null, length: bytes };
  }
  const most = parseSize(values['max-unpacked'], '--max-unpacked');
  let unpacked = 0;
  const done = await decode(
    codec,
    input,
    { maxWindow: parseSize(values['max-window'], '--max-window'), onProgress },
    (piece) => {
      unpacked += piece.length;
      if (unpacked > most) throw tooMuchUnpacked(most, { offset: unpacked });
      write(piece);
    },
  );
  const head = new Uint8Array(formatHeadLength);
  const kind = kindOf(head.subarray(0, readSync(to, head, 0, head.length, 0)));
  return { path, bytes: done.bytesOut, kind, codec: codec.name, length: done.bytesIn };
}

/** @throws UsageError for formats whose members are compressed one by one. */
function kindOf(head: Uint8Array): Stream['kind'] {
  const [format] = formats
    .map(({ format: one }) => ({ name: one.name, bits: one.bid(head) }))
    .filter(({ bits }) => bits > 0)
    .toSorted((a, b) => b.bits - a.bits);
  if (format?.name === 'zip' || format?.name === 'deb') {
    throw new UsageError(
      `a ${format.name} compresses what it holds piece by piece; unpack it, and give compress the directory`,
    );
  }
  return format?.name === 'tar' ? 'tar' : 'file';
}

/** The artifact as it is: only unpacked, by the same decoders as the others. */
async function trialOfToday(artifact: string, { codec, length }: Stream): Promise<Trial | null> {
  if (codec === null || length === null) return null;
  const program = codec === 'xz' && hasProgram('xz');
  const unpacked = await runTrial({ kind: 'decompress', codec, input: artifact, program });
  return {
    how: 'today',
    command: codec,
    bytes: length,
    compress: null,
    decompress: unpacked.seconds,
    compressMemory: null,
    decompressMemory: unpacked.memory,
    window: codec === 'gzip' ? 32 * 1024 : unpacked.window,
  };
}

/** xz is compressed by the program only. */
function withPrograms(all: readonly Candidate[]): { candidates: readonly Candidate[]; missing: readonly Untried[] } {
  const possible = hasProgram('xz');
  const candidates = all.filter(({ codec }) => possible || codec !== 'xz');
  const missing = all.filter((one) => !candidates.includes(one));
  return { candidates, missing: missing.map(({ text }) => ({ how: text, reason: 'the program xz is not installed' })) };
}

function nothingTried(untried: readonly Untried[]): SizecheckError {
  const reasons = [...new Set(untried.map(({ reason }) => reason))].map((why) => {
    const ways = untried.filter(({ reason }) => reason === why).map(({ how }) => how);
    return `${ways.join(', ')} (${why})`;
  });
  return new SizecheckError('nothing-tried', `nothing could be tried: ${reasons.join('; ')}`);
}

/** One line on standard error: what runs, and how many are done. */
function trialProgress(total: number, shown: boolean) {
  let drawn = false;
  return {
    update(running: readonly string[], done: number): void {
      if (!shown || running.length === 0) return;
      drawn = true;
      process.stderr.write(`\r\u001b[Kcompressing  ${running.join(', ')}  ${done} of ${total} done`);
    },
    done(): void {
      if (drawn) process.stderr.write('\r\u001b[K');
      drawn = false;
    },
  };
}
