// `--help` of each command: what it takes, what its exit codes mean, and nothing that is not so of it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/registry.ts';
import { inBudgetsFile } from '../../src/cli/options/policy.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('help');

function help(...command: readonly string[]): string {
  const { code, stdout } = sizecheck([...command, '--help']);
  expect(code).toBe(0);
  return stdout.replaceAll(/\s+/g, ' ');
}

describe('the help', () => {
  it('of all commands says that each has one of its own, and whose options it shows', () => {
    expect(help()).toContain('These options are those of scan; "sizecheck COMMAND --help" has those of the others.');
  });

  it.each(commands)('of $name tells of artifacts and of exit code 1 where there are any', ({ name, takes }) => {
    const text = help(name);
    const footer = text.slice(text.lastIndexOf(']'));
    expect(/(?:ARTIFACT|OLD, NEW): a directory/.test(footer)).toBe(/ARTIFACT|OLD/.test(takes));
    expect(/, 1 [a-z]/.test(footer)).toBe(['scan', 'diff', 'fix', 'check'].includes(name));
    expect(footer).toContain('130 interrupted (129 hung up, 143 terminated).');
  });

  it('of scan says which severities rules give', () => {
    expect(help('scan')).toContain('rules give warn and info');
  });
});

describe('check', () => {
  it.each(Object.keys(inBudgetsFile))('says where what --%s asks for stands', (option) => {
    const { code, stderr } = sizecheck(['check', 'x', `--${option}`, 'a']);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^sizecheck: there is no option --${option}; .* (?:budgets file|"dive --ci)`));
  });
});

describe('a word that is nearly a command', () => {
  it.each([
    [['chek'], '"chek" does not exist; did you mean the command "check"?'],
    [['snapshit', '-o', 'x'], 'did you mean the command "snapshot"?'],
  ])('%j is told, unless it is there', (args, says) => {
    const { code, stderr } = sizecheck(args, { cwd: work });
    expect([code, stderr.split('\n').length]).toEqual([2, 2]);
    expect(stderr).toContain(says);
  });

  it('is an artifact where there is one', () => {
    mkdirSync(join(work, 'chek'));
    expect(sizecheck(['chek'], { cwd: work }).stdout).toContain('chek  directory');
    expect(sizecheck(['nothing-like-it'], { cwd: work }).stderr).not.toContain('command');
  });
});
