// Members of a layer in the order of its tar: what whiteouts, symlinks and hard links do there hangs on what came before them. Trees are
// those that `umoci unpack` and buildah (vfs) leave, and containerd by its source; where they differ there is a notice.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { doubtOfSizes } from '../../src/policy/doubts.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf } from '../build/image.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('order');
let count = 0;

function scanned(layers: readonly (readonly TarSpec[])[]): Promise<Snapshot> {
  const path = join(work, `image-${count++}.tar`);
  const image = buildImage({ layers: layers.map((members) => ({ members, packing: 'raw' })) });
  writeFileSync(path, tarOf(layoutFiles([image])));
  return scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed' });
}

const file = (name: string, size: number): TarSpec => ({ name, content: `${size % 10}`.repeat(size) });
const directory = (name: string): TarSpec => ({ name: `${name}/`, type: '5' });
const hard = (name: string, link: string): TarSpec => ({ name, type: '1', link });
const to = (name: string, link: string): TarSpec => ({ name, type: '2', link });
const gone = (name: string): TarSpec =>
  file(
    name.replace(/[^/]+$/, (last) => `.wh.${last}`),
    0,
  );
const opaque = (name: string): TarSpec => file(`${name}/.wh..wh..opq`, 0);

const base = [
  directory('a'),
  file('a/x', 100),
  file('a/y', 50),
  directory('a/sub'),
  file('a/sub/z', 7),
  directory('b'),
  file('b/x', 3),
  to('link', 'a'),
];

/** Files with their sizes, and how often there are further names. */
function tree({ entries }: Snapshot): string {
  const files = entries.filter(({ kind }) => kind === 'file').map(({ path, size }) => `${path} ${size}`);
  const links = entries.filter(({ kind }) => kind === 'hardlink').map(({ path, link }) => `${path} = ${link}`);
  return [...files, ...links].toSorted().join(', ');
}

function codes({ notices }: Snapshot): string[] {
  return notices.map(({ code, path }) => `${code} ${path}`);
}

const unchanged = 'a/sub/z 7, a/x 100, a/y 50, b/x 3';

describe('a layer on another, in the order of its tar', () => {
  it.each<[string, readonly TarSpec[], string]>([
    ['a directory becomes a symlink, then a file through it goes', [to('b', 'a'), gone('b/x')], 'a/sub/z 7, a/y 50'],
    ['a file goes, then its directory becomes a symlink', [gone('b/x'), to('b', 'a')], 'a/sub/z 7, a/x 100, a/y 50'],
    ['a symlink leads elsewhere, then a file goes', [to('link', 'b'), gone('link/x')], 'a/sub/z 7, a/x 100, a/y 50'],
    ['a file goes, then the symlink leads elsewhere', [gone('link/x'), to('link', 'b')], 'a/sub/z 7, a/y 50, b/x 3'],
    ['a symlink goes, then a file through it', [gone('link'), gone('link/x')], unchanged],
    ['a file through a symlink, then that', [gone('link/x'), gone('link')], 'a/sub/z 7, a/y 50, b/x 3'],
    ['a symlink goes, then comes a file below it', [gone('link'), file('link/q', 5)], `${unchanged}, link/q 5`],
    [
      'a symlink goes between two files below it',
      [file('link/p', 4), gone('link'), file('link/q', 5)],
      'a/p 4, a/sub/z 7, a/x 100, a/y 50, b/x 3, link/q 5',
    ],
    ['a hard link, then its target goes', [hard('h', 'a/x'), gone('a/x')], 'a/sub/z 7, a/y 50, b/x 3, h 100'],
    ['a hard link, then its directory is emptied', [hard('h', 'a/x'), opaque('a')], 'b/x 3, h 100'],
    ['a hard link in a directory that is then emptied', [hard('a/h', 'a/x'), opaque('a')], 'a/h 100, b/x 3'],
    [
      'a hard link, then its target anew',
      [hard('h', 'a/x'), file('a/x', 10)],
      'a/sub/z 7, a/x 10, a/y 50, b/x 3, h 100',
    ],
    [
      'a hard link, then its target goes and comes anew',
      [hard('h', 'a/x'), gone('a/x'), file('a/x', 10)],
      'a/sub/z 7, a/x 10, a/y 50, b/x 3, h 100',
    ],
    [
      'a target goes and comes anew, then a hard link',
      [gone('a/x'), file('a/x', 10), hard('h', 'a/x')],
      'a/sub/z 7, a/x 10, a/y 50, b/x 3, h = a/x',
    ],
    ['a file goes and comes anew', [gone('a/x'), file('a/x', 10)], 'a/sub/z 7, a/x 10, a/y 50, b/x 3'],
    ['a directory goes and comes anew', [gone('a'), directory('a'), file('a/n', 10)], 'a/n 10, b/x 3'],
    ['a file comes, then all below goes', [directory('a'), file('a/n', 10), opaque('a')], 'a/n 10, b/x 3'],
    [
      'a listed directory in one that is then emptied',
      [directory('a'), directory('a/sub'), file('a/sub/n', 10), opaque('a')],
      'a/sub/n 10, b/x 3',
    ],
    ['the root is emptied last', [file('n', 1), file('.wh..wh..opq', 0)], 'n 1'],
    ['the root is emptied first', [file('.wh..wh..opq', 0), file('n', 1)], 'n 1'],
    ['a directory through a symlink', [opaque('link/sub')], 'a/x 100, a/y 50, b/x 3'],
    [
      'a file becomes a hard link and goes on',
      [to('c', 'a'), gone('c/x'), file('c/x', 11)],
      'a/sub/z 7, a/x 11, a/y 50, b/x 3',
    ],
    ['a directory is emptied, then goes with the one above it', [opaque('a/sub'), gone('a')], 'b/x 3'],
    ['a directory is emptied, and all beside it, too', [opaque('a/sub'), opaque('a')], 'b/x 3'],
    ['symlinks in a circle', [to('l', 'm'), to('m', 'l'), gone('l/x'), opaque('m')], unchanged],
  ])('%s', async (_, layer, expected) => {
    const snapshot = await scanned([base, layer]);
    expect(tree(snapshot)).toBe(expected);
    expect(codes(snapshot)).toEqual([]);
  });

  it('keeps what an emptied directory got, where the one above it goes', async () => {
    const snapshot = await scanned([base, [opaque('a/sub'), file('a/sub/n', 10), gone('a')]]);
    expect(tree(snapshot)).toBe('a/sub/n 10, b/x 3');
    expect(codes(snapshot)).toEqual(['ambiguous-whiteout a']);
    expect(doubtOfSizes(snapshot)).toContain('has content of layer 1');
  });

  it('charges what goes through a symlink of its own, and what it changes there', async () => {
    const { image, hidden } = await scanned([base, [to('b', 'a'), gone('b/x'), file('b/y', 20), file('b/x', 9)]]);
    expect(image?.layers[1]).toMatchObject({ content: 29, added: 0, changed: 29, deleted: 3, waste: 153 });
    expect(hidden?.map(({ path, size, cause }) => `${path} ${size} ${cause}`)).toEqual([
      'a/x 100 overwritten',
      'a/y 50 overwritten',
      'b/x 3 deleted',
    ]);
  });

  it('loses a hard link whose target went before: no one can unpack it', async () => {
    for (const mark of [gone('a/x'), opaque('a'), gone('a')]) {
      expect(codes(await scanned([base, [mark, hard('h', 'a/x')]]))).toEqual(['broken-hardlink h']);
    }
  });

  it('takes a hard link for one to what comes later where nothing is there before', async () => {
    const snapshot = await scanned([base, [hard('h', 'n'), file('n', 10)]]);
    expect(tree(snapshot)).toContain('h 10, n = h');
    expect(codes(snapshot)).toEqual(['link-before-target h']);
    const other = await scanned([base, [hard('h', 'a'), file('a', 10)]]);
    expect(tree(other)).toBe('a 10, b/x 3, h = a');
  });
});

describe('a directory in the place of a file', () => {
  it.each<[string, readonly TarSpec[]]>([
    ['itself', [directory('a/x')]],
    ['with a file in it', [directory('a/x'), file('a/x/in', 9)]],
    ['behind a whiteout', [gone('a/x'), directory('a/x')]],
  ])('replaces it: %s', async (_, layer) => {
    const { hidden, image } = await scanned([base, layer]);
    expect(hidden).toMatchObject([{ path: 'a/x', size: 100, stored: 0, layer: 1, cause: 'overwritten' }]);
    const added = layer.length === 2 && layer[1]?.name === 'a/x/in' ? 9 : 0;
    expect(image?.layers[1]).toMatchObject({ content: added, added, changed: 0, deleted: 0, waste: 100 });
  });
});

describe('whiteouts that unpackers read differently', () => {
  it.each<[string, readonly TarSpec[], string, string]>([
    ['a file that came before', [file('a/x', 10), gone('a/x')], 'a/sub/z 7, a/x 10, a/y 50, b/x 3', 'a/x'],
    ['a directory of such a file', [file('a/n', 10), gone('a')], 'a/n 10, b/x 3', 'a'],
    ['a listed directory', [directory('a'), file('a/n', 10), gone('a')], 'a/n 10, b/x 3', 'a'],
    ['a directory further up', [file('a/sub/n', 10), gone('a')], 'a/sub/n 10, b/x 3', 'a'],
    [
      'a hard link that came before',
      [hard('a/h', 'a/x'), gone('a/h')],
      'a/h 100, a/sub/z 7, a/x = a/h, a/y 50, b/x 3',
      'a/h',
    ],
    ['a file by way of a symlink', [file('a/x', 10), gone('link/x')], 'a/sub/z 7, a/x 10, a/y 50, b/x 3', 'a/x'],
    [
      'all of a directory with one that is not listed',
      [file('a/sub/n', 10), opaque('a')],
      'a/sub/n 10, b/x 3',
      'a/sub',
    ],
    ['all of a directory with a new one', [file('a/q/n', 10), opaque('a')], 'a/q/n 10, b/x 3', 'a/q'],
    [
      'all of a directory with a file that came through a symlink',
      [file('link/n', 10), opaque('a')],
      'a/n 10, b/x 3',
      'a/n',
    ],
    ['after all of a directory', [directory('a'), opaque('a'), file('a/n', 1), gone('a/n')], 'a/n 1, b/x 3', 'a/n'],
    ['all of a directory by way of a symlink', [opaque('link')], 'b/x 3', 'link'],
    ['all of a directory by way of its own symlink', [to('s', 'a'), opaque('s')], 'b/x 3', 's'],
  ])('%s', async (_, layer, expected, path) => {
    const snapshot = await scanned([base, layer]);
    expect(tree(snapshot)).toBe(expected);
    expect(codes(snapshot)).toEqual([`ambiguous-whiteout ${path}`]);
    expect(doubtOfSizes(snapshot)).toContain(`${path} `);
    expect(snapshot.image?.hiddenBytes).toBe((snapshot.image?.layerBytes ?? 0) - snapshot.totals.content);
  });

  it('are not what a layer alone can tell, nor those of nothing', async () => {
    const nothing = [directory('a'), gone('a/none'), opaque('none'), to('s', 'e'), directory('e'), opaque('s')];
    expect(codes(await scanned([base, nothing]))).toEqual([]);
    expect(codes(await scanned([base, [file('a/x', 10)], [gone('a/x'), opaque('b')]]))).toEqual([]);
  });

  it('take no longer where many of them empty one directory', async () => {
    const files = Array.from({ length: 4000 }, (_, at) => file(`a/f${at}`, 1));
    const links = Array.from({ length: 4000 }, (_, at) => [to(`s${at}`, 'a'), opaque(`s${at}`)]).flat();
    const snapshot = await scanned([base, [...files, ...links]]);
    expect(snapshot.totals.content).toBe(4003);
    expect(codes(snapshot)).toEqual(['ambiguous-whiteout s0']);
  });
});
