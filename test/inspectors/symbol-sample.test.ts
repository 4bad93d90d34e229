// Samples of symbols against the same computed another way, from the names that nm lists.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { arInspector } from '../../src/inspectors/ar.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { createSampler } from '../../src/inspectors/elf/symbol-sample.ts';
import type { SymbolSample } from '../../src/model/facts.ts';
import { buildAr } from '../build/ar.ts';
import { buildElf, type ElfSpec } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const mask = 0xffff_ffffn;

/** FNV-1a and MurmurHash3's last step, from their definitions. */
function hashOf(name: string, seed = 0x811c_9dc5n): number {
  let hash = seed;
  for (const byte of Buffer.from(name)) hash = ((hash ^ BigInt(byte)) * 0x0100_0193n) & mask;
  hash = ((hash ^ (hash >> 16n)) * 0x85eb_ca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2_ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}

function expected(names: readonly string[], limit: number, seed?: bigint): SymbolSample {
  const hashes = [...new Set(names.map((name) => hashOf(name, seed)))].toSorted((a, b) => a - b);
  let rate = 1;
  while (hashes.filter((hash) => hash < 2 ** 32 / rate).length > limit) rate *= 2;
  return { rate, hashes: hashes.filter((hash) => hash < 2 ** 32 / rate) };
}

function sampled(names: readonly string[], limit: number): SymbolSample | undefined {
  const sampler = createSampler(limit);
  for (const name of names) sampler.add(Buffer.from(`xyz${name}\0`), 3, 0x811c_9dc5 | 0);
  return sampler.sample();
}

const library = (bytes: Uint8Array): SymbolSample | undefined => {
  const facts = arInspector.inspect(memorySource(bytes), { path: 'x.a', size: bytes.length, facts: 'needed' });
  return facts.type === 'ar' ? facts.symbols : undefined;
};
const linked = (bytes: Uint8Array): SymbolSample | undefined => {
  const facts = elfInspector.inspect(memorySource(bytes), { path: 'x', size: bytes.length, facts: 'needed' });
  return facts.type === 'elf' ? facts.symbols : undefined;
};

describe('a sampler', () => {
  it('keeps the smallest hashes, in whatever order names come and however often', () => {
    const names = fc.array(
      fc.string({ minLength: 1 }).filter((name) => !/[\0@]/.test(name)),
      { minLength: 1, maxLength: 300 },
    );
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 40 }), (list, limit) => {
        expect(sampled(list, limit)).toEqual(expected(list, limit));
        expect(sampled([...list, ...list].toReversed(), limit)).toEqual(expected(list, limit));
      }),
    );
  });

  it('takes a version for no part of a name, and nothing for a name', () => {
    expect(sampled(['deflate@@ZLIB_1.2', 'deflate@ZLIB_1', 'deflate'], 8)).toEqual(expected(['deflate'], 8));
    expect(sampled(['', '@V'], 8)).toBeUndefined();
  });
});

const text = { name: '.text', flags: 6, content: 'code' };
const object = (names: readonly string[], more: ElfSpec = {}): Buffer =>
  buildElf({ sections: [text], symbols: names.map((name) => ({ name, bind: 1, shndx: 1 })), ...more });

describe('a library', () => {
  const members = (...contents: readonly (Uint8Array | string)[]): Buffer =>
    buildAr(contents.map((content, index) => ({ name: `${index}.o/`, content })));

  it('is sampled over all of its members', () => {
    const both = library(members(object(['one', 'two']), object(['two', 'three'])));
    expect(both).toEqual(library(members(object(['one', 'two', 'three']))));
    expect(both?.hashes).toHaveLength(3);
  });

  it('counts what is defined for others: common and weak, but not undefined and local symbols', () => {
    const symbols = [
      { name: 'local', bind: 0, shndx: 1 },
      { name: 'weak', bind: 2, shndx: 1 },
      { name: 'common', bind: 1, shndx: 0xfff2 },
      { name: 'missing', bind: 1, shndx: 0 },
    ];
    expect(library(members(buildElf({ sections: [text], symbols })))).toEqual(
      library(members(object(['weak', 'common']))),
    );
  });

  it('has other hashes for another processor, class and byte order', () => {
    const kinds: ElfSpec[] = [{}, { machine: 183 }, { class: 32 }, { endian: 'big' }];
    const hashes = kinds.map((kind) => library(members(object(['one'], kind)))?.hashes[0]);
    expect(new Set(hashes).size).toBe(4);
    expect(hashes).not.toContain(undefined);
  });

  it('has no sample where a member is no object, where strip refuses one, and where it is thin or empty', () => {
    expect(library(members(object(['one']), 'text'))).toBeUndefined();
    const refused = members(object(['one']), object(['two'], { machine: 0xfe01 }));
    expect(library(refused)).toBeUndefined();
    expect(library(members())).toBeUndefined();
    expect(library(Buffer.from('!<thin>\n'))).toBeUndefined();
  });

  it('takes no quadratic time where names share their bytes', () => {
    const symbols = Buffer.alloc(24 * 20_000);
    // st_name 1, then a global symbol of section 1.
    for (let at = 24; at < symbols.length; at += 24) symbols.set([1, 0, 0, 0, 0x10, 0, 1, 0], at);
    const sections = [
      text,
      { name: '.symtab', type: 2, link: 3, info: 1, entsize: 24, align: 8, content: symbols },
      { name: '.strtab', type: 3, content: `\0${'a'.repeat(1 << 20)}\0` },
    ];
    const started = cpuTime();
    expect(library(members(buildElf({ sections })))).toBeUndefined();
    expect(linked(buildElf({ type: 3, load: true, sections }))).toBeUndefined();
    expect(cpuTime() - started).toBeLessThan(2000);
    const few = sections.map((section) =>
      section.name === '.symtab' ? { ...section, content: symbols.subarray(0, 96) } : section,
    );
    expect(library(members(buildElf({ sections: few })))?.hashes).toHaveLength(1);
    expect(linked(buildElf({ type: 3, load: true, sections: few }))?.hashes).toHaveLength(1);
  });
});

describe('a linked file', () => {
  // Room behind the code: small files are not sampled.
  const large = { name: '.rodata', content: Buffer.alloc(300_000) };
  const names = ['one', 'two', 'three'];

  it('is sampled in either class and byte order, as an object of its kind is', () => {
    for (const kind of [{}, { class: 32 }, { endian: 'big' }, { class: 32, endian: 'big' }] as const) {
      const file = object(names, { ...kind, type: 3, sections: [text, large] });
      const member = library(buildAr([{ name: 'a.o/', content: object(names, kind) }]));
      expect(linked(file)).toEqual(member);
      expect(member?.hashes).toHaveLength(3);
    }
  });

  it('has no sample without symbols', () => {
    expect(linked(buildElf({ type: 3, sections: [text, large] }))).toBeUndefined();
  });
});

describe.skipIf(!requireTool('gcc') || !requireTool('nm') || !requireTool('ar') || !requireTool('objcopy'))(
  'what gcc links',
  () => {
    const work = tempDirectory('symbol-sample');
    const at = (name: string): string => join(work, name);
    const read = (name: string): Buffer => readFileSync(at(name));
    const gcc = (...args: readonly string[]): string => run('gcc', args, { cwd: work });
    /** Names of default visibility that nm calls defined and external. */
    const names = (options: readonly string[], name: string): string[] => [
      ...new Set(
        run('nm', ['--defined-only', '-P', ...options, at(name)])
          .split('\n')
          .map((line) => line.split(' ')[0]?.replace(/@.*$/, '') ?? '')
          .filter((found) => found !== '' && !found.endsWith(':') && !found.startsWith('hidden_')),
      ),
    ];
    /** x86-64 is machine 62; the seed spells the class and byte order, too. */
    const header = (name: string): bigint => {
      const bytes = read(name);
      const kind = bytes.readUInt16LE(18) * 4 + (bytes[4] === 2 ? 2 : 0) + (bytes[5] === 2 ? 1 : 0);
      return 0x811c_9dc5n ^ BigInt(kind);
    };

    mkdirSync(work, { recursive: true });
    const functions = Array.from({ length: 900 }, (_, index) => `int made_${index}(void) { return ${index}; }`);
    writeFileSync(at('a.c'), `${functions.join('\n')}\n__attribute__((visibility("hidden"))) int hidden_one = 1;`);
    writeFileSync(
      at('b.c'),
      'int common_one; __attribute__((weak)) int weak_one = 2; static int local_one = 3; int *local(void) { return &local_one; }',
    );
    writeFileSync(at('pad.c'), 'const char pad[300000] = { 1 };');
    writeFileSync(at('main.c'), 'int main(void) { return 0; }');
    gcc('-c', '-g', '-fPIC', '-fcommon', 'a.c', 'b.c', 'pad.c', 'main.c');
    run('ar', ['rcs', 'liball.a', 'a.o', 'b.o'], { cwd: work });
    gcc('-shared', '-o', 'liball.so', 'a.o', 'b.o', 'pad.o');
    gcc('-o', 'program', 'main.o', 'a.o', 'b.o', 'pad.o');
    gcc('-o', 'small', 'main.o', 'b.o');
    run('objcopy', ['--only-keep-debug', 'liball.so', 'liball.so.debug'], { cwd: work });

    it('is sampled as nm lists it', () => {
      expect(library(read('liball.a'))).toEqual(expected(names(['-g'], 'liball.a'), 128, header('a.o')));
      expect(linked(read('liball.so'))).toEqual(expected(names(['-D', '-g'], 'liball.so'), 256, header('a.o')));
      const exported = run('readelf', ['-sW', at('program')])
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(
          ([, , , , bind, visibility, section]) => bind !== 'LOCAL' && visibility === 'DEFAULT' && section !== 'UND',
        )
        .map((fields) => fields[7]?.replace(/@.*$/, '') ?? '');
      expect(linked(read('program'))?.hashes.length).toBeGreaterThan(128);
      const inTable = exported.filter((name) => name !== '' && name !== 'Name');
      expect(linked(read('program'))).toEqual(expected(inTable, 256, header('a.o')));
    });

    it('has no sample where it is small, holds no code, or is not linked', () => {
      expect(linked(read('small'))).toBeUndefined();
      expect(linked(read('liball.so.debug'))).toBeUndefined();
      expect(linked(read('pad.o'))).toBeUndefined();
    });
  },
);
