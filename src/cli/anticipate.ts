// Starts decoding threads while the rest of the program is still loading, where the command line names large compressed files.
// A wrong guess costs a sleeping thread, never a result.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { warmUpDecodingThread, workerThreshold } from '../codecs/decoding-thread.ts';
import { detectCodec } from '../codecs/index.ts';

/** No command reads more than two artifacts side by side. */
const most = 2;

export function anticipateDecoding(argv: readonly string[]): void {
  const count = Math.min(most, argv.filter(isLargeAndCompressed).length);
  for (let started = 0; started < count; started++) warmUpDecodingThread();
}

function isLargeAndCompressed(word: string): boolean {
  try {
    const stats = statSync(word, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || stats.size < workerThreshold) return false;
    const fd = openSync(word, 'r');
    try {
      const head = new Uint8Array(16);
      return detectCodec(head.subarray(0, readSync(fd, head))) !== null;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Whatever is wrong with the file is told when it is read in earnest.
    return false;
  }
}
