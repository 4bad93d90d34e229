import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createEditor } from '../../src/policy/edit.ts';
import { jsonValue, parseJson } from '../../src/policy/json.ts';
import type { JsonNode, JsonObject } from '../../src/policy/json.ts';

function object(node: JsonNode): JsonObject {
  if (node.type !== 'object') throw new Error('no object');
  return node;
}

function edited(text: string, key: string, value: string | number): string {
  const document = parseJson(text);
  const editor = createEditor(document);
  editor.set(object(document.root), key, value);
  return editor.text();
}

describe('edits of a document that someone wrote', () => {
  it.each([
    ['{"a": 1}', 'a', 2, '{"a": 2}'],
    ['{ "a" :\t1 , "b":2 }\r\n', 'a', '5 MiB', '{ "a" :\t"5 MiB" , "b":2 }\r\n'],
    ['{"a":1}', 'r', 'x', '{"a":1,"r":"x"}'],
    ['{ "a": 1 }', 'r', 'x', '{ "a": 1, "r": "x" }'],
    ['{\n  "a": 1\n}\n', 'r', 'x', '{\n  "a": 1,\n  "r": "x"\n}\n'],
    ['{\r\n\t"a" : 1,\r\n\t"b" : { }\r\n}', 'r', 'x', '{\r\n\t"a" : 1,\r\n\t"b" : { },\r\n\t"r" : "x"\r\n}'],
    ['{"a": 1,\n "b": 2 , "c": 3}', 'r', 'x', '{"a": 1,\n "b": 2 , "c": 3, "r": "x"}'],
    ['{}', 'r', 'x', '{ "r": "x" }'],
    ['\ufeff{"a": "\\u0041"}', 'r', '"quoted" \n', String.raw`${'\ufeff'}{"a": "\u0041","r": "\"quoted\" \n"}`],
  ] as const)('%j with %s = %j', (text, key, value, expected) => {
    expect(edited(text, key, value)).toBe(expected);
  });

  it('change the value, and nothing else', () => {
    const layout = fc.constantFrom(undefined, 1, 2, '\t');
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.string(),
        layout,
        (value, key, set, indent) => {
          const text = JSON.stringify(value, null, indent);
          const result = jsonValue(parseJson(edited(text, key, set)).root);
          expect(result).toStrictEqual(Object.fromEntries([...Object.entries(JSON.parse(text)), [key, set]]));
        },
      ),
    );
  });

  it('of one value twice are a mistake', () => {
    const document = parseJson('[1]');
    const editor = createEditor(document);
    editor.replace(document.root, 1);
    editor.replace(document.root, 2);
    expect(() => editor.text()).toThrow('same value');
  });
});
