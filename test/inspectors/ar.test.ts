import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { type ArMember, readArMembers } from '../../src/inspectors/ar-members.ts';
import { arInspector } from '../../src/inspectors/ar.ts';
import type { ArFacts } from '../../src/model/facts.ts';
import { buildAr } from '../build/ar.ts';
import { buildElf } from '../build/elf.ts';

function members(bytes: Uint8Array): ArMember[] {
  return [...readArMembers(memorySource(bytes))];
}

function inspect(bytes: Uint8Array): unknown {
  return arInspector.inspect(memorySource(bytes), { path: 'x.a', size: bytes.length, facts: 'all' });
}

describe('ar members', () => {
  it('of a GNU archive', () => {
    const names = 'a-name-of-more-than-15-bytes.o/\nb.o/\n';
    const read = members(
      buildAr([
        { name: '/', content: '\0\0\0\0' },
        { name: '//', content: names, date: '', mode: '' },
        { name: 'x y.o/', content: 'abc' },
        { name: '/0', content: 'defg' },
        { name: '/32', content: '' },
      ]),
    );
    expect(read.map(({ name, kind, form, size }) => [name, kind, form, size])).toEqual([
      ['/', 'symbols', 'short', 4],
      ['//', 'names', 'short', 37],
      ['x y.o', 'file', 'short', 3],
      ['a-name-of-more-than-15-bytes.o', 'file', 'gnu-long', 4],
      ['b.o', 'file', 'gnu-long', 0],
    ]);
    expect(read[2]).toMatchObject({ mtime: 0, mode: 0o100644, headerOffset: 170, offset: 230, end: 234 });
    expect(read[1]).toMatchObject({ mtime: null, mode: null });
  });

  it('of a BSD archive: the name is no content', () => {
    const bytes = buildAr([
      { name: '#1/12', content: '__.SYMDEF\0\0\0data' },
      { name: '#1/8', content: 'long.o\0\0content' },
      { name: 'plain.o', content: 'x' },
    ]);
    const read = members(bytes);
    expect(read.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['__.SYMDEF', 'symbols', 4],
      ['long.o', 'file', 7],
      ['plain.o', 'file', 1],
    ]);
    const { offset } = read[1] ?? { offset: 0 };
    expect(bytes.subarray(offset, offset + 7).toString()).toBe('content');
  });

  it('of a thin archive have no content here', () => {
    const read = members(
      buildAr(
        [
          { name: '//', content: 'dir/a.o/\n' },
          { name: '/0', size: 123_456 },
          { name: '/0:12', size: 7 },
        ],
        '!<thin>\n',
      ),
    );
    expect(read.map(({ name, size, stored }) => [name, size, stored])).toEqual([
      ['//', 9, 9],
      ['dir/a.o', 123_456, 0],
      ['dir/a.o', 7, 0],
    ]);
  });

  it.each([
    ['a negative size', [{ name: 'a/', size: '-1' }]],
    ['a hexadecimal size', [{ name: 'a/', size: '0x10' }]],
    ['an exponent', [{ name: 'a/', size: '4e0', content: 'abcd' }]],
    ['a blank size', [{ name: 'a/', size: '' }]],
    ['a leading blank', [{ name: 'a/', size: ' 4', content: 'abcd' }]],
    ['text as size', [{ name: 'a/', size: 'many' }]],
    ['a size past the end', [{ name: 'a/', size: 9_999_999_999 }]],
    ['a missing padding byte', [{ name: 'a/', content: 'abc', unpadded: true }]],
    ['a missing header', [{ name: 'a/', magic: 'xx' }]],
    ['a long name without a table', [{ name: '/0', content: 'x' }]],
    [
      'a long name outside the table',
      [
        { name: '//', content: 'a/\n' },
        { name: '/9', content: 'x' },
      ],
    ],
    ['a BSD name longer than its member', [{ name: '#1/9', content: 'short' }]],
    ['an empty name', [{ name: '', content: 'x' }]],
  ])('refuses %s', (_what, specs) => {
    expect(() => members(buildAr(specs))).toThrow(FormatError);
  });

  it('ends with success only at the end of a member', () => {
    const whole = buildAr([
      { name: 'a/', content: 'abc' },
      { name: '#1/2', content: 'bbcd' },
    ]);
    const good = new Set([8, 72, whole.length]);
    for (let length = 0; length <= whole.length; length++) {
      const read = (): ArMember[] => members(whole.subarray(0, length));
      if (good.has(length)) expect(read()).toBeDefined();
      else expect(read, `${length} bytes`).toThrow(FormatError);
    }
  });

  it('takes names without an end in linear time', () => {
    const table = { name: '//', content: Buffer.alloc(1 << 20, 0x61) };
    const long = Array.from({ length: 5000 }, (_, index) => ({ name: `/${index}`, content: '' }));
    expect(() => members(buildAr([table, ...long]))).toThrow(/name above 4096 bytes/);
  });
});

describe('ar inspector', () => {
  const object = buildElf({
    sections: [
      { name: '.text', flags: 6, content: 'code' },
      { name: '.debug_info', content: 'debug data' },
    ],
    symbols: [{ name: 'main' }],
  });

  it('counts members and objects', () => {
    const bytes = buildAr([
      { name: '/', content: '\0\0\0\0' },
      { name: 'a.o/', content: object },
      { name: 'readme/', content: 'hi' },
    ]);
    expect(inspect(bytes)).toMatchObject({ type: 'ar', thin: false, variant: 'gnu', members: 2, objects: 1 });
  });

  it('says what the objects are for where they agree', () => {
    const built = (...machines: [machine: number, bits: 32 | 64, endian: 'little' | 'big'][]) =>
      buildAr(
        machines.map(([machine, bits, endian], index) => ({
          name: `${index}.o/`,
          content: buildElf({ type: 1, machine, class: bits, endian, sections: [{ name: '.text', content: 'code' }] }),
        })),
      );
    const target = { machine: 183, class: 64, endian: 'little' };
    expect(inspect(built([183, 64, 'little'], [183, 64, 'little']))).toMatchObject({ target });
    for (const other of [
      [62, 64, 'little'],
      [183, 32, 'little'],
      [183, 64, 'big'],
    ] as const) {
      expect(inspect(built([183, 64, 'little'], [...other], [183, 64, 'little']))).not.toHaveProperty('target');
    }
    expect(inspect(buildAr([{ name: 'a/', content: 'text' }]))).not.toHaveProperty('target');
  });

  it('says why a thin archive is not stripped', () => {
    const strip = { debug: null, unneeded: null, all: null, refused: 'it is a thin archive' };
    const thin = inspect(buildAr([{ name: 'a.o/', size: 100 }], '!<thin>\n'));
    // Nothing of its members is here to be looked at.
    expect(thin).toMatchObject({ thin: true, strip, members: 1, objects: null, unsafe: [] });
  });

  it('keeps what is no object, and refuses a broken object with its place in the archive', () => {
    const plain = buildAr([{ name: 'readme/', content: 'text' }]);
    expect(inspect(plain)).toMatchObject({ strip: { debug: plain.length, unneeded: plain.length, all: plain.length } });
    const broken = buildAr([{ name: 'a.o/', content: object.subarray(0, 100) }]);
    expect(() => inspect(broken)).toThrow(
      expect.objectContaining({ code: 'bad-elf', message: expect.stringContaining('has a member that') }),
    );
  });

  it('is unsafe to strip where members are no ELF objects, but for what rustc puts beside them', () => {
    const reasons = (...specs: Parameters<typeof buildAr>[0][number][]) => {
      const { unsafe }: Pick<ArFacts, 'unsafe'> = Object(inspect(buildAr(specs)));
      return unsafe.map(({ code, bytes }) => [code, bytes]);
    };
    const index = { name: '/', content: '\0\0\0\0' };
    const code = { name: 'a.o/', content: object };
    // As Go writes them, and SDCC.
    expect(reasons({ name: '__.PKGDEF', content: 'go object' }, { name: '_go_.o', content: 'go' }, code)).toEqual([
      ['other-members', 11],
    ]);
    expect(reasons(index, { name: 'f.rel/', content: 'XH3\n' })).toEqual([['other-members', 4]]);
    expect(reasons(index, code)).toEqual([]);
    for (const name of ['lib.rmeta/', 'std-1.rmeta'])
      expect(reasons(index, code, { name, content: 'rust\0\0\0' })).toEqual([]);
    const names = { name: '//', content: 'rust.metadata.bin/\n' };
    expect(reasons(index, names, code, { name: '/0', content: 'rust\0\0\0' })).toEqual([]);
    expect(reasons(index, code, { name: 'lib.rmeta.txt', content: 'text' })).toEqual([['other-members', 4]]);
  });

  it('says nothing of lengths with objects of Windows, which only some builds of strip know', () => {
    const length = (head: string, size = 20): unknown => {
      const body = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(size)]).subarray(0, size);
      return inspect(
        buildAr([
          { name: '/', content: '\0\0\0\0' },
          { name: 'a.o/', content: body },
        ]),
      );
    };
    const refused = 'it has objects of Windows, which only some builds of strip know';
    for (const head of ['64860600', '4c010300', '64aa0100', 'c4010100', '0000ffff'])
      expect(length(head)).toMatchObject({ strip: { debug: null, unneeded: null, all: null, refused } });
    for (const head of ['64870600', '0000fffe', '4c020000'])
      expect(length(head)).toMatchObject({ strip: { debug: expect.any(Number) } });
    // Too short for a header.
    expect(length('64860600', 19)).toMatchObject({ strip: { debug: expect.any(Number) } });
  });
});
