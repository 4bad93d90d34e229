import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
    ['a linker script', 'info', [file('lib/libz.so', 30)]],
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
    for (const other of [symlink('lib/libz.dylib', 'gone'), symlink('lib/libz.so', 'gone'), file('lib/libz.so', 30)])
      expect(check([unknown, other])).toMatchObject([{ severity: 'info' }]);
  });

  const tools = ['gcc', 'ar'];
  it.skipIf(!tools.every(requireTool))('judges real libraries so', async () => {
    const root = tempDirectory('static-library');
    run('gcc', ['-c', '-o', 'z.o', '-x', 'c', '-'], { cwd: root, input: 'int z(void) { return 0; }' });
    for (const name of ['libc.a', 'libdev.a', 'libtext.a', 'libarm.a']) run('ar', ['rcs', name, 'z.o'], { cwd: root });
    run('gcc', ['-shared', '-o', 'libc.so', 'z.o'], { cwd: root });
    symlinkSync('libdev.so.1', join(root, 'libdev.so'));
    writeFileSync(join(root, 'libtext.so'), '/* GNU ld script */\nINPUT(-lc)\n');
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

  it('says nothing of other files named .a', () => {
    expect(check([file('notes.a', 100)])).toEqual([]);
  });
});
