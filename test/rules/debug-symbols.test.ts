import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debugAlone } from '../../src/model/facts.ts';
import type { ElfFacts } from '../../src/model/facts.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { debugSymbols } from '../../src/rules/debug-symbols.ts';
import { judge } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { cpuTime } from '../build/cpu-time.ts';
import { noise } from '../build/noise.ts';
import { ar, elf, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]) => judge(snapshot(entries), [debugSymbols]);

describe('debug-symbols', () => {
  it('claims what --strip-unneeded removes of linked files, and -g of objects and static libraries', () => {
    const [found, ...others] = check([
      file('lib/a.so', 1000, { facts: elf({ debug: 900, unneeded: 800 }) }),
      file('a.o', 1000, { facts: elf({ debug: 900, unneeded: 800 }, { elfType: 'REL' }) }),
      file('liba.a', 1000, { facts: ar(600) }),
      file('text', 1000),
    ]);
    expect(others).toEqual([]);
    expect(found?.claims).toEqual([
      { path: 'liba.a', part: 'debug', bytes: 400 },
      { path: 'lib/a.so', part: 'debug', bytes: 200 },
      { path: 'a.o', part: 'debug', bytes: 100 },
    ]);
    expect(found?.bytes).toBe(700);
    expect(found?.fix.commands).toEqual([
      "find . -type f -name '*.so' -exec strip --strip-unneeded {} +",
      String.raw`find . -type f \( -name '*.a' -o -name '*.o' \) -exec strip -g {} +`,
    ]);
  });

  const built = (path: string, machine: number, unneeded: number, more: Partial<ElfFacts> = {}): Entry =>
    file(path, 1000, { mode: 0o755, facts: elf({ unneeded, debug: unneeded }, { machine, ...more }) });
  const arm = { class: 32, machine: 40 } as const;

  it('strips files of other processors with programs that know them, and comes to none with one that does not', () => {
    const [found] = check([
      built('x64/a.so', 62, 900),
      built('x64/b.so', 62, 1000),
      built('ia32/a.so', 3, 900, { class: 32 }),
      built('arm64/a.so', 183, 800),
      built('arm64/stripped.so', 183, 1000),
      built('arm/a.o', 40, 800, { ...arm, elfType: 'REL' }),
      file('arm/liba.a', 1000, { facts: ar(600, { target: { ...arm, endian: 'little' } }) }),
      file('any/liba.a', 1000, { facts: ar(600) }),
    ]);
    expect(found?.claims).toHaveLength(6);
    expect(found?.fix).toEqual({
      commands: [
        "find . -type f -name '*.so' ! -path ./arm64/a.so ! -path ./arm64/stripped.so -exec strip --strip-unneeded {} +",
        "find . -type f -name '*.a' ! -path ./arm/liba.a -exec strip -g {} +",
        String.raw`find . -type f \( -name '*.a' -o -name '*.o' \) ! -path ./any/liba.a -exec arm-linux-gnueabihf-strip -g {} +`,
        "find . -type f -name '*.so' ! -path ./ia32/a.so ! -path ./x64/a.so ! -path ./x64/b.so -exec aarch64-linux-gnu-strip --strip-unneeded {} +",
      ],
      advice: 'files of other processors need arm-linux-gnueabihf-strip, aarch64-linux-gnu-strip',
    });
  });

  it('leaves files of processors out that no common program strips, and says so', () => {
    const [found] = check([built('x64/a.so', 62, 900), built('avr/a.so', 83, 900), built('vax/b.so', 75, 900)]);
    expect(found?.fix).toEqual({
      commands: ["find . -type f -name '*.so' ! -path ./avr/a.so ! -path ./vax/b.so -exec strip --strip-unneeded {} +"],
      advice: 'the commands leave out 2 files of processors with no common strip',
    });
  });

  it("takes the processor of most programs and libraries for the artifact's own, whatever is claimed", () => {
    const commandsOf = (...files: readonly Entry[]) => check(files)[0]?.fix.commands;
    const a64 = built('a.so', 183, 900);
    expect(commandsOf(a64)).toEqual(["find . -type f -name '*.so' -exec strip --strip-unneeded {} +"]);
    expect(commandsOf(a64, built('b', 62, 1000))?.[0]).toContain('aarch64-linux-gnu-strip');
    expect(commandsOf(a64, built('b', 62, 1000), built('c', 183, 1000))?.[0]).toContain('-exec strip ');
    // Its own come first, and of one processor there is nothing to say.
    const [both] = check([a64, built('b.so', 62, 900), built('c.so', 62, 900)]);
    expect(both?.fix.commands.map((command) => / (\S*strip) /.exec(command)?.[1])).toEqual([
      'strip',
      'aarch64-linux-gnu-strip',
    ]);
    expect(check([a64])[0]?.fix.advice).toBeNull();
    // Objects are built for others more often than programs are.
    const objects = ['x.o', 'y.o'].map((path) => built(path, 62, 1000, { elfType: 'REL' }));
    expect(commandsOf(a64, ...objects)?.[0]).toContain('-exec strip ');
    expect(
      commandsOf(file('a.a', 1000, { facts: ar(600, { target: { class: 64, endian: 'big', machine: 22 } }) })),
    ).toEqual(["find . -type f -name '*.a' -exec strip -g {} +"]);
  });

  it('says nothing of stripped files, of files that would grow, and of files that strip refuses', () => {
    expect(
      check([
        file('stripped', 1000, { facts: elf({ unneeded: 1000 }) }),
        file('grows', 1000, { facts: elf({ unneeded: 1016 }) }),
        file('refused', 1000, { facts: elf({ refused: 'no section headers' }) }),
      ]),
    ).toEqual([]);
  });

  it('names static libraries one by one that are executable and have no suffix, as they do not begin as ELF files do', () => {
    const libraries = Array.from('abcde', (name) => file(name, 1000, { mode: 0o755, facts: ar(600) }));
    const [found] = check(libraries);
    expect(found?.title).toBe('5 files hold symbols that strip removes');
    expect(found?.fix.commands).toEqual([
      String.raw`find . -type f \( -path ./a -o -path ./b -o -path ./c -o -path ./d -o -path ./e \) -exec strip -g {} +`,
    ]);
    expect(check(libraries.slice(0, 1))[0]?.title).toBe('1 file holds symbols that strip removes');
  });

  it('tells why of the file that loses most, the first of equals', () => {
    const unsafe = (path: string, unneeded: number): Entry =>
      file(path, 1000, { facts: elf({ unneeded }, { unsafe: [{ code: 'x', bytes: 1, message: `why ${path}` }] }) });
    const title = (...files: readonly Entry[]): string | undefined => check(files)[0]?.title;
    expect(title(unsafe('a', 900))).toBe('strip would take 100 B off 1 file and damage it (not counted): why a');
    expect(title(unsafe('a', 900), unsafe('b', 900))).toMatch(/damage them .*: why a$/);
    expect(title(unsafe('a', 900), unsafe('b', 899))).toMatch(/: why b$/);
    const alone = { code: debugAlone, bytes: 1, message: 'alone' };
    expect(check([file('a', 1000, { facts: elf({ unneeded: 900 }, { unsafe: [alone] }) })])).toEqual([]);
  });

  it('strips files of the processor that most are for with the plain program, and those first', () => {
    const of = (path: string, machine: number, elfType: 'EXEC' | 'DYN', after = 900) =>
      file(path, 1000, { facts: elf({ unneeded: after }, { machine, elfType }) });
    const programs = (...entries: Entry[]) => {
      const [found] = check(entries);
      return [found?.fix.commands.map((command) => /-exec (\S+) /.exec(command)?.[1]), found?.fix.advice];
    };
    const x86 = of('a.so', 62, 'DYN');
    const most = ['b.so', 'c.so'].map((path) => of(path, 183, 'EXEC'));
    expect(programs(x86, ...most)).toEqual([
      ['strip', 'x86_64-linux-gnu-strip'],
      'files of other processors need x86_64-linux-gnu-strip',
    ]);
    // Of equals x86, then the first.
    const riscv = ['d.so', 'e.so'].map((path) => of(path, 243, 'DYN'));
    expect(programs(...most, ...riscv)[0]).toEqual(['strip', 'riscv64-linux-gnu-strip']);
    expect(programs(...most, of('f.so', 62, 'DYN'), of('g.so', 62, 'DYN'))[0]).toEqual([
      'strip',
      'aarch64-linux-gnu-strip',
    ]);
    // Those of which nothing is claimed need no program.
    expect(programs(x86, of('b.so', 183, 'DYN', 1000))).toEqual([['strip'], null]);
    const library = file('lib.a', 1000, {
      facts: { ...ar(600), target: { class: 64, endian: 'little', machine: 183 } },
    });
    expect(programs(x86, library)).toEqual([
      ['strip', 'aarch64-linux-gnu-strip'],
      'files of other processors need aarch64-linux-gnu-strip',
    ]);
  });

  it('advises by what strip would damage', () => {
    const unsafe = [{ code: 'x', bytes: 1, message: 'why' }];
    const linked = file('a', 1000, { facts: elf({ unneeded: 900 }, { unsafe }) });
    const library = file('b.a', 1000, { facts: { ...ar(600), unsafe } });
    const told = (...entries: Entry[]) => check(entries).map(({ bytes, fix }) => [bytes, fix.advice]);
    const again = 'link these files again without -g, or strip them before they are patched, bundled or signed';
    const before = 'strip objects before they are put into a library';
    expect(told(linked)).toEqual([[0, again]]);
    expect(told(library)).toEqual([[0, before]]);
    expect(told(linked, library)).toEqual([[0, `${again}; ${before}`]]);
    // It is about none of its members.
    expect(check([file('b.lib', 1000, { facts: { ...ar(600), objects: 0, unsafe } })])).toEqual([]);
  });

  it('keeps files apart that strip would damage, and its command leaves them alone', () => {
    const danger = { code: 'appended-data', bytes: 10, message: '10 bytes of appended data would be lost' };
    const [found, unsafe] = check([
      file('bin/app', 1000, { facts: elf({ unneeded: 100 }, { unsafe: [danger] }) }),
      file('bin/tool', 1000, { facts: elf({ unneeded: 100 }) }),
      file('bin/z.so', 1000, { facts: elf({ unneeded: 950 }, { unsafe: [{ ...danger, message: 'of less' }] }) }),
      file('bin/*', 1000, { facts: elf({ unneeded: 1000 }, { unsafe: [danger] }) }),
      file('x.o', 1000, { facts: elf({ debug: 100 }, { elfType: 'REL' }) }),
    ]);
    expect(found?.claims.map(({ path }) => path)).toEqual(['bin/tool', 'x.o']);
    expect(found?.fix.commands).toEqual([
      String.raw`find . -type f -path ./bin/tool ! -path './bin/\*' ! -path ./bin/app ! -path ./bin/z.so -exec strip --strip-unneeded {} +`,
      "find . -type f -name '*.o' -exec strip -g {} +",
    ]);
    expect(unsafe).toMatchObject({ severity: 'info', bytes: 0 });
    expect(unsafe?.title).toContain('950 B off 2 files and damage them');
    expect(unsafe?.title).toContain('appended data');
  });

  it.each([
    ['as many suffixes as files', 40_000, (index: number) => `f.x${index}`],
    ['long names of suffixes', 40, (index: number) => `${'.so.'.repeat(16_000)}/${index}`],
  ])('takes no quadratic time: %s', (_, length, nameOf) => {
    const facts = elf({ unneeded: 100 });
    const entries = Array.from({ length }, (__, index) => file(nameOf(index), 1000, { facts, mode: 0o644 }));
    const started = cpuTime();
    expect(check(entries)[0]?.claims).toHaveLength(length);
    expect(cpuTime() - started).toBeLessThan(3000);
  });

  it('selects kernel modules and Rust libraries, and strips them as objects', () => {
    const module = { facts: elf({ debug: 100, unneeded: 50 }, { elfType: 'REL' }) };
    const modules = Array.from({ length: 5 }, (_, index) => file(`m${index}.ko`, 1000, module));
    const libraries = Array.from({ length: 5 }, (_, index) => file(`lib${index}.rlib`, 1000, { facts: ar(300) }));
    const [found] = check([...modules, ...libraries]);
    expect(found?.bytes).toBe(5 * 900 + 5 * 700);
    expect(found?.fix.commands).toEqual([
      String.raw`find . -type f \( -name '*.ko' -o -name '*.rlib' \) -exec strip -g {} +`,
    ]);
  });

  it('selects many files by what they have in common, and never misses one that is not executable', () => {
    const facts = { facts: elf({ unneeded: 100 }) };
    const programs = Array.from({ length: 5 }, (_, index) => file(`bin/p${index}`, 1000, { ...facts, mode: 0o755 }));
    const [found] = check([
      ...programs,
      file('a.debug', 1000, facts),
      file('b.debug', 1000, facts),
      file('c', 1000, facts),
    ]);
    expect(found?.fix.commands).toEqual([
      String.raw`find . -type f \( -name '*.debug' -o -path ./c \) -exec strip --strip-unneeded {} +`,
      // None twice: of some files strip takes more the second time.
      `find . -type f -perm -100 ! -name '*.debug' -exec sh -c 'for f; do if head -c4 "$f" | grep -q ELF; then strip --strip-unneeded "$f"; fi; done' sh {} +`,
    ]);
  });

  it('leaves out what has the same suffix and is something else', () => {
    const shared = file('lib/a.so', 1000, { facts: elf({ unneeded: 100 }) });
    const scripts = Array.from({ length: 9 }, (_, index) => file(`lib/s${index}.so`, 30));
    const object = file('lib/b.so', 1000, { facts: elf({ debug: 1000 }, { elfType: 'REL' }) });
    expect(check([shared, ...scripts.slice(0, 1), object])[0]?.fix.commands).toEqual([
      `find . -type f -name '*.so' ! -path ./lib/b.so ! -path ./lib/s0.so -exec strip --strip-unneeded {} +`,
    ]);
    expect(check([shared, ...scripts])[0]?.fix.commands).toEqual([
      `find . -type f -path ./lib/a.so -exec strip --strip-unneeded {} +`,
    ]);
  });
});

const tools = ['gcc', 'ar', 'strip', 'objcopy', 'find'];

describe.skipIf(!tools.every((name) => requireTool(name)))('its commands', () => {
  /** A directory with an executable `p`, an object `x.o` and a shared library `x.so`, all with debug data. */
  function compiled(): string {
    const work = tempDirectory('debug-symbols');
    writeFileSync(join(work, 'x.c'), 'int x(int a) { return a; } int main(int c, char **v) { return x(c); }');
    run('gcc', ['-g', '-o', 'p', 'x.c'], { cwd: work });
    run('gcc', ['-g', '-c', '-o', 'x.o', 'x.c'], { cwd: work });
    run('gcc', ['-g', '-shared', '-fPIC', '-o', 'x.so', 'x.c'], { cwd: work });
    return work;
  }

  /** Runs what is printed, and says which files it changed, by their first names, and by how many bytes they are shorter. */
  async function strip(root: string): Promise<{ claimed: Record<string, number>; changed: Record<string, number> }> {
    const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'compare', facts: 'needed' } as const;
    const before = await scan(root, options);
    const files = before.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
    const contents = new Map(files.map((path) => [path, readFileSync(join(root, path))]));
    const found = judge(before, [debugSymbols]).find(({ fix }) => fix.commands.length > 0);
    for (const command of found?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: root });
    const changed: Record<string, number> = {};
    for (const [path, content] of contents) {
      const now = readFileSync(join(root, path));
      if (!now.equals(content)) changed[path] = content.length - now.length;
    }
    const claims = (found?.claims ?? []).map(({ path, bytes }) => [path, bytes] as const);
    return { claimed: Object.fromEntries(claims), changed };
  }

  it('strip what is claimed, among programs of other kinds, and nothing else', async () => {
    const work = compiled();
    for (const name of ['x.o', 'x.so']) renameSync(join(work, name), join(work, name.replace('x.', '')));
    renameSync(join(work, 'o'), join(work, 'object'));
    run('ar', ['rcs', 'library', 'object'], { cwd: work });
    run('objcopy', ['-O', 'pei-x86-64', 'p', 'tool.exe'], { cwd: work });
    for (let index = 0; index < 6; index++) copyFileSync(join(work, 'p'), join(work, `p${index}`));
    writeFileSync(join(work, 'script'), '#!/bin/sh\n# ELF\n');
    for (const name of ['object', 'library', 'tool.exe', 'script']) chmodSync(join(work, name), 0o755);
    const { claimed, changed } = await strip(work);
    const names = ['library', 'object', 'p', 'p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'so'];
    expect(Object.keys(claimed).toSorted()).toEqual(names);
    expect(changed).toEqual(claimed);
  });

  it('leave alone what strip would damage, under all of its names', async () => {
    const work = compiled();
    mkdirSync(join(work, 'sub'));
    run('ar', ['rcs', 'x.a', 'x.o'], { cwd: work });
    const put = (name: string, from: string, payload: string, second: string): void => {
      copyFileSync(join(work, from), join(work, name));
      appendFileSync(join(work, name), payload);
      linkSync(join(work, name), join(work, second));
    };
    put('a.so', 'x.so', 'PAYLOAD', 'sub/b.so');
    put('first', 'x.so', 'PAYLOAD', 'sub/second.so.1');
    put('module.ko', 'x.o', '~Module signature appended~\n', 'sub/other.ko');
    put('app', 'p', 'PAYLOAD', 'sub/app');
    put('bin', 'p', 'PAYLOAD', 'sub/z.o');
    // Linked as neither group is stripped: an object as a library, and the other way round.
    put('c.o', 'x.o', '', 'sub/c.so');
    put('d.so', 'x.so', '', 'sub/d.a');
    for (const [name, second] of [
      ['notes', 'sub/libx.so.1'],
      ['list', 'sub/list.a'],
    ] as const) {
      writeFileSync(join(work, name), '!<arch>\nno archive');
      linkSync(join(work, name), join(work, second));
    }
    for (let index = 0; index < 6; index++) copyFileSync(join(work, 'p'), join(work, `p${index}`));
    copyFileSync(join(work, 'x.so'), join(work, 'x.so.1'));
    const { claimed, changed } = await strip(work);
    expect(changed).toEqual(claimed);
    expect(Object.keys(claimed)).not.toContain('a.so');
    expect(Object.keys(claimed)).toEqual(expect.arrayContaining(['x.so', 'x.so.1', 'x.a', 'x.o', 'p', 'p0']));
  });

  it.skipIf(!requireTool('patchelf')).each([1, 9])(
    'leave alone what strip makes longer, of which there are %d, and what it refuses',
    async (number) => {
      const work = compiled();
      mkdirSync(join(work, 'grows'));
      const longer = `$ORIGIN/${'a'.repeat(130)}`;
      run('gcc', ['-s', '-shared', '-fPIC', '-o', 'grows/0.so', 'x.c'], { cwd: work });
      run('patchelf', ['--set-rpath', longer, 'grows/0.so'], { cwd: work });
      run('gcc', ['-s', '-o', 'grows/program', 'x.c'], { cwd: work });
      run('patchelf', ['--set-rpath', longer, 'grows/program'], { cwd: work });
      linkSync(join(work, 'grows/0.so'), join(work, 'linked.so.1'));
      for (let index = 1; index < number; index++) copyFileSync(join(work, 'grows/0.so'), join(work, `${index}.so`));
      for (let index = 0; index < 6; index++) copyFileSync(join(work, 'p'), join(work, `p${index}`));
      copyFileSync(join(work, 'x.so'), join(work, 'x.so.1'));
      // strip refuses a program that is cut, and one whose sections cannot be read.
      for (const name of ['cut', 'cut.so']) {
        writeFileSync(join(work, name), readFileSync(join(work, 'p')).subarray(0, 3000));
        chmodSync(join(work, name), 0o755);
      }
      const lengthens = (path: string): boolean => {
        run('strip', ['--strip-unneeded', '-o', 'stripped', path], { cwd: work });
        const grown = statSync(join(work, 'stripped')).size - statSync(join(work, path)).size;
        rmSync(join(work, 'stripped'));
        return grown > 0;
      };
      expect([lengthens('grows/0.so'), lengthens('grows/program')]).toEqual([true, true]);
      const { claimed, changed } = await strip(work);
      expect(changed).toEqual(claimed);
      expect(Object.keys(claimed)).toEqual(expect.arrayContaining(['x.so', 'x.so.1', 'x.o', 'p', 'p0']));
    },
  );

  it('look at how files begin where most of a suffix are of other kinds, and name those that strip would damage', async () => {
    const work = compiled();
    // As packages of npm bring them: not executable, so that their mode tells nothing.
    chmodSync(join(work, 'x.so'), 0o644);
    for (let index = 0; index < 6; index++) copyFileSync(join(work, 'x.so'), join(work, `linux-${index}.bare`));
    copyFileSync(join(work, 'p'), join(work, 'program.bare'));
    // An object is stripped in another way, and a program with data behind it would lose them.
    copyFileSync(join(work, 'x.o'), join(work, 'object.bare'));
    writeFileSync(join(work, 'appended.bare'), Buffer.concat([readFileSync(join(work, 'p')), noise(5000)]));
    for (let index = 0; index < 12; index++)
      writeFileSync(join(work, `other-${index}.bare`), `MZ${index} of another system`);
    // Known by two suffixes, and stripped once.
    copyFileSync(join(work, 'x.so'), join(work, 'twice.so.bare'));
    const options = { ...defaultLimits, digests: 'compare', facts: 'needed' } as const;
    const printed = judge(await scan(work, options), [debugSymbols]).flatMap(({ fix }) => fix.commands);
    expect(printed.filter((command) => command.startsWith("find . -type f -name '*.bare'"))).toEqual([
      expect.stringMatching(/^find \. -type f -name '\*\.bare' ! -name '\*\.so\.\*' .*head -c4/),
    ]);
    const { claimed, changed } = await strip(work);
    expect(changed).toEqual(claimed);
    expect(Object.keys(claimed)).toEqual(
      expect.arrayContaining(['linux-0.bare', 'linux-5.bare', 'program.bare', 'object.bare']),
    );
    expect(claimed).not.toHaveProperty(['appended.bare']);
    const found = judge(await scan(work, options), [debugSymbols]);
    expect(found.flatMap(({ fix }) => fix.commands)).toEqual([]);
  });

  it('name the files to strip where those to leave alone are more', () => {
    const shrinks = { facts: elf({ unneeded: 100 }) };
    const grows = { facts: elf({ unneeded: 1001 }) };
    const programs = Array.from({ length: 5 }, (_, index) => file(`p${index}`, 1000, { ...shrinks, mode: 0o755 }));
    const others = Array.from({ length: 9 }, (_, index) => file(`q${index}.so`, 1000, { ...grows, mode: 0o755 }));
    const libraries = Array.from({ length: 10 }, (_, index) => file(`r${index}.so`, 1000, { ...shrinks, mode: 0o755 }));
    const paths = ['p0', 'p1', 'p2', 'p3', 'p4'].map((path) => `-path ./${path}`).join(' -o ');
    const left = others.map(({ path }) => ` ! -path ./${path}`).join('');
    expect(check([...programs, ...others])[0]?.fix.commands).toEqual([
      `find . -type f \\( ${paths} \\) -exec strip --strip-unneeded {} +`,
    ]);
    expect(check([...others, ...libraries])[0]?.fix.commands).toEqual([
      `find . -type f -name '*.so'${left} -exec strip --strip-unneeded {} +`,
    ]);
  });

  it.skipIf(!requireTool('find'))(
    'tell many files that lie deep by their names, where nothing else is called so',
    () => {
      const deep = join(tempDirectory('debug-symbols-deep'), 'tree');
      const shrinks = { facts: elf({ unneeded: 100 }) };
      const grows = { facts: elf({ unneeded: 1001 }) };
      const claimed = [
        'a.libs/liba-[1].so.1',
        'a.libs/lib b-2.so.2',
        'a.libs/twice.so.3',
        'c.libs/-c.so.4',
        'top.so.5',
      ];
      const others = ['b.libs/twice.so.3', ...Array.from('12345678', (name) => `d.libs/lib${name}.so.1`)];
      for (const path of [...claimed, ...others]) {
        mkdirSync(dirname(join(deep, path)), { recursive: true });
        writeFileSync(join(deep, path), '');
      }
      const files = [
        ...claimed.map((path) => file(path, 1000, shrinks)),
        ...others.map((path) => file(path, 1000, grows)),
      ];
      const [command = ''] = check(files)[0]?.fix.commands ?? [];
      const found = run('sh', ['-c', command.replace(/-exec.*/, '-print')], { cwd: deep }) ?? '';
      expect(found.trim().split('\n').toSorted()).toEqual(claimed.map((path) => `./${path}`).toSorted());
      expect(command).toContain(' -path ./a.libs/twice.so.3 ');
      expect(command.match(/-name /g)).toHaveLength(3);
    },
  );
});
