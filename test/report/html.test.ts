// The page of a scan: its sums, its map, what its program does, and that nothing in it loads or runs anything else.
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSize } from '../../src/bytes/size.ts';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { Diff } from '../../src/model/diff.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { changesMap } from '../../src/report/html/changes-map.ts';
import { htmlReporter } from '../../src/report/html/index.ts';
import { mapData } from '../../src/report/html/map-data.ts';
import { readTree } from '../../src/report/html/read-tree.ts';
import type { PageNode } from '../../src/report/html/read-tree.ts';
import { Figures } from '../../src/report/html/page-figures.ts';
import { squarify } from '../../src/report/html/squarify.ts';
import { percent } from '../../src/report/table/percent.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { fakePage } from '../build/page.ts';
import type { FakeElement, FakePage } from '../build/page.ts';
import { change, diff, emptyDiff, finding, plainOptions, testTool } from '../build/report.ts';
import { directory, file, hardlink, image, snapshot } from '../build/snapshot.ts';
import { snapshots } from '../build/trees.ts';
import { named, tablesOf, textOf } from '../build/render.ts';

function reportOf(of: Snapshot, findings: readonly Finding[] = []): ScanReport {
  return { tool: testTool, snapshot: of, tree: rollup(of), findings, removable: removableContent(of, findings) };
}

function pageText(report: ScanReport, more: Partial<ReportOptions> = {}): string {
  return [...(htmlReporter.scan?.(report, { ...plainOptions, ...more }) ?? [])].join('');
}

/** The page with its program run. */
function opened(report: ScanReport, more: Partial<ReportOptions> = {}): FakePage {
  return run(pageText(report, more));
}

function run(html: string): FakePage {
  const page = fakePage(html);
  const programs = named(html, 'script').filter(({ attrs }) => attrs.length === 0);
  expect(programs).toHaveLength(1);
  for (const program of programs)
    runInNewContext(textOf(program), { document: page.document, window: page.window, decodeURIComponent });
  return page;
}

const tree = snapshot([
  directory('bin'),
  file('bin/tool', 6_000_000),
  file('bin/other', 500_000),
  directory('lib'),
  directory('lib/deep'),
  file('lib/deep/a.so', 3_000_000),
  file('lib/b.txt', 499_000),
  hardlink('lib/c.txt', 'lib/b.txt'),
  file('README', 1000),
]);
const found = [
  finding('debug-symbols', 3_000_000, {
    claims: [
      { path: 'bin/tool', part: 'debug', bytes: 2_000_000 },
      { path: 'lib/deep/a.so', part: 'debug', bytes: 1_000_000 },
    ],
  }),
  finding('duplicate-file', 3_000_000, { claims: [{ path: 'lib/deep/a.so', part: null, bytes: 3_000_000 }] }),
  finding('documentation', 1000, {
    severity: 'info',
    leftover: true,
    claims: [{ path: 'README', part: null, bytes: 1000 }],
    fix: { commands: [], advice: 'Keep what people read.' },
  }),
];
const report = reportOf(tree, found);

/** Rows of the list as texts of their cells. */
function rows(page: FakePage): string[][] {
  const list = page.byId('list').children.filter((child) => typeof child !== 'string');
  return list.map(({ children }) => children.map((cell) => (typeof cell === 'string' ? cell : cell.textContent)));
}

function tileOf(page: FakePage, label: string): FakeElement {
  const tile = [...page.byId('map').all()].find(({ children }) => children.some((child) => child === label));
  if (tile === undefined) throw new Error(`no tile ${label}`);
  return tile;
}

function* directoriesOf(node: PageNode): Iterable<PageNode> {
  if (node.inside === null) return;
  yield node;
  for (const child of node.inside) yield* directoriesOf(child);
}

describe('tree of a page', () => {
  it.each(['content', 'disk'] as const)('sums by directory to what du and the tables say of %s', (size) => {
    fc.assert(
      fc.property(snapshots, fc.nat(6), fc.integer({ min: 1, max: 8 }), (of, files, directories) => {
        const claims = of.entries.flatMap(({ path, kind, size: bytes }) =>
          kind === 'file' && bytes % 2 === 1 ? [{ path, part: null, bytes }] : [],
        );
        const whole = reportOf(of, [finding('duplicate-file', 1, { claims })]);
        const byPath = new Map<string, PageNode>();
        const root = readTree(mapData(whole, size, { files, directories }), byPath);
        expect(root).toMatchObject({ size: of.totals[size], content: of.totals.content, files: of.totals.files });
        expect(root.removable).toBe(whole.removable);
        expect(root.claims.get(0) ?? 0).toBe(claims.reduce((sum, { bytes }) => sum + bytes, 0));
        expect(byPath.size).toBeLessThanOrEqual(directories);
        let shown = 0;
        for (const { path, size: bytes, files: many, inside } of directoriesOf(root)) {
          shown += (inside ?? []).filter((node) => node.inside === null && !node.name.startsWith('(')).length;
          const row = whole.tree.find((node) => node.path === path.replaceAll(String.raw`\xff`, '\xff'));
          // Directories that have none of the files are left out of the map, not of the sums above.
          if (row !== undefined && path !== '.') expect(many).toBe(row.files);
          if (row !== undefined && size === 'content') expect(bytes).toBe(row.content);
        }
        expect(shown).toBeLessThanOrEqual(files);
      }),
    );
  });

  it('gives the largest files nodes of their own', () => {
    const root = readTree(mapData(report, 'content', { files: 2, directories: 3 }), new Map());
    const names = [...directoriesOf(root)].flatMap(({ inside }) =>
      (inside ?? []).map(({ path, size }) => [path, size]),
    );
    expect(names).toEqual([
      ['bin', 6_500_000],
      ['lib', 3_499_000],
      ['(1 more file)', 1000],
      ['bin/tool', 6_000_000],
      ['bin/(1 more file)', 500_000],
      ['lib/deep/a.so', 3_000_000],
      ['lib/(1 more file)', 499_000],
    ]);
  });

  it('holds thousands of directories in one another', () => {
    const path = Array.from({ length: 5000 }, () => 'd').join('/');
    const above = Array.from({ length: 5000 }, (_, at) => directory(path.slice(0, 2 * at + 1)));
    const page = opened(reportOf(snapshot([...above, file(`${path}/x`, 5)])));
    expect(rows(page)[0]?.[5]?.length).toBe(2);
    page.go(`#${encodeURIComponent(path.slice(0, 199))}`);
    expect(rows(page).map((cells) => cells[5]?.length)).toEqual([path.length - 200 + 2, 3]);
  });
});

describe('squarify', () => {
  it('fills the box with areas of the sizes, none over another', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 40 });
    const side = fc.integer({ min: 1, max: 2000 });
    fc.assert(
      fc.property(sizes, side, side, fc.nat(50), (unsorted, width, height, left) => {
        const given = unsorted.toSorted((a, b) => b - a);
        const total = given.reduce((sum, size) => sum + size, 0);
        const boxes = squarify(given, { left, top: 7, width, height });
        expect(boxes).toHaveLength(given.length);
        for (const [at, box] of boxes.entries()) {
          const share = (box.width * box.height) / (width * height);
          expect(share).toBeCloseTo((given[at] ?? 0) / total, 6);
          expect(box.left).toBeGreaterThanOrEqual(left - 1e-6);
          expect(box.top).toBeGreaterThanOrEqual(7 - 1e-6);
          expect(box.left + box.width).toBeLessThanOrEqual(left + width + 1e-6);
          expect(box.top + box.height).toBeLessThanOrEqual(7 + height + 1e-6);
          for (const other of boxes.slice(at + 1)) {
            const wide = Math.min(box.left + box.width, other.left + other.width) - Math.max(box.left, other.left);
            const high = Math.min(box.top + box.height, other.top + other.height) - Math.max(box.top, other.top);
            expect(Math.min(wide, high)).toBeLessThan(1e-6);
          }
        }
      }),
    );
  });

  it('makes boxes that are nearly square', () => {
    // The example of the paper: 6, 6, 4, 3, 2, 2, 1 in a box of 6 by 4.
    const boxes = squarify([6, 6, 4, 3, 2, 2, 1], { left: 0, top: 0, width: 6, height: 4 });
    const first = boxes.slice(0, 2).map(({ width, height }) => [width, height]);
    expect(first).toEqual([
      [3, 2],
      [3, 2],
    ]);
    for (const { width, height } of boxes) expect(Math.max(width / height, height / width)).toBeLessThan(3.1);
  });
});

describe('page of a scan', () => {
  it('lists the largest first, and what can go', () => {
    const page = opened(report);
    expect(page.byId('explore').hidden).toBe(false);
    expect(rows(page)).toEqual([
      ['6.2 MiB', '65.0%', '', '1.9 MiB', '2', 'bin/'],
      ['3.3 MiB', '35.0%', '', '2.9 MiB', '2', 'lib/'],
      ['1000 B', '<0.1%', '', '', '1', 'README'],
      ['9.5 MiB', '100.0%', '', '4.8 MiB', '5', 'all'],
    ]);
    expect(page.byId('about').textContent).toBe('test.tar: 9.5 MiB, 100.0% of all, 5 files, 4.8 MiB of content can go');
  });

  it('paints of a tile the share that can go', () => {
    const page = opened(report);
    expect(tileOf(page, 'tool').properties.get('--go')).toBe('33.3%');
    expect(tileOf(page, 'a.so').properties.get('--go')).toBe('100.0%');
    expect(tileOf(page, 'other').properties.get('--go')).toBe('0.0%');
  });

  it('goes into a directory and back, by clicks and links', () => {
    const page = opened(report);
    tileOf(page, 'a.so').fire('click');
    expect(page.window.location.hash).toBe('#/lib%2Fdeep');
    expect(rows(page).map((cells) => cells[5])).toEqual(['a.so', 'all']);
    expect(page.byId('path').textContent).toBe('test.tarlibdeep');
    tileOf(page, 'a.so').fire('click');
    expect(page.window.location.hash).toBe('#/lib');
    page.go('#.');
    expect(rows(page)).toHaveLength(4);
    for (const hash of ['#nowhere', '#%', '#bin%2Ftool', '']) {
      page.go(hash);
      expect(rows(page)).toHaveLength(4);
    }
  });

  it('never leads to an element of the page, nor to its top, to which a browser would scroll', () => {
    const ids = [...pageText(report).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(ids).toContain('list');
    const page = opened(reportOf(snapshot([...ids, 'top'].map((name) => file(`${name}/x`, 100)))));
    for (const name of [...ids, 'top']) {
      page.go('#/.');
      const link = [...page.byId('list').all()].find(
        ({ tag, textContent }) => tag === 'a' && textContent === `${name}/`,
      );
      const href = link?.attributes.get('href');
      expect(href).toMatch(/^#\//);
      page.go(href ?? '');
      expect(page.byId('path').textContent).toBe(`test.tar${name}`);
    }
  });

  it('says what the pointer is at', () => {
    const page = opened(report);
    tileOf(page, 'a.so').fire('mouseover');
    expect(page.byId('about').textContent).toBe(
      'lib/deep/a.so: 2.9 MiB, 30.0% of all, 2.9 MiB of content can go · duplicate-file 2.9 MiB · debug-symbols 976.6 KiB',
    );
    page.byId('map').fire('mouseleave');
    expect(page.byId('about').textContent).toContain('test.tar: ');
  });

  it('shows one finding alone', () => {
    const page = opened(report);
    const buttons = page.ofClass('show');
    expect(buttons.map(({ hidden, dataset }) => [hidden, dataset['finding']])).toEqual([
      [false, '0'],
      [false, '1'],
      [false, '2'],
    ]);
    buttons[0]?.fire('click');
    expect(tileOf(page, 'a.so').properties.get('--go')).toBe('33.3%');
    expect(rows(page)[1]?.[3]).toBe('976.6 KiB');
    expect(page.byId('shown').textContent).toBe('debug-symbols: can go away');
    expect(buttons[0]?.attributes.get('aria-pressed')).toBe('true');
    buttons[2]?.fire('click');
    expect(page.byId('shown').textContent).toBe('documentation (not counted): can go away');
    expect(rows(page)[2]?.[3]).toBe('1000 B');
    expect(page.byId('all').hidden).toBe(false);
    page.byId('all').fire('click');
    expect(page.byId('shown').textContent).toBe('can go away');
    expect(page.byId('all').hidden).toBe(true);
  });

  it('places tiles by shares of the map, which is narrower on paper', () => {
    const halves = opened(reportOf(snapshot([file('a', 100), file('b', 100)])));
    const places = ['a', 'b'].map((name) =>
      ['left', 'top', 'width', 'height'].map((side) => tileOf(halves, name).properties.get(side)),
    );
    expect(places).toEqual([
      ['0.000%', '0.000%', '50.000%', '100.000%'],
      ['50.000%', '0.000%', '50.000%', '100.000%'],
    ]);
  });

  it('keeps no room for a name where none fits', () => {
    const page = opened(reportOf(snapshot(Array.from({ length: 500 }, (_, at) => file(`d${at}/f`, 100)))));
    const area = (kind: string): number =>
      page
        .ofClass(kind)
        .map(({ properties }) => ['width', 'height'].map((side) => Number.parseFloat(properties.get(side) ?? '')))
        .reduce((sum, [width = 0, height = 0]) => sum + (width * height) / 10_000, 0);
    expect(area('frame')).toBeGreaterThan(0.95);
    expect(area('tile')).toBeGreaterThan(0.7);
  });

  it('goes to where the finding shown alone can be seen', () => {
    const page = opened(report);
    const [symbols, duplicate] = page.ofClass('show');
    page.go('#/bin');
    symbols?.fire('click');
    expect(page.window.location.hash).toBe('#/bin');
    expect(page.byId('explore').scrolls).toBe(1);
    duplicate?.fire('click');
    expect(page.byId('path').textContent).toBe('test.tar');
    expect(rows(page)[1]?.[3]).toBe('2.9 MiB');
    duplicate?.fire('click');
    expect(page.byId('explore').scrolls).toBe(2);
  });

  it('copies commands as they are', async () => {
    const commands = [`find . -name '<&>' -delete`, 'rm "a  b"'];
    const page = opened(reportOf(tree, [finding('duplicate-file', 1, { fix: { commands, advice: null } })]));
    const [button] = page.ofClass('copy');
    button?.fire('click');
    await Promise.resolve();
    expect(page.copied).toEqual([commands.join('\n')]);
    expect(button?.textContent).toBe('copied');
  });

  it('counts what is too much to list', () => {
    const files = Array.from({ length: 130 }, (_, at) => file(`f${at}`, 1000 + at));
    const page = opened(reportOf(snapshot(files)));
    const last = rows(page).slice(-2);
    const rest = files.slice(0, 30).reduce((sum, { size }) => sum + size, 0);
    expect(rows(page)).toHaveLength(102);
    expect(last[0]).toEqual([formatSize(rest, 'iec'), '22.0%', '', '', '30', '(30 more)']);
    expect(((100 * rest) / files.reduce((sum, { size }) => sum + size, 0)).toFixed(1)).toBe('22.0');
  });

  it('prints sizes of a list exactly where they would look alike', () => {
    const page = opened(reportOf(snapshot([file('a', 5_000_001), file('b', 5_000_000), file('c', 7_000_000)])));
    expect(rows(page).map((cells) => cells[0])).toEqual(['6.7 MiB', '5,000,001 B', '5,000,000 B', '16.2 MiB']);
  });

  it('has a map of nothing', () => {
    expect(opened(reportOf(snapshot([]))).byId('map').textContent).toBe('Nothing here takes any bytes.');
  });

  it.each(['iec', 'si', 'bytes'] as const)('writes sizes as tables do in %s', (units) => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (bits) => {
        const size = Math.abs(bits) % 2 ** (1 + (Math.abs(bits) % 52));
        const page = opened(reportOf(snapshot([file('x', size)])), { units });
        expect(rows(page).at(-1)?.[0]).toBe(formatSize(size, units));
      }),
      { numRuns: 60 },
    );
    for (const size of [1023, 1024, 1_048_524, 1_048_576, 999, 1000, 999_949, 999_950, 2 ** 52])
      expect(rows(opened(reportOf(snapshot([file('x', size)])), { units })).at(-1)?.[0]).toBe(formatSize(size, units));
  });

  it('writes shares as tables do', () => {
    const figures = new Figures({ base: 1024, names: [] });
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 1e7 }), fc.boolean(), (part, whole, isMost) => {
        const of = isMost ? Math.max(0, whole - (part % 3000)) : part;
        expect(figures.percent(of, whole)).toBe(percent(of, whole));
        // Styles take no words.
        expect(figures.share(of, whole)).toMatch(/^[0-9]+\.[0-9]%$/);
      }),
    );
    expect([figures.percent(1, 2000), figures.percent(1, 2001)]).toEqual(['0.1%', '<0.1%']);
    expect([figures.percent(0, 0), figures.share(0, 0)]).toEqual(['0.0%', '0.0%']);
  });

  it('does not take blocks of symbolic links for those of directories', () => {
    const of = snapshot([{ ...directory('link'), kind: 'symlink', link: 'q'.repeat(200), disk: 4096 }]);
    expect(rows(opened(reportOf(of), { size: 'disk' }))[0]?.[5]).toBe('(directories and links themselves)');
  });

  it('counts compressed bytes where they are asked for', () => {
    const stored = snapshot([file('a', 100, { stored: 10 }), file('b', 50, { stored: 30 })], {
      overhead: { headers: 5 },
    });
    expect(rows(opened(reportOf(stored), { stored: true })).map((cells) => [cells[0], cells[5]])).toEqual([
      ['30 B', 'b'],
      ['10 B', 'a'],
      ['40 B', 'all'],
    ]);
  });
});

describe('an image', () => {
  it('says first what layers store in vain, which is on no map', () => {
    const of = { ...tree, image: image(['RUN make'], { hiddenBytes: 5_242_880 }) };
    const [totals] = named(pageText(reportOf(of)), 'dl').map((list) => textOf(list).replace(/\s+/g, ' '));
    expect(totals).toContain('hidden5.0 MiBstored in layers, and not in the tree can go away');
    expect(pageText(report)).not.toContain('>hidden<');
  });
});

describe('packages of a page', () => {
  const packages = {
    packages: [
      { name: 'a<b', version: '1', kind: 'python', path: 'lib', content: 9000, files: 3, removable: 7, stored: 1 },
      { name: 'c', version: null, kind: 'node', path: 'n', content: 5, files: 1, removable: 0, stored: 40 },
    ],
    unowned: { content: 20, files: 4, removable: 0, stored: 2 },
  } as const;
  const cellsOf = (html: string): string[][] => (tablesOf(html).at(-1) ?? []).slice(1);

  it('stand in a table of their own, largest first, with what belongs to none', () => {
    const cells = cellsOf(pageText({ ...report, packages }));
    expect(cells).toEqual([
      ['8.8 KiB', '0.1%', '7 B', '3', 'python', 'a<b 1'],
      ['5 B', '<0.1%', '0 B', '1', 'node', 'c'],
      ['20 B', '<0.1%', '0 B', '4', '', '(in no package)'],
    ]);
    expect(pageText(report)).not.toContain('Packages');
  });
});

describe('page of a diff', () => {
  function diffText(of: Diff, more: Partial<ReportOptions> = {}): string {
    return [...(htmlReporter.diff?.({ tool: testTool, diff: of }, { ...plainOptions, ...more }) ?? [])].join('');
  }

  it('adds up to the difference of the contents, whatever changed', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (before, after) => {
        const whole = diffOf(before, after);
        const root = readTree(changesMap(whole, {}), new Map());
        expect(2 * root.removable - root.size).toBe(whole.delta.content);
        expect(root.files).toBe(whole.changes.filter(({ delta }) => delta !== 0).length);
      }),
    );
  });

  it('adds up to the difference of the files, where it is of compressed bytes', () => {
    fc.assert(
      fc.property(snapshots, snapshots, fc.nat(90), fc.nat(90), (before, after, old, now) => {
        const whole = diffOf(telling(before, old), telling(after, now));
        const root = readTree(changesMap(whole, { stored: true }), new Map());
        expect(whole.stored).toBeDefined();
        expect(2 * root.removable - root.size).toBe(whole.delta.compressed);
      }),
    );
  });

  it('shows what grew and what shrank, and goes into directories', () => {
    const old = snapshot([file('lib/a', 5000), file('lib/gone', 100), file('same', 7)]);
    const page = run(diffText(diffOf(old, snapshot([file('lib/a', 9000), file('new', 200), file('same', 7)]))));
    expect(rows(page)).toEqual([
      ['4.0 KiB', '95.3%', '', '+3.8 KiB', '2', 'lib/'],
      ['200 B', '4.7%', '', '+200 B', '1', 'new'],
      ['4.2 KiB', '100.0%', '', '+4.0 KiB', '3', 'all'],
    ]);
    expect(page.byId('about').textContent).toBe('test.tar: 4.2 KiB of change, 100.0% of all, 3 files, +4.0 KiB net');
    tileOf(page, 'a').fire('mouseover');
    expect(page.byId('about').textContent).toBe('lib/a: 3.9 KiB of change, 93.0% of all, +3.9 KiB net');
    page.go('#lib');
    expect(rows(page).map((cells) => [cells[3], cells[5]])).toEqual([
      ['+3.9 KiB', 'a'],
      ['\u2212100 B', 'gone'],
      ['+3.8 KiB', 'all'],
    ]);
    expect(tileOf(page, 'a').properties.get('--go')).toBe('100.0%');
    expect(page.byId('shown').textContent).toBe('grew');
  });

  it('prints nets of a list exactly where they would look alike', () => {
    const old = snapshot([file('a', 9_000_000), file('b', 9_000_000), file('c', 1)]);
    const page = run(
      diffText(diffOf(old, snapshot([file('a', 4_000_000), file('b', 4_000_001), file('c', 5_000_001)]))),
    );
    expect(rows(page).map((cells) => [cells[3], cells[5]])).toEqual([
      ['\u22125,000,000 B', 'a'],
      ['+5,000,000 B', 'c'],
      ['\u22124,999,999 B', 'b'],
      ['\u22124,999,999 B', 'all'],
    ]);
  });

  it('sums changes that lie thousands of directories deep', () => {
    const path = Array.from({ length: 4000 }, () => 'd').join('/');
    const deep = Array.from({ length: 300 }, (_, at) => file(`${path}/${at}`, 10));
    const root = readTree(changesMap(diffOf(snapshot([]), snapshot(deep)), {}), new Map());
    expect([root.size, root.removable, root.files]).toEqual([3000, 3000, 300]);
  });

  it('says in text what the sizes are, and what was found and fixed', () => {
    const html = diffText(
      diff({
        findings: {
          new: [found[0] ?? never()],
          fixed: [found[1] ?? never()],
          rules: [],
          removable: { before: 0, after: 0 },
        },
      }),
    );
    expect(named(html, 'h2').map(textOf)).toEqual([
      'What changed (content, by file)',
      'New findings 2.9 MiB',
      'Fixed findings 2.9 MiB',
    ]);
    expect(named(html, 'pre').map(textOf)).toEqual(['find . -name x -delete']);
    expect(named(html, 'dl').map(textOf)[0]).toContain(
      'compressed\u221216.7\u00a0MiB\u221248.0%: 34.8\u00a0MiB \u2192 18.1\u00a0MiB',
    );
  });

  it('says what was compared, and what would pair more of it', () => {
    const sides = diff();
    const html = diffText({
      ...sides,
      after: { ...sides.after, stripped: 1 },
      changes: [change('lib/libx-1.so', 9_000_000, null), change('w/lib/libx-2.so', null, 9_000_000)],
    });
    const texts = named(html, 'p').map(textOf);
    expect(texts).toContain(
      'tar in zstd \u2192 tar in zstd, 1 leading directory left out to compare; 8,701 \u2192 5,371 files, 398 \u2192 391 directories, 14 symlinks',
    );
    expect(named(html, 'li').map(textOf)).toEqual(["--map 'libx-*' would pair lib/libx-1.so with w/lib/libx-2.so"]);
  });

  it('says of images what must be pulled, and where the cache ended', () => {
    const layers = {
      layers: 3,
      shared: 1,
      pulled: [
        { index: 1, digest: 'a', instruction: 'RUN make <all>', compressed: 2048, content: 9000 },
        { index: 2, digest: 'b', instruction: null, compressed: 1_048_576, content: 5_000_000 },
      ],
      pull: 1_050_624,
      waste: { before: 0, after: 3072 },
      cacheBroke: { index: 1, before: 'RUN make', after: 'RUN make <all>' },
    };
    const html = diffText({ ...emptyDiff(), image: layers });
    const [cards] = named(html, 'dl').map((list) => textOf(list).replace(/\s+/g, ' '));
    expect(cards).toContain('to pull1.0 MiB1 of 3 layers shared waste in layers+3.0 KiB0 B \u2192 3.0 KiB');
    expect(named(html, 'p').map(textOf)).toContain('The cache ends at layer 1: RUN make became RUN make <all>.');
    expect(tablesOf(html).at(-1)).toEqual([
      ['layer', 'to pull', 'instruction'],
      ['1', '2.0\u00a0KiB', 'RUN make <all>'],
      ['2', '1.0\u00a0MiB', '(not recorded)'],
    ]);
    const unknown = diffText({ ...emptyDiff(), image: { ...layers, pull: null, cacheBroke: null } });
    expect(textOf(named(unknown, 'dl')[0] ?? never()).replace(/\s+/g, ' ')).toContain('to pullunknown1 of 3');
    expect(tablesOf(unknown).at(-1)?.[1]).toEqual(['1', '8.8\u00a0KiB', 'RUN make <all>']);
    expect(unknown).not.toContain('The cache ends');
    const none = { ...layers, layers: 1, pulled: [], pull: 0, waste: { before: 5, after: 5 }, cacheBroke: null };
    const same = textOf(named(diffText({ ...emptyDiff(), image: none }), 'dl')[0] ?? never()).replace(/\s+/g, ' ');
    expect(same).toContain('to pullnothing1 of 1 layers shared waste in layers0 Bas before: 5 B');
  });

  it('has packages that changed in a table that adds up', () => {
    const base = emptyDiff();
    const packages = [
      { name: 'a<b', kind: 'python', before: { versions: ['1'], content: 9000 }, after: null, delta: -9000 },
      ...Array.from({ length: 501 }, (_, at) => ({
        name: `p${at}`,
        kind: 'node' as const,
        before: { versions: ['1'], content: 10 },
        after: { versions: ['2'], content: 11 },
        delta: 1,
      })),
      { name: null, kind: 'unowned', before: null, after: { versions: [], content: 20 }, delta: 20 },
    ] as const;
    const table = tablesOf(diffText({ ...base, packages })).at(-1) ?? [];
    expect(table[1]).toEqual(['\u22128.8\u00a0KiB', 'gone', '8.8\u00a0KiB', '\u2013', 'python', 'a<b 1']);
    expect(table[2]).toEqual(['+1\u00a0B', '+10.0%', '10\u00a0B', '11\u00a0B', 'node', 'p0 1 \u2192 2']);
    expect(table).toHaveLength(1 + 500 + 3);
    expect(table.at(-2)?.at(-1)).toBe('(2 more)');
    expect(table.at(-1)?.at(-1)).toBe('total');
    expect(diffText(base)).not.toContain('Packages');
  });

  it('has a map of nothing', () => {
    expect(run(diffText(emptyDiff())).byId('map').textContent).toBe('Nothing here takes any bytes.');
  });
});

/** Every file carried by some bytes of the artifact file. */
function telling(of: Snapshot, overhead: number): Snapshot {
  const entries = of.entries.map((entry) => ({ ...entry, stored: entry.size * 2 }));
  const compressed = 2 * of.totals.content + overhead;
  return { ...of, entries, overhead: { headers: overhead }, totals: { ...of.totals, compressed } };
}

function diffOf(before: Snapshot, after: Snapshot): Diff {
  const options = { stripComponents: 0, maps: [], sections: false } as const;
  return diffSnapshots({ snapshot: before, findings: [] }, { snapshot: after, findings: [] }, options);
}

function never(): never {
  throw new Error('missing');
}

describe('text of a page', () => {
  const nasty = [
    '</script><script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><b>',
    '<!--<script>',
    '&lt;',
    `'; alert(1)`,
    '\u0000\u001b[2J\n',
  ];

  it('lets no name become markup', () => {
    const entries = nasty.map((name) => file(`dir ${name}/${name}`, 100));
    const findings = nasty.map((name) => finding(name, 1, { title: name, fix: { commands: [name], advice: name } }));
    const notices = nasty.map((path) => ({ code: 'odd', path, message: path }));
    const of = snapshot(entries, { notices, image: image(nasty) });
    const html = pageText(reportOf({ ...of, artifact: { ...of.artifact, name: nasty[0] ?? '' } }, findings));
    expect(named(html, 'script')).toHaveLength(2);
    for (const tag of ['img', 'b', 'iframe', 'link']) expect(named(html, tag)).toHaveLength(0);
    expect(named(html, 'h1').map(textOf)).toEqual([`${nasty[0]} tar`]);
  });

  it('allows its own program and style, and nothing else', () => {
    const html = pageText(report);
    const policies = named(html, 'meta').flatMap(({ attrs }) => {
      const is = attrs.some(({ value }) => value === 'Content-Security-Policy');
      return is ? attrs.filter(({ name }) => name === 'content').map(({ value }) => value) : [];
    });
    expect(policies).toHaveLength(1);
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [style] = named(html, 'style').map(textOf);
    const program = named(html, 'script').find(({ attrs }) => attrs.length === 0);
    expect(policies[0]).toContain(`style-src ${hash(style ?? '')};`);
    expect(policies[0]).toContain(`script-src ${hash(program === undefined ? '' : textOf(program))};`);
    expect(policies[0]).toMatch(/^default-src 'none';/);
    // Attributes of style would be refused, and so would be what the page loads.
    for (const tag of ['div', 'p', 'span', 'td', 'section', 'a', 'i'])
      for (const { attrs } of named(html, tag)) expect(attrs.map(({ name }) => name)).not.toContain('style');
    expect(html).not.toMatch(/\s(?:src|href)=|url\(|@import/);
  });

  it('says all without a program', () => {
    const [table] = named(pageText(report), 'noscript').map(textOf);
    expect(table).toContain('<td class="number">6.2 MiB</td><td class="number">65.0%</td>');
    const text = named(pageText(report), 'section').map((section) => textOf(section).replace(/\s+/g, ' ').trim());
    expect(text[0]).toContain('warn 2.9 MiB debug-symbols');
    expect(text[2]).toContain('Keep what people read.');
    expect(named(pageText(report), 'h2').map(textOf)).toEqual([
      'Where the bytes are (content)',
      'Findings 4.8 MiB = 5,000,000 B, each byte counted once',
      'Leftovers (what only some need; not counted above)',
    ]);
  });
});
