// How paths pair up and what counts as a change, case by case.
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { DiffOptions } from '../../src/compare/diff.ts';
import type { Change, Diff } from '../../src/model/diff.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import { globMatcher } from '../../src/policy/glob.ts';
import { digest, directory, elf, file, hardlink, snapshot } from '../build/snapshot.ts';

interface More extends Partial<DiffOptions> {
  readonly findings?: readonly [readonly Finding[], readonly Finding[]];
}

function diff(before: readonly Entry[], after: readonly Entry[], more: More = {}): Diff {
  const { findings = [[], []], ...options } = more;
  return diffSnapshots(
    { snapshot: snapshot(before), findings: findings[0] },
    { snapshot: snapshot(after), findings: findings[1] },
    { stripComponents: 'auto', maps: [], sections: false, ...options },
  );
}

/** One line a change: what a person would want to read. */
function lines({ changes }: Diff): string[] {
  return changes.map(({ kind, from, path, delta, aspects }) =>
    [kind, from === null ? path : `${from} -> ${path}`, delta, ...aspects].join(' '),
  );
}

function text(path: string, content: string, more: Partial<Entry> = {}): Entry {
  return file(path, content.length, { digest: digest(content), ...more });
}

function symlink(path: string, link: string): Entry {
  return file(path, 0, { kind: 'symlink', disk: 0, link });
}

describe('what counts as a change', () => {
  it('added, removed, changed', () => {
    expect(
      lines(
        diff(
          [text('same', 'x'), text('gone', 'abc'), text('other', 'aa')],
          [text('same', 'x'), text('new', 'abcd'), text('other', 'bbb')],
        ),
      ),
    ).toEqual(['removed gone -3', 'added new 4', 'changed other 1 content']);
  });

  it('content of equal size by digest; what is not known is not claimed, but said', () => {
    expect(lines(diff([text('a', 'xx')], [text('a', 'yy')]))).toEqual(['changed a 0 content']);
    const unknown = diff([file('a', 2)], [text('a', 'yy')]);
    expect(unknown.changes).toEqual([]);
    expect(unknown.notices.map(({ code }) => code)).toEqual(['content-unknown']);
    expect(lines(diff([file('a', 2)], [text('a', 'yyy')]))).toEqual(['changed a 1 content']);
    const lost = diff([text('a', 'yy')], [file('a', 2)]);
    expect([lost.changes, lost.notices.length]).toEqual([[], 1]);
  });

  it('mode and owner, but no time and nothing that one side lacks', () => {
    expect(lines(diff([text('a', 'x')], [text('a', 'x', { mtime: 5 })]))).toEqual([]);
    expect(lines(diff([text('a', 'x')], [text('a', 'x', { mode: 0o755, uid: 7 })]))).toEqual([
      'changed a 0 mode owner',
    ]);
    expect(lines(diff([text('a', 'x')], [text('a', 'x', { gid: 7 })]))).toEqual(['changed a 0 owner']);
    expect(lines(diff([text('a', 'x')], [text('a', 'x', { mode: null, uid: null, gid: null })]))).toEqual([]);
    expect(lines(diff([text('a', 'x', { mode: null, uid: null, gid: null })], [text('a', 'x')]))).toEqual([]);
    expect(lines(diff([directory('d')], [{ ...directory('d'), mode: 0o700 }]))).toEqual(['changed d 0 mode']);
  });

  it('symlinks by target; their modes mean nothing', () => {
    expect(lines(diff([symlink('l', 'a')], [symlink('l', 'b')]))).toEqual(['changed l 0 link']);
    expect(lines(diff([symlink('l', 'a')], [{ ...symlink('l', 'a'), mode: 0o777 }]))).toEqual([]);
    expect(lines(diff([{ ...symlink('l', 'a'), mode: 0o777 }], [directory('l')]))).toEqual(['changed l 0 kind']);
  });

  it('a file that becomes a directory, and a directory that becomes a link', () => {
    const became = diff(
      [text('x', 'abc'), directory('y'), text('y/f', 'z')],
      [directory('x'), text('x/g', 'q'), symlink('y', 'x')],
    );
    expect(lines(became)).toEqual(['changed x -3 kind mode', 'added x/g 1', 'changed y 0 kind', 'removed y/f -1']);
    expect(
      became.directories.map(({ path, before, after }) => [path, before?.content ?? null, after?.content ?? null]),
    ).toEqual([
      ['.', 3, 0],
      ['x', null, 1],
      ['y', 1, null],
    ]);
  });

  it('sections of changed ELF files, where asked for', () => {
    const parts = (sizes: Record<string, number>) => ({
      facts: elf({}, { sections: Object.entries(sizes).map(([name, bytes]) => ({ name, group: 'code', bytes })) }),
    });
    const before = [text('lib.so', 'x'.repeat(30), parts({ '.text': 10, '.data': 15, '.gone': 5 }))];
    const after = [text('lib.so', 'y'.repeat(50), parts({ '.text': 32, '.data': 15, '.new': 3 }))];
    const [change] = diff(before, after, { sections: true }).changes;
    expect(change?.sections).toEqual([
      { name: '.text', before: 10, after: 32, delta: 22 },
      { name: '.gone', before: 5, after: null, delta: -5 },
      { name: '.new', before: null, after: 3, delta: 3 },
    ]);
    expect(change?.sections?.reduce((sum, { delta }) => sum + delta, 0)).toBe(change?.delta);
    expect(diff(before, after).changes[0]?.sections).toBeNull();
    for (const more of [{}, { facts: elf({}) }]) {
      const other = [text('lib.so', 'x', more)];
      expect(diff(other, after, { sections: true }).changes[0]?.sections).toBeNull();
      expect(diff(before, other, { sections: true }).changes[0]?.sections).toBeNull();
    }
  });
});

describe('moves', () => {
  it('from the nearest of several copies: its end first, then its beginning, then its depth', () => {
    const from = (olds: readonly string[], now: string) =>
      diff(
        olds.map((path) => text(path, 'content')),
        [text(now, 'content')],
      ).changes.find(({ kind }) => kind === 'moved')?.from;
    expect(from(['a/other', 'b/lib/name'], 'c/lib/name')).toBe('b/lib/name');
    expect(from(['a/lib/name', 'b/name', 'c/x/lib/name'], 'c/lib/name')).toBe('c/x/lib/name');
    expect(from(['d/e/f/x', 'd/y', 'e/z'], 'd/new')).toBe('d/y');
  });

  it('pair with one that is less near where the nearest has another partner', () => {
    const content = (paths: readonly string[]) => paths.map((path) => text(path, 'content'));
    expect(lines(diff(content(['p/q/f', 'r/q/f']), content(['s/q/f', 't/f'])))).toEqual([
      'moved p/q/f -> s/q/f 0',
      'moved r/q/f -> t/f 0',
    ]);
    expect(lines(diff(content(['s/q/f', 't/f']), content(['p/q/f', 'r/q/f'])))).toHaveLength(2);
  });

  it('are one change of no bytes', () => {
    expect(lines(diff([text('a/x', 'content'), text('y', 'y')], [text('b/x', 'content'), text('y', 'y')]))).toEqual([
      'moved a/x -> b/x 0',
    ]);
  });

  it('never to the path that it was at, though other directories are left out above it', () => {
    const same = ['a', 'b', 'c'];
    const [olds, news] = [same.map((name) => text(`w/${name}`, name)), same.map((name) => text(name, name))];
    expect(lines(diff([...olds, text('w/f', 'here')], [...news, text('w/f', 'here')]))).toEqual([]);
    expect(lines(diff([...olds, text('w/f', 'here')], [...news, text('w/f', 'here', { mode: 0o755 })]))).toEqual([
      'changed w/f 0 mode',
    ]);
  });

  it('with another mode are still moves', () => {
    expect(lines(diff([text('a', 'content')], [text('b', 'content', { mode: 0o755 })]))).toEqual([
      'moved a -> b 0 mode',
    ]);
  });

  it('never of empty files, nor of files whose content is unknown', () => {
    expect(lines(diff([text('a', '')], [text('b', '')]))).toEqual(['removed a 0', 'added b 0']);
    expect(lines(diff([file('a', 3)], [file('b', 3)]))).toEqual(['removed a -3', 'added b 3']);
  });

  it('a copy is an addition, and of two copies that go one has moved', () => {
    expect(lines(diff([text('a', 'cc')], [text('a', 'cc'), text('b', 'cc')]))).toEqual(['added b 2']);
    expect(lines(diff([text('a', 'cc'), text('b', 'cc')], [text('c', 'cc')]))).toEqual([
      'removed b -2',
      'moved a -> c 0',
    ]);
  });

  it('the same base name first, then the nearest path', () => {
    const old = [text('lib/one/x.py', 'cc'), text('share/y.py', 'cc')];
    expect(lines(diff(old, [text('lib/one/y.py', 'cc'), text('far/away/x.py', 'cc')]))).toEqual([
      'moved lib/one/x.py -> far/away/x.py 0',
      'moved share/y.py -> lib/one/y.py 0',
    ]);
    expect(lines(diff([text('lib/a/x', 'cc')], [text('lib/b/x', 'cc'), text('other/x', 'cc')]))).toEqual([
      'moved lib/a/x -> lib/b/x 0',
      'added other/x 2',
    ]);
    expect(lines(diff([text('lib/a', 'cc')], [text('bin/b', 'cc'), text('lib/c', 'cc')]))).toEqual([
      'added bin/b 2',
      'moved lib/a -> lib/c 0',
    ]);
  });

  it('in directories that are called otherwise on either side, as in those of one name', () => {
    const maps = [globMatcher('python3.*')];
    const tree = (wrapper: string, python: string, ...paths: string[]) =>
      [`${python}/os.py`, ...paths].map((path) => text(`${wrapper}${path}`, path.endsWith('os.py') ? 'os' : 'cc'));
    const moved = (before: readonly Entry[], after: readonly Entry[]) =>
      lines(diff(before, after, { maps })).filter((line) => line.startsWith('moved'));
    const olds = ['bin/tool', 'python3.9/a/tool'];
    const alike = moved(tree('', 'python3.9', ...olds), tree('', 'python3.9', 'python3.9/b/tool'));
    expect(alike).toEqual(['moved python3.9/a/tool -> python3.9/b/tool 0']);
    expect(moved(tree('', 'python3.9', ...olds), tree('', 'python3.10', 'python3.10/b/tool'))).toEqual([
      'moved python3.9/a/tool -> python3.10/b/tool 0',
    ]);
    expect(moved(tree('', 'lib', 'a/tool', 'lib/b/tool'), tree('app/', 'lib', 'x/tool'))).toEqual([
      'moved a/tool -> app/x/tool 0',
    ]);
    expect(moved(tree('', 'lib', 'xxlib/tool', 'a/tool'), tree('app/', 'lib', 'lib/z/tool'))).toEqual([
      'moved a/tool -> app/lib/z/tool 0',
    ]);
    expect(
      moved(
        tree('', 'lib', 'lib/s/keep', 'lib/s/tool', 'lib/x/tool'),
        tree('app/', 'lib', 'lib/s/keep', 'lib/lib/q/tool'),
      ),
    ).toEqual(['moved lib/s/tool -> app/lib/lib/q/tool 0']);
    expect(moved(tree('x-1/', 'lib', 'bin/tool', 'lib/a/tool'), tree('x-2/', 'lib', 'lib/b/tool'))).toEqual([
      'moved x-1/lib/a/tool -> x-2/lib/b/tool 0',
    ]);
    expect(moved(tree('', 'lib', 'bin/tool', 'lib/a/tool'), tree('x-2/', 'lib', 'lib/b/tool'))).toEqual([
      'moved lib/a/tool -> x-2/lib/b/tool 0',
    ]);
  });

  it('directories that are renamed with all their like files keep them apart', () => {
    const tree = (name: string) => ['a', 'b', 'c'].map((part) => text(`${name}/${part}/__init__.py`, 'same'));
    expect(lines(diff(tree('old'), tree('new'), { stripComponents: 0 }))).toEqual([
      'moved old/a/__init__.py -> new/a/__init__.py 0',
      'moved old/b/__init__.py -> new/b/__init__.py 0',
      'moved old/c/__init__.py -> new/c/__init__.py 0',
    ]);
  });
});

describe('hard links', () => {
  const two = [text('a', 'content'), hardlink('b', 'a')];

  it('a further name costs nothing, and losing one saves nothing', () => {
    expect(lines(diff([text('b', 'content')], two))).toEqual(['added a 0']);
    expect(lines(diff(two, [text('b', 'content')]))).toEqual(['removed a 0']);
    expect(lines(diff(two, [text('a', 'content')]))).toEqual(['removed b 0']);
    expect(lines(diff(two, two))).toEqual([]);
  });

  it('a link that becomes a copy costs its content, and back', () => {
    expect(lines(diff(two, [text('a', 'content'), text('b', 'content')]))).toEqual(['changed b 7 link']);
    expect(lines(diff([text('a', 'content'), text('b', 'content')], two))).toEqual(['changed b -7 link']);
  });

  it('content stays with the name that keeps it', () => {
    expect(lines(diff(two, [text('a', 'other one'), text('b', 'content')]))).toEqual(['changed a 9 content link']);
  });

  it('content stays with the name that keeps it, where sizes or digests are all that tells', () => {
    const linked = (entry: Entry) => [entry, hardlink('b', 'a')];
    expect(lines(diff([text('a', 'xx'), text('b', 'yy')], linked(text('a', 'yy'))))).toEqual([
      'changed a -2 content link',
    ]);
    expect(lines(diff([file('a', 5), file('b', 7)], linked(file('a', 7))))).toEqual(['changed a -5 content link']);
  });

  it('what differs of a file with several names is told once', () => {
    const named = (content: string, mode: number) => [text('a', content, { mode }), { ...hardlink('b', 'a'), mode }];
    expect(lines(diff(named('old', 0o644), named('newer', 0o755)))).toEqual(['changed a 2 content mode']);
    expect(lines(diff(named('old', 0o644), [text('a', 'newer'), text('b', 'old')]))).toEqual([
      'changed a 5 content link',
    ]);
  });

  it('content that is not known is one of a file, not of each of its names, and never of an empty one', () => {
    const named = (known: string | null) => [
      file('a', 5, { digest: known }),
      ...['b', 'c'].map((name) => hardlink(name, 'a')),
      file('empty', 0),
    ];
    const [notice, ...more] = diff(named(null), named('sha256:5')).notices;
    expect(notice?.message).toMatch(/^1 file has the same size on both sides and no digest/);
    expect(more).toEqual([]);
    expect(diff(named('sha256:5'), named('sha256:5')).notices).toEqual([]);
  });

  it('the name that carries the content is the file, the others are its links', () => {
    const kinds = (before: readonly Entry[], after: readonly Entry[]): string[] =>
      diff(before, after).changes.map(({ kind, path, entryKind, before: was, after: is }) =>
        [kind, path, entryKind, was, is].join(' '),
      );
    const three = [text('a', 'content'), hardlink('b', 'a'), hardlink('c', 'a')];
    expect(kinds([text('b', 'content')], three)).toEqual(['added a hardlink  0', 'added c hardlink  0']);
    expect(kinds(three, [])).toEqual(['removed a file 7 ', 'removed b hardlink 0 ', 'removed c hardlink 0 ']);
    expect(kinds([text('z', '')], [text('y', 'xy')])).toEqual(['added y file  2', 'removed z file 0 ']);
  });

  it('names that share with another one now', () => {
    const pairs = (x: string, y: string) => [text('a', 'cc'), text('z', 'cc'), hardlink('m', x), hardlink('n', y)];
    expect(lines(diff(pairs('a', 'z'), pairs('z', 'a')))).toHaveLength(2);
  });

  it('a link that leads nowhere is no file of its path', () => {
    expect(lines(diff([hardlink('a', 'nowhere')], [text('a', 'xy')]))).toEqual(['changed a 2 link']);
    expect(lines(diff([text('a', 'xy')], [hardlink('a', 'nowhere')]))).toEqual(['changed a -2 link']);
    expect(lines(diff([hardlink('a', 'nowhere')], [hardlink('a', 'nowhere')]))).toEqual([]);
    expect(lines(diff([hardlink('a', 'nowhere')], [hardlink('a', 'elsewhere')]))).toEqual(['changed a 0 link']);
  });
});

describe('wrapper directories', () => {
  const tree = (top: string) => [text(`${top}bin/x`, 'x'), text(`${top}lib/y`, 'y')];
  const stripped = ({ before, after }: Diff) => [before.stripped, after.stripped];

  it.each([
    ['python-3.9.18/', 'python-3.10.2/', 1, 1],
    ['', 'app/', 0, 1],
    ['usr/local/', '', 2, 0],
    ['same/', 'same/', 0, 0],
    ['a/b/', 'c/b/', 1, 1],
    ['a/', 'b/a/', 0, 1],
    ['', '', 0, 0],
  ])('%o against %o', (old, now, i, j) => {
    const result = diff(tree(old), tree(now));
    expect(result.changes).toEqual([]);
    expect(stripped(result)).toEqual([i, j]);
  });

  it('are looked through up to eight of them', () => {
    const deep = (levels: number) => 'abcdefghijkl'.slice(0, levels).replaceAll(/./g, '$&/');
    expect(stripped(diff(tree(deep(8)), tree('')))).toEqual([8, 0]);
    expect(stripped(diff(tree(''), tree(deep(9))))).toEqual([0, 0]);
  });

  it('stay where both have the same, though all went down to another one', () => {
    const moved = diff([text('w/x', 'x')], [text('w/w/x', 'x'), text('w/y', 'y')]);
    expect(stripped(moved)).toEqual([0, 0]);
    expect(lines(moved)).toEqual(['moved w/x -> w/w/x 0', 'added w/y 1']);
  });

  it('are found beside a pattern that takes all names for equal', () => {
    const maps = [globMatcher('*')];
    expect(stripped(diff(tree(''), tree('app/'), { maps }))).toEqual([0, 1]);
    expect(stripped(diff(tree('app/'), tree(''), { maps }))).toEqual([1, 0]);
  });

  it('stay where leaving them out makes nothing better', () => {
    expect(stripped(diff([text('lib/a', 'a')], [text('lib/b', 'b'), text('lib/a', 'a')]))).toEqual([0, 0]);
    expect(stripped(diff([text('old/a', 'a')], [text('new/b', 'b')]))).toEqual([0, 0]);
    expect(stripped(diff([text('lib/lib/a', 'a')], [text('lib/a', 'a'), text('README', 'r')]))).toEqual([1, 0]);
  });

  it('are gone or new themselves, so that sums stay right', () => {
    const result = diff(
      [directory('bin'), text('bin/x', 'x')],
      [directory('app'), directory('app/bin'), text('app/bin/x', 'x')],
    );
    expect(result.directories).toEqual([
      { path: '.', from: null, before: null, after: { content: 0, disk: 4096 }, delta: { content: 0, disk: 4096 } },
    ]);
    expect(result.changes).toEqual([]);
  });

  it('no more of them than that needs, and each is compared with its like', () => {
    const close = diff([text('w/f', 'f'), text('w/d/f', 'df')], [text('d/f', 'df')]);
    expect(stripped(close)).toEqual([1, 0]);
    expect(lines(close)).toEqual(['removed w/f -1']);
    const inside = (top: string) => [directory(top), directory(`${top}/${top}`), text(`${top}/${top}/f`, 'f')];
    const wrapped = diff(inside('old-1'), inside('new-2'));
    expect(stripped(wrapped)).toEqual([2, 2]);
    expect([wrapped.changes, wrapped.directories]).toEqual([[], []]);
  });

  it('as many as the user says, on both sides', () => {
    const result = diff([text('a/x', 'x'), text('b/y', 'y'), text('top', 't')], [text('c/x', 'x'), text('d/y', 'yy')], {
      stripComponents: 1,
    });
    expect(stripped(result)).toEqual([1, 1]);
    expect(lines(result)).toEqual(['changed b/y -> d/y 1 content', 'removed top -1']);
    expect(lines(diff(tree('a/'), tree('b/'), { stripComponents: 0 })).every((line) => line.startsWith('moved'))).toBe(
      true,
    );
    expect(lines(diff(tree(''), tree(''), { stripComponents: 99 }))).toEqual([]);
  });
});

describe('--strip-components of several directories', () => {
  const strip = { stripComponents: 1 };

  it('tells of a directory above that is a file now', () => {
    const olds = [directory('w'), directory('w/x'), text('w/x/f', 'f')];
    expect(lines(diff(olds, [text('w', 'abc'), text('y/x/f', 'f')], { stripComponents: 2 }))).toEqual([
      'changed w 3 kind mode',
    ]);
  });

  it('pairs names that come more than once by their path first, then in order', () => {
    const olds = [text('a/x', 'old'), text('b/x', 'same')];
    expect(lines(diff(olds, [text('b/x', 'same')], strip))).toEqual(['removed a/x -3']);
    expect(lines(diff(olds, [text('b/x', 'same'), text('c/x', 'newer')], strip))).toEqual([
      'changed a/x -> c/x 2 content',
    ]);
    expect(lines(diff([text('b/x', 'same')], [text('0/x', 'more'), text('b/x', 'same')], strip))).toEqual([
      'added 0/x 4',
    ]);
  });

  it('takes names of all of them together, in their order', () => {
    const [z, x] = [text('a/z', 'z'), text('b/x', 'x')];
    expect(lines(diff([z, x], [text('c/x', 'xx'), text('c/z', 'zz')], strip))).toEqual([
      'changed b/x -> c/x 1 content',
      'changed a/z -> c/z 1 content',
    ]);
  });
});

describe('--map', () => {
  const maps = ['python3.*', 'libpython3.*'].map(globMatcher);
  const of = (result: Diff): string[] => lines(result);

  it('pairs no file with a directory', () => {
    const before = [text('python3.10', 'a file')];
    const after = [directory('python3.11'), text('python3.11/os.py', 'os')];
    expect(of(diff(before, after, { maps }))).toEqual([
      'removed python3.10 -6',
      'added python3.11 0',
      'added python3.11/os.py 2',
    ]);
  });

  it('pairs directories and files whose names match', () => {
    const result = diff(
      [text('lib/python3.10/os.py', 'old'), text('lib/python3.10/gone.py', 'g'), text('lib/libpython3.10.so', 'xx')],
      [text('lib/python3.11/os.py', 'newer'), text('lib/python3.11/come.py', 'c'), text('lib/libpython3.11.so', 'xxx')],
      { maps },
    );
    expect(of(result)).toEqual([
      'changed lib/libpython3.10.so -> lib/libpython3.11.so 1 content',
      'removed lib/python3.10/gone.py -1',
      'added lib/python3.11/come.py 1',
      'changed lib/python3.10/os.py -> lib/python3.11/os.py 2 content',
    ]);
    expect(result.directories).toEqual([
      expect.objectContaining({ path: 'lib', from: null }),
      expect.objectContaining({ path: 'lib/python3.11', from: 'lib/python3.10' }),
    ]);
  });

  it('takes targets of symlinks for equal, too', () => {
    const before = [symlink('libpython3.so', 'libpython3.10.so')];
    expect(of(diff(before, [symlink('libpython3.so', 'libpython3.11.so')], { maps }))).toEqual([]);
    for (const target of ['other.so', 'libpython3.10.so/below'])
      expect(of(diff(before, [symlink('libpython3.so', target)], { maps }))).toEqual(['changed libpython3.so 0 link']);
  });

  it('folds nothing where both versions are on one side: equal names pair first, then in order', () => {
    const both = [text('python3.10/a', 'a'), text('python3.11/a', 'aa')];
    expect(of(diff(both, both, { maps }))).toEqual([]);
    expect(of(diff(both, [text('python3.11/a', 'aa')], { maps }))).toEqual(['removed python3.10/a -1']);
    expect(of(diff([text('python3.9/a', 'a')], both, { maps }))).toEqual(['added python3.11/a 2']);
    expect(of(diff([text('python3.8/a', 'b'), text('python3.9/a', 'c')], both, { maps }))).toEqual([
      'changed python3.8/a -> python3.10/a 0 content',
      'changed python3.9/a -> python3.11/a 1 content',
    ]);
  });

  it('pairs names that differ in digits alone before others', () => {
    expect(
      of(diff([text('python3.9', 'p'), text('python3.9-config', 'c')], [text('python3.10-config', 'cc')], { maps })),
    ).toEqual(['changed python3.9-config -> python3.10-config 1 content', 'removed python3.9 -1']);
  });

  it('pairs in order only what no number, word or equal name tells apart', () => {
    const wild = { maps: [globMatcher('*.cpython-*')] };
    const module = (name: string, tag: number) => text(`${name}.cpython-${tag}.pyc`, `${name}${tag}`);
    expect(of(diff([module('a', 39), module('gone', 39)], [module('a', 310), module('come', 310)], wild))).toEqual([
      'changed a.cpython-39.pyc -> a.cpython-310.pyc 1 content',
      'added come.cpython-310.pyc 7',
      'removed gone.cpython-39.pyc -6',
    ]);
    expect(of(diff([module('a', 39), module('gone', 39)], [module('a', 39), module('come', 39)], wild))).toEqual([
      'added come.cpython-39.pyc 6',
      'removed gone.cpython-39.pyc -6',
    ]);
    const hashed = { maps: [globMatcher('{app,vendor}.*.js')] };
    expect(
      of(
        diff(
          [text('app.3f.js', 'a'), text('vendor.ab.js', 'b')],
          [text('app.9d.js', 'c'), text('vendor.cd.js', 'd')],
          hashed,
        ),
      ),
    ).toEqual(['changed app.3f.js -> app.9d.js 0 content', 'changed vendor.ab.js -> vendor.cd.js 0 content']);
    expect(
      of(diff([text('a', 'x'), text('b', 'y')], [text('c', 'p'), text('d', 'q')], { maps: [globMatcher('?')] })),
    ).toEqual(['changed a -> c 0 content', 'changed b -> d 0 content']);
  });

  it('never pairs a file with a directory', () => {
    expect(of(diff([text('python3.9', 'p')], [text('python3.10/x', 'q')], { maps }))).toEqual([
      'added python3.10/x 1',
      'removed python3.9 -1',
    ]);
  });

  it('keeps every byte where wrappers are left out as well', () => {
    const result = diff([text('p-3.9/lib/python3.9/os.py', 'os')], [text('p-3.10/lib/python3.10/os.py', 'oss')], {
      maps,
    });
    expect(of(result)).toEqual(['changed p-3.9/lib/python3.9/os.py -> p-3.10/lib/python3.10/os.py 1 content']);
    expect([result.before.stripped, result.after.stripped]).toEqual([1, 1]);
  });
});

describe('findings', () => {
  const finding = (rule: string, ...claims: (readonly [path: string, bytes: number, part?: string])[]): Finding => ({
    rule,
    severity: 'warn',
    title: rule,
    bytes: claims.reduce((sum, [, bytes]) => sum + bytes, 0),
    claims: claims.map(([path, bytes, part = null]) => ({ path, bytes, part })),
    fix: { commands: [], advice: null },
  });
  const claims = (findings: readonly Finding[]) =>
    findings.map(({ rule, bytes, claims: own }) => [rule, bytes, own.map(({ path }) => path).join(' ')]);
  const entries = ['a', 'b', 'c'].map((path) => text(path, path));

  it('are new and fixed claim by claim, whatever their bytes', () => {
    const before = [
      finding('debug-symbols', ['a', 10, 'debug'], ['b', 5, 'debug']),
      finding('static-library', ['b', 9]),
    ];
    const after = [
      finding('debug-symbols', ['a', 99, 'debug'], ['c', 7, 'debug']),
      finding('duplicate-file', ['c', 1]),
    ];
    const { findings } = diff(entries, entries, { findings: [before, after] });
    expect(claims(findings.fixed)).toEqual([
      ['static-library', 9, 'b'],
      ['debug-symbols', 5, 'b'],
    ]);
    expect(claims(findings.new)).toEqual([
      ['debug-symbols', 7, 'c'],
      ['duplicate-file', 1, 'c'],
    ]);
    // Titles are of all claims, so they say of how many the finding is.
    expect(findings.fixed.map(({ title }) => title)).toEqual(['static-library', 'debug-symbols (1 of 2 fixed)']);
    expect(findings.new.map(({ title }) => title)).toEqual(['debug-symbols (1 of 2 new)', 'duplicate-file']);
    expect(findings.rules).toEqual([
      { rule: 'debug-symbols', before: 15, after: 106 },
      { rule: 'duplicate-file', before: 0, after: 1 },
      { rule: 'static-library', before: 9, after: 0 },
    ]);
  });

  it('of a file that moved, was mapped, or has another first name are the same', () => {
    const one = (path: string): [Finding[], Finding[]] => [[finding('r', ['a', 1])], [finding('r', [path, 1])]];
    const none = {
      new: [],
      fixed: [],
      rules: [{ rule: 'r', before: 1, after: 1 }],
      removable: { before: 1, after: 1 },
    };
    expect(diff([text('a', 'cc')], [text('z', 'cc')], { findings: one('z') }).findings).toEqual(none);
    expect(
      diff([text('a', 'c')], [text('b', 'dd')], { maps: [globMatcher('?')], findings: one('b') }).findings,
    ).toEqual(none);
    const linked = [text('a', 'cc'), hardlink('b', 'a')];
    expect(diff(linked, [text('b', 'cc')], { findings: one('b') }).findings).toEqual(none);
  });

  it('are no news where they are leftovers that nobody asked for', () => {
    const left: Finding = { ...finding('test-suite', ['a', 1]), leftover: true };
    const asked = finding('test-suite', ['a', 1]);
    const none = { new: [], fixed: [], rules: [], removable: { before: 0, after: 0 } };
    expect(diff(entries, entries, { findings: [[], [left]] }).findings).toEqual(none);
    expect(diff(entries, entries, { findings: [[left], []] }).findings).toEqual(none);
    expect(diff(entries, entries, { findings: [[], [asked]] }).findings.new).toEqual([asked]);
    // What is on the archive itself claims nothing, and is the same on both sides by its rule.
    const whole: Finding = { ...asked, rule: 'recompress', bytes: 0, claims: [] };
    const retitled = { ...whole, title: 'another figure' };
    expect(diff(entries, entries, { findings: [[], [whole]] }).findings).toMatchObject({ new: [whole], fixed: [] });
    expect(diff(entries, entries, { findings: [[whole], []] }).findings).toMatchObject({ new: [], fixed: [whole] });
    expect(diff(entries, entries, { findings: [[whole], [retitled]] }).findings).toMatchObject({ new: [], fixed: [] });
  });

  it('of content that layers hide go with the file that hides it, if it is there', () => {
    const hidden = (path: string): Finding[] => [finding('r', [path, 1, 'hidden'])];
    const of = (before: readonly Entry[], after: readonly Entry[], path: string) => {
      const { findings } = diff(before, after, { findings: [hidden('a'), hidden(path)] });
      return [claims(findings.new), claims(findings.fixed)];
    };
    expect(of([text('a', 'cc')], [text('z', 'cc')], 'z')).toEqual([[], []]);
    expect(of([text('a', 'cc')], [], 'a')).toEqual([[], []]);
    expect(of([], [text('a', 'cc')], 'a')).toEqual([[], []]);
    expect(of([], [], 'z')).toEqual([[['r', 1, 'z']], [['r', 1, 'a']]]);
    // Nor do they go with the one that comes next.
    expect(of([text('c', 'cc')], [text('aa', 'xyz'), text('c', 'cc')], 'a')).toEqual([[], []]);
  });

  it('of a path that is another file now are new and fixed', () => {
    const [old, now] = [text('a/x', 'one'), text('a/x', 'other')];
    const [y, z] = [text('a/y', 'y'), text('a/z', 'z')];
    const { findings } = diff([y, z, old], [text('y', 'y'), text('z', 'z'), now], {
      findings: [[finding('r', ['a/x', 3])], [finding('r', ['a/x', 5])]],
    });
    expect([claims(findings.new), claims(findings.fixed)]).toEqual([[['r', 5, 'a/x']], [['r', 3, 'a/x']]]);
  });

  it('of a file that is gone are fixed, though another one is called as it may be called inside', () => {
    for (const prefix of ['old:', 'gone:', 'gone/']) {
      const both = text(`${prefix}a`, 'both');
      const { findings } = diff([both, text('a', 'xyz')], [both], {
        findings: [[finding('r', ['a', 1])], [finding('r', [`${prefix}a`, 1])]],
      });
      expect([claims(findings.new), claims(findings.fixed)]).toEqual([[['r', 1, `${prefix}a`]], [['r', 1, 'a']]]);
    }
  });

  it('of one path several times pair by bytes first', () => {
    const before = [finding('duplicate-entry', ['a', 5, 'superseded'])];
    const after = [finding('duplicate-entry', ['a', 10, 'superseded'], ['a', 5, 'superseded'])];
    const { findings } = diff(entries, entries, { findings: [before, after] });
    expect(claims(findings.new)).toEqual([['duplicate-entry', 10, 'a']]);
    expect(findings.fixed).toEqual([]);
  });

  it.each([
    [[5], [5, 9], 9, 0],
    [[5], [9, 5], 9, 0],
    [[5, 6, 7], [7], 0, 11],
    [[5, 7], [5, 9], 0, 0],
    [[5, 6, 7], [5, 6, 8, 9], 9, 0],
    [[5, 5, 5], [5, 5, 5], 0, 0],
    [[5, 5, 5, 7], [7, 7, 5, 5], 0, 0],
  ])('of one path: %j, then %j', (olds, news, come, gone) => {
    const of = (sizes: readonly number[]): Finding[] => [
      finding('duplicate-entry', ...sizes.map((bytes) => ['a', bytes, 'superseded'] as const)),
    ];
    const { findings } = diff(entries, entries, { findings: [of(olds), of(news)] });
    const bytes = (side: readonly Finding[]): number => side.reduce((sum, one) => sum + one.bytes, 0);
    expect([bytes(findings.new), bytes(findings.fixed)]).toEqual([come, gone]);
  });
});

describe('trees', () => {
  const options: DiffOptions = { stripComponents: 0, maps: [], sections: false };
  const bare = (entries: readonly Entry[]) => ({ snapshot: { ...snapshot(entries), entries }, findings: [] });

  it('are the same whether directories are named or implied, in whatever order that brings them', () => {
    const files = [text('a-b', '1'), text('a/x', '2'), text('a/y', '3')];
    expect(lines(diff([directory('a'), ...files], files))).toEqual([]);
    expect(lines(diff(files, [directory('a'), ...files]))).toEqual([]);
  });

  it('need no entry of the root, and take one that is no directory', () => {
    const files = [text('a', 'xy'), text('b', 'z')];
    const root = { ...symlink('.', 'a'), size: 0 };
    expect(lines(diffSnapshots(bare(files), bare(files.slice(1)), options))).toEqual(['removed a -2']);
    expect(lines(diffSnapshots(bare([root, ...files]), bare([directory('.'), ...files]), options))).toEqual([
      'changed . 0 kind',
    ]);
  });
});

describe('artifacts that are one file', () => {
  it('pair whatever they are called', () => {
    const judged = (path: string, content: string, format: 'elf' | 'ar' | 'tar') => {
      const one = snapshot([text(path, content)]);
      return { snapshot: { ...one, artifact: { ...one.artifact, format } }, findings: [] };
    };
    const options: DiffOptions = { stripComponents: 'auto', maps: [], sections: false };
    const of = (format: 'elf' | 'ar' | 'tar') =>
      lines(diffSnapshots(judged('lib.so.1', 'old', format), judged('lib.so.2', 'newer', format), options));
    expect(of('elf')).toEqual(['changed lib.so.1 -> lib.so.2 2 content']);
    expect(of('ar')).toEqual(['changed lib.so.1 -> lib.so.2 2 content']);
    expect(of('tar')).toEqual(['removed lib.so.1 -3', 'added lib.so.2 5']);
  });

  it('pair no file that has a partner', () => {
    const judged = (...names: string[]) => {
      const one = snapshot(names.map((name) => text(name, name)));
      return { snapshot: { ...one, artifact: { ...one.artifact, format: 'ar' as const } }, findings: [] };
    };
    const options: DiffOptions = { stripComponents: 'auto', maps: [], sections: false };
    expect(lines(diffSnapshots(judged('a', 'b'), judged('b', 'c'), options))).toEqual(['removed a -1', 'added c 1']);
    expect(lines(diffSnapshots(judged('b', 'c'), judged('a', 'b'), options))).toEqual(['added a 1', 'removed c -1']);
  });
});

describe('totals', () => {
  it('are null where one side does not know them', () => {
    const judged = (length: number | null, name: string) => {
      const one = snapshot([text('a', name)]);
      return { snapshot: { ...one, totals: { ...one.totals, archive: length, compressed: length } }, findings: [] };
    };
    const options: DiffOptions = { stripComponents: 'auto', maps: [], sections: false };
    expect(diffSnapshots(judged(null, 'x'), judged(5, 'xyz'), options).delta).toEqual({
      content: 2,
      disk: 0,
      archive: null,
      compressed: null,
    });
    expect(diffSnapshots(judged(9, 'x'), judged(5, 'x'), options).delta).toMatchObject({ archive: -4, compressed: -4 });
    const lost = diffSnapshots(judged(9, 'x'), judged(null, 'x'), options);
    expect(lost.delta).toMatchObject({ archive: null, compressed: null });
    expect(lost).not.toHaveProperty('image');
  });
});

describe('compressed bytes', () => {
  const options: DiffOptions = { stripComponents: 'auto', maps: [], sections: false };
  const judged = (entries: readonly Entry[], overhead: Snapshot['overhead']) => {
    return { snapshot: snapshot(entries, overhead === undefined ? {} : { overhead }), findings: [] };
  };
  const stored = (entry: Entry, bytes: number): Entry => ({ ...entry, stored: bytes });
  const olds = [
    stored(text('d/gone', 'gone'), 3),
    stored(text('d/kept', 'kept'), 4),
    stored(text('d/same', 'same'), 5),
    stored(text('linked', 'content'), 7),
    stored(text('other/same', 'same'), 5),
    stored(symlink('sym', 'd'), 1),
  ];
  const news = [
    stored(text('d/come', 'come here'), 8),
    stored(text('d/kept', 'keeps'), 9),
    stored(text('d/same', 'same'), 6),
    stored(text('a', 'content'), 7),
    stored(text('other/same', 'same'), 5),
    hardlink('linked', 'a'),
    hardlink('more', 'a'),
    directory('e'),
    stored(symlink('sym', 'e'), 2),
  ];
  const result = () =>
    diffSnapshots(judged(olds, { headers: 100, end: 11 }), judged(news, { headers: 120, padding: 1 }), options);

  it('of changes are those of what carries them', () => {
    expect(
      result().changes.map(({ kind, path, stored: own }) => [kind, path, own?.before, own?.after, own?.delta]),
    ).toEqual([
      ['added', 'a', null, 0, 0],
      ['added', 'd/come', null, 8, 8],
      ['removed', 'd/gone', 3, null, -3],
      ['changed', 'd/kept', 4, 9, 5],
      ['added', 'e', null, 0, 0],
      ['added', 'more', null, 0, 0],
      ['changed', 'sym', 1, 2, 1],
    ]);
  });

  it('of directories are of all that lies in them, with the overhead', () => {
    expect(result().stored).toEqual({
      directories: [
        { path: '.', from: null, before: 8, after: 9, delta: 1 },
        { path: 'd', from: null, before: 12, after: 23, delta: 11 },
        { path: 'e', from: null, before: null, after: 0, delta: 0 },
      ],
      overhead: { before: 111, after: 121 },
    });
  });

  it('are told of none where one side does not tell them', () => {
    const overhead = { headers: 1 };
    for (const [before, after] of [
      [undefined, overhead],
      [overhead, undefined],
    ] as const) {
      const none = diffSnapshots(judged(olds, before), judged(news, after), options);
      expect(none.stored).toBeUndefined();
      expect(none.changes.every((change) => change.stored === null)).toBe(true);
    }
  });
});

describe('notices', () => {
  const of = (before: Partial<Snapshot>, after: Partial<Snapshot>): string[] => {
    const judged = (more: Partial<Snapshot>) => ({ snapshot: snapshot([], more), findings: [] });
    return diffSnapshots(judged(before), judged(after), { stripComponents: 0, maps: [], sections: false }).notices.map(
      ({ message }) => message,
    );
  };

  it('say which side is a part, if one is', () => {
    const what = (part: string, whole: string) => [
      `the ${part} one is a snapshot of a part (--include, --exclude or --layer), and the ${whole} one is whole`,
    ];
    expect(of({ isPart: true }, {})).toEqual(what('old', 'new'));
    expect(of({}, { isPart: true })).toEqual(what('new', 'old'));
    expect([...of({}, {}), ...of({ isPart: true }, { isPart: true })]).toEqual([]);
  });

  it('say where lengths after strip are of different releases, if both are known', () => {
    expect(of({ stripVersion: '2.35' }, { stripVersion: '2.40' })).toEqual([
      'the old one was measured for strip 2.35, the new one for strip 2.40: findings of debug data may differ for that alone',
    ]);
    for (const [before, after] of [
      [{ stripVersion: '2.40' }, { stripVersion: '2.40' }],
      [{ stripVersion: '2.40' }, {}],
      [{}, { stripVersion: '2.40' }],
    ] as const)
      expect(of(before, after)).toEqual([]);
  });

  it('count files whose content is not known', () => {
    const files = ['a', 'b'].map((path) => file(path, 5));
    expect(diff(files, files).notices.map(({ message }) => message)).toEqual([
      '2 files have the same size on both sides and no digest on one of them; a change of content would not be seen',
    ]);
  });
});

describe('rows of directories', () => {
  it('come by path, the root first, what is gone before what is new', () => {
    const tree = (top: string, name: string) =>
      ['!', '-', 'a'].flatMap((path) => text(`${top}${path}/${name}`, `${path}${name}`));
    const same = ['1', '2', '3', '4'];
    const rows = diff(
      [...tree('w/', 'old'), ...same.map((path) => text(`w/${path}`, path))],
      [...tree('', 'newer'), text('w/!/x', 'x'), ...same.map((path) => text(path, path)), text('5', '5')],
    ).directories.map(({ path, from, before }) => [path, from, before?.content ?? null]);
    expect(rows).toEqual([
      ['.', null, 0],
      ['.', 'w', 4],
      ['!', 'w/!', 4],
      ['-', 'w/-', 4],
      ['a', 'w/a', 4],
      ['w', null, null],
      ['w/!', null, null],
    ]);
    const both = diff(
      [text('w/d/x', 'x'), ...same.map((path) => text(`w/${path}`, path))],
      [text('w/d/y', 'yy'), ...same.map((path) => text(path, path))],
    );
    expect(both.directories.map(({ path, before }) => [path, before?.content ?? null])).toContainEqual(['w/d', 1]);
    expect(both.directories.at(-1)).toMatchObject({ path: 'w/d', before: null });
  });
});

describe('a diff of many files', () => {
  it('takes time in proportion, whatever pairs with what', () => {
    const many = (name: (index: number) => string, content: (index: number) => string): Entry[] =>
      Array.from({ length: 30_000 }, (_, index) => text(name(index), content(index)));
    const started = cpuTime();
    const alike = diff(
      many(
        (index) => `a${index % 100}/f${index}`,
        () => 'same',
      ),
      many(
        (index) => `b${index % 90}/g${index}`,
        () => 'same',
      ),
    );
    expect(alike.changes.every(({ kind }: Change) => kind === 'moved')).toBe(true);
    const flat = diff(
      many((index) => `x${index}.3.9`, String),
      many((index) => `x${index}.3.10`, String),
      { maps: [globMatcher('x*')] },
    );
    expect(flat.changes).toEqual([]);
    // Quadratic work on these would take minutes.
    expect(cpuTime() - started).toBeLessThan(20_000);
  });
});
