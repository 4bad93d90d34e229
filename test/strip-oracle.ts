// What is held against the installed strip: its lengths in every mode.
import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { memorySource } from '../src/bytes/source.ts';
import { elfInspector } from '../src/inspectors/elf/inspector.ts';
import { defaultStripVersion } from '../src/inspectors/elf/strip-version.ts';
import type { ElfFacts } from '../src/model/facts.ts';
import { buildElf } from './build/elf.ts';
import type { ElfSpec } from './build/elf.ts';
import { tempDirectory } from './build/temp.ts';
import { requireTool, run } from './oracles.ts';

/** Whether this strip is of the release that the lengths are predicted for. */
export function isCompared(strip: string): boolean {
  return requireTool(strip) && run(strip, ['--version']).includes(defaultStripVersion);
}

/** Compares in a directory of the file of tests that asks for it. */
export function stripOracle(name: string): (spec: ElfSpec, strip?: string) => ElfFacts['strip'] {
  const directory = tempDirectory(name);
  return (spec, strip = 'strip') => compare(directory, spec, strip);
}

function compare(directory: string, spec: ElfSpec, strip: string): ElfFacts['strip'] {
  const [input, output] = [join(directory, 'input.o'), join(directory, 'output.o')];
  const bytes = buildElf(spec);
  writeFileSync(input, bytes);
  const length = (option: string): number | null => {
    const { status } = spawnSync(strip, [option, '-o', output, input], { stdio: 'ignore' });
    return status === 0 ? statSync(output).size : null;
  };
  const expected = { debug: length('-g'), unneeded: length('--strip-unneeded'), all: length('-s') };
  const file = { path: 'input.o', size: bytes.length, facts: 'all', strip: defaultStripVersion } as const;
  const facts = elfInspector.inspect(memorySource(bytes), file);
  if (facts.type !== 'elf') throw new Error('no ELF file');
  const { refused, ...sizes } = facts.strip;
  expect(sizes).toEqual(expected);
  expect(refused !== undefined).toBe(Object.values(expected).includes(null));
  return facts.strip;
}
