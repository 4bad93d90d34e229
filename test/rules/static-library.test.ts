import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { staticLibrary } from '../../src/rules/static-library.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { ar, directory, elf, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]) => judge(snapshot(entries), [staticLibrary]);

describe('static-library', () => {
  it('warns beside a shared library of the same name, wherever it lies', () => {
    const [found] = check([
      file('lib/python3.9/config/libpython3.9.a', 100, { facts: ar(50) }),
      file('lib/libpython3.9.so.1.0', 100, { facts: elf({}) }),
    ]);
    expect(found).toMatchObject({ severity: 'warn', bytes: 100 });
    expect(found?.claims).toEqual([{ path: 'lib/python3.9/config/libpython3.9.a', part: null, bytes: 100 }]);
  });

  it('only informs of one that stands alone', () => {
    const [found] = check([file('libz.a', 100, { facts: ar(50) }), file('libzstd.so', 100, { facts: elf({}) })]);
    expect(found).toMatchObject({ severity: 'info', bytes: 100 });
  });

  const library = file('lib/libz.a', 100, { facts: ar(50, { target: { class: 64, endian: 'little', machine: 62 } }) });
  const symlink = (path: string, link: string) => file(path, 0, { kind: 'symlink', link });
  const shared = [directory('usr'), directory('usr/lib'), file('usr/lib/real.bin', 100, { facts: elf({}) })];

  it.each<[what: string, severity: string, others: Entry[]]>([
    ['a shared library', 'warn', [file('lib64/libz.so.1.2', 100, { facts: elf({}) })]],
    ['a further name of one', 'warn', [...shared, hardlink('x/libz.so', 'usr/lib/real.bin')]],
    ['a symlink to one', 'warn', [...shared, symlink('lib/libz.so', '../usr/lib/real.bin')]],
    ['a symlink to one in a root directory', 'warn', [...shared, symlink('lib/libz.so', '/usr/lib/real.bin')]],
    ['a symlink that leads nowhere', 'info', [symlink('lib/libz.so', 'libz.so.1.2')]],
    ['a symlink to what is no library', 'info', [file('x', 3), symlink('lib/libz.so', '../x')]],
    ['a linker script elsewhere', 'info', [file('usr/lib/libz.so', 30)]],
    ['a program', 'info', [file('lib/libz.so', 100, { facts: elf({}, { elfType: 'EXEC' }) })]],
    ['a directory', 'info', [directory('lib/libz.so')]],
    ['one for another processor', 'info', [file('lib/libz.so', 100, { facts: elf({}, { machine: 183 }) })]],
    ['one of another class', 'info', [file('lib/libz.so', 100, { facts: elf({}, { class: 32 }) })]],
    ['one of another byte order', 'info', [file('lib/libz.so', 100, { facts: elf({}, { endian: 'big' }) })]],
    [
      'one for each of two processors',
      'warn',
      [file('arm/libz.so', 100, { facts: elf({}, { machine: 183 }) }), file('x86/libz.so', 100, { facts: elf({}) })],
    ],
    [
      'the same in the other order',
      'warn',
      [file('a/libz.so', 100, { facts: elf({}) }), file('b/libz.so', 100, { facts: elf({}, { machine: 183 }) })],
    ],
    ['one of macOS', 'info', [file('lib/libz.dylib', 100)]],
  ])('beside %s: %s', (_what, severity, others) => {
    expect(check([library, ...others])).toMatchObject([{ severity, bytes: 100 }]);
  });

  it('leaves a name alone whose file stays under another one', () => {
    const linked = [file('kept.bin', 100, { facts: ar(50) }), hardlink('liba.a', 'kept.bin')];
    expect(check(linked)).toEqual([]);
    const [found] = check([...linked, library, hardlink('lib64/libz.a', library.path)]);
    expect(found).toMatchObject({ bytes: 100, fix: { commands: ['rm -f -- lib/libz.a lib64/libz.a'] } });
  });

  it('compares processors only where both are known', () => {
    for (const other of [file('lib/libz.so', 100, { facts: elf({}, { machine: 183 }) }), file('lib/libz.dylib', 100)]) {
      expect(check([{ ...library, facts: ar(50) }, other])).toMatchObject([{ severity: 'warn' }]);
    }
  });

  it('is not beside what is no library, also where its own processor is not known', () => {
    const unknown = { ...library, facts: ar(50) };
    for (const other of [symlink('lib/libz.dylib', 'gone'), symlink('lib/libz.so', 'gone'), file('usr/libz.so', 30)])
      expect(check([unknown, other])).toMatchObject([{ severity: 'info' }]);
  });

  const tools = ['gcc', 'ar'];
  it.skipIf(!tools.every(requireTool))('judges real libraries so', async () => {
    const root = tempDirectory('static-library');
    run('gcc', ['-c', '-o', 'z.o', '-x', 'c', '-'], { cwd: root, input: 'int z(void) { return 0; }' });
    for (const name of ['libc.a', 'libdev.a', 'libtext.a', 'libarm.a']) run('ar', ['rcs', name, 'z.o'], { cwd: root });
    run('gcc', ['-shared', '-o', 'libc.so', 'z.o'], { cwd: root });
    symlinkSync('libdev.so.1', join(root, 'libdev.so'));
    mkdirSync(join(root, 'scripts'));
    run('ar', ['rcs', 'scripts/libc_nonshared.a', 'z.o'], { cwd: root });
    writeFileSync(join(root, 'scripts/libtext.so'), '/* GNU ld script */\nGROUP ( /lib/libc.so.6 libc_nonshared.a )\n');
    const foreign = readFileSync(join(root, 'libc.so'));
    // e_machine: AArch64. Nothing else of it is looked at here.
    foreign.writeUInt16LE(183, 18);
    writeFileSync(join(root, 'libarm.so'), foreign);
    const found = judge(await scan(root, { ...defaultLimits, digests: 'compare', facts: 'needed' }), [staticLibrary]);
    const claimed = found.map(({ severity, claims }) => [severity, claims.map(({ path }) => path).toSorted()]);
    expect(claimed).toEqual([
      ['info', ['libarm.a', 'libdev.a', 'libtext.a']],
      ['warn', ['libc.a']],
    ]);
  });

  it('frees a hard-linked library only when all its names go', () => {
    const facts = ar(50);
    expect(check([file('a/libz.a', 100, { facts }), hardlink('b/libz.a', 'a/libz.a')])[0]?.claims).toHaveLength(1);
    expect(check([file('a/libz.a', 100, { facts }), hardlink('b/libz', 'a/libz.a')])).toEqual([]);
  });

  it('only informs of one whose names differ, of which one stands alone', () => {
    const [found, ...others] = check([
      file('lib/libcurses.a', 100, { facts: ar(50) }),
      hardlink('lib/libncurses.a', 'lib/libcurses.a'),
      file('lib/libncurses.so', 10, { facts: elf({}) }),
    ]);
    expect(found).toMatchObject({ severity: 'info', bytes: 100, claims: [{ path: 'lib/libcurses.a' }] });
    expect(found?.fix.commands).toEqual(['rm -f -- lib/libcurses.a lib/libncurses.a']);
    expect(others).toEqual([]);
  });

  const program = (path: string) => file(path, 100, { mode: 0o755, facts: elf({}) });

  it.each<[what: string, linker: Entry]>([
    ["GNU's linker", program('usr/bin/x86_64-linux-gnu-ld.bfd')],
    ["GNU's linker by its short name", program('usr/bin/ld')],
    ['a linker that has its place in memory', file('bin/ld', 100, { facts: elf({}, { elfType: 'EXEC' }) })],
    ["LLVM's linker", program('usr/lib/llvm-14/bin/lld')],
    ['a compiler of C', program('usr/libexec/gcc/x86_64-linux-gnu/13/cc1')],
    ['a cross compiler', program('bin/arm-none-eabi-tcc')],
    ['a compiler of Rust', program('bin/rustc')],
    ['a compiler of OCaml', program('usr/bin/ocamlopt.opt')],
    ['a compiler of Haskell', program('usr/lib/ghc/bin/ghc-9.0.2')],
    ["Go's linker", program('usr/lib/go-1.19/pkg/tool/linux_amd64/link')],
    ['a linker of Windows', file('mingw/bin/ld.exe', 100)],
  ])('says nothing beside %s', (_what, linker) => {
    const beside = file('lib/libz.so', 100, { facts: elf({}) });
    expect(check([library, beside, linker])).toEqual([]);
  });

  it('knows a linker by any name of its file', () => {
    expect(check([library, program('usr/bin/other'), hardlink('z/ld', 'usr/bin/other')])).toEqual([]);
  });

  it.each<[what: string, other: Entry]>([
    ['a loader', program('usr/bin/ld.so')],
    ['a loader with its version', program('lib64/ld-linux-x86-64.so.2')],
    ['a script', file('bin/json-ld', 100, { mode: 0o755 })],
    ['another program of that name', program('usr/bin/link')],
    ['an object of that name', file('x/ld', 100, { facts: elf({}, { elfType: 'REL' }) })],
  ])('takes no %s for a linker', (_what, other) => {
    expect(check([library, other])).toMatchObject([{ bytes: 100 }]);
  });

  it.each<[what: string, path: string, others: string[]]>([
    ['an import library of Windows', 'lib/libz.dll.a', []],
    ["what is GCC's own", 'usr/lib/gcc/x86_64-linux-gnu/12/libgcc.a', []],
    ['what a linker script may name', 'lib/libc_nonshared.a', ['lib/libc.so']],
    ['what one called as a static library may name', 'lib/libm-2.36.a', ['lib/libm.a']],
    ['what lies beside the objects that programs begin with', 'usr/lib/libc.a', ['usr/lib/crt1.o']],
    ['what lies below those', 'usr/avr/lib/avr5/libm.a', ['usr/avr/lib/crtatmega328p.o']],
    ['what lies beside those of dietlibc', 'diet/lib/libc.a', ['diet/lib/start.o']],
    ['the code of a library of OCaml', 'lib/ocaml/unix.a', ['lib/ocaml/unix.cmxa']],
    ['the code of a library of Haskell', 'lib/base/libHSbase.a', ['lib/base/Data/List.hi']],
    ['what lies beside libraries of Rust', 'rustlib/lib/libx.a', ['rustlib/lib/libcore.rlib']],
  ])('leaves alone %s', (_what, path, others) => {
    const needed = file(path, 100, { facts: ar(50) });
    const free = file('opt/libz.a', 70, { facts: ar(50) });
    expect(check([needed, free, ...others.map((other) => file(other, 30))])).toMatchObject([{ bytes: 70 }]);
  });

  it.each<[what: string, other: Entry]>([
    ['a directory', directory('opt/lib.so')],
    ['a symlink', file('opt/libc.so', 0, { kind: 'symlink', link: 'nowhere', disk: 0 })],
    ['an object called as start files are, that is a directory', directory('opt/crt1.o')],
    ['more than a linker script is long', file('opt/libc.so', 4097)],
    ['an empty file', file('opt/libc.so', 0)],
  ])('finds what lies beside %s', (_what, other) => {
    expect(check([file('opt/libz.a', 70, { facts: ar(50) }), other])).toMatchObject([{ bytes: 70 }]);
    const script = file('opt/libc.so', 4096);
    expect(check([file('opt/libz.a', 70, { facts: ar(50) }), script])).toEqual([]);
  });

  it.each<[what: string, others: Entry[]]>([
    ['a text of that name that is long', [file('lib/libc.so', 4097)]],
    ['an empty file', [file('lib/libc.so', 0)]],
    ['a text called otherwise', [file('lib/notes.so', 30), file('lib/decrypt.o', 30), file('lib/restart.o', 30)]],
    ['a translation', [file('lib/messages.hi', 30)]],
  ])('claims it beside %s', (_what, others) => {
    expect(check([library, ...others])).toMatchObject([{ bytes: 100 }]);
  });

  it('claims it beside a broken library', () => {
    const notices = [{ path: 'lib/libc.so', code: 'elf', message: 'broken' }];
    expect(judge(snapshot([library, file('lib/libc.so', 30)], { notices }), [staticLibrary])).toHaveLength(1);
  });

  it('says nothing of other files named .a', () => {
    expect(check([file('notes.a', 100)])).toEqual([]);
  });
});
