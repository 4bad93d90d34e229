// Words and commands for a shell, as one reads them; test/report/escape.test.ts holds names at random against bash.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endingIn, exceptInside, findPattern, firstCommands, removeCommand, shellWord } from '../../src/model/shell.ts';
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

describe('many commands', () => {
  const some = (count: number): string[] => Array.from({ length: count }, (_, at) => `echo ${at}`);
  const ran = (commands: readonly string[]): string[] =>
    run('sh', ['-c', commands.join('\n')])
      .split('\n')
      .slice(0, -1);

  it.each([0, 1, 3, 4, 5, 12])(
    'are the first four of %i, and the last of these says how many are left out',
    (count) => {
      const shown = firstCommands(some(count));
      expect(ran(shown)).toEqual(some(Math.min(count, 4)).map((command) => command.slice(5)));
      const remarks = shown.map((command) => /# and (\d+) more/.exec(command)?.[1] ?? '');
      expect(remarks.filter(Boolean)).toEqual(count > 4 ? [`${count - 4}`] : []);
      expect(remarks.findIndex(Boolean)).toBe(count > 4 ? 3 : -1);
    },
  );

  it.each([1, 4, 5, 12])('are one, of %i paths', (count) => {
    const paths = some(count).map((_, at) => `${at}`);
    const command = removeCommand(paths);
    expect(ran([command.replace(/^rm -f --/, "printf '%s\\n'")])).toEqual(paths.slice(0, 4));
    expect(/#.*/.exec(command)?.[0] ?? '').toBe(count > 4 ? `# and ${count - 4} more, see --json` : '');
    expect(removeCommand(paths, count)).not.toContain('#');
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
