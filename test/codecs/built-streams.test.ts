// xz and bzip2 streams that are built bit by bit, as no program writes them: sound ones decode here and in the program of that name,
// and each lie about a field is refused by both, here with a word for it.
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib, { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bzip2 } from '../../src/codecs/bzip2.ts';
import { openEncoder, parseCompression } from '../../src/codecs/compress.ts';
import { decode } from '../../src/codecs/decode.ts';
import { createFieldReader } from '../../src/codecs/fields.ts';
import type { FieldParser } from '../../src/codecs/fields.ts';
import { gzip } from '../../src/codecs/gzip.ts';
import { xz } from '../../src/codecs/xz.ts';
import { zstdCodec } from '../../src/codecs/zstd.ts';
import { zstdNode } from '../../src/codecs/zstd-node.ts';
import { takeHandle } from '../../src/codecs/zlib-handle.ts';
import { block, frame } from '../build/zstd.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw, runStatus } from '../oracles.ts';
import { decodeAll, formatErrorOf, noise } from './harness.ts';

const folder = tempDirectory('built-streams');

function refusedBy(program: string, bytes: Uint8Array): boolean {
  const path = join(folder, `sample.${program}`);
  writeFileSync(path, bytes);
  return runStatus(program, ['-dcq', path]) !== 0;
}

/** What may be wrong with a stream of one block that holds one stored chunk. */
interface XzLies {
  readonly flags?: number;
  readonly check?: number;
  readonly blockFlags?: number;
  /** Bytes behind the flags of the block header; sizes would come first. */
  readonly fields?: readonly number[];
  readonly chunks?: readonly number[];
  readonly blockPadding?: number;
  readonly sum?: Uint8Array;
  readonly index?: readonly number[];
  readonly indexPadding?: number;
  readonly footerFlags?: readonly number[];
  readonly backward?: number;
}

const content = Buffer.from('stored');
const storedChunk = [1, 0, content.length - 1, ...content, 0];

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function withCrc(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, u32(crc32(bytes))]);
}

/** .xz file format 1.1.0, sections 2 to 4. */
function buildXz(lies: XzLies = {}): Buffer {
  const { check = 1, chunks = storedChunk, fields = [0x21, 1, 8] } = lies;
  const flags = Buffer.from([lies.flags ?? 0, check]);
  const header = Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), withCrc(flags)]);
  const head = Buffer.alloc(4 * Math.ceil((2 + fields.length) / 4));
  Buffer.from([head.length / 4, lies.blockFlags ?? 0, ...fields]).copy(head);
  const padding = Buffer.alloc((4 - (chunks.length % 4)) % 4, lies.blockPadding ?? 0);
  const sum = lies.sum ?? u32(crc32(content));
  const only = Buffer.concat([withCrc(head), Buffer.from(chunks), padding, sum]);
  const unpadded = head.length + 4 + chunks.length + sum.length;
  const records = lies.index ?? [1, unpadded, content.length];
  const listed = Buffer.alloc(4 * Math.ceil((1 + records.length) / 4), lies.indexPadding ?? 0);
  Buffer.from([0, ...records]).copy(listed);
  const index = withCrc(listed);
  const back = u32(lies.backward ?? index.length / 4 - 1);
  const fields2 = Buffer.concat([back, Buffer.from(lies.footerFlags ?? flags)]);
  return Buffer.concat([header, only, index, u32(crc32(fields2)), fields2, Buffer.from('YZ')]);
}

const lastByte = (bytes: Buffer): Buffer => {
  const bent = Buffer.from(bytes);
  bent[11] = (bent[11] ?? 0) ^ 1;
  return bent;
};

/** A block of 200 bytes: its numbers take two bytes in the index, which is padded then. */
const twoHundred = Buffer.alloc(200, 'x');
const larger: XzLies = {
  chunks: [1, 0, 199, ...twoHundred, 0],
  sum: u32(crc32(twoHundred)),
  index: [1, 0xdc, 1, 0xc8, 1],
};

describe('xz', () => {
  const hasXz = requireTool('xz');
  const sizes = [storedChunk.length, content.length];

  it.each<readonly [what: string, lies: XzLies]>([
    ['plain', {}],
    ['with both sizes in the block header', { blockFlags: 0xc0, fields: [...sizes, 0x21, 1, 8] }],
    ['without a check', { check: 0, sum: Buffer.alloc(0) }],
    [
      'with an LZMA2 chunk that is stored and resets nothing',
      { chunks: [1, 0, 2, ...content.subarray(0, 3), 2, 0, 2, ...content.subarray(3), 0] },
    ],
  ])('%s', async (_, lies) => {
    const stream = buildXz(lies);
    expect((await decodeAll(xz, stream)).bytes.equals(content)).toBe(true);
    if (hasXz) expect(runRaw('xz', ['-dc'], { input: stream }).equals(content)).toBe(true);
  });

  it('with a padded index', async () => {
    const stream = buildXz(larger);
    expect((await decodeAll(xz, stream)).bytes.equals(twoHundred)).toBe(true);
    if (hasXz) expect(runRaw('xz', ['-dc'], { input: stream }).equals(twoHundred)).toBe(true);
  });

  it.each<readonly [code: string, message: RegExp, lies: XzLies]>([
    ['unsupported', /reserved flags in an xz stream header/, { flags: 1 }],
    ['unsupported', /reserved flags in an xz stream header/, { check: 16 }],
    ['unsupported', /unknown xz check \(number 2\)/, { check: 2 }],
    ['unsupported', /reserved flags in an xz block header/, { blockFlags: 4 }],
    [
      'bad-header',
      /bad number in an xz block header/,
      { blockFlags: 0x40, fields: [0x80, 0x80, 0x80, 0x80, 0x80, 0x80] },
    ],
    ['bad-header', /bad number in an xz block header/, { blockFlags: 0x40, fields: [0x8a, 0, 0x21, 1, 8] }],
    ['bad-header', /claims to be empty/, { blockFlags: 0x40, fields: [0, 0x21, 1, 8] }],
    ['bad-header', /xz filters in an impossible order/, { fields: [3, 1, 0] }],
    ['bad-header', /xz filters in an impossible order/, { blockFlags: 1, fields: [0x21, 1, 8, 0x21, 1, 8] }],
    ['unsupported', /uses the xz filter 12, which/, { blockFlags: 1, fields: [0x0c, 0, 0x21, 1, 8] }],
    ['bad-header', /bad LZMA2 properties/, { fields: [0x21, 2, 8, 8] }],
    ['bad-header', /bad LZMA2 properties/, { fields: [0x21, 1, 41] }],
    ['bad-header', /padding that is not zero/, { fields: [0x21, 1, 8, 1] }],
    ['bad-length', /sizes are not what its header says/, { blockFlags: 0x40, fields: [9, 0x21, 1, 8] }],
    ['bad-length', /sizes are not what its header says/, { blockFlags: 0x80, fields: [7, 0x21, 1, 8] }],
    ['bad-block', /does not begin with a dictionary reset/, { chunks: [2, 0, 5, ...content, 0] }],
    ['bad-block', /LZMA2 chunk without properties/, { chunks: [...storedChunk.slice(0, -1), 0xa0, 0, 0, 0, 5] }],
    ['bad-block', /unknown LZMA2 chunk/, { chunks: [3, 0, 0, 0] }],
    ['bad-block', /bad padding in an xz block/, { blockPadding: 1 }],
    ['bad-checksum', /wrong check/, { sum: u32(1) }],
    ['bad-index', /another number of blocks/, { index: [2, 12, 6, 12, 6] }],
    ['bad-index', /contradicts its blocks/, { index: [1, 27, 6] }],
    ['bad-index', /bad number in an xz index/, { index: [0x81, 0, 26, 6] }],
    ['bad-index', /bad padding in an xz index/, { ...larger, indexPadding: 1 }],
    ['bad-header', /contradicts its header/, { footerFlags: [0, 4] }],
    ['unsupported', /reserved flags/, { footerFlags: [1, 1] }],
    ['bad-length', /wrong index length/, { backward: 9 }],
  ])('is refused as %s, %s', async (code, message, lies) => {
    const stream = buildXz(lies);
    const error = await formatErrorOf(xz, stream);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
    if (hasXz) expect(refusedBy('xz', stream)).toBe(true);
  });

  it('has a checksum over its own header', async () => {
    expect(await formatErrorOf(xz, lastByte(buildXz()))).toMatchObject({ code: 'bad-checksum' });
  });
});

type Bits = readonly (readonly [value: number, width: number])[];

/** Bits, high first, filled up to a byte. */
function packed(...parts: readonly Bits[]): Buffer {
  const text = parts
    .flat()
    .map(([value, width]) => value.toString(2).padStart(width, '0'))
    .join('');
  return Buffer.from((text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

describe('bzip2', () => {
  const hasBzip2 = requireTool('bzip2');
  const begin: Bits = [
    [0x425a6831, 32], // BZh1
    [0x314159, 24],
    [0x265359, 24],
  ];
  const end: Bits = [
    [0x177245, 24],
    [0x385090, 24],
  ];
  /** The row and column of the one byte `a` that the block uses. */
  const usesA: Bits = [
    [0x8000 >>> 6, 16],
    [0x8000 >>> 1, 16],
  ];
  /** Two tables, `count` selectors that all say the first; codes of 3 symbols: 0, 10 and 11, in both tables. */
  const tables = (count: number): Bits => {
    const table: Bits = [
      [1, 5],
      [0, 1],
      [0b100, 3],
      [0, 1],
    ];
    return [[2, 3], [count, 15], ...Array.from({ length: count }, () => [0, 1] as const), ...table, ...table];
  };
  const [runA, runB, endOfBlock]: Bits = [
    [0, 1],
    [2, 2],
    [3, 2],
  ];
  if (runA === undefined || runB === undefined || endOfBlock === undefined) throw new Error('three symbols');

  /** CRC-32 with the high bit first. */
  function crcOf(bytes: Uint8Array): number {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte << 24;
      for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    }
    return ~crc >>> 0;
  }

  const header = (crc: number): Bits => [
    [crc, 32],
    [0, 1],
    [0, 24],
  ];

  it('of one byte, three times', async () => {
    const crc = crcOf(Buffer.from('aaa'));
    const stream = packed(begin, header(crc), usesA, tables(1), [runA, runA, endOfBlock], end, [[crc, 32]]);
    expect((await decodeAll(bzip2, stream)).bytes.toString()).toBe('aaa');
    if (hasBzip2) expect(runRaw('bzip2', ['-dc'], { input: stream }).toString()).toBe('aaa');
  });

  it('twice, in pieces that end within the second header', async () => {
    const crc = crcOf(Buffer.from('aaa'));
    const stream = packed(begin, header(crc), usesA, tables(1), [runA, runA, endOfBlock], end, [[crc, 32]]);
    for (const step of [1, 3, stream.length + 2]) {
      const decoded = await decodeAll(bzip2, Buffer.concat([stream, stream]), { step });
      expect(decoded.bytes.toString()).toBe('aaaaaa');
      expect(decoded.notices).toEqual([]);
    }
  });

  // A run of 100,000 in bijective base 2, digits of 1 and 2, low ones first.
  const full = (): Bits => {
    const digits: (readonly [number, number])[] = [];
    for (let left = 100_000; left > 0;) {
      const two = left % 2 === 0;
      digits.push(two ? runB : runA);
      left = (left - (two ? 2 : 1)) / 2;
    }
    return digits;
  };

  it.each<readonly [message: RegExp, parts: readonly Bits[]]>([
    [/uses no byte/, [[[0, 16]], tables(1)]],
    [
      /has no selectors/,
      [
        usesA,
        [
          [2, 3],
          [0, 15],
        ],
      ],
    ],
    [/bad number of tables/, [usesA, [[1, 3]]]],
    [/bad number of tables/, [usesA, [[7, 3]]]],
    [
      /bad selector/,
      [
        usesA,
        [
          [2, 3],
          [1, 15],
          [3, 2],
        ],
      ],
    ],
    [
      /bad code length/,
      [
        usesA,
        [
          [2, 3],
          [1, 15],
          [0, 1],
          [0, 5],
        ],
      ],
    ],
    [
      /bad code length/,
      [
        usesA,
        [
          [2, 3],
          [1, 15],
          [0, 1],
          [21, 5],
        ],
      ],
    ],
    [/longer than its level allows/, [usesA, tables(1), Array.from({ length: 17 }, () => runB)]],
    [/points outside itself/, [usesA, tables(1), [endOfBlock]]],
  ])('is refused: %s', async (message, parts) => {
    const stream = packed(begin, header(0), ...parts, [
      [0, 32],
      [0, 32],
    ]);
    const error = await formatErrorOf(bzip2, stream);
    expect([error.code, error.message]).toEqual(['bad-block', expect.stringMatching(message)]);
    if (hasBzip2) expect(refusedBy('bzip2', stream)).toBe(true);
  });

  /** Codes 00, 01, 10 and 11 for RUNA, RUNB, the second byte in order, and the end. */
  const fourSymbols: Bits = [
    [0x8000 >>> 6, 16],
    [(0x8000 >>> 1) | (0x8000 >>> 2), 16],
    [2, 3],
    [2, 15],
    [0, 1],
    [0, 1],
    ...[0, 1].flatMap((): Bits => [
      [2, 5],
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ]),
  ];
  const wide = (symbols: Bits): Bits =>
    symbols.map(([value, width]) => [width === 1 ? 0 : value === 2 ? 1 : 3, 2] as const);

  const allowed = /longer than its level allows/;
  it.each<readonly [what: string, message: RegExp, symbols: Bits]>([
    ['a byte more', allowed, [...wide(full()), [2, 2], [3, 2]]],
    ['a run more', allowed, [...wide(full()).slice(0, -1), [2, 2], ...wide(full()), [2, 2], [3, 2]]],
    [
      'no end in as many symbols as there are selectors for',
      /has no end/,
      Array.from({ length: 100 }, () => [2, 2] as const),
    ],
  ])('is refused: %s', async (_, message, symbols) => {
    const stream = packed(begin, header(0), fourSymbols, symbols, [
      [0, 32],
      [0, 32],
    ]);
    const error = await formatErrorOf(bzip2, stream);
    expect([error.code, error.message]).toEqual(['bad-block', expect.stringMatching(message)]);
    if (hasBzip2) expect(refusedBy('bzip2', stream)).toBe(true);
  });

  it('may be exactly as long as its level allows', async () => {
    const bytes = Buffer.alloc(100_000, 'a');
    // Four equal bytes stand for a run whose further length comes next: so a block of this one byte holds more than itself.
    const told = Buffer.alloc(20_000 * (4 + 97), 'a');
    const crc = crcOf(told);
    const stream = packed(begin, header(crc), usesA, tables(1), [...full(), endOfBlock], end, [[crc, 32]]);
    const decoded = await decodeAll(bzip2, stream);
    expect(decoded.bytes.length).toBe(told.length);
    expect(bytes.length).toBe(100_000);
    if (hasBzip2) expect(runRaw('bzip2', ['-dc'], { input: stream }).equals(decoded.bytes)).toBe(true);
  });
});

describe('zstd of Node, with raw deflate in its place where this Node has none', () => {
  afterEach(() => vi.restoreAllMocks());

  function install(name: string, value: unknown): void {
    const had = Object.hasOwn(zlib, name);
    const before: unknown = Reflect.get(zlib, name);
    Object.defineProperty(zlib, name, { value, configurable: true, writable: true });
    restore.push(() => {
      if (had) Object.defineProperty(zlib, name, { value: before, configurable: true, writable: true });
      else Reflect.deleteProperty(zlib, name);
    });
  }
  const restore: (() => void)[] = [];
  afterEach(() => {
    for (const undo of restore.splice(0)) undo();
  });

  it('is opened with the window, and moves on by what it read and wrote', async () => {
    const asked: unknown[] = [];
    install('createZstdDecompress', (options: unknown) => {
      asked.push(options);
      return zlib.createInflateRaw();
    });
    expect(await zstdNode.load()).toBe(true);
    const stream = zstdNode.open(2 ** 23);
    // ZSTD_d_windowLogMax of zstd.h
    expect(asked).toEqual([{ params: { 100: 23 } }]);
    const output = new Uint8Array(100);
    const input = zlib.deflateRawSync(content);
    const get = Reflect.get.bind(Reflect);
    const named = 'ZSTD_d_windowLogMax';
    vi.spyOn(Reflect, 'get').mockImplementation((target: object, name: PropertyKey): unknown =>
      target === zlib.constants && name === named ? 77 : get(target, name),
    );
    zstdNode.open(2 ** 20).close();
    expect(asked.at(-1)).toEqual({ params: { 77: 20 } });
    stream.step(input, output);
    expect([stream.consumed, stream.produced]).toEqual([input.length, content.length]);
    expect(Buffer.from(output.subarray(0, content.length)).equals(content)).toBe(true);
    stream.close();
  });

  it('is not there where Node has no such function', async () => {
    install('createZstdDecompress', undefined);
    expect(await zstdNode.load()).toBe(false);
    expect(() => zstdNode.open(2 ** 20)).toThrow('this Node has no zstd');
    const codec = zstdCodec('node');
    expect(() => codec.create({ maxWindow: 1, takeBuffer: () => new Uint8Array(1) })).toThrow('was not awaited');
    await expect(codec.prepare()).rejects.toThrow('no zstd decoder could be loaded (node)');
  });

  /** A decoder that makes `made` bytes of each frame of `length` bytes, and checks nothing. */
  function installCareless(length: number, made: number, fault?: string): void {
    install('createZstdDecompress', () => {
      const state = new Uint32Array(2);
      let seen = 0;
      const handle = {
        onerror: (_message: string): void => {},
        writeSync(
          ...[, , , available, , , room]: readonly [number, Uint8Array, number, number, Uint8Array, number, number]
        ): void {
          seen += available;
          if (fault !== undefined && fault !== '') handle.onerror(fault);
          const produced = seen === length && fault === undefined ? made : 0;
          state.set([room - produced, fault === '' ? available : 0]);
        },
        reset() {},
        close() {},
      };
      return { _handle: handle, _writeState: state };
    });
  }

  const told = (contentSize: number): Buffer =>
    frame({ window: 1024, contentSize }, [block('raw', Buffer.from('12345'))]);

  it.each([
    ['makes more than the header tells', 4, 5, undefined, 'bad-length', /more than the 4 bytes that its header tells$/],
    ['makes less than the header tells', 6, 5, undefined, 'bad-length', /of 5 bytes whose header tells 6$/],
    ['neither reads nor writes', 5, 5, '', 'bad-frame', /does not decode$/],
    ['fails', 5, 5, 'its own words', 'bad-frame', /has a corrupt zstd frame \(its own words\)$/],
  ])('is not believed where it %s', async (_, contentSize, made, fault, code, message) => {
    const stream = told(contentSize);
    installCareless(stream.length, made, fault);
    const error = await formatErrorOf(zstdCodec('node'), stream);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
    installCareless(stream.length, 5);
    expect((await decodeAll(zstdCodec('node'), told(5))).bytes).toHaveLength(5);
  });

  it('compresses with the level, the window and the length where the native package is missing', async () => {
    vi.doMock('zstd-napi/binding.js', () => {
      throw new Error('not installed');
    });
    const asked: unknown[] = [];
    install('createZstdCompress', (options: unknown) => {
      asked.push(options);
      return zlib.createDeflateRaw();
    });
    const names = {
      ZSTD_c_compressionLevel: 1,
      ZSTD_c_checksumFlag: 2,
      ZSTD_c_enableLongDistanceMatching: 3,
      ZSTD_c_windowLog: 4,
      ZSTD_e_continue: 0,
      ZSTD_e_end: zlib.constants.Z_FINISH,
    };
    // The constants of zlib cannot be changed, so they are looked up elsewhere.
    const known = new Map<PropertyKey, number>(Object.entries(names));
    const get = Reflect.get.bind(Reflect);
    const looked = vi
      .spyOn(Reflect, 'get')
      .mockImplementation((target: object, name: PropertyKey): unknown =>
        target === zlib.constants && known.has(name) ? known.get(name) : get(target, name),
      );
    const pieces: Buffer[] = [];
    const emit = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece));
    const encoder = await openEncoder(parseCompression('zstd:19:long=24'), content.length, emit);
    encoder.write(content);
    encoder.finish();
    encoder.close();
    expect(asked).toEqual([{ params: { 1: 19, 2: 1, 3: 1, 4: 24 }, pledgedSrcSize: content.length }]);
    expect(zlib.inflateRawSync(Buffer.concat(pieces)).equals(content)).toBe(true);
    await openEncoder(parseCompression('zstd:3'), 7, emit);
    expect(asked.at(-1)).toEqual({ params: { 1: 3, 2: 1 }, pledgedSrcSize: 7 });
    known.clear();
    for (const name of Object.keys(names)) known.set(name, Number.NaN);
    looked.mockImplementation((target: object, name: PropertyKey): unknown =>
      target === zlib.constants && known.has(name) ? undefined : get(target, name),
    );
    await expect(openEncoder(parseCompression('zstd:3'), 7, emit)).rejects.toThrow(/has zstd without ZSTD_c_/);
    install('createZstdCompress', undefined);
    await expect(openEncoder(parseCompression('zstd:3'), 7, emit)).rejects.toThrow(/needs Node 22.15 or later/);
    vi.doUnmock('zstd-napi/binding.js');
  });
});

describe('backends of zstd', () => {
  it('say so where they were not loaded', async () => {
    vi.resetModules();
    const { zstdWasm } = await import('../../src/codecs/zstd-wasm.ts');
    const { zstdNapi } = await import('../../src/codecs/zstd-napi.ts');
    expect(() => zstdWasm.open(2 ** 20)).toThrow('zstddec is not loaded');
    expect(() => zstdNapi.open(2 ** 20)).toThrow('zstd-napi is not loaded');
    expect(await zstdWasm.load()).toBe(true);
    const stream = zstdWasm.open(2 ** 20);
    const output = new Uint8Array(10);
    stream.step(frame({ window: 1024 }, [block('raw', Buffer.from('12345'))]), output);
    expect([stream.produced, Buffer.from(output.subarray(0, 5)).toString()]).toEqual([5, '12345']);
    // Memory is given back once, however often it is closed.
    stream.close();
    expect(() => stream.close()).not.toThrow();
  });
});

describe('gzip', () => {
  it('may have an extra field of no bytes', async () => {
    const plain = zlib.gzipSync(content);
    const stream = Buffer.concat([
      plain.subarray(0, 3),
      Buffer.of(4),
      plain.subarray(4, 10),
      Buffer.of(0, 0),
      plain.subarray(10),
    ]);
    for (const step of [1, stream.length]) {
      expect((await decodeAll(gzip, stream, { step })).bytes.equals(content)).toBe(true);
    }
    if (requireTool('gzip')) expect(runRaw('gzip', ['-dc'], { input: stream }).equals(content)).toBe(true);
  });
});

describe('fields of a stream', () => {
  it('are asked for by a parser that goes on for ever', () => {
    const ends = function* (): FieldParser {
      yield 2;
    };
    const reader = createFieldReader(ends(), 2);
    reader.write(Buffer.from('a'));
    expect([reader.position, reader.held]).toEqual([1, 1]);
    expect(() => reader.write(Buffer.from('b'))).toThrow('the parser ended before its input');
  });
});

describe('marks of gzip', () => {
  it('tell of every byte but header and trailer, however long the stream is', async () => {
    const path = join(folder, 'long.gz');
    const stream = zlib.gzipSync(noise(9_000_000), { level: 0 });
    writeFileSync(path, stream);
    const fd = openSync(path, 'r');
    const input = { fd, head: new Uint8Array(0), position: 0, length: stream.length };
    const { marks = [] } = await decode(gzip, input, { marks: true }, () => {});
    closeSync(fd);
    const costs = [...marks].filter((_, index) => index % 2 === 1);
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBe(stream.length - 18);
    expect(marks.at(-2)).toBe(9_000_000);
  });
});

describe('zstd', () => {
  it('may name dictionary 0, which is none', async () => {
    const codec = zstdCodec();
    const stream = frame({ window: 1024, dictionary: 0 }, [block('raw', content)]);
    expect((await decodeAll(codec, stream)).bytes.equals(content)).toBe(true);
    const error = await formatErrorOf(codec, frame({ window: 1024, dictionary: 7 }, [block('raw', content)]));
    expect(error.code).toBe('unsupported');
  });
});

describe('a file', () => {
  it('may be a pipe, which is closed at its end', async () => {
    const path = join(folder, 'fifo');
    run('mkfifo', [path]);
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writing = openSync(path, 'w');
    writeFileSync(writing, zlib.gzipSync(content));
    closeSync(writing);
    const pieces: Buffer[] = [];
    const input = { fd, head: new Uint8Array(0), position: null, length: null };
    await decode(gzip, input, {}, (piece) => void pieces.push(Buffer.from(piece)));
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
  });

  it('that cannot be read is an error of the input', async () => {
    const path = join(folder, 'write-only');
    writeFileSync(path, 'x');
    const fd = openSync(path, 'w');
    const input = { fd, head: new Uint8Array(0), position: 0, length: null };
    await expect(decode(null, input, {}, () => {})).rejects.toMatchObject({
      name: 'InputError',
      code: 'unreadable',
      message: expect.stringContaining('EBADF'),
    });
    closeSync(fd);
  });
});

describe('the synchronous side of node:zlib', () => {
  it('is said to be missing where a stream has no such handle', () => {
    for (const stream of [
      {},
      { _handle: null },
      { _handle: {}, _writeState: new Uint32Array(2) },
      { _handle: zlib.createGzip() },
    ]) {
      // Sound: stands for a stream of a Node that is made differently.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      expect(() => takeHandle(stream as unknown as ReturnType<typeof zlib.createGzip>)).toThrow(
        /has no synchronous zlib/,
      );
    }
  });
});
