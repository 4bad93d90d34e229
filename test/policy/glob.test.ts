import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { nameFromText } from '../../src/model/name.ts';
import { globMatcher, treeMatcher } from '../../src/policy/glob.ts';
import { requireTool, run } from '../oracles.ts';

describe('globs', () => {
  it.each([
    ['*.so', 'lib/a.so', true],
    ['*.so', 'lib/a.so.1', false],
    ['lib/*.so', 'lib/a.so', true],
    ['lib/*.so', 'lib/x/a.so', false],
    ['**/*.so', 'a.so', true],
    ['**/*.so', 'x/y/a.so', true],
    ['lib/**', 'lib/x/y', true],
    ['lib/**', 'library/x', false],
    ['lib/**/a', 'lib/a', true],
    ['lib/**/a', 'lib/x/y/a', true],
    ['**/test', 'test', true],
    ['**/test', 'lib/test', true],
    ['**/test', 'lib/mytest', false],
    ['**/test/**', 'lib/mytest/x', false],
    ['lib/**/a', 'lib/x/ba', false],
    ['a**/b', 'a/b', true],
    ['a**/b', 'ab', false],
    ['**', 'x/y', true],
    ['./lib/a', 'lib/a', true],
    ['?.py', 'a.py', true],
    ['?.py', 'ab.py', false],
    ['[a-c].py', 'b.py', true],
    ['[!a-c].py', 'b.py', false],
    ['[!a-c].py', 'd.py', true],
    ['{a,b}.{c,d}', 'b.c', true],
    ['{a,b}.{c,d}', 'c.c', false],
    ['{a,{b,c}d}', 'cd', true],
    [String.raw`\*.py`, '*.py', true],
    [String.raw`\*.py`, 'a.py', false],
    [String.raw`\{a,b\}`, '{a,b}', true],
    [String.raw`{a\,b,c}`, 'a,b', true],
    [String.raw`\[x\]`, '[x]', true],
    ['caf\u00e9', 'caf\u00c3\u00a9', true],
    ['a+b(c).$', 'a+b(c).$', true],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });

  it.each(['{a', 'a}', '[a', '[]', '[!]', '[a\\]', '{a,b}'.repeat(30), '{'.repeat(50)])('refuses %s', (pattern) => {
    expect(() => globMatcher(pattern)).toThrow(UsageError);
  });

  it.skipIf(!requireTool('bash'))('take brackets, backslashes and all of Unicode as bash does', () => {
    const names = ['a', 'b', '-', '!', '\\', ']', 'a]', 'b]', '^a]', '\u{1f600}', 'x\u{1f600}y', '\u00e9', 'x-', 'xa'];
    const smile = [
      '*\u{1f600}*',
      '\u{1f600}',
      '\\\u{1f600}',
      '?\u{1f600}?',
      '[\u{1f600}x]*',
      '[!\u{1f600}]',
      '[\u{1f5ff}-\u{1f601}]',
    ];
    const sets = [
      '[]a]',
      '[!]a]',
      '[^]]',
      '[]-a]',
      '[\\]a]',
      '[!\\a]',
      '[a\\-c]',
      '[a-]',
      'x[-a]',
      '[a-]]',
      '[\\\\]',
      '[!-b]',
    ];
    const script = `LC_ALL=C.UTF-8; names=("\${@:1:${names.length}}"); shift ${names.length}
      for p; do for n in "\${names[@]}"; do if [[ $n == $p ]]; then echo "$p on $n"; fi; done; done`;
    const expected = run('bash', ['-c', script, 'bash', ...names, ...smile, ...sets])
      .trim()
      .split('\n');
    const found = [...smile, ...sets].flatMap((pattern) => {
      const matches = globMatcher(pattern);
      return names.filter((name) => matches(nameFromText(name))).map((name) => `${pattern} on ${name}`);
    });
    expect(found).toEqual(expected);
  });

  it('match by their plain text exactly as by their whole', () => {
    // An independent way: the pattern as a regular expression.
    const expression = (pattern: string): RegExp =>
      new RegExp(
        `^${pattern.replaceAll(/\*\*\/|\*\*|\*|\?|[.+]/g, (part) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[part] ?? `\\${part}`)}$`,
        's',
      );
    const piece = fc.constantFrom('a', 'b', '/', '*', '**', '?', '.so', '**/', 'ab');
    const path = fc
      .array(fc.constantFrom('a', 'b', '/', '.so', 'ab'), { minLength: 1, maxLength: 7 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), path, (pieces, name) => {
        // With a slash at the beginning the pattern is one of whole paths.
        const pattern = pieces
          .join('')
          .replaceAll(/\*{3,}/g, '**')
          .replace(/^\/+/, '');
        fc.pre(pattern !== '' && pattern.slice(0, -1).includes('/') && !/[^/]\*\*\//.test(pattern));
        expect(globMatcher(pattern)(name), `${pattern} on ${name}`).toBe(expression(pattern).test(name));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['lib/', './lib/', 'x/**/lib//'])('of directories may end with a slash: %s', (pattern) => {
    const path = pattern.startsWith('x') ? 'x/y/lib' : 'lib';
    expect([treeMatcher(pattern)(path), globMatcher(pattern)(path)]).toEqual([true, false]);
    expect(treeMatcher(pattern)(`${path}rary`)).toBe(false);
  });

  it('of thousands are told apart from most paths by their plain ends', () => {
    const matchers = Array.from({ length: 50_000 }, (_, index) => globMatcher(`lib/**/module-${index}.so`));
    for (let file = 0; file < 20; file++)
      expect(matchers.filter((matcher) => matcher(`lib/x/module-${file}.so`))).toHaveLength(1);
  });

  it('is not slow on patterns that catch others', () => {
    const matcher = globMatcher(`${'*a'.repeat(40)}*b`);
    expect(matcher('a'.repeat(2000))).toBe(false);
    expect(globMatcher(`${'**/'.repeat(30)}x`)(`${'a/'.repeat(1000)}y`)).toBe(false);
  });
});
