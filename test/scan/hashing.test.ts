// Digests of the files of a directory: which are taken, and what keeps one from being taken.
import { createHash } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';

function treeOf(files: Readonly<Record<string, Buffer | number>>): string {
  const root = tempDirectory('hashing');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), typeof content === 'number' ? '' : content);
    if (typeof content === 'number') truncateSync(join(root, name), content);
  }
  return root;
}

/** What was hashed of a tree, and right: `path` for each file with a digest; and the notices. */
async function hashed(
  files: Readonly<Record<string, Buffer | number>>,
  options: Partial<ScanOptions> = {},
): Promise<{ readonly paths: readonly string[]; readonly notices: readonly string[] }> {
  const root = treeOf(files);
  const { entries, notices } = await scan(root, options);
  const known = entries.filter(({ digest }) => digest !== null);
  for (const { path, digest } of known) {
    const content = files[path] ?? Buffer.alloc(0);
    if (typeof content !== 'number')
      expect(digest).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`);
  }
  return {
    paths: known.map(({ path }) => path),
    notices: notices.map(({ code, path }) => `${code} ${path}`),
  };
}

const text = Buffer.alloc(5000, 'text');

describe('digests of a directory', () => {
  it('are taken of files that are not alone with their size', async () => {
    const files = {
      a: text,
      'b/c': Buffer.alloc(5000, 'x'),
      d: Buffer.alloc(4999),
      e: Buffer.alloc(0),
      f: Buffer.alloc(0),
    };
    expect(await hashed(files)).toEqual({ paths: ['a', 'b/c'], notices: [] });
    expect((await hashed(files, { digests: 'all' })).paths).toEqual(['a', 'b/c', 'd', 'e', 'f']);
  });

  it('are not kept from files without holes by those with too many', async () => {
    const sparse = 3 * 2 ** 30;
    const files = { 'a/1': text, 'a/2': text, m: sparse, n: sparse, z: text };
    expect(await hashed(files)).toEqual({
      paths: ['a/1', 'a/2', 'z'],
      notices: ['sparse-not-hashed m', 'sparse-not-hashed n'],
    });
  });

  it('are taken of holes of 1 GiB in all, and not of a byte more', async () => {
    const half = 2 ** 29;
    const notices = async (files: Readonly<Record<string, number>>) =>
      (await scan(treeOf(files), { digests: 'compare' })).notices;
    expect(await notices({ a: half, b: half })).toEqual([]);
    expect(await notices({ a: half + 1, b: half + 1 })).toMatchObject([{ code: 'sparse-not-hashed' }]);
  });

  it('are taken of holes within the limit, whatever is beyond it', async () => {
    const files = { a: 2 ** 31, b: 2 ** 31, c: 2 ** 20, d: 2 ** 20 };
    expect(await hashed(files)).toEqual({ paths: ['c', 'd'], notices: ['sparse-not-hashed a', 'sparse-not-hashed b'] });
  });
});
