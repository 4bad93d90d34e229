// Layers laid one on the other: which bytes are hidden, why, and by which layer; and that no byte is lost or counted twice.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf } from '../build/image.ts';
import { pax } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('layers');
let count = 0;

function scanned(layers: readonly (readonly TarSpec[])[], more: object = {}): Promise<Snapshot> {
  const path = join(work, `image-${count++}.tar`);
  writeFileSync(
    path,
    tarOf(layoutFiles([buildImage({ layers: layers.map((members) => ({ members, packing: 'raw' })) })])),
  );
  return scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed', ...more });
}

const file = (name: string, content: string, mode = 0o644): TarSpec => ({ name, content, mode });
const directory = (name: string): TarSpec => ({ name: `${name}/`, type: '5' });
const hard = (name: string, link: string): TarSpec => ({ name, type: '1', link });

const figures = ({ image }: Snapshot) =>
  image?.layers.map(({ content, added, changed, deleted, waste }) => [content, added, changed, deleted, waste]);
const files = ({ entries }: Snapshot) =>
  entries.filter(({ kind }) => kind === 'file').map(({ path, size, layer }) => [path, size, layer]);
const causes = ({ hidden }: Snapshot) =>
  hidden?.map(({ path, size, stored, layer, cause }) => [path, size, stored, layer, cause]);

describe('what layers hide', () => {
  it('is a copy with the same content: chown, chmod, touch', async () => {
    const snapshot = await scanned([
      [directory('app'), file('app/a', 'aaaa'), file('app/b', 'bb')],
      [directory('app'), file('app/a', 'aaaa', 0o700), file('app/b', 'bb', 0o700)],
    ]);
    expect(figures(snapshot)).toEqual([
      [6, 6, 0, 0, 0],
      [6, 0, 6, 0, 6],
    ]);
    expect(causes(snapshot)).toEqual([
      ['app/a', 4, 0, 1, 'metadata'],
      ['app/b', 2, 0, 1, 'metadata'],
    ]);
    expect(snapshot.entries.find(({ path }) => path === 'app/a')?.mode).toBe(0o700);
  });

  it('is a copy of which it is known what differs: mode, owner, times or nothing of these', async () => {
    const made = { name: 'f', content: 'abc', mode: 0o644, mtime: 1000 };
    const owned = (at: number) => ({ edit: (block: Buffer): void => void block.write('0000002', at) });
    const differing = async (...members: readonly TarSpec[]) => {
      const { hidden = [] } = await scanned([[made], members]);
      return hidden.map(({ path, cause, differs }) => [path, cause, differs]);
    };
    expect(await differing(made)).toEqual([['f', 'metadata', []]]);
    expect(await differing({ ...made, mode: 0o755 })).toEqual([['f', 'metadata', ['mode']]]);
    expect(await differing({ ...made, ...owned(108) })).toEqual([['f', 'metadata', ['owner']]]);
    expect(await differing({ ...made, ...owned(116) })).toEqual([['f', 'metadata', ['owner']]]);
    expect(await differing({ ...made, mtime: 1001 })).toEqual([['f', 'metadata', ['times']]]);
    expect(await differing({ ...made, mode: 0, ...owned(108), mtime: 0 })).toEqual([
      ['f', 'metadata', ['mode', 'owner', 'times']],
    ]);
    // Whichever of its names holds the content in the end.
    expect(await differing(made, hard('a', 'f'))).toEqual([['f', 'metadata', []]]);
    expect(await differing({ ...made, content: 'abcd' })).toEqual([['f', 'overwritten', undefined]]);
  });

  it('is what a directory held that was removed and made again, file by file', async () => {
    const snapshot = await scanned([
      [file('d/same', 'same'), file('d/other', 'other'), file('d/gone', 'gone!!')],
      [file('d/.wh..wh..opq', ''), file('d/same', 'same'), file('d/other', 'OTHER'), file('d/new', 'n')],
    ]);
    expect(figures(snapshot)).toEqual([
      [15, 15, 0, 0, 0],
      [10, 1, 9, 6, 15],
    ]);
    expect(causes(snapshot)).toEqual([
      ['d/gone', 6, 0, 1, 'deleted'],
      ['d/other', 5, 0, 1, 'overwritten'],
      ['d/same', 4, 0, 1, 'metadata'],
    ]);
  });

  it('is a content only when its last name is gone, charged to the layer that took it', async () => {
    const snapshot = await scanned([
      [file('one', '12345'), hard('two', 'one')],
      [file('.wh.one', '')],
      [hard('three', 'two')],
      [file('.wh.two', ''), file('.wh.three', '')],
    ]);
    expect(figures(snapshot)).toEqual([
      [5, 5, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 5, 5],
    ]);
    expect(snapshot.totals.content).toBe(0);
  });

  it('is nothing where a hard link keeps what a layer removes', async () => {
    const [name, mark] = [hard('b', 'a'), file('.wh.a', '')];
    for (const layers of [[[name, mark]], [[name], [mark]]]) {
      const kept = await scanned([[file('a', 'xyz')], ...layers]);
      // The layer that stores it, not that of the name.
      expect(files(kept)).toEqual([['b', 3, 0]]);
      expect(kept.image?.hiddenBytes).toBe(0);
      expect(kept.notices).toEqual([]);
    }
  });

  it('is, of two that one layer has of a path through a symlink, what comes first in its tar', async () => {
    const base = [directory('usr'), directory('usr/lib'), { name: 'lib', type: '2' as const, link: 'usr/lib' }];
    const [one, other, again] = [file('usr/lib/f', '1'), file('lib/f', '22'), file('usr/lib/f', '333')];
    for (const [members, size] of [
      [[one, other], 2],
      [[other, one], 1],
      [[one, other, again], 3],
    ] as const) {
      const snapshot = await scanned([base, members]);
      expect(files(snapshot)).toEqual([['usr/lib/f', size, 1]]);
      expect(figures(snapshot)?.[1]?.[4]).toBe(snapshot.image?.hiddenBytes);
    }
    const { image } = await scanned([base, [file('lib/f', 'four'), file('usr/lib/f', '1')]]);
    expect(image).toMatchObject({ layerBytes: 5, visibleBytes: 1, hiddenBytes: 4 });
  });

  it('is in the tree where symlinks lead, and known by that place', async () => {
    const pyc = Buffer.concat([Buffer.from([0x6f, 0x0d, 0x0d, 0x0a]), Buffer.alloc(12)]);
    const snapshot = await scanned([
      [directory('usr/lib'), { name: 'lib', type: '2', link: 'usr/lib' }],
      [{ name: 'lib/__pycache__/m.cpython-310.pyc', content: pyc }, file('lib/text', 'text')],
    ]);
    const at = (name: string) => snapshot.entries.find(({ path }) => path === name);
    const cached = 'usr/lib/__pycache__/m.cpython-310.pyc';
    expect(at(cached)).toMatchObject({ layer: 1, size: 16, facts: { source: 'usr/lib/m.py' } });
    expect(at('usr/lib/text')).toMatchObject({ layer: 1, size: 4, facts: null });
    expect(snapshot.hidden).toEqual([]);
  });

  it('is told of the layer alone that is asked for', async () => {
    const layers = [
      [{ name: './', type: '5' as const, mode: 0o711 }, file('a', 'one'), file('b', 'b'), file('empty', '')],
      [file('a', 'three'), file('empty', '', 0o700)],
      [file('.wh.b', ''), file('c', 'c')],
    ];
    expect(causes(await scanned(layers))).toEqual([
      ['a', 3, 0, 1, 'overwritten'],
      ['b', 1, 0, 2, 'deleted'],
    ]);
    for (const [layer, own, names] of [
      [0, [], ['a', 'b', 'empty']],
      [1, [['a', 3, 0, 1, 'overwritten']], ['a', 'empty']],
      [2, [['b', 1, 0, 2, 'deleted']], ['c']],
    ] as const) {
      const snapshot = await scanned(layers, { layer });
      expect(causes(snapshot)).toEqual(own);
      expect(snapshot.isPart).toBe(true);
      expect(files(snapshot).map(([path]) => path)).toEqual(names);
    }
    const roots = (await scanned(layers)).entries.filter(({ path }) => path === '.');
    expect(roots).toMatchObject([{ mode: 0o711, layer: 0 }]);
    await expect(scanned(layers, { layer: 3 })).rejects.toThrow('there is no layer 3; the last one is 2');
    await expect(scanned([], { layer: 0 })).rejects.toThrow('there is no layer 0; the image has none');
    await expect(scanned([layers[0] ?? []], { layer: 1 })).rejects.toThrow('the last one is 0');
  });

  it('is nothing of a file that only its own layer replaces, and is no less a waste', async () => {
    const base = [directory('usr'), directory('usr/lib'), { name: 'lib', type: '2' as const, link: 'usr/lib' }];
    const twice = await scanned([base, [file('usr/lib/f', '1'), file('lib/f', '22')]]);
    // Nothing that was below changed or went.
    expect(figures(twice)).toEqual([
      [0, 0, 0, 0, 0],
      [3, 3, 0, 0, 1],
    ]);
    expect(causes(twice)).toEqual([['usr/lib/f', 1, 1, 1, 'overwritten']]);
    const lost = await scanned([base, [file('new/in', 'lost'), { name: 'new', type: '2', link: 'usr' }]]);
    expect(figures(lost)?.[1]).toEqual([4, 4, 0, 0, 4]);
    expect(causes(lost)).toEqual([['new/in', 4, 1, 1, 'deleted']]);
    const removed = await scanned([
      [file('d/e/f', 'x'), file('d/e/g', 'yy')],
      [file('.wh.d', ''), file('d/e/f', 'zzz')],
    ]);
    expect(figures(removed)?.[1]).toEqual([3, 0, 3, 2, 3]);
  });

  it('is no content that a name came to again in its own layer', async () => {
    const snapshot = await scanned([
      [file('d/z', 'zzz'), { name: 'd', type: '2', link: 'e' }, hard('l', 'd/z'), hard('m', 'd/z')],
    ]);
    expect(files(snapshot)).toEqual([['l', 3, 0]]);
    expect(snapshot.image).toMatchObject({ layerBytes: 3, visibleBytes: 3, hiddenBytes: 0 });
    expect(snapshot.hidden).toEqual([]);
    const broken = await scanned([[directory('d')], [hard('x', 'd')]]);
    expect(broken.notices.map(({ code, path }) => `${code} ${path}`)).toEqual(['broken-hardlink x']);
  });

  it('is not said to be the same where contents are unknown', async () => {
    const holes = (name: string, size: number): TarSpec[] => [
      pax({ 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.realsize': size, 'GNU.sparse.name': name }),
      { name, content: Buffer.from('0\n'.padEnd(512, '\0')) },
    ];
    const size = 2 ** 31;
    expect(causes(await scanned([holes('a', size), holes('a', size)]))).toEqual([['a', size, 0, 1, 'overwritten']]);
  });

  it('has compressed bytes where they are asked for, as a name in a later layer has those of its content', async () => {
    const layers = [
      [file('z', 'z'.repeat(3000)), file('a', 'old')],
      [hard('b', 'z'), file('a', 'new')],
    ];
    const stored = await scanned(layers, { stored: true });
    expect(stored.entries.find(({ path }) => path === 'b')).toMatchObject({ kind: 'file', size: 3000, stored: 3000 });
    expect(stored.hidden).toMatchObject([{ path: 'a', compressed: 3 }]);
    const plain = await scanned(layers);
    for (const one of [...plain.entries, ...(plain.hidden ?? [])]) {
      expect('stored' in one && 'cause' in one ? 'compressed' in one : 'stored' in one).toBe(false);
    }
  });

  it('is nothing where links lead in circles', async () => {
    const loop = (name: string, link: string): TarSpec => ({ name, type: '2', link });
    const chain = Array.from({ length: 41 }, (_, at) => loop(`l${at}`, at === 0 ? 'd' : `l${at - 1}`));
    const { entries, notices } = await scanned([
      [directory('d'), loop('x', 'y'), loop('y', 'x'), ...chain],
      [file('l39/in', 'forty links'), file('l40/out', 'forty-one'), file('x/in', 'circle'), file('./.wh.y', '')],
    ]);
    const paths = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
    // Linux follows forty; what lies behind more is where a directory has to take the place of a link.
    expect(paths).toContain('d/in');
    expect(paths).not.toContain('d/out');
    expect(notices.map(({ code }) => code)).toContain('not-a-directory');
  });

  it('is nothing of what hard links of later layers lead to: files, symlinks and what is not there', async () => {
    const pyc = Buffer.concat([Buffer.from([0x6f, 0x0d, 0x0d, 0x0a]), Buffer.alloc(12)]);
    const cached = (name: string): string => `__pycache__/${name}.cpython-310.pyc`;
    const snapshot = await scanned([
      [
        { name: cached('m'), content: pyc },
        { name: 'lib/s', type: '2', link: 'x' },
      ],
      [hard(cached('a'), cached('m')), hard('t', './lib/s'), hard(cached('z'), cached('a'))],
      [hard('lost', 'lib/nothing')],
    ]);
    const at = (name: string) => snapshot.entries.find(({ path }) => path === name);
    const { digest = null } = at(cached('a')) ?? {};
    expect(digest).toMatch(/^sha256:/);
    expect(at(cached('a'))).toMatchObject({ kind: 'file', size: 16, layer: 0, facts: { source: 'a.py' } });
    for (const [name, layer] of [
      ['m', 0],
      ['z', 1],
    ] as const) {
      const link = { kind: 'hardlink', link: cached('a'), size: 0, disk: 0, digest: null, facts: null, layer };
      expect(at(cached(name))).toMatchObject(link);
    }
    // A symlink takes no blocks, whichever name it has.
    expect(at('t')).toMatchObject({ kind: 'symlink', link: 'x', disk: at('lib/s')?.disk, layer: 1 });
    expect(snapshot.notices.map(({ code, path }) => `${code} ${path}`)).toEqual(['broken-hardlink lost']);
    expect(snapshot.totals).toMatchObject({ content: 16, files: 1, hardlinks: 3, symlinks: 2 });
    expect(causes(snapshot)).toEqual([]);
  });

  it('is no directory: one that comes again has the permissions of the later layer, if that says any', async () => {
    const named = (mode: number): TarSpec => ({ ...directory('d'), mode });
    const modes = async (...layers: readonly (readonly TarSpec[])[]) => {
      const { entries } = await scanned(layers);
      return entries.filter(({ path }) => path === 'd').map(({ mode, layer }) => [mode, layer]);
    };
    expect(await modes([named(0o755), file('d/a', 'a')], [named(0o700)])).toEqual([[0o700, 1]]);
    expect(await modes([named(0o750)], [file('d/b', 'b')])).toEqual([[0o750, expect.any(Number)]]);
    expect(await modes([file('d/b', 'b')], [named(0o711)])).toEqual([[0o711, 1]]);
  });

  it('is what a file over a directory hides, and the directory comes back empty', async () => {
    const snapshot = await scanned([
      [file('d/a', '1'), file('d/b', '22')],
      [file('d', '333')],
      [directory('d'), file('d/c', '4')],
    ]);
    expect(files(snapshot)).toEqual([['d/c', 1, 2]]);
    expect(causes(snapshot)).toEqual([
      ['d/a', 1, 0, 1, 'deleted'],
      ['d/b', 2, 0, 1, 'deleted'],
      ['d', 3, 1, 2, 'overwritten'],
    ]);
  });

  it('leaves out what AUFS kept for itself, and marks that hold bytes', async () => {
    const snapshot = await scanned([
      [file('.wh..wh.plnk/12.34', 'linked'), hard('a', '.wh..wh.plnk/12.34'), file('.wh..wh.aufs', '')],
      [file('.wh.gone', 'bytes'), file('.wh.gone/inside', 'x')],
    ]);
    expect(files(snapshot)).toEqual([['a', 6, 0]]);
    expect(snapshot.notices.filter(({ code }) => code === 'whiteout-content').length).toBe(2);
    expect(snapshot.image).toMatchObject({ layerBytes: 6, hiddenBytes: 0 });
  });

  it.each(['.wh.', 'd/.wh.', '.wh..', '.wh...', 'd/.wh...'])('refuses the whiteout %s', async (name) => {
    await expect(scanned([[file('d/a', 'x')], [file(name, '')]])).rejects.toThrow(
      'is a whiteout of no name of its own',
    );
  });

  it('is found through symlinks that lead up, to the root and to nowhere', async () => {
    const snapshot = await scanned([
      [
        directory('d/e'),
        file('d/e/x', 'x'),
        file('top', 'top'),
        { name: 'up', type: '2', link: 'd/./e//../..' },
        { name: 'root', type: '2', link: '/' },
        { name: 'gone', type: '2', link: 'no/where' },
      ],
      [file('up/.wh.top', ''), file('root/d/e/.wh.x', ''), file('gone/.wh.x', ''), file('gone/.wh..wh..opq', '')],
    ]);
    expect(files(snapshot)).toEqual([]);
    expect(causes(snapshot)).toEqual([
      ['d/e/x', 1, 0, 1, 'deleted'],
      ['top', 3, 0, 1, 'deleted'],
    ]);
  });

  it('is charged at once where hard links of a layer change places with files', async () => {
    const snapshot = await scanned([
      [file('a', 'one'), hard('b', 'a'), { name: 's', type: '2', link: 'a' }],
      [hard('t', 's'), hard('lost', 'nothing'), { name: 'a', type: '6' }],
      [file('.wh.b', ''), file('t', '22')],
    ]);
    expect(causes(snapshot)).toEqual([['b', 3, 0, 2, 'deleted']]);
    expect(snapshot.entries.find(({ path }) => path === 't')).toMatchObject({ kind: 'file', size: 2 });
    expect(snapshot.notices.map(({ code, path }) => [code, path])).toContainEqual(['broken-hardlink', 'lost']);
  });

  it('is kept apart from members that come twice in one layer', async () => {
    const snapshot = await scanned([[file('a', 'first'), file('a', 'second!')]]);
    expect(snapshot.image).toMatchObject({ layerBytes: 7, visibleBytes: 7, hiddenBytes: 0 });
    expect(snapshot.superseded).toEqual([{ path: 'a', size: 5 }]);
    const twice = [[file('a', 'first'), file('a', 'second!')], [file('b', '1')], [file('b', '1'), file('b', '12')]];
    const lost = async (layer?: number) => (await scanned(twice, layer === undefined ? {} : { layer })).superseded;
    expect(await lost()).toEqual([
      { path: 'a', size: 5 },
      { path: 'b', size: 1 },
    ]);
    expect([await lost(0), await lost(1), await lost(2)]).toEqual([
      [{ path: 'a', size: 5 }],
      [],
      [{ path: 'b', size: 1 }],
    ]);
  });

  it.each([
    ['a file', file('.', 'root')],
    ['a symlink', { name: '.', type: '2', link: 'a' }],
    ['a hard link to a file of the layer', hard('.', 'b')],
    ['a hard link to a file below', hard('.', 'a')],
    ['a hard link to nothing', hard('.', 'none')],
  ])('is no root, whose place %s cannot take', async (_, member) => {
    const snapshot = await scanned([[file('a', 'aaaa')], [file('b', 'bb'), member, hard('c', '.')]]);
    const alone = await scanned([[file('a', 'aaaa')], [file('b', 'bb'), member, hard('c', '.')]], { layer: 1 });
    for (const { entries } of [snapshot, alone]) {
      expect(entries.filter(({ path }) => path === '.')).toMatchObject([{ kind: 'directory' }]);
      expect(entries.find(({ path }) => path === 'b')).toMatchObject({ kind: 'file', size: 2 });
    }
    expect(snapshot.image?.layers.map(({ content }) => content)).toEqual([4, alone.totals.content]);
    expect(snapshot.image?.layerBytes).toBe(snapshot.totals.content);
  });

  it('is found through absolute symlinks at the root, through others from where they are', async () => {
    const to = (name: string, link: string): TarSpec => ({ name, type: '2', link });
    const snapshot = await scanned([
      [file('lib/x', '1'), file('usr/lib/x', '22'), to('usr/absolute', '/lib'), to('usr/relative', 'lib')],
      [file('usr/absolute/x', '333')],
      [file('usr/relative/.wh.x', '')],
    ]);
    expect(files(snapshot)).toEqual([['lib/x', 3, 1]]);
    expect(causes(snapshot)).toEqual([
      ['lib/x', 1, 0, 1, 'overwritten'],
      ['usr/lib/x', 2, 0, 2, 'deleted'],
    ]);
  });

  it('follows symlinks through 16 KiB of text in one path', async () => {
    const way = 'd/../'.repeat(800);
    const chain = (length: number): TarSpec[] =>
      Array.from({ length }, (_, at) => [pax({ linkpath: `${way}s${at + 1}` }), { name: `s${at}`, type: '2' }]).flat();
    for (const [length, codes] of [
      [4, []],
      [5, ['not-a-directory']],
    ] as const) {
      const last = directory(`s${length}`);
      const { entries, notices } = await scanned([[directory('d'), ...chain(length), last], [file('s0/x/f', 'x')]]);
      expect(entries.filter(({ kind }) => kind === 'file').map(({ path }) => path)).toEqual(['s4/x/f']);
      expect(notices.map(({ code }) => code)).toEqual(codes);
    }
  });

  it('follows no loop of symlinks', async () => {
    const snapshot = await scanned([
      [
        { name: 'a', type: '2', link: 'b' },
        { name: 'b', type: '2', link: 'a' },
        { name: 'up', type: '2', link: '../../..' },
      ],
      [file('a/x', '1'), file('up/y', '22')],
    ]);
    expect(
      files(snapshot)
        .map(([, size]) => size)
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual([1, 2]);
    expect(files(snapshot)).toContainEqual(['y', 2, 1]);
    expect(snapshot.image).toMatchObject({ visibleBytes: 3, hiddenBytes: 0 });
  });
});

describe('any layers', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const member = fc.oneof(
    fc
      .tuple(path, fc.string({ maxLength: 8, unit: fc.constantFrom('x', 'y') }))
      .map(([at, content]) => file(at, content)),
    path.map(directory),
    path.map((at) =>
      file(
        at.replace(/[^/]+$/, (last) => `.wh.${last}`),
        '',
      ),
    ),
    path.map((at) => file(`${at}/.wh..wh..opq`, '')),
    fc.tuple(path, path).map(([at, target]) => hard(at, target)),
    fc.tuple(path, path).map(([at, target]): TarSpec => ({ name: at, type: '2', link: target })),
  );
  const layers = fc.array(fc.array(member, { maxLength: 6 }), { minLength: 1, maxLength: 5 });

  it('add up, to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(layers, async (given) => {
        const { image, hidden = [], totals, entries } = await scanned(given);
        const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
        const all = image?.layers ?? [];
        expect(image?.visibleBytes).toBe(totals.content);
        expect(image?.layerBytes).toBe(sum(all.map(({ content }) => content)));
        expect(image?.hiddenBytes).toBe(sum(all.map(({ waste }) => waste)));
        expect(image?.hiddenBytes).toBe(sum(hidden.map(({ size }) => size)));
        expect((image?.layerBytes ?? 0) - (image?.visibleBytes ?? 0)).toBe(image?.hiddenBytes);
        for (const { index, content, added, changed, waste, deleted } of all) {
          expect(added + changed).toBe(content);
          const shown = entries.filter(({ kind, layer }) => kind === 'file' && layer === index);
          const unseen = hidden.filter(({ stored }) => stored === index);
          expect(sum([...shown, ...unseen].map(({ size }) => size))).toBe(content);
          expect(deleted).toBeLessThanOrEqual(waste);
        }
        expect(new Set(entries.map((entry) => entry.path)).size).toBe(entries.length);
      }),
      { numRuns: 400 },
    );
  });
});
