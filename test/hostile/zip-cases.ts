// Cases 35 to 43: zip and wheels.
import { deflateRawSync } from 'node:zlib';
import { buildZip, extraField } from '../build/zip.ts';
import type { ZipOptions, ZipSpec } from '../build/zip.ts';
import { refused, sound } from './case.ts';
import type { HostileCase } from './case.ts';

const text = 'text '.repeat(80);
const m: ZipSpec = { name: 'm', content: text };
const n: ZipSpec = { name: 'n', content: 'other' };
const pair = [m, n];
const whole = buildZip(pair);

const zip = (
  what: string,
  specs: readonly ZipSpec[],
  content: number,
  notices?: readonly string[],
  options?: ZipOptions,
) => sound(what, () => buildZip(specs, options), content, notices);
const bad = (what: string, specs: readonly ZipSpec[], error: string, options?: ZipOptions) =>
  refused(what, () => buildZip(specs, options), error);

/** Many directory entries for one member, as a bomb has them. */
function onOneHeader(count: number): Buffer {
  const one = buildZip([{ name: '0', data: deflateRawSync(Buffer.alloc(4 << 20)), size: 4 << 20 }]);
  const at = one.indexOf('PK\x01\x02', 0, 'latin1');
  const central = one.subarray(at, -22);
  const end = Buffer.from(one.subarray(-22));
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length * count, 12);
  return Buffer.concat([one.subarray(0, at), ...Array.from({ length: count }, () => central), end]);
}

const many = Array.from({ length: 70_000 }, (_, at) => ({ name: `${at}`, method: 0, content: 'x' }));
const record = (rows: string): ZipSpec[] => [
  { name: 'x/__init__.py', content: 'pass' },
  { name: 'x-1.dist-info/WHEEL', content: 'Wheel-Version: 1.0\n' },
  { name: 'x-1.dist-info/RECORD', content: rows },
];
const wheel = (what: string, rows: string, notices: readonly string[]) =>
  zip(what, record(rows), 23 + rows.length, notices);

export const zipCases: readonly HostileCase[] = [
  {
    number: 35,
    what: 'zip cut, half of it, with a hole',
    outcome: 'error',
    samples: [
      ...[5, 29, 30, 40, 70, 100, 150, -30, -22, -1].map((length) =>
        refused(`cut at ${length}`, () => whole.subarray(0, length < 0 ? whole.length + length : length), 'truncated'),
      ),
      refused('first half missing', () => whole.subarray(whole.length >> 1), 'unknown-format'),
      refused('hole', () => Buffer.concat([whole.subarray(0, 45), whole.subarray(60)]), 'bad-offset'),
    ],
    tests: [['formats/zip-hostile.test.ts', 'of a zip %s, at every offset']],
  },
  {
    number: 36,
    what: 'checksum and sizes that lie',
    outcome: 'error, never the claimed number',
    samples: [
      bad('CRC', [{ ...m, crc: 1 }], 'bad-checksum'),
      bad('size too small', [{ ...m, size: 399 }], 'wrong-size'),
      bad('size too large', [{ ...m, size: 401 }], 'wrong-size'),
      bad('10^9 for 4,400 bytes', [{ name: 'm', content: 'x'.repeat(4400), size: 1e9 }], 'wrong-size'),
      bad(
        '64 MiB behind 1,000',
        [{ name: 'm', data: deflateRawSync(Buffer.alloc(64 << 20)), size: 1000 }],
        'wrong-size',
      ),
      bad('compressed size too small', [{ ...m, compressed: 5 }], 'truncated'),
      bad('compressed size past the end', [{ ...m, compressed: 1e6 }], 'bad-offset'),
      bad('stored sizes differ', [{ name: 'm', method: 0, content: 'four', size: 5 }], 'wrong-size'),
      bad('no deflate', [{ name: 'm', data: Buffer.alloc(20, 0xff), size: 5 }], 'bad-deflate'),
    ],
    tests: [['formats/zip-hostile.test.ts', 'lies']],
  },
  {
    number: 37,
    what: 'headers that contradict each other, gaps, two zips',
    outcome: 'notice',
    samples: [
      zip('name', [{ ...m, local: { name: 'other' } }], 400, ['local-header-differs']),
      zip('size', [{ ...m, local: { size: 3 } }], 400, ['local-header-differs']),
      zip('method', [{ ...m, local: { method: 0 } }], 400, ['local-header-differs']),
      zip('not in the directory', [m, { ...n, unlisted: true }], 400, ['gap', 'unlisted-member']),
      zip('gap', [m, { ...n, gap: 'gap' }], 405, ['gap']),
      zip('two zips', pair, 405, ['prefix'], { prefix: buildZip([n]) }),
      zip('end record in the comment', pair, 405, ['ambiguous-end'], { comment: buildZip([]) }),
    ],
  },
  {
    number: 38,
    what: 'counts and offsets that lie',
    outcome: 'error, no memory by count',
    samples: [
      bad('count 9 for 2', pair, 'bad-count', { end: { count: 9 } }),
      bad('count 1 for 2', pair, 'bad-count', { end: { count: 1 } }),
      bad('count 65535', pair, 'bad-count', { end: { count: 0xffff } }),
      bad('count 2^53 - 1', pair, 'bad-count', { zip64: true, end: { count: Number.MAX_SAFE_INTEGER } }),
      bad('directory of 4 GiB', pair, 'bad-size', { end: { size: 0xfffffffe } }),
      bad('directory of 2^64 - 1', pair, 'too-large', { zip64: true, end: { size: 2n ** 64n - 1n } }),
      bad('directory at 4 GiB', pair, 'bad-offset', { end: { offset: 0xfffffffe } }),
      bad('directory at 2^63', pair, 'too-large', { zip64: true, end: { offset: 2n ** 63n } }),
      bad('locator to nowhere', pair, 'bad-offset', { zip64: true, locator: { offset: 2 ** 40 } }),
      bad('member past the end', [{ ...m, central: { offset: 1e9 } }], 'bad-offset'),
      bad('split archive', pair, 'unsupported', { end: { disk: 1 } }),
    ],
  },
  {
    number: 39,
    what: '70,000 members',
    outcome: 'plain result; without zip64 a notice',
    samples: [
      zip('with zip64', many, 70_000, [], { zip64: true }),
      zip('with a count that wrapped', many, 70_000, ['entry-count-wrapped']),
    ],
  },
  {
    number: 40,
    what: 'members that overlap',
    outcome: 'error before anything is inflated',
    samples: [
      refused('75 on one header', () => onOneHeader(75), 'overlap'),
      bad('into the next', [{ ...m, compressed: 40 }, n], 'overlap'),
    ],
    tests: [['formats/zip-hostile.test.ts', 'quoted headers']],
  },
  {
    number: 41,
    what: 'encrypted members, unknown methods',
    outcome: 'notice `unreadable-content`; counted by the directory',
    samples: [
      ...[1, 6, 9, 12, 14, 93, 95, 98, 99].map((method) =>
        zip(`method ${method}`, [{ name: 'm', method, content: 'four' }], 4, ['unreadable-content']),
      ),
      ...[0x1, 0x41, 0x2001].map((flags) =>
        zip(`flags ${flags}`, [{ name: 'm', flags, content: 'four' }], 4, ['unreadable-content']),
      ),
    ],
  },
  {
    number: 42,
    what: 'prefix, junk behind, comment, descriptors, old names and dates',
    outcome: 'plain result or a notice',
    samples: [
      zip('interpreter line', pair, 405, [], { prefix: '#!/usr/bin/env python3\n' }),
      zip('shell stub', pair, 405, ['prefix'], { prefix: '#!/bin/sh\nexec unzip $0\n' }),
      bad('Windows executable before it', pair, 'unknown-format', { prefix: 'MZ'.repeat(1000) }),
      zip('junk behind', pair, 405, ['trailing-data'], { trailing: 'junk\n' }),
      zip('comment of 64 KiB', pair, 405, [], { comment: 'c'.repeat(65_535) }),
      ...(['signed', 'bare', 'signed64', 'bare64'] as const).map((descriptor) =>
        zip(`descriptor ${descriptor}`, [{ ...m, descriptor }], 400),
      ),
      zip('descriptor look-alike', [{ name: 'm', method: 0, content: 'PK\x07\x08'.padEnd(40, 'PK') }], 40),
      zip('CP437', [{ name: '\x82\xe9\xff', host: 0, content: 'x' }], 1),
      zip('DOS date 0', [{ ...m, date: 0 }], 400),
      zip('symlink', [{ name: 's', external: (0o120777 << 16) >>> 0, method: 0, content: 'target' }], 0),
      zip('unknown extra field', [{ ...m, extra: extraField(0xbeef, Buffer.from('x')) }], 400),
      zip('broken extra field', [{ ...m, extra: Buffer.from([1, 2, 3]) }], 400),
    ],
    tests: [['formats/zip.test.ts', 'around the members']],
  },
  {
    number: 43,
    what: 'wheels whose RECORD lies',
    outcome: 'notice with `--by package`; duplicates and escaping names as in any archive',
    samples: [
      wheel('not CSV', '<html>\n', ['bad-record']),
      wheel('size in words', 'x/__init__.py,,many\n', ['bad-record']),
      wheel('open quote', '"x/__init__.py,,1\n', ['bad-record']),
      zip('duplicate entry', [m, { name: 'm', content: 'xy' }], 2, ['duplicate-entry']),
      zip('escape', [{ name: '../m', content: 'xy' }], 2, ['path-escape']),
    ],
    tests: [
      ['compare/packages.test.ts', 'with a RECORD that lies get one notice'],
      ['compare/packages.test.ts', 'with a RECORD that cannot be read, or without one'],
    ],
  },
];
