import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { columnsOf, cutEnd, cutMiddle, wrap, wrapCommand } from '../../src/report/table/style.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

describe('text that fits', () => {
  it('leaves out the middle of long paths', () => {
    expect(cutMiddle('short', 10)).toBe('short');
    expect(cutMiddle('a/long/path/to/file', 11)).toBe('a/l\u2026to/file');
    expect(Array.from(cutMiddle('x'.repeat(100), 20))).toHaveLength(20);
    expect(cutMiddle('e\u0301'.repeat(30), 4)).toBe('e\u0301\u2026e\u0301e\u0301');
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

  it('breaks a script of sh between its words, and it does the same', () => {
    const script = `for f; do shift; b=\${f##*/}; [ "$b" = "a  b" ] || set -- "$@" "$f"; done; printf "%s|" "$@" $#`;
    const command = `sh -c '${script}' sh x/c 'x/a  b' "d  e" # prints`;
    const expected = run('sh', ['-c', command]);
    expect(expected).toBe('x/c|d  e|2|');
    for (const width of [24, 30, 40, 60, 80]) {
      const lines = wrapCommand(command, width);
      for (const line of lines) expect(columnsOf(line), line).toBeLessThanOrEqual(width);
      expect(run('sh', ['-c', lines.join('\n')]), String(width)).toBe(expected);
    }
    expect(wrapCommand("sh -c 'a b c' d", 12)).toEqual(['sh -c \\', "'a b c' d"]);
    // No script of a shell, or one with quotes of its own.
    expect(wrapCommand("echo -c 'a b c'", 8)).toEqual(['echo \\', '-c \\', "'a b c'"]);
    expect(wrapCommand(String.raw`sh -c 'a'\''b c'\'''`, 8)).toEqual(['sh -c \\', String.raw`'a'\''b c'\'''`]);
  });

  it('puts a comment without room on lines of its own', () => {
    expect(wrapCommand('rm a b # and 6 more', 20)).toEqual(['rm a b # and 6 more']);
    expect(wrapCommand('rm a b # and 6 more, see --json', 20)).toEqual(['rm a b', '# and 6 more, see', '# --json']);
  });
});

describe.skipIf(!requireTool('python3'))('wide characters', () => {
  it('count the two columns that they take, and marks none', () => {
    const texts = [
      '漢字',
      'ひらカナ한글',
      '\u{1f600}x',
      'e\u0301',
      '，（Ｆ',
      'サーバー・',
      'か\u3099',
      'ㄅㄆㄇ',
      '㈱㌔︿ꀀ',
      'ｱｲｳ',
    ].map((text) => text.repeat(40));
    const cut = texts.flatMap((text) => [cutMiddle(text, 35), cutEnd(text, 35)]);
    const wrapped = texts.flatMap((text) => wrap(`${text.slice(0, 20)} ${text.slice(0, 20)}`, 41));
    expect(wrapCommand('rm 漢字漢字漢字 # and 6 more', 26)).toEqual(['rm 漢字漢字漢字', '# and 6 more']);
    const all = [...texts, ...cut, ...wrapped];
    const program =
      'import sys, unicodedata as u\nfor t in sys.argv[1:]: print(sum(0 if u.combining(c) else 2 if u.east_asian_width(c) in "WF" else 1 for c in t))';
    const widths = runRaw('python3', ['-c', program, ...all])
      .toString()
      .trim()
      .split('\n')
      .map(Number);
    expect(all.map(columnsOf)).toEqual(widths);
    for (const text of cut) expect([33, 34, 35]).toContain(widths[all.indexOf(text)]);
    for (const text of wrapped) expect(widths[all.indexOf(text)]).toBeLessThanOrEqual(41);
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
