import { describe, expect, it } from 'vitest';
import { imageChange, wholePull } from '../../src/compare/image.ts';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { Image, ImageLayer } from '../../src/model/snapshot.ts';
import { diffJson } from '../../src/report/json/diff.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import { finding } from '../build/report.ts';
import { digest, file, image, snapshot } from '../build/snapshot.ts';

/** Layers of these names; a name is content, and `compressed` its length in a registry. */
function layered(names: readonly string[], compressed: number | null = 100): Image {
  const base = image(names.map((name) => `RUN ${name}`));
  const layers = base.layers.map((layer, index): ImageLayer => {
    const name = names[index] ?? '';
    const blob = digest(compressed === null ? `tar ${name}` : `blob ${name}`);
    return { ...layer, digest: blob, diffId: digest(`tar ${name}`), compressed, content: 1000 };
  });
  return { ...base, layers };
}

describe('layers of two images', () => {
  it('says what is shared, what must be pulled, and where the cache ended', () => {
    const change = imageChange(
      layered(['base', 'apt', 'copy', 'last']),
      layered(['base', 'apt', 'copy2', 'last', 'new']),
    );
    expect(change).toMatchObject({ layers: 5, shared: 3, pull: 200 });
    expect(change?.pulled.map(({ index, instruction }) => [index, instruction])).toEqual([
      [2, 'RUN copy2'],
      [4, 'RUN new'],
    ]);
    expect(change?.cacheBroke).toEqual({ index: 2, before: 'RUN copy', after: 'RUN copy2' });
  });

  it('pulls all of it without any of them, a blob once, where all are compressed', () => {
    expect(wholePull(layered(['base', 'copy', 'last', 'copy']))).toBe(300);
    expect(wholePull(layered(['base'], null))).toBe(null);
    const { layers, ...rest } = layered(['base', 'last']);
    const mixed = layers.map((layer, index) => (index === 0 ? layer : { ...layer, compressed: null }));
    expect(wholePull({ ...rest, layers: mixed })).toBe(null);
    expect(wholePull(layered([]))).toBe(null);
  });

  it('pulls a blob once, however many layers it stands for', () => {
    const change = imageChange(layered(['base']), layered(['empty', 'base', 'copy', 'empty', 'copy', 'empty']));
    expect(change).toMatchObject({ layers: 6, shared: 1, pull: 200 });
    expect(change?.pulled.map(({ index }) => index)).toEqual([0, 2]);
  });

  it('says what layers of both waste', () => {
    const before = { ...layered(['a']), hiddenBytes: 5 };
    expect(imageChange(before, { ...before, hiddenBytes: 905 })?.waste).toEqual({ before: 5, after: 905 });
  });

  it('finds nothing to pull of equal images, and no broken cache where one goes on', () => {
    expect(imageChange(layered(['a', 'b']), layered(['a', 'b']))).toMatchObject({
      shared: 2,
      pulled: [],
      pull: 0,
      cacheBroke: null,
    });
    expect(imageChange(layered(['a']), layered(['a', 'b']))).toMatchObject({ shared: 1, pull: 100, cacheBroke: null });
    expect(imageChange(layered(['a', 'b']), layered(['a']))).toMatchObject({ shared: 1, pull: 0, cacheBroke: null });
    expect(imageChange(undefined, layered(['a']))).toBe(null);
    expect(imageChange(layered(['a']), undefined)).toBe(null);
  });

  it('pulls what was only compressed anew, which breaks no cache, and all where the first layer differs', () => {
    const anew = layered(['a', 'b']);
    const layers = anew.layers.map((layer) => ({ ...layer, digest: digest(`anew ${layer.index}`) }));
    expect(imageChange(layered(['a', 'b']), { ...anew, layers })).toMatchObject({
      shared: 0,
      pull: 200,
      cacheBroke: null,
    });
    expect(imageChange(layered(['a', 'b']), layered(['c', 'b']))?.cacheBroke).toEqual({
      index: 0,
      before: 'RUN a',
      after: 'RUN c',
    });
  });

  it('goes by DiffIDs where layers are stored uncompressed; then bytes to pull are unknown', () => {
    expect(imageChange(layered(['a', 'b'], null), layered(['a', 'c']))).toMatchObject({ shared: 1, pull: 100 });
    expect(imageChange(layered(['a', 'b']), layered(['a', 'c'], null))).toMatchObject({ shared: 1, pull: null });
    expect(imageChange(layered(['a']), layered(['a'], null))).toMatchObject({ shared: 1, pull: 0 });
    const mixed = layered(['b', 'c', 'd']);
    const layers = mixed.layers.map((layer, index) => (index === 1 ? { ...layer, compressed: null } : layer));
    expect(imageChange(layered(['a']), { ...mixed, layers })).toMatchObject({ shared: 0, pull: null });
  });

  it('takes what a layer hides for the same where a later layer removes the path, and where one brings it back', () => {
    const claims = [{ path: 'x', part: 'hidden', bytes: 10, layer: 0 }];
    const findings = [finding('metadata-only-copy', 10, { claims })];
    const shown = { snapshot: snapshot([file('x', 10)], { image: image(['a', 'b']) }), findings };
    const removed = { snapshot: snapshot([], { image: image(['a', 'b', 'c']) }), findings };
    const options = { stripComponents: 0, maps: [], sections: false };
    for (const [old, now] of [
      [shown, removed],
      [removed, shown],
    ] as const) {
      expect(diffSnapshots(old, now, options).findings).toMatchObject({ new: [], fixed: [] });
    }
  });

  it('is in a saved report as it was', () => {
    const judged = (one: Image) => ({ snapshot: snapshot([], { image: one }), findings: [] });
    const options = { stripComponents: 0, maps: [], sections: false };
    const diff = diffSnapshots(judged(layered(['a', 'b'])), judged(layered(['a', 'c'])), options);
    const text = [...diffJson({ tool: { name: 'sizecheck', version: '1' }, diff })].join('');
    expect(parseReport(Buffer.from(text))).toMatchObject({ report: { diff: { image: diff.image } } });
    expect(diff.image?.pull).toBe(100);
    const wrong = Buffer.from(text.replace('"pull":100', '"pull":101'));
    expect(() => parseReport(wrong)).toThrow('image.pull');
  });
});
