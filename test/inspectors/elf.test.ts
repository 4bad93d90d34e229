import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseElfy } from 'elfy';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { type ElfFile, readElf } from '../../src/inspectors/elf/file.ts';
import { FormatError } from '../../src/errors.ts';
import type { Facts } from '../../src/model/facts.ts';
import { buildElf, type ElfSpec } from '../build/elf.ts';
import { requireTool, run } from '../oracles.ts';

function inspect(bytes: Uint8Array): Facts {
  return elfInspector.inspect(memorySource(bytes), { path: 'x.so', size: bytes.length, facts: 'all' });
}

function parse(bytes: Uint8Array): ElfFile {
  return readElf(memorySource(bytes));
}

const buildId = Buffer.from('040000000400000003000000474e550001020304', 'hex');
const sample: ElfSpec = {
  sections: [
    { name: '.text', flags: 6, content: 'code code', align: 16 },
    { name: '.debug_info', content: 'debug data' },
    { name: '.zdebug_line', content: 'ZLIBxxxx' },
    { name: '.note.gnu.build-id', type: 7, flags: 2, content: buildId, align: 4 },
  ],
  symbols: [{ name: 'main', type: 2 }, { name: 'other_main' }],
};

describe.each([
  { class: 64, endian: 'little' },
  { class: 64, endian: 'big' },
  { class: 32, endian: 'little' },
  { class: 32, endian: 'big' },
] as const)('ELF$class, $endian endian', (kind) => {
  it('is read section by section', () => {
    const { sections } = parse(buildElf({ ...sample, ...kind }));
    expect(sections.map(({ name, type, size }) => [name, type, size])).toEqual([
      ['', 0, 0],
      ['.text', 1, 9],
      ['.debug_info', 1, 10],
      ['.zdebug_line', 1, 8],
      ['.note.gnu.build-id', 7, 20],
      ['.symtab', 2, kind.class === 64 ? 72 : 48],
      ['.strtab', 3, 17],
      ['.shstrtab', 3, 77],
    ]);
  });

  it('with numbers in section 0 is read alike', () => {
    const plain = parse(buildElf({ ...sample, ...kind }));
    const extended = parse(buildElf({ ...sample, ...kind, extended: true }));
    expect(extended.sections.slice(1)).toEqual(plain.sections.slice(1));
  });

  it('gives its facts', () => {
    const note = kind.endian === 'big' ? Buffer.from('000000040000000400000003474e550001020304', 'hex') : buildId;
    const sections =
      sample.sections?.map((section) => (section.type === 7 ? { ...section, content: note } : section)) ?? [];
    expect(inspect(buildElf({ ...sample, ...kind, sections }))).toMatchObject({
      type: 'elf',
      ...kind,
      elfType: 'REL',
      buildId: '01020304',
      debugBytes: 18,
      compressedDebug: true,
      unsafe: [],
    });
  });

  it('cut anywhere is refused', () => {
    const whole = buildElf({ ...sample, ...kind });
    for (let length = 0; length < whole.length; length++) {
      expect(() => inspect(whole.subarray(0, length)), `${length} bytes`).toThrow(FormatError);
    }
  });
});

describe('broken ELF files', () => {
  const far = 2n ** 63n;
  it.each<[string, ElfSpec]>([
    ['section headers past the end', { shoff: 1 << 20 }],
    ['section headers at 2^64 - 1', { shoff: 2n ** 64n - 1n }],
    ['a count of sections above the room', { shnum: 60_000 }],
    ['a reserved count of sections', { shnum: 0xffff }],
    ['section headers of 0 bytes', { shentsize: 0 }],
    ['section headers of 65,535 bytes', { shentsize: 65_535 }],
    ['names in a section that does not exist', { shstrndx: 200 }],
    ['names in no string table', { shstrndx: 1 }],
    ['a section of 2^63 bytes', { sections: [{ name: '.a', size: far }] }],
    ['a section of 2^64 - 1 bytes', { sections: [{ name: '.a', size: 2n ** 64n - 1n }] }],
    ['a section of 2^53 + 1 bytes', { sections: [{ name: '.a', size: 2n ** 53n + 1n }] }],
    ['a section whose end wraps', { sections: [{ name: '.a', size: 16, offset: 2n ** 64n - 8n }] }],
    ['a section past the end', { sections: [{ name: '.a', size: 5000 }] }],
    ['a name outside the table', { sections: [{ name: '.a', content: 'x', nameOffset: 5000 }] }],
  ])('%s', (_what, spec) => {
    const base: ElfSpec = { sections: [{ name: '.text', content: 'x' }], ...spec };
    expect(() => inspect(buildElf(base))).toThrow(FormatError);
  });

  it('count no byte twice where sections overlap', () => {
    const sections = Array.from({ length: 50 }, (_, index) => ({ name: `.debug_${index}`, offset: 64, size: 200 }));
    const facts = inspect(buildElf({ sections: [{ name: '.text', content: Buffer.alloc(300) }, ...sections] }));
    expect(facts).toMatchObject({ debugBytes: 200, strip: { refused: 'its sections overlap' } });
  });

  it('count nothing of debug sections that are inactive, wherever they say that they are', () => {
    const bytes = buildElf({
      sections: [
        { name: '.text', content: 'x' },
        { name: '.debug_line', content: Buffer.alloc(40) },
        { name: '.zdebug_info', type: 0, offset: 2n ** 62n, size: 2n ** 62n },
        { name: '.debug_abbrev', type: 0, offset: 0, size: 1 << 30 },
      ],
    });
    expect(inspect(bytes)).toMatchObject({ debugBytes: 40, compressedDebug: false });
    const asked = { path: 'x', size: bytes.length, facts: 'all', compressDebug: true, stripShare: true } as const;
    const facts = elfInspector.inspect(memorySource(bytes), asked);
    expect(facts).toMatchObject({ debugBytes: 40 });
    expect(facts.type === 'elf' && facts.debugCompressed).toBeLessThanOrEqual(40);
    expect(facts.type === 'elf' ? (facts.stripShare ?? 0) : 2).toBeLessThanOrEqual(1);
  });

  it('take no quadratic time: names without an end, chains of string tables, many segments of symbols', () => {
    const text = Buffer.alloc(1 << 20, 0x61);
    const symbols = Array.from({ length: 20_000 }, (_, index) => ({ name: '', shndx: index % 2 }));
    const started = cpuTime();
    expect(() =>
      inspect(
        buildElf({
          sections: [
            { name: '.text', content: 'x' },
            { name: '.symtab', type: 2, link: 3, entsize: 24, align: 8, content: Buffer.alloc(24 * 20_000, 1) },
            { name: '.strtab', type: 3, content: text },
          ],
        }),
      ),
    ).toThrow(FormatError);
    inspect(buildElf({ symbols, sections: [{ name: '.text', content: 'x' }] }));
    const chain = Array.from({ length: 30_000 }, (_, index) => ({ name: '.s', type: 3, link: index + 2, content: '' }));
    inspect(buildElf({ sections: [...chain, { name: '.text', content: 'x' }] }));
    expect(cpuTime() - started).toBeLessThan(5000);
  });
});

describe('dangers of stripping', () => {
  const linked: ElfSpec = { type: 3, load: true, sections: [{ name: '.text', flags: 6, addr: 120, content: 'code' }] };

  it('are none in a plain file, nor for zeros after the end', () => {
    expect(inspect(buildElf(linked))).toMatchObject({ unsafe: [] });
    expect(inspect(buildElf({ ...linked, appended: Buffer.alloc(100) }))).toMatchObject({ unsafe: [] });
  });

  it('appended data and signatures', () => {
    expect(inspect(buildElf({ ...linked, appended: 'PK payload' }))).toMatchObject({
      unsafe: [{ code: 'appended-data', bytes: 10 }],
    });
    const signature = 'signature~Module signature appended~\n';
    expect(inspect(buildElf({ type: 1, appended: signature, sections: [{ name: '.text' }] }))).toMatchObject({
      unsafe: [{ code: 'signed-module', bytes: signature.length }],
    });
  });

  it('loaded bytes outside all sections', () => {
    const sections = [
      { name: '.text', flags: 6, addr: 120, content: 'code' },
      { name: '', type: 0, content: 'hidden' },
      { name: '.data', flags: 3, addr: 130, content: 'data' },
    ];
    expect(inspect(buildElf({ ...linked, sections }))).toMatchObject({
      unsafe: [{ code: 'undescribed-bytes', bytes: 6 }],
    });
  });
});

const modules = join(import.meta.dirname, '../../node_modules');
const addons = readdirSync(modules, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.node'))
  .map((path) => join(modules, path))
  .filter((path) => readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF')
  .slice(0, 20);

describe.skipIf(addons.length === 0)('compared with other readers', () => {
  it.each(addons)('elfy: %s', (path) => {
    const bytes = readFileSync(path);
    const ours = parse(bytes).sections.map(({ name, size, offset }) => ({ name, size, off: offset }));
    const theirs = parseElfy(bytes).body.sections.map(({ name, size, off }) => ({ name, size, off }));
    expect(ours).toEqual(theirs);
  });

  it.skipIf(!requireTool('readelf')).each([...addons, process.execPath])('readelf: %s', (path) => {
    const listed = run('readelf', ['-SW', path]).matchAll(
      /^ +\[ *(\d+)\] (\S*) +\S+ +([0-9a-f]{8,}) ([0-9a-f]+) ([0-9a-f]+) /gm,
    );
    const theirs = [...listed].map(([, index, name, addr, offset, size]) =>
      [index, name, addr, offset, size].join(' '),
    );
    const ours = parse(readFileSync(path)).sections.map(({ index, name, addr, offset, size }) => {
      const hex = (value: number | bigint, digits: number): string => value.toString(16).padStart(digits, '0');
      return [index, name, hex(addr, 16), hex(offset, 6), hex(size, 6)].join(' ');
    });
    expect(ours.slice(1)).toEqual(theirs.filter((line) => !line.startsWith('0 ')));
  });
});
