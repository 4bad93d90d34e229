// Starts decoding threads while the rest of the program is still loading, where the command line names large compressed files or zips.
// A wrong guess costs a sleeping thread, never a result.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { useWorker, warmUpDecodingThread } from '../../codecs/decoding-thread.ts';
import { detectCodec } from '../../codecs/index.ts';
import { signature, signatureBytes } from '../../formats/zip-records.ts';

/** No command reads more than two artifacts side by side. */
const most = 2;

/** Returns how many threads it starts; `onRunning` is told how many run once all of them do. */
export function anticipateDecoding(argv: readonly string[], onRunning: (threads: number) => void): number {
  const count = Math.min(most, argv.filter(isLargeAndCompressed).length);
  let running = 0;
  for (let thread = 0; thread < count; thread++) {
    warmUpDecodingThread(() => {
      running += 1;
      if (running === count) onRunning(count);
    });
  }
  return count;
}

/** Whether a word is the path of what a thread decodes. */
export function isLargeAndCompressed(word: string): boolean {
  try {
    const stats = statSync(word, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || !useWorker(stats.size, undefined)) return false;
    const fd = openSync(word, 'r');
    try {
      const head = new Uint8Array(16);
      const read = head.subarray(0, readSync(fd, head));
      return detectCodec(read) !== null || startsZip(read);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Whatever is wrong with the file is told when it is read in earnest.
    return false;
  }
}

/** The first member of a zip; rarer beginnings (an interpreter line, an empty archive) are not worth a look. */
function startsZip(head: Uint8Array): boolean {
  return signatureBytes(signature.local).equals(head.subarray(0, 4));
}
