// Where GNU strip puts what it keeps: lengths against the installed strip, in every mode, of objects and programs made up.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSegmentSpec, ElfSpec } from '../build/elf.ts';
import { numbers } from '../build/numbers.ts';
import { isCompared, stripOracle } from '../strip-oracle.ts';

const expectAsStrip = stripOracle('strip-layout');

type Pick = <T>(...choices: readonly [T, ...T[]]) => T;

function picker(seed: number): Pick {
  const next = numbers(seed);
  return (...choices) => choices[Math.floor(next() * choices.length)] ?? choices[0];
}

function object(pick: Pick): ElfSpec {
  const sections = Array.from({ length: pick(1, 2, 3, 4) }, (): ElfSectionSpec => {
    const size = pick(0, 1, 5, 16, 33);
    const type = pick(1, 1, 7, 8);
    return {
      name: pick('.text', '.data', '.init_array', '.debug_info'),
      type,
      flags: pick(0, 2, 3, 6, 0x403),
      align: pick(0, 1, 2, 3, 8, 12, 16, 64, 4096),
      addr: pick(0, 0, 4, 8, 24, 0x1000, 2 ** 32, 2 ** 32 + 4, 2 ** 40),
      size,
      content: type === 8 ? '' : 'x'.repeat(size),
    };
  });
  return pick(true, false) ? { sections } : { sections, symbols: [{ name: 'f' }] };
}

/** Segments one behind the other, each with room at its end or without, and what no segment holds behind them. */
function program(pick: Pick): ElfSpec {
  const base = pick(0, 0x1_0000, 0x40_0000);
  const [count, physical] = [pick(1, 2, 3), pick(true, false)];
  const sections: ElfSectionSpec[] = [];
  const segments: ElfSegmentSpec[] = [];
  let [end, above] = [64 + 56 * count, 0];
  const add = (flags: number, type: number): void => {
    const [align, size] = [pick(1, 4, 8, 16, 64), pick(0, 8, 16, 33, 40)];
    end = Math.ceil(end / align) * align;
    const place = { addr: flags === 0 ? 0 : base + end + above, place: end, size };
    const content = type === 8 ? '' : 'x'.repeat(size);
    sections.push({ name: `.s${sections.length}`, type, flags, align, ...place, content });
    if (type === 8) above += Math.ceil(size / 64) * 64;
    else end += size;
  };
  for (let index = 0; index < count; index++) {
    above += pick(0, 0x1000, 0x3000);
    const offset = index === 0 && pick(true, true, false) ? 0 : end;
    const [vaddr, before] = [base + offset + above, above];
    for (let some = pick(0, 1, 2, 3); some > 0; some--) add(pick(2, 3, 6, 0x403), pick(1, 1, 7));
    if (pick(true, false, false)) add(pick(2, 3, 0x403), 8);
    const filesz = end - offset;
    const memsz = filesz + above - before + pick(0, 20);
    segments.push({ offset, filesz, vaddr, paddr: physical ? vaddr : 0, memsz, align: pick(0x1000, 0x1000, 16, 1) });
    end += pick(0, 0, 1, 100, 4096);
  }
  for (let some = pick(0, 1, 2); some > 0; some--) add(pick(0, 0, 2), 1);
  return { type: pick(2, 3), sections, segments };
}

const seeds = Array.from({ length: 5 }, (_, index) => index);

const code = { name: '.text', flags: 6, addr: 0x40_0200, place: 0x200, content: 'some code' };
const headers = { filesz: 0x209, vaddr: 0x40_0000, paddr: 0x40_0000, align: 0x1000 };
const tail = { ...code, name: '.tail', addr: 0x40_1209, place: 0x209 };
const room = { name: '.room', type: 8, place: 0x209, size: 0x20, align: 64, content: '' };

const edges: readonly (readonly [
  what: string,
  segments: readonly ElfSegmentSpec[],
  sections: readonly ElfSectionSpec[],
])[] = [
  ...[0, 1, 16, 0x1000].map((align) => [`an alignment of ${align}`, [{ ...headers, align }], [code]] as const),
  ...[0, 0x10, 0x1f0, 0x1fff].map(
    (vaddr) =>
      [
        `an address of ${vaddr}, before its place`,
        [{ ...headers, offset: 0x200, filesz: 9, vaddr, paddr: vaddr }],
        [{ ...code, addr: vaddr }],
      ] as const,
  ),
  [
    'sections of shared addresses',
    [{ ...headers, filesz: 0x300 }],
    [
      code,
      { ...code, name: '.more', addr: 0x40_0204, place: 0x209 },
      { ...code, name: '.last', addr: 0x40_0240, place: 0x240 },
    ],
  ],
  ...[1, 2, 4, 6, 0x6474_e551].flatMap((type) =>
    [0, 2].map(
      (flags) =>
        [
          `room of flags ${flags} in a segment of type ${type}`,
          [headers, { type, offset: 0x209, filesz: 0x100, vaddr: 0x40_2209, align: 1 }],
          [code, { ...room, flags, addr: flags === 0 ? 0 : 0x40_2209 }, { ...tail, flags: 0 }],
        ] as const,
    ),
  ),
  ...[0, 2].map(
    (flags) =>
      [`room of flags ${flags} in no segment`, [headers], [code, { ...room, flags }, { ...tail, flags: 0 }]] as const,
  ),
  ...[0x40_0209, 0x40_1209, 0x40_1210, 0x209].flatMap((addr) =>
    ['', 'more'].map(
      (content) =>
        [
          `${content.length} bytes in no segment, to load at ${addr}`,
          [headers],
          [code, { ...tail, align: 16, addr, content }],
        ] as const,
    ),
  ),
];

describe.skipIf(!isCompared('strip'))('made up', () => {
  it.each(seeds)('objects of seed %i', (seed) => {
    const pick = picker(seed);
    for (let index = 0; index < 20; index++) expectAsStrip(object(pick));
  });

  it.each(seeds)('programs of seed %i', (seed) => {
    const pick = picker(seed);
    for (let index = 0; index < 20; index++) expectAsStrip(program(pick));
  });
});

// Where segments never share a page of the file.
it.skipIf(!isCompared('hppa-linux-gnu-strip')).each([
  ['in the same page of the file', 0x209, 0x40_1209],
  ['with an address before it in the page', 0x1100, 0x40_1100],
  ['at the end of a page', 0x1000, 0x40_1000],
  ['with an address in the page of the first', 0x20c, 0x40_020c],
])('two segments of PA-RISC, the second %s', (_, place, addr) => {
  const kind: ElfSpec = { class: 32, endian: 'big', machine: 15, osabi: 3, type: 2 };
  const whole = { ...code, content: Buffer.alloc(place === 0x1000 ? 0xe00 : 9) };
  const first = { ...headers, filesz: 0x200 + whole.content.length };
  const second = { offset: place, filesz: 9, vaddr: addr, paddr: addr, align: 0x1000 };
  const more = { ...code, name: '.more', addr, place };
  expectAsStrip({ ...kind, segments: [first, second], sections: [whole, more] }, 'hppa-linux-gnu-strip');
  expectAsStrip({ ...kind, segments: [first], sections: [whole] }, 'hppa-linux-gnu-strip');
  // Of segments without the headers the first may begin in the page that holds these.
  const alone = { ...second, offset: 0x200, vaddr: 0x40_0200, paddr: 0x40_0200 };
  expectAsStrip({ ...kind, segments: [alone], sections: [code] }, 'hppa-linux-gnu-strip');
});

describe.skipIf(!isCompared('strip'))('programs with', () => {
  it.each(edges)('%s', (_, segments, sections) => {
    expectAsStrip({ type: 2, segments, sections });
  });
});

it('a program with more room than a file may have in front of content is refused', () => {
  const far = { name: '.far', type: 8, flags: 2, addr: 0x40_0209, place: 0x209, size: 2 ** 52, content: '' };
  const sections = [code, far, { ...far, name: '.further', place: 0x209 }, { ...tail, addr: 0x40_020a }];
  const bytes = buildElf({ type: 2, segments: [{ ...headers, filesz: 0x300, memsz: 2 ** 54 }], sections });
  const facts = elfInspector.inspect(memorySource(bytes), { path: 'far', size: bytes.length, facts: 'all' });
  expect(facts).toMatchObject({ strip: { debug: null, refused: 'its sections do not fit in a file' } });
});
