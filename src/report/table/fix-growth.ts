// What `fix` says where its result is no smaller than the artifact: the content that was to go is gone, but a new archive is compressed anew,
// and not always as tightly as the old one was.
import { exactBytes } from '../../bytes/size.ts';
import { parseCompression } from '../../codecs/compress.ts';
import type { Fix } from '../../model/fix.ts';

/** One sentence; null where the result is smaller, or no file. */
export function growthNote(fix: Fix): string | null {
  const [old, now] = [fix.before.compressed, fix.outcome?.totals.compressed ?? 0];
  if (old === null || now < old) return null;
  const sizes = old === now ? exactBytes(now) : `${exactBytes(old)} → ${exactBytes(now)}`;
  const [why, help] = [reason(fix), remedy(fix)];
  const said = `The result is not smaller than the artifact (${sizes})`;
  return `${said}${why === null ? '' : `: ${why}`}${help === null ? '' : `; ${help}`}.`;
}

function reason({ artifact, compression, outcome }: Fix): string | null {
  const [codec = null] = artifact.codecs;
  if (compression === null) return codec === null ? null : `it is not compressed, and the artifact is in ${codec}`;
  const packed =
    outcome?.achieved === 0
      ? `it was packed anew with ${compression}`
      : `packing it anew with ${compression} added no less than what went had taken`;
  return codec === null || codec === parseCompression(compression).codec
    ? packed
    : `${packed}, and the artifact is in ${codec}`;
}

/** What packs tighter; null where nothing does that is written here. */
function remedy({ artifact, compression, root }: Fix): string | null {
  if (compression === null) return null;
  const { codec, level, long } = parseCompression(compression);
  if (codec === 'gzip' && level < 9) return '--compress-with gzip:9 packs tighter';
  // npm reads nothing else.
  const isGzipOnly = root !== undefined;
  if (isGzipOnly || (level === 22 && long !== null)) return null;
  const isRead = codec === 'zstd' || artifact.codecs.includes('zstd');
  return `--compress-with zstd:22:long packs tighter${isRead ? '' : ', where what unpacks it knows zstd'}`;
}
