// zstd as node:zlib has it from Node 22.15 on; driven frame by frame, as its own streams crash on several frames and accept
// a cut second one.
import zlib from 'node:zlib';
import type { Transform } from 'node:stream';
import type { ZstdBackend, ZstdStream } from './zstd-backend.ts';
import { windowLogFor } from './zstd-backend.ts';
import { takeHandle } from './zlib-handle.ts';

type CreateZstdDecompress = (options: { params: Record<number, number> }) => Transform;

export const zstdNode: ZstdBackend = {
  name: 'node',
  maxWindow: 2 ** 31,
  load: () => Promise.resolve(createZstdDecompress() !== null),
  open,
};

/** The types of Node 20 do not know it. */
function createZstdDecompress(): CreateZstdDecompress | null {
  const found: unknown = Reflect.get(zlib, 'createZstdDecompress');
  // Sound: the signature is that of the Node documentation.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return typeof found === 'function' ? (found as CreateZstdDecompress) : null;
}

function windowLogMaxParameter(): number {
  const value: unknown = Reflect.get(zlib.constants, 'ZSTD_d_windowLogMax');
  return typeof value === 'number' ? value : 100;
}

function open(maxWindow: number): ZstdStream {
  const create = createZstdDecompress();
  if (create === null) throw new Error('this Node has no zstd');
  const handle = takeHandle(create({ params: { [windowLogMaxParameter()]: windowLogFor(maxWindow) } }));
  return {
    get consumed() {
      return handle.consumed;
    },
    get produced() {
      return handle.produced;
    },
    step: (input, output) => handle.run(zlib.constants.Z_NO_FLUSH, input, output),
    close: () => handle.close(),
  };
}
