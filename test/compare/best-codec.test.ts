// Which of the ways that were tried is recommended (docs/compressed.md): the smallest; of those within half a percent of it the one with
// the smallest window; nothing where nothing saves a percent.
import { expect, it } from 'vitest';
import { bestTrial } from '../../src/compare/best-codec.ts';
import type { Trial } from '../../src/model/compression.ts';

const mib = 1024 ** 2;

function trial(bytes: number, window: number | null): Trial {
  const untold = { compress: null, decompress: null, compressMemory: null, decompressMemory: null };
  return { how: `${bytes} ${window}`, command: 'zstd', bytes, window, ...untold };
}

const best = (today: number | null, ...trials: readonly (readonly [bytes: number, window: number | null])[]) =>
  bestTrial(
    trials.map(([bytes, window]) => trial(bytes, window)),
    today === null ? null : trial(today, null),
  )?.how;

it.each<
  readonly [expected: string | undefined, today: number | null, trials: readonly (readonly [number, number | null])[]]
>([
  [undefined, null, []],
  [
    '2000 1',
    null,
    [
      [2010.001, 0],
      [2000, 1],
    ],
  ],
  [
    '2010 0',
    null,
    [
      [2010, 0],
      [2000, 1],
    ],
  ],
  [
    '2000 null',
    null,
    [
      [2000, 1],
      [2000, null],
    ],
  ],
  [
    '2000 1',
    null,
    [
      [2009, 1],
      [2000, 1],
    ],
  ],
  // No decoder takes more than 128 MiB without being asked to, however little is left.
  [
    `2000 ${128 * mib}`,
    null,
    [
      [2000, 128 * mib],
      [1000, 128 * mib + 1],
    ],
  ],
  [undefined, null, [[1000, 128 * mib + 1]]],
  ['990 1', 1000, [[990, 1]]],
  [undefined, 1000, [[991, 1]]],
  // One that is as small, but saves no percent, takes the place of none that does.
  [
    '988 2',
    1000,
    [
      [992, 1],
      [988, 2],
    ],
  ],
  [
    '990 1',
    1000,
    [
      [990, 1],
      [988, 2],
      [992, 0],
    ],
  ],
])('recommends %s where there are %s bytes today', (expected, today, trials) => {
  expect(best(today, ...trials)).toBe(expected);
  expect(best(today, ...trials.toReversed())).toBe(expected);
});
