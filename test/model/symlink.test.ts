// Where symlinks lead inside a tree, against realpath on the same tree on disk.
import { mkdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detoursOut, maxLinkText, resolveSymlink } from '../../src/model/symlink.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { directory, file } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const symlink = (path: string, link: string): Entry => file(path, 0, { kind: 'symlink', link });

function resolved(entries: readonly Entry[], path: string) {
  const paths = new Map(entries.map((entry) => [entry.path, entry]));
  const entry = paths.get(path);
  return entry === undefined ? null : resolveSymlink(entry, paths);
}

const tree = [
  directory('d'),
  directory('d/e'),
  file('d/e/f', 1),
  file('g', 1),
  symlink('up', 'd/e'),
  symlink('no', 'x'),
];

describe('where a symlink leads', () => {
  it.each([
    ['g', 'g'],
    ['./d//e/', 'd/e'],
    ['up', 'd/e'],
    ['up/f', 'd/e/f'],
    // The parent of what the symlink leads to.
    ['up/../../g', 'g'],
    ['up/..', 'd'],
    ['.', '.'],
    ['d/..', '.'],
  ])('is inside, of %s', (link, target) => {
    expect(resolved([...tree, symlink('s', link)], 's')).toMatchObject({ target, absolute: false });
  });

  it.each(['../g', 'no', 'no/f', 'g/f', 'g/.', 'g/', 's', 's/x', 'up/../../../g', ''])('is nowhere, of %j', (link) => {
    expect(resolved([...tree, symlink('s', link)], 's')).toBeNull();
  });

  it('is told of absolute texts as if the artifact were a root', () => {
    expect(resolved([...tree, symlink('d/s', '/../d/e/f')], 'd/s')).toMatchObject({ target: 'd/e/f', absolute: true });
    const through = [...tree, symlink('a', '/d'), symlink('s', 'a/e')];
    expect(resolved(through, 's')).toMatchObject({ target: 'd/e', absolute: true });
  });

  it('needs directories that it leaves again', () => {
    expect(resolved([...tree, symlink('s', 'd/e/../../g')], 's')?.detours).toEqual(['d', 'd/e']);
    expect(resolved([...tree, symlink('s', 'd/e/../e/f')], 's')?.detours).toEqual([]);
  });

  it('is followed through 16 KiB of text, so that no chain of long ones takes seconds', () => {
    const work = tempDirectory('long-symlinks');
    mkdirSync(join(work, 'd'));
    writeFileSync(join(work, 'g'), '');
    const way = 'd/../'.repeat(818);
    const chain = ['g', 's1', 's2', 's3', 's4'].map((next, at) => symlink(`s${at + 1}`, `${way}${next}`));
    for (const { path, link } of chain.slice(0, 4)) symlinkSync(link ?? '', join(work, path));
    expect(realpathSync(join(work, 's4'))).toBe(join(realpathSync(work), 'g'));
    expect(resolved([directory('d'), file('g', 1), ...chain], 's4')?.target).toBe('g');
    expect(resolved([directory('d'), file('g', 1), ...chain], 's5')).toBeNull();
  });

  it('is followed to the last byte of that', () => {
    const first = './'.repeat(maxLinkText / 2 - 1);
    for (const [text, target] of [
      [`${first}g`, 'g'],
      [`${first}//g`, null],
    ] as const) {
      // With the one byte of the symlink that leads here.
      expect(text.length + 1 <= maxLinkText).toBe(target !== null);
      const found = resolved([file('g', 1), symlink('s', text), symlink('t', 's')], 't');
      expect(found?.target ?? null).toBe(target);
    }
    const whole = [file('gg', 1), symlink('s', `${first}gg`)];
    expect(whole[1]?.link).toHaveLength(maxLinkText);
    expect(resolved(whole, 's')?.target).toBe('gg');
  });

  it('is followed through as many symlinks as the system follows', () => {
    const work = tempDirectory('many-symlinks');
    writeFileSync(join(work, 's0'), '');
    const chain = Array.from({ length: 45 }, (_, at) => symlink(`s${at + 1}`, `s${at}`));
    for (const { path, link } of chain) symlinkSync(link ?? '', join(work, path));
    const reaches = (path: string): boolean => {
      try {
        return statSync(join(work, path)).isFile();
      } catch {
        return false;
      }
    };
    const paths = chain.map(({ path }) => path);
    expect(paths.filter((path) => resolved([file('s0', 0), ...chain], path) !== null)).toEqual(paths.filter(reaches));
  });

  it('is null for what is no symlink, or has no text', () => {
    expect(resolved(tree, 'g')).toBeNull();
    expect(resolved(tree, 'd')).toBeNull();
    expect(resolved([...tree, file('h', 0, { kind: 'hardlink', link: 'g' })], 'h')).toBeNull();
    for (const link of [null, '']) {
      const nowhere = file('n', 0, { kind: 'symlink', link });
      expect(resolved([...tree, nowhere], 'n')).toBeNull();
      expect(resolved([...tree, nowhere, symlink('s', 'n/g')], 's')).toBeNull();
    }
  });
});

describe('directories that a symlink passes on its way out', () => {
  it.each([
    ['d/e/../../../x', ['d', 'd/e']],
    ['d/../up/../../../x', ['d', 'd/e']],
    ['../x', []],
    // Inside, nowhere, and out of what has nothing above it.
    ['d/e/../../g', []],
    ['d/x/../../../g', []],
    ['/d/../../x', []],
  ])('are those it needs, of %s', (link, needed) => {
    const entries = [...tree, symlink('s', link)];
    const found = detoursOut(symlink('s', link), new Map(entries.map((entry) => [entry.path, entry])));
    expect(found).toEqual(needed);
    if (needed.length === 0) return;
    const root = join(tempDirectory('ways-out'), 'root');
    for (const path of [root, `${root}/d`, `${root}/d/e`]) mkdirSync(path);
    writeFileSync(join(root, '../x'), '');
    for (const { path, link: text } of entries) if (text !== null) symlinkSync(text, join(root, path));
    expect(statSync(join(root, 's')).isFile()).toBe(true);
  });

  it('are none of what is no symlink', () => {
    expect(detoursOut(file('g', 1), new Map())).toEqual([]);
  });
});

describe('where symlinks at random lead', () => {
  const work = tempDirectory('symlinks');
  let count = 0;
  const part = fc.constantFrom('a', 'b', 'c', '..', '.');
  const text = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const links = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'a/a', 'a/b', 'b/a', 'b/b', 'b/c', 'c/c'), text), {
    maxLength: 7,
  });

  it('is where realpath says', () => {
    fc.assert(
      fc.property(links, (given) => {
        const root = join(work, `tree-${count++}`);
        const entries = new Map<string, Entry>();
        mkdirSync(join(root), { recursive: true });
        const put = (entry: Entry, make: (path: string) => void): void => {
          if (entries.has(entry.path)) return;
          const parent = entry.path.includes('/') ? entries.get(entry.path.slice(0, 1))?.kind : 'directory';
          if (parent !== 'directory') return;
          make(join(root, entry.path));
          entries.set(entry.path, entry);
        };
        for (const [path, link] of given) put(symlink(path, link), (at) => symlinkSync(link, at));
        for (const path of ['a', 'b', 'a/b', 'c']) put(directory(path), (at) => mkdirSync(at));
        for (const [path, link] of given) put(symlink(path, link), (at) => symlinkSync(link, at));
        for (const path of ['a/a', 'b/a', 'b/b', 'a/b/c']) {
          if (entries.get(path.slice(0, path.lastIndexOf('/')))?.kind === 'directory')
            put(file(path, 0), (at) => writeFileSync(at, ''));
        }
        for (const { path, kind } of entries.values()) {
          if (kind !== 'symlink') continue;
          let real: string | null = null;
          try {
            real = realpathSync.native(join(root, path));
          } catch {
            // It leads nowhere.
          }
          const inside =
            real === root ? '.' : real?.startsWith(`${root}/`) === true ? real.slice(root.length + 1) : null;
          // A way that leaves the artifact and comes back to it is not walked.
          const found = resolveSymlink(entries.get(path) ?? file('', 0), entries)?.target ?? null;
          expect(found, JSON.stringify([...entries.values()].map((each) => [each.path, each.kind, each.link]))).toBe(
            inside,
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
