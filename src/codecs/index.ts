// Registry of codecs. The order decides only between equal bids, which do not happen: every magic is its own.
import type { CodecName } from '../model/snapshot.ts';
import { bzip2 } from './bzip2.ts';
import type { Codec } from './codec.ts';
import { gzip } from './gzip.ts';
import { xz } from './xz.ts';
import { zstd } from './zstd.ts';

export const codecs: readonly Codec[] = [gzip, zstd, xz, bzip2];

/** The codec whose magic `head` starts with, or null. */
export function detectCodec(head: Uint8Array): Codec | null {
  let best: Codec | null = null;
  let most = 0;
  for (const codec of codecs) {
    const bits = codec.bid(head);
    if (bits > most) {
      best = codec;
      most = bits;
    }
  }
  return best;
}

export function codecByName(name: CodecName): Codec {
  const found = codecs.find((codec) => codec.name === name);
  if (found === undefined) throw new Error(`there is no codec "${name}"`);
  return found;
}
