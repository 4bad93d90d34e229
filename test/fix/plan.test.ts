// Which actions a plan is made of, and what it leaves alone, on made-up snapshots.
import { describe, expect, it } from 'vitest';
import { planFix } from '../../src/fix/plan.ts';
import type { PlanOptions } from '../../src/fix/plan.ts';
import type { StripTool } from '../../src/fix/strip-tool.ts';
import { noTangles } from '../../src/fix/tangles.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import { judge, rules } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { cpuTime } from '../build/cpu-time.ts';
import { ar, digest, directory, elf, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';

const strip: StripTool = {
  release: '2.40',
  version: '2.40',
  formats: new Set(['elf64-x86-64']),
  has: (program) => program === 'aarch64-linux-gnu-strip',
};

function plan(entries: readonly Entry[], options: Partial<PlanOptions> = {}, wanted?: string) {
  const judged = snapshot(entries);
  const selected = rules.filter(({ id }) => wanted === undefined || id === wanted);
  return planOf(judged, judge(judged, selected), options);
}

const chosen = (...ids: readonly string[]) => rules.filter(({ id }) => ids.includes(id));

/** The same entries as those of a zip. */
function planOfZip(entries: readonly Entry[], wanted?: string) {
  const tar = snapshot(entries);
  const selected = rules.filter(({ id }) => wanted === undefined || id === wanted);
  const zip: Snapshot = { ...tar, artifact: { ...tar.artifact, format: 'zip' } };
  return planOf(zip, judge(zip, selected));
}

function planOf(judged: Snapshot, findings: readonly Finding[], options: Partial<PlanOptions> = {}) {
  const made = planFix(judged, findings, {
    strip,
    tangles: noTangles,
    remedyOf: (rule) => rules.find(({ id }) => id === rule)?.remedy,
    ...options,
  });
  const words = made.actions.map((action) =>
    'target' in action ? `${action.kind} ${action.path} ${action.target}` : `${action.kind} ${action.path}`,
  );
  return { ...made, words, removable: removableContent(judged, findings) };
}

const same = (path: string, more: Partial<Entry> = {}): Entry => file(path, 100, { digest: digest('same'), ...more });

describe('the plan of a fix', () => {
  it('links copies to the one that stays', () => {
    const made = plan([same('a'), same('b'), same('c')]);
    expect(made.words).toEqual(['hard-link b a', 'hard-link c a']);
    expect(made.promised).toBe(200);
    expect(made.promised).toBe(made.removable);
  });

  it('gives no file more names than file systems have room for', () => {
    const many = Array.from({ length: 65_002 }, (_, index) => same(`f${String(index).padStart(5, '0')}`));
    // The keeper and 64,998 copies, and two names of one more.
    const made = plan([...many, hardlink('g', 'f64999')], {}, 'duplicate-file');
    const names = made.words.filter((word) => word.startsWith('hard-link '));
    expect(names).toHaveLength(64_999);
    expect(names).not.toContain('hard-link g f00000');
    expect(made.promised).toBe(64_999 * 100);
    expect(made.leftAlone).toMatchObject([
      {
        rule: 'duplicate-file',
        reason: 'one file can have no more than 65,000 names on common file systems',
        bytes: 200,
      },
    ]);
  });

  it('links all names of a copy', () => {
    const made = plan([same('a'), same('b'), hardlink('d', 'b')]);
    expect(made.words).toEqual(['hard-link b a', 'hard-link d a']);
    expect(made.promised).toBe(100);
  });

  it.each([
    ['permissions', { mode: 0o755 }, 'permissions'],
    ['owner', { uid: 7 }, 'permissions or owners'],
    ['group', { gid: 7 }, 'permissions or owners'],
  ])('leaves copies alone that differ in %s', (_what, more, reason) => {
    // duplicate-file claims none of these, whatever other rules on copies do.
    const claims = [{ path: 'b', part: null, bytes: 100, keeps: 'a' }];
    const fix = { commands: [], advice: null };
    const claimed: Finding = { rule: 'duplicate-file', severity: 'info', title: '1 file', bytes: 100, claims, fix };
    const made = planOf(snapshot([same('a'), same('b', more)]), [claimed]);
    expect(made.words).toEqual([]);
    expect(made.promised).toBe(0);
    expect(made.leftAlone).toMatchObject([{ rule: 'duplicate-file', files: 1, bytes: 100, example: 'b' }]);
    expect(made.leftAlone[0]?.reason).toContain(reason);
  });

  it('promises what is claimed of copies of which some differ in permissions', () => {
    const made = plan([same('a'), same('b', { mode: 0o755 }), same('c', { mode: 0o755 }), same('d')]);
    expect(made.words).toEqual(['hard-link c b', 'hard-link d a']);
    expect(made.promised).toBe(200);
    expect(made.promised).toBe(made.removable);
    expect(made.leftAlone).toMatchObject([{ rule: 'duplicate-file', files: 1, bytes: 0, example: 'b' }]);
    expect(made.leftAlone[0]?.reason).toContain('100 B, not counted');
  });

  it('leaves sources alone whose bytecode is checked by their time', () => {
    const compiled = (source: string): Entry =>
      file(`__pycache__/${source}c`, 20, { facts: pyc({ source, mode: 'timestamp' }) });
    const later = { mtime: 1_700_000_009 };
    expect(plan([same('a.py'), same('b.py', later), compiled('b.py')]).words).toEqual([]);
    // The one that stays is as good as the copy.
    expect(plan([same('a.py'), same('b.py', later), compiled('a.py')]).words).toEqual([]);
    expect(plan([same('a.py'), same('b.py'), compiled('b.py')]).words).toEqual(['hard-link b.py a.py']);
    expect(plan([same('a.py'), same('b.py', later)]).words).toEqual(['hard-link b.py a.py']);
  });

  it('leaves a copy alone that must not be a name of what its keeper becomes a link to', () => {
    const build = (path: string, size: number): Entry =>
      file(path, size, { digest: digest(`${size}`), facts: elf({}, { buildId: 'b', kept: 'k' }) });
    const closed = file('c', 0, { kind: 'directory', mode: 0o555 });
    const entries = [build('a/lib', 90), closed, build('c/lib', 90), build('d/small', 50)];
    const made = plan(entries);
    expect(made.words).toEqual(['hard-link a/lib d/small']);
    expect(made.rules).toMatchObject([{ rule: 'same-build', files: 1, promised: 90 }]);
    const reason = expect.stringContaining('its directory is read-only, and tar has closed it');
    expect(made.leftAlone).toMatchObject(
      ['same-build', 'duplicate-file'].map((rule) => ({ rule, reason, bytes: 90, example: 'c/lib' })),
    );
    expect(plan(entries.filter((entry) => entry !== closed)).words).toEqual([
      'hard-link a/lib d/small',
      'hard-link c/lib d/small',
    ]);
  });

  it('makes no links in a zip', () => {
    const made = planOfZip([same('a'), same('b')]);
    expect(made.words).toEqual([]);
    expect(made.leftAlone[0]?.reason).toContain('zip');
  });

  it('makes no links in a package of npm, of libraries neither', () => {
    const library = (path: string): Entry => file(path, 100, { digest: digest('lib'), facts: elf({ unneeded: 100 }) });
    const entries = [
      file('package/package.json', 2),
      same('package/a'),
      same('package/b'),
      library('package/l.so'),
      library('package/l.so.1'),
    ];
    const made = plan(entries, {}, 'duplicate-file');
    expect(made.words).toEqual([]);
    expect(made.leftAlone).toMatchObject([{ files: 2, bytes: 200, reason: expect.stringContaining('npm') }]);
    // What is told to be removable is what it would be in a zip.
    expect(made.removable).toBe(planOfZip(entries, 'duplicate-file').removable);
    expect(plan(entries, {}, 'copied-shared-library').words).toEqual([]);
    expect(plan([...entries, same('beside')], {}, 'duplicate-file').words).toHaveLength(3);
  });

  it('makes symlinks of the names of a library, hard links of what has several names', () => {
    const library = (path: string): Entry => file(path, 100, { digest: digest('lib'), facts: elf({ unneeded: 100 }) });
    const three = [library('lib/l.so'), library('lib/l.so.1'), library('lib/l.so.1.2')];
    expect(plan(three).words).toEqual(['symlink lib/l.so lib/l.so.1.2', 'symlink lib/l.so.1 lib/l.so.1.2']);
    expect(plan([...three, hardlink('z', 'lib/l.so')]).words).toEqual([
      'hard-link lib/l.so lib/l.so.1.2',
      'hard-link z lib/l.so.1.2',
      'symlink lib/l.so.1 lib/l.so.1.2',
    ]);
  });

  it('removes what is claimed as a whole, with all its names, links to it and directories it leaves empty', () => {
    const archive = file('lib/sub/libz.a', 50, { facts: ar(50) });
    const made = plan([
      directory('lib'),
      directory('lib/sub'),
      directory('lib/sub/x'),
      archive,
      hardlink('lib/sub/x/libz.a', 'lib/sub/libz.a'),
      file('lib/libz.so', 9, { facts: elf({ unneeded: 9 }) }),
      file('lib/one', 0, { kind: 'symlink', link: 'sub/libz.a' }),
      file('lib/two', 0, { kind: 'symlink', link: '../lib/one' }),
      file('lib/other', 0, { kind: 'symlink', link: '/usr/lib/sub/libz.a' }),
      file('lib/escapes', 0, { kind: 'symlink', link: '../../lib/sub/libz.a' }),
    ]);
    expect(made.words).toEqual([
      'remove lib/one',
      'remove lib/sub/libz.a',
      'remove lib/sub/x/libz.a',
      'remove lib/two',
      'remove-directory lib/sub/x',
      'remove-directory lib/sub',
    ]);
    expect(made.promised).toBe(50);
  });

  it('links copies of static libraries under another name, and removes others', () => {
    const library = (path: string): Entry => file(path, 100, { digest: digest('lib'), facts: ar(100) });
    const entries = [
      library('lib/libn.a'),
      library('lib/libnw.a'),
      hardlink('z', 'lib/libnw.a'),
      library('old/libnw.a'),
    ];
    const made = plan(entries, {}, 'duplicate-static-library');
    expect(made.words).toEqual([
      'remove old/libnw.a',
      'remove-directory old',
      'hard-link lib/libnw.a lib/libn.a',
      'hard-link z lib/libn.a',
    ]);
    expect(made.promised).toBe(200);
    expect(made.promised).toBe(made.removable);
    const zip = planOfZip(entries, 'duplicate-static-library');
    expect(zip.words).toEqual(['remove old/libnw.a', 'remove-directory old']);
    expect(zip.leftAlone).toMatchObject([{ rule: 'duplicate-static-library', files: 1, example: 'lib/libnw.a' }]);
  });

  it('strips with the program that knows the processor', () => {
    const binary = (machine: number) => elf({ unneeded: 60, debug: 70 }, { machine });
    const made = plan([
      file('a', 100, { facts: binary(62) }),
      file('b', 100, { facts: binary(183) }),
      file('c', 100, { facts: binary(243) }),
      file('d', 100, { facts: binary(9999) }),
      file('e.o', 100, { facts: { ...binary(62), elfType: 'REL' } }),
      file('f', 100, { facts: { ...binary(62), unsafe: [{ code: 'appended-data', bytes: 1, message: 'a payload' }] } }),
    ]);
    expect(made.actions).toMatchObject([
      { kind: 'strip', path: 'a', mode: '--strip-unneeded', program: 'strip', before: 100, after: 60 },
      { kind: 'strip', path: 'b', program: 'aarch64-linux-gnu-strip' },
      { kind: 'strip', path: 'e.o', mode: '-g', after: 70 },
    ]);
    expect(made.promised).toBe(40 + 40 + 30);
    expect(made.leftAlone).toMatchObject([
      { rule: 'debug-symbols', reason: 'the installed strip does not know their processor', files: 2, bytes: 80 },
      { rule: 'debug-symbols', files: 1, bytes: 0, example: 'f' },
    ]);
  });

  it('strips what fits into memory of a zip, and says of the rest that it does not', () => {
    const large = 1024 ** 3;
    const facts = elf({ unneeded: 60, debug: 70 }, { machine: 62 });
    const entries = [file('a', large, { facts }), file('b', large + 1, { facts })];
    expect(plan(entries).actions).toMatchObject([{ path: 'a' }, { path: 'b', before: large + 1 }]);
    const made = planOfZip(entries);
    expect(made.actions).toMatchObject([{ kind: 'strip', path: 'a', before: large }]);
    expect(made.leftAlone).toMatchObject([
      {
        rule: 'debug-symbols',
        files: 1,
        bytes: large - 59,
        example: 'b',
        reason: expect.stringContaining('larger than 1 GiB'),
      },
    ]);
  });

  it('says of a library that is stripped what no command does', () => {
    const contents = [{ size: 40, crc32: 1, debug: 10 }];
    const library = (path: string): Entry => file(path, 200, { digest: digest(path), facts: ar(150, { contents }) });
    const judged = snapshot([library('a.a'), library('b.a')]);
    const made = planOf(judged, judge(judged, chosen('debug-symbols', 'duplicate-member')));
    expect(made.words).toEqual(['strip a.a', 'strip b.a']);
    expect(made.rules).toMatchObject([{ rule: 'debug-symbols', promised: 100 }]);
    // A header of 60 bytes, and what strip leaves of the object.
    expect(made.leftAlone).toMatchObject([{ rule: 'duplicate-member', files: 1, bytes: 60 + 30, example: 'b.a' }]);
  });

  it('promises for a rule what another one does with a file that must not be removed', () => {
    const library = (path: string): Entry => file(path, 100, { digest: digest(path.slice(-4)), facts: ar(100) });
    const judged = snapshot([
      ...['lib', 'old'].map(directory),
      ...['lib/libm.a', 'lib/libn.a', 'old/libm.a', 'old/libn.a'].map(library),
      file('link', 0, { kind: 'symlink', link: '/old/libn.a' }),
    ]);
    const made = planOf(judged, judge(judged, chosen('duplicate-static-library', 'duplicate-file')));
    expect(made.words).toEqual(['remove old/libm.a', 'hard-link old/libn.a lib/libn.a']);
    expect(made.promised).toBe(200);
    expect(made.rules.map(({ promised }) => promised)).toEqual([200, 200]);
    expect(made.leftAlone).toEqual([]);
  });

  it('leaves everything to strip alone where strip is not installed', () => {
    const made = plan([file('a', 100, { facts: elf({ unneeded: 60 }) })], { strip: null });
    expect(made.words).toEqual([]);
    expect(made.leftAlone).toMatchObject([{ reason: 'GNU strip is not installed', bytes: 40 }]);
  });

  it('counts a byte once where rules overlap', () => {
    const library = (path: string): Entry => file(path, 100, { digest: digest('lib'), facts: ar(30) });
    const made = plan([library('a/libx.a'), library('b/libx.a'), file('libx.so', 5, { facts: elf({}) })]);
    expect(made.words).toEqual(['remove a/libx.a', 'remove b/libx.a', 'remove-directory a', 'remove-directory b']);
    expect(made.promised).toBe(200);
    expect(made.promised).toBe(made.removable);
    expect(made.rules.map(({ promised }) => promised)).toEqual([200, 140, 100, 100]);
  });

  it('strips a copy that could not be linked', () => {
    const binary = (path: string, mode: number): Entry =>
      file(path, 100, { mode, digest: digest('bin'), facts: elf({ unneeded: 60 }) });
    const made = plan([binary('a', 0o755), binary('b', 0o700)]);
    expect(made.words).toEqual(['strip a', 'strip b']);
    expect(made.promised).toBe(80);
  });

  it('looks at the names of a file once, however many it has and however many copies lead to it', () => {
    const names = Array.from({ length: 60_000 }, (_, index) => hardlink(`name${index}`, 'a'));
    const copies = Array.from({ length: 2000 }, (_, index) => same(`copy${index}`));
    const claims = copies.map(({ path }) => ({ path, part: null, bytes: 100, keeps: 'a' }));
    const fix = { commands: [], advice: null };
    const finding: Finding = { rule: 'duplicate-file', severity: 'info', title: '', bytes: 200_000, claims, fix };
    const judged = snapshot([same('a'), ...names, ...copies]);
    const start = cpuTime();
    const { actions, promised } = planFix(judged, [finding], {
      strip,
      tangles: noTangles,
      remedyOf: () => 'hard-link',
    });
    expect([actions.length, promised]).toEqual([2000, 200_000]);
    // A quarter of a second; by the square it is half a minute.
    expect(cpuTime() - start).toBeLessThan(5000);
  });

  const finding = (rule: string, claims: Finding['claims'], title = ''): Finding => ({
    rule,
    severity: 'info',
    title,
    bytes: claims.reduce((sum, { bytes }) => sum + bytes, 0),
    claims,
    fix: { commands: [], advice: null },
  });
  const copy = (path: string, keeps: string) => ({ path, part: null, bytes: 100, keeps });
  const symlink = (path: string, link: string): Entry => file(path, 0, { kind: 'symlink', link });

  it('leaves a symlink to a copy as it is, and takes a name that sorts before its file along', () => {
    expect(plan([same('a'), same('b'), symlink('s', 'b')]).words).toEqual(['hard-link b a']);
    expect(plan([same('b'), same('c'), hardlink('a', 'c')]).words).toEqual(['hard-link c b', 'hard-link a b']);
  });

  it('removes what a rule on copies claims without a copy that stays', () => {
    const claims = [{ path: 'a', part: null, bytes: 100 }, copy('b', 'c')];
    const made = planOf(snapshot(['a', 'b', 'c'].map((path) => same(path))), [finding('duplicate-file', claims)]);
    expect(made.words).toEqual(['remove a', 'hard-link b c']);
  });

  it('touches nothing that is tangled', () => {
    const tangles = (path: string): string | null => (path === 'kept' ? null : 'tangled');
    const entries = ['kept', 'a', 'b'].map((path) => same(path, { facts: elf({ unneeded: 60 }) }));
    const judged = snapshot(entries, { superseded: [{ path: 'a', size: 7 }] });
    const findings = [
      finding('any', [{ path: 'a', part: null, bytes: 100 }]),
      finding('duplicate-file', [copy('kept', 'b')]),
      ...judge(judged, chosen('debug-symbols', 'duplicate-entry')),
    ];
    const made = planOf(judged, findings, { tangles });
    expect(made.words).toEqual(['strip kept']);
    expect(made.leftAlone.map(({ rule, reason, files }) => [rule, reason, files])).toEqual([
      ['any', 'tangled', 1],
      ['duplicate-file', 'tangled', 1],
      ['debug-symbols', 'tangled', 2],
      ['duplicate-entry', 'tangled', 1],
    ]);
  });

  it('leaves alone what an absolute symlink leads to, by any of its names', () => {
    const entries = [file('a', 9), hardlink('b', 'a'), symlink('l', '/b')];
    const made = planOf(snapshot(entries), [finding('any', [{ path: 'a', part: null, bytes: 9 }])]);
    expect([made.words, made.promised]).toEqual([[], 0]);
    expect(made.leftAlone).toMatchObject([{ rule: 'any', reason: expect.stringContaining('absolute path'), bytes: 9 }]);
  });

  it('leaves earlier members of a path out, and counts them for no content', () => {
    const earlier = [7, 5].map((size) => ({ path: 'a', size }));
    const judged = snapshot([file('a', 100, { facts: elf({ unneeded: 60 }) })], { superseded: earlier });
    const made = planOf(judged, judge(judged, chosen('duplicate-entry', 'debug-symbols')));
    expect(made.actions[0]).toEqual({ kind: 'drop-superseded', path: 'a', bytes: 12 });
    expect(made.promised).toBe(40);
    expect(made.rules.find(({ rule }) => rule === 'duplicate-entry')).toMatchObject({ files: 1, promised: 12 });
    // The last member of the path goes; that the earlier ones do is another rule's doing.
    const removal = [finding('any', [{ path: 'a', part: null, bytes: 100 }])];
    expect(planOf(judged, removal).rules.map(({ rule }) => rule)).toEqual(['any']);
  });

  it('leads a symlink to the name beside it, whatever that becomes', () => {
    const entries = ['lib/a', 'lib/b', 'other'].map((path) => same(path));
    const links = [
      finding('copied-shared-library', [copy('lib/a', 'lib/b')]),
      finding('duplicate-file', [copy('lib/b', 'other')]),
    ];
    const made = planOf(snapshot(entries), links);
    expect(made.words).toEqual(['symlink lib/a lib/b', 'hard-link lib/b other']);
    expect(made.promised).toBe(200);
    // A hard link would be one of what is gone.
    const hard = [finding('same-build', [copy('lib/a', 'lib/b')]), finding('duplicate-file', [copy('lib/b', 'other')])];
    expect(planOf(snapshot(entries), hard).words).toEqual(['hard-link lib/a other', 'hard-link lib/b other']);
  });

  it('keeps a copy of what goes, and of what is to be a copy of it', () => {
    const entries = snapshot(['a', 'b', 'c'].map((path) => same(path)));
    for (const rule of ['copied-shared-library', 'duplicate-file']) {
      const goes = [finding('any', [{ path: 'b', part: null, bytes: 100 }]), finding(rule, [copy('a', 'b')])];
      expect(planOf(entries, goes).words).toEqual(['remove b']);
      expect(planOf(entries, goes).promised).toBe(100);
      const circle = [finding('same-build', [copy('a', 'b')]), finding(rule, [copy('b', 'a')])];
      const made = planOf(entries, circle);
      expect(made.words).toHaveLength(1);
      expect(made.promised).toBe(100);
      expect(made.leftAlone.every(({ reason }) => reason !== null)).toBe(true);
    }
  });

  it('counts empty files that go, and no claims without bytes on parts of what goes', () => {
    const judged = snapshot([file('empty', 0), file('full', 9)]);
    const made = planOf(judged, [
      finding(
        'any',
        ['empty', 'full'].map((path) => ({ path, part: null, bytes: path === 'full' ? 9 : 0 })),
      ),
      finding('debug-symbols', [{ path: 'full', part: 'debug', bytes: 0 }], 'is damaged'),
    ]);
    expect(made.rules).toEqual([{ rule: 'any', files: 2, promised: 9, achieved: null }]);
    expect(made.leftAlone).toMatchObject([{ rule: 'debug-symbols', reason: 'is damaged', files: 1, bytes: 0 }]);
  });

  it.each([
    [[5, 9, 7], 'b'],
    [[9, 5, 9], 'a'],
  ])('names the first of the largest that it leaves alone: %j', (sizes, example) => {
    const claims = sizes.map((bytes, index) => ({ path: 'abc'.charAt(index), part: 'members', bytes }));
    const made = planOf(snapshot(['a', 'b', 'c'].map((path) => file(path, 9))), [finding('duplicate-member', claims)]);
    expect(made.leftAlone).toMatchObject([{ files: 3, example }]);
  });

  it('has nothing to do where there is nothing', () => {
    expect(plan([])).toMatchObject({ actions: [], rules: [], promised: 0, leftAlone: [] });
  });
});
