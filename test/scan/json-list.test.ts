// A list cut out of a JSON text while it comes: however the text is cut, the same is read as by `JSON.parse` of the whole, or the same
// is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutList } from '../../src/scan/json-list.ts';

/** What comes of a text in pieces; undefined where it is no JSON. */
function read(text: string, pieces: readonly number[]): unknown {
  let elements: unknown[] = [];
  let lists = 0;
  const cutter = cutList('list', {
    begin() {
      elements = [];
      lists++;
    },
    take(list) {
      elements.push(...listOf(list));
    },
  });
  try {
    let at = 0;
    for (const length of pieces) cutter.write(text.slice(at, (at += length)));
    cutter.write(text.slice(at));
    const root: unknown = JSON.parse(cutter.rest());
    if (lists > 0 && isObject(root) && root['list'] === cutter.placeholder) root['list'] = elements;
    return root;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function listOf(text: string): unknown[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error(`the cutter handed over ${text}`);
  return value;
}

function whole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const strings = fc.oneof(fc.string(), fc.constantFrom('list', '"list":[', '\\', '",', '{[', '}]', '\\"'));
const values = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.constant(null), strings, fc.array(tie('value')), tie('object')),
  object: fc.dictionary(strings, tie('value')),
})).value;
const pieces = fc.array(fc.integer({ min: 1, max: 9 }));

describe('a list cut out of JSON', () => {
  it('is what is read of the whole', () => {
    fc.assert(
      fc.property(
        fc.dictionary(strings, values),
        fc.array(values),
        pieces,
        fc.constantFrom(undefined, 1),
        (more, list, cuts, space) => {
          const text = JSON.stringify({ ...more, list, last: more }, null, space);
          expect(read(text, cuts)).toEqual(whole(text));
        },
      ),
    );
  });

  it('is refused where the whole is', () => {
    const parts = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"list"',
      '"x"',
      '1',
      ' ',
      '\u00a0',
      '"list":[',
      '{"list":[',
      '\\',
      '"',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), pieces, (words, cuts) => {
        for (const text of [words.join(''), `{"list":[${words.join('')}]}`, `{"list":[1,${words.join('')}`]) {
          expect(read(text, cuts)).toEqual(whole(text));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['{"list":[]}', { list: [] }],
    ['{"list":[ ]}', { list: [] }],
    ['{"list":[,]}', undefined],
    ['{"list":[1,]}', undefined],
    ['{"list":[,1]}', undefined],
    ['{"list":[1}}', undefined],
    ['{"list":[1]', undefined],
    ['{"list":[1', undefined],
    ['{"list":[1],"list":[2]}', { list: [2] }],
    ['{"list":[1],"list":2}', { list: 2 }],
    ['{"list":[{"list":[1]}]}', { list: [{ list: [1] }] }],
    ['{"x":{"list":[1]}}', { x: { list: [1] } }],
    ['[{"list":[1]}]', [{ list: [1] }]],
    ['{"a\\"list":[1]}', { 'a"list': [1] }],
    [`{"list"${' '.repeat(100)}:[1]}`, { list: [1] }],
  ])('%s', (text, expected) => {
    expect(whole(text)).toEqual(expected);
    expect(read(text, [1, 1, 1])).toEqual(expected);
  });

  it('comes in batches, so that no more than one is held', () => {
    const count = 100_000;
    let most = 0;
    let sum = 0;
    const cutter = cutList('list', {
      begin() {},
      take(list) {
        most = Math.max(most, list.length);
        for (const value of listOf(list)) sum += Number(value);
      },
    });
    cutter.write('{"list":[');
    for (let value = 0; value < count; value++) cutter.write(`${value === 0 ? '' : ','}${value}`);
    cutter.write(']}');
    expect(cutter.rest()).toBe(`{"list":"${cutter.placeholder}"}`);
    expect(sum).toBe((count * (count - 1)) / 2);
    expect(most).toBeLessThan(300_000);
  });
});

it('is cut out wherever the text is, and an object in its place is none', () => {
  for (const before of ['', '"a": 1,\n', '"a": "\\",\\"]",']) {
    let begun = 0;
    const cutter = cutList('list', { begin: () => begun++, take() {} });
    for (const char of `{${before}"list" : [1, 2]}`) cutter.write(char);
    expect([begun, cutter.rest()]).toEqual([1, `{${before}"list" : "${cutter.placeholder}"}`]);
  }
  for (const text of ['{"list":{"a":[1,2]}}', '{"list":{}}', '{"a":{"list":[1]}}'])
    expect(read(text, [])).toEqual(whole(text));
});

it('comes in batches of whole elements', () => {
  const list = Array.from({ length: 9000 }, (_, index) => ({ index, list: [index, [index]], text: 'x'.repeat(60) }));
  const text = JSON.stringify({ list, last: 1 });
  const batches: unknown[][] = [];
  const cutter = cutList('list', { begin() {}, take: (batch) => void batches.push(listOf(batch)) });
  cutter.write(text);
  expect(batches.flat()).toEqual(list);
  expect(batches.length).toBeGreaterThan(2);
  expect(read(text, [5, 100_000, 300_000])).toEqual(whole(text));
});
