// The commands that strip what debug-symbols claims, run in trees made up of real files: they change what is claimed, by as much, and nothing
// else, whatever has which suffix, permissions and further names, and on either side of the numbers from which on commands are others.
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debugSymbols } from '../../src/rules/debug-symbols.ts';
import { judge } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildElf } from '../build/elf.ts';
import { numbers } from '../build/numbers.ts';
import { ar, elf, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'compare', facts: 'needed' } as const;

/** Files of every kind that the rule and its commands tell apart. */
function samples(): string {
  const work = tempDirectory('strip-command-samples');
  const make = (tool: string, ...args: readonly string[]): unknown => run(tool, args, { cwd: work });
  writeFileSync(join(work, 'x.c'), 'int x(int a) { return a; } int main(int c, char **v) { return x(c); }');
  make('gcc', '-g', '-o', 'program', 'x.c');
  make('gcc', '-g', '-c', '-o', 'object', 'x.c');
  make('gcc', '-g', '-shared', '-fPIC', '-o', 'library', 'x.c');
  make('gcc', '-s', '-shared', '-fPIC', '-o', 'stripped', 'x.c');
  make('ar', 'rcs', 'archive', 'object');
  make('ar', 'rcs', 'texts', 'x.c');
  for (const name of ['library', 'object']) {
    copyFileSync(join(work, name), join(work, `${name}-appended`));
    appendFileSync(join(work, `${name}-appended`), 'PAYLOAD');
  }
  writeFileSync(join(work, 'script'), '#!/bin/sh\n# ELF\n');
  writeFileSync(join(work, 'damaged'), '!<arch>\nno archive');
  writeFileSync(join(work, 'cut'), readFileSync(join(work, 'program')).subarray(0, 3000));
  writeFileSync(join(work, 'refused'), buildElf({ machine: 0xfe01, sections: [{ name: '.text', content: 'code' }] }));
  return work;
}

const kinds: readonly [string, ...string[]] = [
  'program',
  'object',
  'library',
  'archive',
  'library',
  'program',
  'object',
];
const furtherKinds: readonly [string, ...string[]] = [
  'stripped',
  'texts',
  'library-appended',
  'object-appended',
  'script',
  'damaged',
  'cut',
  'refused',
  'object',
  'library',
  'archive',
];
const suffixes: readonly [string, ...string[]] = [
  '',
  '',
  '.so',
  '.so.1',
  '.o',
  '.a',
  '.node',
  '.bare',
  '.bare',
  '.so.bare',
  '.so.1.bare',
];
const folders: readonly [string, ...string[]] = ['', '', 'lib/', 'a b/', 'x[1]*/', "it's/"];

describe.skipIf(!['gcc', 'ar', 'strip', 'find'].every((name) => requireTool(name)))('commands of debug-symbols', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index))('strip what is claimed, seed %i', async (seed) => {
    const next = numbers(seed);
    const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(next() * list.length)] ?? list[0];
    const from = samples();
    for (let round = 0; round < 3; round++) {
      const work = join(tempDirectory('strip-command'), 'tree');
      const names: string[] = [];
      const add = (kind: string, suffix: string, mode: number): void => {
        const name = `${pick(folders)}${pick(['n', 'n', 'm-', '-'])}${names.length}${suffix}`;
        mkdirSync(dirname(join(work, name)), { recursive: true });
        copyFileSync(join(from, kind), join(work, name));
        chmodSync(join(work, name), mode);
        names.push(name);
        if (next() > 0.1) return;
        const second = `${pick(folders)}second-${names.length}${pick(suffixes)}`;
        mkdirSync(dirname(join(work, second)), { recursive: true });
        linkSync(join(work, name), join(work, second));
      };
      for (const list of [kinds, kinds, furtherKinds, furtherKinds]) {
        const [kind, suffix, mode] = [pick(list), pick(suffixes), pick([0o755, 0o755, 0o644])];
        for (let count = pick([1, 3, 4, 5, 7, 8, 9, 10]); count > 0; count--) add(kind, suffix, mode);
      }
      const before = await scan(work, options);
      const files = before.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path);
      const contents = new Map(files.map((path) => [path, readFileSync(join(work, path))]));
      const found = judge(before, [debugSymbols]).find(({ fix }) => fix.commands.length > 0);
      const commands = found?.fix.commands ?? [];
      for (const command of commands) run('sh', ['-ec', command], { cwd: work });
      const changed: Record<string, number> = {};
      for (const [path, content] of contents) {
        const now = readFileSync(join(work, path));
        if (!now.equals(content)) changed[path] = content.length - now.length;
      }
      expect(changed, commands.join('\n')).toEqual(
        Object.fromEntries((found?.claims ?? []).map(({ path, bytes }) => [path, bytes])),
      );
      rmSync(work, { recursive: true });
    }
    rmSync(from, { recursive: true });
  });
});

describe('what a command names', () => {
  const shrinks = elf({ unneeded: 100 });
  const grows = elf({ unneeded: 1001 });
  const many = (count: number, nameOf: (index: number) => string, more: Partial<Entry>): readonly Entry[] =>
    Array.from({ length: count }, (_, index) => file(nameOf(index), 1000, { mode: 0o755, ...more }));
  const commands = (...entries: readonly (readonly Entry[])[]): readonly string[] =>
    judge(snapshot(entries.flat()), [debugSymbols]).find(({ fix }) => fix.commands.length > 0)?.fix.commands ?? [];
  const libraries = (count: number): readonly Entry[] => many(count, (index) => `l${index}.so`, { facts: shrinks });
  const words = (command: string | undefined, word: string): number => (command ?? '').split(` ${word} `).length - 1;

  it.each([
    [8, 8],
    [9, 0],
  ])('of %i files that would be damaged, %i', (count, named) => {
    const danger = { code: 'appended-data', bytes: 10, message: 'lost' };
    const damaged = many(count, (index) => `d${index}.x`, { facts: elf({ unneeded: 100 }, { unsafe: [danger] }) });
    expect(words(commands(damaged, libraries(1))[0], '! -path')).toBe(named);
  });

  it.each([
    [1, 8, 0],
    [1, 9, 1],
    [8, 9, 8],
    [9, 9, 0],
    [10, 9, 0],
  ])('of %i files beside %i others of their suffix, %i', (count, others, named) => {
    const alike = many(others, (index) => `s${index}.so`, { facts: grows });
    const [command = ''] = commands(libraries(count), alike);
    expect(command.includes("-name '*.so'")).toBe(named === 0);
    expect(command.match(/-path \.\/l\d/g) ?? []).toHaveLength(named);
    expect(words(command, '!')).toBe(named === 0 ? others : 0);
  });

  it('of programs without a suffix, four', () => {
    const programs = (count: number): readonly string[] =>
      commands(many(count, (index) => `p${index}`, { facts: shrinks }));
    expect(programs(1)).toEqual(['find . -type f -path ./p0 -exec strip --strip-unneeded {} +']);
    expect(words(programs(4)[0], '-path')).toBe(4);
    expect(words(programs(5)[0], '-path')).toBe(0);
  });

  it('of a suffix that most files of other kinds have, ELF files that strip would lengthen, up to eight', () => {
    const own = many(5, (index) => `f${index}.x`, { facts: shrinks, mode: 0o644 });
    const texts = many(9, (index) => `t${index}.x`, { facts: null, mode: 0o644 });
    const archives = many(3, (index) => `a${index}.x`, { facts: ar(1000), mode: 0o644 });
    const beside = (count: number): string | undefined =>
      commands(
        own,
        texts,
        archives,
        many(count, (index) => `g${index}.x`, { facts: grows, mode: 0o644 }),
      )[0];
    expect(beside(8)).toContain("-name '*.x'");
    expect(words(beside(8), '! -path')).toBe(8);
    expect(beside(9)).not.toContain("-name '*.x'");
    expect(words(beside(9), '-path')).toBe(5);
  });

  it('none that strip leaves as it is', () => {
    const same = many(3, (index) => `s${index}.so`, { facts: elf({ unneeded: 1000 }) });
    expect(commands(libraries(1), same)).toEqual(["find . -type f -name '*.so' -exec strip --strip-unneeded {} +"]);
    const refused = many(1, (index) => `r${index}.so`, { facts: elf({ refused: 'no section headers' }) });
    expect(words(commands(libraries(1), refused)[0], '! -path')).toBe(1);
  });

  it('libraries of texts alone, which strip does not know', () => {
    const objects = many(1, (index) => `o${index}.a`, { facts: ar(600) });
    const texts = many(1, (index) => `t${index}.a`, { facts: { ...ar(1000), objects: 0 } });
    expect(commands(objects, texts)).toEqual(["find . -type f -name '*.a' ! -path ./t0.a -exec strip -g {} +"]);
  });

  it('by name is not looked for once more among programs, but programs of a name that says nothing are', () => {
    const texts = many(9, (index) => `t${index}.so`, { facts: null }).concat(
      many(9, (index) => `t${index}.x`, { facts: null }),
    );
    const programs = many(6, (index) => `p${index}${index < 3 ? '.x' : ''}`, { facts: shrinks });
    const plain = many(2, (index) => `f${index}.x`, { facts: shrinks, mode: 0o644 });
    const [, last = ''] = commands(libraries(2), texts, programs, plain);
    expect(last).toContain(" -perm -100 ! -name '*.so' -exec ");
  });
});
