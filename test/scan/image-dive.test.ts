// The figures of dive: by hand on the cases that matter, and against a second computation on layers at random.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDive } from '../../src/scan/image/dive.ts';
import { cpuTime } from '../build/cpu-time.ts';
import { naiveDive } from '../build/dive.ts';
import type { DiveMember } from '../build/dive.ts';
import { buildImage, layoutFiles, legacyFiles, tarOf } from '../build/image.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';

function figures(layers: readonly (readonly DiveMember[])[]): object {
  const dive = createDive();
  for (const members of layers) {
    for (const { path, size, directory } of members) dive.member(path, size, directory);
    dive.endLayer();
  }
  return dive.figures();
}

const file = (path: string, size: number): DiveMember => ({ path, size, directory: false });
const directory = (path: string): DiveMember => ({ path, size: 0, directory: true });

describe('dive by hand', () => {
  it('counts all copies of a path, the one that stays included', () => {
    expect(figures([[file('a', 100), file('b', 40)], [file('a', 60)]])).toEqual({
      efficiency: (60 + 40) / 200,
      sizeBytes: 200,
      userSizeBytes: 60,
      layers: [140, 60],
      wastedBytes: 160,
      userWastedPercent: 160 / 60,
      inefficientFiles: [{ path: '/a', count: 2, bytes: 160 }],
    });
  });

  it('counts a deleted file once, and a deleted directory not at all', () => {
    const base = [directory('d'), file('d/x', 30), file('d/y', 20), file('a', 50)];
    expect(figures([base, [file('.wh.a', 0)]])).toMatchObject({ efficiency: 0.5, wastedBytes: 50 });
    expect(figures([base, [file('.wh.d', 0)]])).toMatchObject({
      // 50 for the directory joins both sums.
      efficiency: 150 / 150,
      wastedBytes: 0,
      inefficientFiles: [],
    });
    // A directory without a header of its own is none to dive.
    expect(figures([base.slice(1), [file('.wh.d', 0)]])).toMatchObject({ efficiency: 1, wastedBytes: 0 });
  });

  it('counts names of hard links as nothing, and no opaque marks', () => {
    expect(
      figures([
        [file('a', 10), file('b', 0)],
        [file('b', 0), file('d/.wh..wh..opq', 0)],
      ]),
    ).toMatchObject({
      efficiency: 1,
      wastedBytes: 0,
      inefficientFiles: [{ path: '/b', count: 2, bytes: 0 }],
    });
  });

  it('does not know the directory that layers are extracted into', () => {
    const root = directory('.');
    expect(figures([[root, file('a', 10)], [root]])).toEqual(figures([[file('a', 10)], []]));
  });

  it('gives up on the rest of a layer at a whiteout of nothing', () => {
    expect(figures([[file('z', 10)], [file('.wh.nothing', 0), file('z', 10)]])).toMatchObject({
      efficiency: (10 - 1) / 10,
      wastedBytes: 0,
    });
  });

  it('has no share of no user bytes', () => {
    expect(figures([[file('a', 1)]])).toMatchObject({ userSizeBytes: 0, userWastedPercent: null, efficiency: 1 });
    expect(figures([])).toMatchObject({ sizeBytes: 0, efficiency: 1 });
  });
});

describe('dive at length', () => {
  it('looks once at what a directory held that layer after layer removes', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => file(`d/f${index}`, 1));
    const layers = Array.from({ length: 5000 }, () => [file('.wh.d', 0), file('d/x', 1)]);
    const started = cpuTime();
    // The directory counts in the first removal; after it, one byte each time.
    expect(figures([many, ...layers])).toMatchObject({ inefficientFiles: [{ count: 5000 }, { count: 5000 }] });
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});

describe('dive twice', () => {
  const name = fc.constantFrom('a', 'b', 'c', '.wh.a', '.wh.b', '.wh.c', '.wh..wh..opq');
  const plain = fc.constantFrom('a', 'b', 'c');
  const path = fc.tuple(fc.array(plain, { maxLength: 2 }), name).map(([parents, last]) => [...parents, last].join('/'));
  const member = fc.tuple(path, fc.nat(100), fc.boolean()).map(([at, size, isDirectory]): DiveMember => {
    const marks = at.includes('.wh.');
    return { path: at, size: isDirectory || marks ? 0 : size, directory: isDirectory && !marks };
  });
  const layers = fc.array(fc.array(member, { maxLength: 8 }), { minLength: 1, maxLength: 6 });

  it('agrees with stacking all layers anew for each whiteout', () => {
    fc.assert(
      fc.property(layers, (given) => {
        expect(figures(given)).toEqual(naiveDive(given));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('dive of whole images', () => {
  const work = tempDirectory('dive');
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const gone = (at: string): string => at.replace(/[^/]+$/, (last) => `.wh.${last}`);
  const member = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(path, fc.nat(3000)).map(([at, size]): TarSpec => plain(at, size)) },
    path.map((at): TarSpec => ({ name: `${at}/`, type: '5', mode: 0o755 })),
    { weight: 2, arbitrary: path.map((at): TarSpec => plain(gone(at), 0)) },
    path.map((at): TarSpec => plain(`./${at}/.wh..wh..opq`, 0)),
    fc.tuple(path, path).map(([at, link]): TarSpec => ({ name: at, type: '1', link })),
    fc.tuple(path, path).map(([at, link]): TarSpec => ({ name: at, type: '2', link })),
  );
  const layers = fc.array(fc.array(member, { maxLength: 8 }), { minLength: 1, maxLength: 5 });

  function plain(at: string, size: number): TarSpec {
    return { name: at, content: 'x'.repeat(size) };
  }

  /** What Go's tar reader tells dive of a member: links have no size. */
  function seen({ name: given, type, content = '' }: TarSpec): DiveMember {
    const clean = given.replace(/^\.\//, '').replace(/\/$/, '');
    return { path: clean, size: content.length, directory: type === '5' };
  }

  it('agrees with the slow way on what is in their tars, overwritten, deleted or linked', async () => {
    await fc.assert(
      fc.asyncProperty(layers, fc.boolean(), async (given, isDocker) => {
        const image = buildImage({ layers: given.map((members) => ({ members, packing: 'raw' })) });
        const artifact = join(work, 'image.tar');
        writeFileSync(artifact, tarOf(isDocker ? legacyFiles([image]) : layoutFiles([image])));
        const snapshot = await scan(artifact, { ...defaultLimits, digests: 'auto', facts: 'needed' });
        expect(snapshot.image?.dive).toEqual(naiveDive(given.map((members) => members.map(seen))));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a path twice in one layer', () => {
  const work = tempDirectory('dive-twice');
  const members: readonly TarSpec[] = [
    { name: 'a', content: 'x'.repeat(700) },
    { name: 'b', content: 'y'.repeat(20) },
    { name: 'b-again', type: '1', link: 'b' },
    { name: 'a', content: 'z'.repeat(300) },
  ];
  const lower = { members: [{ name: 'a', content: 'w'.repeat(11) }], packing: 'raw' } as const;
  const built = buildImage({ layers: [lower, { members, packing: 'raw' }] });

  /** Sum of the sizes that GNU tar lists of the members of a layer. */
  function listed(tar: Buffer): number {
    const lines = run('tar', ['-tvf', '-'], { input: tar }).trim().split('\n');
    return lines.reduce((sum, line) => sum + Number(line.split(/\s+/)[2]), 0);
  }

  it.runIf(requireTool('tar'))('counts twice in the size that dive gives the layer, as tar lists it', async () => {
    const artifact = join(work, 'image.tar');
    writeFileSync(artifact, tarOf(legacyFiles([built])));
    const sizes = built.layers.map(({ tar }) => listed(tar));
    expect(sizes).toEqual([11, 1020]);
    const saved = join(work, 'saved.json');
    expect(sizecheck(['snapshot', artifact, '-o', saved]).code).toBe(0);
    for (const from of [artifact, saved]) {
      const { layer, image } = JSON.parse(sizecheck(['scan', from, '--format', 'dive']).stdout);
      expect(layer.map(({ sizeBytes }: { sizeBytes: number }) => sizeBytes)).toEqual(sizes);
      expect(image.sizeBytes).toBe(1031);
    }
    // What unpacking leaves of the layer.
    const { image } = await scan(artifact, { ...defaultLimits, digests: 'auto', facts: 'needed' });
    expect(image?.layers.map(({ content }) => content)).toEqual([11, 320]);
  });

  it('is refused of a snapshot that does not hold it, or whose sizes do not add up', () => {
    const artifact = join(work, 'again.tar');
    writeFileSync(artifact, tarOf(legacyFiles([built])));
    const text = sizecheck(['snapshot', artifact]).stdout;
    const cases = [
      [text.replace('"layers":[11,1020],', ''), 'needs sizes of layers that the snapshot was saved without'],
      [
        text.replace('"layers":[11,1020]', '"layers":[11,1021]'),
        'image.dive.sizeBytes that its layers do not add up to',
      ],
      [text.replace('"layers":[11,1020]', '"layers":[1031]'), '1 image.dive.layers of an image of 2'],
    ] as const;
    for (const [input, says] of cases) {
      expect(input).not.toBe(text);
      const ran = sizecheck(['scan', '-', '--format', 'dive'], { input });
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).toContain(says);
    }
    // Everything else can be told of the first one.
    expect(sizecheck(['scan', '-'], { input: cases[0][0] }).code).toBe(0);
  });
});
