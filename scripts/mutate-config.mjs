// Configuration of vitest for scripts/mutate.mjs: MUTATE holds the sources to instrument and where to write. Nothing on disk changes.
import { join, resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { instrument, root, sitesOf } from './mutate-sites.mjs';

const { sources } = JSON.parse(process.env.MUTATE);
const sites = sitesOf(sources);

export default defineConfig({
  root,
  plugins: [
    {
      name: 'mutate',
      enforce: 'pre',
      transform(code, id) {
        const own = sites.filter(({ source }) => id === join(root, source));
        return own.length === 0 ? null : { code: instrument(code, own), map: null };
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    // A test runs once for each mutant; it is long over if it is not.
    testTimeout: 40_000,
    runner: resolve(import.meta.dirname, 'mutate-runner.mjs'),
    // Tests that start the built program never see a mutant; archives in archives are slow, and see nothing that others do not. Nor does
    // the third backend of zstd, beside which the system refuses to start programs: WebAssembly takes too much of the address space.
    // A bound on time says nothing while comparisons are counted.
    testNamePattern:
      /^(?!.*(?:at the command line|the list of cases|archives in archives|zstd by wasm|a diff of many files)).*$/,
  },
});
