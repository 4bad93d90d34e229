// One layer: its blob through its codec into the tar reader, with both digests taken on the way. A layer counts only if they are what
// the manifest and the config say.
import { decode } from '../../codecs/decode.ts';
import type { EncodedInput } from '../../codecs/decode.ts';
import { detectCodec } from '../../codecs/index.ts';
import { FormatError } from '../../errors.ts';
import type { LayerRead, MemberSink, ReadOptions } from '../format.ts';
import { tarReader } from '../tar/tar.ts';
import { checkDigestOf, checkSize } from './json.ts';
import type { LayerPart } from './parts.ts';
import type { OpenPart } from './store.ts';

export interface LayerOptions extends ReadOptions {
  readonly index: number;
  readonly diffId: string;
  /** Takes the length of each piece of the unpacked tar; throws where that is too much. */
  readonly onUnpacked: (bytes: number) => void;
  /** Encoded bytes read so far. */
  readonly onRead: (bytes: number) => void;
}

/** @throws FormatError that names the layer by its digest. */
export async function readLayer(part: LayerPart, sink: MemberSink, options: LayerOptions): Promise<LayerRead> {
  const { stored, digest, size } = part;
  const { index, diffId } = options;
  checkSize(stored.path, stored.size, { digest, size });
  const open = stored.open();
  try {
    return await readOpen(part, open, sink, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const named = `${error.message} (layer ${index}, ${digest ?? diffId})`;
    throw new FormatError(error.code, named, { path: error.path ?? stored.path, offset: error.offset, cause: error });
  } finally {
    open.close();
  }
}

async function readOpen(
  { stored, digest }: LayerPart,
  open: OpenPart,
  sink: MemberSink,
  { index, diffId, maxWindow, thread, ledger, onUnpacked, onRead }: LayerOptions,
): Promise<LayerRead> {
  const { source } = open;
  const codec = detectCodec(source.read(0, Math.min(32, source.size)));
  const reader = tarReader(inLayer(sink, index), { ledger, isVerified: true });
  let unpacked = 0;
  const how = { maxWindow, thread, keep: true, digests: true, marks: ledger !== undefined, onProgress: onRead };
  const done = await decode(codec, inputOf(open), how, (piece) => {
    unpacked += piece.length;
    onUnpacked(piece.length);
    reader.write(piece);
  });
  // A blob that was damaged says so in many ways; the digest says it best, so that comes before what the tar's end has to say.
  const own = `sha256:${done.digests?.decoded ?? ''}`;
  const found = `sha256:${done.digests?.encoded ?? ''}`;
  checkDigestOf(stored.path, found, digest);
  if (own !== diffId) {
    throw new FormatError('digest-mismatch', `unpacks to a tar of DiffID ${own}, but the config says ${diffId}`, {
      path: stored.path,
    });
  }
  // Of a layer without a single byte there is nothing to say; Go's tar reader takes it, too.
  if (unpacked > 0) reader.finish();
  ledger?.close(done.marks ?? null, source.size);
  for (const { code, path, message } of done.notices) sink.notice({ code, path, message: `layer ${index} ${message}` });
  return { digest: found, diffId, compressed: codec === null ? null : source.size };
}

function inputOf({ source, file }: OpenPart): EncodedInput {
  if (file === null) return { source };
  const { fd, position } = file;
  return { fd, head: new Uint8Array(0), position, length: source.size, part: true };
}

/** Notices on the tar as a whole say which tar. */
function inLayer(sink: MemberSink, index: number): MemberSink {
  return {
    begin: (member) => sink.begin(member),
    data: (piece) => sink.data(piece),
    hole: (count) => sink.hole(count),
    end: () => sink.end(),
    file: (member, open) => sink.file(member, open),
    notice({ code, path, message }) {
      sink.notice({
        code,
        path,
        message: path === null ? `layer ${index} ${message}` : `${message} (in layer ${index})`,
      });
    },
  };
}
