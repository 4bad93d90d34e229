// The section diff of two real builds of a file: its deltas sum to the difference of the files' lengths, and sections have the sizes
// that readelf prints.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('sections-real');
const ready = ['gcc', 'readelf', 'objcopy'].every(requireTool);

interface Change {
  path: string;
  delta: number;
  sections: { name: string; before: number | null; after: number | null; delta: number }[];
}

it.skipIf(!ready)('sums to the difference of two builds', () => {
  const program = (functions: number): string =>
    Array.from(
      { length: functions },
      (_, at) => `int f${at}(int x) { static int table[${at + 1}] = {1}; return table[0] * x + ${at}; }`,
    )
      .concat('int main(void) { return f0(1); }\n')
      .join('\n');
  for (const [side, functions, flags] of [
    ['old', 20, ['-g', '-O0']],
    ['new', 90, ['-g', '-O2', '-ffunction-sections']],
  ] as const) {
    const at = (name: string): string => join(work, side, name);
    mkdirSync(join(work, side));
    writeFileSync(join(work, `${side}.c`), program(functions));
    run('gcc', [...flags, '-o', at('linked'), join(work, `${side}.c`)]);
    run('gcc', [...flags, '-c', '-o', at('object.o'), join(work, `${side}.c`)]);
    run('gcc', [...flags, '-shared', '-fPIC', '-o', at('library.so'), join(work, `${side}.c`)]);
    const compress = side === 'new' ? ['--compress-debug-sections'] : [];
    run('objcopy', [...compress, at('linked'), at('packed')]);
  }
  const ran = sizecheck(['diff', 'old', 'new', '--sections', '--json'], { cwd: work });
  expect(ran.code).toBe(0);
  const changes: Change[] = JSON.parse(ran.stdout).changes;
  expect(changes.map(({ path }) => path).toSorted()).toEqual(['library.so', 'linked', 'object.o', 'packed']);
  for (const { path, delta, sections } of changes) {
    const [before, after] = ['old', 'new'].map((side) => statSync(join(work, side, path)).size);
    expect(delta).toBe((after ?? 0) - (before ?? 0));
    expect(sections.reduce((sum, section) => sum + section.delta, 0)).toBe(delta);
    for (const [side, key] of [
      ['old', 'before'],
      ['new', 'after'],
    ] as const) {
      const printed = run('readelf', ['-SW', join(work, side, path)]);
      const text = /\] \.data\s+PROGBITS\s+\S+ \S+ ([0-9a-f]+)/.exec(printed)?.[1];
      expect(sections.find(({ name }) => name === '.data')?.[key] ?? 0, path).toBe(Number.parseInt(text ?? '', 16));
    }
  }
});
