// Rows and words that several reports share: sizes, orders and what is left out.
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import type { TreeNode } from '../../src/compare/rollup.ts';
import type { SectionRollup } from '../../src/compare/section-rollup.ts';
import type { Totals } from '../../src/model/snapshot.ts';
import { countsText, sideText } from '../../src/report/identity-text.ts';
import { formatsWith, reporterNamed } from '../../src/report/index.ts';
import { packageCells } from '../../src/report/package-rows.ts';
import { sectionRows } from '../../src/report/section-rows.ts';
import { shownNodes } from '../../src/report/shown-nodes.ts';
import { hasLabel, overheadLabel, rowLabel, shownFiles, storedView } from '../../src/report/stored-view.ts';
import { change, diff, directoryChange, plainOptions, side, testTool, totals } from '../build/report.ts';
import { directory, file, image, snapshot } from '../build/snapshot.ts';

describe('what an artifact is', () => {
  it('names the directories that are left out', () => {
    const text = (stripped: number) => sideText(side('a', totals(1), { stripped }));
    expect([0, 1, 2].map(text)).toEqual([
      'tar in zstd',
      'tar in zstd, 1 leading directory left out to compare',
      'tar in zstd, 2 leading directories left out to compare',
    ]);
  });

  it('counts what either side has', () => {
    const none = { files: 0, directories: 0, symlinks: 0, hardlinks: 0 };
    const text = (old: Partial<Totals>, now: Partial<Totals>) => {
      const [before, after] = [old, now].map((counts) => side('a', totals(1, { ...none, ...counts })));
      if (before === undefined || after === undefined) throw new Error('no sides');
      return countsText(before, after, '->');
    };
    expect(text({ files: 1 }, { files: 1 })).toBe('1 file');
    expect(text({ files: 2 }, { files: 1 })).toBe('2 -> 1 files');
    expect(text({ files: 1 }, { files: 2 })).toBe('1 -> 2 files');
    expect(text({ files: 1000, symlinks: 1 }, { files: 1000, hardlinks: 2 })).toBe(
      '1,000 files, 1 -> 0 symlinks, 0 -> 2 hard links',
    );
    expect(text({}, {})).toBe('');
  });
});

describe('packages of a scan', () => {
  const row = (name: string, content: number, stored: number) =>
    ({ name, version: '1', kind: 'node', path: name, content, files: 1, removable: 0, stored }) as const;
  const unowned = { content: 100, files: 1, removable: 0, stored: 100 };
  const table = { packages: [row('c', 500, 100), row('a', 300, 200), row('b', 100, 600)], unowned };
  const cells = (options: Parameters<typeof packageCells>[2], most = 9) =>
    packageCells(table, totals(1000, { compressed: 2000 }), options, most).map(
      ({ label, note, size, share }) => `${label ?? note} ${size} ${share}`,
    );
  const none = '(in no package)';

  it('are in the order, and by the sizes, that were asked for', () => {
    const byContent = ['c 1 500 B 50.0%', 'a 1 300 B 30.0%', 'b 1 100 B 10.0%', `${none} 100 B 10.0%`];
    expect(cells({ sort: 'size', units: 'iec' })).toEqual(byContent);
    expect(cells({ sort: 'path', units: 'iec' })).toEqual([1, 2, 0, 3].map((at) => byContent[at]));
    expect(cells({ sort: 'size', units: 'iec', stored: true })).toEqual([
      'b 1 600 B 30.0%',
      'a 1 200 B 10.0%',
      'c 1 100 B 5.0%',
      `${none} 100 B 5.0%`,
    ]);
    expect(cells({ sort: 'size', units: 'iec' }, 1)).toEqual([
      byContent[0],
      '2 more: --top N 400 B 40.0%',
      `${none} 100 B 10.0%`,
    ]);
    expect(cells({ sort: 'size', units: 'iec' }, 3)).toEqual(byContent);
  });
});

describe('sections', () => {
  const rows = (debug: SectionRollup['debug'], files = 2) =>
    sectionRows({ files, bytes: 100, groups: [], names: [], debug }, plainOptions, 9);

  it('tell what compressing debug data saves where it saves', () => {
    expect(rows({ bytes: 100, compressed: 99 }).compression).toMatch(/would be about 99 B, 1 B less$/);
    for (const compressed of [null, 100, 101]) expect(rows({ bytes: 100, compressed }).compression).toBeNull();
  });

  it('tell how many files they are of', () => {
    const debug = { bytes: 0, compressed: null };
    expect([0, 1, 2].map((files) => rows(debug, files).about)).toEqual([null, '1 file, 100 B', '2 files, 100 B']);
  });
});

describe('directories of a scan', () => {
  const names = ['!', '-', 'a', 'b', 'b/c', '~'];
  const tree = rollup(snapshot([...names.map(directory), file('b/c/x', 5), file('a/x', 3), file('~/x', 3)]));
  const shown = (sort: 'size' | 'path', nodes: readonly TreeNode[] = tree) =>
    shownNodes(nodes, { ...plainOptions, sort }).map(({ path }) => path);

  it('begin with the root, whatever stands before it by its bytes', () => {
    for (const nodes of [tree, tree.toReversed()]) {
      expect(shown('path', nodes)).toEqual(['.', ...names]);
      expect(shown('size', nodes)).toEqual(['.', 'b', 'b/c', 'a', '~', '!', '-']);
    }
    expect(shownNodes(tree, { ...plainOptions, sort: 'path', depth: 1 })).toHaveLength(names.length);
    // Of one size with what it holds.
    const one = rollup(snapshot([directory('!'), file('!/x', 5)]));
    for (const nodes of [one, one.toReversed()]) expect(shown('size', nodes)).toEqual(['.', '!']);
  });
});

describe('a diff by its compressed bytes', () => {
  const plain = diff();
  const stored = {
    directories: [
      { path: 'a', from: 'b', before: 4, after: 6, delta: 2 },
      { path: 'c', from: null, before: null, after: 0, delta: 0 },
      { path: 'd', from: null, before: 7, after: null, delta: -7 },
    ],
    overhead: { before: 10, after: 4 },
  };

  it('has their directories, and a row of what carries no content', () => {
    expect(storedView(plain)).toBe(plain);
    const view = storedView({ ...plain, changes: [change('a/x', 3, 5)], stored });
    expect(view.directories).toEqual([
      {
        path: 'a',
        from: 'b',
        before: { content: 4, disk: 0 },
        after: { content: 6, disk: 0 },
        delta: { content: 2, disk: 0 },
      },
      { path: 'c', from: null, before: null, after: { content: 0, disk: 0 }, delta: { content: 0, disk: 0 } },
      { path: 'd', from: null, before: { content: 7, disk: 0 }, after: null, delta: { content: -7, disk: 0 } },
      {
        ...directoryChange('', 0, 0),
        path: '/',
        before: { content: 10, disk: 0 },
        after: { content: 4, disk: 0 },
        delta: { content: -6, disk: 0 },
      },
    ]);
    expect(view.before.totals.content).toBe(plain.before.totals.compressed);
    expect(view.after.totals.content).toBe(plain.after.totals.compressed);
    expect(view.delta.content).toBe(plain.delta.compressed);
  });

  it('names that row after what it is, which is no directory', () => {
    const ofImages = { layers: 1, shared: 1, pulled: [], pull: 0, waste: { before: 0, after: 0 }, cacheBroke: null };
    const labels = [overheadLabel(plain), overheadLabel({ ...plain, image: ofImages })];
    expect(labels).toEqual(['(headers, padding, framing)', '(hidden by layers, headers, framing)']);
    // A directory may be called like that row.
    const paths = [...labels, '.', 'a', '', '/', '/unchanged', 'unchanged'];
    expect(paths.map(hasLabel)).toEqual([false, false, false, false, false, true, true, false]);
    expect(paths.flatMap((path) => rowLabel(plain, path) ?? [])).toEqual([
      '(headers, padding, framing)',
      '(unchanged, compressed differently)',
    ]);
  });

  it('has one row of the directories in which nothing changed', () => {
    const same = (path: string, before: number, after: number, from: string | null = null) => ({
      path,
      from,
      before,
      after,
      delta: after - before,
    });
    const gone = { path: 'gone', from: null, before: 9, after: null, delta: -9 };
    const directories = [
      same('.', 5, 6),
      same('a', 4, 7),
      same('b', 10, 3),
      same('c', 1, 2, 'old'),
      same('d', 8, 9),
      gone,
    ];
    const changes = [change('a/x', 3, 5), change('d/y', 1, 1, { kind: 'moved', from: 'old/y' })];
    const view = storedView({ ...plain, changes, stored: { ...stored, directories } });
    const row = ({ path, before: old, after: now, delta: { content } }: (typeof view.directories)[number]) => [
      path,
      old?.content,
      now?.content,
      content,
    ];
    expect(view.directories.map(row)).toEqual([
      ['a', 4, 7, 3],
      ['c', 1, 2, 1],
      ['d', 8, 9, 1],
      ['gone', 9, undefined, -9],
      ['/unchanged', 15, 9, -6],
      ['/', 10, 4, -6],
    ]);
    const top = storedView({ ...plain, changes: [change('x', 1, 2)], stored: { ...stored, directories } });
    expect(top.directories[0]).toMatchObject({ path: '.', delta: { content: 1 } });
  });

  it('has files by them, those that tell', () => {
    const told = change('a', 5, 6, { stored: { before: 2, after: 4, delta: 2 } });
    const untold = change('b', 5, 6);
    const shown = shownFiles({ ...plain, changes: [told, untold], stored }, { stored: true, size: 'content' });
    expect(shown.changes).toEqual([{ ...told, before: 2, after: 4, delta: 2 }, untold]);
    expect(shown).toMatchObject({ unit: 'compressed', unchanged: (plain.delta.compressed ?? 0) - 2 + 6 });
  });
});

describe('formats', () => {
  it('that show a detail are none that would leave it out', () => {
    expect(formatsWith('check', '--by package')).toEqual(['json', 'markdown', 'html']);
    expect(formatsWith('diff', '--size disk')).toEqual(['table', 'json', 'du', 'markdown', 'csv']);
    expect(formatsWith('check', '--sections')).toEqual([]);
  });

  it('of dive list every layer and file', async () => {
    const inefficientFiles = ['a', 'caf\xc3\xa9', 'b'].map((path, count) => ({ path, count, bytes: 5 * count }));
    const made = image(['ADD a', null, 'RUN b']);
    const whole = { ...made, dive: { ...made.dive, layers: [1, 2, 3], inefficientFiles } };
    for (const [shown, layers, files] of [
      [whole, 3, 3],
      [{ ...whole, dive: { ...whole.dive, inefficientFiles: [] } }, 3, 0],
    ] as const) {
      const of = snapshot([], { image: shown });
      const print = await reporterNamed('dive', 'scan');
      const report = { tool: testTool, snapshot: of, tree: rollup(of), findings: [], removable: 0 };
      const text = [...(print?.(report, plainOptions) ?? [])].join('');
      const document = Object(JSON.parse(text));
      expect(document.layer.map(({ index, sizeBytes }: Record<string, unknown>) => [index, sizeBytes])).toEqual(
        [1, 2, 3].slice(0, layers).map((bytes, at) => [at, bytes]),
      );
      expect(document.layer[1].command).toBe('(missing)');
      expect(document.image.fileReference).toEqual(
        inefficientFiles
          .slice(0, files)
          .map(({ path, count, bytes }) => ({ count, sizeBytes: bytes, file: path.replace('\xc3\xa9', '\u00e9') })),
      );
    }
  });
});
