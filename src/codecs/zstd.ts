// zstd (RFC 8878): frames are found and checked by us, decoded by the fastest backend that this machine has.
import { FormatError, InputError } from '../errors.ts';
import type { Notice } from '../model/snapshot.ts';
import type { Codec, DecodeOptions, Decoder, Emit } from './codec.ts';
import { createOutput } from './output.ts';
import type { ZstdBackend, ZstdBackendName, ZstdStream } from './zstd-backend.ts';
import { createFrameScanner, isSkippable, zstdMagic } from './zstd-frames.ts';
import type { FrameEvents, FrameHeader } from './zstd-frames.ts';
import { zstdNapi } from './zstd-napi.ts';
import { zstdNode } from './zstd-node.ts';
import { zstdWasm } from './zstd-wasm.ts';

/** Fastest first. */
export const zstdBackends: readonly ZstdBackend[] = [zstdNapi, zstdNode, zstdWasm];

export const zstd: Codec = zstdCodec();

/** The zstd codec; `only` names the backend to use, for tests. */
export function zstdCodec(only?: ZstdBackendName): Codec {
  let backend: ZstdBackend | null = null;
  return {
    name: 'zstd',
    bid,
    async prepare() {
      backend ??= await loadBackend(only);
    },
    create(options) {
      if (backend === null) throw new Error('prepare() was not awaited');
      return createZstdDecoder(backend, options);
    },
  };
}

/** Name of the backend that decodes zstd on this machine. */
export async function zstdBackend(): Promise<ZstdBackendName> {
  return (await loadBackend()).name;
}

async function loadBackend(only?: ZstdBackendName): Promise<ZstdBackend> {
  for (const backend of zstdBackends) {
    if ((only === undefined || backend.name === only) && (await backend.load())) return backend;
  }
  // WebAssembly is missing under --jitless, and where the address space is limited (ulimit -v): it reserves 10 GB.
  const rest =
    only === undefined ? ', not even WebAssembly; use Node 22.15 or later, or install zstd-napi' : ` (${only})`;
  throw new InputError('no-decoder', `no zstd decoder could be loaded${rest}`);
}

function bid(head: Uint8Array): number {
  if (head.length < 4) return 0;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (magic === zstdMagic) return 32;
  return isSkippable(magic) ? 28 : 0;
}

const nothing = new Uint8Array(0);

function createZstdDecoder(backend: ZstdBackend, options: DecodeOptions): Decoder {
  const { maxWindow, mark } = options;
  const scanner = createFrameScanner(maxWindow);
  const output = createOutput(options.takeBuffer);
  const notices: Notice[] = [];
  let stream: ZstdStream | null = null;
  let header: FrameHeader = { window: 0, contentSize: null, checksum: false };
  let frameStart = 0; // value of output.total
  let full = false; // the last step filled all the room it had
  let frames = 0;
  let window = 0;
  let checksums = 0;
  let sized = 0;
  let position = 0; // offset in the encoded stream of what is decoded next

  function fail(code: string, message: string): never {
    throw new FormatError(code, message, { offset: position });
  }

  /** Decodes `input`, a part of one frame. */
  function feed(input: Uint8Array, emit: Emit): void {
    stream ??= backend.open(Math.min(maxWindow, backend.maxWindow));
    let at = 0;
    while (at < input.length) {
      const space = output.space();
      try {
        stream.step(at === 0 ? input : input.subarray(at), space);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new FormatError('bad-frame', `has a corrupt zstd frame (${reason})`, { offset: position });
      }
      const { consumed, produced } = stream;
      if (consumed === 0 && produced === 0) fail('bad-frame', 'has a zstd frame that does not decode');
      at += consumed;
      position += consumed;
      full = produced === space.length;
      if (produced > 0) output.advance(produced, emit);
      checkLength(output.total - frameStart);
    }
  }

  /** A block that was decoded into too little room still has output to give, which must not be taken for the next one's. */
  function drain(emit: Emit): void {
    const open = stream;
    if (open === null) return;
    for (let more = full; more;) {
      const space = output.space();
      open.step(nothing, space);
      more = open.produced === space.length;
      if (open.produced > 0) output.advance(open.produced, emit);
    }
  }

  function checkLength(length: number): void {
    if (header.contentSize !== null && length > header.contentSize) {
      fail('bad-length', `has a zstd frame with more than the ${header.contentSize} bytes that its header tells`);
    }
  }

  function begin(found: FrameHeader, bytes: Uint8Array, emit: Emit): void {
    if (found.window > backend.maxWindow) {
      fail(
        'window-too-large',
        `needs a zstd window of ${found.window} bytes; the decoder "${backend.name}" reaches ${backend.maxWindow} (install zstd-napi)`,
      );
    }
    header = found;
    frames += 1;
    window = Math.max(window, found.window);
    if (found.checksum) checksums += 1;
    if (found.contentSize !== null) sized += 1;
    frameStart = output.total;
    feed(bytes, emit);
  }

  function end(): void {
    const length = output.total - frameStart;
    if (header.contentSize !== null && length !== header.contentSize) {
      fail('bad-length', `has a zstd frame of ${length} bytes whose header tells ${header.contentSize}`);
    }
  }

  return {
    notices,
    write(input, emit) {
      const start = scanner.position;
      const events: FrameEvents = {
        begin(found, bytes) {
          position = scanner.position - bytes.length;
          begin(found, bytes, emit);
        },
        body(from, to) {
          position = start + from;
          feed(input.subarray(from, to), emit);
        },
        ...(mark === undefined
          ? {}
          : {
              block(length) {
                drain(emit);
                mark(output.total, length);
              },
            }),
        end,
      };
      scanner.scan(input, events);
    },
    finish(emit) {
      scanner.finish();
      output.flush(emit);
    },
    window: () => window,
    made: () => ({ frames, window, checksum: checksums === frames, contentSize: sized === frames }),
    close() {
      stream?.close();
      stream = null;
    },
  };
}
