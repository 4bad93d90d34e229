// What changed in the budgets file, in every form that a person reads, and in JSON and back.
import { describe, expect, it } from 'vitest';
import type { BudgetChange } from '../../src/model/budget-change.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import type { CheckReport, ReportOptions } from '../../src/report/reporter.ts';
import { changed } from '../build/json.ts';
import { proseOf, toHtml } from '../build/render.ts';
import { checkReport, plainOptions } from '../build/report.ts';

const raised: BudgetChange = {
  artifact: 'layer',
  key: 'compressed.max',
  unit: 'bytes',
  before: 5_242_880,
  after: 6_291_456,
  effect: 'looser',
  reason: 'new TLS backend',
};
const rule: BudgetChange = {
  artifact: null,
  key: 'rules.debug-symbols',
  unit: 'word',
  before: 'error',
  after: null,
  effect: 'looser',
  reason: null,
};
const lowered: BudgetChange = {
  ...raised,
  key: 'growth.maxPercent',
  unit: 'percent',
  before: 2.5,
  after: 1,
  effect: 'tighter',
};
const moved: BudgetChange = { ...raised, key: 'path', unit: 'word', before: 'a.zip', after: 'b.zip', effect: 'other' };
const gone: BudgetChange = { ...moved, artifact: 'extra', after: null, effect: 'looser', reason: null };

async function text(
  format: string,
  budgetChanges: CheckReport['budgetChanges'],
  options: Partial<ReportOptions> = {},
): Promise<string> {
  const reporter = await reporterNamed(format, 'check');
  if (reporter === null) throw new Error(`no ${format}`);
  const report = { ...checkReport(), ...(budgetChanges === undefined ? {} : { budgetChanges }) };
  return [...reporter(report, { ...plainOptions, ...options })].join('');
}

/** What a report says more than one that was not asked. */
async function more(
  format: string,
  changes: CheckReport['budgetChanges'],
  options?: Partial<ReportOptions>,
): Promise<string> {
  const before = new Set((await text(format, undefined, options)).split('\n'));
  return (await text(format, changes, options))
    .split('\n')
    .filter((line) => !before.has(line))
    .join('\n');
}

const all = [raised, rule, gone, moved, lowered];

describe('a changed budgets file', () => {
  it('is told in a terminal, the loosest first, with the reason of what was raised', async () => {
    expect(await more('table', all)).toBe(
      [
        'The budgets file allows more than before',
        '  looser   layer: compressed.max     5 MiB -> 6 MiB',
        '  looser   rules.debug-symbols       error -> none',
        '  looser   extra: path               a.zip -> not judged',
        '  changed  layer: path               a.zip -> b.zip',
        '  tighter  layer: growth.maxPercent  2.5% -> 1%',
        '  layer, because: new TLS backend',
      ].join('\n'),
    );
  });

  it('fits a terminal, and says what is left out', async () => {
    const long = { ...moved, key: `paths[${'x'.repeat(300)}].max`, before: 'y'.repeat(300) };
    const said = await more('table', [long, long, raised, raised], { width: 80, top: 2 });
    for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(said).toContain('  2 more: --top N');
  });

  it('marks what is looser, and gives reasons of that alone', async () => {
    const said = await more('table', [raised, { ...lowered, artifact: 'other', reason: 'because' }], { color: true });
    expect(said).toContain('  \x1b[33mlooser\x1b[39m ');
    expect(said).toContain('\n  tighter ');
    expect(said).not.toContain('other, because');
    expect(await more('table', [{ ...rule, reason: 'of its own' }])).toContain(
      '  rules.debug-symbols, because: of its own',
    );
  });

  it('never cuts a figure where a key has room to give', async () => {
    const [before, after] = [1_262_144_000_001, 91_262_144_000_002];
    const said = await more('table', [{ ...raised, key: `paths[${'x'.repeat(60)}].max`, before, after }], {
      width: 80,
    });
    expect(said).toContain('1,262,144,000,001 B -> 91,262,144,000,002 B');
  });

  it('of a stranger has figures where it counts, and text that is inert where it does not', async () => {
    const evil = '1 MiB |\n\n# Approved by @maintainers\n\n<img src=x> [log in](http://x)\n\n<!-- sizecheck:other -->';
    for (const unit of ['bytes', 'percent', 'count', 'share']) {
      const forged = changed(JSON.parse(await text('json', [{ ...raised, before: 1 }])), 'budgetChanges[0].unit', unit);
      const broken = changed(JSON.parse(forged), 'budgetChanges[0].before', evil);
      expect(() => parseReport(Buffer.from(broken))).toThrow('at budgetChanges[0].before, which is not a number');
    }
    expect(await more('table', [{ ...raised, before: 'a lot' }])).toContain('  a lot -> 6 MiB');
    const half = toHtml(await text('markdown', [{ ...moved, before: 5, after: evil }]));
    expect(half).not.toContain('<img');
    // Nor where somebody hands it over without JSON.
    for (const unit of ['bytes', 'word'] as const) {
      const page = toHtml(await text('markdown', [{ ...raised, unit, before: evil, after: evil }]));
      expect(page).not.toContain('<img');
      expect(page).not.toContain('<h1');
      expect(page).not.toContain('href');
      expect(proseOf(page)).not.toContain('@maintainers');
    }
  });

  it('has annotations of a bounded length', async () => {
    const long = { ...moved, key: `paths[${'x'.repeat(5000)}].max`, effect: 'looser' as const };
    const said = await more(
      'github',
      Array.from({ length: 40 }, () => long),
    );
    expect(said.length).toBeLessThan(10 * 400);
  });

  it('is told in a comment', async () => {
    expect(await more('markdown', all)).toBe(
      [
        '⚠️ **The budgets file allows more than before:**',
        '| | Artifact | Key | Before | After |',
        '| :-- | :-- | :-- | --: | --: |',
        '| looser | `layer` | `compressed.max` | 5\u00a0MiB | 6\u00a0MiB |',
        '| looser | | `rules.debug-symbols` | error | none |',
        '| looser | `extra` | `path` | a.zip | not judged |',
        '| changed | `layer` | `path` | a.zip | b.zip |',
        '| tighter | `layer` | `growth.maxPercent` | 2.5% | 1% |',
        '- `layer`, because: new TLS backend',
      ].join('\n'),
    );
  });

  it('says how much a comment leaves out, and that a group is not judged any more', async () => {
    const many = Array.from({ length: 9 }, () => ({ ...gone, key: 'members' }));
    const said = await text('markdown', many, { top: 2 });
    expect(said.match(/\| looser \| `extra` \| `members` \| a\.zip \| not judged \|/g)).toHaveLength(8);
    expect(said).toContain('| | | 1 more | | |');
  });

  it('without anything looser is no warning', async () => {
    expect(await more('markdown', [lowered])).toMatch(/^\*\*The budgets file changed:\*\*/);
    expect(await more('table', [lowered])).toMatch(/^The budgets file changed\n {2}tighter/);
    expect(await more('github', [lowered])).toBe(
      '::notice title=The budgets file changed::layer growth.maxPercent: 2.5%25 -> 1%25',
    );
  });

  it('is told in two annotations', async () => {
    expect(await more('github', all)).toBe(
      [
        '::warning title=The budgets file allows more than before::layer compressed.max: 5 MiB -> 6 MiB; rules.debug-symbols: error -> none; extra path: a.zip -> not judged',
        '::notice title=The budgets file changed::layer path: a.zip -> b.zip; layer growth.maxPercent: 2.5%25 -> 1%25',
      ].join('\n'),
    );
    expect(
      await more(
        'github',
        Array.from({ length: 12 }, () => raised),
      ),
    ).toMatch(/; 2 more$/);
  });

  it('is told on a page', async () => {
    const said = await more('html', all);
    expect(said).toContain('<h2>The budgets file allows more than before</h2>');
    expect(said).toContain(
      '<td class="number">5 MiB</td><td class="number">6 MiB</td><td class="name">layer: compressed.max</td>',
    );
    expect(said).toContain('<li>layer, because: new TLS backend</li>');
    expect(said).toContain('<span class="severity warn">looser</span>');
    expect(said).toContain('<span class="severity info">tighter</span>');
    expect(said).toContain('<td class="name">rules.debug-symbols</td>');
    const bare = await text('html', [{ ...rule, effect: 'other' }]);
    expect(bare).toContain('<h2>The budgets file changed</h2>');
    expect(bare.slice(bare.indexOf('The budgets file changed'))).not.toMatch(/^[^]{0,400}<ul><\/ul>/);
  });

  it.each(['table', 'markdown', 'html', 'github'])('of which nothing is known is told in %s', async (format) => {
    expect(await more(format, null)).toContain(
      'What the budgets file was before cannot be read: its limits may have changed',
    );
    expect(await more(format, [])).toBe('');
  });

  it.each(['table', 'markdown', 'html', 'github'])('cannot put anything of its own into %s', async (format) => {
    const evil = '\x1b[31m::error::\n##[error]|`<script>@everyone';
    const said = await more(format, [
      {
        ...moved,
        artifact: evil,
        key: `paths[${evil}].max`,
        before: evil,
        after: evil,
        effect: 'looser',
        reason: evil,
      },
    ]);
    expect(said).not.toContain('\x1b');
    expect(said).not.toMatch(/^(?:::error|##\[)/m);
    // A comment is shown as HTML, too.
    const page = format === 'markdown' ? toHtml(said) : said;
    if (format === 'markdown' || format === 'html') expect(page).not.toContain('<script>');
    expect(format === 'markdown' ? proseOf(page) : '').not.toContain('@everyone');
  });

  it('comes back from JSON as it was', async () => {
    for (const changes of [all, [], null]) {
      const { report } = parseReport(Buffer.from(await text('json', changes)));
      expect(report).toHaveProperty('budgetChanges', changes);
    }
    expect(parseReport(Buffer.from(await text('json', undefined))).report).not.toHaveProperty('budgetChanges');
  });

  it.each([
    ['budgetChanges', {}, 'has no list at budgetChanges'],
    [
      'budgetChanges.0.effect',
      'loose',
      'has "loose" at budgetChanges[0].effect, which is none of looser, other, tighter',
    ],
    ['budgetChanges.0.unit', 'KiB', 'at budgetChanges[0].unit'],
    ['budgetChanges.0.before', {}, 'has an object or list at budgetChanges[0].before, which is not a number'],
    ['budgetChanges.1.before', 7, 'has no text at budgetChanges[1].before'],
    ['budgetChanges.0.key', 1, 'has no text at budgetChanges[0].key'],
    ['budgetChanges.0.artifact', 1, 'has no text at budgetChanges[0].artifact'],
    ['budgetChanges.0.reason', 1, 'has no text at budgetChanges[0].reason'],
  ])('is refused where %s is %j', async (path, value, message) => {
    const broken = changed(JSON.parse(await text('json', all)), path, value);
    expect(() => parseReport(Buffer.from(broken))).toThrow(message);
  });
});
