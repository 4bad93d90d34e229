// Configuration of vitest for one mutant: MUTANT names the file, the range and what stands there instead. Nothing on disk changes.
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const mutant = JSON.parse(process.env.MUTANT ?? 'null');

export default defineConfig({
  root: resolve(import.meta.dirname, '..'),
  plugins: [
    {
      name: 'mutate',
      enforce: 'pre',
      transform(code, id) {
        if (mutant === null || id !== mutant.file) return null;
        return { code: code.slice(0, mutant.start) + mutant.text + code.slice(mutant.end), map: null };
      },
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
    bail: 1,
    testTimeout: 20_000,
    // Tests on time are no tests of bounds, and those that start the built program never see the mutant.
    testNamePattern: process.env.MUTANT_TESTS ?? undefined,
  },
});
