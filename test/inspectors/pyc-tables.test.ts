// Tables of lines and exceptions of bytecode, taken apart and measured: by the rules of Objects/lnotab_notes.txt (to 3.9),
// PEP 626 (3.10) and Objects/exception_handling_notes.txt (since 3.11).
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { exceptionsLength } from '../../src/inspectors/pyc/exceptions.ts';
import { pycCodeInspector } from '../../src/inspectors/pyc/inspector.ts';
import { spansOf, tableLength } from '../../src/inspectors/pyc/lines.ts';
import { instructions } from '../../src/inspectors/pyc/opcodes.ts';
import { code39, marshal } from '../build/pyc-code.ts';
import { buildPyc } from '../build/pyc.ts';

type Line = readonly [at: number, end: number, line: number | null];

function linesOf(table: readonly number[], codeLength: number, minor: number): Line[] {
  return spansOf(Uint8Array.from(table), codeLength, minor).map(({ at, end, line }) => [at, end, line]);
}

describe('lines', () => {
  it('of 3.10: ranges of code with a step of the line, none at -128, nothing for an empty range', () => {
    expect(linesOf([2, 1, 4, 0x80, 2, 0xff, 0, 5, 6, 0], 14, 10)).toEqual([
      [0, 2, 1],
      [2, 6, null],
      [6, 8, 0],
      [8, 14, 5],
    ]);
  });

  it.each([
    [
      'two steps make one line',
      [4, 0, 2, 1],
      10,
      [
        [0, 6, 0],
        [6, 10, 1],
      ],
    ],
    [
      'a step without a line at the end',
      [4, 0],
      10,
      [
        [0, 4, 0],
        [4, 10, 0],
      ],
    ],
    [
      'no step at first',
      [0, 3, 4, 1],
      8,
      [
        [0, 4, 3],
        [4, 8, 4],
      ],
    ],
    [
      'backwards',
      [4, 0xff],
      8,
      [
        [0, 4, 0],
        [4, 8, -1],
      ],
    ],
    ['nothing', [], 8, [[0, 8, 0]]],
  ] as const)('to 3.9: %s', (_, table, length, expected) => {
    expect(linesOf(table, length, 9)).toEqual(expected);
  });

  it('of Python 2 never go back', () => {
    expect(linesOf([4, 0xff], 8, 0)).toEqual([
      [0, 4, 0],
      [4, 8, 255],
    ]);
  });

  const spans = (...lines: readonly Line[]): Parameters<typeof tableLength>[0] =>
    lines.map(([at, end, line]) => ({ at, end, line, endLine: 0, column: -1, endColumn: -1 }));

  it.each([
    ['neighbours of one line are one entry', spans([0, 2, 1], [2, 4, 1]), 2],
    ['a range without a line is an entry', spans([0, 2, 1], [2, 6, null], [6, 8, 1]), 6],
    ['a range of more than 254 bytes takes two', spans([0, 256, 1]), 4],
    ['a step of more than 127 lines takes two', spans([0, 2, 0], [2, 4, 200]), 6],
  ])('of 3.10, written: %s', (_, given, length) => {
    expect(tableLength(given, 10, false)).toBe(length);
  });

  it.each([
    ['a line that stays takes nothing', 9, spans([0, 2, 0], [2, 4, 0]), 0],
    ['a line takes two bytes', 9, spans([0, 2, 0], [2, 4, 1]), 2],
    ['a step of 128 lines forward takes two marks', 9, spans([0, 2, 0], [2, 4, 128]), 4],
    ['a step of 128 lines back takes one', 9, spans([0, 2, 128], [2, 4, 0]), 6],
    ['no line keeps the last', 9, spans([0, 2, 0], [2, 4, null], [4, 6, 1]), 2],
  ])('to 3.9, written: %s', (_, minor, given, length) => {
    expect(tableLength(given, minor, false)).toBe(length);
  });
});

describe('exceptions', () => {
  // Start, length and target in code units, then depth times two and a flag; the first byte of an entry has its highest bit set.
  const entry = [0x80 | 1, 2, 8, 0];
  const wide = [0x80 | 10, 4, 0x41, 0, 2];

  it.each([
    ['nothing goes', [], [...entry, ...wide], 9],
    [
      'one entry goes with all its code, the other has its target below 64 then',
      [{ at: 2, end: 6 }],
      [...entry, ...wide],
      4,
    ],
    ['a part of its code goes', [{ at: 2, end: 4 }], entry, 4],
    ['a target comes below 64 units', [{ at: 0, end: 4 }], wide, 4],
    ['the table is cut', [], [...entry, 1], 4],
  ])('%s', (_, gone, table, length) => {
    expect(exceptionsLength(Uint8Array.from(table), { gone, nop: null })).toBe(length);
  });
});

describe('instructions', () => {
  it('have arguments of up to 32 bits by prefixes, of 16 bits each in Python 2', () => {
    const wordcode = [...instructions(Uint8Array.from([144, 1, 144, 2, 100, 3, 83, 0]), 9)];
    expect(wordcode.map(({ at, end, opcode, arg }) => [at, end, opcode, arg])).toEqual([
      [0, 6, 100, 0x01_02_03],
      [6, 8, 83, 0],
    ]);
    // EXTENDED_ARG of 2.7 is 145, and an argument has two bytes.
    const old = [...instructions(Uint8Array.from([145, 1, 0, 100, 2, 0, 83]), 0)];
    expect(old.map(({ at, end, opcode, arg }) => [at, end, opcode, arg])).toEqual([
      [0, 6, 100, 0x1_0002],
      [6, 7, 83, 0],
    ]);
  });
});

describe('code objects by hand', () => {
  function codeOf(rest: Uint8Array): unknown {
    const bytes = buildPyc({ magic: 3425, words: [0, 1, 2], rest });
    const facts = pycCodeInspector.inspect(memorySource(bytes), { path: 'm.pyc', size: bytes.length, facts: 'needed' });
    return facts.type === 'pyc' ? facts.code : null;
  }

  it('hold dictionaries, up to a null for a key', () => {
    const dictionary = Buffer.concat([Buffer.from('{'), marshal.text('a'), marshal.none, Buffer.from('0')]);
    expect(codeOf(code39({ consts: [dictionary] }))).not.toHaveProperty('unread');
  });

  it('of more than two megabytes are not taken apart', () => {
    const code = codeOf(code39({ code: Buffer.alloc(2 ** 21 + 2, 9) }));
    expect(code).toMatchObject({
      unread: expect.stringMatching(/ bytes of instructions in one code object/),
    });
  });

  it('are no excuse for what the disk does', () => {
    const broken = new TypeError('a bug');
    const size = 100;
    const source = {
      size,
      read(_offset: number, length: number): Uint8Array {
        if (length > 64) throw broken;
        return buildPyc({ magic: 3425, words: [0, 1, 2], rest: Buffer.alloc(84) });
      },
    };
    const inspect = (): unknown => pycCodeInspector.inspect(source, { path: 'm.pyc', size, facts: 'needed' });
    expect(inspect).toThrow(broken);
  });
});
