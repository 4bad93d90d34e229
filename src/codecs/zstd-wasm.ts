// zstd as WebAssembly, from the package zstddec: works everywhere, up to four times slower. Its own streaming method ignores the
// decoder's errors and loops for ever on corrupt data, so we call the module's exported functions ourselves.
import type { ZstdBackend, ZstdStream } from './zstd-backend.ts';

/** Exports of the module that are used; pointers and sizes are 32 bits. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  free(pointer: number): void;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

let exported: Exports | null = null;

export const zstdWasm: ZstdBackend = {
  name: 'wasm',
  maxWindow: 2 ** 27, // its build does not export the call that would raise it
  async load() {
    exported ??= await instantiate();
    return exported !== null;
  },
  open,
};

async function instantiate(): Promise<Exports | null> {
  try {
    const { ZSTDDecoder } = await import('zstddec/stream');
    const decoder = new ZSTDDecoder();
    let found: Exports | null = null;
    // `_init` is part of its public types; it gets the instance, which is kept nowhere else that we could reach.
    const initialize: unknown = Reflect.get(decoder, '_init');
    if (typeof initialize !== 'function') return null;
    Reflect.set(decoder, '_init', (result: { instance: { exports: object } }) => {
      Reflect.apply(initialize, decoder, [result]);
      if (isExports(result.instance.exports)) found = result.instance.exports;
    });
    await decoder.init();
    return found;
  } catch {
    return null;
  }
}

function isExports(exports: object): exports is Exports {
  const functions = ['malloc', 'free', 'ZSTD_createDCtx', 'ZSTD_freeDCtx', 'ZSTD_decompressStream'];
  return 'memory' in exports && functions.every((name) => typeof Reflect.get(exports, name) === 'function');
}

const inputLimit = 128 * 1024;
const outputLimit = 256 * 1024;
/** A ZSTD_inBuffer or ZSTD_outBuffer: pointer, size, position. */
const structLength = 12;
/** zstd returns errors as the largest values of size_t: minus a code below 120. */
const firstError = 2 ** 32 - 120;

/** The words of zstd itself, which the module lacks and the other backends have. */
const messages: Readonly<Record<number, string>> = {
  14: 'Unsupported frame parameter',
  16: 'Frame requires too much memory for decoding',
  20: 'Data corruption detected',
  22: "Restored data doesn't match checksum",
  24: "Header of Literals' block doesn't respect format specification",
  30: 'Dictionary is corrupted',
  32: 'Dictionary mismatch',
  64: 'Allocation error : not enough memory',
};

function open(): ZstdStream {
  const wasm = exported;
  if (wasm === null) throw new Error('zstddec is not loaded');
  const context = wasm.ZSTD_createDCtx();
  const memory = wasm.malloc(2 * structLength + inputLimit + outputLimit);
  if (context === 0 || memory === 0) throw new Error('WebAssembly is out of memory');
  const inputStruct = memory;
  const outputStruct = memory + structLength;
  const inputAt = memory + 2 * structLength;
  const outputAt = inputAt + inputLimit;
  let consumed = 0;
  let produced = 0;
  let closed = false;

  const step = (input: Uint8Array, output: Uint8Array): void => {
    const inputLength = Math.min(input.length, inputLimit);
    const outputLength = Math.min(output.length, outputLimit);
    new Uint8Array(wasm.memory.buffer).set(input.subarray(0, inputLength), inputAt);
    const view = new DataView(wasm.memory.buffer);
    [inputAt, inputLength, 0].forEach((value, i) => view.setUint32(inputStruct + 4 * i, value, true));
    [outputAt, outputLength, 0].forEach((value, i) => view.setUint32(outputStruct + 4 * i, value, true));
    const result = wasm.ZSTD_decompressStream(context, outputStruct, inputStruct) >>> 0;
    if (result > firstError) {
      const code = 2 ** 32 - result;
      throw new Error(messages[code] ?? `zstd error ${code}`);
    }
    // The call may have grown the memory, which replaces its buffer.
    const after = new DataView(wasm.memory.buffer);
    consumed = after.getUint32(inputStruct + 8, true);
    produced = after.getUint32(outputStruct + 8, true);
    output.set(new Uint8Array(wasm.memory.buffer, outputAt, produced));
  };

  return {
    get consumed() {
      return consumed;
    },
    get produced() {
      return produced;
    },
    step,
    close() {
      if (closed) return;
      closed = true;
      wasm.ZSTD_freeDCtx(context);
      wasm.free(memory);
    },
  };
}
