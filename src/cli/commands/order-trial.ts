// Whether a tar would compress better with its members in another order: written so to a temporary file, and really compressed.
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseCandidate } from '../../codecs/candidates.ts';
import type { Candidate } from '../../codecs/candidates.ts';
import { extentReader, inOrder } from '../../formats/tar/order.ts';
import type { TarExtent, TarOrder } from '../../formats/tar/order.ts';
import { endOfTar } from '../../formats/tar/writer.ts';
import type { OrderTrial, Trial } from '../../model/compression.ts';
import { hasProgram } from './programs.ts';
import { runTrial } from './trials.ts';

/** Of today's order; what gains less is not worth a change. */
const worthwhile = 0.99;
/** Fast, with enough history to see what an order is worth. */
const screening = 'zstd:9';

export interface OrderPlan {
  /** The tar, a regular file. */
  readonly input: string;
  /** An empty directory for what is made. */
  readonly directory: string;
  readonly trials: readonly Trial[];
  /** The way that is recommended; an order is judged by that. */
  readonly best: string;
  /** What an interrupt has to stop. */
  readonly children: Set<ChildProcess>;
  readonly onProgress: (running: string) => void;
}

/** Null where the members have to stay in their order. Orders that a fast level gains nothing by are not tried with the best. */
export async function tryOrders(plan: OrderPlan): Promise<OrderTrial | null> {
  const extents = readExtents(plan.input);
  if (extents === null) return null;
  const best = parseCandidate(plan.best);
  // The short memory of gzip sees what a longer one does not.
  const quick = best.codec === 'gzip' || best.text === screening ? best : parseCandidate(screening);
  const known = (how: Candidate): number | undefined => plan.trials.find((trial) => trial.how === how.text)?.bytes;
  const measure = async (how: Candidate, input: string): Promise<number> => {
    plan.onProgress(`${how.text} in another order`);
    const output = join(plan.directory, 'ordered.out');
    try {
      const program = how.codec !== 'brotli' && hasProgram(how.codec);
      return (await runTrial({ kind: 'compress', how, input, output, program }, plan.children)).bytes;
    } finally {
      rmSync(output, { force: true });
    }
  };
  const today = known(quick) ?? (await measure(quick, plan.input));
  let found: { order: TarOrder; bytes: number } | null = null;
  for (const order of ['name', 'type'] as const) {
    const input = join(plan.directory, `by-${order}`);
    writeOrdered(plan.input, inOrder(extents, order), input);
    let bytes = await measure(quick, input);
    const promising = bytes <= worthwhile * today;
    if (promising && quick !== best) bytes = await measure(best, input);
    rmSync(input);
    if (promising && bytes < (found?.bytes ?? worthwhile * (known(best) ?? 0))) found = { order, bytes };
  }
  return { how: plan.best, bytes: known(best) ?? null, better: found };
}

function readExtents(path: string): readonly TarExtent[] | null {
  const reader = extentReader();
  const from = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(1024 * 1024);
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer))
      reader.write(buffer.subarray(0, read));
    return reader.finish();
  } finally {
    closeSync(from);
  }
}

/** The same bytes in another order, with the end that tar writes. */
function writeOrdered(path: string, extents: readonly TarExtent[], output: string): void {
  const from = openSync(path, 'r');
  const to = openSync(output, 'wx', 0o600);
  const buffer = new Uint8Array(1024 * 1024);
  let length = 0;
  const write = (piece: Uint8Array): void => {
    for (let at = 0; at < piece.length;) at += writeSync(to, piece, at);
    length += piece.length;
  };
  try {
    for (const { start, end } of extents) {
      for (let at = start; at < end;) {
        const read = readSync(from, buffer, 0, Math.min(buffer.length, end - at), at);
        // Without its padding at the end of the archive, that is zeros.
        if (read === 0) buffer.fill(0, 0, end - at);
        const count = read === 0 ? end - at : read;
        write(buffer.subarray(0, count));
        at += count;
      }
    }
    write(endOfTar(length));
  } finally {
    closeSync(from);
    closeSync(to);
  }
}
