// Which artifacts a gate measures, and what each is compared with.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityOf, targetsOf, withBaselines } from '../../src/cli/measuring/targets.ts';
import type { Targets } from '../../src/cli/measuring/targets.ts';
import { ConfigError, InputError, UsageError } from '../../src/errors.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import type { Budgets } from '../../src/policy/budgets.ts';
import { tempDirectory } from '../build/temp.ts';

const root = tempDirectory('targets');
const here = process.cwd();
// What the command line names is relative to the working directory.
beforeAll(() => process.chdir(root));
afterAll(() => process.chdir(here));
for (const folder of ['dist', 'ci']) mkdirSync(join(root, folder));
for (const path of [
  'dist/a-1.tar',
  'dist/a-2.tar',
  'b.tar',
  'other.tar',
  'old.tar',
  'ci/c.tar',
  'x=y.tar',
  'dist/b.tar',
  'dist/b[1].tar',
])
  writeFileSync(join(root, path), path);
symlinkSync('a-1.tar', join(root, 'dist/latest'));

const max = { max: 1 };
const a = { name: 'a', path: 'dist/a-*.tar', uncompressed: max };
const b = { name: 'b', path: 'b.tar', uncompressed: max };
const c = { name: 'c', path: 'c.tar', optional: true, uncompressed: max };

function budgetsOf(...artifacts: readonly object[]): Budgets {
  return readBudgets(Buffer.from(JSON.stringify({ version: 1, artifacts }))).budgets;
}

/** Each as `name <- path`, with its baseline where it has one. */
function shown({ targets }: Targets): string[] {
  return targets.map(
    ({ name, path, baseline }) => `${name} <- ${path}${baseline === null ? '' : ` beside ${baseline}`}`,
  );
}

describe('targets of a budgets file', () => {
  it('are all that its patterns match, beside its folder', () => {
    const found = targetsOf('ci/budgets.json', budgetsOf(c, { ...b, path: '../b.tar', baseline: '../old.tar' }), []);
    expect(shown(found)).toEqual(['c <- ci/c.tar', 'b <- b.tar beside old.tar']);
    expect(found).toMatchObject({ absent: [], complete: true });
    expect(shown(targetsOf('budgets.json', budgetsOf(a), []))).toEqual([
      'a (dist/a-1.tar) <- dist/a-1.tar',
      'a (dist/a-2.tar) <- dist/a-2.tar',
    ]);
    const [absolute, old] = [join(root, 'b.tar'), join(root, 'old.tar')];
    const anywhere = budgetsOf({ ...b, path: absolute, baseline: old });
    expect(shown(targetsOf('ci/budgets.json', anywhere, []))).toEqual([`b <- ${absolute} beside ${old}`]);
  });

  it('may be absent where they are optional, and nowhere else', () => {
    const found = targetsOf('budgets.json', budgetsOf(b, c), []);
    expect(shown(found)).toEqual(['b <- b.tar']);
    expect(found.absent).toMatchObject([{ kind: 'absent', budget: { name: 'c' } }]);
    const missing = budgetsOf({ ...c, optional: false }, b, { ...a, path: 'no*' });
    const says = 'artifacts[0].path: "c.tar" matches nothing; artifacts[2].path: "no*" matches nothing';
    const lost = targetsOf('budgets.json', missing, []);
    expect(shown(lost)).toEqual(['b <- b.tar']);
    expect(lost.missing).toMatchObject([
      {
        kind: 'broken',
        budget: { name: 'c' },
        path: 'budgets.json',
        reason: '"c.tar" matches nothing (in the folder of the file)',
      },
      {
        kind: 'broken',
        budget: { name: 'a' },
        path: 'budgets.json',
        reason: '"no*" matches nothing (in the folder of the file)',
      },
    ]);
    for (const { error } of lost.missing ?? []) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(`${says} (in the folder of the file); make it, correct it, or mark it "optional"`);
    }
    expect(targetsOf('ci/budgets.json', budgetsOf(b), []).missing?.[0]?.reason).toContain('(in "ci")');
  });

  it('share no baseline', () => {
    const says = 'artifacts[0].baseline: "dist/a-*.tar" matches 2 artifacts';
    expect(() => targetsOf('budgets.json', budgetsOf({ ...a, baseline: 'old.tar' }), [])).toThrow(says);
  });
});

describe('targets that are named', () => {
  const all = budgetsOf(a, b, c);
  const of = (...words: readonly string[]): Targets => targetsOf('budgets.json', all, words);

  it.each([
    // By its name, or lying where its budget says.
    [['b=gone.tar', 'dist/a-1.tar'], ['b']],
    [['./c.tar'], ['c']],
    [
      ['dist/a-1.tar', 'c.tar', 'b=gone.tar'],
      ['c', 'b'],
    ],
  ])('%j are missing where it is known which they are', (words, names) => {
    const { targets, missing, complete } = of(...words);
    expect(targets).toHaveLength(words.length - names.length);
    expect(missing?.map(({ budget }) => budget.name)).toEqual(names);
    for (const one of missing ?? []) {
      expect(one).toMatchObject({ kind: 'broken', reason: `"${one.path}" cannot be read (ENOENT)` });
      expect(one.error).toBeInstanceOf(InputError);
      expect(one.error.message).toBe('cannot be read (ENOENT)');
    }
    expect(complete).toBe(false);
  });

  it.each([
    [['b.tar'], ['b <- b.tar']],
    [['./dist/../b.tar'], ['b <- ./dist/../b.tar']],
    [['dist/latest'], ['a <- dist/latest']],
    [
      ['dist/a-2.tar', 'dist/a-1.tar'],
      ['a (dist/a-2.tar) <- dist/a-2.tar', 'a (dist/a-1.tar) <- dist/a-1.tar'],
    ],
    [
      ['b=other.tar', 'dist/a-1.tar'],
      ['b <- other.tar', 'a <- dist/a-1.tar'],
    ],
    [['b=x=y.tar'], ['b <- x=y.tar']],
    [['c=-'], ['c <- -']],
    // The first word that names a file counts.
    [['dist/a-1.tar', './dist/a-1.tar', 'dist/latest', 'a=dist/a-1.tar'], ['a <- dist/a-1.tar']],
    [
      ['b.tar', 'c=b.tar'],
      ['b <- b.tar', 'c <- b.tar'],
    ],
  ])('%j', (words, expected) => {
    expect(shown(of(...words))).toEqual(expected);
  });

  it('are of all budgets that cover a file', () => {
    const twice = budgetsOf(b, { ...b, name: 'b too' }, a);
    expect(shown(targetsOf('budgets.json', twice, ['b.tar']))).toEqual(['b <- b.tar', 'b too <- b.tar']);
    // A name counts before "=" only.
    const begun = budgetsOf(b, { ...a, name: 'b.ta' });
    expect(shown(targetsOf('budgets.json', begun, ['b.tar']))).toEqual(['b <- b.tar']);
  });

  it.each([
    ['all', ['dist/a-1.tar', 'dist/a-2.tar', 'b.tar', 'c=other.tar'], true, []],
    ['all, under another name', ['dist/latest', 'dist/a-2.tar', 'b.tar', 'c=other.tar'], true, []],
    ['not all', ['dist/a-1.tar', 'dist/a-2.tar', 'b.tar'], false, []],
    ['a part of one', ['dist/a-1.tar', 'b.tar', 'c=other.tar'], false, ['a']],
    ['one that is elsewhere today', ['b=other.tar'], false, []],
    ['another than the two of its pattern', ['a=other.tar'], false, ['a']],
  ])('tell whether they are %s', (_, words, complete, partial) => {
    const found = of(...words);
    expect(found.complete).toBe(complete);
    expect(found.partial?.map(({ name }) => name)).toEqual(partial);
    expect(found.absent).toEqual([]);
  });

  it.each([
    [['none.tar'], InputError, /^"none\.tar" cannot be read \(ENOENT\)$/],
    [['='], InputError, /^"=" cannot be read \(ENOENT\)$/],
    [
      ['c'],
      InputError,
      /^"c" cannot be read \(ENOENT\); to measure the artifact "c" alone, name its file \("c\.tar"\)$/,
    ],
    [['=b.tar'], InputError, /^"=b\.tar" cannot be read \(ENOENT\)$/],
    [['B=b.tar'], InputError, /; no artifact is called "B": there are "a", "b", "c"$/],
    [['B=none.tar'], InputError, /^"B=none\.tar" cannot be read \(ENOENT\)$/],
    [['b='], UsageError, /^"b=" names no path; is a variable not set\?$/],
    [['other.tar'], UsageError, /^no budget of "budgets\.json" covers "other\.tar"; it has a \("dist\/a-\*\.tar"\), b/],
    [['-'], UsageError, /covers "-"/],
  ])('%j is refused', (words, kind, says) => {
    expect(() => of(...words)).toThrow(kind);
    expect(() => of(...words)).toThrow(says);
  });

  it('go to the only budget that there is', () => {
    expect(shown(targetsOf('budgets.json', budgetsOf(b), ['dist/b.tar']))).toEqual(['b <- dist/b.tar']);
    const versioned = budgetsOf({ ...b, path: 'build/a-*.tar' });
    expect(shown(targetsOf('budgets.json', versioned, ['dist/a-1.tar']))).toEqual(['b <- dist/a-1.tar']);
    const odd = budgetsOf({ ...b, path: 'build/b[1].tar' });
    expect(shown(targetsOf('budgets.json', odd, ['dist/b[1].tar']))).toEqual(['b <- dist/b[1].tar']);
    expect(() => targetsOf('budgets.json', budgetsOf(b), ['other.tar'])).toThrow(
      'no budget of "budgets.json" covers "other.tar"; it has b ("b.tar"); to choose one write NAME=other.tar',
    );
    expect(shown(targetsOf('budgets.json', budgetsOf(b), ['-']))).toEqual(['b <- -']);
    expect(() => targetsOf('budgets.json', budgetsOf(b), ['B=b.tar'])).toThrow('there is "b"');
    const based = budgetsOf({ ...b, baseline: 'old.tar' });
    expect(shown(targetsOf('budgets.json', based, ['dist/b.tar']))).toEqual(['b <- dist/b.tar beside old.tar']);
    const says = 'artifacts[0].baseline: it is for 2 of the given artifacts';
    expect(() => targetsOf('budgets.json', based, ['dist/b.tar', 'b.tar'])).toThrow(says);
  });

  it('are suggested five at most', () => {
    const many = (count: number): Budgets =>
      budgetsOf(...Array.from({ length: count }, (_, index) => ({ ...b, name: `n${index}` })));
    const five = '"n0", "n1", "n2", "n3", "n4"';
    expect(() => targetsOf('budgets.json', many(5), ['n=b.tar'])).toThrow(new RegExp(`there are ${five}$`));
    expect(() => targetsOf('budgets.json', many(6), ['n=b.tar'])).toThrow(new RegExp(`there are ${five}, …$`));
  });

  it('are one file by all its names', () => {
    expect(identityOf('dist/latest')).toBe(identityOf('./dist/a-1.tar'));
    expect(identityOf('none/../gone')).toBe(identityOf('gone'));
    expect(identityOf('-')).toBe('-');
  });
});

describe('baselines on the command line', () => {
  const one = targetsOf(join(root, 'budgets.json'), budgetsOf({ ...b, baseline: 'other.tar' }), []);
  const two = targetsOf(join(root, 'budgets.json'), budgetsOf(b, { ...a, path: 'dist/a-1.tar' }), []);
  const baselines = (found: Targets): (string | null)[] => found.targets.map(({ baseline }) => baseline);

  it('stand before those of the file', () => {
    expect(baselines(withBaselines(one, []))).toEqual([join(root, 'other.tar')]);
    expect(baselines(withBaselines(one, ['old.tar']))).toEqual(['old.tar']);
    expect(baselines(withBaselines(one, ['b=old.tar']))).toEqual(['old.tar']);
    // A first run may have none yet.
    expect(baselines(withBaselines(one, ['main=1/old.tar']))).toEqual(['main=1/old.tar']);
    expect(baselines(withBaselines(one, ['x=y.tar']))).toEqual(['x=y.tar']);
    expect(baselines(withBaselines(two, ['a=old.tar']))).toEqual([null, 'old.tar']);
    expect(baselines(withBaselines(two, ['a=old.tar', 'b=-']))).toEqual(['-', 'old.tar']);
  });

  it.each([
    ['one', ['B=old.tar'], '--baseline "B=old.tar" is not there; no artifact is called "B": there is "b"'],
    ['one', ['b='], 'names no path'],
    ['one', ['old.tar', 'b=other.tar'], '"old.tar" and "b=other.tar" are for one artifact'],
    ['two', ['old.tar'], '--baseline "old.tar" is for which of 2 artifacts? Write --baseline NAME=old.tar'],
    ['two', ['a=-', 'b=-'], 'standard input can be only one of the artifacts and baselines'],
  ])('of %s: %j are refused', (which, words, says) => {
    const found = which === 'one' ? one : two;
    expect(() => withBaselines(found, words)).toThrow(UsageError);
    expect(() => withBaselines(found, words)).toThrow(says);
  });

  it('are refused for several files of one pattern, and where nothing is there', () => {
    const several = targetsOf(join(root, 'budgets.json'), budgetsOf(a), []);
    expect(() => withBaselines(several, ['a=old.tar'])).toThrow('is for 2 artifacts, which one baseline cannot serve');
    const none = targetsOf(join(root, 'budgets.json'), budgetsOf(c), []);
    expect(() => withBaselines(none, ['old.tar'])).toThrow('is for which of 0 artifacts?');
  });

  it('may be of an optional artifact that is not there', () => {
    const found = targetsOf(join(root, 'budgets.json'), budgetsOf(b, c), []);
    expect(baselines(withBaselines(found, ['b=old.tar', 'c=other.tar']))).toEqual(['old.tar']);
    expect(baselines(withBaselines(found, ['c=none.tar']))).toEqual([null]);
    expect(() => withBaselines(found, ['c=old.tar', 'c=other.tar'])).toThrow('are for one artifact');
    expect(() => withBaselines(found, ['d=old.tar'])).toThrow('there are "b", "c"');
    expect(withBaselines(found, []).absent).toBe(found.absent);
  });

  it('and artifacts are read from standard input once', () => {
    const piped: Targets = { ...one, targets: one.targets.map((target) => ({ ...target, path: '-' })) };
    expect(baselines(withBaselines(piped, ['old.tar']))).toEqual(['old.tar']);
    expect(() => withBaselines(piped, ['-'])).toThrow('standard input');
  });
});
