// Budgets on the layers of an image: read, judged, and dive's among them.
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/model/verdict.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import { diveRules, parseDiveBytes } from '../../src/policy/dive-ci.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { Baseline } from '../../src/policy/evidence.ts';
import { claimsAboveBase, withoutHiddenBase } from '../../src/policy/image-verdicts.ts';
import { judgeByPolicy } from '../../src/policy/severities.ts';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { Image, Snapshot } from '../../src/model/snapshot.ts';
import { judge } from '../../src/rules/index.ts';
import { digest, elf, file, hidden, image, snapshot } from '../build/snapshot.ts';

function layered(names: readonly string[], compressed: number | null = 100): Image {
  const base = image(names);
  const layers = base.layers.map((layer, index) => {
    const name = names[index] ?? '';
    return { ...layer, digest: digest(`b${name}`), diffId: digest(`t${name}`), compressed, content: 1000 };
  });
  const dive = { ...base.dive, efficiency: 0.9, wastedBytes: 20_000_000, userWastedPercent: 0.25 };
  return { ...base, layers, dive };
}

const app = snapshot([file('etc/a', 1000, { layer: 0 })], {
  image: layered(['base', 'apt', 'copy', 'chown']),
  hidden: [
    hidden('usr/x', 300, 0, 1, 'deleted'),
    hidden('usr/y', 40, 0, 3, 'metadata'),
    hidden('app/z', 500, 2, 3, 'metadata'),
    hidden('app/w', 7, 1, 2, 'overwritten'),
  ],
});

const none: Baseline = { kind: 'missing', reason: 'no baseline' };

function verdicts(limits: object, one: Snapshot = app, baseline: Baseline = none, more = {}): readonly Verdict[] {
  const text = JSON.stringify({ version: 1, artifacts: [{ name: 'app', path: 'app.tar', ...limits }], ...more });
  const { budgets } = readBudgets(Buffer.from(text));
  const [budget] = budgets.artifacts;
  if (budget === undefined) throw new Error('no budget');
  const judged = judgeByPolicy([], budgets, '2026-01-01');
  const measured = [{ name: 'app', budget, identity: 'app.tar', snapshot: one, judged, baseline }];
  return evaluate(budgets, { measured, unmeasured: [], file: 'budgets.json', today: '2026-01-01', complete: true }).gate
    .verdicts;
}

const brief = (found: readonly Verdict[]) =>
  found.map(({ measure, actual, status, over }) => [measure, actual, status, over]);

describe('the image that a budget is on', () => {
  it.each([
    [{}, undefined],
    [{ image: 'app:1' }, { name: 'app:1', platform: null }],
    [{ platform: 'linux/arm64' }, { name: null, platform: 'linux/arm64' }],
    [
      { image: '2', platform: 'linux/arm64' },
      { name: '2', platform: 'linux/arm64' },
    ],
  ])('is chosen by %j', (more, choice) => {
    const artifacts = [{ name: 'app', path: 'app.tar', layers: { max: 1 }, ...more }];
    const { budgets } = readBudgets(Buffer.from(JSON.stringify({ version: 1, artifacts })));
    expect(budgets.artifacts[0]?.choice).toEqual(choice);
  });
});

describe('limits on layers', () => {
  it('judges waste, its share, and the number of layers', () => {
    expect(
      brief(verdicts({ waste: { max: 847 }, wastePercent: { max: 21 }, layers: { max: 4, warnAt: '50%' } })),
    ).toEqual([
      ['waste-percent', 21.175, 'fail', 0.175],
      ['layers', 4, 'warn', 0],
      ['waste', 847, 'pass', 0],
    ]);
    expect(verdicts({ waste: { max: 0 } })[0]?.top).toEqual([
      { path: 'app/z', bytes: 500 },
      { path: 'usr/x', bytes: 300 },
      { path: 'usr/y', bytes: 40 },
    ]);
  });

  it('leaves base layers out, but for what is stored again', () => {
    expect(brief(verdicts({ baseLayers: 1, waste: { max: 1 }, wastePercent: { max: 1 }, layers: { max: 1 } }))).toEqual(
      [
        ['waste', 547, 'fail', 546],
        ['waste-percent', (100 * 547) / 3000, 'fail', 17.2333],
        ['layers', 3, 'fail', 2],
      ],
    );
    expect(brief(verdicts({ baseLayers: 4, waste: { max: 0 }, wastePercent: { max: 0 }, layers: { max: 0 } }))).toEqual(
      [
        ['waste', 0, 'pass', 0],
        ['waste-percent', 0, 'pass', 0],
        ['layers', 0, 'pass', 0],
      ],
    );
  });

  it('knows of an image by its base alone where only rules are to judge', () => {
    const rules = { rules: { 'debug-symbols': 'error' } };
    expect(verdicts({ baseLayers: 5 }, app, none, rules).map(({ status }) => status)).toEqual(['unknown']);
    expect(verdicts({ baseLayers: 4 }, app, none, rules).map(({ status }) => status)).toEqual(['pass']);
  });

  it('judges nothing above a base that the image cannot have', () => {
    // Else every limit held, on no bytes at all.
    const limits = { waste: { max: 0 }, wastePercent: { max: 0 }, layers: { max: 0 }, pull: { max: 1 } };
    const found = verdicts({ baseLayers: 5, ...limits, dive: { highestWastedBytes: '30MB' } });
    const because = '"baseLayers" is 5, and the image has 4 layers: not all of them are its base';
    expect(found.map(({ measure, status, reason }) => [measure, status, reason])).toEqual([
      ['waste', 'unknown', because],
      ['waste-percent', 'unknown', because],
      ['layers', 'unknown', because],
      ['pull', 'unknown', 'no baseline'],
      ['highestWastedBytes', 'pass', null],
    ]);
    const rules = { rules: { 'deleted-in-later-layer': 'error' } };
    expect(verdicts({ baseLayers: 5, waste: { max: 900 } }, app, none, rules)).toMatchObject([
      { measure: 'waste', status: 'unknown' },
      { measure: 'rule', status: 'unknown', reason: because },
    ]);
  });

  it('leaves files of base layers out of rules', () => {
    const facts = elf({ unneeded: 10 });
    const one = snapshot([file('usr/lib.so', 900, { layer: 0, facts }), file('app/lib.so', 800, { layer: 2, facts })], {
      image: app.image ?? image([]),
      hidden: app.hidden ?? [],
    });
    const claims = (base: number): string[] =>
      claimsAboveBase(judge(withoutHiddenBase(one, base)), one, base)
        .flatMap((found) => found.claims.map(({ path }) => path))
        .toSorted();
    expect(claims(0)).toEqual(['app/lib.so', 'app/w', 'app/z', 'usr/lib.so', 'usr/x', 'usr/y']);
    expect(claims(1)).toEqual(['app/lib.so', 'app/w', 'app/z', 'usr/y']);
    expect(claims(3)).toEqual(['app/z', 'usr/y']);
  });

  it('says how many base layers were left out', () => {
    const reasonOf = (baseLayers: number) => verdicts({ baseLayers, layers: { max: 4 } })[0]?.reason;
    expect([0, 1, 2].map(reasonOf)).toEqual([null, 'without 1 base layer', 'without 2 base layers']);
    const single = { ...app, image: layered(['base']) };
    expect(verdicts({ baseLayers: 2, layers: { max: 4 } }, single)[0]?.reason).toContain('the image has 1 layer:');
  });

  it('knows no share of nothing', () => {
    const layers = layered(['a', 'b']).layers.map((layer) => ({ ...layer, content: 0 }));
    const one = { ...app, image: { ...layered(['a', 'b']), layers } };
    expect(verdicts({ wastePercent: { max: 99 } }, one)).toMatchObject([
      { status: 'unknown', reason: expect.stringContaining('hold 0 bytes') },
    ]);
    expect(verdicts({ wastePercent: { max: 0 } }, { ...one, hidden: [] })).toMatchObject([
      { actual: 0, status: 'pass', reason: null },
    ]);
  });

  it('leaves claims that are on layers above the base, and findings without any', () => {
    const one = snapshot([file('a', 1, { layer: 0 }), file('b', 1, { layer: 1 })], { image: layered(['x', 'y']) });
    const [claim, fix] = [
      { part: null, bytes: 1 },
      { commands: [], advice: null },
    ];
    const found = { rule: 'r', severity: 'warn', title: 'r', bytes: 1, fix } as const;
    const left = (claims: readonly object[], base = 1) =>
      claimsAboveBase([{ ...found, claims: claims.map((more) => ({ path: 'a', ...claim, ...more })) }], one, base).map(
        ({ claims: kept }) => kept.length,
      );
    expect(left([{ path: 'a' }, { path: 'b' }, { path: 'neither' }])).toEqual([2]);
    expect(left([{ layer: 0 }, { layer: 1 }])).toEqual([1]);
    expect(left([{ path: 'b', layer: 0 }])).toEqual([]);
    expect(left([{ path: 'a' }])).toEqual([]);
    expect(left([])).toEqual([0]);
    expect(left([{ path: 'a' }], 0)).toEqual([1]);
    const { hidden: _none, ...without } = app;
    expect(withoutHiddenBase(without, 2)).toBe(without);
  });

  it('judges what must be pulled, against a baseline', () => {
    const against = (old: Image, now: Image = app.image ?? image([])): Baseline => {
      const judged = (one: Image) => ({ snapshot: snapshot([], { image: one }), findings: [] });
      const options = { stripComponents: 0, maps: [], sections: false };
      return { kind: 'diff', diff: diffSnapshots(judged(old), judged(now), options), notices: [] };
    };
    const pull = { pull: { max: 150 } };
    expect(brief(verdicts(pull, app, against(layered(['base', 'apt']))))).toEqual([['pull', 200, 'fail', 50]]);
    expect(brief(verdicts({ ...pull, baseLayers: 3 }, app, against(layered(['base']))))).toEqual([
      ['pull', 100, 'pass', 0],
    ]);
    expect(verdicts(pull)).toMatchObject([{ measure: 'pull', status: 'unknown', reason: 'no baseline' }]);
    const plain = { snapshot: snapshot([]), findings: [] };
    const diff = diffSnapshots(plain, plain, { stripComponents: 0, maps: [], sections: false });
    expect(verdicts(pull, app, { kind: 'diff', diff, notices: [] })[0]?.reason).toContain('the baseline is no image');
    const raw = against(layered(['base']), layered(['base', 'apt'], null));
    expect(verdicts(pull, app, raw)[0]).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('uncompressed'),
    });
  });

  it('judges what a host without any layer pulls', () => {
    const limit = { fullPull: { max: 350 } };
    expect(verdicts(limit)).toMatchObject([
      {
        measure: 'full-pull',
        budget: 'artifacts[0].fullPull.max',
        actual: 400,
        over: 50,
        status: 'fail',
        reason: null,
      },
    ]);
    expect(verdicts({ ...limit, baseLayers: 1 })).toMatchObject([
      { actual: 300, status: 'pass', reason: 'without 1 base layer' },
    ]);
    // One blob that stands for two layers is pulled once, as the lower one.
    const twice = { ...app, image: layered(['base', 'apt', 'base', 'chown']) };
    expect(brief(verdicts(limit, twice))).toEqual([['full-pull', 300, 'pass', 0]]);
    expect(brief(verdicts({ ...limit, baseLayers: 1 }, twice))).toEqual([['full-pull', 200, 'pass', 0]]);
    expect(verdicts(limit)[0]?.top.map(({ path }) => path)).toEqual(['layer 0', 'layer 1', 'layer 2']);
    expect(verdicts(limit, { ...app, image: layered(['base'], null) })).toMatchObject([
      { actual: null, status: 'unknown', reason: expect.stringContaining('uncompressed') },
    ]);
    expect(verdicts(limit, snapshot([file('a', 1)]))).toMatchObject([
      { measure: 'full-pull', status: 'unknown', reason: expect.stringContaining('is no image') },
    ]);
    expect(verdicts({ ...limit, baseLayers: 5 })).toMatchObject([{ status: 'unknown' }]);
  });

  it('is unknown of what is no image', () => {
    const plain = snapshot([file('a', 1)]);
    expect(verdicts({ layers: { max: 5 }, dive: { lowestEfficiency: 0.9 } }, plain)).toMatchObject([
      { measure: 'layers', status: 'unknown', reason: expect.stringContaining('is no image') },
      { measure: 'lowestEfficiency', status: 'unknown' },
    ]);
    expect(verdicts({ layers: { max: 5 } }, plain)).toHaveLength(1);
    const rules = { rules: { 'debug-symbols': 'error' } };
    expect(verdicts({ baseLayers: 2 }, plain, none, rules).map(({ status }) => status)).toEqual(['pass']);
  });

  it.each([
    [{ layers: { max: 1.5 } }, 'artifacts[0].layers.max: 1.5 is not a whole number of layers'],
    [{ layers: { max: '5' } }, 'artifacts[0].layers.max: should be a number of layers, not the text "5"'],
    [{ layers: { max: 5, warnAt: 4 } }, 'artifacts[0].layers.warnAt: should be a percentage'],
    [{ layers: {} }, 'artifacts[0].layers: the key "max" is missing'],
    [{ wastePercent: { max: -1 } }, 'artifacts[0].wastePercent.max'],
    [{ baseLayers: 1 }, 'artifacts[0]: "app" has no limit'],
    [{ baseLayers: -1 }, 'artifacts[0].baseLayers: -1 is not a whole number'],
    [{ dive: {} }, 'artifacts[0].dive: should hold at least one'],
    [{ dive: { lowestEfficency: 1 } }, 'did you mean'],
    [{ dive: { lowestEfficiency: 95 } }, 'artifacts[0].dive.lowestEfficiency: 95 is not from 0 to 1'],
    [{ dive: { lowestEfficiency: -0.1 } }, '-0.1 is not from 0 to 1'],
    [{ dive: { lowestEfficiency: '1' } }, 'should be a number from 0 to 1, not the text "1"'],
    [{ dive: { highestWastedBytes: '9'.repeat(61) } }, `"${'9'.repeat(60)}…" is no size that dive takes`],
  ])('refuses %j', (limits, says) => {
    expect(() => verdicts(limits)).toThrow(says);
  });
});

describe('limits of dive', () => {
  it('are shares from 0 to 1, both included', () => {
    const shares = { lowestEfficiency: 0, highestUserWastedPercent: 1 };
    expect(verdicts({ dive: shares }).map(({ limit, status }) => [limit, status])).toEqual([
      [0, 'pass'],
      [1, 'pass'],
    ]);
  });

  it('know no share of users where no layer but the lowest holds bytes, unless nothing is wasted', () => {
    const user = (wastedBytes: number) => {
      const base = layered(['a']);
      const one = { ...app, image: { ...base, dive: { ...base.dive, wastedBytes, userWastedPercent: null } } };
      return verdicts({ dive: { highestUserWastedPercent: 0.1 } }, one)[0];
    };
    expect(user(1)).toMatchObject({ status: 'unknown', reason: expect.stringContaining('no layer but the lowest') });
    expect(user(0)).toMatchObject({ status: 'pass', actual: 0 });
  });

  it('say why they are there, where they do not hold', () => {
    const reasonOf = (lowestEfficiency: number, more: object) =>
      verdicts({ dive: { lowestEfficiency }, ...more })[0]?.reason;
    expect(reasonOf(0.95, { reason: 'small' })).toBe('limit because: small');
    expect(reasonOf(0.95, {})).toBeNull();
    expect(reasonOf(0.9, { reason: 'small' })).toBeNull();
  });

  it('has the comparisons of dive: what equals a limit passes', () => {
    const equal = { lowestEfficiency: 0.9, highestWastedBytes: '20MB', highestUserWastedPercent: 0.25 };
    expect(verdicts({ dive: equal }).map(({ status }) => status)).toEqual(['pass', 'pass', 'pass']);
    const beyond = { lowestEfficiency: 0.95, highestWastedBytes: 19_999_999, highestUserWastedPercent: 0.2 };
    expect(brief(verdicts({ dive: beyond }))).toEqual([
      ['highestWastedBytes', 20_000_000, 'fail', 1],
      ['lowestEfficiency', 0.9, 'fail', 0.05],
      ['highestUserWastedPercent', 0.25, 'fail', 0.05],
    ]);
  });

  it('reads a file of dive, with its defaults for what it does not name', () => {
    expect(diveRules('rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n')).toEqual({
      lowestEfficiency: 0.95,
      highestWastedBytes: 20_000_000,
      highestUserWastedPercent: 0.1,
    });
    expect(diveRules('lowestEfficiency: off\nhighestUserWastedPercent: "disabled"\n')).toEqual({
      lowestEfficiency: null,
      highestWastedBytes: null,
      highestUserWastedPercent: null,
    });
    expect(() => diveRules('lowestEfficiency: 95')).toThrow('lowestEfficiency: "95" is no limit that dive takes');
    expect(() => diveRules('highestWastedBytes: many')).toThrow('is no limit that dive takes');
  });

  it.each([
    ['20MB', 20_000_000],
    ['20 mb', 20_000_000],
    ['20M', 20_000_000],
    ['42mib', 44_040_192],
    ['42Mi', 44_040_192],
    ['1.5k', 1500],
    ['7', 7],
    ['0B', 0],
    ['i', null],
    ['1ib', null],
    ['-1', null],
    ['', null],
  ])('reads %j as dive does', (text, bytes) => {
    expect(parseDiveBytes(text)).toBe(bytes);
  });
});
