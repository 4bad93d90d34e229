// A scan as Markdown, judged by what a renderer makes of it, and held against the reports that it says the same as.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import type { Finding } from '../../src/model/finding.ts';
import { nameFromText } from '../../src/model/name.ts';
import type { PackageTable } from '../../src/model/packages.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { mostBytes } from '../../src/report/markdown/blocks.ts';
import { scanMarkdown } from '../../src/report/markdown/scan.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { elements, named, proseOf, tablesOf, textOf, toHtml } from '../build/render.ts';
import { finding, plainOptions, testTool } from '../build/report.ts';
import { directory, file, image, snapshot } from '../build/snapshot.ts';

function markdown(of: Snapshot, more: Partial<ScanReport> = {}, options: Partial<ReportOptions> = {}): string {
  const report = { tool: testTool, snapshot: of, tree: rollup(of), findings: [], removable: 0, ...more };
  return scanMarkdown(report, { ...plainOptions, sort: 'size', ...options });
}

const tree = snapshot([
  directory('bin'),
  file('bin/tool', 3_000_000, { stored: 40 }),
  directory('lib'),
  file('lib/a', 1_000_000, { stored: 60 }),
]);

const packages: PackageTable = {
  packages: [
    { name: 'first', version: '1.0', kind: 'python', path: 'lib', content: 3000, files: 3, removable: 70, stored: 5 },
    { name: 'second', version: null, kind: 'node', path: 'n', content: 900, files: 1, removable: 0, stored: 700 },
    { name: 'third', version: '2', kind: 'debian', path: 'd', content: 80, files: 2, removable: 1, stored: 9 },
  ],
  unowned: { content: 20, files: 4, removable: 0, stored: 1 },
};

describe('a scan as Markdown', () => {
  it('says first what the artifact is and what can go', () => {
    const [title] = named(toHtml(markdown(tree, { findings: [finding('x', 1)], removable: 2_097_152 })), 'h3').map(
      textOf,
    );
    expect(title).toBe('test.tar: 3.8 MiB, of which 2.0 MiB can go away');
    expect(named(toHtml(markdown(tree)), 'h3').map(textOf)).toEqual([
      'test.tar: 3.8 MiB, nothing of which is known to be waste',
    ]);
    expect(markdown(tree)).toContain('\nNo findings.\n');
  });

  it('lists sizes, and directories in the order that was asked for', () => {
    const [sizes, directories] = tablesOf(toHtml(markdown(tree)));
    expect(sizes?.map((row) => row.slice(0, 2))).toEqual([
      ['Size', ''],
      // Two that differ never print alike.
      ['content', '4,000,000\u00a0B'],
      ['disk', '4,018,176\u00a0B'],
      ['archive', '10.0\u00a0KiB'],
      ['compressed', '10.0\u00a0KiB'],
    ]);
    expect(directories?.slice(1)).toEqual([
      ['3.8\u00a0MiB', '100.0%', '0\u00a0B', '2', '.'],
      ['2.9\u00a0MiB', '75.0%', '2.9\u00a0MiB', '1', 'bin'],
      ['976.6\u00a0KiB', '25.0%', '976.6\u00a0KiB', '1', 'lib'],
    ]);
    const cut = tablesOf(toHtml(markdown(tree, {}, { top: 1, depth: 0 })))[1];
    expect(cut?.slice(1)).toEqual([
      ['3.8\u00a0MiB', '100.0%', '0\u00a0B', '2', '.'],
      ['', '', '', '', '2 more'],
    ]);
    const stored = tablesOf(toHtml(markdown({ ...tree, overhead: {} }, {}, { stored: true })))[1];
    expect(stored?.map((row) => [row[0], row[4]])).toEqual([
      ['Size (compressed)', 'Directory (own: without subdirectories)'],
      ['100\u00a0B', '.'],
      ['60\u00a0B', 'lib'],
      ['40\u00a0B', 'bin'],
    ]);
  });

  it('lists packages in place of directories, adding up', () => {
    const rows = tablesOf(toHtml(markdown(tree, { packages }, { top: 1 })))[1];
    expect(rows?.slice(1).map((row) => [row[0], row[2], row[3], row[5]])).toEqual([
      ['2.9\u00a0KiB', '70\u00a0B', '3', 'first 1.0'],
      ['980\u00a0B', '1\u00a0B', '3', '2 more: --top N'],
      ['20\u00a0B', '0\u00a0B', '4', '(in no package)'],
    ]);
    const stored = tablesOf(toHtml(markdown(tree, { packages }, { stored: true })))[1];
    expect(stored?.slice(1).map((row) => row[0])).toEqual(['700\u00a0B', '9\u00a0B', '5\u00a0B', '1\u00a0B']);
    expect([rows?.[0]?.[0], stored?.[0]?.[0]]).toEqual(['Size (content)', 'Size (compressed)']);
  });

  it('lists the layers of an image, the largest where there are many', () => {
    const of = { ...tree, image: image(['RUN make', null, '`x`|']) };
    const text = markdown(of);
    expect(
      tablesOf(toHtml(text))[1]
        ?.slice(1)
        .map((row) => [row[0], row[4]]),
    ).toEqual([
      ['0', 'RUN make'],
      ['1', '(not recorded)'],
      ['2', String.raw`\x60x\x60\x7c`],
    ]);
    expect(text).toContain('Files of 3 layers: 0\u00a0B, of the merged tree');
    expect(tablesOf(toHtml(markdown(of, {}, { top: 2 })))[1]?.at(-1)).toEqual(['', '', '', '', '1 more']);
    const { layers } = of.image;
    const wasteful = { ...of.image, layers: layers.map((layer) => ({ ...layer, waste: layer.index === 1 ? 70 : 0 })) };
    expect(tablesOf(toHtml(markdown({ ...tree, image: wasteful })))[1]?.map((row) => row[3])).toEqual([
      'Waste (below, hidden by it)',
      '',
      '70\u00a0B',
      '',
    ]);
  });

  it('of an image says what layers hide, beside what can go away', () => {
    const hiding = { ...tree, image: image(['RUN a'], { hiddenBytes: 2_097_152 }) };
    const title = (text: string): string => text.split('\n', 1)[0] ?? '';
    const findings = [finding('metadata-only-copy', 2_097_152)];
    const alone = markdown(hiding, { findings, removable: 0 });
    expect(title(alone)).toMatch(/: 3\.8 MiB, 2\.0 MiB more are hidden in layers$/);
    expect(alone).toMatch(
      /^\*\*0 B\*\* .* can go away, .* \*\*2\.0 MiB = 2,097,152 B\*\* more are hidden in layers\.$/m,
    );
    const both = markdown(hiding, { findings, removable: 4096 });
    expect(title(both)).toMatch(/: 3\.8 MiB, of which 4\.0 KiB can go away, and 2\.0 MiB more are hidden in layers$/);
    const none = markdown({ ...hiding, image: image(['RUN a']) }, { findings, removable: 0 });
    expect(none).toContain('nothing of which is known to be waste');
    expect(none).not.toContain('are hidden in layers');
  });

  it('of nothing has no percentage, and only sizes that are known', () => {
    const empty = snapshot([], { totals: { ...snapshot([]).totals, archive: null, compressed: null } });
    const text = markdown(empty, { findings: [finding('archive-overhead', 0)] });
    expect(text).toContain('**0 B** can go away');
    expect(tablesOf(toHtml(text))[0]?.map((row) => row[0])).toEqual(['Size', 'content', 'disk']);
    expect(markdown(tree, { findings: [finding('x', 1)], removable: 1_000_000 })).toContain(
      '(25.0% of content) can go',
    );
  });

  it('keeps leftovers apart', () => {
    const leftover: Finding = finding('documentation', 2048, { leftover: true });
    const html = toHtml(markdown(tree, { findings: [finding('debug-symbols', 4096), leftover], removable: 4096 }));
    expect(named(html, 'summary').map(textOf)).toEqual([
      'Findings: debug-symbols, 4.0 KiB',
      'Leftovers (not counted): documentation, 2.0 KiB',
    ]);
  });

  it('counts a rule once, however many findings it has', () => {
    const findings = ['a', 'b', 'c', 'd', 'd'].map((rule) => finding(rule, 1));
    expect(named(toHtml(markdown(tree, { findings })), 'summary').map(textOf)).toEqual(['Findings: 4 rules, 1 B']);
  });
});

describe('hostile text in it', () => {
  const allowed = new Set('h3 p table thead tbody tr th td code pre strong details summary ul li sub'.split(' '));
  const text = fc.oneof(
    fc.constantFrom('</details><script>alert(1)</script>', 'a|b', '`', '@me #1', '![x](y)', '\n# x', '<!--', '\u202e'),
    fc.string({ unit: 'binary', minLength: 1 }),
  );

  it('is inert wherever it stands', () => {
    fc.assert(
      fc.property(text, (given) => {
        const path = nameFromText(given);
        const of = snapshot([file(`${path}/${path}`, 5)], {
          notices: [{ code: 'odd', path, message: given }],
          image: image([given]),
        });
        const whole = { ...of, artifact: { ...of.artifact, name: given } };
        const findings = [finding(given, 1, { title: given, fix: { commands: [given], advice: given } })];
        const [row] = packages.packages.map((one) => ({ ...one, name: given, version: given }));
        const table = row === undefined ? packages : { ...packages, packages: [row] };
        for (const html of [{}, { packages: table }].map((more) => toHtml(markdown(whole, { findings, ...more })))) {
          expect(elements(html).filter(({ tagName }) => !allowed.has(tagName))).toEqual([]);
          expect(proseOf(html)).not.toMatch(/[@#<>|]|\p{Cf}|(?!\n)\p{Cc}/u);
        }
      }),
    );
  });

  it('stays below what GitHub takes', () => {
    const long = (index: number): string => nameFromText(`${'ü😀`|<'.repeat(60)}${index}`);
    const files = Array.from({ length: 900 }, (_, index) => [
      directory(long(index)),
      file(`${long(index)}/x`, 9),
    ]).flat();
    const findings = Array.from({ length: 90 }, (_, index) => finding(long(index), 5, { title: long(index) }));
    const out = markdown(snapshot(files), { findings }, { top: 100_000 });
    expect(Buffer.byteLength(out)).toBeLessThan(mostBytes);
    expect(Buffer.byteLength(out)).toBeGreaterThan(mostBytes / 4);
    expect(out).toMatch(/\d more/);
  });
});
