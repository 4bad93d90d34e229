// What directories of a real tree are charged in `zstd -19`: about what the archive loses when tar leaves them out. The tree is the
// standard library of the machine's python3, without what is compiled.
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const ready = ['python3', 'tar', 'zstd'].every(requireTool);
const work = tempDirectory('stored-python');

interface Stored {
  readonly overhead: Readonly<Record<string, number>>;
  readonly totals: { readonly compressed: number };
  readonly tree: readonly { readonly path: string; readonly stored: number }[];
}

it.skipIf(!ready)('within a tenth for the largest directories', { timeout: 900_000 }, () => {
  const library = run('python3', ['-c', 'import os; print(os.path.dirname(os.__file__))']).trim();
  const name = basename(library);
  const leave = ['__pycache__', '*.so', '*.a', '*.o', `${name}/test`, `${name}/site-packages`, `${name}/config-*`];
  const pack = (without: string | null): string => {
    const out = join(work, 'packed.tar.zst');
    const excludes = [...leave, ...(without === null ? [] : [without])].map((one) => `--exclude='${one}'`).join(' ');
    const how = `--format=pax --sort=name --pax-option=delete=atime,delete=ctime`;
    run('sh', ['-c', `tar ${how} ${excludes} -C '${dirname(library)}' -cf - ${name} | zstd -q -19 -f -o '${out}'`]);
    return out;
  };
  const whole = pack(null);
  const json: Stored = JSON.parse(sizecheck(['snapshot', whole]).stdout);
  const length = statSync(whole).size;
  expect((json.tree[0]?.stored ?? 0) + Object.values(json.overhead).reduce((sum, bytes) => sum + bytes, 0)).toBe(
    length,
  );
  const largest = json.tree
    .filter(({ path, stored }) => path.startsWith(`${name}/`) && stored < length / 2)
    .toSorted((a, b) => b.stored - a.stored)
    .slice(0, 3);
  expect(largest).toHaveLength(3);
  for (const { path, stored } of largest) {
    const lost = length - statSync(pack(path)).size;
    expect.soft(Math.abs(stored / lost - 1), `${path}: ${stored} for ${lost}`).toBeLessThan(0.1);
  }
});
