// The 86 cases of hostile and odd input, in order.
import type { HostileCase } from './case.ts';
import { binaryCases } from './binary-cases.ts';
import { compressionCases } from './compression-cases.ts';
import { nameCases } from './name-cases.ts';
import { otherCases } from './other-cases.ts';
import { tarCases } from './tar-cases.ts';
import { zipCases } from './zip-cases.ts';

export const cases: readonly HostileCase[] = [
  ...tarCases,
  ...compressionCases,
  ...zipCases,
  ...binaryCases,
  ...nameCases,
  ...otherCases,
];
