// Whatever stands behind the header of a pyc, the header is read, and what is wrong is said, soon.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { pycCodeInspector } from '../../src/inspectors/pyc/inspector.ts';
import { maxLength } from '../../src/inspectors/pyc/measure.ts';
import type { PycFacts } from '../../src/model/facts.ts';
import { code39, counted, marshal } from '../build/pyc-code.ts';
import { buildPyc } from '../build/pyc.ts';
import { pycSamples } from '../build/pyc-samples.ts';

function factsOf(bytes: Uint8Array): PycFacts {
  const started = cpuTime();
  const facts = pycCodeInspector.inspect(memorySource(bytes), { path: 'm.pyc', size: bytes.length, facts: 'needed' });
  expect(cpuTime() - started).toBeLessThan(4000);
  if (facts.type !== 'pyc') throw new Error('no pyc');
  return facts;
}

function around(rest: Uint8Array): Buffer {
  return buildPyc({ magic: 3425, words: [0, 1, 2], rest });
}

/** Why the code was not read; null where it was. */
function faultOf(rest: Uint8Array): string | null {
  const facts = factsOf(around(rest));
  expect(facts.python).toBe('3.9');
  if (facts.code === undefined || !('unread' in facts.code)) return null;
  expect(facts.code.broken).toBe(true);
  expect(pycCodeInspector.remark?.(facts)?.code).toBe('bad-bytecode');
  return facts.code.unread;
}

describe('hostile bytecode', () => {
  it('reads a code object that was made by hand', () => {
    expect(faultOf(code39({}))).toBeNull();
  });

  it.each([
    ['nothing', Buffer.alloc(0), /needs 1 more bytes.*at byte 16/],
    ['garbage', Buffer.from('garbage'), /unknown type 0x67|needs|type/],
    ['no code', marshal.none, /holds no code/],
    ['more behind the code', Buffer.concat([code39({}), Buffer.from('NN')]), /2 bytes after its code/],
    ['a tuple of 2^31 objects', code39({ consts: [counted('(', 2 ** 31)] }), /2147483648 objects in/],
    ['a tuple of 2^32 - 1 objects', code39({ consts: [counted('[', 2 ** 32 - 1)] }), /4294967295 objects in/],
    ['a string of 2^31 bytes', code39({ consts: [counted('s', 2 ** 31)] }), /needs 2147483648 more bytes/],
    ['a number of 2^31 digits', code39({ consts: [counted('l', 2 ** 31)] }), /number of 2147483648 digits/],
    ['a number of 2^30 digits', code39({ consts: [counted('l', 2 ** 30)] }), /number of 1073741824 digits/],
    ['a reference to nothing', code39({ consts: [marshal.reference(7)] }), /refers to object 7 of 0/],
    [
      'a tuple in itself',
      code39({ consts: [marshal.flagged(marshal.tuple(marshal.reference(0)))] }),
      /contains itself/,
    ],
    ['a code object in itself', marshal.flagged(code39({ consts: [marshal.reference(0)] })), /contains itself/],
    ['depth 100,000', Buffer.alloc(500_000, marshal.tuple(marshal.none).subarray(0, 5)), /deeper than 1000 levels/],
    ['a dictionary without end', Buffer.from('{NN'), /needs 1 more bytes/],
    ['dictionaries 100,000 deep', Buffer.alloc(100_000, '{'), /deeper than 1000 levels/],
  ])('%s', (_what, rest, message) => {
    expect(faultOf(rest)).toMatch(message);
  });

  it('takes depth that is allowed', () => {
    let object: Buffer = marshal.none;
    for (let depth = 0; depth < 990; depth++) object = Buffer.concat([counted('(', 1), object]);
    expect(faultOf(code39({ consts: [object] }))).toBeNull();
  });

  it('gives up on millions of objects, on parts that many code objects share, and on files that are too long', () => {
    const many = Buffer.concat([counted('(', 3_000_000), Buffer.alloc(3_000_000, 'N')]);
    expect(faultOf(code39({ consts: [many] }))).toMatch(/more than 2097152 objects/);
    const shared = marshal.flagged(marshal.bytes(Buffer.alloc(1_000_000)));
    const users = Array.from({ length: 5000 }, () => codeThatRefers());
    expect(faultOf(code39({ consts: [shared, ...users] }))).toMatch(/too many code objects/);
    const long = around(Buffer.alloc(maxLength));
    expect(factsOf(long).code).toMatchObject({ broken: true });
  });

  it('is not slowed down by asserts without end', () => {
    // LOAD_ASSERTION_ERROR 300,000 times, all in one line, with and without a raise at the end.
    for (const last of [83, 130]) {
      const code = Buffer.concat([Buffer.alloc(600_000, Buffer.from([74, 0])), Buffer.from([last, 1])]);
      expect(faultOf(code39({ code }))).toBeNull();
    }
  });

  it('is not slowed down by what 3.10 looks at: one tuple, one text or one jump that many refer to', () => {
    const by310 = (rest: Uint8Array): PycFacts => factsOf(buildPyc({ magic: 3439, words: [0, 1, 2], rest }));
    const nothing = Array.from({ length: 253 }, () => marshal.none);
    const tuple = marshal.flagged(Buffer.concat([Buffer.from([0x29, 255]), Buffer.alloc(255 * 5, marshal.number(7))]));
    const many = Buffer.concat([counted('(', 2_000_000), Buffer.alloc(10_000_000, marshal.reference(0))]);
    // An assert, so that there is something to compute.
    const assert = Buffer.from([100, 2, 115, 4, 74, 0, 130, 1, 100, 2, 83, 0]);
    const lines = Buffer.from([12, 0]);
    expect(by310(code39({ code: assert, lines, consts: [tuple, many, ...nothing] })).code).toMatchObject({
      levels: [0],
    });

    const text = marshal.flagged(Buffer.concat([counted('u', 4_000_000), Buffer.alloc(4_000_000, 'x')]));
    const user = code39({
      flags: 3,
      code: Buffer.from([100, 1, 83, 0]),
      consts: [marshal.reference(0), marshal.none],
      lines,
    });
    user.write('function', user.indexOf('<module>'));
    const users = Array.from({ length: 2000 }, () => user);
    expect(by310(code39({ consts: [text, ...users] })).code).toMatchObject({ docstrings: 4_000_005 });

    // Asserts that end in one raise, and behind it a jump with what looks like its caches.
    const asserts = Buffer.alloc(200_000, Buffer.from([74, 0]));
    const code = Buffer.concat([
      asserts,
      Buffer.from([130, 1, 110, 0]),
      Buffer.alloc(1_000_000),
      Buffer.from([100, 0, 83, 0]),
    ]);
    const table = Buffer.alloc(2 * Math.ceil(code.length / 254), Buffer.from([254, 0]));
    expect(by310(code39({ code, lines: table })).code).toMatchObject({ levels: [0] });
  });

  it.each(pycSamples)('survives a pyc of $python that is cut anywhere or damaged', ({ pyc }) => {
    const whole = Buffer.from(pyc, 'base64');
    for (let length = 16; length < whole.length; length++) {
      expect(factsOf(whole.subarray(0, length)).code).toMatchObject({ broken: true });
    }
    const at = fc.integer({ min: 16, max: whole.length - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(at, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }), (edits) => {
        const bytes = Buffer.from(whole);
        for (const [offset, value] of edits) bytes[offset] = value;
        const { code } = factsOf(bytes);
        if (code === undefined || 'unread' in code) return;
        for (const bytesOf of [code.docstrings, code.lineTables, code.exceptionTables, code.optimized]) {
          expect(bytesOf).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('says of versions that are not understood only that they are not', () => {
    const facts = factsOf(buildPyc({ magic: 3320, words: [1, 2] }));
    expect(facts.code).toEqual({ unread: 'is of a version whose bytecode is not understood', broken: false });
    expect(pycCodeInspector.remark?.(facts)).toBeNull();
  });
});

/** A code object whose instructions are object 0. */
function codeThatRefers(): Buffer {
  const whole = code39({ code: Buffer.alloc(0) });
  return Buffer.concat([whole.subarray(0, 25), marshal.reference(0), whole.subarray(30)]);
}
