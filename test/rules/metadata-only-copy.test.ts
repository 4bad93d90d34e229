import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { metadataOnlyCopy } from '../../src/rules/metadata-only-copy.ts';
import { removableContent } from '../../src/compare/removable.ts';
import type { Difference, HiddenFile } from '../../src/model/snapshot.ts';
import { file, hidden, image, snapshot } from '../build/snapshot.ts';

const layers = ['COPY app /app', 'RUN chown -R app /app', 'RUN chmod 700 /app && chown root /app'];

describe('metadata-only-copy', () => {
  it('charges the layer that stored files again, with its instruction and what to do instead', () => {
    const scanned = snapshot([file('app/a', 900)], {
      image: image(layers),
      hidden: [
        hidden('app/a', 900, 0, 1, 'metadata'),
        hidden('app/b', 50, 0, 1, 'metadata'),
        hidden('app/c', 70, 0, 2, 'metadata'),
        hidden('app/d', 5, 0, 1, 'deleted'),
      ],
    });
    const found = judge(scanned, [metadataOnlyCopy]);
    expect(found.map(({ title, bytes }) => [title, bytes])).toEqual([
      ['2 files are stored again with the same content by layer 1 (RUN chown -R app /app)', 950],
      ['1 file is stored again with the same content by layer 2 (RUN chmod 700 /app && chown root /app)', 70],
    ]);
    expect(found[0]?.claims).toEqual([
      { path: 'app/a', part: 'hidden', bytes: 900, layer: 1 },
      { path: 'app/b', part: 'hidden', bytes: 50, layer: 1 },
    ]);
    expect(found[0]?.fix.advice).toBe(
      'give files their owner, mode and times where they are made: with COPY --chown, or in the same RUN, in layer 0 (COPY app /app)',
    );
    expect(found[1]?.fix.advice).toContain('COPY --chown and --chmod');
    expect(removableContent(scanned, found)).toBe(0);
  });

  it.each<[string, readonly HiddenFile['differs'][], string]>([
    [
      'who may use them, which the instruction does not tell',
      [['mode'], ['owner', 'times']],
      'with COPY --chown and --chmod, or',
    ],
    ['owners', [['owner']], 'with COPY --chown, or'],
    ['modes, and what is not known', [['mode'], undefined], 'with COPY --chmod, or'],
    ['times', [['times'], ['times']], 'mode, owner and group of 2 files are the same and only times differ: keep'],
    [
      'nothing',
      [[], []],
      'mode, owner, group and times of 2 files are the same: a further hard link or extended attributes',
    ],
  ])('advises what fits where copies differ in %s', (_, all, says) => {
    const instructions = ['COPY app /app', 'RUN sh configure'];
    const files = all.map((differs, at) => ({
      ...hidden(`f${at}`, 9, 0, 1, 'metadata' as const),
      ...(differs === undefined ? {} : { differs }),
    }));
    const [found] = judge(snapshot([], { image: image(instructions), hidden: files }), [metadataOnlyCopy]);
    expect(found?.fix.advice).toContain(says);
    expect(found?.fix.advice).toMatch(/, in layer 0 \(COPY app \/app\)$/);
    const toldApart = all.every((differs) => differs !== undefined && !differs.some((what) => what !== 'times'));
    expect(found?.fix.advice?.includes('COPY --')).toBe(!toldApart);
  });

  it('advises each of several where copies differ in several ways', () => {
    const ways: readonly (readonly Difference[])[] = [['owner'], ['times'], []];
    const files = ways.map((differs, at) => ({ ...hidden(`f${at}`, 9, 0, 1, 'metadata'), differs }));
    const [found] = judge(snapshot([], { image: image(layers), hidden: files }), [metadataOnlyCopy]);
    expect(found?.fix.advice?.split('; ').map((part) => part.slice(0, 38))).toEqual([
      'give files their owner, mode and times',
      'mode, owner and group of 1 file are th',
      'mode, owner, group and times of 1 file',
    ]);
  });

  it('puts many layers together, and loses none of them', () => {
    const many = Array.from({ length: 20 }, () => null);
    const files = many.slice(1).map((_, at) => hidden(`f${at}`, 100 - at, 0, at + 1, 'metadata'));
    const found = judge(snapshot([], { image: image(many), hidden: files }), [metadataOnlyCopy]);
    expect(found.length).toBe(6);
    expect(found[0]?.title).toBe('14 files are stored again with the same content by 14 other layers');
    expect(found[1]?.title).toContain('by layer 1');
    expect(found.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(files.reduce((sum, { size }) => sum + size, 0));
  });

  it('says nothing of what is no image', () => {
    expect(judge(snapshot([file('a', 1)]), [metadataOnlyCopy])).toEqual([]);
  });
});
