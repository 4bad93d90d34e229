import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { deletedInLaterLayer } from '../../src/rules/deleted-in-later-layer.ts';
import { hidden, image, snapshot } from '../build/snapshot.ts';

describe('deleted-in-later-layer', () => {
  it('tells of the five layers that hid most one by one, and of all others together', () => {
    const layers = [1, 2, 3, 4, 5, 6, 7];
    // Of each layer two files: the bytes that they are stored in go by their sum, too.
    const files = layers.flatMap((layer) => [
      hidden(`large${layer}`, 40 + (layer % 4), 0, layer, 'deleted'),
      hidden(`small${layer}`, layer < 4 ? 30 : 20, layer === 7 ? 8 : 9, layer, 'deleted'),
    ]);
    const found = (all: typeof files) =>
      judge(snapshot([], { image: image(Array.from('0123456789')), hidden: all }), [deletedInLaterLayer]);
    expect(found(files).map(({ title, bytes }) => [title.replace(/ (?:is|are) .* by /, ' by '), bytes])).toEqual([
      ['4 files by 2 other layers', 121],
      ['2 files by layer 3 (3)', 73],
      ['2 files by layer 2 (2)', 72],
      ['2 files by layer 1 (1)', 71],
      ['2 files by layer 7 (7)', 63],
      ['2 files by layer 6 (6)', 62],
    ]);
    const six = found(files.filter(({ layer }) => layer !== 7));
    expect(six.filter(({ title }) => /by layer/.test(title))).toHaveLength(6);
    expect(six[0]?.fix.advice).toContain('layer 0 (0) and layer 9 (9)');
  });

  it('names the layers that store most of it, and how many others there are', () => {
    const files = [1, 2, 2, 3, 3].map((stored, index) => hidden(`f${index}`, 30 - 5 * stored, stored, 4, 'deleted'));
    const [found] = judge(snapshot([], { image: image(Array.from('01234')), hidden: files }), [deletedInLaterLayer]);
    expect(found?.fix.advice).toContain('layer 2 (2), layer 3 (3) and 1 other layer,');
  });

  it('names a layer without an instruction by its number, and cuts a long one', () => {
    const files = [1, 2, 3].map((layer) => hidden(`f${layer}`, 9 - layer, 0, layer, 'deleted'));
    const instructions = ['a', null, `RUN ${'x'.repeat(96)}`, `RUN ${'x'.repeat(97)}`];
    const found = judge(snapshot([], { image: image(instructions), hidden: files }), [deletedInLaterLayer]);
    expect(found.map(({ title }) => title.split(' by ')[1])).toEqual([
      'layer 1',
      `layer 2 (RUN ${'x'.repeat(96)})`,
      `layer 3 (RUN ${'x'.repeat(95)}…)`,
    ]);
  });

  it('charges the layer that did it, and names the one that stores the bytes', () => {
    const found = judge(
      snapshot([], {
        image: image(['RUN apt-get install a', 'RUN apt-get install b']),
        hidden: [hidden('var/status', 300, 0, 1, 'deleted'), hidden('var/other', 20, 0, 1, 'overwritten')],
      }),
      [deletedInLaterLayer],
    );
    expect(found).toMatchObject([
      {
        title: '1 file is stored below and removed by layer 1 (RUN apt-get install b)',
        bytes: 300,
        claims: [{ path: 'var/status', part: 'hidden', bytes: 300, layer: 1 }],
      },
    ]);
    expect(found[0]?.fix.advice).toBe(
      'remove them in the RUN that makes them, layer 0 (RUN apt-get install a), or copy only what is needed from a build stage',
    );
  });
});
