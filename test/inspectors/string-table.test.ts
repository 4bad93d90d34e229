// Lengths of string tables against the rule itself, applied to every pair of strings: a string that is the tail of another costs nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { namesTableSize, reverseName, sharedTableSize, wholeSize } from '../../src/inspectors/elf/string-table.ts';

function byRule(strings: readonly string[]): number {
  const distinct = [...new Set(strings)].filter((text) => text !== '');
  const longest = distinct.filter((text) => !distinct.some((other) => other !== text && other.endsWith(text)));
  return 1 + longest.reduce((sum, { length }) => sum + length + 1, 0);
}

function backwards(text: string): string {
  return Array.from(text, (_, at) => text.charAt(text.length - 1 - at)).join('');
}

interface Table {
  readonly bytes: Buffer;
  readonly starts: Uint32Array;
  /** The strings that begin there. */
  readonly strings: readonly string[];
}

/** A table of these strings, all of them one behind the other; names begin at its bytes `at`. */
function table(strings: readonly string[], at?: readonly number[]): Table {
  const text = `${strings.join('\0')}\0`;
  let end = 0;
  const starts = at ?? strings.map(({ length }) => (end += length + 1) - length - 1);
  return {
    bytes: Buffer.from(text, 'latin1'),
    starts: Uint32Array.from(starts),
    strings: starts.map((start) => text.slice(start, text.indexOf('\0', start))),
  };
}

function expectByRule({ bytes, starts, strings }: Table): void {
  expect(sharedTableSize(bytes, starts, 0)).toBe(byRule(strings));
  expect(wholeSize(bytes, starts, 0)).toBe(strings.reduce((sum, { length }) => sum + length + 1, 0));
}

/** Strings of few letters, so that many end alike. */
const letters = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', '\xff'), maxLength });

// A mutant runs the same test again, for which what was spelt before is known: names that no other run has.
let runs = 0;

describe('names', () => {
  it('are spelt backwards, known or not, long or short', () => {
    runs++;
    for (const name of ['', '.text', `.text.${runs}`, `${'x'.repeat(64)}${runs}`]) {
      for (const _ of [1, 2]) expect(reverseName(name)).toBe(backwards(name));
    }
  });

  it('take what the rule says', () => {
    fc.assert(
      fc.property(fc.array(letters(4), { maxLength: 20 }), (names) => {
        expect(namesTableSize(names.map((name) => backwards(name)))).toBe(byRule(names));
      }),
    );
    expect(namesTableSize([])).toBe(1);
    expect(namesTableSize([''])).toBe(1);
  });
});

describe('strings of a table', () => {
  it.each([
    ['none', []],
    ['an empty one', ['']],
    ['empty ones', ['', '', '']],
    ['one and its tail', ['tail', 'a long tail']],
    ['one behind its tail', ['a long tail', 'tail']],
    ['the same, few times', Array.from({ length: 5 }, () => 'ab')],
    ['the same, many times', Array.from({ length: 30 }, () => 'ab')],
    ['the same of four bytes, many times', Array.from({ length: 30 }, () => 'abcd')],
    ['the same of eight bytes, many times', Array.from({ length: 30 }, () => 'abcdefgh')],
    [
      'many that differ in their first byte',
      Array.from({ length: 60 }, (_, at) => `${String.fromCharCode(33 + at)}same end`),
    ],
    ['many of two ends', Array.from({ length: 60 }, (_, at) => `${at}${at % 2 === 0 ? 'aaaa' : 'bbbb'}`)],
    ['many tails of one', Array.from({ length: 40 }, (_, at) => 'abcdefghijklmnopqrstuvwxyz'.repeat(2).slice(at))],
    ['many of every length', Array.from({ length: 40 }, (_, at) => `${at}${'x'.repeat(at % 9)}`)],
  ])('%s', (_, strings) => {
    expectByRule(table(strings));
    expectByRule(table(strings.toReversed()));
  });

  it.each([
    ['few short ones', 10, 5],
    ['many short ones', 80, 5],
    ['many long ones', 60, 14],
  ])('%s of few letters', (_, maxLength, longest) => {
    fc.assert(
      fc.property(fc.array(letters(longest), { minLength: 1, maxLength, size: 'max' }), (strings) => {
        expectByRule(table(strings));
      }),
      { numRuns: 60 },
    );
  });

  it('that begin anywhere, also inside of each other', () => {
    const places = fc.array(fc.nat(1000), { minLength: 1, maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(fc.array(letters(9), { minLength: 1, maxLength: 20 }), places, (strings, numbers) => {
        const { length } = `${strings.join('\0')}\0`;
        expectByRule(
          table(
            strings,
            numbers.map((number) => number % length),
          ),
        );
      }),
    );
  });

  it('without an end are refused, where they begin', () => {
    const bytes = Buffer.from('ab\0cd');
    for (const size of [sharedTableSize, wholeSize]) {
      expect(() => size(bytes, Uint32Array.of(3), 100)).toThrow(FormatError);
      expect(() => size(bytes, Uint32Array.of(5), 100)).toThrow(expect.objectContaining({ offset: 105 }));
      expect(() => size(bytes, Uint32Array.of(0), 100)).not.toThrow();
    }
  });
});
