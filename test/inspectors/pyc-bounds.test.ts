// Bytecode by hand, for what no compiler writes and what takes too much to compile: each bound from both sides.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { lengthBefore } from '../../src/inspectors/pyc/edit.ts';
import { headerLength, pycInspector } from '../../src/inspectors/pyc/header.ts';
import { pycCodeInspector } from '../../src/inspectors/pyc/inspector.ts';
import { spansOf } from '../../src/inspectors/pyc/lines.ts';
import { maxLength, measureCode } from '../../src/inspectors/pyc/measure.ts';
import type { PycCode, UnreadCode } from '../../src/model/facts.ts';
import { code39, counted, marshal } from '../build/pyc-code.ts';
import type { CodeSpec } from '../build/pyc-code.ts';
import { pycSamples } from '../build/pyc-samples.ts';
import { buildPyc } from '../build/pyc.ts';

const [python38, python39, python310] = [3413, 3425, 3439];

function measured(rest: Uint8Array, magic = python39): PycCode | UnreadCode {
  return measureCode(buildPyc({ magic, words: [0, 1, 2], rest }), 16, magic);
}

function read(spec: CodeSpec, magic = python39): PycCode {
  const found = measured(code39(spec), magic);
  if ('unread' in found) throw new Error(found.unread);
  return found;
}

function unread(rest: Uint8Array): string | null {
  const found = measured(rest);
  return 'unread' in found ? found.unread : null;
}

// Instructions of 3.8 and 3.9.
const [nop, popTop, store, load, prefix, forward, ifTrue, global, raise, assertion] = [
  9, 1, 90, 100, 144, 110, 115, 116, 130, 74,
];

function code(...pairs: readonly (readonly [number, number])[]): Buffer {
  return Buffer.from(pairs.flat());
}

describe('asserts by hand', () => {
  const names = [marshal.text('AssertionError')];
  const levels = (...pairs: readonly (readonly [number, number])[]): readonly number[] =>
    read({ code: code(...pairs), names, flags: 0x43 }, python38).levels;

  it('jump over what they raise', () => {
    expect(levels([101, 0], [ifTrue, 8], [global, 0], [raise, 1], [load, 0], [83, 0])).toEqual([0]);
    // What jumps farther, or to code that jumps nowhere, is no assert.
    expect(levels([101, 0], [ifTrue, 10], [global, 0], [raise, 1], [load, 0], [83, 0])).toEqual([0, 1, 2]);
    expect(levels([101, 0], [ifTrue, 10], [global, 0], [raise, 1], [forward, 0], [83, 0])).toEqual([0]);
  });

  it('of chained comparisons pop what is left of them behind a jump', () => {
    const rest = [
      [global, 0],
      [raise, 1],
      [83, 0],
    ] as const;
    expect(levels([ifTrue, 10], [forward, 2], [popTop, 0], ...rest)).toEqual([0]);
    expect(levels([ifTrue, 10], [forward, 2], [nop, 0], ...rest)).toEqual([0, 1, 2]);
    expect(levels([ifTrue, 10], [nop, 2], [popTop, 0], ...rest)).toEqual([0, 1, 2]);
  });

  it('have a line', () => {
    const body = code([101, 0], [ifTrue, 8], [assertion, 0], [raise, 1], [load, 0], [83, 0]);
    expect(read({ code: body, lines: Buffer.from([12, 1]) }, python310).levels).toEqual([0]);
    expect(read({ code: body, lines: Buffer.from([12, 0x80]) }, python310).levels).toEqual([0, 1, 2]);
    expect(read({ code: body, lines: Buffer.alloc(0) }, python310).levels).toEqual([0, 1, 2]);
  });

  it('stand in functions without constants, too', () => {
    const body = code([101, 0], [ifTrue, 8], [assertion, 0], [raise, 1], [83, 0]);
    expect(read({ code: body, consts: [], flags: 0x43, lines: Buffer.from([0, 1]) }).levels).toEqual([0]);
  });
});

describe('docstrings by hand', () => {
  const spec = (before: number, more: CodeSpec = {}): CodeSpec => ({
    code: code(...Array.from({ length: before }, () => [nop, 0] as const), [load, 1], [store, 0], [load, 0], [83, 0]),
    consts: [marshal.none, marshal.text('text')],
    names: [marshal.text('__doc__')],
    ...more,
  });

  it('are stored by one of the first 24 instructions', () => {
    expect(read(spec(0)).docstrings).toBe(6);
    expect(read(spec(22)).docstrings).toBe(6);
    expect(read(spec(23)).docstrings).toBe(0);
  });

  it('need no line', () => {
    expect(read(spec(0, { lines: Buffer.alloc(0) }), python310).docstrings).toBe(6);
    expect(read(spec(0, { lines: Buffer.from([2, 0]) }), python310).docstrings).toBe(6);
  });
});

describe('prefixes by hand', () => {
  it.each([
    [255, 0],
    [256, 2],
    [257, 0],
    [65_535, 0],
    [65_536, 2],
    [65_537, 0],
  ])('of the constant at %i become %i bytes shorter where the first one goes', (index, saved) => {
    const prefixes =
      index < 256
        ? []
        : index < 65_536
          ? [[prefix, index >>> 8]]
          : [
              [prefix, 1],
              [prefix, 0],
            ];
    const whole = code39({
      code: Buffer.concat([
        code([101, 0], [ifTrue, 12], [assertion, 0], [load, 0], [131, 1], [raise, 1]),
        Buffer.from(prefixes.flat()),
        code([load, index & 255], [83, 0]),
      ]),
      consts: [marshal.text('m'), ...Array.from({ length: 70_000 }, () => marshal.none)],
    });
    const found = measured(whole);
    // The assert has six instructions, and its message three bytes.
    expect(found).toMatchObject({ levels: [0], optimized: 16 + whole.length - 12 - 3 - saved });
  });
});

describe('a NOP', () => {
  it('moves what stands behind it', () => {
    const edit = { gone: [], nop: { at: 4, line: 1 } };
    expect([0, 2, 4, 6].map((at) => lengthBefore(edit, at))).toEqual([0, 2, 4, 8]);
  });
});

describe('line tables by hand', () => {
  const lines = (table: readonly number[], length: number, minor: number): unknown =>
    spansOf(Uint8Array.from(table), length, minor).map(({ at, end, line }) => [at, end, line]);

  it('are as long as their pairs', () => {
    expect(lines([4, 1, 2], 8, 9)).toEqual([
      [0, 4, 0],
      [4, 8, 1],
    ]);
    expect(lines([4, 1, 2], 8, 10)).toEqual([[0, 4, 1]]);
  });

  it('have no line behind the code', () => {
    expect(lines([10, 1], 10, 9)).toEqual([[0, 10, 0]]);
  });

  it('begin a line where its pair stands, however the steps before it are cut', () => {
    expect(lines([255, 0, 255, 0, 0, 1], 512, 9)).toEqual([
      [0, 510, 0],
      [510, 512, 1],
    ]);
    expect(lines([0, 1, 10, 127, 0, 73], 12, 9)).toEqual([
      [0, 10, 1],
      [10, 12, 201],
    ]);
  });

  it('have numbers of six bytes', () => {
    const number = (length: number): number[] => [...Array.from({ length: length - 1 }, () => 0x40), 2];
    expect(lines([0xe8, ...number(6)], 2, 11)).toEqual([[0, 2, 64 ** 5]]);
    expect(lines([0xe8, ...number(7)], 2, 11)).toEqual([[0, 2, 0]]);
  });
});

describe('marshal by hand', () => {
  /** The code object is the first level, its constants are the second. */
  function nested(levels: number): Buffer {
    const tuples = Array.from({ length: levels - 2 }, () => counted('(', 1));
    return code39({ consts: [Buffer.concat([...tuples, marshal.none])] });
  }

  it('nests as deep as it may', () => {
    expect(unread(nested(1000))).toBeNull();
    expect(unread(nested(1001))).toMatch(/deeper than 1000 levels/);
  });

  it('has as many objects as it may', () => {
    // Code, instructions, constants, names, three empty tuples, file, name and lines are ten.
    const many = (count: number): Buffer => code39({ consts: [Buffer.alloc(count - 1, 'N'), marshal.none] });
    const withCount = (count: number): Buffer => {
      const whole = many(count);
      whole.writeUInt32LE(count, whole.indexOf('(') + 1);
      return whole;
    };
    expect(unread(withCount(2 ** 21 - 10))).toBeNull();
    expect(unread(withCount(2 ** 21 - 9))).toMatch(/more than 2097152 objects/);
  });

  it('counts what may just be there', () => {
    expect(unread(marshal.tuple(marshal.none))).toMatch(/holds no code/);
    const whole = code39({ consts: [counted('l', 1)] });
    const digits = whole.indexOf('l') + 1;
    whole.writeUInt32LE(16 + whole.length, digits);
    expect(unread(whole)).toMatch(/needs \d+ more bytes/);
    whole.writeUInt32LE(16 + whole.length + 1, digits);
    expect(unread(whole)).toMatch(/a number of \d+ digits/);
  });

  it('has as many instructions as it may', () => {
    // With five bytes for the type and the length.
    expect(unread(code39({ code: Buffer.alloc(2 ** 21 - 5, nop) }))).toBeNull();
    expect(unread(code39({ code: Buffer.alloc(2 ** 21 - 4, nop) }))).toMatch(/2097153 bytes of instructions/);
  });

  it('shares parts among as many code objects as it may', () => {
    const users = 9;
    const build = (length: number): Buffer => {
      const whole = code39({ code: Buffer.alloc(0) });
      const user = Buffer.concat([whole.subarray(0, 25), marshal.reference(0), whole.subarray(30)]);
      const shared = marshal.flagged(marshal.bytes(Buffer.alloc(length)));
      return code39({ code: Buffer.alloc(0), consts: [shared, ...Array.from({ length: users }, () => user)] });
    };
    // Of each code object the parts count with what they are made of: the instructions, six tuples and strings of five bytes, a name
    // of six and one of ten bytes, and its constants. That may come to eight times the file, and 65,536 more.
    const others = 6 * 5 + 6 + 10;
    const work = (length: number): number => users * (5 + length + others + 1) + (5 + others + users + 1);
    const most = (length: number): number => 8 * (16 + build(0).length + length) + 65_536;
    const length = most(0) - work(0);
    expect(work(length)).toBe(most(length));
    expect(unread(build(length))).toBeNull();
    expect(unread(build(length + 1))).toMatch(/too many code objects/);
  });

  it('stays as long as it is before 3.11, however it is written', () => {
    // A reference to None takes more than None.
    const rest = code39({ consts: [marshal.flagged(marshal.none), marshal.reference(0)] });
    expect(measured(rest)).toMatchObject({ columnTables: 0, optimized: 16 + rest.length });
  });
});

describe('a pyc', () => {
  it('of the longest length is read', () => {
    const facts = (length: number): unknown => {
      const bytes = buildPyc({ magic: python39, words: [0, 1, 2], rest: Buffer.alloc(length - 16) });
      return pycCodeInspector.inspect(memorySource(bytes), { path: 'm.pyc', size: length, facts: 'needed' });
    };
    expect(facts(maxLength)).toMatchObject({ code: { unread: expect.stringMatching(/bytes|type|code/) } });
    expect(facts(maxLength)).not.toMatchObject({ code: { unread: expect.stringMatching(/is longer than/) } });
    expect(facts(maxLength + 1)).toMatchObject({ code: { unread: expect.stringMatching(/is longer than 16777216/) } });
  });

  it('whose code was not asked for has no remark', () => {
    const bytes = buildPyc({ magic: python39, words: [0, 1, 2] });
    const facts = pycInspector.inspect(memorySource(bytes), { path: 'm.pyc', size: bytes.length, facts: 'all' });
    expect(pycCodeInspector.remark?.(facts)).toBeNull();
  });

  it('begins with both bytes of its magic, and says how much is due', () => {
    const inspect = (bytes: Uint8Array): unknown =>
      pycInspector.inspect(memorySource(bytes), { path: 'm.pyc', size: bytes.length, facts: 'all' });
    const whole = buildPyc({ magic: python39, words: [0, 1, 2] });
    for (const at of [2, 3]) {
      const other = Buffer.from(whole);
      other[at] = 0x20;
      expect(() => inspect(other)).toThrow(/does not begin with its magic/);
    }
    expect(() => inspect(whole.subarray(0, 4))).toThrow(/4 of 16 bytes/);
  });

  it('has a size in its header since 3210, and flags since 3392', () => {
    expect([3209, 3210, 3391, 3392].map(headerLength)).toEqual([8, 12, 12, 16]);
  });
});

describe('Python 3.14', () => {
  const sample = pycSamples.find(({ python }) => python === '3.14');
  const whole = Buffer.from(sample?.pyc ?? '', 'base64');
  const measure = (bytes: Uint8Array): PycCode => {
    const found = measureCode(bytes, 16, 3627);
    if ('unread' in found) throw new Error(found.unread);
    return found;
  };

  it('has asserts that push AssertionError, and others of its kind that do not', () => {
    const other = Buffer.from(whole);
    // LOAD_COMMON_CONSTANT: 0 is AssertionError, 1 is NotImplementedError.
    for (let at = other.indexOf('\x51\0', 0, 'latin1'); at >= 0; at = other.indexOf('\x51\0', at, 'latin1')) {
      other[at + 1] = 1;
    }
    expect(measure(whole).levels).toEqual([0]);
    expect(measure(other).levels).toEqual([0, 1]);
  });

  it('has docstrings only where a flag says so', () => {
    // Flags of a method: OPTIMIZED, NEWLOCALS, HAS_DOCSTRING (0x4000000), METHOD.
    const other = Buffer.from(whole);
    other[other.indexOf(Buffer.from([3, 0, 0, 12])) + 3] = 8;
    const [before, after] = [measure(whole), measure(other)];
    expect(after.docstrings).toBeLessThan(before.docstrings);
    // It stays, whole, and nothing else changes.
    expect(after.optimized - before.optimized).toBe(before.docstrings - after.docstrings);
    expect(after.levels).toEqual([0]);
  });
});
