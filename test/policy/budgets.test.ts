// Documents that are budgets files and documents that are none, each judged by our reader and by the published JSON Schema.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import type { Budgets } from '../../src/policy/budgets.ts';
import { ruleIds } from '../../src/rules/index.ts';

const schemaFile = resolve(import.meta.dirname, '../../docs/budgets.schema.json');
const schema: { $defs: { rule: { enum: string[] } } } = JSON.parse(readFileSync(schemaFile, 'utf8'));
const bySchema = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false }).compile(
  schema,
);

function read(text: string): Budgets {
  return readBudgets(Buffer.from(text)).budgets;
}

/** A document with one artifact that has these keys more. */
function one(more: object, root: object = {}): string {
  return JSON.stringify({ version: 1, artifacts: [{ name: 'a', path: 'a.zip', ...more }], ...root });
}

const limit = { compressed: { max: 1 } };

function growth(value: object): string {
  return one({ growth: value });
}

function max(value: unknown): string {
  return one({ compressed: { max: value } });
}

function path(value: object): string {
  return one({ paths: [value] });
}

function dive(highestWastedBytes: unknown): string {
  return one({ dive: { highestWastedBytes } });
}

const ignore = { rule: 'debug-symbols', match: '**', reason: 'because' };
const group = { name: 'g', members: ['a'], compressed: { max: 1 } };

const valid: readonly string[] = [
  one(limit),
  one({ ...limit, baseline: 'old.json', optional: true, reason: 'cold start', compressWith: 'zstd:22:long' }),
  one(limit, { $schema: './budgets.schema.json', rules: {}, groups: [], ignore: [] }),
  one(limit, { $schema: 's'.repeat(4096) }),
  one({}, { rules: { 'debug-symbols': 'error' } }),
  one({ ...limit, name: '\u{1f4e6}'.repeat(200) }),
  ...[0, 1, 1e3, 2 ** 53 - 1, '0 B', '12 MiB', '5MB', '1.5 GiB', ' 7 kB ', '0.5 KiB', '9007199254740991 B'].map(max),
  ...['1e3', '5.0', '-0', '1E2'].map(
    (number) => `{"version":1,"artifacts":[{"name":"a","path":"a","compressed":{"max":${number}}}]}`,
  ),
  ...['95%', '100%', '0.5%', ' 7 % ', '99.999999%', '100.0%', '0095%', '000000100.0%', 0, '1 B', 1].map((warnAt) =>
    one({ compressed: { max: 1, warnAt } }),
  ),
  ...[
    '20MB',
    '20M',
    '.5MB',
    '5.kb',
    ' 1 GiB ',
    '7',
    '0B',
    '00020m',
    '9007199254740991',
    '8191TiB',
    '9PB',
    '7pi',
    '0.005EB',
    0,
    7,
  ].map(dive),
  growth({ max: 0 }),
  growth({ maxPercent: 0 }),
  growth({ max: '1 KiB', maxPercent: 2.5, mode: 'both', warnAt: '80%', missingBaseline: 'pass' }),
  growth({ max: 1, mode: 'absolute', warnAt: 1 }),
  growth({ maxPercent: 1, mode: 'percent', warnAt: '50%' }),
  growth({ max: 1, maxPercent: 1 }),
  path({ match: '**/*.so', max: '6 MiB' }),
  path({ match: '{a,b}/**', total: 0, warnAt: '1%', optional: true, reason: 'r' }),
  path({ match: 'x', max: 5, total: 9, warnAt: '90%' }),
  path({ match: 'x', total: 9, warnAt: 9 }),
  one(limit, {
    groups: [group, { name: 'h', members: ['*', 'a'], uncompressed: { max: '1 GB', warnAt: '1 MB' }, reason: 'r' }],
  }),
  one(limit, { rules: Object.fromEntries(ruleIds.map((id, at) => [id, ['off', 'info', 'warn', 'error'][at % 4]])) }),
  one(limit, { ignore: [ignore, { ...ignore, rule: '*', until: '2028-02-29' }] }),
];

/** Documents that both refuse; what our reader says of them. */
const invalid: readonly (readonly [text: string, says: string])[] = [
  ['[]', 'should be an object, not a list'],
  ['null', 'should be an object, not null'],
  ['{}', 'the key "version" is missing'],
  ['{"version":1}', 'the key "artifacts" is missing'],
  ['{"version":2,"artifacts":[]}', 'version: should be 1'],
  ['{"version":"1","artifacts":[]}', 'version: should be 1'],
  ['{"version":1,"artifacts":[]}', 'artifacts: should name at least one artifact'],
  ['{"version":1,"artifacts":{}}', 'artifacts: should be a list in [ ], not an object'],
  ['{"version":1,"artifacts":[null]}', 'artifacts[0]: should be an object, not null'],
  [one(limit, { artefacts: [] }), 'artefacts: there is no such key; did you mean "artifacts"?'],
  [one(limit, { extra: 1 }), 'extra: there is no such key; known here: $schema, version, artifacts'],
  [
    one({ ...limit, compresed: { max: 1 } }),
    'artifacts[0].compresed: there is no such key; did you mean "compressed"?',
  ],
  [one({ compressed: { max: 1, warn: 1 } }), 'artifacts[0].compressed.warn: there is no such key'],
  [one({ ...limit, 'a b\u001b': 1 }), String.raw`artifacts[0]["a b\u001b"]: there is no such key`],
  [one(limit, JSON.parse('{"__proto__": {"x": 1}}')), '__proto__: there is no such key'],
  ['{"version":1,"__proto__":{},"artifacts":[]}', '__proto__: there is no such key'],
  [one({ ...limit, constructor: 1 }), 'artifacts[0].constructor: there is no such key'],
  ['{"version":1,"artifacts":[{"path":"a","compressed":{"max":1}}]}', 'artifacts[0]: the key "name" is missing'],
  ['{"version":1,"artifacts":[{"name":"a","compressed":{"max":1}}]}', 'artifacts[0]: the key "path" is missing'],
  [one({ ...limit, name: '' }), 'artifacts[0].name: should not be empty'],
  [one({ ...limit, name: 'a=b' }), 'artifacts[0].name: should not hold "="'],
  [one({ ...limit, name: 7 }), 'artifacts[0].name: should be text in double quotes, not 7'],
  [one({ ...limit, name: 'n'.repeat(201) }), 'artifacts[0].name: is longer than 200 characters'],
  [one({ ...limit, optional: 'yes' }), 'artifacts[0].optional: should be true or false, not the text "yes"'],
  [one({ ...limit, reason: ' ' }), 'artifacts[0].reason: should not be empty'],
  [one({ ...limit, compressWith: 'xz' }), 'artifacts[0].compressWith: "xz" is no way to compress'],
  [one({ ...limit, compressWith: 'gzip:10' }), 'levels of gzip go from 1 to 9'],
  [one({ compressed: 5 }), 'artifacts[0].compressed: should be an object, not 5'],
  [one({ compressed: {} }), 'artifacts[0].compressed: the key "max" is missing'],
  [max(null), 'artifacts[0].compressed.max: should be a size such as "12 MiB" or 1048576, not null'],
  [max(true), 'not true'],
  [max([]), 'not a list'],
  [max({}), 'not an object'],
  [max(''), '"" is not a size'],
  [max(-1), '-1 is not a whole number of bytes from 0 to 2^53 - 1'],
  [max(1.5), '1.5 is not a whole number of bytes'],
  [max(2 ** 53), 'it is not a whole number of bytes'],
  [
    '{"version":1,"artifacts":[{"name":"a","path":"a","compressed":{"max":9007199254740993}}]}',
    'is not a whole number of bytes',
  ],
  [max('-1 MiB'), 'artifacts[0].compressed.max: "-1 MiB" is negative'],
  [max('5242880'), '"5242880" has no unit'],
  [max('0'), '"0" has no unit'],
  [max('5M'), 'write 5 MiB (1024) or 5 MB (1000)'],
  [max('5k'), 'write 5 KiB (1024) or 5 kB (1000)'],
  [max('10 mb'), 'write 10 MiB (1024) or 10 MB (1000)'],
  [max('5 parsecs'), 'is not a size such as'],
  [max('1,5 MB'), 'is not a size such as'],
  [max('0x10 B'), 'is not a size such as'],
  [max('1e3 B'), 'is not a size such as'],
  [max('NaN'), 'is not a size such as'],
  [max('\uff15 MB'), 'is not a size such as'],
  [max('9'.repeat(5000)), 'has no unit'],
  [max(`${'9'.repeat(5000)} B`), 'is not a size such as'],
  [one({ compressed: { max: 1, warnAt: '0%' } }), 'should be above 0% and at most 100%'],
  [one({ compressed: { max: 1, warnAt: '101%' } }), 'should be above 0% and at most 100%'],
  [one({ compressed: { max: 1, warnAt: '0000000095%' } }), 'should be above 0% and at most 100%'],
  [one({ compressed: { max: 1, warnAt: '9.0000000%' } }), 'should be above 0% and at most 100%'],
  [one({ compressed: { max: 1, warnAt: '%' } }), 'should be above 0% and at most 100%'],
  [one({ compressed: { max: 1, warnAt: '95' } }), 'has no unit'],
  [one({ compressed: { max: 1, warnAt: -1 } }), 'is not a whole number'],
  [growth({}), 'artifacts[0].growth: needs "max", "maxPercent" or both'],
  [growth({ mode: 'both', max: 1 }), 'mode "both" needs the key "maxPercent"'],
  [growth({ mode: 'percent', max: 1 }), 'artifacts[0].growth.max: has no meaning in mode "percent"'],
  [
    growth({ mode: 'absolute', max: 1, maxPercent: 1 }),
    'artifacts[0].growth.maxPercent: has no meaning in mode "absolute"',
  ],
  [growth({ mode: 'either', max: 1 }), 'should be one of "absolute", "percent", "both", not "either"'],
  [growth({ maxPercent: -1 }), '-1 is not a percentage of 0 or more'],
  [growth({ maxPercent: '2%' }), 'should be a number of percent such as 2.5, not the text "2%"'],
  [growth({ maxPercent: 1, warnAt: 5 }), 'should be a percentage such as "95%"'],
  [growth({ max: 1, maxPercent: 1, warnAt: '5 B' }), 'should be a percentage such as "95%"'],
  [growth({ max: 1, missingBaseline: 'fail' }), 'should be one of "unknown", "pass"'],
  [one({ paths: {} }), 'artifacts[0].paths: should be a list'],
  [path({ max: 1 }), 'artifacts[0].paths[0]: the key "match" is missing'],
  [path({ match: '*' }), 'needs "max" (of each file), "total" (of all) or both'],
  [path({ match: '', max: 1 }), 'artifacts[0].paths[0].match: should not be empty'],
  [path({ match: 'x'.repeat(1025), max: 1 }), 'is longer than 1024 characters'],
  [path({ match: '*', max: 1, total: 2, warnAt: 1 }), 'should be a percentage such as "95%"'],
  [one(limit, { groups: [{ ...group, members: [] }] }), 'groups[0].members: should name at least one artifact'],
  [one(limit, { groups: [{ name: 'g', members: ['a'] }] }), 'groups[0]: needs "compressed", "uncompressed" or both'],
  [one(limit, { groups: [{ ...group, optional: true }] }), 'groups[0].optional: there is no such key'],
  [
    one(limit, { rules: { 'debug-symbol': 'error' } }),
    'rules.debug-symbol: there is no such rule; did you mean "debug-symbols"?',
  ],
  [
    one(limit, { rules: { 'debug-symbols': 'fatal' } }),
    'rules.debug-symbols: should be one of "off", "info", "warn", "error"',
  ],
  [one(limit, { rules: [] }), 'rules: should be an object, not a list'],
  [one(limit, { ignore: [{ rule: '*', match: '*' }] }), 'ignore[0]: the key "reason" is missing'],
  [one(limit, { ignore: [{ ...ignore, rule: 'nothing' }] }), 'ignore[0].rule: there is no rule "nothing"'],
  [
    one(limit, { ignore: [{ ...ignore, until: '2027-13-01' }] }),
    'ignore[0].until: should be a date such as "2027-01-31"',
  ],
  [one(limit, { ignore: [{ ...ignore, until: 'soon' }] }), 'should be a date'],
  [one(limit, { ignore: [{ ...ignore, until: '2027-1-1' }] }), 'should be a date'],
];

/** What JSON Schema cannot say, or would say only with much ado. */
const beyondSchema: readonly (readonly [text: string, says: string])[] = [
  [one({}), 'artifacts[0]: "a" has no limit'],
  [one({}), 'or let "rules" of the file warn or fail'],
  ...['20EB', '99999999999999999999', '8PiB', '99999TB', '.', '', 'MB', '5iB', '20 MBs', '1e3'].map(
    (text) => [dive(text), `"${text}" is no size that dive takes, such as "20MB"`] as const,
  ),
  [dive('-1 MB'), 'artifacts[0].dive.highestWastedBytes: "-1 MB" is negative'],
  [dive(1.5), '1.5 is not a whole number of bytes'],
  [one({}, { rules: { 'debug-symbols': 'info' } }), '"a" has no limit'],
  [
    JSON.stringify({
      version: 1,
      artifacts: [
        { name: 'a', path: 'a', ...limit },
        { name: 'a', path: 'b', ...limit },
      ],
    }),
    'artifacts[1].name: the name "a" stands twice',
  ],
  [one(limit, { groups: [{ ...group, name: 'a' }] }), 'groups[0].name: the name "a" stands twice'],
  [
    one(limit, { groups: [{ ...group, members: ['b'] }] }),
    'groups[0].members[0]: "b" matches the name of no artifact; did you mean "a"?',
  ],
  [one({ compressed: { max: 1, warnAt: 2 } }), '2 bytes are above the limit itself, 1'],
  [max('9007199254740992 B'), 'more than 2^53 - 1'],
  [dive('9007199254740992'), 'of at most 2^53 - 1 bytes'],
  [path({ match: '{a', max: 1 }), 'artifacts[0].paths[0].match: the pattern "{a" has a brace without its partner'],
  [path({ match: '[a', max: 1 }), 'a bracket without its partner'],
  [path({ match: '{a,b}'.repeat(30), max: 1 }), 'more than 1000 alternatives'],
  [one(limit, { ignore: [{ ...ignore, until: '2027-02-29' }] }), 'should be a date'],
];

describe('budgets files', () => {
  it.each(valid)('valid: %s', (text) => {
    expect(() => read(text)).not.toThrow();
    expect(bySchema(JSON.parse(text)), JSON.stringify(bySchema.errors)).toBe(true);
  });

  it.each(invalid)('invalid: %s', (text, says) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(says);
    expect(() => read(text)).toThrow(/^.{1,400} \(line \d+, column \d+\)$/);
    expect(bySchema(JSON.parse(text))).toBe(false);
  });

  it.each(beyondSchema)('invalid beyond the schema: %s', (text, says) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(says);
  });

  it('have the rules that there are', () => {
    expect(schema.$defs.rule.enum).toEqual(ruleIds);
  });

  it('are text in UTF-8', () => {
    const text = one(limit);
    expect(() => readBudgets(Buffer.from(`\ufeff${text}`))).not.toThrow();
    expect(() => readBudgets(Buffer.from(`\ufeff${text}`, 'utf16le'))).toThrow('UTF-16');
    expect(() => readBudgets(Buffer.from(text, 'utf16le'))).toThrow('NUL');
    expect(() => readBudgets(Buffer.concat([Buffer.from('{\n  "a\xff', 'latin1')]))).toThrow('(line 2, column 5)');
    expect(() => readBudgets(Buffer.alloc(16 * 1024 ** 2 + 1, ' '))).toThrow('more than 16777216 bytes');
    expect(() => readBudgets(Buffer.alloc(16 * 1024 ** 2, ' '))).toThrow('nothing but white space');
    expect(() => readBudgets(Buffer.alloc(0))).toThrow('nothing but white space (line 1, column 1)');
  });

  it.each([
    [[0xfe, 0xff, 0, 0x7b], 'is UTF-16 text'],
    [[0xfe, 0x7b], 'not UTF-8 (line 1, column 1)'],
    [[0xff, 0x7b], 'not UTF-8 (line 1, column 1)'],
    [[0x7b, 0xfe], 'not UTF-8 (line 1, column 2)'],
    [[0x7b, 0xff], 'not UTF-8 (line 1, column 2)'],
    [[0, 0x7b], 'holds NUL bytes'],
    [[0x20, 0x20, 0x20, 0], 'holds NUL bytes'],
    [[0x20, 0x20, 0x20, 0x20, 0], 'is not a value of JSON'],
  ])('that begin with %j: %s', (bytes, says) => {
    expect(() => readBudgets(Buffer.from(bytes))).toThrow(says);
  });

  it.each([
    ['[]', /^should be an object, not a list \(line 1, column 1\)$/],
    [one(limit, { version: '1' }), /^version: should be 1 /],
    [one(limit, { $schema: 5 }), /^\$schema: should be text/],
    [one(limit, { rules: { zzzzzz: 'warn' } }), /there is no such rule; "sizecheck explain" lists the rules/],
    [one(limit, { rules: { 'debug-symbols': [] } }), /not a list/],
  ])('%s: %s', (text, says) => {
    expect(() => read(text)).toThrow(says);
  });

  it('name members of groups as they are, too', () => {
    const { groups } = read(one({ ...limit, name: 'a[1]' }, { groups: [{ ...group, members: ['a[1]'] }] }));
    expect(groups).toHaveLength(1);
  });

  it('tell one place of one mistake', () => {
    const text =
      '{\n  "version": 1,\n  "artifacts": [\n    { "name": "a", "path": "a",\n      "compressed": { "max": "5M" } }\n  ]\n}\n';
    expect(() => read(text)).toThrow(
      'artifacts[0].compressed.max: "5M" is not a size such as 12 MiB, 5 MB or 1048576; write 5 MiB (1024) or 5 MB (1000) (line 5, column 30)',
    );
  });

  it('of 50,000 rules are read in seconds', () => {
    const paths = Array.from({ length: 50_000 }, (_, index) => ({ match: `lib/**/module-${index}.so`, max: '1 MiB' }));
    expect(read(one({ paths })).artifacts[0]?.paths).toHaveLength(50_000);
  });

  it('hold what they say', () => {
    const { artifacts } = read(growth({ max: '1 KiB', maxPercent: 3, warnAt: '50%' }));
    expect(artifacts[0]?.growth).toEqual({
      max: { at: 'artifacts[0].growth.max', max: 1024, warnAt: 512 },
      maxPercent: { at: 'artifacts[0].growth.maxPercent', max: 3, warnAt: 1.5 },
      missingBaseline: 'unknown',
    });
  });
});
