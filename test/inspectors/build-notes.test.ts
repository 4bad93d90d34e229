// Build notes of many kinds against the installed strip, which joins ranges as it goes: the result depends on its sort, and on each bound.
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSpec } from '../build/elf.ts';
import { numbers } from '../build/numbers.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const directory = tempDirectory('build-notes');
const isCompared = requireTool('strip') && run('strip', ['--version']).includes(defaultStripVersion);

type Note = readonly [name: string, type: number, ...range: number[]];

/** Words of 4 bytes, or of 8 where there are two and the file is of 64 bits. */
function noteBytes([name, type, ...range]: Note, wide: boolean): Buffer {
  const width = wide && range.length === 2 ? 8 : 4;
  const length = name.length + 1;
  const bytes = Buffer.alloc(12 + Math.ceil(length / 4) * 4 + range.length * width);
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt32LE(range.length * width, 4);
  bytes.writeUInt32LE(type, 8);
  bytes.write(name, 12, 'latin1');
  for (const [index, value] of range.entries()) {
    const at = bytes.length - (range.length - index) * width;
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUInt32LE(value, at);
  }
  return bytes;
}

function expectAsStrip(notes: readonly Note[], wide: boolean, more: Partial<ElfSpec> = {}, type = 7): void {
  const content = Buffer.concat(notes.map((note) => noteBytes(note, wide)));
  const attributes = { name: '.gnu.build.attributes', type, align: 4, content };
  const bytes = buildElf({ class: wide ? 64 : 32, sections: [attributes], ...more });
  const [input, output] = [join(directory, 'input.o'), join(directory, 'output.o')];
  writeFileSync(input, bytes);
  const { status } = spawnSync('strip', ['--strip-unneeded', '-o', output, input], { stdio: 'ignore' });
  const file = { path: 'input.o', size: bytes.length, facts: 'all', strip: defaultStripVersion } as const;
  const facts = elfInspector.inspect(memorySource(bytes), file);
  if (facts.type !== 'elf') throw new Error('no ELF file');
  expect(facts.strip.unneeded, JSON.stringify(notes)).toBe(status === 0 ? statSync(output).size : null);
}

const open = 256;

describe.skipIf(!isCompared)('build notes', () => {
  it.each([1, 16])('two ranges of each kind, in units of %d', (unit) => {
    const ranges = [1, 2, 3].flatMap((start) => [1, 2, 3, 4].map((end) => [start * unit, end * unit] as const));
    const odd = ranges.filter(([start, end]) => start <= end);
    for (const first of odd) {
      for (const second of odd)
        expectAsStrip(
          [
            ['GA*a', open, ...first],
            ['GA*a', open, ...second],
          ],
          true,
        );
    }
  });

  it.each([3, 5, 18, 30])('%d notes, made up', (count) => {
    const next = numbers(count);
    const below = (limit: number): number => Math.floor(next() * limit);
    for (let list = 0; list < 40; list++) {
      const unit = [1, 4, 16, 256][list % 4] ?? 1;
      const names = list % 3 === 0 ? ['GA*a'] : ['GA*a', 'GA+a', 'GA*b', 'GA$\x013p5'];
      const most = list % 2 === 0 ? 6 : 40;
      const notes = Array.from({ length: 1 + below(count) }, (): Note => {
        const [start, end] = [below(most) * unit, below(most) * unit];
        const range = [[], [start], [Math.min(start, end), Math.max(start, end)], [start, end]][below(4)] ?? [];
        return [names[below(names.length)] ?? '', open + Number(below(3) === 0), ...range];
      });
      expectAsStrip(notes, list % 5 < 3);
    }
  });

  // Ranges as [type, start, end], of one name: the order in which strip compares them decides what is joined.
  it.each<{ list: readonly (readonly [number, number, number])[] }>([
    {
      list: [
        [256, 17, 65],
        [257, 1, 49],
        [256, 33, 33],
        [256, 1, 49],
      ],
    },
    {
      list: [
        [257, 33, 49],
        [256, 49, 57],
        [257, 33, 57],
        [256, 41, 41],
        [256, 9, 49],
      ],
    },
    {
      list: [
        [256, 9, 10],
        [256, 1, 8],
        [257, 5, 7],
        [256, 5, 10],
        [256, 6, 7],
        [256, 1, 7],
      ],
    },
    {
      list: [
        [257, 1, 18],
        [257, 32, 33],
      ],
    },
    {
      list: [
        [257, 1, 16],
        [257, 32, 33],
      ],
    },
    {
      list: [
        [257, 1, 17],
        [257, 31, 33],
      ],
    },
    {
      list: [
        [256, 112, 32],
        [257, 50, 82],
      ],
    },
    {
      list: [
        [256, 7, 4],
        [256, 1, 4],
      ],
    },
    {
      list: [
        [257, 8, 42],
        [256, 8, 34],
      ],
    },
    {
      list: [
        [257, 3, 3],
        [257, 2, 3],
        [256, 3, 3],
        [256, 1, 3],
      ],
    },
    {
      list: [
        [256, 0x1_0000_0010, 0x1_0000_0020],
        [256, 0x2_0000_0010, 0x2_0000_0020],
        [256, 16, 32],
      ],
    },
    {
      list: [
        [256, 6, 6],
        [256, 0, 1],
        [256, 4, 5],
      ],
    },
    {
      list: [
        [256, 0x1_0000_0010, 0x1_0000_0020],
        [257, 32, 48],
      ],
    },
  ])('ranges at the edges of others: $list', ({ list }) => {
    const notes = list.map(([type, start, end]): Note => ['GA*a', type, start, end]);
    expectAsStrip(notes, true);
    // The same number of notes, of one name to the sort alone.
    expectAsStrip(
      notes.map(([, ...rest], index): Note => [index % 2 === 0 ? 'GA+a' : 'GA*a', ...rest]),
      true,
    );
  });

  it('ranges of several names', () => {
    expectAsStrip(
      [
        ['GA+a', open, 1, 33],
        ['GA*b', 257, 1, 17],
        ['GA*a', 257, 1, 33],
      ],
      true,
    );
    expectAsStrip(
      [
        ['GA+a', open, 34, 18],
        ['GA+a', 257, 17, 34],
      ],
      true,
    );
  });

  it('a section of that name that is none of notes, and short names', () => {
    expectAsStrip(
      [
        ['GA*a', open, 1, 2],
        ['GA*a', open, 1, 2],
      ],
      true,
      {},
      1,
    );
    for (const name of ['', 'G', 'GA'])
      expectAsStrip(
        [
          [name, open, 1, 2],
          [name, open, 1, 2],
        ],
        true,
      );
  });
});
