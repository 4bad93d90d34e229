import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { duplicateAcrossLayers } from '../../src/rules/duplicate-across-layers.ts';
import { duplicateFile } from '../../src/rules/duplicate-file.ts';
import { removableContent } from '../../src/rules/removable.ts';
import { digest, file, image, snapshot } from '../build/snapshot.ts';

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

  it('leaves copies inside of one layer to duplicate-file; together they keep one copy', () => {
    const found = judge(scanned, [duplicateAcrossLayers, duplicateFile]);
    expect(found.map(({ rule, claims }) => [rule, claims.map(({ path }) => path)])).toEqual([
      ['duplicate-across-layers', ['a', 'c']],
      ['duplicate-file', ['d']],
    ]);
    expect(removableContent(scanned, found)).toBe(300);
  });

  it('says nothing of what is no image', () => {
    expect(judge(snapshot([file('a', 1, same), file('b', 1, same)]), [duplicateAcrossLayers])).toEqual([]);
  });
});
