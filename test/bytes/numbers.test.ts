// Sorting by numbers is what the engine's own sorting makes of them, whatever their size.
import { expect, it } from 'vitest';
import { descending, Numbers } from '../../src/bytes/numbers.ts';

/** The same numbers in each run. */
function random(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

it.each([1, 3, 1000, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER])(
  'sorts numbers up to %d, equal ones in their order',
  (most) => {
    const next = random();
    for (const length of [0, 1, 2, 17, 5000]) {
      const items = Array.from({ length }, (_, place) => ({ number: Math.floor(next() * (most + 1)), place }));
      const before = [...items];
      const expected = items.toSorted((a, b) => b.number - a.number);
      expect(descending(items, ({ number }) => number)).toEqual(expected);
      expect(items).toEqual(before);
      expect(descending(expected, ({ number }) => number)).toEqual(expected);
    }
  },
);

it('keeps numbers that are more than it had room for', () => {
  const numbers = new Numbers();
  for (let number = 0; number < 5000; number++) numbers.push(number * 2 ** 33);
  expect([...numbers.values()]).toEqual(Array.from({ length: 5000 }, (_, number) => number * 2 ** 33));
});
