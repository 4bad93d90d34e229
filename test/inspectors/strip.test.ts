// The predicted length after strip against GNU strip itself, to the byte, in all three modes.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { defaultStripVersion, stripVersions } from '../../src/inspectors/elf/strip-version.ts';
import type { StripVersion } from '../../src/inspectors/elf/strip-version.ts';
import { inspectors } from '../../src/inspectors/index.ts';
import type { StripSizes } from '../../src/model/facts.ts';
import { buildAr } from '../build/ar.ts';
import { buildElf, type ElfSpec } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const installed = requireTool('strip') ? installedVersion() : null;
const hasStrip = installed !== null;
const hasCompiler = hasStrip && requireTool('gcc') && requireTool('ar') && requireTool('objcopy') && requireTool('ld');
const directory = tempDirectory('strip');

/** The behaviour of the installed strip; null where it is of a release that nobody compared. */
function installedVersion(): StripVersion | null {
  const release = /\) (\d+)\.(\d+)/.exec(run('strip', ['--version']));
  const known = stripVersions.find((version) => version === `${release?.[1]}.${release?.[2]}`);
  if (known === undefined) console.warn(`skipped: tests of strip to the byte, which know ${stripVersions.join(', ')}`);
  return known ?? null;
}

function predicted(path: string, version = installed ?? defaultStripVersion): StripSizes {
  const bytes = readFileSync(path);
  const file = { path, size: bytes.length, facts: 'all', strip: version } as const;
  const inspector = inspectors.find((candidate) => candidate.matches(bytes.subarray(0, 64), file));
  const facts = inspector?.inspect(memorySource(bytes), file);
  if (facts === undefined || !('strip' in facts)) throw new Error(`${path} is no ELF file`);
  return facts.strip;
}

function stripped(path: string, strip = 'strip'): StripSizes {
  const length = (option: string): number => {
    const output = join(directory, 'stripped');
    run(strip, [option, '-o', output, path]);
    const { size } = statSync(output);
    rmSync(output);
    return size;
  };
  return { debug: length('-g'), unneeded: length('--strip-unneeded'), all: length('-s') };
}

const sources = {
  'a.c': `#include <stdio.h>
    static int helper(int x) { return x * 3; }
    int table[100] = { 1 }, common; static int unused(void) { return 1; } int (*pointer)(void) = unused;
    __attribute__((weak)) int weak(void) { return 1; } __thread int tls = 3, tbss;
    __attribute__((constructor)) static void begin(void) { table[3] = 2; }
    int other(int); int run(int n) { printf("%d", n); return helper(n) + weak() + tls + tbss + other(n); }`,
  'b.c': 'int run(int); int other(int x) { return x + 1; } int main(int c, char **v) { return run(c); }',
  'c.cc': `#include <map>
    #include <string>
    template <class T> T sum(T a, T b) { return a + b; } inline int count() { static int n; return n++; }
    int use() { std::map<std::string, int> m; m[sum<std::string>("a", "b")] = count(); return m.size(); }`,
};

const options = [
  '',
  '-g',
  '-g3',
  '-g -gz',
  '-g -O2 -ffunction-sections -fdata-sections',
  '-g -gsplit-dwarf -fPIC',
  '-g -flto -ffat-lto-objects',
  '-g -fdebug-types-section -fcommon',
];

/** Compiles every kind of file there is with these options. */
function build(flags: readonly string[]): readonly string[] {
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(directory, name), text);
  const sh = (command: string, ...args: string[]): string => run(command, args, { cwd: directory });
  for (const name of Object.keys(sources)) sh('gcc', ...flags, '-c', name, '-o', `${name}.o`);
  sh('gcc', ...flags, '-fPIC', '-shared', 'a.c', '-o', 'shared.so');
  sh('gcc', ...flags, 'a.c.o', 'b.c.o', '-o', 'program');
  sh('gcc', ...flags, '-Wl,-q', 'a.c.o', 'b.c.o', '-o', 'emit-relocs');
  sh('gcc', ...flags, '-static', 'a.c.o', 'b.c.o', '-o', 'static');
  sh('gcc', ...flags, '-Wl,-z,noseparate-code,-z,max-page-size=65536', 'a.c.o', 'b.c.o', '-o', 'large-pages');
  sh('ld', '-r', 'a.c.o', 'b.c.o', '-o', 'relinked.o');
  sh('objcopy', '--only-keep-debug', 'program', 'program.debug');
  sh('objcopy', '--add-section', 'pydata=a.c', 'program', 'payload');
  rmSync(join(directory, 'static.a'), { force: true });
  sh('cp', 'a.c.o', 'an-object-with-a-long-name.o');
  sh('ar', 'rcs', 'static.a', 'a.c.o', 'c.cc.o', 'an-object-with-a-long-name.o', 'b.c');
  const linked = ['shared.so', 'program', 'emit-relocs', 'static', 'large-pages', 'program.debug', 'payload'];
  return [...Object.keys(sources).map((name) => `${name}.o`), ...linked, 'relinked.o', 'static.a'];
}

describe.skipIf(!hasCompiler)('length after strip', () => {
  it.each(options)('compiled with "%s"', (flags) => {
    const wrong = build(flags === '' ? [] : flags.split(' '))
      .map((name) => ({ name, predicted: predicted(join(directory, name)), stripped: stripped(join(directory, name)) }))
      .filter((file) => JSON.stringify(file.predicted) !== JSON.stringify(file.stripped));
    expect(wrong).toEqual([]);
  });

  it('of 66,000 sections', () => {
    const text = Array.from({ length: 66_000 }, (_, index) => `.section .text.f${index},"ax"\nf${index}: ret`);
    writeFileSync(join(directory, 'many.s'), `${text.join('\n')}\n.section .debug_x,"",@progbits\n.long 1\n`);
    run('gcc', ['-c', 'many.s', '-o', 'many.o'], { cwd: directory });
    expect(predicted(join(directory, 'many.o'))).toEqual(stripped(join(directory, 'many.o')));
  });

  it('of merged build notes', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    for (let round = 0; round < 20; round++) {
      const notes = ['.section .gnu.build.attributes,"",%note'];
      for (let note = 0; note < 2 + random(20); note++) {
        const start = 0x100 + random(64) * 8;
        const range = random(3) === 0 ? [] : [start, start + random(8) * 16];
        notes.push(`.long 8, ${range.length * 8}, ${random(4) === 0 ? 257 : 256}`);
        notes.push(
          random(2) === 0 ? '.ascii "GA$\\1\\63a1\\0"' : '.ascii "GA*abcd\\0"',
          ...range.map((value) => `.quad ${value}`),
        );
      }
      writeFileSync(join(directory, 'notes.s'), `${notes.join('\n')}\n`);
      run('gcc', ['-c', 'notes.s', '-o', 'notes.o'], { cwd: directory });
      expect(predicted(join(directory, 'notes.o')), notes.join('\n')).toEqual(stripped(join(directory, 'notes.o')));
    }
  });
});

describe.skipIf(!hasStrip)('length after strip of installed files', () => {
  it('node itself', () => {
    expect(predicted(process.execPath)).toEqual(stripped(process.execPath));
  });

  const versions = join(homedir(), '.pyenv', 'versions');
  const tree = existsSync(versions) ? readdirSync(versions).find((name) => name.startsWith('3.')) : undefined;
  it.skipIf(tree === undefined)('a CPython tree', () => {
    const root = join(versions, tree ?? '');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:so|a|o)(?:\.|$)/.test(path))
      .map((path) => join(root, path))
      .filter((path) => /^(?:\x7fELF|!<arch>\n)/.test(readFileSync(path).subarray(0, 8).toString('latin1')));
    const wrong = files.filter((path) => JSON.stringify(predicted(path)) !== JSON.stringify(stripped(path)));
    expect(files.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});

/** A file with a group, debug data, and symbols of which one is the tail of another. */
function builtObject(kind: Pick<ElfSpec, 'class' | 'endian' | 'machine' | 'extended'>): Buffer {
  const group = kind.endian === 'big' ? [0, 0, 0, 1, 0, 0, 0, 2] : [1, 0, 0, 0, 2, 0, 0, 0];
  const sections = [
    { name: '.group', type: 17, link: 5, info: 1, align: 4, entsize: 4, content: Buffer.from(group) },
    { name: '.text', flags: 0x206, content: 'some code', align: 16 },
    { name: '.debug_info', content: 'debug data' },
    { name: '.data', flags: 3, content: 'data', align: 8 },
  ];
  const symbols = [
    { name: 'signature', bind: 0, shndx: 2 },
    { name: 'local', bind: 0, shndx: 4 },
    { name: 'a_global', shndx: 4 },
    { name: 'global', shndx: 2 },
    { name: 'undefined', shndx: 0 },
  ];
  return buildElf({ ...kind, sections, symbols });
}

describe('length after strip of built files', () => {
  const path = join(directory, 'built.o');

  it.skipIf(!hasStrip).each([
    { class: 64, machine: 62 },
    { class: 32, machine: 3 },
    { class: 64, machine: 62, extended: true },
  ] as const)('%j', (kind) => {
    writeFileSync(path, builtObject(kind));
    expect(predicted(path)).toEqual(stripped(path));
  });

  // An x86 strip does not take the other byte order, which changes no length.
  it.each([64, 32] as const)('big endian, ELF%i', (size) => {
    writeFileSync(path, builtObject({ class: size, endian: 'little', machine: 21 }));
    const little = predicted(path);
    writeFileSync(path, builtObject({ class: size, endian: 'big', machine: 21 }));
    expect(predicted(path)).toEqual(little);
    expect(little.debug).toBeGreaterThan(0);
  });
});

/** Processors of either byte order, and the strip that takes them. */
const foreign = [
  ['powerpc64le-linux-gnu-strip', { class: 32, endian: 'big', machine: 20 }],
  ['powerpc64le-linux-gnu-strip', { class: 64, endian: 'big', machine: 21 }],
  ['powerpc64le-linux-gnu-strip', { class: 64, endian: 'little', machine: 21 }],
  ['s390x-linux-gnu-strip', { class: 32, endian: 'big', machine: 22 }],
  ['s390x-linux-gnu-strip', { class: 64, endian: 'big', machine: 22 }],
  ['arm-linux-gnueabihf-strip', { class: 32, endian: 'big', machine: 40 }],
  ['arm-linux-gnueabihf-strip', { class: 32, endian: 'little', machine: 40 }],
  ['aarch64-linux-gnu-strip', { class: 64, endian: 'big', machine: 183 }],
] as const;

describe.each(foreign)('length after %s of built files, %j', (strip, kind) => {
  const same = requireTool(strip) && run(strip, ['--version']).includes(defaultStripVersion);

  it.skipIf(!same).each([false, true])('extended numbering: %s', (extended) => {
    const path = join(directory, 'foreign.o');
    writeFileSync(path, builtObject({ ...kind, extended }));
    expect(predicted(path, defaultStripVersion)).toEqual(stripped(path, strip));
  });

  it.skipIf(!same)('in an archive', () => {
    const path = join(directory, 'foreign.a');
    const member = { name: 'member.o/', content: builtObject(kind) };
    writeFileSync(
      path,
      buildAr([{ name: '/', content: '\0\0\0\0' }, member, { ...member, name: 'text/', content: 'x' }]),
    );
    expect(predicted(path, defaultStripVersion)).toEqual(stripped(path, strip));
  });
});

describe.skipIf(!hasStrip)('length after strip of built archives', () => {
  const path = join(directory, 'built.a');
  const content = builtObject({ class: 64, machine: 62 });
  const long = 'an-object-with-a-long-name.o';
  const index = { name: '/', content: '\0\0\0\0' };
  const bsd = { name: `#1/${long.length}`, content: Buffer.concat([Buffer.from(long), content]) };

  it.each([
    ['GNU', [index, { name: 'a.o/', content }]],
    ['GNU without an index', [{ name: 'a.o/', content }]],
    ['GNU with long names', [index, { name: '//', content: `${long}/\n` }, { name: '/0', content }]],
    [
      'GNU with a 64-bit index',
      [
        { name: '/SYM64/', content: '\0\0\0\0\0\0\0\0' },
        { name: 'a.o/', content },
      ],
    ],
    ['BSD', [{ name: '__.SYMDEF', content: '\0\0\0\0\0\0\0\0' }, bsd]],
    ['BSD with a long name for its index', [{ name: '#1/12', content: `__.SYMDEF\0\0\0${'\0'.repeat(8)}` }, bsd]],
    ['of text', [{ name: 'a.txt/', content: 'text' }]],
    ['of nothing', []],
  ])('%s', (_what, members) => {
    writeFileSync(path, buildAr(members));
    expect(predicted(path)).toEqual(stripped(path));
  });

  it('thin: refused, as strip does', () => {
    writeFileSync(join(directory, 'thin.o'), content);
    writeFileSync(
      path,
      buildAr(
        [
          { name: '//', content: 'thin.o/\n' },
          { name: '/0', size: content.length },
        ],
        '!<thin>\n',
      ),
    );
    for (const mode of ['-g', '--strip-unneeded', '-s']) {
      expect(runStatus('strip', [mode, '-o', join(directory, 'out'), path])).not.toBe(0);
    }
    expect(predicted(path)).toMatchObject({ debug: null, unneeded: null, all: null, refused: 'it is a thin archive' });
  });

  it('Rust: strip -g leaves the metadata as it is, and -s the archive without its index', () => {
    const metadata = Buffer.concat([Buffer.from('rust\0\0\0\x08'), Buffer.alloc(5001, 7)]);
    const members = [index, { name: 'lib.rmeta/', content: metadata }, { name: 'crate.o/', content }];
    writeFileSync(path, buildAr(members));
    expect(predicted(path)).toEqual(stripped(path));
    const after = (mode: string): Buffer => {
      run('strip', [mode, '-o', join(directory, 'out.rlib'), path]);
      return readFileSync(join(directory, 'out.rlib'));
    };
    expect(after('-g').includes(metadata)).toBe(true);
    expect(after('-g').toString('latin1', 8, 10)).toBe('/ ');
    expect(after('-s').toString('latin1', 8, 10)).not.toBe('/ ');
  });
});

// Lengths that `strip -g`, `--strip-unneeded` and `-s` of binutils 2.35.2 and 2.44 really gave for these files: distributions
// carry one release at a time, so a test can run the installed one only.
describe('length after strip of other releases', () => {
  const path = join(directory, 'other.o');

  it.each([
    [{ class: 64, machine: 62 }, '2.35', { debug: 856, unneeded: 792, all: 368 }],
    [{ class: 64, machine: 62 }, '2.44', { debug: 776, unneeded: 712, all: 368 }],
    [{ class: 32, machine: 3 }, '2.35', { debug: 592, unneeded: 544, all: 268 }],
    [{ class: 32, machine: 3 }, '2.44', { debug: 536, unneeded: 488, all: 252 }],
    [{ class: 64, machine: 62, extended: true }, '2.35', { debug: 856, unneeded: 792, all: 368 }],
    [{ class: 64, machine: 62, extended: true }, '2.44', { debug: 776, unneeded: 712, all: 368 }],
  ] as const)('%j, %s', (kind, version, sizes) => {
    writeFileSync(path, builtObject(kind));
    expect(predicted(path, version)).toEqual(sizes);
  });
});
