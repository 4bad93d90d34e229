// Scans that share facts say the same as scans that do not.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { buildElf } from '../build/elf.ts';
import { buildPyc } from '../build/pyc.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('known-facts');

it('facts of content that was inspected before are the same, under any path', async () => {
  const library = buildElf({ type: 3, load: true, sections: [{ name: '.debug_info', content: 'x'.repeat(500) }] });
  const members = (names: readonly string[]): Buffer =>
    buildTar(
      names.flatMap((name) => [
        { name: `${name}/lib.so`, content: library },
        { name: `${name}/not-elf.so`, content: library.subarray(0, 40) },
        { name: `${name}/m.pyc`, content: buildPyc({ magic: 3425, words: [0, 1, 2] }) },
      ]),
    );
  const [one, two] = [join(work, 'one.tar'), join(work, 'two.tar')];
  writeFileSync(one, members(['a']));
  writeFileSync(two, members(['b', '__pycache__', 'c']));
  const knownFacts: NonNullable<ScanOptions['knownFacts']> = new Map();
  const options: ScanOptions = { ...defaultLimits, maxWindow: 1 << 27, digests: 'all', facts: 'all' };
  const shared = [await scan(one, { ...options, knownFacts }), await scan(two, { ...options, knownFacts })];
  expect(shared).toEqual([await scan(one, options), await scan(two, options)]);
  // The library, and what begins like one.
  expect(knownFacts.size).toBe(2);
});
