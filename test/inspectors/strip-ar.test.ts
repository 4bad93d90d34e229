// What strip makes of an archive at its edges, against GNU strip itself: names, indexes, and members that are no object to it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { arInspector } from '../../src/inspectors/ar.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import type { ArFacts } from '../../src/model/facts.ts';
import { buildAr } from '../build/ar.ts';
import type { ArSpec } from '../build/ar.ts';
import { buildElf } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const directory = tempDirectory('strip-ar');
// Other releases were not compared at these edges.
const isCompared = requireTool('strip') && run('strip', ['--version']).includes(defaultStripVersion);

function inspect(bytes: Uint8Array, facts: 'all' | 'needed' = 'all'): ArFacts {
  const file = { path: 'x.a', size: bytes.length, facts, strip: defaultStripVersion } as const;
  const found = arInspector.inspect(memorySource(bytes), file);
  if (found.type !== 'ar') throw new Error('no archive');
  return found;
}

/** Lengths by the installed strip; null for the modes that it refuses. */
function stripped(bytes: Uint8Array): object {
  const [input, output] = [join(directory, 'input.a'), join(directory, 'output.a')];
  writeFileSync(input, bytes);
  const length = (option: string): number | null => {
    const { status } = spawnSync('strip', [option, '-o', output, input], { stdio: 'ignore' });
    return status === 0 ? statSync(output).size : null;
  };
  return { debug: length('-g'), unneeded: length('--strip-unneeded'), all: length('-s') };
}

const text = { name: '.text', flags: 6, content: 'some code' };
const debug = { name: '.debug_info', content: 'debug data' };
const symbols = [{ name: 'main' }];
const content = buildElf({ sections: [text, debug], symbols });
const object = { name: 'a.o/', content };
const index = { name: '/', content: '\0\0\0\0' };
const index64 = { name: '/SYM64/', content: '\0'.repeat(8) };
const bsdIndex = '\0'.repeat(8);

/** A count in big-endian order, cut where the text ends, and a byte of nothing for each character behind it. */
function counted(spelt: string, width: number): Buffer {
  const number = Buffer.alloc(width, spelt.startsWith('f') ? 0xff : 0);
  if (/^[1-9]/.test(spelt)) number[width - 1] = Number(spelt[0]);
  const scale = width / 4;
  const length = spelt.length * scale;
  return Buffer.concat([number, Buffer.alloc(length)]).subarray(0, length);
}

function turned(bytes: Uint8Array): Buffer {
  return Buffer.from([...bytes].toReversed());
}

/** The same in little-endian order. */
function bsdCounted(index32: Buffer): Buffer {
  return Buffer.concat([turned(index32.subarray(0, 4)), index32.subarray(4)]);
}

function bsd(name: string, body: Uint8Array | string, length = name.length): ArSpec {
  return { name: `#1/${length}`, content: Buffer.concat([Buffer.from(name.padEnd(length, '\0')), Buffer.from(body)]) };
}

function gnu(name: string): readonly ArSpec[] {
  return [
    { name: '//', content: `${name}/\n` },
    { name: '/0', content },
  ];
}

// strip copies what it does not know, and fails with what depends on a section that goes.
const unknown = { name: 'core/', content: buildElf({ type: 4, sections: [text], symbols }) };
const odd = { name: '.odd', type: 12, content: 'x' };
const unread = { name: 'odd.o/', content: buildElf({ sections: [text, odd], symbols }) };
// Of a processor that strip does not know, AVR, and of none.
const linking = [...symbols, { name: 'local', bind: 0 }, { name: 'undefined', shndx: 0 }, { name: 'weak', bind: 2 }];
const foreign = [83, 0].map((machine) => {
  const sections = [text, debug];
  return { name: `${machine}.o/`, content: buildElf({ class: 32, machine, sections, symbols: linking }) };
});
const nameless = { name: '83.o/', content: buildElf({ class: 32, machine: 83, sections: [text, debug] }) };
const unreadable = {
  name: '83.o/',
  content: buildElf({ class: 32, machine: 83, sections: [text, { name: '.group', type: 17 }], symbols: linking }),
};
const dependent = { name: '.dependent', flags: 0x80, link: 2, content: 'x' };
const failing = { name: 'bad.o/', content: buildElf({ sections: [text, debug, dependent] }) };

const archives: readonly (readonly [what: string, members: readonly ArSpec[]])[] = [
  ['a GNU name of 15 bytes', [index, ...gnu('n'.repeat(15))]],
  ['a GNU name of 16 bytes', [index, ...gnu('n'.repeat(16))]],
  ['a BSD name of 15 bytes', [index, bsd('n'.repeat(15), content)]],
  ['a BSD name of 16 bytes', [index, bsd('n'.repeat(16), content)]],
  ['a name that fills its field', [index, { name: 'n'.repeat(16), content }]],
  ['names that nobody has', [index, { name: '//', content: 'a-name-that-no-member-has.o/\n' }, object]],
  ['the same name twice', [index, object, object]],
  ['a short name that goes on behind a slash', [{ name: 'a/b.o/', content }]],

  ['an index of 64 bits', [index64, object]],
  ['two indexes, as of COFF', [index, index, object]],
  [
    'two indexes, of which the second is laid out otherwise',
    [index, { name: '/', content: '\xff\xff\xff\xff____' }, object],
  ],
  ['a BSD index with a name of 20 bytes that is cut short', [bsd('__.SYMDEF SORTED', '\0\0\0\0', 20), object]],
  ['a table of names without an index', gnu('n'.repeat(16))],
  ['two indexes, and a table of names', [index, index, ...gnu('n'.repeat(16))]],
  ['a BSD index', [{ name: '__.SYMDEF', content: bsdIndex }, object]],
  ['a BSD index, and a table of names', [{ name: '__.SYMDEF', content: bsdIndex }, ...gnu('n'.repeat(16))]],
  ['a BSD index with a slash', [{ name: '__.SYMDEF/', content: bsdIndex }, object]],
  ['a BSD index with a name of 20 bytes', [bsd('__.SYMDEF SORTED', bsdIndex, 20), object]],
  ['a BSD index with a name of 20 bytes that does not say how', [bsd('__.SYMDEF', bsdIndex, 20), object]],
  // To strip these are members.
  ['a BSD index with a name of 12 bytes', [bsd('__.SYMDEF', bsdIndex, 12), object]],
  ['a BSD index that is sorted', [{ name: '__.SYMDEF SORTED', content: bsdIndex }, object]],
  ['a BSD index that is an object', [bsd('__.SYMDEF', content, 12), object]],
  ['a BSD index behind a member', [object, { name: '__.SYMDEF', content: bsdIndex }]],
  ['a BSD index with a name of 20 bytes behind a member', [object, bsd('__.SYMDEF SORTED', bsdIndex, 20)]],
  ['a name of 20 bytes', [bsd('an-object.o', content, 20)]],

  ['an index of no object', [index, { name: 'a.txt/', content: 'text' }]],
  ['an index of nothing', [index]],
  ['an object among what is none', [index, unknown, { name: 'a.txt/', content: 'text' }, object, unknown]],
  ['an object that strip does not know', [unknown]],
  ['an object with symbols that strip does not know', [index, unread, object]],
  ['objects of other processors alone', [index, ...foreign]],
  ['objects of other processors among others', [index, ...foreign, object, unknown]],
  ['an object of another processor without symbols', [index, nameless, object]],
  ['an object of another processor that strip does not read', [index, unreadable, object]],
  ['an object with which strip fails', [index, failing, object]],
  ['a last object with which strip fails', [index, object, failing]],
  ['the first bytes of the magic', [object, { name: 'magic/', content: '\x7fEL' }]],

  ['a GNU name with a folder', [index, ...gnu('folder/a.o')]],
  ['a BSD name with a folder', [bsd('folder/a.o', content)]],
  ['a name of the folder itself', [{ name: './', content }]],
  ['a name of the folder above', [{ name: '../', content }]],
  ['a third index', [index, index, index, object]],
  ['two indexes that are not of COFF', [index64, index, object]],
  ['an index, and one of 64 bits', [index, index64, object]],
  ['an index behind a member', [object, index]],

  ...[
    '',
    '0',
    '00',
    '000',
    '0000',
    '1000',
    '00001',
    '1000____',
    '2000____',
    '2000________',
    '3000________',
    '8000____________',
    '8000____________________',
    'ffff________',
  ]
    .flatMap((spelt): (readonly [string, ArSpec])[] => {
      const of = (width: number): Buffer => counted(spelt, width);
      return [
        [`an index of ${spelt}`, { name: '/', content: of(4) }],
        [`a 64-bit index of ${spelt}`, { name: '/SYM64/', content: of(8) }],
        [`a BSD index of ${spelt}`, { name: '__.SYMDEF', content: turned(of(4).subarray(0, 4)) }],
        [`a BSD index of ${spelt}, and more`, { name: '__.SYMDEF', content: bsdCounted(of(4)) }],
      ];
    })
    .map(([what, first]) => [what, [first, object]] as const),
  ['a table of names behind a member', [index, object, ...gnu('n'.repeat(16))]],
];

describe.skipIf(!isCompared)('length after strip of an archive with', () => {
  it.each(archives)('%s', (_, members) => {
    const bytes = buildAr(members);
    const { refused, ...sizes } = inspect(bytes).strip;
    expect(sizes).toEqual(stripped(bytes));
    expect(refused !== undefined).toBe(sizes.debug === null);
  });

  it('names that ar took with their folder', () => {
    mkdirSync(join(directory, 'a-folder-of-objects'), { recursive: true });
    writeFileSync(join(directory, 'a-folder-of-objects/a.o'), content);
    run('ar', ['rcsP', 'path.a', 'a-folder-of-objects/a.o'], { cwd: directory });
    const bytes = readFileSync(join(directory, 'path.a'));
    expect(stripped(bytes)).toEqual({ debug: null, unneeded: null, all: null });
    expect(inspect(bytes).strip).toMatchObject({ debug: null, refused: 'it has a member whose name is no file name' });
  });

  it('-g alone, where that is all that is needed', () => {
    const bytes = buildAr([index, object]);
    expect(inspect(bytes, 'needed').strip).toEqual({ ...stripped(bytes), unneeded: null, all: null });
  });

  it('the bytes that -g would remove from each large member', () => {
    const large = buildElf({ sections: [text, { ...debug, content: Buffer.alloc(5001, 1) }], symbols });
    const path = join(directory, 'large.o');
    writeFileSync(path, large);
    run('strip', ['-g', '-o', `${path}.stripped`, path]);
    const gone = large.length - statSync(`${path}.stripped`).size;
    expect(inspect(buildAr([object, { name: 'l.o/', content: large }])).contents).toEqual([
      { size: large.length, crc32: crc32(large), debug: gone },
    ]);
  });
});

describe('an archive', () => {
  it('is told by its magic', () => {
    for (const [magic, is] of Object.entries({ '!<arch>\n': true, '!<thin>\n': true, '!<arch>\r': false }))
      expect(arInspector.matches(Buffer.from(magic), { path: 'x.a' })).toBe(is);
  });

  // strip would call the second table after the first name in the other: nobody writes such archives, and we say nothing of them.
  it('has no second table of names', () => {
    const [table, member] = [
      { name: '//', content: 'a.o/\n' },
      { name: '/0', content },
    ];
    expect(inspect(buildAr([index, table, member])).strip.debug).not.toBeNull();
    expect(inspect(buildAr([index, table, table, member])).strip.debug).toBeNull();
  });

  it('is of the BSD variant where a name or its index is', () => {
    const variant = (...members: readonly ArSpec[]): string => inspect(buildAr(members)).variant;
    expect(variant(index, ...gnu('n'.repeat(16)))).toBe('gnu');
    expect(variant(bsd('a.o', content))).toBe('bsd');
    expect(variant({ name: '__.SYMDEF', content: bsdIndex }, object)).toBe('bsd');
  });

  it('counts neither its index nor its table of names as a member', () => {
    expect(inspect(buildAr([index, ...gnu('n'.repeat(16)), { name: 'a.txt/', content: 'x' }])).members).toBe(2);
    expect(inspect(buildAr([bsd('__.SYMDEF', bsdIndex), bsd('a.o', content)])).members).toBe(1);
  });

  it('has the same sample of symbols whatever stands in front of its members', () => {
    const { symbols: sample } = inspect(buildAr([object]));
    expect(sample?.hashes).toHaveLength(1);
    for (const head of [[index], [bsd('__.SYMDEF', bsdIndex, 12)], [bsd('__.SYMDEF', bsdIndex, 20)]])
      expect(inspect(buildAr([...head, object])).symbols).toEqual(sample);
    expect(inspect(buildAr([{ name: 'a.txt/', content: 'x' }, object]))).not.toHaveProperty('symbols');
    expect(inspect(buildAr([]))).not.toHaveProperty('symbols');
  });

  it('has a broken object where there is no more than its magic', () => {
    const broken = buildAr([{ name: 'm/', content: '\x7fELF' }]);
    expect(() => inspect(broken)).toThrow('has a member that ends inside the ELF header (4 bytes)');
  });

  it('has the contents of its first 4,096 members of 4,096 bytes and more, and of no table', () => {
    const page = Buffer.alloc(4096, 1);
    const sizes = (...members: readonly ArSpec[]): readonly number[] | undefined =>
      inspect(buildAr(members)).contents?.map(({ size }) => size);
    expect(sizes({ name: 'a/', content: page.subarray(1) }, bsd('__.SYMDEF', page))).toBeUndefined();
    expect(sizes({ name: 'a/', content: page }, { name: 'b/', content: Buffer.alloc(4097) })).toEqual([4096, 4097]);
    const many = Array.from({ length: 4096 }, () => ({ name: 'a/', content: page }));
    expect(sizes(...many)).toHaveLength(4096);
    expect(sizes(...many, { name: 'b/', content: Buffer.alloc(4097) })).toEqual(Array.from(many, () => 4096));
  });
});

describe.skipIf(!isCompared)('strip, of members that are no ELF objects', () => {
  it('gives a Go package another name, and takes the index of an SDCC library: what is called unsafe', () => {
    const [input, output] = [join(directory, 'other.a'), join(directory, 'other-output.a')];
    const go = buildAr([
      { name: '__.PKGDEF', content: 'go object' },
      { name: '_x001.o', content },
    ]);
    const sdcc = buildAr([index, { name: 'f.rel/', content: 'XH3\n' }]);
    const after = (bytes: Uint8Array): string => {
      writeFileSync(input, bytes);
      run('strip', ['-g', '-o', output, input]);
      return readFileSync(output, 'latin1');
    };
    expect(Buffer.from(go).toString('latin1', 8, 24)).toBe('__.PKGDEF       ');
    expect(after(go).slice(8, 24)).toBe('__.PKGDEF/      ');
    expect(after(sdcc).slice(8, 24)).toBe('f.rel/          ');
    for (const bytes of [go, sdcc]) expect(inspect(bytes).unsafe).toMatchObject([{ code: 'other-members' }]);
  });
});
