// xz (.xz file format 1.2.1): streams, blocks, index and footer, every size and every check verified. Our own, because no
// library decodes xz synchronously in bounded memory without running an install script, and those at hand skip checks.
import { byteAt } from '../bytes/at.ts';
import { sha256 } from '../bytes/sha256.ts';
import { crc32 } from 'node:zlib';
import type { Hash } from 'node:crypto';
import { FormatError } from '../errors.ts';
import type { Codec, DecodeOptions, Decoder, Emit } from './codec.ts';
import { createFieldReader } from './fields.ts';
import type { FieldParser } from './fields.ts';
import { createLzma2Decoder, longestChunk } from './lzma2.ts';
import { createOutput } from './output.ts';
import { createXzCheck } from './xz-check.ts';
import { createFilterChain } from './xz-filters.ts';
import { checkStreamFooter, hasXzMagic, readBlockHeader, readStreamHeader, readVarint } from './xz-header.ts';
import { streamHeaderLength } from './xz-header.ts';

/** Sizes of the blocks of a stream, or what its index says of them; compared by digest, as there may be any number. */
interface BlockList {
  count: number;
  readonly digest: Hash;
}

export const xz: Codec = {
  name: 'xz',
  bid: (head) => (hasXzMagic(head) ? 48 : 0),
  prepare: () => Promise.resolve(),
  create: createXzDecoder,
};

function createXzDecoder(options: DecodeOptions): Decoder {
  // History takes up to one and a half dictionaries here; half of the limit keeps all of it below the limit.
  const maxDictionary = options.maxWindow / 2;
  const lzma2 = createLzma2Decoder();
  const output = createOutput(options.takeBuffer);
  let emit: Emit = ignore;
  let streams = 0;
  let blockCount = 0;
  let dictionary = 0;
  let mayEnd = false; // the input may end here
  const reader = createFieldReader(parseStreams(), longestChunk);

  function fail(code: string, message: string): never {
    throw new FormatError(code, message, { offset: reader.position });
  }

  function* parseStreams(): FieldParser {
    yield* parseStream(yield streamHeaderLength);
    for (;;) {
      // Stream padding: zeros, four at a time.
      mayEnd = true;
      const four = yield 4;
      mayEnd = false;
      if (four.every((byte) => byte === 0)) continue;
      const header = new Uint8Array(streamHeaderLength);
      header.set(four);
      if (four[0] !== 0xfd || four[1] !== 0x37) fail('bad-magic', 'continues after an xz stream with something else');
      header.set(yield streamHeaderLength - 4, 4);
      yield* parseStream(header);
    }
  }

  function* parseStream(header: Uint8Array): FieldParser {
    const check = readStreamHeader(header, fail);
    streams += 1;
    const blocks: BlockList = { count: 0, digest: sha256() };
    for (;;) {
      const size = byteAt(yield 1, 0);
      if (size === 0) break;
      yield* parseBlock(size, check, blocks);
    }
    const start = reader.position - 1;
    yield* parseIndex(blocks, start);
    const indexLength = reader.position - start;
    checkStreamFooter(yield streamHeaderLength, check, indexLength, fail);
  }

  function* parseBlock(sizeByte: number, checkId: number, blocks: BlockList): FieldParser {
    const headerLength = (sizeByte + 1) * 4;
    const bytes = new Uint8Array(headerLength);
    bytes[0] = sizeByte;
    bytes.set(yield headerLength - 1, 1);
    const header = readBlockHeader(bytes, fail);
    if (header.dictionary > maxDictionary) {
      fail(
        'window-too-large',
        `needs an xz dictionary of ${header.dictionary} bytes; the limit is ${maxDictionary} (half of --max-window)`,
      );
    }
    const check = createXzCheck(checkId) ?? fail('unsupported', `uses an unknown xz check (number ${checkId})`);
    blockCount += 1;
    dictionary = Math.max(dictionary, header.dictionary);
    const filters = header.filters.length === 0 ? null : createFilterChain(header.filters);
    const begin = output.total;
    let compressed = 0;
    let uncompressed = 0;
    let told = 0;
    const tell = (made: number, read: number): void => {
      options.mark?.(begin + uncompressed + made, compressed + read - told);
      told = compressed + read;
    };
    const put = (piece: Uint8Array): void => {
      check.update(piece);
      output.put(piece, emit);
    };
    const events = {
      data(piece: Uint8Array): void {
        uncompressed += piece.length;
        put(filters === null ? piece : filters.decode(piece));
        tell(0, 0);
      },
      trace: options.mark === undefined ? undefined : tell,
      fail: (message: string): never => fail('bad-block', message),
    };
    yield* lzma2.parse(header.dictionary, events, (length) => {
      compressed += length;
    });
    if (filters !== null) put(filters.finish());
    if (compressed !== (header.compressed ?? compressed) || uncompressed !== (header.uncompressed ?? uncompressed)) {
      fail('bad-length', 'has an xz block whose sizes are not what its header says');
    }
    const padding = -compressed & 3;
    if (padding > 0 && (yield padding).some((byte) => byte !== 0)) fail('bad-block', 'has bad padding in an xz block');
    if (check.length > 0 && !Buffer.from(yield check.length).equals(check.digest())) {
      fail('bad-checksum', 'has an xz block with a wrong check');
    }
    addBlock(blocks, headerLength + compressed + check.length, uncompressed);
  }

  function* parseIndex(blocks: BlockList, start: number): FieldParser {
    let crc = crc32(Uint8Array.of(0));
    function* number(): Generator<number, number, Uint8Array> {
      const bytes: number[] = [];
      for (;;) {
        const byte = byteAt(yield 1, 0);
        bytes.push(byte);
        if (byte < 0x80 || bytes.length === 9) break;
      }
      const found = readVarint(Uint8Array.from(bytes));
      if (found === null) return fail('bad-index', 'has a bad number in an xz index');
      crc = crc32(Uint8Array.from(bytes), crc);
      return found.value;
    }
    const count = yield* number();
    if (count !== blocks.count) fail('bad-index', 'has an xz index with another number of blocks than the stream');
    const listed: BlockList = { count: 0, digest: sha256() };
    while (listed.count < count) addBlock(listed, yield* number(), yield* number());
    if (!listed.digest.digest().equals(blocks.digest.digest())) {
      fail('bad-index', 'has an xz index that contradicts its blocks');
    }
    const padding = -(reader.position - start) & 3;
    if (padding > 0) {
      const zeros = yield padding;
      if (zeros.some((byte) => byte !== 0)) fail('bad-index', 'has bad padding in an xz index');
      crc = crc32(zeros, crc);
    }
    const stored = yield 4;
    if (new DataView(stored.buffer, stored.byteOffset).getUint32(0, true) !== crc) {
      fail('bad-checksum', 'has an xz index with a wrong CRC');
    }
  }

  return {
    notices: [],
    write(input, receiver) {
      emit = receiver;
      reader.write(input);
    },
    finish(receiver) {
      if (!mayEnd) fail('truncated', 'ends inside an xz stream');
      if (reader.held > 0) fail('bad-length', 'has xz padding that is not a multiple of four bytes');
      output.flush(receiver);
    },
    window: () => dictionary,
    made: () => ({ streams, blocks: blockCount, dictionary }),
    close() {},
  };
}

function ignore(): void {}

function addBlock(list: BlockList, unpadded: number, uncompressed: number): void {
  list.count += 1;
  list.digest.update(Float64Array.of(unpadded, uncompressed));
}
