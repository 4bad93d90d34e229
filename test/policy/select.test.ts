// What --include, --exclude and --ignore leave, against a sum by hand.
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import type { Finding } from '../../src/model/finding.ts';
import { idleIgnores, ignoreClaims, parseIgnores, parseSelection, selectEntries } from '../../src/policy/select.ts';
import { digest, directory, file, hardlink, hidden, pyc, snapshot } from '../build/snapshot.ts';

const whole = {
  ...snapshot(
    [
      directory('empty'),
      directory('lib'),
      file('lib/a', 10, { stored: 4, digest: digest('a') }),
      hardlink('lib/b', 'lib/a'),
      hardlink('lib/c', 'lib/a'),
      hardlink('lib/lost', 'nowhere'),
      file('lib/x/m.cpython-39.pyc', 5, { stored: 2, facts: pyc({ source: 'lib/m.py' }) }),
      hardlink('m.pyc', 'lib/x/m.cpython-39.pyc'),
      file('x', 100, { stored: 30 }),
    ],
    { hidden: [hidden('lib/old', 7, 0, 1, 'deleted'), hidden('gone', 3, 0, 1, 'deleted')] },
  ),
  overhead: { headers: 9 },
};

const brief = (include: readonly string[], exclude: readonly string[] = []) => {
  const { entries, totals, overhead } = selectEntries(whole, parseSelection(include, exclude));
  const paths = entries
    .filter(({ path }) => path !== '.')
    .map(({ path, kind, link }) => [path, kind, link].join(' ').trim());
  return { paths, content: totals.content, excluded: overhead?.['excluded'] };
};

describe('entries', () => {
  it('are all where nothing is chosen', () => {
    expect(selectEntries(whole, parseSelection([], []))).toBe(whole);
  });

  it('are what is included and the directories above, which alone are nothing', () => {
    expect(brief(['lib/a'])).toEqual({ paths: ['lib directory', 'lib/a file'], content: 10, excluded: 32 });
    expect(brief(['./x'])).toEqual({ paths: ['x file'], content: 100, excluded: 6 });
    expect(() => selectEntries(whole, parseSelection(['empty'], []))).toThrow(UsageError);
    expect(selectEntries(whole, parseSelection(['empty'], []), true).totals.content).toBe(0);
  });

  it('are what is not excluded, empty directories among them', () => {
    expect(brief([], ['lib', 'm.pyc'])).toEqual({ paths: ['empty directory', 'x file'], content: 100, excluded: 6 });
    expect(brief([], ['lib/', 'm.pyc'])).toEqual(brief([], ['lib', 'm.pyc']));
    expect(brief([], ['no']).excluded).toBeUndefined();
    // The root is no directory that anyone means.
    expect(brief([], ['?']).paths).toContain('lib/lost hardlink nowhere');
    expect(brief(['empty', './x']).paths).toEqual(['x file']);
  });

  it('carry their content under the first name that is left', () => {
    expect(brief(['lib/b', 'lib/c'])).toEqual({
      paths: ['lib directory', 'lib/b file', 'lib/c hardlink lib/b'],
      content: 10,
      excluded: 32,
    });
    expect(brief(['lib/lost']).paths).toContain('lib/lost hardlink nowhere');
    const [, renamed] = selectEntries(whole, parseSelection(['m.pyc'], [])).entries;
    expect(renamed).toMatchObject({
      path: 'm.pyc',
      kind: 'file',
      size: 5,
      stored: 2,
      facts: { type: 'pyc', legacy: true, source: 'm.py' },
    });
    const plain = snapshot([file('a', 1), hardlink('b', 'a')]);
    const alone = selectEntries(plain, parseSelection(['b'], []));
    expect(alone.entries[1]).not.toHaveProperty('stored');
    expect(alone).not.toHaveProperty('overhead');
    // What is no further name of a file stays what it is.
    const symlink = file('s', 0, { kind: 'symlink', disk: 0, link: 'a' });
    const [, ...others] = selectEntries(
      snapshot([file('a', 1), hardlink('h', 's'), symlink]),
      parseSelection(['h'], []),
    ).entries;
    expect(others).toMatchObject([{ path: 'h', kind: 'hardlink', link: 's' }]);
    expect(selectEntries(snapshot([file('a', 1), symlink]), parseSelection(['s'], [])).entries[1]).toBe(symlink);
  });

  it('are chosen with what layers hide', () => {
    expect(selectEntries(whole, parseSelection(['lib'], [])).hidden?.map(({ path }) => path)).toEqual(['lib/old']);
    expect(selectEntries(snapshot([file('a', 1), file('b', 1)]), parseSelection(['a'], []))).not.toHaveProperty(
      'hidden',
    );
  });
});

describe('claims', () => {
  const of = (rule: string): Finding => ({
    rule,
    severity: 'warn',
    title: rule,
    bytes: 3,
    claims: [
      { path: 'lib/a', part: null, bytes: 1 },
      { path: 'x', part: null, bytes: 2 },
    ],
    fix: { commands: [], advice: null },
  });
  const left = (...ignores: readonly string[]) =>
    ignoreClaims([of('r'), of('s')], parseIgnores(ignores, ['r', 's'])).map(({ rule, bytes }) => `${rule} ${bytes}`);

  it.each([
    [[], ['r 3', 's 3']],
    [['r:lib'], ['r 2', 's 3']],
    [['r:lib/'], ['r 2', 's 3']],
    [['*:x'], ['r 1', 's 1']],
    [['s:**'], ['r 3']],
    [['r:x', '*:lib/a'], ['s 2']],
  ])('without %j are %j', (ignores, expected) => {
    expect(left(...ignores)).toEqual(expected);
  });

  it.each([
    ['lib', 'takes RULE:GLOB, not "lib"'],
    [':lib', 'names the unknown rule ""'],
    ['t:lib', 'names the unknown rule "t"'],
  ])('of %j: %s', (ignore, says) => {
    expect(() => left(ignore)).toThrow(says);
  });

  it('that an --ignore does not cover are told, where its rule looked', () => {
    const idle = (rules: readonly string[], ...ignores: readonly string[]) =>
      idleIgnores(parseIgnores(ignores, ['r', 's', 't']), [of('r'), of('s')], rules).map(({ text }) => text);
    expect(idle(['r', 's'], 'r:lib', '*:x', 's:**', 'r:y', '*:y')).toEqual(['r:y', '*:y']);
    expect(idle(['r', 's', 't'], 't:x')).toEqual(['t:x']);
    expect(idle(['r', 's'], 't:x')).toEqual([]);
    // Another rule's claim is none of its own.
    expect(idle(['s', 't'], 't:lib/a')).toEqual(['t:lib/a']);
  });
});
