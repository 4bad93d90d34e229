// Cases 25 to 34: gzip, zstd, xz, bzip2, and what is none of them.
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { buildTar } from '../build/tar.ts';
import { buildZip } from '../build/zip.ts';
import { block, emptyFrame, frame, skippable } from '../build/zstd.ts';
import { refused, sound } from './case.ts';
import type { HostileCase, HostileSample } from './case.ts';
import { compressedTar } from './compressed.ts';

const tar = buildTar([{ name: 'a', content: 'hello' }]);
const gzip = gzipSync(tar);

function patched(bytes: Uint8Array, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const place = at < 0 ? copy.length + at : at;
  copy[place] = change(copy[place] ?? 0) & 0xff;
  return copy;
}

const flipped = (bytes: Uint8Array, at: number): Buffer => patched(bytes, at, (byte) => byte ^ 1);

function cuts(bytes: Uint8Array, lengths: readonly number[]): HostileSample[] {
  return lengths.map((length) => {
    const at = length < 0 ? bytes.length + length : length;
    return refused(`cut at ${length}`, () => bytes.subarray(0, at), 'truncated');
  });
}

/** A gzip member around any deflate stream, with the trailer of `content`. */
function member(deflated: Uint8Array, content: Uint8Array): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length, 4);
  return Buffer.concat([Buffer.from('1f8b0800000000000003', 'hex'), deflated, trailer]);
}

/** FEXTRA, FNAME, FCOMMENT and FHCRC, all of them. */
function fullHeader(): Buffer {
  const head = Buffer.from('1f8b081e0000000000030400616200006e616d6500636f6d6d656e7400', 'hex');
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc32(head) & 0xffff);
  return Buffer.concat([head, sum, deflateRawSync(tar), gzip.subarray(-8)]);
}

/** A zstd frame around the tar, its header as told. */
function framed(options: Partial<Parameters<typeof frame>[0]> = {}): Buffer {
  return frame({ window: 1 << 17, ...options }, [block('raw', tar)]);
}

/** An xz stream that claims another dictionary. */
function dictionary(code: number): Buffer {
  const bytes = compressedTar('xz');
  bytes[16] = code;
  bytes.writeUInt32LE(crc32(bytes.subarray(12, 20)), 20);
  return bytes;
}

const xz = compressedTar('xz');
const zstd = compressedTar('zstd');

/** 1 GiB in 32 KB: run-length blocks of 128 KiB. */
function runs(count: number): Buffer {
  const header = buildTar([{ name: 'zeros', size: count * 131_072 }], Buffer.alloc(0));
  const blocks = Array.from({ length: count }, () => block('rle', 0, 131_072));
  return frame({ window: 1 << 17 }, [block('raw', header), ...blocks, block('rle', 0, 1024)]);
}

function nested(depth: number, wrap: (bytes: Buffer) => Buffer, start: Buffer): Buffer {
  let bytes = start;
  for (let level = 0; level < depth; level++) bytes = wrap(bytes);
  return bytes;
}

const refusedFormats: readonly (readonly [what: string, hex: string])[] = [
  ['lz4', '04224d18aabbccdd'],
  ['lzip', '4c5a495001'],
  ['.Z', '1f9d90'],
  ['7z', '377abcaf271c0004'],
  ['rar', '526172211a0700cf'],
  ['cab', '4d53434600000000'],
  ['cpio', '303730373031'],
  ['rpm', 'edabeedb03000000'],
  ['xar', '78617221001c0001'],
  ['squashfs', '68737173'],
  ['lzma', '5d00008000ffffffff'],
];

export const compressionCases: readonly HostileCase[] = [
  {
    number: 25,
    what: 'gzip cut, or broken anywhere',
    outcome: 'error',
    samples: [
      ...cuts(gzip, [3, 9, 10, 11, 20, 40, -20, -9, -8, -5, -4, -1]),
      refused('CRC', () => flipped(gzip, -8), 'bad-checksum'),
      refused('length', () => flipped(gzip, -4), 'bad-length'),
      refused('method 7', () => patched(gzip, 2, () => 7), 'unknown-format'),
      refused('reserved flag', () => patched(gzip, 3, () => 0x20), 'bad-header'),
      refused(
        'stored block that contradicts itself',
        () => member(Buffer.from('0105000000', 'hex'), tar),
        'bad-deflate',
      ),
      refused('reserved block', () => member(Buffer.from([7]), tar), 'bad-deflate'),
      // Fixed codes: a length of 3 at distance 1 before anything was written.
      refused('far reference', () => member(Buffer.from('030200', 'hex'), tar), 'bad-deflate'),
      refused(
        'no final block',
        () => Buffer.concat([gzip.subarray(0, 10), Buffer.from('000000ffff', 'hex')]),
        'truncated',
      ),
    ],
    tests: [
      ['codecs/gzip.test.ts', 'refuses every truncation'],
      ['codecs/gzip.test.ts', 'never decodes flipped bits to something else'],
    ],
  },
  {
    number: 26,
    what: 'gzip members in a row, header fields, what follows',
    outcome: 'plain result; trailing garbage a notice',
    samples: [
      sound('two members', () => Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]), 5),
      sound(
        '200 members',
        () =>
          Buffer.concat(
            Array.from({ length: 200 }, (_, at) =>
              gzipSync(tar.subarray(at * 10, at === 199 ? undefined : at * 10 + 10)),
            ),
          ),
        5,
      ),
      sound('empty member first', () => Buffer.concat([gzipSync(''), gzip]), 5),
      sound('all header fields', fullHeader, 5),
      sound('zeros behind', () => Buffer.concat([gzip, Buffer.alloc(1000)]), 5),
      sound('garbage behind', () => Buffer.concat([gzip, Buffer.from('garbage')]), 5, ['trailing-garbage']),
    ],
  },
  {
    number: 27,
    what: 'sound wrapper, bad content',
    outcome: 'error',
    samples: [
      refused('text', () => gzipSync('just text\n'), 'unknown-format'),
      refused('nothing', () => gzipSync(''), 'empty'),
      refused('tar that is cut', () => gzipSync(tar.subarray(0, 515)), 'truncated'),
      refused('zip that is cut', () => gzipSync(buildZip([{ name: 'a', content: 'x' }]).subarray(0, 40)), 'truncated'),
      refused('gzip', () => gzipSync(gzip), 'unknown-format'),
    ],
  },
  {
    number: 28,
    what: 'zstd cut, or broken anywhere',
    outcome: 'error',
    samples: [
      ...cuts(zstd, [4, 5, 6, 8, 9, 20, 40, -10, -4, -1]),
      refused('checksum', () => flipped(zstd, -1), ['bad-checksum', 'bad-frame']),
      refused('reserved bit', () => framed({ descriptor: 8 }), 'bad-header'),
      refused('reserved block', () => frame({ window: 1 << 17 }, [block('reserved', tar)]), 'bad-block'),
      refused('content size too small', () => framed({ contentSize: tar.length - 1 }), 'bad-frame'),
      refused('content size too large', () => framed({ contentSize: tar.length + 1 }), 'bad-frame'),
      refused('content size 2^40', () => framed({ contentSize: 2 ** 40 }), 'bad-frame'),
      refused('dictionary', () => framed({ dictionary: 7 }), 'unsupported'),
      refused('text behind', () => Buffer.concat([framed(), Buffer.from('text')]), 'bad-magic'),
    ],
    tests: [['codecs/zstd.test.ts', 'refuses broken frames and says where']],
  },
  {
    number: 29,
    what: 'zstd windows',
    outcome: '128 MiB plain result; above, an error that names `--max-window`',
    samples: [
      sound('128 MiB', () => framed({ window: 2 ** 27 }), 5),
      refused('256 MiB', () => framed({ window: 2 ** 28 }), 'window-too-large'),
      refused('2 GiB', () => framed({ window: 2 ** 31 }), 'window-too-large'),
      refused('3.75 TiB', () => framed({ window: 3.75 * 2 ** 40 }), 'window-too-large'),
    ],
  },
  {
    number: 30,
    what: 'zstd frames in a row',
    outcome: 'plain result',
    samples: [
      sound(
        'two frames',
        () =>
          Buffer.concat([
            frame({ window: 1024 }, [block('raw', tar.subarray(0, 1000))]),
            frame({ window: 1024 }, [block('raw', tar.subarray(1000, 2000)), block('raw', tar.subarray(2000))]),
          ]),
        5,
      ),
      sound('skippable first', () => Buffer.concat([skippable(0, Buffer.from('x')), framed()]), 5),
      sound('skippable last', () => Buffer.concat([framed(), skippable(15, Buffer.alloc(70_000))]), 5),
      sound(
        '100,000 empty frames',
        () => Buffer.concat([...Array.from({ length: 100_000 }, () => emptyFrame), framed()]),
        5,
      ),
      sound(
        '300,000 empty blocks',
        () =>
          frame({ window: 1 << 17 }, [
            ...Array.from({ length: 300_000 }, () => block('raw', Buffer.alloc(0))),
            block('raw', tar),
          ]),
        5,
      ),
    ],
  },
  {
    number: 31,
    what: 'ratio bombs',
    outcome: 'plain result with flat memory',
    samples: [
      sound('1 GiB in 32 KB of zstd', () => runs(8192), 2 ** 30),
      sound(
        '256 MiB of gzip',
        () =>
          Buffer.concat([
            gzipSync(buildTar([{ name: 'zeros', size: 2 ** 28 }], Buffer.alloc(0))),
            ...Array.from({ length: 16 }, () => megabytes),
            gzipSync(Buffer.alloc(1024)),
          ]),
        2 ** 28,
      ),
    ],
    tests: [
      ['codecs/gzip.test.ts', 'decodes a gigabyte of zeros with flat memory'],
      ['codecs/zstd.test.ts', 'decodes a gigabyte from 32 KB with flat memory'],
      ['codecs/xz.test.ts', 'decodes a large run with flat memory'],
      ['codecs/bzip2.test.ts', 'decodes a large run with flat memory'],
      ['cli/bad-input.test.ts', 'unpacked bytes outside of members'],
    ],
  },
  {
    number: 32,
    what: 'xz: cut, broken, padded, of all checks, with huge dictionaries',
    outcome: 'error; sound forms plain result',
    samples: [
      ...cuts(xz, [12, 14, 24, 60, -30, -12, -1]),
      refused('header CRC', () => flipped(xz, 9), 'bad-checksum'),
      refused('block header CRC', () => flipped(xz, 20), 'bad-checksum'),
      refused('check', () => flipped(xz, -32), 'bad-checksum'),
      refused('index CRC', () => flipped(xz, -13), 'bad-checksum'),
      refused('footer CRC', () => flipped(xz, -12), 'bad-checksum'),
      refused('footer magic', () => flipped(xz, -1), 'bad-header'),
      refused('padding of 3', () => Buffer.concat([xz, Buffer.alloc(3)]), 'bad-length'),
      refused('junk behind', () => Buffer.concat([xz, Buffer.from('junk')]), 'bad-magic'),
      refused('dictionary of 1.5 GiB', () => dictionary(37), 'window-too-large'),
      refused('dictionary of 4 GiB', () => dictionary(40), 'window-too-large'),
      sound('CRC64', () => xz, 5),
      sound('SHA-256', () => compressedTar('xzSha256'), 5),
      sound('no check', () => compressedTar('xzUnchecked'), 5),
      sound('CRC32, three blocks', () => compressedTar('xzCrc32Blocks'), 5),
      sound('padding of 8', () => Buffer.concat([xz, Buffer.alloc(8)]), 5),
      sound('two streams', () => Buffer.concat([xz, Buffer.alloc(4), compressedTar('xzUnchecked')]), 5, [
        'data-after-end',
      ]),
    ],
    tests: [['codecs/xz.test.ts', 'refuses dictionary code']],
  },
  {
    number: 33,
    what: 'names that lie, formats that are not read',
    outcome: 'read by magic; error that names the format',
    samples: [
      { ...sound('.tar.gz is zstd', () => zstd, 5), file: 'a.tar.gz' },
      { ...sound('.zip is gzip', () => gzip, 5), file: 'a.zip' },
      { ...sound('.tar is xz', () => xz, 5), file: 'a.tar' },
      { ...sound('.deb is bzip2', () => compressedTar('bzip2'), 5), file: 'a.deb' },
      sound('zstd without a checksum', () => compressedTar('zstdUnchecked'), 5),
      ...refusedFormats.map(([what, hex]) => refused(what, () => Buffer.from(hex, 'hex'), 'unknown-format')),
    ],
    tests: [['cli/bad-input.test.ts', 'a disk image is no tar']],
  },
  {
    number: 34,
    what: 'archives in archives',
    outcome: 'files, not opened; a second compression is an error',
    samples: [
      refused('gzip five deep', () => nested(5, (bytes) => gzipSync(bytes), tar), 'unknown-format'),
      sound(
        'tar in tar 50 deep',
        () => nested(50, (content) => buildTar([{ name: 'in.tar', content }]), tar),
        77_312,
        [],
      ),
      sound(
        'zip in zip 100 deep',
        () => nested(100, (content) => buildZip([{ name: 'in.zip', content, method: 0 }]), buildZip([])),
        10_912,
        [],
      ),
    ],
  },
];

/** 16 MiB of zeros in 16 KB. */
const megabytes = gzipSync(Buffer.alloc(2 ** 24));
