// Snapshots of a part of an artifact: they know that they are, wherever they are read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { buildElf } from '../build/elf.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('part');
const tar = buildTar([
  { name: 'a', content: 'a'.repeat(5000) },
  { name: 'b', content: 'b'.repeat(700) },
]);
writeFileSync(join(work, 'app.tar'), tar);
const run = (...args: string[]) => sizecheck(args, { cwd: work });
for (const [name, options] of Object.entries({ whole: [], part: ['--exclude', 'b'], other: ['--include', 'a'] }))
  run('snapshot', 'app.tar', ...options, '-o', `${name}.json`);

/** The line on the file's own length. */
function compressedLine(...args: string[]): string | undefined {
  const { code, stdout } = run('scan', ...args);
  expect(code).toBe(0);
  return stdout.split('\n').find((line) => line.startsWith('  compressed'));
}

describe('a snapshot of a part', () => {
  it('calls the length of the file no share of its content', () => {
    expect(compressedLine('app.tar')).toMatch(/the file itself, \d+/);
    expect(compressedLine('whole.json')).toBe(compressedLine('app.tar'));
    expect(compressedLine('app.tar', '--exclude', 'b')).toMatch(/the file itself$/);
    expect(compressedLine('part.json')).toBe(compressedLine('app.tar', '--exclude', 'b'));
  });

  it('stays one where it is saved again, and selecting all makes none of it whole', () => {
    run('snapshot', 'part.json', '-o', 'again.json');
    expect(run('diff', 'part.json', 'again.json', '--exit-code').code).toBe(0);
    const { part, totals } = JSON.parse(run('scan', 'again.json', '--json').stdout);
    expect([part, totals.content, totals.compressed]).toEqual([true, 5000, tar.length]);
    expect(JSON.parse(run('scan', 'app.tar', '--json').stdout)).not.toHaveProperty('part');
  });

  it.each([
    [
      'part.json',
      'app.tar',
      'the old one is a snapshot of a part (--include, --exclude or --layer), and the new one is whole',
    ],
    [
      'app.tar',
      'part.json',
      'the new one is a snapshot of a part (--include, --exclude or --layer), and the old one is whole',
    ],
    ['part.json', 'other.json', null],
    ['whole.json', 'app.tar', null],
  ])('diff %s %s says so', (old, now, message) => {
    const { notices } = JSON.parse(run('diff', old, now, '--json').stdout);
    expect(notices).toEqual(message === null ? [] : [{ code: 'part', path: null, message }]);
    // It is about both.
    expect(run('diff', old, now).stdout.match(/^Notices.*/gm)).toEqual(message === null ? null : ['Notices (1)']);
    const lines = run('diff', old, now).stdout.split('\n');
    expect(lines.some((line) => line.includes('a snapshot of a part'))).toBe(message !== null);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('is no baseline of the whole', () => {
    const growth = { max: 1_000_000 };
    const budgets = (artifact: object) =>
      writeFileSync(
        join(work, 'budgets.json'),
        JSON.stringify({ version: 1, artifacts: [{ name: 'app', ...artifact }] }),
      );
    budgets({ path: 'app.tar', baseline: 'part.json', growth });
    const unknown = run('check');
    expect(unknown.code).toBe(2);
    expect(unknown.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'the baseline "part.json" is a snapshot of a part (--include, --exclude or --layer)',
    );
    budgets({ path: 'part.json', baseline: 'app.tar', growth });
    expect(run('check').code).toBe(2);
    budgets({ path: 'part.json', baseline: 'other.json', growth });
    expect(run('check').code).toBe(2);
    budgets({ path: 'app.tar', baseline: 'whole.json', growth });
    expect(run('check').code).toBe(0);
    // Nothing is to be judged by the baseline: a warning, and no comparison.
    budgets({ path: 'app.tar', baseline: 'part.json', uncompressed: { max: '1 MB' } });
    expect(run('check')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^sizecheck: warning: .*not compared\n$/),
    });
  });

  it('passes no limit but that on the length of the file, which is of all', () => {
    const limits = {
      uncompressed: { max: '1 MB' },
      compressed: { max: '1 MB' },
      paths: [{ match: '*', total: '1 MB' }],
    };
    const root = {
      rules: { 'duplicate-file': 'error' },
      groups: [{ name: 'all', members: ['app'], uncompressed: { max: '1 MB' }, compressed: { max: '1 MB' } }],
    };
    const statuses = (path: string) => {
      const artifacts = [{ name: 'app', path, ...limits }];
      writeFileSync(join(work, 'budgets.json'), JSON.stringify({ version: 1, artifacts, ...root }));
      const { gate } = JSON.parse(run('check', '--json').stdout);
      return gate.verdicts
        .map(({ artifact, measure, status }: Verdict) => `${artifact} ${measure} ${status}`)
        .toSorted();
    };
    const all = ['all compressed', 'all uncompressed', 'app compressed', 'app path', 'app rule', 'app uncompressed'];
    expect(statuses('whole.json')).toEqual(all.map((one) => `${one} pass`));
    expect(statuses('part.json')).toEqual(
      all.map((one) => `${one} ${one.endsWith(' compressed') ? 'pass' : 'unknown'}`),
    );
    // What is over anyway is over.
    const over = run('check', 'part.json', '--max-uncompressed', '4999');
    expect([over.code, over.stdout.includes('FAIL')]).toEqual([1, true]);
  });

  it('prints no command that would go beyond it, wherever it is read', () => {
    const tree = join(work, 'tree');
    for (const folder of ['in', 'out']) mkdirSync(join(tree, folder), { recursive: true });
    // What `find . -name '*.debug' -delete` would take along is not known here.
    const sections = [{ name: '.text', type: 8, flags: 6, size: 100 }];
    writeFileSync(join(tree, 'in/x.debug'), buildElf({ type: 3, sections }));
    writeFileSync(join(tree, 'out/notes.debug'), 'notes');
    const fixOf = (...args: string[]) => {
      const { artifacts } = JSON.parse(run('check', ...args, '--max-uncompressed', '1GB', '--json').stdout);
      return artifacts[0].findings.map(({ rule, fix }: Finding) => [rule, fix.commands.length]);
    };
    run('snapshot', 'tree', '-o', 'tree.json');
    expect(fixOf('tree.json')).toEqual([['debug-files', 1]]);
    run('snapshot', 'tree', '--include', 'in/**', '-o', 'in.json');
    expect(fixOf('in.json')).toEqual([['debug-files', 0]]);
    const printed = run('scan', 'in.json').stdout.replaceAll(/\s+/g, ' ');
    expect(printed).toContain('its command is for a whole artifact; this is a part of one');
    expect(printed).not.toContain('-delete');
    const { findings } = JSON.parse(run('diff', 'app.tar', 'in.json', '--json').stdout);
    expect(JSON.stringify(findings)).toContain('debug-files');
    expect(JSON.stringify(findings)).not.toContain('-delete');
  });

  it('says so in words that are checked', () => {
    const text = run('snapshot', 'part.json').stdout;
    expect(parseSnapshot(text).isPart).toBe(true);
    expect(parseSnapshot(text.replace('"part": true', '"part": false')).isPart).toBeUndefined();
    expect(() => parseSnapshot(text.replace('"part": true', '"part": "yes"'))).toThrow('neither true nor false');
  });
});
