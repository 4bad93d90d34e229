// Whole reports of one made-up diff, as a person sees them. To change one on purpose: UPDATE_GOLDEN=1 npx vitest run test/report,
// and read the difference. A missing golden fails.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import type { Diff } from '../../src/model/diff.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { mapHints } from '../../src/report/map-hints.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { judge } from '../../src/rules/index.ts';
import { ar, digest, directory, elf, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { plainOptions } from '../build/report.ts';

const golden = resolve(import.meta.dirname, '../golden');

const parts = (sizes: Record<string, number>) => ({
  sections: Object.entries(sizes).map(([name, bytes]) => ({ name, group: 'other' as const, bytes })),
});

const before = snapshot(
  [
    ...['bin', 'lib', 'lib/python3.9', 'lib/python3.9/__pycache__', 'share', 'share/doc'].map(directory),
    file('bin/demo', 18_000_000, {
      facts: elf(
        { unneeded: 14_000_000 },
        parts({ '.text': 13_000_000, '.debug_info': 4_000_000, '.symtab': 1_000_000 }),
      ),
      digest: digest('unstripped'),
    }),
    hardlink('bin/demo-1', 'bin/demo'),
    file('bin/tool', 1000, { digest: digest('tool'), mode: 0o644 }),
    file('lib/libdemo.a', 28_000_000, { facts: ar(6_500_000), digest: digest('static') }),
    file('lib/python3.9/os.py', 39_000, { digest: digest('os') }),
    file('lib/python3.9/__pycache__/os.cpython-39.opt-1.pyc', 30_990, {
      facts: pyc({ source: 'lib/python3.9/os.py', sourceSize: 39_000, optimization: '1' }),
      digest: digest('opt-1'),
    }),
    file('share/doc/na\xc3\xafve \x1b[31mname', 512, { digest: digest('hostile') }),
    file('share/moved here and there with a name that is long enough for two lines', 70_000, {
      digest: digest('moved'),
    }),
    file('share/link', 0, { kind: 'symlink', disk: 0, link: 'old' }),
  ],
  { artifact: { name: 'demo-1.0.tar.zst', format: 'tar', codecs: ['zstd'], length: 21_000_000 } },
);

const after = snapshot(
  [
    ...['bin', 'lib', 'lib/python3.10', 'lib/python3.10/__pycache__', 'share', 'share/doc'].map(directory),
    file('bin/demo', 14_100_000, {
      facts: elf({ unneeded: null }, parts({ '.text': 14_000_000, '.new|`x`': 100_000 })),
      digest: digest('stripped'),
    }),
    hardlink('bin/demo-1', 'bin/demo'),
    file('bin/tool', 1000, { digest: digest('tool'), mode: 0o755 }),
    file('lib/python3.10/os.py', 39_500, { digest: digest('os 2') }),
    file('lib/python3.10/__pycache__/os.cpython-310.pyc', 31_000, {
      facts: pyc({ magic: 3439, python: '3.10', source: 'lib/python3.10/os.py', sourceSize: 39_500 }),
      digest: digest('pyc'),
    }),
    file('share/doc/na\xc3\xafve \x1b[31mname', 513, { digest: digest('hostile 2') }),
    file('share/doc/copy', 14_100_000, { digest: digest('stripped') }),
    file('share/doc/moved here and there with a name that is long enough for two lines', 70_000, {
      digest: digest('moved'),
    }),
    file('share/link', 0, { kind: 'symlink', disk: 0, link: 'new' }),
  ],
  {
    artifact: { name: 'demo-1.1.tar.zst', format: 'tar', codecs: ['zstd'], length: 19_000_000 },
    notices: [{ code: 'no-end-of-archive', path: null, message: 'ends at 10240 without an end-of-archive mark' }],
  },
);

const withLength = (one: typeof before, compressed: number) => ({ ...one, totals: { ...one.totals, compressed } });

function made(sections = false): Diff {
  const [old, now] = [withLength(before, 21_000_000), withLength(after, 19_000_000)];
  return diffSnapshots(
    { snapshot: old, findings: judge(old) },
    { snapshot: now, findings: judge(now) },
    { stripComponents: 'auto', maps: [], sections },
  );
}

function nothing(): Diff {
  return diffSnapshots(
    { snapshot: before, findings: judge(before) },
    { snapshot: before, findings: judge(before) },
    { stripComponents: 'auto', maps: [], sections: false },
  );
}

async function print(reporter: string, diff: Diff, options: Partial<ReportOptions> = {}): Promise<string> {
  const found = await reporterNamed(reporter, 'diff');
  const tool = { name: 'sizecheck', version: '0.0.0' };
  return [...(found?.({ tool, diff }, { ...plainOptions, ...options }) ?? [])].join('');
}

const cases: readonly (readonly [name: string, reporter: string, diff: Diff, options: Partial<ReportOptions>])[] = [
  ['diff.table.txt', 'table', made(), {}],
  ['diff.table-sections-140.txt', 'table', made(true), { width: 140, verbose: true, size: 'disk', sort: 'path' }],
  ['diff.table-cut.txt', 'table', made(), { top: 2, units: 'bytes', minChange: 600 }],
  ['diff.table-color.txt', 'table', made(true), { color: true }],
  ['diff.table-empty.txt', 'table', nothing(), {}],
  ['diff.json', 'json', made(true), {}],
  ['diff-empty.json', 'json', nothing(), {}],
  ['diff.du.txt', 'du', made(), {}],
];

describe('goldens of a diff', () => {
  it.each(cases)('%s', async (name, reporter, diff, options) => {
    const text = await print(reporter, diff, options);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(golden, name), text);
    expect(text).toBe(readFileSync(join(golden, name), 'utf8'));
  });

  it.each([80, 100, 140])('tables fit %d columns', async (width) => {
    const text = await print('table', made(true), { width });
    expect(text.split('\n').filter((line) => Array.from(line).length > width)).toEqual([]);
  });

  it('a diff of nothing says so in one line, and nothing else of what changed', async () => {
    const text = await print('table', nothing());
    expect(text.split('\n').slice(2).filter(Boolean)).toEqual(['no differences']);
    expect(await print('du', nothing())).toBe('');
  });

  it('a size that changes around equal files is told', async () => {
    const diff: Diff = { ...nothing(), delta: { content: 0, disk: 4096, archive: 0, compressed: -7 } };
    expect(await print('table', diff)).toContain('no differences between the files, only in the sizes above\n');
  });
});

describe('counts of what came and went', () => {
  it('are of what is told: no directories that something else tells of', async () => {
    const tree = (version: string, names: readonly string[]) => ({
      snapshot: snapshot([
        ...['p', `p/a-${version}`, `p/a-${version}/licences`].map(directory),
        file(`p/a-${version}/licences/MIT`, 30, { digest: digest('MIT') }),
        ...names.map((name) => file(`p/a-${version}/${name}`, name.length, { digest: digest(name) })),
      ]),
      findings: [],
    });
    const two = [tree('1', ['x', 'xx']), tree('2', ['yyy', 'yyyy', 'yyyyy'])] as const;
    const diff = diffSnapshots(...two, { stripComponents: 0, maps: [], sections: false });
    // By hand: three files came, two went, one moved, and so did the two directories that held them.
    expect(await print('table', diff)).toMatch(/^Added \(3\)[^]*^Removed \(2\)[^]*^Moved \(1\)/m);
    expect(await print('markdown', diff)).toContain('Files: 3 added, 2 removed, 1 moved<');
  });
});

describe('hints', () => {
  const hintsOf = (old: readonly Entry[], now: readonly Entry[]): string[] => {
    const judged = (entries: readonly Entry[]) => ({ snapshot: snapshot(entries), findings: [] });
    const diff = diffSnapshots(judged(old), judged(now), { stripComponents: 'auto', maps: [], sections: false });
    return mapHints(diff, 3).map(({ gone, added, pattern }) => `${pattern}: ${gone} ${added}`);
  };

  it('the name up to the number, heaviest first, of what is not inside something else that goes', () => {
    const tree = (version: string): Entry[] => [
      file('README', 100, { digest: digest('r') }),
      directory('lib'),
      directory(`lib/python${version}`),
      directory(`lib/python${version}/config-${version}`),
      file(`lib/python${version}/config-${version}/x.a`, 5000, { digest: digest(version) }),
      file(`lib/libpython${version}.so`, 900, { digest: digest(`so ${version}`) }),
    ];
    expect(hintsOf(tree('3.9'), tree('3.10'))).toEqual([
      'python3.*: lib/python3.9 lib/python3.10',
      'libpython3.*: lib/libpython3.9.so lib/libpython3.10.so',
    ]);
    expect(hintsOf(tree('3.10'), tree('3.11'))[0]).toMatch(/^python3\.\*: /);
    expect(hintsOf(tree('3.9'), tree('3.9'))).toEqual([]);
  });

  it('none for other names, for little bytes, and for names with characters of patterns', () => {
    const big = (path: string): Entry[] => [file(path, 5000, { digest: digest(path) }), file('same', 1)];
    expect(hintsOf(big('abc'), big('xyz'))).toEqual([]);
    expect(hintsOf(big('1.0'), big('2.0'))).toEqual([]);
    expect(hintsOf(big('[x]1'), big('[x]2'))).toEqual([]);
    expect(hintsOf([...big('a'), file('v1', 3, { digest: digest('1') })], [...big('a'), file('v2', 4)])).toEqual([]);
  });

  it('costs no square of the depth: 7,600 directories took 14 seconds', () => {
    const chain = (name: string): Entry[] => [
      ...Array.from({ length: 1900 }, (_, level) => directory(`${name}${'/d'.repeat(level)}`)),
      file(`${name}${'/d'.repeat(1899)}/f`, 5000, { digest: digest(name) }),
    ];
    const side = (letter: string): Entry[] => ['1', '2', '3', '4'].flatMap((number) => chain(number + letter));
    const judged = (letter: string) => ({ snapshot: snapshot(side(letter)), findings: [] });
    const options = { stripComponents: 0, maps: [], sections: false };
    const diff = diffSnapshots(judged('a'), judged('b'), options);
    const start = performance.now();
    expect(mapHints(diff, 3)).toEqual([]);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('the hash in the name of a bundled library or a chunk is as good as a number', () => {
    const libraries = (...hashes: string[]): Entry[] => [
      directory('pillow.libs'),
      ...['libjpeg-#.so.62.4.0', 'libgfortran-#-0352e75f.so.5'].map((name, index) => {
        const path = `pillow.libs/${name.replace('#', hashes[index] ?? '')}`;
        return file(path, 900 - index, { digest: digest(path) });
      }),
    ];
    expect(hintsOf(libraries('6e67f610', '040039e1'), libraries('31e2ca52', 'aaaaaaaa'))).toEqual([
      'lib*.so*: pillow.libs/libjpeg-6e67f610.so.62.4.0 pillow.libs/libjpeg-31e2ca52.so.62.4.0',
    ]);
    const chunk = (name: string): Entry[] => [file(name, 50, { digest: digest(name) }), file('x', 1)];
    expect(hintsOf(chunk('main-abcdef12.js'), chunk('main-12abcdef.js'))).toEqual([
      'main-*: main-abcdef12.js main-12abcdef.js',
    ]);
  });

  it('one pattern for all compiled modules', () => {
    const modules = (version: string): Entry[] =>
      ['a', 'b'].map((name) => file(`lib/${name}.cpython-${version}.pyc`, 50, { digest: digest(`${name}${version}`) }));
    expect(hintsOf([...modules('39'), file('x', 1)], [...modules('310'), file('x', 1)])).toHaveLength(1);
  });
});
