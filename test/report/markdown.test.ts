// The comment of a pull request, judged by what a renderer makes of it: cells, links, folded parts, and what hostile names become.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromBytes, nameFromText } from '../../src/model/name.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { codeBlock, markdownName, markdownText, markdownWord } from '../../src/report/escape-markdown.ts';
import { terminalName } from '../../src/report/escape.ts';
import { mostBytes } from '../../src/report/markdown/blocks.ts';
import { markdownOf } from '../../src/report/markdown/index.ts';
import { marker } from '../../src/report/markdown/marker.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { CheckReport, DiffReport } from '../../src/report/reporter.ts';
import {
  change,
  checked,
  checkReport,
  diff,
  diffReport,
  directoryChange,
  emptyDiff,
  finding,
  mixedVerdicts,
  plainOptions,
  testTool,
  verdict,
} from '../build/report.ts';
import { attribute, elements, named, proseOf, tablesOf, textOf, toHtml } from '../build/render.ts';

const golden = resolve(import.meta.dirname, '../golden');

/** Pieces of names that mean something to a renderer, to the filters behind it, or to a terminal. */
const fragments = [
  ...'` `` | \\ \\| < > </details> <script> --> <!-- @me #1 GH-1 :tada: www.x.org https://x.org a@b.org $ $$ [x](y) ![i](u)'.split(
    ' ',
  ),
  ...'[^1] * _ ~~ deadbeef1234567 &lt; & a / = ``` ::error::'.split(' '),
  '\n',
  '\r',
  ' ',
  '\u202e',
  '\u200b',
  '- ',
  '# ',
  '1. ',
  '\t',
];

const anyName = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => nameFromBytes(bytes.map((byte) => byte || 1))),
  fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 8 }).map((parts) => nameFromText(parts.join(''))),
);

const allowedTags = new Set(
  'h3 h4 p table thead tbody tr th td code pre strong details summary ul li br sub'.split(' '),
);

/** What GitHub would make something of, if it stood outside of code. */
const meaningful = /[@#$`|<>\\]|https?:|www\.|:[a-z]+:|\bGH-\d|\p{Cf}|\p{Cc}(?<!\n)|(?<![\d,])[0-9a-f]{7,}|\[|\]|~~/iu;

/** Holds for every comment, whatever its names are. */
function expectSound(markdown: string): void {
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(65_536);
  const html = toHtml(markdown);
  const tags = elements(html).map(({ tagName }) => tagName);
  expect(tags.filter((tag) => !allowedTags.has(tag))).toEqual([]);
  expect(html.match(/<details>/g)?.length ?? 0).toBe(html.match(/<\/details>/g)?.length ?? 0);
  // Folded parts hold no others: each is closed before the next opens.
  for (const part of named(html, 'details')) expect(textOf(part)).not.toBe('');
  expect(named(html, 'details').every(({ parentNode }) => parentNode?.nodeName === '#document-fragment')).toBe(true);
  for (const rows of tablesOf(html)) {
    const widths = new Set(rows.map((row) => row.length));
    expect(widths.size).toBe(1);
  }
  expect(proseOf(html).replaceAll('\u00a0', ' ')).not.toMatch(meaningful);
  // GitLab takes a line that begins with a slash for an order.
  expect(markdown).not.toMatch(/^\//m);
}

const first = (report: CheckReport | DiffReport, key = 'key'): string => markdownOf(report, plainOptions, key);

describe('goldens', () => {
  it.each([
    ['check.markdown.md', checkReport()],
    ['diff.markdown.md', diffReport()],
    ['diff-empty.markdown.md', { tool: testTool, diff: emptyDiff() }],
    [
      'check-pass.markdown.md',
      checkReport([verdict(), verdict({ measure: 'uncompressed', limit: 9_000_000 })], [checked()]),
    ],
  ] as const)('%s', (name, report) => {
    const text = first(report);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(golden, name), text);
    expect(text).toBe(readFileSync(join(golden, name), 'utf8'));
    expectSound(text);
  });
});

const shrunk = verdict({ measure: 'growth', actual: -5000, limit: 100 });
const absent = verdict({ actual: null, over: null, status: 'pass', reason: '"x" is optional, and not there' });
const ruled = verdict({ measure: 'rule', budget: 'duplicate-file', actual: 0, limit: 0 });
const near = verdict({ actual: 99, limit: 100 });
const efficiency = (actual: number): Verdict =>
  verdict({ measure: 'lowestEfficiency', actual, limit: 0.9, over: 0, status: 'pass' });

describe('a comment on a gate', () => {
  it('says the verdict first, with exact bytes', () => {
    const html = toHtml(first(checkReport()));
    const [heading] = named(html, 'h3');
    expect(heading && textOf(heading)).toBe(
      '❌ Over budget: layer-py312-amd64 compressed is 5,324,123 B, 81,243 B over its limit of 5 MiB (5,242,880 B)',
    );
    expect(elements(html)[0]?.tagName).toBe('h3');
  });

  it('prints actual, limit and what is over or left, to the byte where a limit breaks', () => {
    const [budgets] = tablesOf(toHtml(first(checkReport())));
    expect(budgets?.map((row) => row.map((cell) => cell.replaceAll('\u00a0', ' ')))).toEqual([
      ['', 'Artifact', 'Budget', 'Actual', 'Limit', 'Headroom'],
      ['❌', 'layer-py312-amd64', 'compressed', '5,324,123 B', '5,242,880 B', '81,243 B over'],
      ['❌', 'layer-py312-amd64', 'growth in percent', '3.1%', '2%', '1.1 points over'],
      ['❓', 'layer-py313-amd64', 'growth', 'unknown', '204,800 B', '–'],
      ['⚠️', 'layer-py312-amd64', 'debug-symbols', '40,894,464 B', '–', '–'],
      ['✅', 'layer-py312-amd64', 'uncompressed', '12,012,345 B', '12,582,912 B', '570,567 B (4.5%)'],
      ['✅', 'layer-py312-amd64', '**/*.so', '6,000,000 B', '6,291,456 B', '291,456 B (4.6%)'],
    ]);
  });

  it.each([
    [
      'exactly at the limit',
      verdict({ actual: 5_242_880 }),
      '✅ Within budget: layer-py312-amd64 compressed is 5,242,880 B, exactly its limit',
    ],
    [
      'one byte over',
      verdict({ actual: 5_242_881 }),
      '❌ Over budget: layer-py312-amd64 compressed is 5,242,881 B, 1 B over its limit of 5 MiB (5,242,880 B)',
    ],
    [
      'warned',
      verdict({ actual: 5_200_000, status: 'warn' }),
      '⚠️ Within budget, with warnings: layer-py312-amd64 compressed is 5,200,000 B, 42,880 B under its limit of 5 MiB (5,242,880 B)',
    ],
    [
      'unknown',
      verdict({ actual: null, reason: 'nothing matches dist/x' }),
      '❓ Not measured: layer-py312-amd64 compressed is unknown: nothing matches dist/x',
    ],
    [
      'shrunk',
      verdict({ measure: 'growth', actual: -5000, limit: 100 }),
      '✅ Within budget: layer-py312-amd64 growth is -5,000 B, 5,100 B under its limit of 100 B',
    ],
  ])('%s', (_, one, says) => {
    const [heading] = named(toHtml(first(checkReport([one], []))), 'h3');
    expect(heading && textOf(heading)).toBe(says);
  });

  it('figures that differ never print alike', () => {
    const rows = tablesOf(toHtml(first(checkReport([verdict({ actual: 5_242_000, limit: 5_242_880 })], []))))[0];
    expect(rows?.[1]?.[2]).not.toBe(rows?.[1]?.[3]);
    const percent = first(checkReport([verdict({ measure: 'growth-percent', actual: 2.0004, limit: 2 })], []));
    expect(percent).toContain('growth in percent is 2.0004%, over its limit of 2%');
    const share = verdict({ measure: 'lowestEfficiency', actual: 0.9499999999, limit: 0.95, over: 1e-10 });
    const low = first(checkReport([share], []));
    expect(low).toContain('lowestEfficiency is 0.9499999999, below its limit of 0.95');
    expect(low).toContain('| 0.9499999999 | 0.95 | **1e-10 too low** |');
    // Nor like nothing, which has no sign besides.
    for (const actual of [-0.001, 0.04]) {
      const little = first(checkReport([verdict({ measure: 'growth-percent', actual, limit: 2, status: 'pass' })], []));
      expect(little).toContain(`growth in percent is ${actual}%, under its limit of 2%`);
      expect(little).toContain(`| ${actual}% | 2% | 2`);
    }
  });

  it('says of points in percent how many they are, however few', () => {
    const pointsOf = (actual: number): string | undefined => {
      const text = first(checkReport([verdict({ measure: 'growth-percent', actual, limit: 2 })], []));
      return tablesOf(toHtml(text))[0]?.[1]?.at(-1)?.replaceAll('\u00a0', ' ');
    };
    expect([2.0203, 3.125, 2, 1.9996, -3].map(pointsOf)).toEqual([
      '0.02 points over',
      '1.1 points over',
      '0 points',
      '0.0004 points',
      '5 points',
    ]);
  });

  it.each([
    ['one that shrank, rather than what is not there', [absent, shrunk], 'growth is -5,000 B'],
    ['one that shrank, rather than a rule', [ruled, shrunk], 'growth is -5,000 B'],
    ['a rule, rather than what is not there', [absent, ruled], 'duplicate-file finds 0 B'],
    ['what is nearer to its limit than an efficiency', [efficiency(0.95), near], 'compressed is 99 B'],
    ['an efficiency that is nearer to its limit', [near, efficiency(0.901)], 'lowestEfficiency is 0.901'],
    ['a limit of 0 last', [verdict({ actual: 0, limit: 0 }), shrunk], 'growth is -5,000 B'],
  ])('names, where all hold, %s', (_, verdicts, says) => {
    const [heading] = named(toHtml(first(checkReport(verdicts, []))), 'h3');
    expect(heading && textOf(heading)).toContain(`✅ Within budget: layer-py312-amd64 ${says}`);
  });

  it('does not call an artifact optional whose baseline is not there', () => {
    const reason = 'the baseline "old.tar" does not exist';
    const text = first(checkReport([verdict(), verdict({ actual: null, over: null, status: 'pass', reason })], []));
    expect(text).toContain('\n1 limit holds, 1 had nothing to measure.\n');
  });

  it('names the largest contributors of what does not hold', () => {
    expect(first(checkReport())).toContain(
      '- `layer-py312-amd64` compressed: largest files\n  - 2.0\u00a0MiB `python/numpy/core/_multiarray_umath.so`\n  - 792.3\u00a0KiB `',
    );
  });

  it.each([
    ['artifacts[0].uncompressed.max', ['lib/', 'bin/'], 'largest directories'],
    ['artifacts[0].uncompressed.max', ['lib/x', 'bin/'], 'largest files'],
    ['groups[0].uncompressed.max', ['layer', 'function'], 'largest members'],
  ])('says of %s what %j are', (budget, paths, says) => {
    const top = paths.map((path) => ({ path, bytes: 5 }));
    const text = first(checkReport([verdict({ budget, measure: 'uncompressed', actual: 2, limit: 1, top })], []));
    expect(text).toContain(`uncompressed: ${says}\n`);
  });

  it('holds what an artifact without baseline was measured as, and its findings with commands', () => {
    const html = toHtml(first(checkReport([verdict()], [checked()])));
    expect(named(html, 'summary').map(textOf)).toEqual([
      'Findings: debug-symbols, duplicate-file, 40.1 MiB',
      'What was measured',
    ]);
    expect(named(html, 'pre').map(textOf).join('')).toContain('-exec strip --strip-unneeded {} +');
  });
});

describe('a comment on a diff', () => {
  it('adds up: rows, the rest and the total', () => {
    const directories = Array.from({ length: 40 }, (_, index) =>
      directoryChange(`d${index}`, 1000 * (index + 1), 1500 * (index + 1)),
    );
    const sum = directories.reduce((all, { delta }) => all + delta.content, 0);
    const base = diff();
    const whole = diffReport({
      directories,
      delta: { ...base.delta, content: sum },
      after: { ...base.after, totals: { ...base.after.totals, content: base.before.totals.content + sum } },
    });
    const text = markdownOf(whole, { ...plainOptions, units: 'bytes' }, 'k');
    const rows = tablesOf(toHtml(text))[1]?.slice(1) ?? [];
    const deltas = rows.map((row) => Number((row[0] ?? '').replace('−', '-').replace(/[^\d-]/g, '')));
    expect(rows).toHaveLength(12 + 2);
    expect(rows.at(-2)?.[4]).toBe('28 more');
    expect(deltas.slice(0, -1).reduce((all, one) => all + one, 0)).toBe(deltas.at(-1));
    expect(deltas.at(-1)).toBe(sum);
  });

  it('right-aligns every figure', () => {
    const html = toHtml(first(diffReport()));
    const cells = named(html, 'td').filter((cell) => /^[+−]?[\d,.]+\u00a0(?:B|[KMG]iB)$/.test(textOf(cell)));
    expect(cells.length).toBeGreaterThan(20);
    for (const cell of cells) expect(attribute(cell, 'align')).toBe('right');
  });

  it('tells what was odd, and sizes that only one side has', () => {
    const base = diff();
    const notices = [
      { code: 'unreadable', path: 'lib/secret', message: 'cannot be read (EACCES)' },
      { code: 'no-end-of-archive', path: null, message: 'ends without an end-of-archive mark' },
    ];
    const before = { ...base.before, totals: { ...base.before.totals, compressed: null, archive: null } };
    const text = first(diffReport({ before, delta: { ...base.delta, compressed: null, archive: null }, notices }));
    expectSound(text);
    expect(text).toContain(
      '<summary>2 notices</summary>\n\n- `lib/secret`: cannot be read (EACCES)\n- ends without an',
    );
    expect(tablesOf(toHtml(text)).at(-1)).toContainEqual(['compressed', '–', '18.1\u00a0MiB']);
  });

  it('says new and gone instead of a percentage', () => {
    const rows = tablesOf(toHtml(first(diffReport())))[1];
    expect(rows?.find((row) => row[4] === 'lib/python3.9/site-packages/numpy')?.[1]).toBe('new');
    expect(rows?.find((row) => row[4] === 'lib/python3.9/config-3.9-x86_64-linux-gnu')?.[1]).toBe('gone');
  });

  it('leaves small changes to the row of the rest', () => {
    const text = markdownOf(diffReport(), { ...plainOptions, minChange: 10_000_000 }, 'k');
    const rows = tablesOf(toHtml(text))[1] ?? [];
    expect(rows.map((row) => row[4])).toEqual([
      'Directory (own content)',
      'lib',
      'lib/python3.9/config-3.9-x86_64-linux-gnu',
      'bin',
      'lib/python3.9/site-packages/numpy',
      '3 more',
      'Total',
    ]);
  });

  it.each([
    ['nothing changed', emptyDiff(), 'No change'],
    [
      'moved only',
      { ...emptyDiff(), changes: [change('b', 5, 5, { kind: 'moved', from: 'a', aspects: [] })] },
      'Same size',
    ],
    ['smaller', diff(), 'Smaller: compressed −16.7\u00a0MiB (−48.0%), content −83.4\u00a0MiB (−48.0%)'],
    [
      'mixed',
      { ...diff(), delta: { content: 1024, disk: 0, archive: null, compressed: -2048 } },
      'Size changed: compressed −2.0\u00a0KiB (−48.0%), content +1.0\u00a0KiB (−48.0%)',
    ],
    [
      'directories',
      { ...diff(), delta: { content: 1024, disk: 0, archive: null, compressed: null } },
      'Larger: content +1.0\u00a0KiB (−48.0%)',
    ],
  ])('headline: %s', (_, value, says) => {
    const [heading] = named(toHtml(first({ tool: testTool, diff: value })), 'h3');
    expect(heading && textOf(heading)).toBe(says);
  });
});

describe('hostile text', () => {
  const hostile = [
    'a|b',
    'tick`tock``',
    '`',
    '</details><script>alert(1)</script>',
    '<!-- sizecheck:other -->',
    '-->',
    '@octocat',
    '#123',
    'GH-1',
    'octo/repo#1',
    'a5c3785ed8d6a35868bc169f07e40e889087fd2e',
    'https://example.org/x',
    'www.example.org',
    'mail@example.org',
    ':tada:',
    '$x^2$',
    '$`x`$',
    '[link](https://example.org)',
    '![image](https://example.org/x.png)',
    '[^1]',
    'line\nbreak',
    'bell\u0007\u001b[31m',
    '\u202egnp.exe',
    '\\|',
    '\\',
    ' lead and trail ',
    'two  spaces',
    '**bold** _it_ ~~no~~',
    '/close',
    '1. item',
    '2) item',
    '- item',
    '# heading',
    '::error::x',
    '&lt;b&gt;',
    '',
  ];

  it.each(hostile)('%j is inert wherever it stands', (text) => {
    const name = nameFromText(text);
    const waste = finding(text, 7, { title: text, fix: { commands: [text, `${text}\n\`\`\`\n# x`], advice: text } });
    const report = diffReport({
      directories: [{ ...directoryChange(name, 1, 2), from: name }],
      changes: [change(name, 5, 9, { from: name, sections: [{ name: text, before: 1, after: 2, delta: 1 }] })],
      findings: { new: [waste], fixed: [waste], rules: [], removable: { before: 0, after: 0 } },
      before: { ...diff().before, artifact: { ...diff().before.artifact, name: text } },
    });
    expectSound(first(report, text));
    expectSound(
      first(
        checkReport(
          [
            verdict({
              artifact: text,
              budget: text,
              measure: 'rule',
              reason: text,
              status: 'fail',
              top: [{ path: name, bytes: 1 }],
            }),
            verdict({ artifact: 'x', measure: 'path', path: text, actual: null, reason: text }),
          ],
          [checked({ name: text, findings: [waste], diff: report.diff }), checked({ name: text, findings: [waste] })],
        ),
        text,
      ),
    );
  });

  it('any name is one code span that shows it', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const html = toHtml(`| ${markdownName(name)} | x |\n| -- | -- |\n| ${markdownName(name)} | y |`);
        expect(elements(html).map(({ tagName }) => tagName)).toEqual([
          'table',
          'thead',
          'tr',
          'th',
          'code',
          'th',
          'tbody',
          'tr',
          'td',
          'code',
          'td',
        ]);
        const [code] = named(html, 'code');
        const shown = code === undefined ? '' : textOf(code);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        if (/^[\w./-]{1,100}$/.test(name)) expect(shown).toBe(name);
        const spelled = shown
          .replaceAll(String.raw`\x60`, '`')
          .replaceAll(String.raw`\x7c`, '|')
          .replaceAll(String.raw`\x20`, ' ');
        const full = terminalName(name);
        if (full.length <= 100 && !/\\x(?:60|7c|20)|[^\P{Zs} ]/u.test(full)) expect(spelled).toBe(full);
      }),
      { numRuns: 1500 },
    );
  });

  it('free text is prose only where it means nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), anyName), (text) => {
        const html = toHtml(`- x ${markdownText(text)} ${markdownWord(text)}`);
        expect(elements(html).every(({ tagName }) => ['ul', 'li', 'code'].includes(tagName))).toBe(true);
        expect(proseOf(html)).not.toMatch(meaningful);
      }),
      { numRuns: 1500 },
    );
  });

  it('code blocks hold what they are given, and end where they should', () => {
    fc.assert(
      fc.property(fc.array(anyName, { minLength: 1, maxLength: 4 }), (lines) => {
        const html = toHtml(['- x', '', ...codeBlock('sh', lines).map((line) => `  ${line}`), '', 'after'].join('\n'));
        expect(elements(html).map(({ tagName }) => tagName)).toEqual(['ul', 'li', 'p', 'pre', 'code', 'p']);
      }),
      { numRuns: 500 },
    );
  });

  it('titles of our own rules are plain prose', () => {
    for (const text of [
      '79 files hold symbols that strip removes',
      '3,324 optimised pycs shipped beside the plain one',
      "patchelf'd wheels",
    ])
      expect(markdownText(text)).toBe(text);
  });
});

describe('the marker', () => {
  it.each([
    ['layer', '<!-- sizecheck:layer -->'],
    ['a b', '<!-- sizecheck:a%20b -->'],
    ['x-->y', '<!-- sizecheck:x-%2D%3Ey -->'],
    ['--', '<!-- sizecheck:-%2D -->'],
    ['\n', '<!-- sizecheck:%0A -->'],
    ['', '<!-- sizecheck: -->'],
  ])('%j', (key, line) => {
    expect(marker(key)).toBe(line);
  });

  it('is different for different keys and never closes early', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }), (a, b) => {
        const line = marker(a);
        expect(line).toMatch(/^<!-- sizecheck:[\w.%-]{0,130} -->$/);
        expect(line.slice(4, -3)).not.toContain('--');
        if (Buffer.from(a).compare(Buffer.from(b)) !== 0) expect(marker(b)).not.toBe(line);
      }),
    );
  });

  it('stands first, with a default from the budgets or the artifact', async () => {
    const check = await reporterNamed('markdown', 'check');
    const compare = await reporterNamed('markdown', 'diff');
    expect([...(check?.(checkReport(), plainOptions) ?? [])].join('')).toMatch(
      /^<!-- sizecheck:layer-py312-amd64%2Blayer-py313-amd64 -->\n/,
    );
    expect([...(compare?.(diffReport(), plainOptions) ?? [])].join('')).toMatch(
      /^<!-- sizecheck:python-3\.9\.19-linux-amd64\.tar\.zst -->\n/,
    );
  });
});

describe('the limit of GitHub', () => {
  const long = (index: number): string => nameFromText(`${'ü😀`|<'.repeat(60)}${index}`);
  const big = (rows: number) =>
    diffReport({
      directories: Array.from({ length: rows }, (_, index) => directoryChange(long(index), index, index * 3)),
      changes: Array.from({ length: rows }, (_, index) =>
        change(long(index), index, 9 * index + 1, {
          from: long(index + 1),
          sections: Array.from({ length: 9 }, (_unused, at) => ({ name: long(at), before: 1, after: 3, delta: 2 })),
        }),
      ),
      findings: {
        new: Array.from({ length: rows }, (_, index) =>
          finding(`rule-${index}`, 5, {
            title: long(index),
            fix: { commands: [long(1), 'x'.repeat(1400)], advice: long(2) },
          }),
        ),
        fixed: Array.from({ length: rows }, (_, index) => finding(long(index), 5, { title: long(index) })),
        rules: [],
        removable: { before: 0, after: 0 },
      },
    });

  it.each([12, 1000, 100_000])('holds with --top %d', (top) => {
    const report = big(Math.min(top, 600));
    const text = markdownOf(report, { ...plainOptions, top }, 'k'.repeat(400));
    expectSound(text);
    expect(Buffer.byteLength(text)).toBeGreaterThan(mostBytes / 4);
    expect(named(toHtml(text), 'summary').map(textOf)).toHaveLength(4);
    expect(text).toMatch(/\d more/);
  });

  it('holds with a thousand artifacts, and counts what it leaves out', () => {
    const artifacts = Array.from({ length: 1000 }, (_, index) => checked({ name: `a${index}`, diff: big(30).diff }));
    const verdicts = Array.from({ length: 5000 }, (_, index) =>
      verdict({ artifact: long(index), actual: 9e9, reason: long(index), top: mixedVerdicts[0]?.top ?? [] }),
    );
    const text = first(checkReport(verdicts, artifacts));
    expectSound(text);
    expect(text).toMatch(/\d+ more artifacts/);
    expect(text).toContain('5,000 limits are exceeded');
  });
});
