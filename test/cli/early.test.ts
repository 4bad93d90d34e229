// What is wrong with a command line is told before anything is read: an artifact may take minutes. None of the artifacts here is there,
// so whoever read first would say so.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('early');
mkdirSync(join(work, 'folder'));
mkdirSync(join(work, 'twins'));
for (const name of ['a', 'b']) writeFileSync(join(work, 'twins', name), 'the same in both');
writeFileSync(
  join(work, 'budgets.json'),
  JSON.stringify({ version: 1, artifacts: [{ name: 'a', path: 'none', uncompressed: { max: 1 } }] }),
);

const commands = {
  scan: ['scan', 'none'],
  snapshot: ['snapshot', 'none'],
  diff: ['diff', 'none', 'gone'],
  fix: ['fix', 'none'],
  check: ['check', 'none', '--max-uncompressed', '1'],
  compress: ['compress', 'none'],
} as const;

type Case = readonly [command: keyof typeof commands, option: readonly string[], message: string];

const patterns: readonly Case[] = (['scan', 'snapshot', 'diff'] as const).flatMap((command): Case[] => [
  [command, ['--include', '['], 'the pattern "[" has a bracket without its partner'],
  [command, ['--exclude', '{a'], 'the pattern "{a" has a brace without its partner'],
]);

const ignores: readonly Case[] = (['scan', 'diff', 'fix'] as const).flatMap((command): Case[] => [
  [command, ['--ignore', 'lib'], '--ignore takes RULE:GLOB, not "lib"'],
  [command, ['--ignore', 'duplicate-flie:**'], 'unknown rule "duplicate-flie"; did you mean "duplicate-file"?'],
  [command, ['--ignore', '*:['], 'the pattern "[" has a bracket without its partner'],
]);

const outputs: readonly Case[] = (['scan', 'snapshot', 'diff', 'fix', 'check', 'compress'] as const).flatMap(
  (command): Case[] => [
    [command, ['-o', 'missing/out'], 'sizecheck: missing/out: cannot be written (ENOENT)'],
    [command, ['-o', 'folder'], 'sizecheck: folder: cannot be written (EISDIR)'],
    [command, ['-o', 'budgets.json/out'], 'sizecheck: budgets.json/out: cannot be written (ENOTDIR)'],
  ],
);

describe('before the artifact', () => {
  it.each<Case>([
    ...patterns,
    ...ignores,
    ...outputs,
    ['scan', ['--compress-with', 'zip'], '"zip" is no way to compress'],
    ['check', ['--compress-with', 'zip'], '"zip" is no way to compress'],
    ['check', ['--map', '['], 'the pattern "[" has a bracket without its partner'],
  ])('%s %j says: %s', (command, option, message) => {
    const ran = sizecheck([...commands[command], ...option], { cwd: work });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
  });

  it('init says that there is no such folder', () => {
    const ran = sizecheck(['init', 'none', '--budgets', 'missing/budgets.json'], { cwd: work });
    expect(ran).toMatchObject({ code: 2, stderr: 'sizecheck: missing/budgets.json: cannot be written (ENOENT)\n' });
  });
});

describe('an --ignore', () => {
  const idle = 'sizecheck: warning: --ignore duplicate-file:old/** covers nothing\n';

  it.each([
    ['scan', 'twins'],
    ['fix', 'twins'],
    ['diff', 'folder', 'twins'],
    ['diff', 'twins', 'folder'],
  ])('of %s %s %s that covers nothing is told, one that covers something is not', (...args: readonly string[]) => {
    const both = ['--ignore', 'duplicate-file:b', '--ignore', '*:b', '--ignore', 'duplicate-file:old/**'];
    expect(sizecheck([...args, ...both], { cwd: work })).toMatchObject({ code: 0, stderr: idle });
    expect(sizecheck([...args, ...both, '--quiet'], { cwd: work }).stderr).toBe('');
  });

  it('of a rule that did not look, or of a part, may cover what was not asked for', () => {
    const scan = ['scan', 'twins', '--ignore', 'duplicate-file:old/**'];
    expect(sizecheck([...scan, '--rules', 'debug-symbols'], { cwd: work })).toMatchObject({ code: 0, stderr: '' });
    expect(sizecheck([...scan, '--include', 'a'], { cwd: work })).toMatchObject({ code: 0, stderr: '' });
    expect(sizecheck([...scan, '--rules', 'duplicate-file'], { cwd: work })).toMatchObject({ code: 0, stderr: idle });
  });
});
