import { chmodSync, copyFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debugSymbols } from '../../src/rules/debug-symbols.ts';
import { judge } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
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

  it('says nothing of stripped files, of files that would grow, and of files that strip refuses', () => {
    expect(
      check([
        file('stripped', 1000, { facts: elf({ unneeded: 1000 }) }),
        file('grows', 1000, { facts: elf({ unneeded: 1016 }) }),
        file('refused', 1000, { facts: elf({ refused: 'no section headers' }) }),
      ]),
    ).toEqual([]);
  });

  it('keeps files apart that strip would damage, and its command leaves them alone', () => {
    const danger = { code: 'appended-data', bytes: 10, message: '10 bytes of appended data would be lost' };
    const [found, unsafe] = check([
      file('bin/app', 1000, { facts: elf({ unneeded: 100 }, { unsafe: [danger] }) }),
      file('bin/tool', 1000, { facts: elf({ unneeded: 100 }) }),
      file('bin/*', 1000, { facts: elf({ unneeded: 1000 }, { unsafe: [danger] }) }),
      file('x.o', 1000, { facts: elf({ debug: 100 }, { elfType: 'REL' }) }),
    ]);
    expect(found?.claims.map(({ path }) => path)).toEqual(['bin/tool', 'x.o']);
    expect(found?.fix.commands).toEqual([
      String.raw`find . -type f -path ./bin/tool ! -path './bin/\*' ! -path ./bin/app -exec strip --strip-unneeded {} +`,
      "find . -type f -name '*.o' -exec strip -g {} +",
    ]);
    expect(unsafe).toMatchObject({ severity: 'info', bytes: 0 });
    expect(unsafe?.title).toContain('900 B');
    expect(unsafe?.title).toContain('appended data');
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
      `find . -type f -perm -100 -exec sh -c 'for f; do if head -c4 "$f" | grep -q ELF; then strip --strip-unneeded "$f"; fi; done' sh {} +`,
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

describe.skipIf(!['gcc', 'ar', 'strip', 'objcopy', 'find'].every((name) => requireTool(name)))('its commands', () => {
  it('strip what is claimed, among programs of other kinds, and nothing else', async () => {
    const work = tempDirectory('debug-symbols');
    writeFileSync(join(work, 'x.c'), 'int x(int a) { return a; } int main(int c, char **v) { return x(c); }');
    run('gcc', ['-g', '-o', 'p', 'x.c'], { cwd: work });
    run('gcc', ['-g', '-c', '-o', 'object', 'x.c'], { cwd: work });
    run('ar', ['rcs', 'library', 'object'], { cwd: work });
    run('objcopy', ['-O', 'pei-x86-64', 'p', 'tool.exe'], { cwd: work });
    for (let index = 0; index < 6; index++) copyFileSync(join(work, 'p'), join(work, `p${index}`));
    writeFileSync(join(work, 'script'), '#!/bin/sh\n# ELF\n');
    for (const name of ['object', 'library', 'tool.exe', 'script']) chmodSync(join(work, name), 0o755);
    const sizes = (): Map<string, number> =>
      new Map(readdirSync(work).map((name) => [name, statSync(join(work, name)).size]));
    const before = sizes();
    const found = judge(
      await scan(work, { ...defaultLimits, maxWindow: 1 << 27, digests: 'compare', facts: 'needed' }),
      [debugSymbols],
    )[0];
    for (const command of found?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: work });
    const after = sizes();
    const claimed = new Map(found?.claims.map(({ path, bytes }) => [path, bytes]));
    expect([...claimed.keys()].toSorted()).toEqual(['library', 'object', 'p', 'p0', 'p1', 'p2', 'p3', 'p4', 'p5']);
    for (const [name, size] of before) expect(size - (after.get(name) ?? 0), name).toBe(claimed.get(name) ?? 0);
  });
});
