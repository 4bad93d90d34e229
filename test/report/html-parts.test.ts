// What stands beside the map of a page, one decision after the other, as a browser without a program shows it.
import { describe, expect, it } from 'vitest';
import { packageChanges } from '../../src/compare/packages/changes.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { sectionRollup } from '../../src/compare/section-rollup.ts';
import type { Diff, ImageChange } from '../../src/model/diff.ts';
import { hiddenPart, supersededPart } from '../../src/model/finding.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { PackageTable } from '../../src/model/packages.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { changesMap } from '../../src/report/html/changes-map.ts';
import { htmlReporter } from '../../src/report/html/index.ts';
import { mapData, mapOf, upToDeepest } from '../../src/report/html/map-data.ts';
import type { MapItem } from '../../src/report/html/map-data.ts';
import { placeOnNewSide } from '../../src/report/html/paired-places.ts';
import type { CheckReport, ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { attribute, named, tablesOf, textOf } from '../build/render.ts';
import {
  change,
  checked,
  checkReport,
  diff,
  directoryChange,
  emptyDiff,
  finding,
  plainOptions,
  side,
  testTool,
  totals,
  verdict,
} from '../build/report.ts';
import { directory, elf, file, image, snapshot } from '../build/snapshot.ts';

const bytes: ReportOptions = { ...plainOptions, units: 'bytes' };

function scanOf(of: Snapshot, more: Partial<ScanReport> = {}, options: Partial<ReportOptions> = {}): string {
  const report = { tool: testTool, snapshot: of, tree: rollup(of), findings: [], removable: 0, ...more };
  return [...(htmlReporter.scan?.(report, { ...bytes, sort: 'size', ...options }) ?? [])].join('');
}

function diffOf(more: Partial<Diff>, options: Partial<ReportOptions> = {}): string {
  const report = { tool: testTool, diff: { ...emptyDiff(), ...more } };
  return [...(htmlReporter.diff?.(report, { ...bytes, ...options }) ?? [])].join('');
}

function checkOf(report: CheckReport, options: Partial<ReportOptions> = {}): string {
  return [...(htmlReporter.check?.(report, { ...bytes, ...options }) ?? [])].join('');
}

function texts(html: string, tag: string): string[] {
  return named(html, tag).map((element) => textOf(element).replaceAll(/\s+/g, ' ').trim());
}

/** Names and notes of the figures that stand first. */
function cards(html: string): string[] {
  return named(html, 'dl').flatMap((list) =>
    list.childNodes.flatMap((card) => {
      const text = textOf(card).replaceAll(/\s+/g, ' ').trim();
      return text === '' ? [] : [text];
    }),
  );
}

/** Of all tables, rows as texts. */
function tables(html: string): string[][][] {
  const text = html.replaceAll(/<\/?noscript>/g, '');
  return tablesOf(text).map((rows) => rows.map((row) => row.map((cell) => cell.replaceAll('\u00a0', ' '))));
}

const headed = (html: string, first: string, second?: string): string[][] | undefined =>
  tables(html).find(([head]) => head?.[0] === first && (second === undefined || head[1] === second));

const tree = snapshot([
  directory('bin'),
  file('bin/tool', 300, { stored: 40 }),
  directory('lib'),
  file('lib/a', 100, { stored: 60 }),
]);

describe('page of a scan', () => {
  it('has sizes that are known, and what is hidden where it is an image', () => {
    const plain = { ...tree, totals: { ...tree.totals, archive: null, compressed: 70 } };
    const names = (html: string): string[] => cards(html).map((text) => text.split(' ')[0] ?? '');
    expect(names(scanOf(plain))).toEqual([
      expect.stringMatching(/^content/),
      expect.stringMatching(/^disk/),
      expect.stringMatching(/^compressed/),
      'can',
    ]);
    expect(names(scanOf({ ...plain, image: image(['RUN a']) }))[3]).toMatch(/^hidden/);
  });

  it('says the share of content that can go, and of nothing none', () => {
    const [, , , , waste] = cards(scanOf(tree, { removable: 100 }));
    expect(waste).toMatch(/^can go away100 B25\.0% of content, each byte counted once$/);
    expect(cards(scanOf(snapshot([]))).at(-1)).toBe('can go away0 B');
    const [colour] = named(scanOf(tree), 'dl').flatMap(({ childNodes }) =>
      childNodes.flatMap((card) => ('attrs' in card ? [attribute(card, 'class')] : [])),
    );
    expect(colour).toBe('');
    expect(scanOf(tree).match(/class="can-go"/g)).toHaveLength(1);
  });

  it('has directories by the size that is asked for', () => {
    const places = (html: string) => tables(html).find(([head]) => head?.[3] === 'directory');
    expect(places(scanOf(tree))?.map((row) => row[0])).toEqual(['size', '400 B', '300 B', '100 B']);
    const stored = { ...tree, overhead: { headers: 10, padding: 15 }, totals: { ...tree.totals, compressed: 125 } };
    const html = scanOf(stored, {}, { stored: true });
    expect(places(html)).toEqual([
      ['size', 'share', 'files', 'directory'],
      ['100 B', '80.0%', '2', '.'],
      ['60 B', '48.0%', '1', 'lib'],
      ['40 B', '32.0%', '1', 'bin'],
    ]);
    expect(html).toContain('Of the file 25 B, 20.0%, carry no content and are not on the map');
    expect(scanOf(stored)).not.toContain('carry no content');
    expect(texts(html, 'h2')[0]).toBe('Where the bytes are (compressed)');
    expect(texts(scanOf(tree, {}, { size: 'disk' }), 'h2')[0]).toBe('Where the bytes are (disk)');
  });

  it('says of findings what they free, and of compressed bytes about how many', () => {
    const stored = { ...tree, overhead: {}, totals: { ...tree.totals, compressed: 100 } };
    const findings = [finding('documentation', 300, { claims: [{ path: 'bin/tool', part: null, bytes: 300 }] })];
    expect(texts(scanOf(stored, { findings, removable: 300 }, { stored: true }), 'h3')[0]).toContain(
      '~40 B compressed',
    );
    expect(texts(scanOf(stored, { findings, removable: 300 }), 'h3')[0]).not.toContain('compressed');
    const none = [finding('x', 0, { claims: [{ path: 'bin/tool', part: supersededPart, bytes: 5 }] })];
    expect(texts(scanOf(stored, { findings: none }, { stored: true }), 'h3')[0]).not.toMatch(/compressed|null/);
    expect(texts(scanOf(tree), 'h2')).toContain('Findings none');
    expect(texts(scanOf(tree, { findings, removable: 300 }), 'h2')).toContain('Findings 300 B, each byte counted once');
  });

  it('offers to show on the map what is there', () => {
    const offers = (part: string | null, size: number): boolean =>
      scanOf(tree, { findings: [finding('x', 1, { claims: [{ path: 'lib/a', part, bytes: size }] })] }).includes(
        'class="show"',
      );
    expect([offers(null, 1), offers('debug', 1)]).toEqual([true, true]);
    expect([offers(null, 0), offers(supersededPart, 1), offers(hiddenPart, 1)]).toEqual([false, false, false]);
  });

  it('has commands to copy, advice, and for an image where to run them', () => {
    const where = 'a later layer frees nothing';
    const of = (fix: Finding['fix'], more: Partial<Snapshot> = {}): string =>
      scanOf({ ...tree, ...more }, { findings: [finding('x', 1, { fix })] });
    const command = { commands: ['rm a', 'rm b'], advice: null };
    expect(texts(of(command), 'pre')).toEqual(['rm a rm b']);
    expect(of(command)).not.toMatch(/<p class="dim">(?:null)?<\/p>/);
    const advice = { commands: [], advice: 'Think.' };
    expect(texts(of(advice), 'pre')).toEqual([]);
    expect(of(advice)).toContain('<p class="dim">Think.</p>');
    expect([of(command), of(advice, { image: image(['RUN a']) })].some((html) => html.includes(where))).toBe(false);
    expect(of(command, { image: image(['RUN a']) })).toContain(where);
  });

  it('has leftovers apart', () => {
    const leftover = finding('documentation', 5, { leftover: true });
    expect(texts(scanOf(tree, { findings: [finding('x', 1), leftover] }), 'h2')).toContain(
      'Leftovers (what only some need; not counted above)',
    );
    expect(scanOf(tree, { findings: [finding('x', 1)] })).not.toContain('Leftovers');
  });

  it('has layers where it is an image', () => {
    const made = image(['RUN a', null]);
    const layers = made.layers.map((layer) => ({ ...layer, content: 50, waste: layer.index * 7 }));
    const html = scanOf({ ...tree, image: { ...made, layers, layerBytes: 100 } });
    expect(headed(html, 'layer')).toEqual([
      ['layer', 'size', 'share', 'waste', 'instruction'],
      ['0', '50 B', '50.0%', '', 'RUN a'],
      ['1', '50 B', '50.0%', '7 B', '(not recorded)'],
    ]);
    expect(headed(scanOf(tree), 'layer')).toBeUndefined();
  });

  it('has packages by the bytes that are asked for', () => {
    const packages: PackageTable = {
      packages: [
        { name: 'p', version: '1', kind: 'python', path: 'lib', content: 100, files: 1, removable: 0, stored: 60 },
      ],
      unowned: { content: 300, files: 1, removable: 0, stored: 40 },
    };
    const titleOf = (stored: boolean): string | undefined =>
      texts(scanOf({ ...tree, overhead: {} }, { packages }, { stored }), 'h2').find((text) =>
        text.startsWith('Packages'),
      );
    expect(titleOf(false)).toBe('Packages (content; each file belongs to one or to none)');
    expect(titleOf(true)).toBe('Packages (compressed; each file belongs to one or to none)');
  });

  it('has the largest 200 sections, and the number of the others', () => {
    const of = (count: number): string[] | undefined => {
      const sections = Array.from({ length: count }, (_, at) => ({
        name: `.s${at}`,
        group: 'code' as const,
        bytes: 1000 - at,
      }));
      const whole = snapshot([file('a', 1_000_000, { facts: elf({}, { sections }) })]);
      return headed(scanOf(whole, { sections: sectionRollup(whole) }), 'size', 'share')
        ? tables(scanOf(whole, { sections: sectionRollup(whole) }))
            .at(-1)
            ?.at(-1)
        : undefined;
    };
    expect(of(200)?.at(-1)).toBe('.s199');
    expect(of(202)).toEqual(['', '', '', '', '(2 more)']);
    const whole = snapshot([file('a', 9, { facts: elf({}, { sections: [{ name: '.s', group: 'code', bytes: 9 }] }) })]);
    expect(scanOf(whole, { sections: sectionRollup(whole) })).not.toMatch(/<p class="dim">(?:null)?<\/p>/);
  });

  it('lists 200 notices, and counts the others', () => {
    const notices = Array.from({ length: 202 }, (_, at) => ({
      code: 'odd',
      path: at === 0 ? null : `p${at}`,
      message: `is odd ${at}`,
    }));
    const items = (count: number): string[] => texts(scanOf({ ...tree, notices: notices.slice(0, count) }), 'li');
    expect(items(2)).toEqual(['is odd 0', 'p1: is odd 1']);
    expect(items(200)).toHaveLength(200);
    expect(items(202).slice(-2)).toEqual(['p199: is odd 199', '2 more']);
    expect(scanOf(tree)).not.toContain('Notices');
    expect(scanOf({ ...tree, notices: notices.slice(0, 1) })).toContain('Notices');
  });
});

describe('page of a diff', () => {
  it('has sizes that both sides have, as before or with their change', () => {
    const [before, after] = [side('a', totals(100, { archive: null })), side('b', totals(150, { archive: 9 }))];
    const delta = { content: 50, disk: 0, archive: null, compressed: null };
    const [content, disk, ...others] = cards(diffOf({ before, after, delta }));
    expect(content?.replaceAll('\u00a0', ' ')).toBe('content+50 B+50.0%: 100 B → 150 B');
    expect(disk).toMatch(/^disk0 Bas before: /);
    expect(others).toEqual([]);
  });

  it('lists the files that changed most, with the artifact where there are several', () => {
    const changes = [change('a', 1, 2), change('b', 5, 1)];
    expect(headed(diffOf({ changes }), 'change', '')?.slice(1)).toEqual([
      ['−4 B', 'changed', 'b'],
      ['+1 B', 'changed', 'a'],
    ]);
    const both = ['x', 'y'].map((name) => checked({ name, diff: { ...emptyDiff(), changes } }));
    const rows = headed(checkOf(checkReport([verdict({ artifact: 'x' })], both)), 'change', '');
    expect(rows?.[1]?.[2]).toBe('x: b');
    const one = headed(checkOf(checkReport([verdict()], both.slice(0, 1))), 'change', '');
    expect(one?.[1]?.[2]).toBe('b');
  });

  it('is of compressed bytes where these are asked for and told', () => {
    const of = (before: number, after: number) => ({ before, after, delta: after - before });
    const stored = { directories: [], overhead: { before: 1, after: 2 } };
    const about = (more: Partial<Diff>, asked: boolean): string | undefined =>
      texts(diffOf({ changes: [change('a', 1, 9, { stored: of(1, 4) })], ...more }, { stored: asked }), 'h2')[0];
    expect(about({ stored }, true)).toBe('What changed (compressed, by file)');
    expect(about({ stored }, false)).toBe('What changed (content, by file)');
    expect(about({}, true)).toBe('What changed (content, by file)');
    const map = (asked: boolean): number =>
      changesMap(diff({ ...emptyDiff(), stored, changes: [change('a', 1, 9)] }), { stored: asked })[1].length;
    // Beside the file: overhead, and what compressed differently.
    expect([map(true), map(false)]).toEqual([3, 1]);
  });

  it('has packages that changed, those that are no package, and the rest', () => {
    const tableOf = (count: number, content: number): PackageTable => ({
      packages: Array.from({ length: count }, (_, at) => ({
        name: `p${at}`,
        version: '1',
        kind: 'node',
        path: `${at}`,
        content: content + at,
        files: 1,
        removable: 0,
      })),
      unowned: { content, files: 1, removable: 0 },
    });
    const rows = (count: number): string[][] => {
      const packages = packageChanges(tableOf(count, 1), tableOf(count, 2));
      return tables(diffOf({ packages })).find(([head]) => head?.[5] === 'package') ?? [];
    };
    expect(rows(1).map((row) => row.slice(4))).toEqual([
      ['kind', 'package'],
      ['node', 'p0 1'],
      ['', '(in no package)'],
      ['', 'total'],
    ]);
    expect(rows(500).some((row) => row[5]?.includes('more'))).toBe(false);
    expect(rows(501).at(-2)?.[5]).toBe('(1 more)');
  });

  const pulled = { index: 1, digest: 'sha256:0', instruction: 'RUN b', compressed: 350, content: 900 };
  const layered: ImageChange = {
    layers: 2,
    shared: 1,
    pulled: [pulled],
    pull: 350,
    waste: { before: 4, after: 4 },
    cacheBroke: { index: 1, before: 'RUN a', after: 'RUN b' },
  };
  const imagePage = (more: Partial<ImageChange>): string => diffOf({ image: { ...layered, ...more } });

  it('of images has what is to be pulled, and where the cache ends', () => {
    const html = imagePage({});
    expect(
      cards(html)
        .slice(-2)
        .map((text) => text.replaceAll('\u00a0', ' ')),
    ).toEqual(['to pull350 B1 of 2 layers shared', 'waste in layers0 Bas before: 4 B']);
    expect(headed(html, 'layer')).toEqual([
      ['layer', 'to pull', 'instruction'],
      ['1', '350 B', 'RUN b'],
    ]);
    expect(texts(html, 'p')).toContain('The cache ends at layer 1: RUN a became RUN b.');
    const same = imagePage({ cacheBroke: { index: 1, before: 'RUN a', after: 'RUN a' } });
    expect(texts(same, 'p')).toContain('The cache ends at layer 1: RUN a.');
    expect(imagePage({ cacheBroke: null })).not.toContain('The cache ends');
  });

  it('of images tells files where what is to be pulled is not known', () => {
    const html = imagePage({ pull: null, waste: { before: 4, after: 6 } });
    expect(
      cards(html)
        .slice(-2)
        .map((text) => text.replaceAll('\u00a0', ' ')),
    ).toEqual(['to pullunknown1 of 2 layers shared', 'waste in layers+2 B4 B → 6 B']);
    expect(headed(html, 'layer')?.[0]).toEqual(['layer', 'files', 'instruction']);
    expect(headed(html, 'layer')?.[1]?.[1]).toBe('900 B');
  });

  it('of images that are the same has no layers', () => {
    const html = imagePage({ pulled: [], pull: 0, cacheBroke: null });
    expect(cards(html).at(-2)).toBe('to pullnothing1 of 2 layers shared');
    expect(texts(html, 'h2').some((text) => text.startsWith('Layers'))).toBe(false);
    const broke = imagePage({ pulled: [], pull: 0 });
    expect(texts(broke, 'h2').some((text) => text.startsWith('Layers'))).toBe(true);
    expect(headed(broke, 'layer')).toBeUndefined();
    expect(texts(diffOf({}), 'h2').some((text) => text.startsWith('Layers'))).toBe(false);
  });

  it('has no list of hints or findings where there are none', () => {
    const html = diffOf({});
    expect(named(html, 'ul')).toEqual([]);
    expect(texts(html, 'h2').some((text) => text.includes('findings'))).toBe(false);
  });
});

describe('page of a gate', () => {
  it('colours what breaks, and tells what is not there from what holds', () => {
    const verdicts = [
      verdict({ actual: 9, limit: 1 }),
      verdict({ actual: null, limit: 1, status: 'unknown' }),
      verdict({ actual: 1, limit: 1, status: 'warn' }),
      verdict({ actual: 1, limit: 9 }),
      verdict({ actual: null, limit: 9, status: 'pass' }),
    ];
    const badges = named(checkOf(checkReport(verdicts, [])), 'span')
      .filter((element) => attribute(element, 'class')?.startsWith('severity') === true)
      .map((element) => [attribute(element, 'class'), textOf(element)]);
    expect(badges.slice(1)).toEqual([
      ['severity error', 'fail'],
      ['severity error', 'unknown'],
      ['severity warn', 'warn'],
      ['severity pass', 'pass'],
      ['severity skipped', 'not there'],
    ]);
  });

  it('without limits has a title alone', () => {
    const html = checkOf(checkReport([], []));
    expect(texts(html, 'title')).toEqual([texts(html, 'h1')[0]?.replace(/^pass /, '')]);
    expect(tables(html)).toEqual([]);
    expect(named(html, 'ul')).toEqual([]);
  });

  it('lists what is behind a limit only where it is known', () => {
    const of = (more: Parameters<typeof verdict>[0]): string =>
      checkOf(checkReport([verdict({ actual: 9, limit: 1, ...more })], []));
    expect(texts(of({ reason: 'because' }), 'li')).toEqual(['compressed: because']);
    expect(named(of({ reason: 'because' }), 'ul')).toHaveLength(1);
    const top = [{ path: 'a', bytes: 5 }];
    expect(texts(of({ top }), 'li')).toEqual(['compressed: largest files5 B a', '5 B a']);
  });

  it('has sizes of what has no baseline', () => {
    const html = checkOf(
      checkReport([verdict()], [checked({ totals: totals(70, { archive: null, compressed: 30 }) })]),
    );
    expect(cards(html).map((text) => text.replace(/\d.*/, ''))).toEqual([
      'compressed',
      'content',
      'disk',
      'can go away',
    ]);
    expect(html.match(/class="can-go"/g)).toHaveLength(1);
  });

  it('has one map of compressed bytes where these are at stake in all that have a baseline', () => {
    const stored = { directories: [], overhead: { before: 1, after: 2 } };
    const whole = {
      ...emptyDiff(),
      stored,
      changes: [change('a', 1, 9, { stored: { before: 1, after: 4, delta: 3 } })],
    };
    const over = (artifact: string, measure: 'compressed' | 'uncompressed') =>
      verdict({ artifact, measure, actual: 9, limit: 1 });
    const about = (second: 'compressed' | 'uncompressed', isCompared: boolean): string | undefined =>
      texts(
        checkOf(
          checkReport(
            [over('x', 'compressed'), over('y', second)],
            [checked({ name: 'x', diff: whole }), checked({ name: 'y', diff: isCompared ? whole : null })],
          ),
        ),
        'h2',
      )[0];
    expect(about('compressed', true)).toBe('What changed (compressed, by file)');
    expect(about('uncompressed', true)).toBe('What changed (content, by file)');
    expect(about('uncompressed', false)).toBe('What changed (compressed, by file)');
  });
});

describe('tables', () => {
  it('have figures to the right, and names in the last column', () => {
    const html = checkOf(checkReport([verdict(), verdict({ measure: 'uncompressed' })], []));
    const classes = (tag: string): (string | undefined)[] => named(html, tag).map((cell) => attribute(cell, 'class'));
    expect(classes('th')).toEqual(['number', 'number', 'number', 'number', undefined]);
    expect(classes('td').slice(0, 5)).toEqual(['number', 'number', 'number', 'number', 'name']);
  });
});

describe('map', () => {
  const item = (path: string, size: number, more: Partial<MapItem> = {}): MapItem => ({
    path,
    isFile: true,
    size,
    content: size,
    removable: 0,
    ...more,
  });
  const folder = (path: string, size: number, files = 1) => ({ path, size, files });

  it('holds as many files as it may, the largest, and the rest in a sum', () => {
    const items = [item('a', 3), item('b', 2), item('c', 1)];
    const folders = [folder('.', 6, 3)];
    const names = (files: number): unknown[] =>
      mapOf(items, folders, { files, directories: 9 })[1].map(([name]) => name);
    expect(names(3)).toEqual(['a', 'b', 'c']);
    expect(names(2)).toEqual(['a', 'b', 1]);
    // Nothing to draw, but a file.
    expect(mapOf([item('a', 0), item('b', 2)], folders, { files: 9, directories: 9 })[1]).toEqual([
      ['b', 2, 2, 0, []],
      [1, 0, 0, 0, []],
    ]);
  });

  it('has directories that hold files, the root first however small it is', () => {
    const items = [item('d/a', 5), item('e/b', 5)];
    const folders = [folder('e', 5), folder('d', 5), folder('f', 9, 0), folder('.', 10, 2)];
    expect(mapOf(items, folders, { files: 9, directories: 9 })[1].map(([name]) => name)).toEqual(['e', 'd']);
    const equal = [folder('!', 5), folder('.', 5), folder('~', 5, 0)];
    for (const some of [equal, equal.toReversed()])
      expect(mapOf([item('!/a', 5)], some, { files: 9, directories: 1 })[1]).toEqual([['!/a', 5, 5, 0, []]]);
    // Names before that of the root.
    const before = [folder('!', 5), folder('-', 3), folder('.', 8, 2)];
    for (const some of [before, before.toReversed()])
      expect(new Set(mapOf([item('!/a', 5), item('-/b', 3)], some)[1].map(([name]) => name))).toEqual(
        new Set(['!', '-']),
      );
  });

  it('is the same in whatever order directories come, and of equal ones has the first by name', () => {
    const items = [item('!/a', 5), item('d/x/b', 5), item('~/c', 5)];
    const folders = [folder('.', 15, 3), folder('!', 5), folder('d', 5), folder('d/x', 5), folder('~', 5)];
    const leaf = (name: string): unknown => [name, 5, 5, 0, []];
    for (const [most, inside] of [
      [
        9,
        [
          ['!', [leaf('a')]],
          ['d', [['x', [leaf('b')]]]],
          ['~', [leaf('c')]],
        ],
      ],
      [3, [['!', [leaf('a')]], ['d', [leaf('x/b')]], leaf('~/c')]],
    ] as const)
      for (const some of [folders, folders.toReversed(), folders.slice(2).concat(folders.slice(0, 2))]) {
        const [, found] = mapOf(items, some, { files: 9, directories: most });
        expect(found).toHaveLength(3);
        expect(found).toEqual(expect.arrayContaining([...inside]));
      }
  });

  it('names what lies deeper than a hundred levels by several parts', () => {
    const levels = (count: number): string => Array.from({ length: count }, () => 'd').join('/');
    expect(upToDeepest(levels(100))).toBe(levels(100));
    expect(upToDeepest(levels(101))).toBe(levels(100));
    expect(upToDeepest('a')).toBe('a');
    const path = `${levels(102)}/f`;
    const folders = Array.from({ length: 102 }, (_, at) => folder(levels(at + 1), 5)).concat(folder('.', 5));
    expect(JSON.stringify(mapOf([item(path, 5)], folders))).toContain('"d/d/f"');
  });

  it('has what a directory takes itself in it', () => {
    const of = snapshot([directory('d'), file('d/a', 10)]);
    const whole: ScanReport = { tool: testTool, snapshot: of, tree: rollup(of), findings: [], removable: 0 };
    const blocks = of.entries.map(({ disk }) => disk);
    const [, inside] = mapData(whole, 'disk');
    const [own, below] = [inside.find(([name]) => name === 0), inside.find(([name]) => name === 'd')];
    expect(own?.[1]).toBe(blocks[0]);
    expect(below?.[1]).toContainEqual([0, blocks[1], 0, 0, []]);
  });

  it('has claims on files, none on what is stored beside', () => {
    const claims = [
      { path: 'a', part: 'x', bytes: 2 },
      { path: 'a', part: 'y', bytes: 3 },
      { path: 'a', part: supersededPart, bytes: 50 },
      { path: 'a', part: hiddenPart, bytes: 50 },
      { path: 'b', part: null, bytes: 0 },
    ];
    const of = snapshot([file('a', 10), file('b', 4)]);
    const findings = [finding('one', 5, { claims })];
    const [, inside] = mapData({ tool: testTool, snapshot: of, tree: rollup(of), findings, removable: 5 }, 'content');
    expect(inside).toEqual([
      ['a', 10, 10, 5, [0, 5]],
      ['b', 4, 4, 0, []],
    ]);
  });
});

describe('places of what is gone', () => {
  const stripped = (before: number, after: number): Partial<Diff> => ({
    before: side('a', totals(1), { stripped: before }),
    after: side('b', totals(1), { stripped: after }),
  });
  const placeOf = (more: Partial<Diff>, path: string): string =>
    placeOnNewSide(diff({ ...emptyDiff(), ...more }))(path);

  it('are in what its directory was paired with', () => {
    const paired = { directories: [{ ...directoryChange('v2/lib', 1, 2), from: 'v1/lib' }] };
    expect(placeOf(paired, 'v1/lib/x')).toBe('v2/lib/x');
    expect(placeOf(paired, 'v1/bin/x')).toBe('v2/bin/x');
    expect(placeOf(paired, 'other/x')).toBe('other/x');
    expect(placeOf(paired, 'x')).toBe('x');
  });

  it('are told by files that changed, not by what moved', () => {
    const changed = change('v2/lib/a', 1, 2, { from: 'v1/lib/a' });
    expect(placeOf({ changes: [changed] }, 'v1/lib/x')).toBe('v2/lib/x');
    expect(placeOf({ changes: [{ ...changed, kind: 'moved' }] }, 'v1/lib/x')).toBe('v1/lib/x');
    expect(placeOf({ changes: [change('lib/a', 1, 2)] }, 'v1/lib/x')).toBe('v1/lib/x');
  });

  it('are in what was left out on the new side, where all that came or went agrees', () => {
    const changes = [change('old/x', 5, null), change('new/y', null, 5)];
    expect(placeOf({ ...stripped(1, 1), changes }, 'old/x')).toBe('new/x');
    expect(placeOf({ ...stripped(1, 0), changes }, 'old/x')).toBe('x');
    expect(placeOf({ ...stripped(0, 1), changes }, 'x')).toBe('new/x');
    const two = [...changes, change('else/z', null, 5)];
    expect(placeOf({ ...stripped(1, 1), changes: two }, 'old/x')).toBe('old/x');
    // What only changed or was paired tells nothing of one side's own name.
    const more = [...changes, change('else/z', 1, 5, { from: 'else/z' })];
    expect(placeOf({ ...stripped(1, 1), changes: more }, 'old/x')).toBe('new/x');
    const directories = [directoryChange('else', null, 5)];
    expect(placeOf({ ...stripped(1, 1), changes, directories }, 'old/x')).toBe('new/x');
    const deep = [directoryChange('else/deep', null, 5)];
    expect(placeOf({ ...stripped(1, 1), changes, directories: deep }, 'old/x')).toBe('old/x');
    const known = [{ ...directoryChange('new/deep', 4, 5), from: 'old/deep' }];
    expect(placeOf({ ...stripped(1, 1), changes: [changes[0] ?? change('', 0, 0)], directories: known }, 'old/x')).toBe(
      'new/x',
    );
  });
});
