import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { cutMiddle, wrap, wrapCommand } from '../../src/report/table/style.ts';
import { requireTool, runRaw } from '../oracles.ts';

describe('text that fits', () => {
  it('leaves out the middle of long paths', () => {
    expect(cutMiddle('short', 10)).toBe('short');
    expect(cutMiddle('a/long/path/to/file', 11)).toBe('a/l\u2026to/file');
    expect(Array.from(cutMiddle('x'.repeat(100), 20))).toHaveLength(20);
  });

  it('wraps at spaces', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('unbreakable', 4)).toEqual(['unbreakable']);
  });

  it('never breaks a command inside quotes', () => {
    expect(wrapCommand("rm 'a b c' d", 8)).toEqual(['rm \\', "'a b c' \\", 'd']);
    expect(wrapCommand(String.raw`rm $'a\' b' c\ d`, 6)).toEqual([
      'rm \\',
      String.raw`$'a\' b' \ `.trimEnd(),
      String.raw`c\ d`,
    ]);
    expect(wrapCommand('find . -exec strip {} +', 20)).toEqual(['find . -exec strip \\', '{} +']);
  });

  it('puts a comment without room on lines of its own', () => {
    expect(wrapCommand('rm a b # and 6 more', 20)).toEqual(['rm a b # and 6 more']);
    expect(wrapCommand('rm a b # and 6 more, see --json', 20)).toEqual(['rm a b', '# and 6 more, see', '# --json']);
  });
});

describe.skipIf(!requireTool('bash'))('a wrapped command', () => {
  it('means what the command meant', () => {
    const words = ["'a  b'", 'plain', String.raw`\(`, '"d e"', String.raw`$'f\' g'`, '-x'];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 5, max: 40 }),
        (list, width) => {
          const command = list.join(' ');
          const print = (text: string): string => runRaw('bash', ['-c', `printf '%s\\0' ${text}`]).toString();
          expect(print(wrapCommand(command, width).join('\n'))).toBe(print(command));
          expect(print(wrapCommand(`${command} # and 6 more, see --json`, width).join('\n'))).toBe(print(command));
        },
      ),
      { numRuns: 30 },
    );
  });
});
