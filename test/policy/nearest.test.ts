import { expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/policy/nearest.ts';

it('a word is near that two edits make of it, the first of several', () => {
  expect(nearest('sizes', ['size'])).toBe('size');
  expect(nearest('si', ['size'])).toBe('size');
  expect(nearest('s', ['size'])).toBeNull();
  expect(nearest('sizeable', ['size'])).toBeNull();
  expect(nearest('cut', ['cat', 'cot'])).toBe('cat');
  expect(nearest('cuts', ['cat', 'cut'])).toBe('cut');
  // The last letter counts like any other.
  expect(nearest('abcd', ['abxy', 'abcx'])).toBe('abcx');
  expect(nearest('abx', ['yyx', 'abc'])).toBe('abc');
});

it('is told as a question, or not at all', () => {
  expect(didYouMean('sizes', ['size'])).toBe('; did you mean "size"?');
  expect(didYouMean('weight', ['size'])).toBe('');
});
