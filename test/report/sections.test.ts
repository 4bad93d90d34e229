// `scan --sections`: where the bytes of ELF files are.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import { sectionRollup } from '../../src/compare/section-rollup.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { tablesOf, toHtml } from '../build/render.ts';
import { elf, file, snapshot } from '../build/snapshot.ts';
import { plainOptions } from '../build/report.ts';

const golden = resolve(import.meta.dirname, '../golden/scan.table-sections.txt');

const tree = snapshot([
  file('bin/tool', 3_000_000, {
    facts: elf(
      {},
      {
        sections: [
          { name: '.debug_info', group: 'debug', bytes: 1_900_000 },
          { name: '.text', group: 'code', bytes: 900_000 },
          { name: '.rodata', group: 'read-only data', bytes: 150_000 },
          { name: '.symtab', group: 'symbols', bytes: 40_000 },
          { name: '[section headers]', group: 'other', bytes: 10_000 },
        ],
      },
    ),
  }),
  file('lib/a.so', 20_000, {
    facts: elf({}, { sections: [{ name: `.\u001b[31m|${'x'.repeat(90)}`, group: 'data', bytes: 20_000 }] }),
  }),
]);

const report: ScanReport = {
  tool: { name: 'sizecheck', version: '0.0.0' },
  snapshot: tree,
  tree: rollup(tree),
  findings: [],
  removable: 0,
  sections: sectionRollup(tree),
};

const options: ReportOptions = { ...plainOptions, depth: 0, top: 5, sort: 'size' };

async function print(name: string, more: Partial<ScanReport> = {}): Promise<string> {
  const found = await reporterNamed(name, 'scan');
  return [...(found?.({ ...report, ...more }, options) ?? [])].join('');
}

describe('sections', () => {
  it('as a table', async () => {
    const text = await print('table');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(text).toBe(readFileSync(join(golden), 'utf8'));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('as JSON, only where they were asked for', async () => {
    const json: unknown = JSON.parse(await print('json'));
    expect(json).toMatchObject({ sections: { files: 2, bytes: 3_020_000 } });
    const { sections: _left, ...plain } = report;
    const found = await reporterNamed('json', 'scan');
    expect(JSON.parse([...(found?.(plain, options) ?? [])].join(''))).not.toHaveProperty('sections');
  });

  it('what compressed debug data would take is wrapped', async () => {
    const sections = { ...sectionRollup(tree), debug: { bytes: 107_374_182, compressed: 53_687_091 } };
    const text = await print('table', { sections });
    expect(text).toMatch(
      /^ {2}compressed \(objcopy --compress-debug-sections\), debug would be about 51\.2 MiB,\n {2}51\.2 MiB less$/m,
    );
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each(['markdown', 'html'])('are the same in %s, inert', async (format) => {
    const text = await print(format);
    const [groups, names] = tablesOf(format === 'html' ? text : toHtml(text)).slice(-2);
    const plain = (rows: readonly string[][] = []) => rows.map((row) => row.map((cell) => cell.replace('\u00a0', ' ')));
    expect(plain(groups?.slice(1))).toEqual([
      ['1.8 MiB', '62.9%', 'debug'],
      ['878.9 KiB', '29.8%', 'code'],
      ['146.5 KiB', '5.0%', 'read-only data'],
      ['39.1 KiB', '1.3%', 'symbols'],
      ['19.5 KiB', '0.7%', 'data'],
      ['9.8 KiB', '0.3%', 'other'],
    ]);
    const rows = plain(names?.slice(1));
    expect(rows.slice(0, 2)).toEqual([
      ['1.8 MiB', '62.9%', '1', 'debug', '.debug_info'],
      ['878.9 KiB', '29.8%', '1', 'code', '.text'],
    ]);
    expect(rows[4]?.[4]).toMatch(/^\.\\x1b\[31m(?:\||\\x7c)xxx/);
    expect(text).not.toContain('\u001b');
    // Markdown shows as many rows as tables do.
    expect(rows).toHaveLength(6);
    expect(rows[5]?.[4]).toBe(format === 'html' ? '[section headers]' : '1 more');
  });

  it.each(['markdown', 'html'])(
    'say in %s what compressing debug data would save, and nothing of nothing',
    async (format) => {
      const sections = { ...sectionRollup(tree), debug: { bytes: 107_374_182, compressed: 53_687_091 } };
      expect(await print(format, { sections })).toContain('debug would be about 51.2 MiB, 51.2 MiB less');
      expect(await print(format)).not.toMatch(/debug would be|^null\.$/m);
      expect(await print(format, { sections: sectionRollup(snapshot([])) })).toMatch(/no ELF file/i);
    },
  );

  it('in Markdown are counted where they are left out, and not where they are not', async () => {
    const found = await reporterNamed('markdown', 'scan');
    const rows = (top: number): string[] | undefined =>
      tablesOf(toHtml([...(found?.(report, { ...options, top }) ?? [])].join('')))
        .at(-1)
        ?.map((row) => row[4] ?? '');
    expect(rows(6)).toHaveLength(7);
    expect(rows(6)?.at(-1)).toBe('[section headers]');
    expect(rows(4)?.at(-1)).toBe('2 more');
  });

  it('of an artifact without ELF files', async () => {
    expect(await print('table', { sections: sectionRollup(snapshot([])) })).toContain('ELF sections  no ELF file\n');
  });
});
