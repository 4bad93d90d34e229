// Numbers at places of typed arrays: those that are there, and 0 behind the end, as the memory behind holds none.
import { expect, it } from 'vitest';
import { byteAt, doubleAt, integerAt, wordAt } from '../../src/bytes/at.ts';
import { firstIndex } from '../../src/bytes/search.ts';

it('is the number there, and 0 outside', () => {
  for (const index of [-1, 2]) {
    expect(byteAt(Uint8Array.of(1, 255), index)).toBe(0);
    expect(wordAt(Uint32Array.of(1, 2 ** 32 - 1), index)).toBe(0);
    expect(integerAt(Int32Array.of(1, -1), index)).toBe(0);
    expect(doubleAt(Float64Array.of(1, 0.5), index)).toBe(0);
  }
  expect(byteAt(Uint8Array.of(1, 255), 1)).toBe(255);
  expect(wordAt(Uint32Array.of(1, 2 ** 32 - 1), 1)).toBe(2 ** 32 - 1);
  expect(integerAt(Int32Array.of(1, -1), 1)).toBe(-1);
  expect(doubleAt(Float64Array.of(1, 0.5), 1)).toBe(0.5);
});

it('finds the first of a sorted list', () => {
  for (let length = 0; length < 9; length++) {
    const list = Array.from({ length }, (_, index) => index * 2);
    for (let bound = -1; bound < 20; bound++) {
      const found = list.findIndex((value) => value > bound);
      expect(firstIndex(list, (value) => value > bound)).toBe(found < 0 ? length : found);
    }
  }
});
