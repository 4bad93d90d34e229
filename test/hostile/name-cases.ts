// Cases 51 to 58: names that mean something to a terminal, a page, a log or a program. Each set comes as tar and as zip.
import { buildTar, pax } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { buildZip } from '../build/zip.ts';
import { refused, sound } from './case.ts';
import type { HostileCase, HostileSample } from './case.ts';

/** Bytes of UTF-8 as the builders take them. */
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function named(what: string, names: readonly string[], notices: readonly string[] = []): HostileSample[] {
  const specs = names.map((name) => ({ name, content: 'x' }));
  const { length } = names;
  return [
    sound(`${what}, tar`, () => buildTar(specs.flatMap(withLongName)), length, notices, length),
    sound(`${what}, zip`, () => buildZip(specs), length, notices, length),
  ];
}

/** A GNU long name before names that no header holds. */
function withLongName(spec: TarSpec): TarSpec[] {
  if (spec.name.length <= 100) return [spec];
  return [
    { name: '././@LongLink', type: 'L', content: `${spec.name}\0`, magic: 'gnu' },
    { ...spec, name: 'x' },
  ];
}

const bytes = Array.from({ length: 255 }, (_, at) => String.fromCharCode(at + 1)).filter(
  (char) => char !== '/' && char !== '.',
);

export const nameCases: readonly HostileCase[] = [
  {
    number: 51,
    what: 'terminal escapes in names',
    outcome: 'visible escapes, one row a file',
    samples: named('controls', [
      '\u001b[31mred',
      '\u001b]0;title\u0007',
      '\u001b]8;;http://x\u001b\\link',
      utf8('\u009b31m'),
      'a\rb',
      'a\bb',
      'a\u0007b',
      'a\u007fb',
      'a\tb',
      'a\nb',
    ]),
    tests: [['report/escape.test.ts', 'names on a terminal']],
  },
  {
    number: 52,
    what: 'names that are no UTF-8',
    outcome: 'distinct rows, valid UTF-8 out, reversible',
    samples: [
      ...named('broken', ['\xff\xfe', '\xed\xa0\x80', '\xc0\xaf', 'caf\xe9', '\xf4\x90\x80\x80', '\xe2\x80']),
      ...named(
        'every byte',
        bytes.map((char) => `b${char}b`),
      ),
    ],
    tests: [
      ['report/escape.test.ts', 'spells bytes that are no UTF-8'],
      ['report/escape.test.ts', 'come back exactly'],
    ],
  },
  {
    number: 53,
    what: 'bidi, zero width, wide and piled characters',
    outcome: 'marked; columns fit',
    samples: named(
      'format characters',
      [
        '\u202egpj.exe',
        '\u2066x\u2069',
        'a\u200bb',
        '\ufeffx',
        'a\u2028b',
        '\u{e0041}',
        'z\u0300\u0301\u0302\u0303',
        '漢字',
        '👩‍👧',
        'a\u00adb',
        '\u115f',
      ].map(utf8),
    ),
    tests: [['report/escape.test.ts', 'shows different names differently']],
  },
  {
    number: 54,
    what: 'HTML and scripts',
    outcome: 'no live markup; JSON escapes "<"',
    samples: named('markup', ['<td><tr><table><script>', '<img onerror=x>', '" onx="', "' x='", '-->', '<!--', '&lt;']),
    tests: [['report/markdown.test.ts', 'is inert wherever it stands']],
  },
  {
    number: 55,
    what: 'Markdown, mentions, our own marker',
    outcome: 'table intact, nobody pinged, marker not forgeable, under the limit of GitHub',
    samples: named('Markdown', [
      'a|b',
      '`a`',
      '```',
      '[x](http:y)',
      '![i](http:u)',
      '@mention',
      '#1',
      'a\\',
      '<details>',
      '<!-- sizecheck -->',
    ]),
    tests: [
      ['report/markdown.test.ts', 'any name is one code span that shows it'],
      ['report/markdown.test.ts', 'the limit of GitHub'],
      ['report/markdown.test.ts', 'is different for different keys and never closes early'],
    ],
  },
  {
    number: 56,
    what: 'workflow commands in names',
    outcome: 'no line begins with one, on either stream',
    samples: [
      ...named('commands', [
        '::error::x',
        '::stop-commands::y',
        '::add-mask::z',
        '##vso[task]',
        '##[error]',
        '##teamcity[x]',
        'a\r\n::error::b',
        ' ::error::',
      ]),
      refused(
        'in an error line',
        () => buildTar([{ name: '\n::error::x', content: 'y'.repeat(600) }]).subarray(0, 700),
        'truncated',
      ),
    ],
    tests: [
      ['report/ci.test.ts', 'cannot be forged by any text'],
      ['cli/bad-input.test.ts', 'names that wrap begin no workflow command'],
    ],
  },
  {
    number: 57,
    what: 'names that mean something to programs',
    outcome: 'data like any other',
    samples: named('words', [
      '__proto__',
      'constructor',
      'prototype',
      'hasOwnProperty',
      'toJSON',
      '0',
      '=1+1',
      '--help',
      '-',
      '*',
      '[a-z]',
      '%s',
      '$(id)',
      'CON',
      'nul.txt',
      'a:b',
    ]),
    tests: [['report/escape.test.ts', 'mean exactly that name']],
  },
  {
    number: 58,
    what: 'names that differ little, long and deep ones',
    outcome: 'different files; above the limits a notice or an error',
    samples: [
      ...named('pairs', ['a', 'a ', 'A', '...', utf8('\u00e9'), utf8('e\u0301')]),
      ...named('255 bytes', ['n'.repeat(255)]),
      ...named('5,000 bytes', ['n'.repeat(5000)], ['long-path']),
      refused('100,000 bytes', () => buildTar(withLongName({ name: 'n'.repeat(100_000) })), 'path-too-long'),
      refused(
        'a hard link to 64,000 bytes',
        () => buildTar([pax({ linkpath: 'n'.repeat(64_000) }), { name: 'x', type: '1', link: 'y' }]),
        'path-too-long',
      ),
      refused('40,000 levels', () => buildTar(withLongName({ name: 'a/'.repeat(30_000) + 'x' })), 'path-too-deep'),
    ],
    tests: [['cli/bad-input.test.ts', 'paths of absurd length or depth']],
  },
];
