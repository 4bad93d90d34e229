// What the proof of a fix notices on made-up results: links that could not be unpacked, and what falls short of the plan.
import { describe, expect, it } from 'vitest';
import { achievements, shortfalls, verifyFix } from '../../src/fix/verify.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FixAction, FixPlan } from '../../src/model/fix.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { digest, file, hardlink, snapshot } from '../build/snapshot.ts';

const planOf = (actions: readonly FixAction[]): FixPlan => ({ actions, rules: [], promised: 0, leftAlone: [] });
const same = { digest: digest('same') };
const linked = planOf([{ kind: 'hard-link', path: 'b', target: 'a' }]);
const before = snapshot([file('a', 100, same), file('b', 100, same)]);

describe('the proof of a fix', () => {
  it.each([
    ['link-before-target', /^is a hard link that comes before its target in the result/],
    ['broken-hardlink', /^is a hard link that leads nowhere in the result/],
  ])('refuses a result with %s, unless the artifact had it', (code, message) => {
    const notices = [{ code, path: 'b', message: 'as the scan has it' }];
    const after = snapshot([file('a', 100, same), hardlink('b', 'a')], { notices });
    expect(() => verifyFix(before, after, linked)).toThrow(message);
    expect(() => verifyFix({ ...before, notices }, after, linked)).not.toThrow();
    expect(() => verifyFix(before, { ...after, notices: [] }, linked)).not.toThrow();
  });

  it.each<[string, RegExp, Partial<Entry> | null, FixAction?]>([
    ['without a path', /^is missing/, null],
    ['with other content', /^has other content than before/, { digest: digest('other') }],
    ['with another size', /^has other content than before/, { size: 99 }],
    ['with another kind', /^changed its kind/, { kind: 'other', size: 0 }],
    ['with other permissions', /^has other permissions or owners/, { mode: 0o600 }],
    ['with another owner', /^has other permissions or owners/, { uid: 7 }],
    ['with another group', /^has other permissions or owners/, { gid: 7 }],
    ['with what was to go', /^is still there/, {}, { kind: 'remove', path: 'b' }],
    ['without a link', /^is no symlink to its copy/, {}, { kind: 'symlink', path: 'b', target: 'a' }],
    [
      'with a link elsewhere',
      /^is no symlink to its copy/,
      { kind: 'symlink', size: 0, link: 'c' },
      { kind: 'symlink', path: 'b', target: 'a' },
    ],
    [
      'without a hard link',
      /^has other content/,
      { digest: digest('other') },
      { kind: 'hard-link', path: 'b', target: 'a' },
    ],
  ])('refuses a result %s', (_what, message, more, action) => {
    const after = snapshot([file('a', 100, same), ...(more === null ? [] : [file('b', 100, { ...same, ...more })])]);
    const plan = planOf(action === undefined ? [] : [action]);
    expect(() => verifyFix(before, after, plan)).toThrow(message);
  });

  it('refuses a result with more than there was, and with another list of files than the one that was written', () => {
    const more = snapshot([file('a', 100, same), file('b', 100, same), file('c', 0)]);
    expect(() => verifyFix(before, more, planOf([]))).toThrow(/^was not there before/);
    expect(() => verifyFix(more, more, planOf([]))).not.toThrow();
    const list = (label: string) => ({ path: 'b', digest: () => digest(label) });
    expect(() => verifyFix(before, before, planOf([]), list('other'))).toThrow(/^is not the list of files/);
    expect(() => verifyFix(before, before, planOf([]), list('same'))).not.toThrow();
  });

  it('lets symlinks and what was stripped be otherwise than before', () => {
    const link = file('b', 0, { kind: 'symlink', link: 'a', mode: 0o777 });
    const soft = { kind: 'symlink', path: 'b', target: 'a' } as const;
    expect(() => verifyFix(before, snapshot([file('a', 100, same), link]), planOf([soft]))).not.toThrow();
    const strip = { kind: 'strip', path: 'b', mode: '-g', program: 'strip', before: 100, after: 60 } as const;
    const stripped = snapshot([file('a', 100, same), file('b', 60, { digest: digest('less') })]);
    expect(() => verifyFix(before, stripped, planOf([strip]))).not.toThrow();
    expect(() => verifyFix(before, stripped, planOf([]))).toThrow(/^has other content/);
  });

  it('names what falls short', () => {
    expect(shortfalls(before, linked)).toEqual([{ path: 'b', message: 'is a copy still, not a hard link' }]);
    expect(shortfalls(snapshot([file('a', 100, same), hardlink('b', 'a')]), linked)).toEqual([]);
    const strip = { kind: 'strip', path: 'a', mode: '-g', program: 'strip', before: 100 } as const;
    expect(shortfalls(before, planOf([{ ...strip, after: 60 }]))).toEqual([
      { path: 'a', message: 'has 100 bytes, not 60 as predicted' },
    ]);
    expect(shortfalls(before, planOf([{ ...strip, after: 100 }]))).toEqual([]);
  });

  it('counts what strip removes for the rule that asks for it, once', () => {
    const finding = (rule: string, claims: Finding['claims']): Finding => ({
      rule,
      severity: 'info',
      title: '',
      bytes: 0,
      claims,
      fix: { commands: [], advice: null },
    });
    const findings = [
      finding('debug-symbols', [{ path: 'a', part: 'debug', bytes: 40 }]),
      finding('duplicate-member', [
        { path: 'a', part: 'members', bytes: 30 },
        { path: 'a', part: 'debug', bytes: 20 },
        { path: 'b', part: 'members', bytes: 60 },
      ]),
    ];
    const rules = [
      { rule: 'debug-symbols', files: 1, promised: 40, achieved: null },
      { rule: 'duplicate-member', files: 1, promised: 60, achieved: null },
    ];
    const strip = { kind: 'strip', path: 'a', mode: '-g', program: 'strip', before: 100, after: 60 } as const;
    const plan = { ...planOf([{ kind: 'remove', path: 'b' }, strip]), rules };
    const made = achievements(before, snapshot([file('a', 60, same)]), plan, findings);
    expect(made.map(({ achieved }) => achieved)).toEqual([40, 60]);
  });
});
