// Where what a list names lies: as realpath finds it on a system, and the kernel.
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/compare/packages/view.ts';
import type { View } from '../../src/compare/packages/view.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { directory, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const work = tempDirectory('packages-view');
let number = 0;

const symlink = (path: string, link: string): Entry => file(path, 0, { kind: 'symlink', link });
const seen = (entries: readonly Entry[]): View => viewOf(snapshot(entries), new Map());

/** Made in a directory whose parent stands for all that is outside. */
function made(name: string, entries: readonly Entry[]): string {
  const root = join(work, `${name}-${number++}`, 'root');
  mkdirSync(root, { recursive: true });
  for (const { path, kind, link } of entries) {
    const [place, target] = [join(root, path), link ?? ''];
    if (kind === 'directory') mkdirSync(place);
    else if (kind === 'file') writeFileSync(place, 'x');
    else if (kind === 'hardlink') linkSync(join(root, target), place);
    else symlinkSync(target.startsWith('/') ? root + target : target, place);
  }
  return root;
}

describe('what a list names', () => {
  const entries = [
    ...['a', 'a/b', 'a/b/a', 'd'].map((path) => directory(path)),
    ...['f', 'a/f', 'a/b/f', 'd/f'].map((path) => file(path, 1)),
    hardlink('d/h', 'a/b/f'),
    symlink('b', 'a/b'),
    symlink('a/l', '../b'),
    symlink('a/up', '..'),
    symlink('a/b/abs', '/a/b'),
    symlink('a/b/top', '/'),
    symlink('d/to', '../f'),
    symlink('out', '../..'),
    symlink('broken', 'gone/../a/x'),
    symlink('d/dots', './../a//b/'),
  ];
  // The last two are no last ones: of a symlink they are spelled away.
  const names = [
    'a',
    'b',
    'd',
    'f',
    'h',
    'l',
    'up',
    'abs',
    'top',
    'to',
    'out',
    'broken',
    'dots',
    'gone',
    '..',
    '.',
    '',
  ];

  it.skipIf(!requireTool('realpath'))('lies where realpath finds its directory', { timeout: 20_000 }, () => {
    let state = 1;
    const random = (below: number): number => {
      state = (state * 48_271) % 0x7fffffff;
      return state % below;
    };
    const component = (): string => names[random(names.length)] ?? '';
    const cases = Array.from({ length: 4000 }, () => ({
      base: ['.', 'a', 'a/b', 'd', 'a/b/a'][random(5)] ?? '.',
      listed: [...Array.from({ length: random(5) }, component), names[random(names.length - 2)] ?? ''].join('/'),
    }));
    for (const listed of ['l/a/', 'l/a/.', 'b//.', '../b/.', '../b/', '/', '/.', '.', ''])
      cases.push({ base: 'a', listed });
    const root = made('tree', entries);
    const asked = cases.map(({ base, listed }) => {
      const path = listed.startsWith('/') ? root + listed : `${root}/${base}/${listed}`;
      const [, before = '', last = ''] = /^(.*\/)([^/]*)$/.exec(path) ?? [];
      return /^\.{0,2}$/.test(last) ? { path, last: '' } : { path: before, last: `/${last}` };
    });
    const answers = run('realpath', ['-mz', '--', ...asked.map(({ path }) => path)]).split('\0');
    const view = seen(entries);
    for (const [index, { base, listed }] of cases.entries()) {
      const [answer = '', last = ''] = [answers[index], asked[index]?.last];
      const isInside = `${answer}/`.startsWith(`${root}/`);
      const expected = isInside ? (answer + last).slice(root.length + 1) || '.' : null;
      expect(view.resolve(base, listed), `${base}: ${listed}`).toBe(expected);
    }
  });

  it('is what an archive holds below a symlink, and else below what that leads to', () => {
    const view = seen([symlink('l', 'a'), directory('a'), file('l/x', 1), file('a/x', 1)]);
    expect(['/l/x', 'l/x', 'l/y', '/l/./y', 'l/../l/x'].map((listed) => view.resolve('.', listed))).toEqual([
      'l/x',
      'l/x',
      'a/y',
      'a/y',
      'a/x',
    ]);
  });

  it('is found through as many symlinks as Linux follows', () => {
    const chain = Array.from({ length: 41 }, (_, index) => symlink(`c${index + 1}`, index === 0 ? 'd' : `c${index}`));
    const tree = [directory('d'), file('d/x', 1), ...chain];
    const root = made('chain', tree);
    for (const name of ['c1', 'c39', 'c40', 'c41']) {
      const isFound = runStatus('test', ['-f', join(root, name, 'x')]) === 0;
      expect(seen(tree).resolve('.', `${name}/x`) === 'd/x', name).toBe(isFound);
    }
  });

  it('is looked for once, however often symlinks lead through each other', () => {
    const chain = Array.from({ length: 38 }, (_, index) => symlink(`c${index + 1}`, `c${index}/../c${index}`));
    expect(seen([directory('c0'), ...chain]).resolve('.', 'c38/x')).toBe('c0/x');
    expect(seen([symlink('loop', 'loop/../loop/../loop')]).resolve('.', 'loop/y/x')).not.toBe('x');
  });
});
