// What compressing debug data would leave, section by section: gABI "Section Compression", with zlib's own default.
import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec } from '../build/elf.ts';
import { noise } from '../build/noise.ts';

const text = 'compressible '.repeat(100);

it.each([
  [64, 24],
  [32, 12],
] as const)('ELF%i: a header of %i bytes and the stream, or the section as it is', (size, header) => {
  const left = (...sections: readonly ElfSectionSpec[]): number | null | undefined => {
    const bytes = buildElf({ class: size, sections: [{ name: '.text', content: text }, ...sections] });
    const file = { path: 'x', size: bytes.length, facts: 'needed', compressDebug: true } as const;
    const facts = elfInspector.inspect(memorySource(bytes), file);
    return facts.type === 'elf' ? facts.debugCompressed : null;
  };
  const [info, random] = [
    { name: '.debug_info', content: text },
    { name: '.debug_str', content: noise(500, 1) },
  ];
  const packed = header + deflateSync(text).length;
  expect(left()).toBe(0);
  expect(left(info)).toBe(packed);
  expect(left(info, random)).toBe(packed + 500);
  // Compressed already, of another kind, or relocations of debug data, which linkers read.
  expect(left({ ...info, flags: 0x800 })).toBe(text.length);
  expect(left({ ...info, name: '.zdebug_info' })).toBe(text.length);
  expect(left({ ...info, name: '.stab' })).toBe(text.length);
  for (const type of [4, 9]) {
    const entsize = (size === 64 ? 8 : 4) * (type === 4 ? 3 : 2);
    expect(left(info, { name: '.debug_rel', type, info: 1, entsize, content: text })).toBe(packed + text.length);
  }
});
