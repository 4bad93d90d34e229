// Progress on standard error: one line that moves, on a terminal only.
import { formatSize } from '../../bytes/size.ts';
import { collectSooner } from '../start/garbage.ts';

/** Milliseconds between two updates of the line. */
const interval = 100;

export interface Progress {
  /** Bytes of the artifact read so far. */
  update(bytes: number): void;
  /** Removes the line, for good. */
  done(): void;
}

/** @param total bytes to come, null where unknown. */
export function createProgress(phase: string, total: number | null, shown: boolean): Progress {
  const started = Date.now();
  let last = started;
  let drawn = false;
  let over = false;
  return {
    update(bytes) {
      const now = Date.now();
      if (over || now - last < interval) return;
      last = now;
      collectSooner();
      if (!shown) return;
      drawn = true;
      const rate = formatSize(Math.round((bytes * 1000) / Math.max(1, now - started)), 'iec');
      const share = total === null || total === 0 ? '' : `  ${Math.min(100, Math.floor((100 * bytes) / total))}%`;
      process.stderr.write(`\r\u001b[K${phase}  ${formatSize(bytes, 'iec')}${share}  ${rate}/s`);
    },
    done() {
      over = true;
      if (drawn) process.stderr.write('\r\u001b[K');
    },
  };
}
