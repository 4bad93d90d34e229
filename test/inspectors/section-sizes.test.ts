// Parts of an ELF file: they sum to its length whatever the headers say, and sections are as large as readelf says.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import type { Facts, SectionSize } from '../../src/model/facts.ts';
import { buildElf } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

function factsOf(bytes: Uint8Array, facts: 'needed' | 'all' = 'all'): Facts {
  return elfInspector.inspect(memorySource(bytes), { path: 'x', size: bytes.length, facts });
}

function partsOf(bytes: Uint8Array): readonly SectionSize[] {
  const facts = factsOf(bytes);
  return facts.type === 'elf' ? (facts.sections ?? []) : [];
}

function sumOf(parts: readonly SectionSize[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

function named(bytes: Uint8Array): Record<string, number> {
  return Object.fromEntries(partsOf(bytes).map((part) => [part.name, part.bytes]));
}

describe('parts of an ELF file', () => {
  it('are sections, headers and the rest', () => {
    const bytes = buildElf({
      type: 3,
      load: true,
      sections: [
        { name: '.text', content: Buffer.alloc(100) },
        { name: '.bss', type: 8, size: 5000 },
        { name: '.data', content: Buffer.alloc(30), align: 64 },
      ],
      appended: 'x'.repeat(77),
    });
    // 120 bytes of headers and 100 of code end at 220; .data begins 28 bytes on, so that it is aligned; so is the table after names.
    const parts = named(bytes);
    expect(parts).toMatchObject({ '.text': 100, '.data': 30, '[ELF header]': 64, '[program headers]': 56 });
    expect(parts['[section headers]']).toBe(5 * 64);
    expect(parts['.shstrtab']).toBe('\0.text\0.bss\0.data\0.shstrtab\0'.length);
    expect(parts['.bss']).toBeUndefined();
    expect(parts['[unmapped]']).toBeGreaterThanOrEqual(77 + 28);
    expect(sumOf(partsOf(bytes))).toBe(bytes.length);
    expect(partsOf(bytes).map((part) => part.bytes)).toEqual(
      partsOf(bytes)
        .map((part) => part.bytes)
        .toSorted((a, b) => b - a),
    );
  });

  it('charge overlapping bytes once, and sections of one name together', () => {
    const bytes = buildElf({
      sections: [
        { name: '.group', content: 'abcd' },
        { name: '.group', content: 'efgh' },
        { name: '.text', content: Buffer.alloc(300) },
        { name: '.inside', offset: 100, size: 150 },
        { name: '.beyond', offset: 358, size: 30 },
      ],
    });
    expect(named(bytes)).toMatchObject({ '.text': 300, '.beyond': 16, '.group': 8 });
    expect(named(bytes)['.inside']).toBeUndefined();
    expect(sumOf(partsOf(bytes))).toBe(bytes.length);
  });

  it('a section that claims the whole file does not hide its headers', () => {
    const bytes = buildElf({ sections: [{ name: '.all', offset: 0, size: 200 }] });
    expect(named(bytes)).toMatchObject({ '[ELF header]': 64 });
    expect(sumOf(partsOf(bytes))).toBe(bytes.length);
  });

  it('are only worked out where all facts are wanted', () => {
    expect(factsOf(buildElf({}), 'needed')).not.toHaveProperty('sections');
  });

  it('stay few and short in a file with thousands of long names', () => {
    const sections = Array.from({ length: 3000 }, (_, index) => ({ name: 'n'.repeat(300), content: `${index}` }));
    const distinct = sections.map((section, index) => ({ ...section, name: `.${index}` }));
    const long = partsOf(buildElf({ sections }));
    expect(long.map(({ name }) => name.length).every((length) => length < 210)).toBe(true);
    const bytes = buildElf({ sections: distinct });
    expect(partsOf(bytes)).toHaveLength(1000);
    expect(sumOf(partsOf(bytes))).toBe(bytes.length);
    expect(named(bytes)['[other sections]']).toBeGreaterThan(0);
  });

  it('are a thousand at the most, of names of 200 characters', () => {
    const many = (count: number): readonly SectionSize[] =>
      partsOf(
        buildElf({ sections: Array.from({ length: count }, (_, index) => ({ name: `.${index}`, content: 'x' })) }),
      );
    // Beside them: the ELF header, section headers, and .shstrtab with what aligns the headers behind it.
    const others = many(1).length - 1;
    for (const [count, isFolded] of [
      [999 - others, false],
      [1000 - others, false],
      [1001 - others, true],
    ] as const) {
      const parts = many(count);
      expect(parts).toHaveLength(Math.min(1000, count + others));
      expect(parts.some(({ name }) => name === '[other sections]')).toBe(isFolded);
      expect(parts.every(({ bytes }) => bytes > 0)).toBe(true);
    }
    const nameOf = (length: number): string | undefined =>
      partsOf(buildElf({ sections: [{ name: 'n'.repeat(length), content: 'x' }] })).find(({ bytes }) => bytes === 1)
        ?.name;
    expect(nameOf(200)).toBe('n'.repeat(200));
    expect(nameOf(201)).toBe(`${'n'.repeat(200)}...`);
    expect(nameOf(0)).toBe('[unnamed]');
  });

  it('of no byte are none', () => {
    const gaps = Array.from({ length: 8 }, (_, index) => {
      const bytes = buildElf({
        sections: [
          { name: '.text', content: 'x'.repeat(index + 1) },
          { name: '.end', offset: 64 + index, size: 1 },
          { name: '.empty', content: '' },
          { name: '.far', content: '', offset: 1 << 20 },
        ],
      });
      expect(partsOf(bytes).every((part) => part.bytes > 0)).toBe(true);
      expect(sumOf(partsOf(bytes))).toBe(bytes.length);
      return named(bytes)['[unmapped]'];
    });
    // Of eight lengths one leaves no gap in front of the section headers.
    expect(gaps.filter((gap) => gap === undefined)).toHaveLength(1);
  });

  it('relocations that are loaded are no debug data, whatever they are of', () => {
    const groupOf = (flags: number): string | undefined =>
      partsOf(
        buildElf({
          sections: [
            { name: '.debug_info', content: 'data' },
            { name: '.rela', type: 4, flags, info: 1, entsize: 24, content: Buffer.alloc(24) },
          ],
        }),
      ).find(({ name }) => name === '.rela')?.group;
    expect(groupOf(0)).toBe('debug');
    expect(groupOf(2)).toBe('relocations');
  });

  it('names that are not UTF-8 are spelled out', () => {
    expect(named(buildElf({ sections: [{ name: '.\xff', content: 'x' }] }))).toHaveProperty(['.\\xFF'], 1);
  });

  it('sum to the length of any file that can be read', () => {
    const base = buildElf({
      type: 3,
      load: true,
      sections: [
        { name: '.a', content: 'aaaa' },
        { name: '.b', content: 'bbbb', align: 16 },
      ],
    });
    fc.assert(
      fc.property(
        fc.nat(base.length - 1),
        fc.nat(255),
        fc.nat(base.length - 1),
        fc.nat(255),
        (at, byte, at2, byte2) => {
          const bytes = Buffer.from(base);
          bytes[at] = byte;
          bytes[at2] = byte2;
          try {
            expect(sumOf(partsOf(bytes))).toBe(bytes.length);
          } catch (error) {
            if (!(error instanceof FormatError)) throw error;
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

const modules = join(import.meta.dirname, '../../node_modules');
const real = readdirSync(modules, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.node'))
  .map((path) => join(modules, path))
  .filter((path) => readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF')
  .slice(0, 10);

function readelfSizes(path: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  const lines = run('readelf', ['-SW', path]).matchAll(
    /^ +\[ *\d+\] (\S+) +(\S+) +[0-9a-f]{8,} [0-9a-f]+ ([0-9a-f]+) /gm,
  );
  for (const [, name = '', type, size = ''] of lines) {
    const bytes = Number.parseInt(size, 16);
    if (type !== 'NOBITS' && type !== 'NULL' && bytes > 0) sizes[name] = (sizes[name] ?? 0) + bytes;
  }
  return sizes;
}

describe.skipIf(!requireTool('readelf'))('against readelf -SW', () => {
  it.each([...real, process.execPath])('%s', (path) => {
    const bytes = readFileSync(path);
    expect(sumOf(partsOf(bytes))).toBe(bytes.length);
    const sections = partsOf(bytes).filter(({ name }) => !name.startsWith('['));
    expect(Object.fromEntries(sections.map((part) => [part.name, part.bytes]))).toEqual(readelfSizes(path));
  });

  it.skipIf(!requireTool('gcc')).each(['-c', '-shared -fPIC', '-g -O1 -ffunction-sections -c'])('gcc %s', (flags) => {
    const work = tempDirectory('sections');
    writeFileSync(join(work, 'a.c'), 'int big[9000] = {1}; int zero[100]; int f(int x) { return x * big[x]; }');
    run('gcc', [...flags.split(' '), 'a.c', '-o', 'out'], { cwd: work });
    const bytes = readFileSync(join(work, 'out'));
    expect(sumOf(partsOf(bytes))).toBe(bytes.length);
    const sections = partsOf(bytes).filter(({ name }) => !name.startsWith('['));
    expect(Object.fromEntries(sections.map((part) => [part.name, part.bytes]))).toEqual(
      readelfSizes(join(work, 'out')),
    );
  });
});

/** Groups by what readelf says of types and flags: an independent reading of the same rules. */
function groupsByReadelf(path: string): Record<string, number> {
  const sums: Record<string, number> = {};
  const names: string[] = [];
  const rows = [...run('readelf', ['-SW', path]).matchAll(/^ +\[ *(\d+)\] (.*)$/gm)].map((match) => match[2] ?? '');
  const parsed = rows.map((row) =>
    /^(\S*) +(\S+) +([0-9a-f]{8,16}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) ([0-9a-f]{2,}) +([A-Za-z]*) *(\d+) +(\d+) +\d+$/.exec(
      row,
    ),
  );
  for (const row of parsed) names.push(row?.[1] ?? '');
  for (const row of parsed) {
    if (row === null) continue;
    const [, name = '', type = '', , , hex = '0', , flags = '', , info = '0'] = row;
    if (type === 'NULL' || type === 'NOBITS') continue;
    const isDebug = (text: string): boolean => /^\.z?debug/.test(text);
    const loaded = flags.includes('A');
    const relocations = /^REL[AR]?$/.test(type);
    const group =
      !loaded && (isDebug(name) || (relocations && isDebug(names[Number(info)] ?? '')))
        ? 'debug'
        : relocations
          ? 'relocations'
          : /^(?:SYMTAB|DYNSYM|STRTAB|HASH|GNU_HASH|VERSYM|VERNEED|VERDEF|SYMTAB SECTION INDICES)$/.test(type)
            ? 'symbols'
            : !loaded
              ? 'other'
              : flags.includes('X')
                ? 'code'
                : flags.includes('W')
                  ? 'data'
                  : 'read-only data';
    sums[group] = (sums[group] ?? 0) + Number.parseInt(hex, 16);
  }
  return sums;
}

describe.skipIf(!requireTool('readelf') || !requireTool('gcc'))('groups of sections', () => {
  const work = tempDirectory('section-groups');
  writeFileSync(
    join(work, 'g.c'),
    'int table[50] = {1}; const char text[] = "read only"; static int helper(void) { return 1; } int (*p)(void) = helper; int main(void) { return p() + table[0]; }',
  );

  it.each([
    ['a program', []],
    ['an object file', ['-c']],
    ['a shared library', ['-shared', '-fPIC']],
    ['a static program', ['-static']],
    ['a program without debug data', ['-g0', '-s']],
  ])('%s: as readelf tells them', (_what, flags) => {
    const path = join(work, 'out');
    run('gcc', ['-g', ...flags, join(work, 'g.c'), '-o', path]);
    const parts = partsOf(readFileSync(path));
    const sums: Record<string, number> = {};
    for (const { name, group, bytes } of parts) {
      if (!name.startsWith('[')) sums[group] = (sums[group] ?? 0) + bytes;
    }
    expect(sums).toEqual(groupsByReadelf(path));
  });

  it('the debuglink of a file', () => {
    const path = join(work, 'linked');
    run('gcc', ['-g', join(work, 'g.c'), '-o', path]);
    expect(factsOf(readFileSync(path))).not.toHaveProperty('debuglink');
    run('objcopy', ['--only-keep-debug', path, `${path}.debug`]);
    run('objcopy', [`--add-gnu-debuglink=${path}.debug`, path]);
    expect(factsOf(readFileSync(path), 'needed')).toMatchObject({ debuglink: 'linked.debug' });
  });
});

describe.skipIf(!requireTool('objcopy') || !requireTool('gcc'))('debug data compressed', () => {
  const work = tempDirectory('compressed-debug');
  const path = join(work, 'program');
  const bodies = Array.from(
    { length: 300 },
    (_, index) => `int f${index}(int x) { int y${index} = x * ${index}; return y${index}; }`,
  );
  writeFileSync(join(work, 'p.c'), `${bodies.join('\n')}\nint main(void) { return f1(2); }`);

  function debugBytes(file: string, compressDebug: boolean): { now: number; compressed: number | null | undefined } {
    const bytes = readFileSync(file);
    const facts = elfInspector.inspect(memorySource(bytes), {
      path: 'x',
      size: bytes.length,
      facts: 'needed',
      compressDebug,
    });
    if (facts.type !== 'elf') throw new Error('no ELF file');
    return { now: facts.debugBytes, compressed: facts.debugCompressed };
  }

  it.each([[], ['-c'], ['-m32', '-c'], ['-gz']])('is as long as objcopy makes it (gcc -g %s)', (...flags) => {
    run('gcc', ['-g', ...flags, join(work, 'p.c'), '-o', path]);
    run('objcopy', ['--compress-debug-sections', path, `${path}.gz`]);
    const { now, compressed } = debugBytes(path, true);
    const byObjcopy = debugBytes(`${path}.gz`, false).now;
    // One deflate is not byte for byte another: node's zlib and that of binutils are different builds.
    expect(Math.abs((compressed ?? 0) - byObjcopy)).toBeLessThanOrEqual(0.02 * now);
    expect(byObjcopy).toBeLessThanOrEqual(now);
  });

  it('is tried only where it is asked for', () => {
    expect(debugBytes(path, false).compressed).toBeUndefined();
  });
});
