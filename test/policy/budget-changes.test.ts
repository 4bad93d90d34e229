// What a change of the budgets file lets pass: told key by key, and the other way round where the change is undone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BudgetChange } from '../../src/model/budget-change.ts';
import { changesOfBudgets } from '../../src/policy/budget-changes.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import type { Budgets } from '../../src/policy/budgets.ts';

function budgets(document: object): Budgets {
  return readBudgets(Buffer.from(JSON.stringify({ version: 1, ...document }))).budgets;
}

function one(artifact: object, rest: object = {}): Budgets {
  return budgets({ artifacts: [{ name: 'a', path: 'a.zip', uncompressed: { max: 1 }, ...artifact }], ...rest });
}

function said(changes: readonly BudgetChange[]): string[] {
  return changes.map(({ artifact, key, before, after, effect }) =>
    [effect, artifact ?? '-', key, String(before), String(after)].join(' | '),
  );
}

describe('one key', () => {
  it.each<[string, object, object, string[]]>([
    ['a limit', { compressed: { max: 5 } }, { compressed: { max: 6 } }, ['looser | a | compressed.max | 5 | 6']],
    ['a limit that is left out', { compressed: { max: 5 } }, {}, ['looser | a | compressed.max | 5 | null']],
    ['a limit of 0 that is left out', { compressed: { max: 0 } }, {}, ['looser | a | compressed.max | 0 | null']],
    [
      'growth',
      { growth: { max: '1 KiB', maxPercent: 2 } },
      { growth: { max: 1025, maxPercent: 2.5 } },
      ['looser | a | growth.max | 1024 | 1025', 'looser | a | growth.maxPercent | 2 | 2.5'],
    ],
    ['compressed growth', {}, { compressedGrowth: { max: 1 } }, ['tighter | a | compressedGrowth.max | null | 1']],
    [
      'a missing baseline that passes',
      { growth: { max: 1 } },
      { growth: { max: 1, missingBaseline: 'pass' } },
      ['looser | a | growth.missingBaseline | null | pass'],
    ],
    // It says nothing of its own where there is no limit.
    [
      'limits on growth that a missing baseline passes',
      {},
      { growth: { max: 1, missingBaseline: 'pass' } },
      ['tighter | a | growth.max | null | 1'],
    ],
    ['an artifact that need not be there', {}, { optional: true }, ['looser | a | optional | null | true']],
    ['another path', {}, { path: 'b.zip' }, ['other | a | path | a.zip | b.zip']],
    ['another baseline', { baseline: 'x' }, {}, ['other | a | baseline | x | null']],
    ['another compression', {}, { compressWith: 'zstd:19' }, ['other | a | compressWith | null | zstd:19']],
    [
      'another platform',
      { platform: 'linux/arm64', image: 'x' },
      { platform: 'linux/amd64', image: 'y' },
      ['other | a | image | x | y', 'other | a | platform | linux/arm64 | linux/amd64'],
    ],
    [
      'a limit on paths',
      { paths: [{ match: '*.so', max: 5, total: 9 }] },
      { paths: [{ match: '*.so', max: 4, total: 10, optional: true }] },
      [
        'looser | a | paths[*.so].total | 9 | 10',
        'looser | a | paths[*.so].optional | null | true',
        'tighter | a | paths[*.so].max | 5 | 4',
      ],
    ],
    [
      'a limit on other paths',
      { paths: [{ match: '*.so', max: 5, optional: true }] },
      { paths: [{ match: '*.a', max: 5 }] },
      ['looser | a | paths[*.so].max | 5 | null', 'tighter | a | paths[*.a].max | null | 5'],
    ],
    [
      'a limit on compressed bytes of paths',
      { paths: [{ match: '*.so', max: 5 }] },
      { paths: [{ match: '*.so', max: 5, compressed: true }] },
      ['looser | a | paths[*.so].max | 5 | null', 'tighter | a | paths[*.so].compressed.max | null | 5'],
    ],
    [
      'the second of two limits on one glob',
      {
        paths: [
          { match: 'x', max: 5 },
          { match: 'x', max: 6 },
        ],
      },
      {
        paths: [
          { match: 'x', max: 5 },
          { match: 'x', max: 7 },
        ],
      },
      ['looser | a | paths[x].max (2) | 6 | 7'],
    ],
    [
      'limits on layers',
      { waste: { max: 1 }, wastePercent: { max: 5 }, layers: { max: 12 }, pull: { max: 3 }, fullPull: { max: 8 } },
      { waste: { max: 2 }, wastePercent: { max: 6 }, layers: { max: 13 }, pull: { max: 4 }, fullPull: { max: 9 } },
      ['waste | 1 | 2', 'wastePercent | 5 | 6', 'layers | 12 | 13', 'pull | 3 | 4', 'fullPull | 8 | 9'].map(
        (text) => `looser | a | ${text.replace(' ', '.max ')}`,
      ),
    ],
    [
      'more layers that are not judged',
      { waste: { max: 1 } },
      { waste: { max: 1 }, baseLayers: 4 },
      ['looser | a | baseLayers | null | 4'],
    ],
    [
      "dive's limits, of which one is the least",
      { dive: { lowestEfficiency: 0.9, highestWastedBytes: '20MB', highestUserWastedPercent: 0.1 } },
      { dive: { lowestEfficiency: 0.8, highestWastedBytes: '21MB', highestUserWastedPercent: 0.05 } },
      [
        'looser | a | dive.lowestEfficiency | 0.9 | 0.8',
        'looser | a | dive.highestWastedBytes | 20000000 | 21000000',
        'tighter | a | dive.highestUserWastedPercent | 0.1 | 0.05',
      ],
    ],
    [
      'no limit of dive any more',
      { dive: { lowestEfficiency: 0.9 } },
      {},
      ['looser | a | dive.lowestEfficiency | 0.9 | null'],
    ],
    [
      'one of the limits of dive',
      { dive: { highestWastedBytes: 1 } },
      { dive: { highestWastedBytes: 2 } },
      ['looser | a | dive.highestWastedBytes | 1 | 2'],
    ],
    ['what decides nothing', { compressed: { max: 5, warnAt: '90%' } }, { compressed: { max: 5 }, reason: 'x' }, []],
    ['a size that is spelt otherwise', { compressed: { max: '1 KiB' } }, { compressed: { max: 1024 } }, []],
  ])('%s', (_, before, after, expected) => {
    expect(said(changesOfBudgets(one(before), one(after)))).toEqual(expected);
  });
});

describe('the file', () => {
  it('tells of rules by what they judge', () => {
    const before = one({}, { rules: { 'debug-symbols': 'error', 'duplicate-file': 'warn', 'static-library': 'info' } });
    const after = one({}, { rules: { 'debug-symbols': 'warn', 'duplicate-file': 'error', 'static-library': 'off' } });
    expect(said(changesOfBudgets(before, after))).toEqual([
      'looser | - | rules.debug-symbols | error | warn',
      // Neither judges.
      'other | - | rules.static-library | info | off',
      'tighter | - | rules.duplicate-file | warn | error',
    ]);
    expect(said(changesOfBudgets(before, one({})))).toEqual([
      'looser | - | rules.debug-symbols | error | null',
      'looser | - | rules.duplicate-file | warn | null',
      'other | - | rules.static-library | info | null',
    ]);
  });

  it('tells of what is ignored, and for how long', () => {
    const ignore = (until?: string, match = 'x'): Budgets =>
      one({}, { ignore: [{ rule: '*', match, reason: 'r', ...(until === undefined ? {} : { until }) }] });
    expect(said(changesOfBudgets(one({}), ignore('2027-01-01')))).toEqual([
      'looser | - | ignore[* x] | null | ignored until 2027-01-01',
    ]);
    expect(said(changesOfBudgets(ignore('2027-01-01'), ignore('2027-01-02')))).toEqual([
      'looser | - | ignore[* x] | ignored until 2027-01-01 | ignored until 2027-01-02',
    ]);
    expect(said(changesOfBudgets(ignore('2027-01-01'), ignore()))).toEqual([
      'looser | - | ignore[* x] | ignored until 2027-01-01 | ignored',
    ]);
    expect(said(changesOfBudgets(ignore(), ignore(undefined, 'y')))).toEqual([
      'looser | - | ignore[* y] | null | ignored',
      'tighter | - | ignore[* x] | ignored | null',
    ]);
  });

  it('says once that an artifact or a group came or went', () => {
    const b = { name: 'b', path: 'b.zip', compressed: { max: 5 }, paths: [{ match: 'x', max: 1 }] };
    const group = { name: 'both', members: ['a', 'b'], compressed: { max: 9 } };
    const a = { name: 'a', path: 'a.zip', uncompressed: { max: 1 } };
    const small = budgets({ artifacts: [a] });
    const large = budgets({ artifacts: [b, a], groups: [group] });
    expect(said(changesOfBudgets(large, small))).toEqual([
      'looser | b | path | b.zip | null',
      'looser | both | members | judged | null',
    ]);
    // What is new is told with its limits: an artifact may have got another name and another path.
    expect(said(changesOfBudgets(small, large))).toEqual([
      'tighter | b | path | null | b.zip',
      'tighter | b | compressed.max | null | 5',
      'tighter | b | paths[x].max | null | 1',
      'tighter | both | members | null | judged',
      'tighter | both | members[a] | null | counted',
      'tighter | both | members[b] | null | counted',
      'tighter | both | compressed.max | null | 9',
    ]);
    const fewer = budgets({ artifacts: [b, a], groups: [{ ...group, members: ['a'], compressed: { max: 10 } }] });
    expect(said(changesOfBudgets(large, fewer))).toEqual([
      'looser | both | compressed.max | 9 | 10',
      'looser | both | members[b] | counted | null',
    ]);
  });

  it('knows an artifact by its path where it has another name', () => {
    const before = one({ compressed: { max: 5 }, reason: 'old' });
    const after = one({ name: 'z', compressed: { max: 9 }, reason: 'new' });
    expect(said(changesOfBudgets(before, after))).toEqual([
      'looser | z | compressed.max | 5 | 9',
      'other | z | name | a | z',
    ]);
    expect(said(changesOfBudgets(before, one({ name: 'z', path: 'z.zip' })))).toEqual([
      'looser | a | path | a.zip | null',
      'tighter | z | path | null | z.zip',
      'tighter | z | uncompressed.max | null | 1',
    ]);
  });

  it('tells apart what only looks alike', () => {
    const names = ['a', 'b', 'a, b'].map((name) => ({ name, path: name, uncompressed: { max: 1 } }));
    const grouped = (members: readonly string[]): Budgets =>
      budgets({ artifacts: names, groups: [{ name: 'g', members, uncompressed: { max: 1 } }] });
    expect(said(changesOfBudgets(grouped(['a', 'b']), grouped(['a, b'])))).toEqual([
      'looser | g | members[a] | counted | null',
      'looser | g | members[b] | counted | null',
      'tighter | g | members[a, b] | null | counted',
    ]);
    const limited = (path: object): Budgets => one({ paths: [{ max: 1, optional: true, ...path }] });
    for (const match of ['x, compressed', 'x].compressed', 'x].compressed.max'])
      expect(changesOfBudgets(limited({ match: 'x', compressed: true }), limited({ match }))).not.toEqual([]);
  });

  it('knows that a limit on growth without its baseline may pass', () => {
    const growth = { max: 1, missingBaseline: 'pass' };
    expect(said(changesOfBudgets(one({ growth, baseline: 'x' }), one({ growth })))).toEqual([
      'looser | a | baseline | x | null',
    ]);
    expect(
      said(changesOfBudgets(one({ compressedGrowth: growth, baseline: 'x' }), one({ compressedGrowth: growth }))),
    ).toEqual(['looser | a | baseline | x | null']);
    expect(said(changesOfBudgets(one({ growth, baseline: 'x' }), one({ growth, baseline: 'y' })))).toEqual([
      'other | a | baseline | x | y',
    ]);
  });

  it('gives the reason that the new file has', () => {
    const before = one({ compressed: { max: 5 }, reason: 'old' });
    const [change] = changesOfBudgets(before, one({ compressed: { max: 6 }, reason: 'new backend' }));
    expect(change).toMatchObject({ reason: 'new backend', unit: 'bytes' });
    // That of other limits explains nothing; one that an entry has is its own.
    const [kept] = changesOfBudgets(before, one({ compressed: { max: 6 }, reason: 'old' }));
    expect(kept).toMatchObject({ reason: null });
    const ignore = [{ rule: '*', match: 'x', reason: 'two loaders' }];
    const paths = [{ match: 'x', max: 1, reason: 'one page' }];
    expect(changesOfBudgets(before, one({ compressed: { max: 5 }, paths, reason: 'old' }, { ignore }))).toMatchObject([
      { key: 'ignore[* x]', reason: 'two loaders' },
      { key: 'paths[x].max', reason: 'one page' },
    ]);
  });

  const limit = fc.option(fc.record({ max: fc.nat(5) }), { nil: undefined });
  const artifact = fc.record({
    uncompressed: fc.record({ max: fc.nat(3) }),
    compressed: limit,
    growth: fc.option(fc.record({ max: fc.nat(3), missingBaseline: fc.constantFrom('pass', 'unknown') }), {
      nil: undefined,
    }),
    optional: fc.boolean(),
    paths: fc.array(
      fc.record({ match: fc.constantFrom('x', 'y', '__proto__'), max: fc.nat(3), optional: fc.boolean() }),
      {
        maxLength: 3,
      },
    ),
  });
  const file = fc
    .record({
      artifacts: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', '__proto__'), artifact), {
        minLength: 1,
        selector: ([name]) => name,
      }),
      rules: fc.dictionary(fc.constantFrom('debug-symbols', 'duplicate-file'), fc.constantFrom('off', 'warn', 'error')),
    })
    .map(({ artifacts, rules }) =>
      budgets({ artifacts: artifacts.map(([name, rest]) => ({ name, path: name, ...rest })), rules }),
    );

  it('has no change against itself, and the reverse of each the other way round', () => {
    const reverse = { looser: 'tighter', tighter: 'looser', other: 'other' } as const;
    fc.assert(
      fc.property(file, file, (before, after) => {
        expect(changesOfBudgets(before, before)).toEqual([]);
        // What only one of them has is told in full where it is new, and in a word where it is gone.
        const names = [before, after].map(({ artifacts }) => new Set(artifacts.map(({ name }) => name)));
        const inBoth = ({ artifact: name }: BudgetChange): boolean =>
          name === null || names.every((set) => set.has(name));
        const there = changesOfBudgets(before, after).filter(inBoth);
        const back = changesOfBudgets(after, before).filter(inBoth);
        const turned = back.map((change) => ({
          ...change,
          before: change.after,
          after: change.before,
          effect: reverse[change.effect],
        }));
        expect(said(turned).toSorted()).toEqual(said(there).toSorted());
      }),
    );
  });

  it('tells of 40,000 limits as quickly as it reads them', () => {
    const many = (max: number): Budgets =>
      one({ paths: Array.from({ length: 40_000 }, (_, index) => ({ match: `f${index}`, max, optional: true })) });
    expect(changesOfBudgets(many(1), many(2))).toHaveLength(40_000);
  });
});
