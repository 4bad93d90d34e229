import { copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import type { SymbolSample } from '../../src/model/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import { judge } from '../../src/rules/index.ts';
import { linkedStaticLibrary } from '../../src/rules/linked-static-library.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { ar, elf, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]): Finding[] => judge(snapshot(entries), [linkedStaticLibrary]);

/** Hashes from `from` up to `to`, spread so that half of them stay when the rate doubles. */
function spread(from: number, to: number, rate = 1): SymbolSample {
  const hashes = Array.from({ length: to - from }, (_, index) => Math.imul(from + index, 0x9e37_79b1) >>> 0);
  return { rate, hashes: hashes.filter((hash) => hash < 2 ** 32 / rate).toSorted((a, b) => a - b) };
}

const library = (symbols: SymbolSample): { facts: ReturnType<typeof ar> } => ({ facts: ar(10, { symbols }) });
const linked = (symbols: SymbolSample): { facts: ReturnType<typeof elf> } => ({ facts: elf({}, { symbols }) });

describe('linked-static-library', () => {
  it('claims a library whose symbols a linked file has, under all of its names', () => {
    const [found, ...others] = check([
      file('lib/liba.a', 100, library(spread(0, 100))),
      hardlink('lib/b.a', 'lib/liba.a'),
      file('lib/other.a', 100, library(spread(5000, 5100))),
      file('bin/app', 300_000, linked(spread(0, 200))),
    ]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ severity: 'warn', bytes: 100 });
    expect(found?.claims).toEqual([{ path: 'lib/liba.a', part: null, bytes: 100, keeps: 'bin/app' }]);
    expect(found?.fix.commands).toEqual(['rm -f -- lib/liba.a lib/b.a']);
  });

  it('says nothing where linking needs the library, or all of them', () => {
    const app = file('bin/app', 300_000, linked(spread(0, 200)));
    const free = file('opt/liba.a', 70, library(spread(0, 100)));
    const needed = file('rustlib/liba.rlib', 100, library(spread(0, 100)));
    expect(check([app, free, needed])).toMatchObject([{ bytes: 70 }]);
    expect(check([app, free, file('usr/bin/ld', 100, { facts: elf({}) })])).toEqual([]);
  });

  it('compares samples at the coarser of their rates', () => {
    const same = (mine: number, theirs: number): number =>
      check([file('a.a', 1, library(spread(0, 2000, mine))), file('app', 1, linked(spread(0, 3000, theirs)))]).length;
    expect([same(1, 16), same(16, 1), same(16, 16), same(64, 4)]).toEqual([1, 1, 1, 1]);
    // 2,000 symbols at a rate of 512 are too few to be sure.
    expect([same(512, 1), same(1, 512)]).toEqual([0, 0]);
  });

  it.each([
    [16, 16, true],
    [15, 16, false],
    [25, 26, true],
    [24, 26, false],
    [104, 115, false],
    [106, 116, true],
    [50, 100, false],
  ])('%i of %i sampled symbols: %s', (present, all, expected) => {
    const entries = [
      file('a.a', 1, library(spread(0, all))),
      file('app', 1, linked({ ...spread(0, 1), hashes: spread(0, present).hashes })),
    ];
    expect(check(entries).length > 0).toBe(expected);
  });

  it.each([
    [8, 8, 1, true],
    [7, 8, 1, false],
    [7, 7, 1, false],
    [12, 12, 1, true],
  ])('%i of %i symbols of a small library: %s', (present, all, rate, expected) => {
    const entries = [file('a.a', 1, library(spread(0, all))), file('app', 1, linked(spread(0, present, rate)))];
    expect(check(entries).length > 0).toBe(expected);
  });

  it('is silent on a small library where not all symbols of the other file are known', () => {
    const low: SymbolSample = { rate: 1, hashes: Array.from({ length: 12 }, (_, index) => index) };
    expect(check([file('a.a', 1, library(low)), file('app', 1, linked({ ...low, rate: 2 }))])).toEqual([]);
    expect(check([file('a.a', 1, library({ ...low, rate: 2 })), file('app', 1, linked(low))])).toEqual([]);
    expect(check([file('a.a', 1, library(low)), file('app', 1, linked(low))])).toHaveLength(1);
  });

  it('names the file that holds most of it, of equals the one of the finer sample, then the first', () => {
    const entries = [
      file('bin/0-most', 1, linked(spread(2, 100))),
      file('bin/a-large', 1, linked(spread(0, 300, 4))),
      file('a.a', 1, library(spread(0, 100))),
      file('bin/most', 1, linked(spread(2, 100))),
      file('bin/x-all', 1, linked(spread(0, 100))),
      file('bin/y-all', 1, linked(spread(0, 300))),
    ];
    expect(check(entries)[0]?.claims[0]?.keeps).toBe('bin/x-all');
    expect(check(entries.slice(0, 4))[0]?.claims[0]?.keeps).toBe('bin/a-large');
  });

  it('compares no symbol that a sample just leaves out', () => {
    const hashes = Array.from({ length: 16 }, (_, index) => index);
    const entries = [
      file('a.a', 1, library({ rate: 1, hashes: [...hashes, 2 ** 31] })),
      file('app', 1, linked({ rate: 2, hashes })),
    ];
    expect(check(entries)).toHaveLength(1);
  });

  it('stands before what others say of the same bytes with less weight, or by a later name', () => {
    const entries = [file('a.a', 1, library(spread(0, 100))), file('app', 1, linked(spread(0, 100)))];
    const told = (...more: Parameters<typeof snapshot>[0]) =>
      judge(snapshot([...entries, ...more])).map(({ rule, severity }) => [rule, severity]);
    expect(told()).toEqual([
      ['linked-static-library', 'warn'],
      ['static-library', 'info'],
    ]);
    expect(told(file('a.so', 1, { facts: elf({}) }))).toEqual([
      ['linked-static-library', 'warn'],
      ['static-library', 'warn'],
    ]);
  });

  it('says nothing where symbols are not known', () => {
    expect(check([file('a.a', 1, { facts: ar(1) }), file('app', 1, linked(spread(0, 100)))])).toEqual([]);
    expect(check([file('a.a', 1, library(spread(0, 100))), file('app', 1, { facts: elf({}) })])).toEqual([]);
    expect(check([file('a.a', 1, library(spread(0, 100))), file('b.a', 1, library(spread(0, 100)))])).toEqual([]);
  });

  it('takes no quadratic time', () => {
    const entries = Array.from({ length: 2000 }, (_, index) => [
      file(`${index}.a`, 1, library(spread(index * 128, index * 128 + 128))),
      file(`${index}.so`, 1, linked(spread(index * 128, index * 128 + 128))),
    ]).flat();
    const started = cpuTime();
    expect(check(entries)[0]?.claims).toHaveLength(2000);
    expect(cpuTime() - started).toBeLessThan(3000);
  });
});

const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;

/** What the rule claims in a directory: the library's path and the file that holds it. */
async function claimsIn(path: string): Promise<[string, string | undefined][]> {
  const found = judge(await scan(path, options), [linkedStaticLibrary]);
  return found.flatMap(({ claims }) => claims).map(({ path: claimed, keeps }) => [claimed, keeps]);
}

/** Names that nm calls defined and external. */
function defined(path: string): Set<string> {
  const lines = run('nm', ['-P', '-g', '--defined-only', basename(path)], { cwd: dirname(path) }).split('\n');
  return new Set(lines.map((line) => line.split(' ')[0] ?? '').filter((name) => name !== '' && !name.endsWith(':')));
}

describe.skipIf(!requireTool('gcc') || !requireTool('ar') || !requireTool('nm') || !requireTool('strip'))(
  'linked-static-library on what gcc links',
  () => {
    const work = tempDirectory('linked-static-library');
    const sources = 10;
    const each = 40;
    const objects = Array.from({ length: sources }, (_, index) => `part${index}.o`);
    const gcc = (...args: readonly string[]): string => run('gcc', args, { cwd: work });

    for (let part = 0; part < sources; part++) {
      const bodies = Array.from(
        { length: each },
        (_, index) => `int part${part}_${index}(int a) { return a + ${index}; }`,
      );
      writeFileSync(join(work, `part${part}.c`), `${bodies.join('\n')}\nint main_part${part}(void);\n`);
    }
    const few = Array.from({ length: 10 }, (_, index) => `int few_${index}(void) { return ${index}; }`);
    writeFileSync(join(work, 'few.c'), few.join('\n'));
    writeFileSync(join(work, 'pad.c'), 'const char pad[300000] = { 1 };');
    writeFileSync(
      join(work, 'main.c'),
      'int part1_0(int); int part2_0(int); int main(void) { return part1_0(part2_0(0)); }',
    );
    gcc('-c', '-g', '-fPIC', ...objects.map((name) => name.replace('.o', '.c')), 'few.c', 'pad.c', 'main.c');
    run('ar', ['rcs', 'libparts.a', ...objects], { cwd: work });
    run('ar', ['rcs', 'libfew.a', 'few.o'], { cwd: work });
    const whole = ['-Wl,--whole-archive', 'libparts.a', '-Wl,--no-whole-archive'];
    gcc('-rdynamic', '-o', 'whole', 'main.o', 'pad.o', ...whole);
    gcc('-o', 'plain', 'main.o', 'pad.o', ...whole);
    gcc('-o', 'part', 'main.o', 'pad.o', 'libparts.a');
    gcc('-shared', '-o', 'libother.so.1', ...objects, 'pad.o');
    gcc('-shared', '-o', 'plugin.so', 'part1.o', 'part2.o', 'pad.o');
    gcc('-shared', '-o', 'few.so', 'few.o', 'pad.o');
    for (const name of ['whole', 'plain', 'libother.so.1'])
      run('strip', ['-s', '-o', `${name}.stripped`, name], { cwd: work });
    run('strip', ['-g', '-o', 'libstripped.a', 'libparts.a'], { cwd: work });

    let number = 0;
    async function beside(
      linkedFile: string,
      ...libraries: readonly string[]
    ): Promise<[string, string | undefined][]> {
      const tree = join(work, `tree${number++}`);
      mkdirSync(tree);
      for (const name of [linkedFile, ...libraries]) copyFileSync(join(work, name), join(tree, name));
      return claimsIn(tree);
    }

    it.each(['whole', 'plain', 'libother.so.1', 'part', 'plugin.so'])('says of %s what nm says', async (name) => {
      const mine = [...defined(join(work, 'libparts.a'))];
      const theirs = defined(join(work, name));
      const share = mine.filter((symbol) => theirs.has(symbol)).length / mine.length;
      expect([0.2, 1]).toContain(share);
      expect(await beside(name, 'libparts.a')).toEqual(share === 1 ? [['libparts.a', name]] : []);
    });

    it('of stripped files knows what they export, and nothing where that is nothing', async () => {
      expect(await beside('whole.stripped', 'libparts.a')).toEqual([['libparts.a', 'whole.stripped']]);
      expect(await beside('libother.so.1.stripped', 'libparts.a')).toEqual([['libparts.a', 'libother.so.1.stripped']]);
      expect(await beside('plain.stripped', 'libparts.a')).toEqual([]);
    });

    it('finds a library that was stripped, and a small one where all symbols are known', async () => {
      expect(await beside('whole', 'libstripped.a')).toEqual([['libstripped.a', 'whole']]);
      expect(await beside('few.so', 'libfew.a', 'libparts.a')).toEqual([['libfew.a', 'few.so']]);
    });

    it('claims a hard-linked library once', async () => {
      const tree = join(work, 'linked-tree');
      mkdirSync(tree);
      copyFileSync(join(work, 'whole'), join(tree, 'whole'));
      copyFileSync(join(work, 'libparts.a'), join(tree, 'a.a'));
      linkSync(join(tree, 'a.a'), join(tree, 'b.a'));
      expect(await claimsIn(tree)).toEqual([['a.a', 'whole']]);
    });
  },
);

/** Static libraries of the interpreters that pyenv built: an old one, and one that hides its own symbols. */
function pythonLibraries(): string[] {
  if (runStatus('sh', ['-c', 'command -v pyenv']) !== 0) return [];
  const versions = join(run('pyenv', ['root']).trim(), 'versions');
  if (runStatus('test', ['-d', versions]) !== 0) return [];
  return ['3.6.*', '3.9.*'].flatMap((version) => {
    const path = join(versions, version, 'lib/*/config-*/libpython*.a');
    return run('find', [versions, '-path', path, '-type', 'f']).split('\n').slice(0, 1);
  });
}

const libraries = pythonLibraries().filter((path) => path !== '');

describe.skipIf(libraries.length === 0 || !requireTool('gcc'))('linked-static-library on CPython', () => {
  const work = tempDirectory('linked-python');

  it.each(libraries)('%s is in its shared library and in a static interpreter', async (path) => {
    const name = basename(path, '.a');
    const own = join(work, name);
    mkdirSync(own);
    copyFileSync(path, join(own, 'libpython.a'));
    copyFileSync(join(path, '../../..', `${name}.so.1.0`), join(own, 'libpython.so'));
    expect(await claimsIn(own)).toEqual([['libpython.a', 'libpython.so']]);
    const start = name.endsWith('m') ? 'Py_Main' : 'Py_BytesMain';
    writeFileSync(
      join(own, 'main.c'),
      `int ${start}(int, void *); int main(int c, void *v) { return ${start}(c, v); }`,
    );
    const needed = ['-lm', '-ldl', '-lpthread', '-lutil', '-lcrypt'];
    // Without --whole-archive: the linker leaves out what the interpreter does not need.
    run('gcc', ['-rdynamic', '-o', join(own, 'python'), join(own, 'main.c'), path, ...needed]);
    rmSync(join(own, 'libpython.so'));
    expect(await claimsIn(own)).toEqual([['libpython.a', 'python']]);
  });
});
