// Findings that lose claims say so, and give no command that would touch what is to stay.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { ignored, ofPart, withoutOthers, withoutSweeps } from '../../src/policy/part.ts';
import { duplicateFile } from '../../src/rules/duplicate-file.ts';
import { doubtOf, judge, rules } from '../../src/rules/index.ts';
import { buildAr } from '../build/ar.ts';
import { directory, file, pyc as compiled, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';

const found: Finding = {
  rule: 'static-library',
  severity: 'warn',
  title: '2 static libraries',
  bytes: 12,
  claims: [
    { path: 'keep/a.a', part: null, bytes: 7 },
    { path: 'b.a', part: null, bytes: 5 },
  ],
  fix: { commands: ['rm -f -- keep/a.a b.a'], advice: null },
};

describe('a finding of which some claims are ignored', () => {
  it('counts the others, and has no command', () => {
    const part = withoutOthers(found, found.claims.slice(1), ignored);
    expect(part).toMatchObject({ bytes: 5, claims: [{ path: 'b.a' }], title: '2 static libraries (1 of 2 ignored)' });
    expect(part.fix).toMatchObject({ commands: [], advice: expect.stringContaining('fix') });
  });

  it('sums what is left', () => {
    const three = { ...found, claims: [...found.claims, { path: 'c.a', part: null, bytes: 4 }] };
    expect(withoutOthers(three, three.claims.slice(1), ignored).bytes).toBe(9);
  });

  it('takes commands from others only where these would take it: those on bytecode of a kind', () => {
    const sweep = { ...found, rule: 'orphan-bytecode' };
    const pyc = { path: 'a.pyc', part: null, bytes: 1 };
    expect(withoutSweeps([found, sweep], [pyc]).map(({ fix }) => fix.commands.length)).toEqual([1, 0]);
    for (const other of [
      { ...pyc, path: 'a.a' },
      { ...pyc, part: 'header' },
    ])
      expect(withoutSweeps([found, sweep], [other])).toEqual([found, sweep]);
  });

  it('is itself where none is', () => {
    expect(withoutOthers(found, found.claims, ignored)).toBe(found);
  });
});

it('findings on a part of an artifact keep only commands that name files', () => {
  const walking = { ...found, fix: { commands: ["find . -name '*.a' -delete"], advice: null } };
  const trees = { ...found, fix: { commands: ['rm -r lib'], advice: 'none' } };
  const patterns = { ...found, fix: { commands: ['rm -f lib/test_*'], advice: null } };
  expect(ofPart([found])).toEqual([found]);
  const links = {
    ...found,
    fix: { commands: ['ln -sf -- a.so.1 a.so', 'ln -f -- b.a c.a # and 2 more, see --json'], advice: null },
  };
  expect(ofPart([links])).toEqual([links]);
  for (const other of [walking, trees, patterns]) expect(ofPart([other])[0]?.fix).toMatchObject({ commands: [] });
});

it('no report tells to delete what is ignored or excluded', () => {
  const work = tempDirectory('part');
  for (const folder of ['keep', 'lib']) {
    mkdirSync(join(work, folder));
    writeFileSync(join(work, folder, `lib${folder}.a`), buildAr([{ name: 'x.o/', content: folder }]));
    for (const name of ['x.pyc', 'x.opt-1.pyc']) {
      mkdirSync(join(work, folder, '__pycache__'), { recursive: true });
      writeFileSync(join(work, folder, '__pycache__', name), folder);
    }
  }
  const commandsOf = (...args: string[]): string[] => {
    const { stdout } = sizecheck(['scan', work, '--exit-zero', ...args]);
    expect(stdout).toMatch(/static-library[^]*optimized-bytecode|optimized-bytecode[^]*static-library/);
    return [...stdout.matchAll(/\$ (.*)/g)].map(([, command = '']) => command);
  };
  expect(commandsOf().length).toBeGreaterThan(1);
  expect(commandsOf('--ignore', '*:keep')).toEqual([]);
  expect(commandsOf('--exclude', 'keep')).toEqual(['rm -f -- lib/liblib.a']);
  const { stdout } = sizecheck(['scan', work, '--exit-zero', '--format', 'markdown', '--ignore', '*:keep']);
  expect(stdout).not.toMatch(/(?:rm|find) .*(?:keep|pyc)/);
});

describe('rules that find what something else is missing for', () => {
  const tree = [
    directory('m'),
    directory('m/__pycache__'),
    file('m/__pycache__/a.cpython-39.pyc', 100, { facts: compiled({ source: 'm/a.py', mode: 'unchecked-hash' }) }),
  ];
  const orphans = rules.filter(({ id }) => id === 'orphan-bytecode' || id === 'leftover-pycache');

  it('say nothing of a part, and do not claim to know', () => {
    const whole = snapshot(tree);
    const part = { ...whole, isPart: true } as const;
    expect(judge(whole, orphans).map(({ bytes }) => bytes)).toEqual([100]);
    expect(judge(part, orphans)).toEqual([]);
    expect(doubtOf(orphans, whole)).toBeNull();
    expect(doubtOf(orphans, part)).toBe('leftover-pycache: what is missing of a part is not known');
    expect(doubtOf([duplicateFile], part)).toBeNull();
  });
});
