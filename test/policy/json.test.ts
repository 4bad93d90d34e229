import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { jsonValue, parseJson } from '../../src/policy/json.ts';

function parsed(text: string): unknown {
  return jsonValue(parseJson(text).root);
}

/** What JSON.parse says, or the marker of a refusal. */
function standard(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refused;
  }
}

const refused = Symbol('refused');

function ours(text: string): unknown {
  try {
    return parsed(text);
  } catch (error) {
    if (error instanceof ConfigError) return refused;
    throw error;
  }
}

describe('the strict JSON reader', () => {
  it.each([
    ['{"a":', 'the text ends where a value should stand (line 1, column 6)'],
    ['[', 'the text ends, but the "[" is not closed (line 1, column 1)'],
    ['[1', 'the text ends, but the "[" is not closed (line 1, column 1)'],
    [' {', 'the text ends, but the "{" is not closed (line 1, column 2)'],
    ['['.repeat(101), '"[" nests more than 100 levels deep (line 1, column 101)'],
    ['['.repeat(100), 'is not closed (line 1, column 100)'],
    ['"a\rb"', 'a string is not closed on its line (line 1, column 1)'],
    ['"a\tb"', String.raw`a control character inside a string; write it as \t (line 1, column 3)`],
    ['"a\u0001b"', String.raw`a control character inside a string; write it as \u0001 (line 1, column 3)`],
    [String.raw`"\u12"`, String.raw`"\u" is no escape of JSON`],
    [String.raw`"\x1234"`, String.raw`"\x" is no escape of JSON`],
    [`{"${'k'.repeat(60)}"}`, `after the key "${'k'.repeat(60)}" (`],
    [`{"${'k'.repeat(61)}"}`, `after the key "${'k'.repeat(60)}…" (`],
    ['w'.repeat(40), `${'w'.repeat(40)} is not a value`],
    ['w'.repeat(41), `${'w'.repeat(40)}… is not a value`],
  ])('says of %j: %s', (text, says) => {
    expect(() => parseJson(text)).toThrow(says);
  });

  it('gives the values that JSON.parse gives, in any layout', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '\n  '), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parsed(`${space}${text}\r\n`)).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('takes and refuses what JSON.parse takes and refuses, a repeated key apart', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-0',
      '01',
      '1.5',
      '.5',
      '1.',
      '1e3',
      '1E+2',
      '1e',
      '0x1',

      'true',
      'null',
      'nul',
      'NaN',
      "'a'",
      ' ',
      '\n',
      '"\\u0041"',
      '"\\x"',
      '"\t"',
      '"\u007f"',
      '\u00a0',
      '"\\ud800"',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 9 }), (tokens) => {
        const text = tokens.join('');
        const [mine, theirs] = [ours(text), standard(text)];
        if (mine === refused && theirs !== refused) expect(() => parsed(text)).toThrow('stands twice');
        else expect(mine).toStrictEqual(theirs);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes a byte order mark', () => {
    expect(parsed('\ufeff{"a": 1}')).toEqual({ a: 1 });
  });

  it('keeps __proto__ and its kind as keys', () => {
    const value = parsed('{"__proto__": {"polluted": 1}, "constructor": 2, "toJSON": 3}');
    expect(Object.keys(Object(value))).toEqual(['__proto__', 'constructor', 'toJSON']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  const wrong: readonly (readonly [text: string, says: string, place: string])[] = [
    ['', 'nothing but white space', '(line 1, column 1)'],
    [' \n ', 'nothing but white space', '(line 2, column 2)'],
    ['{"a": 1,\n "a": 2}', 'the key "a" stands twice', '(line 2, column 2)'],
    [String.raw`{"S": 1, "\u0053": 2}`, 'the key "S" stands twice', '(line 1, column 10)'],
    ['{"__proto__": 1, "__proto__": 2}', 'stands twice', '(line 1, column 18)'],
    ['{"a": [1, 2,\n]}', 'a comma after the last item', '(line 1, column 12)'],
    ['{"a": 1,}', 'a comma after the last item', '(line 1, column 8)'],
    ['// hello\n{}', 'a comment', '(line 1, column 1)'],
    ['{\n  /* x */ "a": 1}', 'a comment', '(line 2, column 3)'],
    ['{"a": 1 # x\n}', 'a comment', '(line 1, column 9)'],
    ["{'a': 1}", 'double quotes', '(line 1, column 2)'],
    ['{"a": \'b\'}', 'double quotes', '(line 1, column 7)'],
    ['{a: 1}', 'keys stand in double quotes', '(line 1, column 2)'],
    ['version: 1\n', 'version is not a value of JSON', '(line 1, column 1)'],
    ['- a\n', '- is not a number', '(line 1, column 1)'],
    ['{"a": NaN}', 'NaN is not a value of JSON', '(line 1, column 7)'],
    ['{"a": 0x10}', '0x10 is not a number', '(line 1, column 7)'],
    ['{"a": +1}', '+1 is not a number', '(line 1, column 7)'],
    ['{"a": 5 MiB}', 'a comma or "}" is missing', '(line 1, column 9)'],
    ['{"a": 5MiB}', '5MiB is not a number', '(line 1, column 7)'],
    ['{"a"\n1}', 'a colon is missing', '(line 2, column 1)'],
    ['{"a": }', '"}" stands where a value should', '(line 1, column 7)'],
    ['{"a": 1', 'the "{" is not closed', '(line 1, column 1)'],
    ['{"a": [1, 2', 'the "[" is not closed', '(line 1, column 7)'],
    ['{"a": "b', 'a string is not closed', '(line 1, column 7)'],
    ['{"a": "b\n"}', 'a string is not closed on its line', '(line 1, column 7)'],
    ['{"a": "\t"}', String.raw`write it as \t`, '(line 1, column 8)'],
    [String.raw`{"a": "C:\path"}`, String.raw`"\p" is no escape`, '(line 1, column 10)'],
    ['{} {}', 'more after the end', '(line 1, column 4)'],
    ['{}\0', 'more after the end', '(line 1, column 3)'],
  ];

  it.each(wrong)('%j: %s %s', (text, says, place) => {
    expect(() => parseJson(text)).toThrow(ConfigError);
    expect(() => parseJson(text)).toThrow(says);
    expect(() => parseJson(text)).toThrow(place);
  });

  it('bounds its depth and its time', () => {
    expect(() => parseJson('['.repeat(200_000))).toThrow('nests more than 100 levels deep');
    expect(() => parseJson('{"a":'.repeat(200_000))).toThrow('nests more than 100 levels deep');
    const many = `[${'{"a": "b", "c": [1, 2]},'.repeat(50_000)}0]`;
    parseJson(many);
  });

  it('never quotes much of a bad document', () => {
    for (const text of ['x'.repeat(100_000), `{"a": ${'9'.repeat(5000)}x}`]) {
      expect(() => parseJson(text)).toThrow(/^.{1,160}$/s);
    }
  });
});
