import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/options/arguments.ts';
import { nearest } from '../../src/policy/nearest.ts';
import { UsageError } from '../../src/errors.ts';

const specs = {
  format: { kind: 'choice', choices: ['a', 'b'], default: 'a', describe: '' },
  top: { kind: 'number', default: 3, least: 1, describe: '' },
  quiet: { kind: 'flag', short: 'q', default: false, describe: '' },
  progress: { kind: 'flag', default: true, describe: '' },
  output: { kind: 'text', short: 'o', describe: '' },
  include: { kind: 'list', describe: '' },
} as const;

describe('arguments', () => {
  it('that other commands take are refused with the place of what they mean here', () => {
    const elsewhere = { rules: 'rules stand in a file' };
    expect(() => parseArguments(['--rules', 'a'], specs, elsewhere)).toThrow(
      /^there is no option --rules; rules stand in a file$/,
    );
    expect(() => parseArguments(['--tip', '1'], specs, elsewhere)).toThrow('did you mean --top?');
    expect(() => parseArguments(['--constructor'], specs, elsewhere)).toThrow(/no option --constructor$/);
  });

  it('have defaults', () => {
    const { values } = parseArguments([], specs);
    expect(values).toEqual({ format: 'a', top: 3, quiet: false, progress: true, output: undefined, include: [] });
  });

  it('are read in every spelling', () => {
    const line = [
      'x',
      '--format=b',
      '--top',
      '7',
      '-q',
      '--no-progress',
      '-o',
      'out',
      '--include',
      'p',
      '--include=q',
      '-',
      '--',
      '--y',
    ];
    const { values, positionals } = parseArguments(line, specs);
    expect(values).toEqual({ format: 'b', top: 7, quiet: true, progress: false, output: 'out', include: ['p', 'q'] });
    expect(positionals).toEqual(['x', '-', '--y']);
  });

  it('may be the same twice', () => {
    const { values } = parseArguments(['-o', 'x', '--output', 'x', '-qq', '--progress', '--no-progress'], specs);
    expect(values).toMatchObject({ output: 'x', quiet: true, progress: false });
  });

  it.each([
    [['--format', 'c'], 'one of a, b'],
    [['--format', 'a', '--format=b'], /^--format is given twice, "a" and "b"; give one$/],
    [['--top', '1', '--top', '2'], /^--top is given twice, "1" and "2"; give one$/],
    [['-o', 'x', '-q', '--output=y'], /^--output is given twice, "x" and "y"; give one$/],
    [['-o', 'x', '-o', 'x', '-o', 'y'], /^--output is given twice, "x" and "y"; give one$/],
    [['--top', '0'], '1 or more'],
    [['--top', '1e1'], 'whole number'],
    [['--top', '-1'], /^--top takes a whole number of 1 or more, not "-1"$/],
    [['--format', '--quiet'], /^--format takes one of a, b, not "--quiet"$/],
    [['-o', '-x'], /^-o takes a value; if "-x" is meant, write --output=-x$/],
    [['-qo', '-x'], /^-o takes a value; if "-x" is meant, write --output=-x$/],
    [['-q', '-o', '-q'], /^-o takes a value; if "-q" is meant, write --output=-q$/],
    [['--include', '-x'], /^--include takes a value; if "-x" is meant, write --include=-x$/],
    [['--top'], 'argument missing'],
    [['--quiet=yes'], 'does not take an argument'],
    [['--quite'], 'did you mean --quiet?'],
    [['--b'], /^there is no option --b; did you mean --format b\?$/],
    [['-Z'], /^there is no option -Z$/],
    [['-t'], /^there is no option -t$/],
    [['--zzzzzz'], 'there is no option --zzzzzz'],
    [['-o', ''], /^--output is empty; is a variable not set\?$/],
    [['--include', 'p', '--include='], /^--include is empty/],
    [['x', ''], /^an argument is empty/],
  ])('%j is refused', (line, says) => {
    expect(() => parseArguments(line, specs)).toThrow(UsageError);
    expect(() => parseArguments(line, specs)).toThrow(says);
  });

  it('may be as small as they may be, and no larger than is exact', () => {
    expect(parseArguments(['--top', '1'], specs).values.top).toBe(1);
    expect(parseArguments(['--top', '9007199254740991'], specs).values.top).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => parseArguments(['--top', '9007199254740992'], specs)).toThrow('1 or more');
  });

  it('suggest what is near', () => {
    expect(nearest('sacn', ['scan', 'snapshot'])).toBe('scan');
    expect(nearest('xyz', ['scan'])).toBeNull();
    expect(nearest('SCAN', ['scan', 'snapshot'])).toBe('scan');
    const rules = ['debug-symbols', 'debug-files', 'test-suite', 'source-maps', 'map'];
    expect(nearest('symbols', rules)).toBe('debug-symbols');
    expect(nearest('suite', rules)).toBe('test-suite');
    // Of two nobody knows which, and a short word says too little.
    expect(nearest('debug', rules)).toBeNull();
    expect(nearest('maps', rules)).toBe('source-maps');
    expect(nearest('map', rules)).toBe('map');
    expect(nearest('test', ['test-suite'])).toBe('test-suite');
    expect(nearest('tes', ['tes-suite'])).toBeNull();
  });
});
