// Words and commands for a shell, as one reads them; test/report/escape.test.ts holds names at random against bash.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  endingIn,
  exceptInside,
  findPattern,
  forCommands,
  removeCommands,
  shellPath,
  shellWord,
} from '../../src/model/shell.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

describe.skipIf(!requireTool('bash'))('what must be spelled out', () => {
  it.each([
    ['\x1f ~', String.raw`$'\x1f ~'`],
    ['\x7f ~', String.raw`$'\x7f ~'`],
    ["\x80it's", String.raw`$'\x80it\'s'`],
    // No third digit of a byte.
    ['\xe9g\xe9e9e', String.raw`$'\xe9g\xe9'$'e9e'`],
    ['\x1f1\nF\n\n', String.raw`$'\x1f'$'1\x0a'$'F\x0a\x0a'`],
    ['\xff\\x41', String.raw`$'\xff\\x41'`],
    ["\n'\\\n'", String.raw`$'\x0a\'\\\x0a\''`],
  ])('is, of %j, and nothing else', (name, word) => {
    expect(shellWord(name)).toBe(word);
    expect(runRaw('bash', ['-c', `printf %s ${word}`]).toString('latin1')).toBe(name);
  });
});

describe('commands on many files', () => {
  const paths = (count: number): string[] => Array.from({ length: count }, (_, at) => `d ${at}/${'x'.repeat(at % 90)}`);

  it.each([0, 1, 5, 2000, 9000])('hold all of %i', (count) => {
    const all = paths(count);
    const commands = removeCommands(all);
    expect(commands.length).toBe(Math.ceil(all.reduce((sum, path) => sum + shellPath(path).length + 1, 0) / 100_000));
    const printed = commands.map((command) =>
      run('sh', ['-c', command.replace(/^rm -f --/, "printf '%s\\n'")])
        .split('\n')
        .slice(0, -1),
    );
    expect(printed.flat()).toEqual(all);
    for (const command of commands) expect(command.length).toBeLessThan(100_020);
  });

  it('takes a word that is longer than a command may be by itself', () => {
    const long = 'y'.repeat(100_001);
    expect(forCommands(['a', long, 'b', 'c'])).toEqual(['a', long, 'b c']);
    expect(forCommands(['z'.repeat(50_000), 'z'.repeat(49_998)])).toHaveLength(1);
    expect(forCommands(['z'.repeat(50_000), 'z'.repeat(49_999)])).toHaveLength(2);
  });
});

describe.skipIf(!requireTool('find'))('words of find', () => {
  const root = tempDirectory('words-of-find');
  // Two of them are directories.
  for (const name of ['a.x', 'b.y', 'c.z', 'd*', 'd1', '-e', 'f', 'f/g', 'h.y']) {
    if (name === 'f' || name === 'h.y') mkdirSync(join(root, name));
    else writeFileSync(join(root, name), '');
  }
  const found = (words: string): string[] =>
    run('sh', ['-c', `find ${words}`], { cwd: root })
      .split('\n')
      .filter(Boolean)
      .toSorted();

  it('for endings stand in parentheses where there are several', () => {
    expect(endingIn(['.x'])).toBe("-name '*.x'");
    for (const endings of [['.x'], ['.x', '.y']])
      expect(found(`. -type f ${endingIn(endings)}`)).toEqual(['./a.x', './b.y'].slice(0, endings.length));
  });

  it('for a path mean it alone', () => {
    expect(found(`. -path ${findPattern('d*')}`)).toEqual(['./d*']);
    expect(found(`. -path ${findPattern('f', './', '/*')}`)).toEqual(['./f/g']);
    expect(found(`./-e d1 f -type f${exceptInside(['-e'], '')}${exceptInside(['f'], '/*')}`)).toEqual(['d1']);
    expect(found(`. -type f -name '[-d]*'${exceptInside(['-e', 'd1'], '', true)}`)).toEqual(['./d*']);
  });
});
