// Odd but possible files against the installed strip: the same length in every mode, or no length where strip takes none. What
// strip of other targets alone can say is held against the specification instead.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { readElf } from '../../src/inspectors/elf/file.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { defaultStripVersion, stripVersions } from '../../src/inspectors/elf/strip-version.ts';
import type { ElfFacts } from '../../src/model/facts.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSpec } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const directory = tempDirectory('strip-odd');
const release = requireTool('strip') ? /\) (\d+\.\d+)/.exec(run('strip', ['--version']))?.[1] : undefined;
const version = stripVersions.find((known) => known === release);

function inspect(bytes: Uint8Array): ElfFacts {
  const file = { path: 'odd.o', size: bytes.length, facts: 'all', strip: version ?? defaultStripVersion } as const;
  const facts = elfInspector.inspect(memorySource(bytes), file);
  if (facts.type !== 'elf') throw new Error('no ELF file');
  return facts;
}

/** Lengths by the installed strip; null for the modes that it refuses. */
function stripped(path: string): object {
  const length = (option: string): number | null => {
    const output = join(directory, 'stripped');
    const { status } = spawnSync('strip', [option, '-o', output, path], { stdio: 'ignore' });
    return status === 0 ? statSync(output).size : null;
  };
  return { debug: length('-g'), unneeded: length('--strip-unneeded'), all: length('-s') };
}

function expectAsStrip(bytes: Uint8Array): void {
  const path = join(directory, 'odd.o');
  writeFileSync(path, bytes);
  const { refused, ...sizes } = inspect(bytes).strip;
  const expected = stripped(path);
  expect(sizes).toEqual(expected);
  expect(refused !== undefined).toBe(Object.values(expected).includes(null));
}

function assembled(text: string, ...flags: readonly string[]): Buffer {
  const path = join(directory, 'odd.s');
  writeFileSync(path, text);
  run('gcc', ['-c', ...flags, path, '-o', join(directory, 'assembled.o')]);
  return readFileSync(join(directory, 'assembled.o'));
}

const hasAssembler = version !== undefined && requireTool('gcc');

describe.skipIf(!hasAssembler)('assembled objects', () => {
  it('a group that keeps its code and loses its debug data, with and without relocations', () => {
    const inGroup = (name: string, flags: string): string => `.section ${name},"${flags}G",@progbits,f,comdat\n`;
    const code = `${inGroup('.text.f', 'ax')}f: call g\n`;
    expectAsStrip(assembled(`${code}${inGroup('.debug_info', '')}.long 1\n`));
    expectAsStrip(assembled(`${code}${inGroup('.debug_info', '')}.quad f\n${inGroup('.debug_line', '')}.long 2\n`));
  });

  it.each(['-m32', '-m64'])('build notes of every spelling, %s', (flag) => {
    const word = flag === '-m32' ? '.long' : '.quad';
    const size = flag === '-m32' ? 4 : 8;
    const note = (name: string, type: number, ...range: readonly number[]): string =>
      [`.long ${name.length + 1}, ${range.length * size}, ${type}`, `.asciz "${name}"`, '.balign 4']
        .concat(range.map((value) => `${word} ${value}`))
        .join('\n');
    const lists: readonly (readonly string[])[] = [
      [note('GA$3a1', 256, 256, 512), note('GA*abc', 256), note('GA*abc', 256)],
      [note('GA$3a1', 256, 256, 512), note('GA*abc', 256, 256, 400), note('GA*abc', 256, 512, 640)],
      [note('GA*abc', 256, 512, 640), note('GA*abc', 256, 256, 520), note('GA*abd', 257, 0, 700), note('GA*abd', 257)],
      [note('GA*abc', 256, 256, 512), note('GA*abc', 256, 300, 400), note('GA*xyz', 257, 300, 400)],
      [note('GA*abc', 256, 256, 512), note('GA+abc', 256, 256, 640), note('GA+abc', 256, 256, 128)],
      // The end of the last note lies before the start of the one before it, which is not an empty range to strip.
      [note('GA*abc', 256, 600, 600), note('GA*xyz', 256, 0, 300)],
      // As gold leaves notes of code that it threw away: a start alone.
      [note('GA*abc', 256, 256, 512), note('GA*xyz', 256, 600, 0), note('GA*uvw', 256), note('GA*uvw', 256, 0, 0)],
    ];
    for (const list of lists) {
      const text = ['.text', '.skip 1024', '.section .gnu.build.attributes,"",%note', ...list].join('\n');
      expectAsStrip(assembled(`${text}\n`, flag));
    }
  });

  it('build notes that are none: strip -g leaves them alone, the others fail', () => {
    for (const body of [
      '.long 8, 12, 256\n.asciz "GA*abcd"\n.long 1, 2, 3\n',
      '.long 8, 0, 256\n.ascii "GA*abcde"\n',
      '.long 8, 0, 256\n.asciz "GA*abcd"\n.long 1\n',
      '.long 8, 0, 99\n.asciz "GA*abcd"\n',
      '.long 1, 0, 256\n.long 0\n',
      '.long 8, 0, 256\n.ascii "GA$\\1\\62a1\\0"\n',
      '.long 1000, 0, 256\n.asciz "GA*abcd"\n',
    ]) {
      expectAsStrip(assembled(`.text\n.skip 64\n.section .gnu.build.attributes,"",%note\n${body}`));
    }
  });

  it('section symbols, files, commons and mapping marks', () => {
    const text = [
      '.file "a.c"',
      '.comm common,16,4',
      '.lcomm local,8',
      '.weak w',
      '.quad undefined, w',
      'local_label: nop',
    ];
    expectAsStrip(assembled(`${text.join('\n')}\n.section .debug_str,"MS",@progbits,1\n.asciz "text"\n`));
    expectAsStrip(assembled('.data\n.globl a, xa\n.type a, @gnu_unique_object\na: .long 1\nxa: .long 2\n'));
  });

  it('32-bit objects with relocations', () => {
    expectAsStrip(assembled('f: call g\n.data\n.long f, g\n.section .debug_info\n.long f\n', '-m32'));
  });
});

describe('built objects', () => {
  const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'some code' };
  const symbols = [{ name: 'f' }, { name: 'g' }];
  const rela = (info: number, symbol: number, name = '.rela.text'): ElfSectionSpec => {
    const content = Buffer.alloc(24);
    content.writeUInt32LE(1, 8);
    content.writeUInt32LE(symbol, 12);
    return { name, type: 4, link: 3, info, align: 8, entsize: 24, content };
  };
  const cases: readonly (readonly [what: string, spec: ElfSpec])[] = [
    ['a relocation', { sections: [text, rela(1, 2)], symbols }],
    ['a relocation of no symbol', { sections: [text, rela(1, 0)], symbols }],
    ['a relocation of a symbol that is not there', { sections: [text, rela(1, 9)], symbols }],
    ['a core dump', { type: 4, sections: [text] }],
    ['no processor, as in compiled files of Guile', { machine: 0, sections: [text], symbols }],
    ['a string table that is its own', { sections: [{ name: '.strings', type: 3, link: 1, content: '\0' }] }],
    ['no symbols at all', { sections: [text, { name: '.debug_info', content: 'data' }] }],
    ['a section without a name', { sections: [{ ...text, nameOffset: 0 }] }],
    ['room for constructors', { sections: [text, { name: '.init_array', type: 8, flags: 3, size: 16, content: '' }] }],
    ['a section that links to a section that is not there', { sections: [{ ...text, link: 99 }] }],
    ['relocations of a section that is not there', { sections: [text, rela(99, 1)], symbols }],
    ['an unknown type', { sections: [{ ...text, type: 0x17 }] }],
    [
      'symbols of an odd length',
      { sections: [{ name: '.symtab', type: 2, entsize: 23, link: 2, content: Buffer.alloc(24) }] },
    ],
  ];

  it.skipIf(version === undefined).each(cases)('%s', (_, spec) => {
    expectAsStrip(buildElf(spec));
  });

  // A second relocation section of one target is content like any other to strip, with which it fails.
  it('a target with two relocation sections', () => {
    const { strip } = inspect(
      buildElf({ sections: [text, rela(1, 1), { ...rela(1, 2, '.rela.more'), link: 4 }], symbols }),
    );
    expect(strip.debug === null || strip.debug > 0).toBe(true);
  });

  it('debug data by its type on MIPS, where the ABI has one (SHT_MIPS_DEBUG)', () => {
    const section = { name: '.mdebug', type: 0x7000_0005, content: 'ten bytes.' };
    for (const [machine, bytes] of [
      [8, 10],
      [0x9026, 10],
      [62, 0],
    ] as const) {
      expect(inspect(buildElf({ machine, sections: [text, section] })).debugBytes).toBe(bytes);
    }
  });

  it('a section that follows debug data which goes', () => {
    const dependent = { name: '.dependent', flags: 0x80, link: 2, content: 'x' };
    const { strip } = inspect(buildElf({ sections: [text, { name: '.debug_info', content: 'data' }, dependent] }));
    expect(strip).toEqual({
      debug: null,
      unneeded: null,
      all: null,
      refused: 'a section depends on one that goes',
    });
  });
});

describe('objects of other processors', () => {
  const text: ElfSectionSpec = { name: '.text', flags: 6, content: 'some code' };
  const unneeded = (spec: ElfSpec): number =>
    inspect(buildElf({ sections: [text], ...spec })).strip.unneeded ?? Number.NaN;

  // ELF for the Arm architecture, "Mapping symbols"; they stay, with 16 or 24 bytes each, as other local symbols do not.
  it.each([
    [40, 32, '$a', true],
    [40, 32, '$d.1', true],
    // As strip 2.40 has it; the ABI gives 32 bits no such mark.
    [40, 32, '$x', true],
    [40, 32, '$b', false],
    [40, 32, '$ab', false],
    [183, 64, '$x', true],
    [183, 64, '$a', false],
    [183, 64, 'xd', false],
    [62, 64, '$d', false],
  ] as const)('machine %i, ELF%i: the local symbol %s stays: %s', (machine, size, name, stays) => {
    const kind = { machine, class: size, symbols: [{ name: 'global' }] };
    const local = { name, bind: 0 };
    const more = unneeded({ ...kind, symbols: [local, { name: 'global' }] }) - unneeded(kind);
    const entry = size === 64 ? 24 : 16;
    const names = name.length + 1;
    if (stays) expect(more).toBeGreaterThanOrEqual(entry + names - 8);
    else expect(more).toBe(0);
    if (stays) expect(more).toBeLessThan(entry + names + 8);
  });

  // SPARC V9 supplement: STT_SPARC_REGISTER is 13, for `.register %g2, #scratch`, global and undefined. Told as sparc64-linux-gnu-strip 2.40
  // has it; other processors have no such type, and no binding of that number is kept.
  it.each([
    [43, 64, 1, 13, 0, true],
    [43, 64, 0, 13, 0, false],
    [43, 64, 1, 0, 0, false],
    [43, 64, 13, 0, 1, false],
    [2, 32, 1, 13, 0, false],
    [62, 64, 1, 13, 0, false],
  ] as const)(
    'machine %i, ELF%i: a symbol of binding %i, type %i and section %i stays: %s',
    (machine, size, bind, type, shndx, stays) => {
      const kind = { machine, class: size, endian: machine === 62 ? 'little' : 'big' } as const;
      const register = { name: 'register', bind, type, shndx };
      const more =
        unneeded({ ...kind, symbols: [{ name: 'global' }, register] }) -
        unneeded({ ...kind, symbols: [{ name: 'global' }] });
      expect(more > 0).toBe(stays);
    },
  );

  it.each([
    ['little', 62, 0x2_0000_0000n + 1n],
    ['big', 22, 0x2_0000_0000n + 22n],
    ['big', 8, 0x2_0000_0012n],
    ['little', 8, 0x1200_0000_0000_0002n],
  ] as const)(
    '%s endian, machine %i: of two local symbols the one that a relocation names stays',
    (endian, machine, information) => {
      const content = Buffer.alloc(24);
      if (endian === 'little') content.writeBigUInt64LE(information, 8);
      else content.writeBigUInt64BE(information, 8);
      const relocations = { name: '.rela.text', type: 4, link: 3, info: 1, align: 8, entsize: 24, content };
      const symbols = [{ name: 'local', bind: 0 }, { name: 'other_local', bind: 0 }, { name: 'g' }];
      // As strip of each of the four has it.
      expect(
        unneeded({
          machine,
          endian,
          sections: [{ name: '.text', flags: 6, content: 'some code' }, relocations],
          symbols,
        }),
      ).toBe(616);
    },
  );
});

describe('program headers and links to debug data', () => {
  it.each([
    [64, 'little'],
    [64, 'big'],
    [32, 'little'],
    [32, 'big'],
  ] as const)('are read in ELF%i, %s endian', (size, endian) => {
    const bytes = buildElf({
      class: size,
      endian,
      type: 2,
      load: true,
      sections: [{ name: '.text', content: 'code' }],
    });
    const { segments, sections } = readElf(memorySource(bytes));
    // PT_LOAD with PF_R and PF_X, from the start of the file up to the section headers.
    const length = bytes.length - sections.length * (size === 64 ? 64 : 40);
    expect(segments).toEqual([
      { type: 1, flags: 5, offset: 0, vaddr: 0, paddr: 0, filesz: length, memsz: length, align: 0x1000 },
    ]);
  });

  it('have a name that is not empty', () => {
    const linked = (content: string): ElfFacts =>
      inspect(buildElf({ sections: [{ name: '.gnu_debuglink', content }] }));
    expect(linked('a.debug\0CRC-')).toMatchObject({ debuglink: 'a.debug' });
    for (const content of ['\0CRC-', 'a.debug', '']) expect(linked(content)).not.toHaveProperty('debuglink');
  });
});

describe('build ids', () => {
  /** An executable without sections, whose only segment is this one of notes. */
  function withNotes(notes: Uint8Array, filesz = notes.length, type = 4): Buffer {
    const bytes = buildElf({ type: 2, load: true, shoff: 0, shnum: 0, shstrndx: 0, appended: notes });
    const at = bytes.length - notes.length;
    bytes.writeUInt32LE(type, 64);
    bytes.writeBigUInt64LE(BigInt(at), 64 + 8);
    bytes.writeBigUInt64LE(BigInt(filesz), 64 + 32);
    bytes.writeBigUInt64LE(4n, 64 + 48);
    return bytes;
  }

  function note(name: string, type: number, description: Uint8Array | string): Buffer {
    const header = Buffer.alloc(12);
    header.writeUInt32LE(name.length, 0);
    header.writeUInt32LE(description.length, 4);
    header.writeUInt32LE(type, 8);
    const pad = (bytes: Uint8Array | string): Buffer =>
      Buffer.concat([Buffer.from(bytes), Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
    return Buffer.concat([header, pad(name), pad(description)]);
  }

  const id = note('GNU\0', 3, Buffer.from('0123456789abcdef', 'hex'));

  it('are found in segments where there are no sections', () => {
    expect(inspect(withNotes(id)).buildId).toBe('0123456789abcdef');
    expect(inspect(withNotes(Buffer.concat([note('GNU\0', 1, 'five.'), id]))).buildId).toBe('0123456789abcdef');
    expect(inspect(withNotes(Buffer.concat([note('abc\0', 3, 'x'), id]))).buildId).toBe('0123456789abcdef');
  });

  it('are not what only looks like one', () => {
    expect(inspect(withNotes(note('GNU', 3, 'id'))).buildId).toBeNull();
    expect(inspect(withNotes(note('GNU\0', 3, Buffer.alloc(65)))).buildId).toBeNull();
    expect(inspect(withNotes(id, id.length, 1)).buildId).toBeNull();
    expect(inspect(withNotes(id, 2 ** 40)).buildId).toBeNull();
    expect(inspect(withNotes(id.subarray(0, -4))).buildId).toBeNull();
    expect(inspect(withNotes(Buffer.alloc(0))).buildId).toBeNull();
  });

  it.runIf(requireTool('readelf'))('are those that readelf prints', () => {
    const path = join(directory, 'notes');
    writeFileSync(path, withNotes(Buffer.concat([note('GNU\0', 1, 'five.'), id])));
    expect(run('readelf', ['-n', path])).toContain('Build ID: 0123456789abcdef');
  });
});
