// Long commands as reports print them: what is left out is counted, and what is left is a command.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellPath } from '../../src/model/shell.ts';
import { briefCommands } from '../../src/report/brief-commands.ts';
import { requireTool, runRaw } from '../oracles.ts';

const brief = (...commands: readonly string[]): string[] => briefCommands(commands, '--verbose');

describe('a command', () => {
  const paths = (count: number): string[] => Array.from({ length: count }, (_, at) => `share/doc/package number ${at}`);
  const words = (count: number): string => paths(count).map(shellPath).join(' ');

  it.each([
    ['rm -f --', ''],
    ['rm -r', ''],
    ['find', " -type f ! -iname 'licen[cs]e*' -delete"],
    ['find', " \\( -name '*.h' -o -name '*.c' \\) -delete"],
    ['find', ' ! -type d -delete'],
  ])('%s … names eight of its files', (start, end) => {
    expect(brief(`${start} ${words(8)}${end}`)).toEqual([`${start} ${words(8)}${end}`]);
    expect(brief(`${start} ${words(9)}${end}`)).toEqual([`${start} ${words(8)}${end} # and 1 more: --verbose`]);
    expect(brief(`${start} ${words(300)}${end}`)).toEqual([`${start} ${words(8)}${end} # and 292 more: --verbose`]);
  });

  it('of less than 200 characters is not worth it', () => {
    const long = (length: number): string => `rm -f -- ${'a '.repeat(30)}`.padEnd(length, 'b');
    expect(brief(long(199))).toEqual([long(199)]);
    expect(brief(long(200))).toEqual(['rm -f -- a a a a a a a a # and 23 more: --verbose']);
  });

  it('without many files stays as it is, however long', () => {
    const commands = [
      `find . -type f \\( ${Array.from({ length: 40 }, (_, at) => `-name '*.${at}'`).join(' -o ')} \\) -delete`,
      `printf ${words(40)}`,
      'rm -f -- a b c d e f g h i j k l m n o p',
    ];
    expect(brief(...commands)).toEqual(commands);
  });

  it('that chooses from many paths names eight of them, all kinds of names, and all that it leaves out', () => {
    const several = (count: number, of = 'path'): string =>
      Array.from({ length: count }, (_, at) => `-${of} './lib/a file ${at}'`).join(' -o ');
    const out = Array.from({ length: 20 }, (_, at) => `! -path ./lib/kept-${at}`).join(' ');
    const end = `${out} -exec strip -g {} +`;
    const found = (choice: string): string => `find . -type f \\( ${choice} \\) ${end}`;
    const names = several(20, 'name');
    for (const choice of [several(8), names, `${names} -o ${several(8)}`])
      expect(brief(found(choice))).toEqual([found(choice)]);
    expect(brief(found(several(9)))).toEqual([`${found(several(8))} # and 1 more: --verbose`]);
    expect(brief(found(`${several(30)} -o ${names}`))).toEqual([
      `${found(`${several(8)} -o ${names}`)} # and 22 more: --verbose`,
    ]);
    // What is more than a choice stays whole.
    for (const choice of [
      `${several(9)} ! -name a`,
      `! -name a -o ${several(9)}`,
      `${several(9)} -size +1`,
      `${several(9)} -o \\( -name a \\)`,
      `-type f ${several(9)}`,
    ])
      expect(brief(found(choice))).toEqual([found(choice)]);
    expect(brief(`find . ${several(9)} ${end}`)).toEqual([`find . ${several(9)} ${end}`]);
  });

  it.skipIf(!requireTool('bash'))('means the first eight files, whatever their names are', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .map((text) => Buffer.from(text.replaceAll('\0', '')).toString('latin1'))
      .filter((text) => text !== '');
    fc.assert(
      fc.property(fc.array(name, { minLength: 9, maxLength: 20 }), (names) => {
        const [command = ''] = brief(`rm -f -- ${names.map(shellPath).join(' ')} ${'x'.repeat(200)}`);
        const printed = runRaw('bash', ['-c', command.replace('rm -f --', String.raw`printf '%s\0'`)]).toString(
          'latin1',
        );
        expect(printed.split('\0').slice(0, -1)).toEqual(
          names.slice(0, 8).map((one) => (/^[-!(),]/.test(one) ? `./${one}` : one)),
        );
        expect(command).toMatch(new RegExp(` # and ${names.length - 7} more: --verbose$`));
      }),
      { numRuns: 40 },
    );
  });
});

describe('commands', () => {
  const some = (count: number): string[] => Array.from({ length: count }, (_, at) => `ln -f -- a ${at}`);

  it.each([0, 1, 4, 5])('of which there are %i are all there', (count) => {
    expect(brief(...some(count))).toEqual(some(count));
  });

  it.each([6, 500])('of which there are %i are the first four, of which the last says how many more', (count) => {
    expect(brief(...some(count))).toEqual([...some(3), `ln -f -- a 3 # and ${count - 4} more like this: --verbose`]);
  });

  it('may be cut both ways', () => {
    const long = `rm -f -- ${'some/file/of/a/long/name '.repeat(20)}`.trim();
    expect(brief(...Array.from({ length: 7 }, () => long)).at(-1)).toMatch(
      / # and 12 more, 3 more like this: --verbose$/,
    );
  });
});
