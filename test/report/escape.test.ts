import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { nameFromJson, nameToJson, spellBytes } from '../../src/model/json-name.ts';
import { nameFromBytes, nameFromText } from '../../src/model/name.ts';
import { shellPath, shellWord } from '../../src/model/shell.ts';
import { markdownName } from '../../src/report/escape-markdown.ts';
import { inertLine, terminalName, terminalText } from '../../src/report/escape.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

const anyName = fc
  .uint8Array({ minLength: 1, maxLength: 30 })
  .map((bytes) => nameFromBytes(bytes.map((byte) => byte || 1)));

describe('names on a terminal', () => {
  it.each([
    ['plain/name-1.py', 'plain/name-1.py'],
    ['a\nb', String.raw`a\nb`],
    ['\u001b[31mred', String.raw`\x1b[31mred`],
    ['back\\slash', String.raw`back\\slash`],
    ['tab\tcr\rbel\u0007del\u007f', String.raw`tab\tcr\rbel\x07del\x7f`],
  ])('%j', (name, shown) => {
    expect(terminalName(name)).toBe(shown);
  });

  it.each([
    ['caf\u00e9', 'caf\u00e9'],
    ['\u202eevil', String.raw`\u{202e}evil`],
    ['zero\u200bwidth', String.raw`zero\u{200b}width`],
    ['bom\ufeff', String.raw`bom\u{feff}`],
    ['line\u2028', String.raw`line\u{2028}`],
    ['tag\u{e0041}', String.raw`tag\u{e0041}`],
    ['c1\u009b', String.raw`c1\u{9b}`],
    ['\u65e5\u672c', '\u65e5\u672c'],
    ['\u007f\u0080', String.raw`\x7f\u{80}`],
    ['', '""'],
  ])('text %j', (text, shown) => {
    expect(terminalName(nameFromText(text))).toBe(shown);
  });

  it('spells bytes that are no UTF-8', () => {
    expect(terminalName('latin\xe9')).toBe(String.raw`latin\xE9`);
    expect(terminalName('\xed\xa0\x80')).toBe(String.raw`\xED\xA0\x80`);
    expect(terminalName('\xc0\xaf')).toBe(String.raw`\xC0\xAF`);
  });

  it('shows different names differently, on one line, with nothing that acts', () => {
    fc.assert(
      fc.property(anyName, anyName, (a, b) => {
        expect(terminalName(a)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        if (a !== b) expect(terminalName(a)).not.toBe(terminalName(b));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps lines from being workflow commands', () => {
    expect(inertLine('::error::x')).toBe('| ::error::x');
    expect(inertLine('##vso[x]')).toBe('| ##vso[x]');
    expect(inertLine('a::b')).toBe('a::b');
  });
});

describe('names in Markdown', () => {
  it('spell spaces that renderers would strip or fold', () => {
    const name = (text: string): string => markdownName(nameFromText(text));
    expect(name(' a b  c ')).toBe(String.raw`\`\x20a b\x20 c\x20\``.replaceAll('\\`', '`'));
    expect(name('a\u00a0\u3000b\u2003')).toBe('`a\\u{a0}\u3000b\\u{2003}`');
  });
});

describe('names in JSON', () => {
  it('come back exactly', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const json: unknown = JSON.parse(JSON.stringify(nameToJson('path', name)));
        expect(nameFromJson(Object(json), 'path')).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  it('carry a second spelling only where they are not UTF-8', () => {
    expect(nameToJson('path', 'a/b')).toEqual({ path: 'a/b' });
    expect(nameToJson('path', 'a\xff')).toEqual({ path: String.raw`a\xFF`, pathBase64: 'Yf8=' });
  });

  it('keep each character beside a byte that is none', () => {
    for (const code of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x1_0000, 0x10_ffff]) {
      const text = String.fromCodePoint(code);
      const name = nameFromText(text);
      expect(spellBytes(`${name}\xff${name}`)).toBe(`${text}\\xFF${text}`);
      // Cut short, and bytes that begin nothing.
      const spelled = Array.from(name, (unit) => `\\x${unit.charCodeAt(0).toString(16).toUpperCase()}`);
      if (name.length > 1) expect(spellBytes(name.slice(0, -1))).toBe(spelled.slice(0, -1).join(''));
    }
    // Longer than need be, a surrogate, and beyond the last.
    for (const bytes of ['c080', 'c1bf', 'e09fbf', 'f08fbfbf', 'eda080', 'f4908080', 'f5808080', '80', 'ff'])
      expect(spellBytes(nameFromBytes(Buffer.from(bytes, 'hex')))).toBe(
        bytes.toUpperCase().replaceAll(/../g, String.raw`\x$&`),
      );
  });

  it('are no name where there is none', () => {
    for (const object of [{}, { path: 7 }, { path: null }, { pathBase64: 7 }, { name: 'a' }])
      expect(nameFromJson(object, 'path')).toBeNull();
  });
});

describe.skipIf(!requireTool('bash'))('names in shell commands', () => {
  it.each([
    ['caf\u00e9', "'caf\u00e9'"],
    ['\u65e5\u672c\u8a9e/\u30c6\u30fc\u30d6\u30eb.txt', "'\u65e5\u672c\u8a9e/\u30c6\u30fc\u30d6\u30eb.txt'"],
    ['\ud55c\uad6d \u0394 \u0416', "'\ud55c\uad6d \u0394 \u0416'"],
    ['cafe\u0301', String.raw`$'cafe\xcc\x81'`],
    ['\u212b', String.raw`$'\xe2\x84\xab'`],
    ['\u05d0', String.raw`$'\xd7\x90'`],
    ['\u202ea', String.raw`$'\xe2\x80\xae'$'a'`],
    ['\u00a0', String.raw`$'\xc2\xa0'`],
    ['\u00d7', String.raw`$'\xc3\x97'`],
    // Letters that nobody sees.
    ['\u3164', String.raw`$'\xe3\x85\xa4'`],
    ['\u115f\u1160\uffa0', String.raw`$'\xe1\x85\x9f\xe1\x85\xa0\xef\xbe\xa0'`],
  ])('show %j as %s', (name, word) => {
    expect(shellWord(nameFromText(name))).toBe(word);
    expect(runRaw('bash', ['-c', `printf %s ${word}`]).toString()).toBe(name);
    // What reports make of it is the same command.
    expect(terminalText(word)).toBe(word);
  });

  it('mean exactly that name', () => {
    const names = [
      'plain',
      "it's",
      'a b',
      '$(x)`y`',
      'new\nline',
      '\x1b[0m',
      'latin\xe9',
      '-rf',
      '*',
      '\\',
      nameFromText('caf\u00e9'),
    ];
    for (const name of names) {
      const word = shellWord(name);
      expect(word).toMatch(/^[\x20-\x7e\u00a0-\uffff]+$/);
      expect(runRaw('bash', ['-c', `printf %s ${word}`]).toString('latin1')).toBe(name);
    }
  });

  it.skipIf(!requireTool('find'))('spells paths so that find takes none for an operator', () => {
    const root = tempDirectory('operators');
    for (const name of ['!', '(', ')', ',', '-x', '!x']) {
      mkdirSync(join(root, name));
      const found = run('sh', ['-c', `find ${shellPath(name)} -type d`], { cwd: root });
      expect(found.trim().replace('./', '')).toBe(name);
    }
  });

  it('quotes what zsh takes for the path of a program', () => {
    expect([shellWord('=ls'), shellPath('=x/y'), shellWord('a=b')]).toEqual(["'=ls'", "'=x/y'", 'a=b']);
  });
});
