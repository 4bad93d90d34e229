// Whatever bytes an inspector gets, it gives facts or throws a FormatError, and soon.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { inspectors } from '../../src/inspectors/index.ts';
import { buildAr } from '../build/ar.ts';
import { buildElf } from '../build/elf.ts';
import { buildPyc } from '../build/pyc.ts';

function survives(bytes: Uint8Array, path: string): void {
  for (const inspector of inspectors) {
    const started = cpuTime();
    try {
      inspector.inspect(memorySource(bytes), { path, size: bytes.length, facts: 'all' });
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
    expect(cpuTime() - started).toBeLessThan(2000);
  }
}

const sections = [
  { name: '.group', type: 17, link: 6, info: 1, align: 4, entsize: 4, content: Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]) },
  { name: '.text', flags: 0x206, addr: 0x200, content: 'some code', align: 16 },
  { name: '.rela.text', type: 4, flags: 0x40, link: 6, info: 2, entsize: 24, content: Buffer.alloc(48) },
  { name: '.debug_info', content: 'debug data' },
  { name: '.gnu.build.attributes', type: 7, content: Buffer.from('0800000000000000000100004741240133613100', 'hex') },
];
const symbols = [{ name: 'one' }, { name: 'two_one', shndx: 2 }, { name: '', type: 3, bind: 0, shndx: 2 }];
const object = buildElf({ sections, symbols });
const shared = buildElf({ sections, symbols, type: 3, load: true });
const samples: readonly Buffer[] = [
  object,
  shared,
  buildElf({ sections, symbols, class: 32, endian: 'big', type: 2, load: true }),
  buildElf({ sections, symbols, extended: true }),
  buildAr([
    { name: '/', content: '\0\0\0\0' },
    { name: '//', content: 'long-name-of-an-object.o/\n' },
    { name: '/0', content: object },
  ]),
  buildAr([
    { name: '#1/4', content: 'a.o\0' },
    { name: 'b.o/', content: shared },
  ]),
  buildPyc({ magic: 3425, words: [0, 1, 2] }),
];

describe('inspectors', () => {
  it('survive arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(bytes, 'x.pyc')),
      { numRuns: 300 },
    );
  });

  it('survive arbitrary bytes behind a magic', () => {
    const magics = ['\x7fELF\x02\x01\x01', '\x7fELF\x01\x02\x01', '!<arch>\n', '!<thin>\n', '\x61\x0d\x0d\x0a'];
    fc.assert(
      fc.property(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 400 }), (magic, bytes) =>
        survives(Buffer.concat([Buffer.from(magic, 'latin1'), bytes]), 'x.pyc'),
      ),
      { numRuns: 500 },
    );
  });

  it('survive damaged files', () => {
    const change = fc.record({
      at: fc.nat(),
      value: fc.constantFrom(0, 1, 2, 4, 8, 0x7f, 0x80, 0xff),
      length: fc.constantFrom(1, 1, 2, 4, 8),
    });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 4 }), (sample, changes) => {
        const bytes = Buffer.from(sample);
        for (const { at, value, length } of changes)
          bytes
            .subarray(at % bytes.length)
            .subarray(0, length)
            .fill(value);
        survives(bytes, 'x.pyc');
      }),
      { numRuns: 3000 },
    );
  });

  it('survive every byte of a header set to its extremes', () => {
    for (const sample of samples.slice(0, 4)) {
      for (let at = 0; at < sample.length; at++) {
        for (const value of [0, 0xff]) {
          const bytes = Buffer.from(sample);
          bytes[at] = value;
          survives(bytes, 'x.so');
        }
      }
    }
  });

  it('survive damage to the tables of a real program', () => {
    const program = readFileSync('/proc/self/exe').subarray(0, 1 << 16);
    fc.assert(
      fc.property(fc.nat(0x1000), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(program);
        bytes[at] = value;
        survives(bytes, 'node');
      }),
      { numRuns: 50 },
    );
  });
});
