// Archives without members for their directories: one that a symlink needs stays, though nothing that stays implies it any more. GNU tar
// and unzip unpack what comes of it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFix, claiming } from '../build/fix.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-implied');
const at = (name: string): string => join(work, name);

/** A link makes a symlink. */
interface Item {
  readonly path: string;
  readonly link: string | null;
}

const makers = {
  tar: (items: readonly Item[]) =>
    buildTar(
      items.map(({ path, link }) =>
        link === null ? { name: path, content: 'text' } : { name: path, type: '2', link },
      ),
    ),
  zip: (items: readonly Item[]) =>
    buildZip(
      items.map(({ path, link }) =>
        link === null
          ? { name: path, content: 'text' }
          : { name: path, content: link, external: (0o120777 << 16) >>> 0 },
      ),
    ),
};

/** Unpacks into a fresh folder; returns all paths below and the symlinks that lead nowhere. */
function unpacked(archive: string, to: string): { all: string[]; dangling: string[] } {
  rmSync(at(to), { recursive: true, force: true });
  mkdirSync(at(to));
  if (archive.endsWith('.tar')) run('tar', ['-xf', at(archive), '-C', at(to)]);
  else run('unzip', ['-q', at(archive), '-d', at(to)]);
  const list = (tests: readonly string[]): string[] =>
    run('find', ['.', '-mindepth', '1', ...tests, '-print'], { cwd: at(to) })
      .split('\n')
      .slice(0, -1)
      .map((path) => path.slice(2))
      .toSorted();
  return { all: list([]), dangling: list(['-type', 'l', '!', '-exec', 'test', '-e', '{}', ';']) };
}

async function held(format: 'tar' | 'zip', items: readonly Item[], claimed: (path: string) => boolean) {
  const [from, to] = [`a.${format}`, `b.${format}`];
  writeFileSync(at(from), makers[format](items));
  rmSync(at(to), { force: true });
  const made = await applyFix(at(from), at(to), (before) => claiming(before, claimed));
  expect(made.outcome.achieved).toBe(made.plan.promised);
  const [before, after] = [unpacked(from, 'before'), unpacked(to, 'after')];
  expect(after.dangling.filter((path) => !before.dangling.includes(path))).toEqual([]);
  const gone = new Set(made.plan.actions.map(({ path }) => path));
  expect(after.all).toEqual(before.all.filter((path) => !gone.has(path)));
  return { ...made, all: after.all };
}

describe.skipIf(!['tar', 'unzip', 'find'].every(requireTool)).each(['tar', 'zip'] as const)('%s', (format) => {
  const file = (path: string): Item => ({ path, link: null });

  it.each([
    ['passes it', 'x/z/y/../../../kept'],
    ['leads to it by an absolute path', '/x/z/y'],
  ])('keeps the directory where a symlink %s', async (_how, link) => {
    const { all, plan } = await held(
      format,
      [file('x/z/y/a'), file('x/b'), file('kept'), { path: 'l', link }],
      (path) => path !== 'kept',
    );
    expect(plan.promised).toBe(8);
    expect(all).toEqual(['kept', 'l', 'x', 'x/z', 'x/z/y']);
  });

  it('leads nowhere only where it did before, whatever goes', async () => {
    const parts = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 2 });
    const kind = fc.constantFrom('file', 'file', 'passes', 'absolute');
    const ups = (count: number): string => '../'.repeat(count);
    /** A symlink goes by a directory to a file, or leads to the directory by an absolute path. */
    const item = fc.tuple(parts, kind, parts, parts, fc.boolean()).map(([path, what, via, to, claimed]) => {
      if (what === 'file') return { path: `${path.join('/')}/f`, link: null, claimed };
      const link = `${ups(path.length)}${via.join('/')}/${ups(via.length)}${to.join('/')}/f`;
      return { path: `${path.join('/')}/l`, link: what === 'absolute' ? `/${via.join('/')}` : link, claimed };
    });
    let bare = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 3, maxLength: 12 }), async (given) => {
        const items: (Item & { claimed: boolean })[] = [{ path: 'kept', link: null, claimed: false }];
        const clash = (one: Item, other: Item): boolean => `${one.path}/`.startsWith(`${other.path}/`);
        for (const one of given) if (!items.some((other) => clash(one, other) || clash(other, one))) items.push(one);
        const claimed = new Set(items.filter((one) => one.claimed).map(({ path }) => path));
        const { all } = await held(format, items, (path) => claimed.has(path));
        const isMember = (path: string): boolean => items.some((one) => one.path === path);
        const isEmpty = (path: string): boolean => !all.some((other) => other.startsWith(`${path}/`));
        if (all.some((path) => !isMember(path) && isEmpty(path))) bare++;
      }),
      { seed: 7, numRuns: 60 },
    );
    expect(bare).toBeGreaterThan(3);
  });
});
