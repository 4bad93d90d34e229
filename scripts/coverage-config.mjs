// Configuration of vitest that measures how much of the parsers the tests reach: `npm run coverage:parsers`. It fails where a folder
// has 95 % of its lines or branches or less. Nothing is left out of what is counted.
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What reads artifacts: every file of these folders counts, also one that no test loads. */
const folders = [
  'src/bytes',
  'src/codecs',
  'src/formats',
  'src/formats/image',
  'src/formats/tar',
  'src/inspectors',
  'src/inspectors/elf',
  'src/inspectors/packages',
  'src/inspectors/pyc',
];

const least = { lines: 95.01, branches: 95.01 };

export default defineConfig({
  root: resolve(import.meta.dirname, '..'),
  test: {
    // The counter sees what runs in the process of the tests: those that start the built program would only take time.
    include: ['test/{bytes,codecs,formats,hostile,inspectors}/**/*.test.ts', 'test/scan/{pack,stored-image}.test.ts'],
    exclude: [
      'test/formats/zip-worker.test.ts', // the built package
      'test/inspectors/strip-corpus.test.ts', // whatever programs this machine has
    ],
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      enabled: true,
      provider: 'v8',
      include: folders
        .slice(0, 3)
        .concat('src/inspectors')
        .map((folder) => `${folder}/**`),
      reporter: ['text', 'json'],
      reportOnFailure: true,
      thresholds: Object.fromEntries(folders.map((folder) => [`${folder}/*.ts`, least])),
    },
  },
});
