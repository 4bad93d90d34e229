// What stands in each cell and line of a comment, one decision after the other, as a renderer shows it.
import { describe, expect, it } from 'vitest';
import { packageChanges } from '../../src/compare/packages/changes.ts';
import type { Change, Diff, ImageChange } from '../../src/model/diff.ts';
import type { PackageTable } from '../../src/model/packages.ts';
import { fit, mostBytes } from '../../src/report/markdown/blocks.ts';
import { evidence, tally } from '../../src/report/markdown/budgets.ts';
import { findingsDetails } from '../../src/report/markdown/findings.ts';
import { noticesDetails } from '../../src/report/markdown/identity.ts';
import { imageLines } from '../../src/report/markdown/image.ts';
import { markdownOf } from '../../src/report/markdown/index.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { defaultKey, marker } from '../../src/report/markdown/marker.ts';
import { packagesTable } from '../../src/report/markdown/packages.ts';
import type { CheckReport, DiffReport, ReportOptions } from '../../src/report/reporter.ts';
import { named, tablesOf, textOf, toHtml } from '../build/render.ts';
import {
  change,
  checked,
  checkReport,
  diff,
  diffReport,
  directoryChange,
  emptyDiff,
  finding,
  plainOptions,
  side,
  testTool,
  totals,
  verdict,
} from '../build/report.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

function htmlOf(report: CheckReport | DiffReport, options: Partial<ReportOptions> = {}): string {
  return toHtml(markdownOf(report, { ...plainOptions, units: 'bytes', ...options }, 'key'));
}

/** The folded part whose title begins so. */
function folded(html: string, title: string): { title: string; rows: string[][] } | undefined {
  return html
    .split('<details>')
    .slice(1)
    .map((part) => ({
      title: plain(named(part, 'summary').map(textOf).join('')),
      rows: (tablesOf(part)[0] ?? []).map((row) => row.map(plain)),
    }))
    .find((part) => part.title.startsWith(title));
}

/** Rows of the table of files, without its head. */
function files(changes: readonly Change[], options: Partial<ReportOptions> = {}): string[][] {
  return folded(htmlOf(diffReport({ changes }), options), 'Files')?.rows.slice(1) ?? [];
}

const moved = (path: string, from: string, more: Partial<Change> = {}): Change =>
  change(path, 50, 50, { kind: 'moved', from, aspects: [], ...more });

describe('files', () => {
  it('say what became of each', () => {
    const changes = [
      change('grown', 100, 150),
      change('new', null, 40),
      change('gone', 30, null),
      moved('b/same', 'a/same'),
      moved('b/larger', 'a/larger', { after: 55, delta: 5 }),
      change('touched', 9, 9, { aspects: ['mode', 'link'] }),
      change('link', 0, 0, { aspects: [], entryKind: 'symlink' }),
      change('v2/tool', 10, 10, { from: 'v1/tool', aspects: ['mode'] }),
      change('v2/tool-2', 10, 10, { from: 'v1/tool-1', aspects: ['mode'] }),
    ];
    expect(files(changes, { sort: 'path' })).toEqual([
      ['+5 B', 'moved, +10.0%', '50 B', '55 B', 'b/largerwas a/larger'],
      ['0 B', 'moved', '50 B', '50 B', 'b/samewas a/same'],
      ['−30 B', 'gone', '30 B', '–', 'gone'],
      ['+50 B', '+50.0%', '100 B', '150 B', 'grown'],
      ['0 B', 'symlink', '0 B', '0 B', 'link'],
      ['+40 B', 'new', '–', '40 B', 'new'],
      ['0 B', 'mode, link', '9 B', '9 B', 'touched'],
      ['0 B', 'mode', '10 B', '10 B', 'v2/tool'],
      ['0 B', 'mode', '10 B', '10 B', 'v2/tool-2was v1/tool-1'],
    ]);
    expect(folded(htmlOf(diffReport({ changes })), 'Files')?.title).toBe(
      'Files: 5 changed, 1 added, 1 removed, 2 moved',
    );
  });

  it('stand in the order that is asked for', () => {
    const changes = [change('a', 5, 1), change('b', 300, 310), change('c', null, 7), change('d', 310, 300)];
    const order = (sort: ReportOptions['sort']): string[] => files(changes, { sort }).map((row) => row[4] ?? '');
    expect(order('delta')).toEqual(['b', 'd', 'c', 'a']);
    expect(order('size')).toEqual(['b', 'd', 'c', 'a']);
    expect(order('path')).toEqual(['a', 'b', 'c', 'd']);
    expect(files([change('x', 900, 901), change('y', 5, 95)], { sort: 'size' }).map((row) => row[4])).toEqual([
      'x',
      'y',
    ]);
  });

  it('that changed by as much as is asked for are shown; the rest is counted, in bytes, too', () => {
    const changes = [change('a', 0, 10), change('b', 0, 9), change('c', 9, 1)];
    expect(files(changes, { minChange: 10 })).toEqual([
      ['+10 B', 'new', '0 B', '10 B', 'a'],
      ['+1 B', '', '', '', '2 more'],
    ]);
    expect(files(changes, { minChange: 1 })).toHaveLength(3);
  });

  it('have up to three sections, and the number of further ones', () => {
    const section = (name: string, delta: number) => ({
      name,
      group: 'other' as const,
      before: 0,
      after: delta,
      delta,
    });
    const all = [section('.text', 5), section('.data', 4), section('.bss', -3), section('.x', 2)];
    const last = (sections: Change['sections']): string =>
      plain(files([change('a', 0, 10, { sections })])[0]?.at(-1) ?? '');
    expect(last(all)).toBe('a.text +5 B, .data +4 B, .bss −3 B, 1 more');
    expect(last(all.slice(0, 3))).toBe('a.text +5 B, .data +4 B, .bss −3 B');
    expect(last([])).toBe('a');
    expect(htmlOf(diffReport({ changes: [change('a', 0, 10, { sections: [] })] }))).not.toContain('a</code><br>');
  });

  it('that came or went without any bytes say so', () => {
    expect(files([change('a', null, 0), change('b', 0, null)]).map((row) => row[1])).toEqual(['new', 'gone']);
  });

  it('of which none changed are told for what compressed differently', () => {
    const of = (before: number, after: number) => ({ before, after, delta: after - before });
    const stored = { directories: [{ path: '.', from: null, ...of(10, 16) }], overhead: { before: 1, after: 2 } };
    const delta = { content: 50, disk: 0, archive: null, compressed: 7 };
    const told = (changes: readonly Change[], compressed: number, more: Partial<ReportOptions> = {}) =>
      folded(
        htmlOf(diffReport({ changes, stored, delta: { ...delta, compressed } }), { stored: true, ...more }),
        'Files',
      );
    const grown = change('a', 100, 150, { stored: of(10, 14) });
    expect(told([grown], 7)?.rows).toEqual([
      ['Change', '', 'Before', 'After', 'File (compressed)'],
      ['+4 B', '+40.0%', '10 B', '14 B', 'a'],
      ['+2 B', '', '', '', 'unchanged files, which compressed differently'],
    ]);
    expect(told([grown], 5)?.rows).toHaveLength(2);
    expect(told([], 7)).toEqual({
      title: 'Files: none changed',
      rows: [
        ['Change', '', 'Before', 'After', 'File (compressed)'],
        ['+6 B', '', '', '', 'unchanged files, which compressed differently'],
      ],
    });
    expect(told([], 1)).toBeUndefined();
    expect(told([grown], 7, { stored: false })?.rows[0]?.[4]).toBe('File');
    expect(told([grown], 7, { stored: false, size: 'disk' })?.rows[0]?.[4]).toBe('File (content)');
  });
});

describe('directories', () => {
  const directories = [
    directoryChange('a', 0, 4096),
    directoryChange('b', 9000, 8999),
    directoryChange('c', null, 4095),
  ];
  const rows = (options: Partial<ReportOptions>): string[][] => {
    const found = tablesOf(htmlOf(diffReport({ directories, changes: [] }), options));
    return (found[1] ?? []).map((row) => row.map(plain));
  };

  it('are shown from the least change on that is asked for', () => {
    expect(rows({ minChange: 4096 }).map((row) => row[4])).toEqual(['Directory (own content)', 'a', '2 more', 'Total']);
    expect(rows({ minChange: 4095 }).map((row) => row[4])).toEqual([
      'Directory (own content)',
      'a',
      'c',
      '1 more',
      'Total',
    ]);
  });

  it('are sorted by the larger of both sizes, or by name', () => {
    expect(rows({ sort: 'size' }).map((row) => row[4])).toEqual(['Directory (own content)', 'b', 'a', 'c', 'Total']);
    expect(rows({ sort: 'path' }).map((row) => row[4])).toEqual(['Directory (own content)', 'a', 'b', 'c', 'Total']);
  });

  it('have the size that is asked for', () => {
    expect(rows({ size: 'disk', sort: 'path' })[1]).toEqual(['+4,096 B', '+100.0%', '4,096 B', '8,192 B', 'a']);
    // Compressed sizes were asked for, and this diff does not tell them.
    expect(rows({ stored: true })[0]?.[4]).toBe('Directory (own content)');
  });

  it('have those of the compressed file where these are asked for and known', async () => {
    const printed = async (name: string, report: DiffReport): Promise<string> => {
      const reporter = await reporterNamed(name, 'diff');
      return [...(reporter?.(report, { ...plainOptions, stored: true, depth: 1 }) ?? [])].join('');
    };
    const stored = {
      directories: [{ path: 'a', from: null, before: 10, after: 16, delta: 6 }],
      overhead: { before: 1, after: 2 },
    };
    const changes = [change('a/x', 1, 2)];
    const whole = diffReport({ directories, changes, stored, delta: { ...diff().delta, compressed: 7 } });
    const names = (asked: boolean): (string | undefined)[] =>
      (tablesOf(htmlOf(whole, { stored: asked }))[1] ?? []).map((row) => row[4]);
    expect(names(true)).toEqual(['Directory (own compressed)', 'a', '(headers, padding, framing)', 'Total']);
    // A directory of that name is one like any other, and below the level that is asked for.
    const alike = { path: '(headers, padding, framing)/deep', from: null, before: 0, after: 9, delta: 9 };
    const inside = [change('(headers, padding, framing)/deep/x', 1, 2)];
    const both = diffReport({ directories, changes: inside, stored: { ...stored, directories: [alike] } });
    const text = (reporter: string): Promise<string> => printed(reporter, both);
    expect(await text('markdown')).toMatch(/\| `\(headers, padding, framing\)`.*\|$/m);
    expect(await text('markdown')).toMatch(/\| \(headers, padding, framing\) \|$/m);
    // The directory, the file in it, and the row.
    expect((await text('table')).match(/\(headers.*framing\)/g)).toHaveLength(3);
    expect(names(false)[0]).toBe('Directory (own content)');
  });

  it('below the deepest level are counted, and have no sizes of their own', () => {
    const deep = [directoryChange('a', 10, 20), directoryChange('a/b', 5, 7), directoryChange('c', 10, null)];
    const found = tablesOf(htmlOf(diffReport({ directories: deep, changes: [] }), { depth: 1 }))[1] ?? [];
    expect(found.slice(1, 3).map((row) => row.map(plain))).toEqual([
      ['+12 B', '', '', '', 'a and 1 below'],
      ['−10 B', 'gone', '10 B', '–', 'c'],
    ]);
  });
});

describe('sizes', () => {
  it('known on one side only are told beside what was compared, and only these', () => {
    const base = diff();
    const before = { ...base.before, totals: totals(100, { archive: null, compressed: null }) };
    const after = { ...base.after, totals: totals(100, { archive: 9, compressed: null }), stripped: 1 };
    const one = { ...base, before, after, delta: { ...base.delta, archive: null, compressed: null } };
    const rows = folded(htmlOf({ tool: testTool, diff: one }), 'What was compared')?.rows;
    expect(rows?.map((row) => row[0])).toEqual([
      '',
      'artifact',
      'format',
      'archive',
      'holds',
      'can go away',
      'leading directories left out',
    ]);
    expect(rows?.at(3)).toEqual(['archive', '–', '9 B']);
    const both = tablesOf(htmlOf({ tool: testTool, diff: one }))[0];
    expect(both?.map((row) => row[0])).toEqual(['Size', 'content', 'disk', 'files']);
    expect(rows?.at(-1)).toEqual(['leading directories left out', '0', '1']);
    const same = folded(htmlOf({ tool: testTool, diff: emptyDiff() }), 'What was compared')?.rows;
    expect(same?.map((row) => row[0])).not.toContain('leading directories left out');
  });

  it('that did not change are said to be the same, or nothing changed at all', () => {
    const title = (more: Partial<Diff>): string => {
      const [heading] = named(htmlOf({ tool: testTool, diff: { ...emptyDiff(), ...more } }), 'h3');
      return plain(heading === undefined ? '' : textOf(heading));
    };
    const zero = { content: 0, disk: 0, archive: 0, compressed: 0 };
    expect(title({ delta: zero })).toBe('No change');
    expect(title({ delta: { ...zero, compressed: null } })).toBe('No change');
    const unseen = { code: 'content-unknown', path: null, message: '1 file has no digest' };
    expect(title({ delta: zero, notices: [unseen] })).toBe('No change known');
    expect(title({ delta: zero, notices: [{ ...unseen, code: 'strip-version' }] })).toBe('No change');
    expect(title({ delta: zero, directories: [directoryChange('a', 1, 1)] })).toBe('Same size');
    expect(title({ delta: { ...zero, compressed: 3 } })).toMatch(/^Larger: compressed \+3 B/);
    expect(title({ delta: { ...zero, compressed: -3, content: 5 } })).toMatch(/^Size changed: /);
    const of = (old: number, now: number): string => {
      const [before, after] = [side('a', totals(old)), side('b', totals(now))];
      return title({ before, after, delta: { ...zero, compressed: null, content: now - old } });
    };
    expect(of(0, 5)).toBe('Larger: content +5 B (new)');
    // Something is left.
    expect(of(1_000_000, 300)).toBe('Smaller: content −999,700 B (−99.9%)');
    expect(of(1_000_000, 0)).toBe('Smaller: content −1,000,000 B (−100.0%)');
    expect(of(1_000_000, 999_700)).toBe('Smaller: content −300 B (≈0%)');
    const level = { content: 0, disk: 0, archive: 0, compressed: 7 };
    const whole = { ...emptyDiff(), before: side('a', totals(9)), after: side('b', totals(9)), delta: level };
    expect(title(whole)).toMatch(/content 0 B$/);
    expect(of(10_000, 9_995)).toBe('Smaller: content −5 B (−0.1%)');
    expect(of(1000, 9999)).toBe('Larger: content +8,999 B (+899.9%)');
    expect(of(1000, 10_000)).toBe('Larger: content +9,000 B (10x)');
    expect(of(1000, 11_000)).toBe('Larger: content +10,000 B (11x)');
    expect(of(1000, 13_504)).toBe('Larger: content +12,504 B (14x)');
    // Equal contents, and files that only one of the two has.
    const [before, after] = [side('a', totals(0)), side('b', totals(0, { compressed: 7 }))];
    expect(title({ before, after, delta: { ...zero, compressed: 7 } })).toMatch(/^Larger: .*, content 0 B$/);
  });

  it('stand in a table as soon as anything changed', () => {
    const zero = { content: 0, disk: 0, archive: 0, compressed: 0 };
    const first = (more: Partial<Diff>): string | undefined =>
      tablesOf(htmlOf({ tool: testTool, diff: { ...emptyDiff(), delta: zero, ...more } }))[0]?.[0]?.[0];
    expect(first({})).toBe('');
    expect(first({ delta: { ...zero, compressed: 1 } })).toBe('Size');
    expect(first({ directories: [directoryChange('a', 1, 1)] })).toBe('Size');
    expect(first({ changes: [change('a', 1, 1)] })).toBe('Size');
  });

  it('of an artifact without a baseline are in its title where there are others, as far as they are known', () => {
    const two = (compressed: number | null): string[] =>
      named(
        htmlOf(
          checkReport(
            [verdict({ artifact: 'a' }), verdict({ artifact: 'b' })],
            [checked({ name: 'a', totals: totals(70, { compressed }) }), checked({ name: 'b' })],
          ),
        ),
        'h4',
      ).map((heading) => plain(textOf(heading)));
    expect(two(30)[0]).toBe('a – compressed 30 B, content 70 B');
    expect(two(null)[0]).toBe('a – content 70 B');
    expect(named(htmlOf(checkReport([verdict()], [checked()])), 'h4')).toEqual([]);
  });

  it('count links where there are any', () => {
    const holds = (symlinks: number, hardlinks: number): string | undefined =>
      folded(
        htmlOf(
          checkReport([verdict()], [checked({ totals: totals(7, { files: 2, directories: 1, symlinks, hardlinks }) })]),
        ),
        'What was measured',
      )?.rows.find(([label]) => label === 'holds')?.[1];
    expect(holds(0, 0)).toBe('2 files, 1 directory');
    expect(holds(1, 0)).toBe('2 files, 1 directory, 1 symlink');
    expect(holds(0, 3)).toBe('2 files, 1 directory, 3 hard links');
  });
});

describe('findings', () => {
  const style = { title: 'Findings', commands: true, units: 'bytes', rows: 12 } as const;
  const summary = (ids: readonly string[]): string =>
    findingsDetails(
      ids.map((id) => finding(id, 2)),
      style,
    )[1] ?? '';

  it('are named up to three rules, and counted beyond', () => {
    // They all claim one file.
    expect(plain(summary(['a', 'b', 'b', 'c']))).toBe('<summary>Findings: a, b, c, 2 B</summary>');
    expect(plain(summary(['a', 'b', 'c', 'd']))).toBe('<summary>Findings: 4 rules, 2 B</summary>');
    const hidden = (path: string) => finding('d', 9, { claims: [{ path, part: 'hidden', bytes: 9, layer: 1 }] });
    const both = findingsDetails([finding('a', 2), hidden('lib/x'), hidden('lib/y')], style)[1] ?? '';
    expect(plain(both)).toBe('<summary>Findings: a, d, 20 B</summary>');
  });

  it('have commands of at most 1,500 characters, and say how many are left out', () => {
    const of = (...commands: string[]): string =>
      findingsDetails([finding('a', 1, { fix: { commands, advice: null } })], style).join('\n');
    const most = 'x'.repeat(1500);
    expect(of(most)).toContain(most);
    expect(of(most)).not.toContain('further');
    expect(of(`${most}x`)).not.toContain(most);
    expect(of(`${most}x`)).toContain('1 further command: run sizecheck scan --verbose');
    expect(of('one')).not.toContain('further');
  });

  it('beyond the rows are counted', () => {
    const lines = findingsDetails([finding('a', 1), finding('b', 1), finding('c', 1)], { ...style, rows: 2 });
    expect(lines.findLast((line) => line.startsWith('- '))).toBe('- 1 more');
    expect(lines.join('\n')).not.toContain('0 more');
    expect(findingsDetails([finding('a', 1)], style).join('\n')).not.toContain('more');
  });

  it('are none where none were measured', () => {
    const measured = (report: CheckReport): string | undefined =>
      folded(htmlOf(report), 'What was measured')?.rows.find(([label]) => label === 'can go away')?.[1];
    expect(measured(checkReport([verdict()], [checked({ findings: [], removable: 0 })]))).toBe('0 B');
    const free = [finding('a', 0)];
    expect(measured(checkReport([verdict()], [checked({ findings: free, removable: 0 })]))).toBe('0 B');
    expect(measured(checkReport([verdict()], [checked({ findings: [finding('a', 5)], removable: 5 })]))).toBe(
      '5 B, by 1 rule',
    );
  });
});

describe('lists', () => {
  it('of notices end in what is left out, if anything is', () => {
    const notices = ['a', 'b', 'c'].map((path) => ({ code: 'x', path, message: 'is odd' }));
    expect(noticesDetails(notices, 2).slice(3, -2)).toEqual(['- `a`: is odd', '- `b`: is odd', '- 1 more']);
    expect(noticesDetails(notices, 3).slice(3, -2)).toHaveLength(3);
    expect(noticesDetails([], 3)).toEqual([]);
  });

  it('of limits end in what is left out, if anything is', () => {
    const verdicts = Array.from({ length: 60 }, (_, at) =>
      verdict({ artifact: 'a', measure: 'path', path: `p${at}`, actual: 9, limit: 1, reason: `because ${at}` }),
    );
    const html = htmlOf(checkReport(verdicts, [checked({ name: 'a' })]), { top: 12 });
    expect(
      tablesOf(html)[0]
        ?.slice(-2)
        .map((row) => row[1]),
    ).toEqual(['p47', '12 more']);
    const items = named(html, 'li').map((item) => textOf(item));
    expect(items.filter((item) => item.includes('because'))).toHaveLength(48);
    expect(items).toContain('12 more');
    const few = htmlOf(checkReport(verdicts.slice(0, 2), [checked({ name: 'a', findings: [] })]));
    expect(few).not.toContain('more');
  });

  it('of limits are left out whole where nothing fits', () => {
    const said = checkReport([verdict({ actual: 9, limit: 1, reason: 'because' })]).gate;
    expect(evidence(said, 'bytes', 1)).toHaveLength(1);
    expect(evidence(said, 'bytes', 0)).toEqual([]);
  });

  it('of one limit have no count', () => {
    expect(tally(checkReport([verdict()], [checked()]).gate)).toEqual([]);
  });

  it('of limits are none where there are none', () => {
    const html = htmlOf(checkReport([], [checked({ findings: [] })]));
    expect(tablesOf(html)).toHaveLength(1);
    expect(named(html, 'li')).toEqual([]);
    const [heading] = named(html, 'h3');
    expect(heading && textOf(heading)).toMatch(/^✅ [A-Z][a-z ]+$/);
  });
});

describe('layers', () => {
  const waste = { before: 0, after: 0 };
  const pulled = { index: 3, digest: 'sha256:0', instruction: null, compressed: 350, content: 900 };
  const image: ImageChange = { layers: 5, shared: 3, pulled: [pulled, pulled], pull: 700, cacheBroke: null, waste };
  const line = (more: Partial<ImageChange>): string =>
    plain(imageLines({ ...diff(), image: { ...image, ...more } }, { ...plainOptions, units: 'bytes' }).join('\n'));

  it('to pull have a size, unless that is not known', () => {
    expect(line({})).toBe('Layers: 3 of 5 shared, 2 layers to pull, **700 B**.');
    expect(line({ pull: null })).toBe(
      'Layers: 3 of 5 shared, 2 layers to pull, of unknown size (stored uncompressed).',
    );
    expect(line({ pulled: [], pull: 0 })).toBe('Layers: 3 of 5 shared, nothing to pull.');
    expect(imageLines(diff(), plainOptions)).toEqual([]);
  });

  it('waste as much as before, more or less', () => {
    const wasted = (before: number, after: number): string => line({ waste: { before, after } }).split('. ')[1] ?? '';
    expect(wasted(0, 0)).toBe('');
    expect(wasted(5, 5)).toBe('Waste in layers: 5 B, as before.');
    expect(wasted(5, 7)).toBe('Waste in layers: **7 B**, 2 B more than before.');
    expect(wasted(5, 0)).toBe('Waste in layers: **0 B**, 5 B less than before.');
  });

  it('say where the cache ends, and at which instruction', () => {
    const broke = (before: string | null, after: string | null): string =>
      line({ cacheBroke: { index: 2, before, after } })
        .replaceAll('`', '')
        .split('shared, ')[1] ?? '';
    expect(broke('RUN a', 'RUN a')).toBe('2 layers to pull, **700 B**. The cache ends at layer 2: RUN a.');
    expect(broke('RUN a', 'RUN b')).toContain('layer 2: RUN a became RUN b.');
    expect(broke(null, 'RUN b')).toContain('layer 2: an instruction that is not recorded became RUN b.');
    expect(broke('RUN b', null)).toContain('layer 2: RUN b became an instruction that is not recorded.');
    // The middle of a long one is left out, not its end.
    const long = `RUN apt-get update && ${'x'.repeat(200)} && apt-get clean`;
    expect(broke(long, long)).toMatch(/layer 2: RUN apt-get update && x+ ?… ?x+ && apt-get clean\.$/);
  });
});

describe('packages', () => {
  it('that are more than the rows are counted', () => {
    const tableOf = (...sizes: readonly [string, number][]): PackageTable => ({
      packages: sizes.map(([name, content]) => {
        return { name, version: String(content), kind: 'python', path: name, content, files: 1, removable: 0 };
      }),
      unowned: { content: 0, files: 0, removable: 0 },
    });
    const packages = packageChanges(tableOf(['a', 1], ['b', 1]), tableOf(['a', 11], ['b', 21]));
    const [before, after] = [side('a', totals(2)), side('b', totals(32))];
    const whole = diff({ before, after, delta: { ...diff().delta, content: 30 } });
    const rows = (most: number): string[][] => {
      const lines = packagesTable(packages, whole, { ...plainOptions, units: 'bytes' }, most);
      return (tablesOf(toHtml(lines.join('\n')))[0] ?? []).slice(1).map((row) => row.map(plain));
    };
    expect(rows(2).map((row) => [row[0], row[4]])).toEqual([
      ['+20 B', 'b 1 → 21 (python)'],
      ['+10 B', 'a 1 → 11 (python)'],
      ['+30 B', 'Total'],
    ]);
    expect(rows(1).map((row) => [row[0], row[4]])).toEqual([
      ['+20 B', 'b 1 → 21 (python)'],
      ['+10 B', '1 more'],
      ['+30 B', 'Total'],
    ]);
  });

  it('have a row for what belongs to none', () => {
    const tableOf = (content: number): PackageTable => ({
      packages: [],
      unowned: { content, files: 1, removable: 0 },
    });
    const [before, after] = [side('a', totals(2)), side('b', totals(5))];
    const whole = diff({ before, after, delta: { ...diff().delta, content: 3 } });
    const lines = packagesTable(packageChanges(tableOf(2), tableOf(5)), whole, { ...plainOptions, units: 'bytes' }, 9);
    expect(lines.join('\n')).not.toContain('null');
    expect(lines.filter((line) => line.includes('no package'))).toHaveLength(1);
  });
});

describe('a document', () => {
  it('of just as many bytes as fit keeps its rows', () => {
    const tried: [number, number][] = [];
    const ofLength = (bytes: number): string =>
      fit(({ rows, artifacts }) => {
        tried.push([rows, artifacts]);
        return ['x'.repeat(bytes - 1)];
      }, 12);
    ofLength(mostBytes);
    expect(tried).toEqual([[12, 32]]);
    tried.length = 0;
    ofLength(mostBytes + 1);
    expect(tried).toEqual([
      ...[12, 6, 3].map((rows) => [rows, 32]),
      ...[32, 16, 8, 4, 2, 1, 0].map((artifacts) => [1, artifacts]),
      [0, 0],
    ]);
  });

  it('without a key of its own goes by the artifact, or by the budget of several', () => {
    const of = (name: string): string => defaultKey(diffReport({ after: side(name, totals(1)) }));
    expect(['out/app.tar', 'out/app/', 'C:\\app', 'app', '/'].map(of)).toEqual([
      'app.tar',
      'app',
      'app',
      'app',
      'diff',
    ]);
    const labels = ['app (x) (out (1)/a.tar)', 'app (x) (out (1)/b.tar)'];
    const verdicts = labels.map((artifact) => verdict({ artifact }));
    const artifacts = labels.map((name) =>
      checked({ name, artifact: { name: name.slice(9, -1), format: 'tar', codecs: [], length: 9 } }),
    );
    expect(defaultKey(checkReport(verdicts, artifacts))).toBe('app (x)');
    // Nothing says where the name ends: it is taken up to the first bracket.
    expect(defaultKey(checkReport(verdicts, []))).toBe('app');
    expect(defaultKey(checkReport(verdicts.slice(0, 1), artifacts.slice(0, 1)))).toBe(labels[0]);
  });

  it('is marked by a key of up to 100 characters as it is, by a longer one with its hash', () => {
    const key = 'k'.repeat(100);
    expect(marker(key)).toBe(`<!-- sizecheck:${key} -->`);
    expect(marker(`${key}k`)).toMatch(/^<!-- sizecheck:k{100}_[0-9a-f]{16} -->$/);
  });
});
