// Symlinks with several names: every name is one, and the blocks of a long target count once, as du has it.
import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { scan } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const ready = ['du', 'tar'].map(requireTool).every(Boolean);
const disks = ({ entries }: Snapshot) => Object.fromEntries(entries.map(({ path, disk }) => [path, disk]));

it.skipIf(!ready)('blocks of a symlink with several names count once, at the first of them', async () => {
  const root = tempDirectory('linked-symlinks');
  const tree = join(root, 'tree');
  mkdirSync(join(tree, 'd'), { recursive: true });
  symlinkSync('x'.repeat(200), join(tree, 'm'));
  for (const name of ['z', 'd/b']) linkSync(join(tree, 'm'), join(tree, name));
  symlinkSync('x'.repeat(200), join(tree, 'other'));
  const du = (path: string) => Number(run('du', ['-s', '-B1', path]).split('\t')[0]);
  const { totals, entries } = await scan(tree);
  expect(totals).toMatchObject({ disk: du(tree), symlinks: 4, hardlinks: 0 });
  const long = entries.find(({ path }) => path === 'other')?.disk;
  const expected = { 'd/b': long, m: 0, other: long, z: 0 };
  expect(disks(await scan(tree))).toMatchObject(expected);
  // A tar has the further names as hard links. As modelled, each directory takes a block, and so does a long target.
  const names = ['./m', './d/b', './z', './other'];
  run('tar', ['-cf', join(root, 'all.tar'), '-C', tree, ...names]);
  const archive = await scan(join(root, 'all.tar'));
  expect(archive.totals).toMatchObject({ disk: 4 * 4096, symlinks: 4, hardlinks: 0 });
  expect(disks(archive)).toMatchObject({ 'd/b': 4096, m: 0, other: 4096, z: 0 });
});

it.skipIf(!ready)('blocks of a symlink stay with the name that is left of it', async () => {
  const root = tempDirectory('linked-symlinks');
  symlinkSync('x'.repeat(200), join(root, 'a'));
  linkSync(join(root, 'a'), join(root, 'b'));
  const archive = join(root, 'all.tar');
  run('tar', ['-cf', archive, '-C', root, 'a', 'b']);
  symlinkSync('short', join(root, 'new'));
  run('tar', ['-rf', archive, '--transform=s/new/a/', '-C', root, 'new']);
  expect(disks(await scan(archive))).toMatchObject({ a: 0, b: 4096 });
});
