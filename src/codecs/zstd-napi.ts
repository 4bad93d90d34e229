// zstd through the optional native package zstd-napi: level with the zstd program, but its install script may be forbidden.
import { createRequire } from 'node:module';
import type { ZstdBackend, ZstdStream } from './zstd-backend.ts';
import { windowLogFor } from './zstd-backend.ts';

type Binding = typeof import('zstd-napi/binding.js');
let binding: Binding | null = null;

export const zstdNapi: ZstdBackend = {
  name: 'zstd-napi',
  maxWindow: 2 ** 31,
  load() {
    try {
      // Not import(): that would start the loader of modules in the decoding thread, for this package alone.
      // Sound: the package declares the module so.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      binding ??= createRequire(import.meta.url)('zstd-napi/binding.js') as Binding;
      return Promise.resolve(true);
    } catch {
      return Promise.resolve(false);
    }
  },
  open,
};

function open(maxWindow: number): ZstdStream {
  if (binding === null) throw new Error('zstd-napi is not loaded');
  const context = new binding.DCtx();
  context.setParameter(binding.DParameter.windowLogMax, windowLogFor(maxWindow));
  let consumed = 0;
  let produced = 0;
  return {
    get consumed() {
      return consumed;
    },
    get produced() {
      return produced;
    },
    step(input, output) {
      [, produced, consumed] = context.decompressStream(output, input);
    },
    // The context is freed when it is collected: there is no call for it.
    close() {},
  };
}
