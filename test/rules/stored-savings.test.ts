// What findings are estimated to save of the compressed artifact, against archives that were really stripped and compressed again with
// the programs.
import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('stored-savings');
const ready = ['gcc', 'ar', 'strip', 'tar', 'zstd', 'gzip', 'xz', 'zip', 'find'].every(requireTool);

/** Numbers below `limit`, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % limit;
  };
}

const syllables = [
  'ka',
  'ro',
  'mi',
  'ten',
  'sul',
  'va',
  'dor',
  'fi',
  'ne',
  'gra',
  'pol',
  'ist',
  'hu',
  'bex',
  'lam',
  'qui',
];

/** A module of functions that have little in common with those of other modules, as those of programs. */
function moduleSource(number: number): string {
  const roll = dice(number + 1);
  const word = (): string => Array.from({ length: 2 + roll(3) }, () => syllables[roll(syllables.length)]).join('');
  const value = (names: readonly string[]): string =>
    roll(2) === 0 ? String(roll(100_000)) : (names[roll(names.length)] ?? '1');
  const operator = (): string => ['+', '-', '*', '^', '|', '&'][roll(6)] ?? '+';
  const functions = Array.from({ length: 70 }, (_, at) => {
    const names = Array.from({ length: 3 + roll(5) }, (__, index) => `${word()}_${index}`);
    const fields = names.map((name) => `${['int', 'long', 'short', 'unsigned'][roll(4)]} ${name};`).join(' ');
    const lines = Array.from({ length: 4 + roll(14) }, () => {
      const [to, from] = [names[roll(names.length)], names[roll(names.length)]];
      if (roll(4) === 0) return `  if (s->${from} > ${roll(5000)}) puts("${word()} ${word()} ${word()}");`;
      if (roll(3) === 0)
        return `  for (int i = 0; i < s->${from}; i++) s->${to} ${operator()}= i ${operator()} ${roll(900)};`;
      return `  s->${to} = (s->${from} ${operator()} ${roll(70_000)}) ${operator()} ${value(names.map((name) => `s->${name}`))};`;
    });
    const type = `${word()}_${number}_${at}`;
    return `struct ${type} { ${fields} };\nint use_${type}(struct ${type} *s) {\n${lines.join('\n')}\n  return s->${names[0]};\n}`;
  });
  return `#include <pthread.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n${functions.join('\n')}`;
}

function makeTree(): void {
  const tree = join(work, 'tree');
  for (const directory of ['objects', 'tree/lib', 'tree/share']) mkdirSync(join(work, directory), { recursive: true });
  for (let number = 0; number < 8; number++) writeFileSync(join(work, `objects/m${number}.c`), moduleSource(number));
  const script = [
    'set -e',
    'cd objects',
    'gcc -g -O1 -fPIC -w -c *.c',
    'for n in 0 1 2; do gcc -shared -o ../tree/lib/libm$n.so m$n.o m$((n+3)).o; done',
    'ar rcsD ../tree/lib/liball.a m[67].o',
  ];
  run('sh', ['-c', script.join('\n')], { cwd: work });
  for (let number = 0; number < 8; number += 2)
    cpSync(join(work, `objects/m${number}.c`), join(tree, `share/m${number}.c`));
  run('sh', ['-c', 'cp -a tree stripped && cd stripped/lib && strip --strip-unneeded *.so && strip -g *.a'], {
    cwd: work,
  });
}

function packed(directory: string, script: string): number {
  const tar = `tar --format=pax --sort=name --mtime=@0 -C ${directory} -cf - .`;
  run('sh', ['-c', script.replaceAll('TAR', tar).replaceAll('OUT', `${directory}.packed`)], { cwd: work });
  return statSync(join(work, `${directory}.packed`)).size;
}

interface Told {
  readonly rule: string;
  readonly bytes: number;
  readonly stored: number | null;
}

function toldOf(path: string): Told | undefined {
  const { stdout } = sizecheck(['scan', path, '--size', 'compressed', '--json', '--exit-zero'], { cwd: work });
  const findings: Told[] = JSON.parse(stdout).findings;
  return findings.find(({ rule }) => rule === 'debug-symbols');
}

describe.skipIf(!ready)('debug data', () => {
  beforeAll(makeTree);

  it.each([
    ['zstd -19', 'TAR | zstd -q -19 -f -o OUT'],
    ['zstd -3', 'TAR | zstd -q -3 -f -o OUT'],
    ['gzip -9', 'TAR | gzip -9 > OUT'],
    ['xz -6', 'TAR | xz -6 > OUT'],
    ['zip', 'cd $(dirname OUT); rm -f OUT; case OUT in stripped*) cd stripped;; *) cd tree;; esac; zip -qr ../OUT .'],
  ])('%s: what strip and the program save, within 8 %%', (_, script) => {
    const [before, after] = [packed('tree', script), packed('stripped', script)];
    const told = toldOf('tree.packed');
    expect(before - after).toBeGreaterThan(before * 0.3);
    expect((told?.stored ?? 0) / (before - after)).toBeGreaterThan(0.92);
    expect((told?.stored ?? 0) / (before - after)).toBeLessThan(1.08);
  });

  it('every byte of it where nothing is compressed', () => {
    packed('tree', 'TAR > OUT');
    const told = toldOf('tree.packed');
    expect(told?.stored).toBe(told?.bytes);
  });

  it('the same of a snapshot', () => {
    packed('tree', 'TAR | zstd -q -9 -f -o OUT');

    expect(sizecheck(['snapshot', 'tree.packed', '-o', 'tree.json'], { cwd: work }).code).toBe(0);
    expect(toldOf('tree.json')).toEqual(toldOf('tree.packed'));
    const broken = run('sed', ['s/"stripShare": \\?[0-9.]*/"stripShare": 2/', 'tree.json'], { cwd: work });
    writeFileSync(join(work, 'broken.json'), broken);
    const ran = sizecheck(['scan', 'broken.json'], { cwd: work });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('which is no share of 1');
  });
});
