// What the proof of a fix notices on made-up results: links that could not be unpacked, and what falls short of the plan.
import { describe, expect, it } from 'vitest';
import { achievements, shortfalls, verifyFix } from '../../src/fix/verify.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FixAction, FixPlan } from '../../src/model/fix.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { digest, directory, file, hardlink, snapshot } from '../build/snapshot.ts';

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

  it('takes a link for no other link, and a hard link for what it leads to', () => {
    const link = hardlink('b', 'a');
    const soft = planOf([{ kind: 'symlink', path: 'b', target: 'a' }]);
    expect(() => verifyFix(before, snapshot([file('a', 100, same), link]), soft)).toThrow(/^is no symlink/);
    // Builds of one program, of which the smaller one stays.
    const builds = snapshot([file('a', 90, { digest: digest('small') }), file('b', 100, same)]);
    const small = file('a', 90, { digest: digest('small') });
    expect(() => verifyFix(builds, snapshot([small, link]), linked)).not.toThrow();
    expect(() => verifyFix(builds, snapshot([small, file('b', 100, same)]), linked)).toThrow(/^has other content/);
    // Its file went, and the name leads nowhere.
    const names = snapshot([file('a', 100, same), link]);
    const removal = planOf([{ kind: 'remove', path: 'a' }]);
    expect(() => verifyFix(names, snapshot([link]), removal)).toThrow(/^changed its kind/);
  });

  it.each<[string, Entry, Partial<Entry>, RegExp | null]>([
    ['a symlink that leads elsewhere', file('l', 0, { kind: 'symlink', link: 'x' }), { link: 'y' }, /kind or target/],
    ['a directory that is a device', directory('d'), { kind: 'other' }, /kind or target/],
    ['a directory of other permissions', directory('d'), { mode: 0o700 }, /permissions/],
    ['a file without permissions that has some', file('f', 1, { ...same, mode: null }), { mode: 0o644 }, /permissions/],
    ['an implied directory with a member', { ...directory('d'), mode: null, uid: null }, { mode: 0o755, uid: 0 }, null],
  ])('judges %s', (_what, entry, more, message) => {
    const check = () => verifyFix(snapshot([entry]), snapshot([{ ...entry, ...more }]), planOf([]));
    if (message === null) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it('minds no notices but those of links, and takes a list of files as it was written', () => {
    const notices = [{ code: 'absolute-path', path: 'b', message: '' }];
    expect(() => verifyFix(before, { ...before, notices }, planOf([]))).not.toThrow();
    const list = { path: 'b', digest: () => digest('written') };
    const after = snapshot([file('a', 100, same), file('b', 60, { digest: digest('written') })]);
    expect(() => verifyFix(before, after, planOf([]), list)).not.toThrow();
    expect(() => verifyFix(before, after, planOf([]), { ...list, path: 'a' })).toThrow(/^is not the list/);
  });

  it('names what falls short', () => {
    expect(shortfalls(before, linked)).toEqual([{ path: 'b', message: 'is a copy still, not a hard link' }]);
    expect(shortfalls(snapshot([file('a', 100, same), hardlink('b', 'a')]), linked)).toEqual([]);
    const strip = { kind: 'strip', path: 'a', mode: '-g', program: 'strip', before: 100 } as const;
    expect(shortfalls(before, planOf([{ ...strip, after: 60 }]))).toEqual([
      { path: 'a', message: 'has 100 bytes, not 60 as predicted' },
    ]);
    expect(shortfalls(before, planOf([{ ...strip, after: 100 }]))).toEqual([]);
    expect(shortfalls(snapshot([]), planOf([{ ...strip, after: 60 }]))[0]?.message).toContain('has 0 bytes, not 60');
  });

  const finding = (rule: string, claims: Finding['claims']): Finding => ({
    rule,
    severity: 'info',
    title: '',
    bytes: 0,
    claims,
    fix: { commands: [], advice: null },
  });

  it('counts links that were made, and earlier members that went', () => {
    const copies = ['b', 'c', 'd', 'e'];
    const claims = copies.map((path) => ({ path, part: null, bytes: 100, keeps: 'a' }));
    const superseded = ['b', 'c'].map((path) => ({ path, part: 'superseded', bytes: 9 }));
    const findings = [finding('duplicate-file', claims), finding('duplicate-entry', superseded)];
    const actions: FixAction[] = [
      { kind: 'drop-superseded', path: 'b', bytes: 9 },
      { kind: 'drop-superseded', path: 'c', bytes: 9 },
      ...copies.map((path, index) => ({ kind: index < 2 ? 'hard-link' : 'symlink', path, target: 'a' }) as const),
    ];
    const rules = findings.map(({ rule }) => ({ rule, files: 4, promised: 400, achieved: null }));
    const full = (path: string): Entry => file(path, 100, same);
    const old = snapshot(['a', ...copies].map(full), { superseded: ['b', 'c'].map((path) => ({ path, size: 9 })) });
    const link = file('d', 0, { kind: 'symlink', link: 'a' });
    const now = snapshot([full('a'), hardlink('b', 'a'), full('c'), link, full('e')], {
      superseded: [{ path: 'c', size: 9 }],
    });
    const made = achievements(old, now, { ...planOf(actions), rules }, findings);
    expect(made.map(({ achieved }) => achieved)).toEqual([200, 9]);
    // A file that goes as a whole is counted once, whatever stood before it in the archive.
    const removal = { ...planOf([{ kind: 'remove', path: 'b' }]), rules: rules.slice(1) };
    expect(achievements(old, now, removal, findings)[0]?.achieved).toBe(9);
  });

  it('counts what strip removes for the rule that asks for it, once', () => {
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
