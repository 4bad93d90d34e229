// `check --base-budgets`: what the budgets file was before the change that is judged.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';
import type { Ran } from './run.ts';

const work = tempDirectory('base-budgets');
writeFileSync(join(work, 'app.tar'), buildTar([{ name: 'a', content: 'a'.repeat(5000) }]));

function budgets(name: string, max: number, reason: string): string {
  const artifacts = [{ name: 'app', path: 'app.tar', uncompressed: { max }, reason }];
  writeFileSync(join(work, name), JSON.stringify({ version: 1, artifacts }));
  return name;
}

budgets('budgets.json', 6000, 'a new backend');
const before = budgets('before.json', 4000, 'as it was');
writeFileSync(join(work, 'broken.json'), '{"version": 1, "artefacts": []}');

function check(...args: string[]): Ran {
  return sizecheck(['check', ...args], { cwd: work });
}

describe('--base-budgets', () => {
  it('says that a limit which holds was raised, and leaves the verdict as it is', () => {
    const { code, stdout, stderr } = check('--base-budgets', before);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      'The budgets file allows more than before\n  looser  app: uncompressed.max  4000 B -> 6000 B\n  app, because: a new backend\n'
        .replace('4000 B', '4,000 B')
        .replace('6000 B', '6,000 B'),
    );
    expect(check('--base-budgets', 'budgets.json').stdout).toBe(check().stdout);
  });

  it('is part of a saved report, which prints it in other forms', () => {
    expect(check('--base-budgets', before, '--json', '-o', 'report.json').code).toBe(0);
    const { stdout } = sizecheck(['report', 'report.json', '--format', 'markdown'], { cwd: work });
    expect(stdout).toContain('| looser | `app` | `uncompressed.max` | 4,000\u00a0B | 6,000\u00a0B |');
    const comment = sizecheck(['comment', '--from', 'report.json', '--dry-run'], { cwd: work, env: {} });
    expect(comment.stdout).toContain('allows more than before');
  });

  it('of a file that is none is a warning, and the report says what it does not know', () => {
    const { code, stdout, stderr } = check('--base-budgets', 'broken.json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/^sizecheck: warning: broken\.json: .*artefacts.*\(line 1, column 29\)\n$/);
    expect(stdout).toContain('What the budgets file was before cannot be read: its limits may have changed\n');
    expect(JSON.parse(check('--base-budgets', 'broken.json', '--json').stdout).budgetChanges).toBeNull();
    expect(check('--base-budgets', 'broken.json', '--quiet').stderr).toBe('');
  });

  it('that is empty stands for none', () => {
    writeFileSync(join(work, 'empty.json'), '');
    const { code, stdout, stderr } = check('--base-budgets', 'empty.json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('The budgets file changed\n');
    expect(stdout).toMatch(/ {2}tighter {2}app: uncompressed\.max {2}none -> 6,000 B\n/);
  });

  it.each([
    [['--base-budgets', 'nowhere.json'], 'nowhere.json: cannot be read (ENOENT)'],
    [
      ['--base-budgets', before, '--format', 'csv'],
      '--base-budgets has no effect with --format csv; formats that show it: table, json, markdown, html, github',
    ],
    [
      ['app.tar', '--max-uncompressed', '1MB', '--base-budgets', before],
      '--base-budgets is for limits of a budgets file, not for --max-… options',
    ],
    [['--base-budgets', before, '--base-budgets', 'broken.json'], '--base-budgets'],
  ])('%j is an error', (args, message) => {
    const { code, stdout, stderr } = check(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('names the file that is wrong, and never writes over the one before', () => {
    writeFileSync(join(work, 'wrong.json'), '{}');
    expect(check('--budgets', 'wrong.json', '--base-budgets', before).stderr).toMatch(/^sizecheck: wrong\.json: /);
    const { code, stderr } = check('--base-budgets', before, '--json', '-o', before);
    expect([code, stderr]).toEqual([2, expect.stringContaining(before)]);
    expect(existsSync(join(work, before))).toBe(true);
    expect(check('--base-budgets', before).code).toBe(0);
  });
});
