import { describe, expect, it } from 'vitest';
import { addressOf, lowestBit, wordsOf } from '../../src/inspectors/elf/words.ts';

function address(value: bigint): number {
  return addressOf(Number(value >> 32n), Number(value & 0xffff_ffffn));
}

describe('addresses as numbers', () => {
  it('are themselves in the lower half, negative in the upper', () => {
    expect(address(0x40_1000n)).toBe(0x40_1000);
    expect(address(0x7fff_ffff_f000n)).toBe(0x7fff_ffff_f000);
    expect(address(0xffff_ffff_8100_0000n)).toBe(-0x7f00_0000);
  });

  // Regions of IA-64 and of MIPS, the ends of the lower and the upper half of 48-bit processors.
  const spread = [0x0n, 0x4000_0000_0000_1234n, 0x6000_0000_0000_0010n, 0xa800_0000_2008_0000n, 0xffff_8000_0000_0008n];

  it('keep distances and low bits within a region, and are exact', () => {
    for (const start of spread) {
      const from = address(start);
      expect(Number.isSafeInteger(from)).toBe(true);
      expect(address(start + 0x1357n) - from).toBe(0x1357);
      expect(BigInt.asUintN(48, BigInt(from))).toBe(start & 0xffff_ffff_ffffn);
    }
    expect(new Set(spread.map(address)).size).toBe(spread.length);
  });

  it('of no known region are none', () => {
    expect(address(0x0123_4567_89ab_cdefn)).toBeNaN();
  });
});

it('the lowest bit of both halves of a number', () => {
  expect([lowestBit(0, 0), lowestBit(0, 24), lowestBit(6, 0), lowestBit(2 ** 31, 0)]).toEqual([0, 8, 2 ** 33, 2 ** 63]);
  expect(lowestBit(1, 2 ** 31)).toBe(2 ** 31);
});

it('words are read alike wherever they lie', () => {
  const bytes = Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8);
  for (const piece of [bytes.subarray(1), bytes.slice(1)]) {
    expect([...wordsOf(piece, 'little')]).toEqual([0x0403_0201, 0x0807_0605]);
    expect([...wordsOf(piece, 'big')]).toEqual([0x0102_0304, 0x0506_0708]);
  }
});
