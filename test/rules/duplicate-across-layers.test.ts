import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge, rules } from '../../src/rules/index.ts';
import { duplicateAcrossLayers } from '../../src/rules/duplicate-across-layers.ts';
import { duplicateFile } from '../../src/rules/duplicate-file.ts';
import { optimizedBytecode } from '../../src/rules/optimized-bytecode.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf } from '../build/image.ts';
import { digest, file, image, snapshot } from '../build/snapshot.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const same = { digest: digest('same') };
const scanned = snapshot(
  [
    file('a', 100, { ...same, layer: 2 }),
    file('b', 100, { ...same, layer: 0 }),
    file('c', 100, { ...same, layer: 2 }),
    file('d', 100, { ...same, layer: 0 }),
    file('e', 100, { digest: digest('other'), layer: 1 }),
  ],
  { image: image(['COPY one', null, 'RUN cp -r one two']) },
);

describe('duplicate-across-layers', () => {
  it('keeps the copy of the lowest layer and charges the layers above', () => {
    const found = judge(scanned, [duplicateAcrossLayers]);
    expect(found).toMatchObject([
      {
        title: '2 files have the content of one in a lower layer: layer 2 (RUN cp -r one two)',
        claims: [
          { path: 'a', part: null, bytes: 100, keeps: 'b', layer: 2 },
          { path: 'c', part: null, bytes: 100, keeps: 'b', layer: 2 },
        ],
      },
    ]);
  });

  it('tells of the five layers with most copies one by one, and of all others together', () => {
    const layers = [1, 2, 3, 4, 5, 6, 7];
    const copies = layers.flatMap((layer) => [
      file(`${layer}x`, 100, { ...same, layer }),
      file(`${layer}y`, layer, { digest: digest(`y${layer}`), layer }),
    ]);
    const originals = layers.map((layer) => file(`o${layer}`, layer, { digest: digest(`y${layer}`), layer: 0 }));
    const entries = [file('o', 100, { ...same, layer: 0 }), ...originals, ...copies];
    const judged = (all: typeof entries) =>
      judge(snapshot(all, { image: image(Array.from('01234567')) }), [duplicateAcrossLayers]);
    const found = judged(entries);
    const six = judged(entries.filter(({ layer }) => layer !== 7));
    expect(six.filter(({ title }) => / layer \d/.test(title))).toHaveLength(6);
    expect(found.map(({ title, bytes }) => [title.split(': ')[1], bytes])).toEqual([
      ['2 other layers', 203],
      ...[7, 6, 5, 4, 3].map((layer) => [`layer ${layer} (${layer})`, 100 + layer]),
    ]);
  });

  it('leaves copies inside of one layer to duplicate-file; together they keep one copy', () => {
    const found = judge(scanned, [duplicateAcrossLayers, duplicateFile]);
    expect(found.map(({ rule, claims }) => [rule, claims.map(({ path }) => path)])).toEqual([
      ['duplicate-across-layers', ['a', 'c']],
      ['duplicate-file', ['d']],
    ]);
    expect(removableContent(scanned, found)).toBe(300);
  });

  it('leaves to duplicate-file what it finds in a tree, whatever other rules claim', () => {
    const entries = ['m.pyc', 'm.opt-1.pyc', 'm.opt-2.pyc', 'x', 'y'].map((path) => file(path, 100, same));
    const of = (more: Partial<Snapshot>, layerOf: (path: string) => number) =>
      judge(
        snapshot(
          entries.map((entry) => ({ ...entry, layer: layerOf(entry.path) })),
          more,
        ),
        [optimizedBytecode, duplicateAcrossLayers, duplicateFile],
      );
    const tree = of({}, () => 0);
    expect(tree.map(({ rule, bytes }) => [rule, bytes])).toEqual([
      ['duplicate-file', 400],
      ['optimized-bytecode', 200],
    ]);
    const layers = { image: image(['COPY one', 'COPY two']) };
    expect(of(layers, () => 0)).toEqual(tree);
    // A copy that another rule removes keeps no content, and no layer above from being the lowest with it.
    const apart = of(layers, (path) => (path.includes('opt') ? 0 : 1));
    expect(apart.map(({ rule, claims }) => [rule, claims.map(({ path }) => path)])).toEqual([
      ['duplicate-file', ['m.opt-2.pyc', 'x', 'y']],
      ['optimized-bytecode', ['m.opt-1.pyc', 'm.opt-2.pyc']],
    ]);
    const above = of(layers, (path) => (path === 'x' ? 0 : 1));
    expect(above.map(({ rule, bytes }) => [rule, bytes])).toEqual([
      ['duplicate-across-layers', 400],
      ['optimized-bytecode', 200],
    ]);
  });

  it('leaves to duplicate-file in an image of one layer what that finds in its tar', async () => {
    const work = tempDirectory('one-layer');
    const names = ['a/x.txt', 'b/x.txt', 'c/m.opt-1.pyc', 'c/m.opt-2.pyc', 'd/test/support/__init__.py'];
    const members = names.map((name) => ({ name, content: 'same content '.repeat(50) }));
    const built = buildImage({ layers: [{ members }] });
    writeFileSync(join(work, 'tree.tar'), buildTar(members));
    writeFileSync(join(work, 'image.tar'), tarOf(layoutFiles([built])));
    const options = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const;
    const found = async (name: string, selected = rules) =>
      judge(await scan(join(work, name), options), selected).filter(({ rule }) => rule === 'duplicate-file');
    const inTree = await found('tree.tar');
    expect(inTree).toMatchObject([{ bytes: 4 * 650 }]);
    expect(await found('image.tar')).toEqual(inTree);
    expect((await found('image.tar', [duplicateFile])).map(({ bytes }) => bytes)).toEqual([4 * 650]);
  });

  it('says nothing of what is no image', () => {
    expect(judge(snapshot([file('a', 1, same), file('b', 1, same)]), [duplicateAcrossLayers])).toEqual([]);
  });
});

describe('duplicate-across-layers and hard links of later layers', () => {
  const work = tempDirectory('across');
  const content = 'same content '.repeat(10);

  /** The layers whose tars hold the bytes, by GNU tar. */
  function storing(tars: readonly Buffer[]): number[] {
    return tars.flatMap((input, index) =>
      run('tar', ['-xOf', '-', '--wildcards', '*'], { input }).includes(content) ? [index] : [],
    );
  }

  it.runIf(requireTool('tar')).each([
    ['whose other name stays', []],
    ['whose other name is removed', [{ name: '.wh.z', content: '' }]],
  ])('name the layer that stores the content, %s', async (_, last) => {
    const link = { name: 'a', type: '1', link: 'z' };
    const built = buildImage({
      layers: [
        {
          packing: 'raw',
          createdBy: 'COPY z /z',
          members: [
            { name: 'z', content },
            { name: 'other', content: 'x' },
          ],
        },
        { packing: 'raw', createdBy: 'RUN cp z m', members: [{ name: 'm', content }] },
        // First in byte order, so it is the file in the snapshot and the name of the lower layer its hard link.
        { packing: 'raw', createdBy: 'RUN ln z a', members: [{ name: 'n', content: 'y' }, link] },
        { packing: 'raw', createdBy: 'RUN rm z', members: [{ name: 'p', content: 'z' }, ...last] },
      ],
    });
    const artifact = join(work, `image-${last.length}.tar`);
    writeFileSync(artifact, tarOf(layoutFiles([built])));
    const [first, second] = storing(built.layers.map(({ tar }) => tar));
    expect([first, second]).toEqual([0, 1]);
    const found = judge(await scan(artifact, { ...defaultLimits, digests: 'auto', facts: 'needed' }), [
      duplicateAcrossLayers,
    ]);
    expect(found).toMatchObject([
      {
        title: `1 file has the content of one in a lower layer: layer ${second} (RUN cp z m)`,
        claims: [{ path: 'm', bytes: content.length, keeps: 'a', layer: second }],
      },
    ]);
  });
});
