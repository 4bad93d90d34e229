// Sizes and names of ar archives at their edges: the last that fits, and the first that does not.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { arKind, readArMembers } from '../../src/inspectors/ar-members.ts';
import type { ArMember } from '../../src/inspectors/ar-members.ts';
import { buildAr } from '../build/ar.ts';
import type { ArSpec } from '../build/ar.ts';

function members(archive: Uint8Array): ArMember[] {
  return [...readArMembers(memorySource(archive))];
}

function failure(archive: Uint8Array): string {
  try {
    members(archive);
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message} (at ${error.offset})`;
    throw error;
  }
  return 'none';
}

const thin = '!<thin>\n';
const table = (content: string): ArSpec => ({ name: '//', content });

describe('the end of an archive', () => {
  const whole = buildAr([{ name: 'a/', content: 'abc' }]);

  it.each([
    [7, 'bad-ar: does not begin with the magic of an ar archive (at 0)'],
    [8, 'none'],
    [9, 'truncated: ends inside a member header (1 of 60 bytes) (at 8)'],
    [67, 'truncated: ends inside a member header (59 of 60 bytes) (at 8)'],
    [68, 'truncated: ends inside a member of 3 bytes (at 8)'],
    [70, 'truncated: ends inside a member of 3 bytes (at 8)'],
    [71, 'truncated: ends inside the padding of the last member (at 8)'],
    [72, 'none'],
  ])('of %d bytes: %s', (length, says) => {
    expect(whole).toHaveLength(72);
    expect(failure(whole.subarray(0, length))).toBe(says);
  });

  it('may lie behind a header alone', () => {
    expect(members(buildAr([{ name: 'a/' }]))).toMatchObject([{ name: 'a', size: 0, offset: 68, end: 68 }]);
  });
});

describe('the magic', () => {
  it('is all of its eight bytes', () => {
    expect(arKind(Buffer.from('!<arch>\n'))).toBe('plain');
    expect(arKind(Buffer.from(thin))).toBe('thin');
    for (const other of ['!<arch>\r', '!<thin>\r', '!<arch>', '#<arch>\n', '#<thin>\n', ''])
      expect(arKind(Buffer.from(other))).toBe(null);
  });
});

describe('members of a thin archive', () => {
  it('are outside, but for its tables', () => {
    const archive = buildAr([table('long-name/\n'), { name: '/0', size: 123_457 }, { name: 'b/', size: 7 }], thin);
    expect(members(archive)).toMatchObject([
      { kind: 'names', size: 11, stored: 11, end: 80 },
      { name: 'long-name', size: 123_457, stored: 0, end: 140 },
      { name: 'b', size: 7, stored: 0, end: 200 },
    ]);
    expect(failure(buildAr([{ name: '#1/4', content: 'name' }], thin))).toMatch(/BSD name does not fit/);
  });
});

describe('BSD names', () => {
  it.each([
    ['#1/4', 'name', { name: 'name', size: 0, stored: 0, offset: 72 }],
    ['#1/4', 'nam\0x', { name: 'nam', size: 1, stored: 1, offset: 72 }],
    ['#1/4096', 'n'.repeat(4096), { name: 'n'.repeat(4096), size: 0 }],
    ['#1/20', '__.SYMDEF SORTED\0\0\0\0', { kind: 'symbols' }],
  ])('%s', (name, content, expected) => {
    expect(members(buildAr([{ name, content }]))).toMatchObject([{ form: 'bsd-long', ...expected }]);
  });

  it.each([
    ['#1/5', 'name', /does not fit in it \(at 8\)/],
    ['#1/4097', 'n'.repeat(4097), /does not fit in it/],
    ['#1/x', 'name', /does not fit in it/],
    ['#1/4', '\0\0\0\0', /without a name/],
    ['#1/0', 'name', /without a name/],
  ])('%s of %j is refused', (name, content, says) => {
    expect(failure(buildAr([{ name, content }]))).toMatch(says);
  });

  it('end with the file', () => {
    const archive = buildAr([{ name: '#1/4', content: 'name' }]);
    expect(failure(archive.subarray(0, 71))).toMatch(/truncated: ends inside the name of a member \(at 8\)/);
  });
});

describe('GNU names', () => {
  const named = (content: string, name: string): ArMember | undefined =>
    members(buildAr([table(content), { name }]))[1];

  it.each([
    ['ab/\ncd/\n', '/0', 'ab'],
    ['ab/\ncd/\n', '/4', 'cd'],
    ['ab/\ncd', '/5', 'd'],
    ['ab\0cd\n', '/0', 'ab'],
    ['ab\ncd\0', '/0', 'ab'],
    [`${'n'.repeat(4096)}/\n`, '/0', 'n'.repeat(4096)],
    ['n'.repeat(4096), '/0', 'n'.repeat(4096)],
  ])('in %j at %s', (content, name, expected) => {
    expect(named(content, name)).toMatchObject({ name: expected, form: 'gnu-long', kind: 'file' });
  });

  it.each([
    ['ab/\n', '/4', /not in the table/],
    ['ab/\n', '/5', /not in the table/],
    ['/\n', '/0', /without a name/],
    ['\nab', '/0', /without a name/],
    [`\n${'n'.repeat(5000)}`, '/0', /without a name/],
    ['n'.repeat(4097), '/0', /name above 4096 bytes/],
    [`${'n'.repeat(5000)}\n`, '/0', /name above 4096 bytes/],
  ])('in %j at %s are refused', (content, name, says) => {
    expect(failure(buildAr([table(content), { name }]))).toMatch(says);
  });

  it('need a table of at most 16 MiB', () => {
    expect(failure(buildAr([{ name: '/0' }]))).toMatch(/not in the table/);
    const most = 'a/\n'.padEnd(16 * 1024 ** 2, 'x');
    expect(named(most, '/0')).toMatchObject({ name: 'a' });
    expect(failure(buildAr([table(`${most}xx`), { name: '/0' }]))).toMatch(/table of long names above 16777216 bytes/);
  });
});

describe('short names', () => {
  it.each([
    ['a/', 'a', 'file'],
    ['a', 'a', 'file'],
    ['/', '/', 'symbols'],
    ['/SYM64/', '/SYM64/', 'symbols'],
    ['__.SYMDEF', '__.SYMDEF', 'symbols'],
    ['//', '//', 'names'],
  ])('%s', (name, expected, kind) => {
    expect(members(buildAr([{ name }]))).toMatchObject([{ name: expected, kind, form: 'short' }]);
  });

  it('are not empty', () => {
    expect(failure(buildAr([{ name: '' }]))).toMatch(/without a name \(at 8\)/);
  });
});
