// The commands of debug-symbols on what is unpacked from a zip without permissions, made on a system that has none.
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debugSymbols } from '../../src/rules/debug-symbols.ts';
import { judge } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { ar, elf, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run } from '../oracles.ts';

const tools = ['gcc', 'ar', 'strip', 'find', 'unzip'];
const loop = `-exec sh -c 'for f; do if head -c4 "$f" | grep -q ELF; then strip --strip-unneeded "$f"; fi; done' sh {} +`;

describe('programs without permissions', () => {
  const commandsOf = (entries: Parameters<typeof snapshot>[0]): readonly string[] =>
    judge(snapshot(entries), [debugSymbols])[0]?.fix.commands ?? [];
  const programs = Array.from({ length: 5 }, (_, index) =>
    file(`p${index}`, 1000, { mode: null, facts: elf({ unneeded: 100 }) }),
  );

  it('are known by what they begin with, and what strip must not touch is left out whatever its permissions', () => {
    const grows = { facts: elf({ unneeded: 1001 }) };
    const others = [file('a', 1000, grows), file('b', 1000, { ...grows, mode: 0o755 }), file('c', 9, { mode: null })];
    expect(commandsOf([...programs, ...others])).toEqual([`find . -type f ! -path ./a ! -path ./b ${loop}`]);
  });

  it('are named where what strip must not touch is more', () => {
    const others = Array.from({ length: 9 }, (_, index) => file(`q${index}`, 1000, { facts: elf({ unneeded: 1001 }) }));
    const paths = programs.map(({ path }) => `-path ./${path}`).join(' -o ');
    expect(commandsOf([...programs, ...others])).toEqual([
      `find . -type f \\( ${paths} \\) -exec strip --strip-unneeded {} +`,
    ]);
  });

  it('are not static libraries, which begin otherwise', () => {
    const libraries = Array.from({ length: 5 }, (_, index) => file(`l${index}`, 1000, { mode: 0o755, facts: ar(300) }));
    const paths = libraries.map(({ path }) => `-path ./${path}`).join(' -o ');
    expect(commandsOf(libraries)).toEqual([`find . -type f \\( ${paths} \\) -exec strip -g {} +`]);
  });
});

describe.skipIf(!tools.every((name) => requireTool(name)))('a zip made without permissions', () => {
  it.each([0, 9])('is stripped of what is claimed, and of nothing else: %i more objects', async (more) => {
    const work = tempDirectory('debug-symbols-zip');
    writeFileSync(join(work, 'x.c'), 'int x(int a) { return a; } int main(int c, char **v) { return x(c); }');
    run('gcc', ['-g', '-o', 'p0', 'x.c'], { cwd: work });
    run('gcc', ['-g', '-c', '-o', 'x.o', 'x.c'], { cwd: work });
    run('gcc', ['-g', '-shared', '-fPIC', '-o', 'x.so', 'x.c'], { cwd: work });
    run('ar', ['rcs', 'x.a', 'x.o'], { cwd: work });
    const names = ['p0', 'x.o', 'x.so', 'x.a', 'object', 'library', 'app', 'script'];
    for (const [from, to] of [
      ['x.o', 'object'],
      ['x.a', 'library'],
      ['p0', 'app'],
    ] as const) {
      copyFileSync(join(work, from), join(work, to));
    }
    appendFileSync(join(work, 'app'), 'PAYLOAD');
    writeFileSync(join(work, 'script'), '#!/bin/sh\n# ELF\n');
    for (let index = 1; index < 7; index++) {
      copyFileSync(join(work, 'p0'), join(work, `p${index}`));
      names.push(`p${index}`);
    }
    for (let index = 0; index < more; index++) {
      copyFileSync(join(work, 'x.o'), join(work, `object${index}`));
      names.push(`object${index}`);
    }
    const contents = new Map(names.map((name) => [name, readFileSync(join(work, name))]));
    const zip = join(work, 'x.zip');
    writeFileSync(zip, buildZip([...contents].map(([name, content]) => ({ name, content, host: 0, external: 0x20 }))));
    const before = await scan(zip, { ...defaultLimits, digests: 'compare', facts: 'needed' });
    expect(before.entries.filter(({ kind, mode }) => kind === 'file' && mode === null)).toHaveLength(names.length);
    const found = judge(before, [debugSymbols]).find(({ fix }) => fix.commands.length > 0);

    const out = join(work, 'out');
    mkdirSync(out);
    execFileSync('unzip', ['-q', zip, '-d', out]);
    expect(statSync(join(out, 'p0')).mode & 0o100).toBe(0);
    for (const command of found?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: out });
    const changed: Record<string, number> = {};
    for (const [name, content] of contents) {
      const now = readFileSync(join(out, name));
      if (!now.equals(content)) changed[name] = content.length - now.length;
    }
    expect(changed).toEqual(Object.fromEntries((found?.claims ?? []).map(({ path, bytes }) => [path, bytes])));
    expect(Object.keys(changed)).toEqual(
      expect.arrayContaining(['p0', 'p6', 'x.o', 'x.a', 'x.so', 'object', 'library']),
    );
    expect(Object.keys(changed)).not.toContain('app');
  });
});
