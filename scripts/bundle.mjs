// Bundles the command line: one file loads five times faster than the sixty modules that tsc writes. Dependencies stay outside.
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const out = resolve(root, 'dist/cli');

await rm(out, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: resolve(root, 'src/cli/main.ts'), 'decode-worker': resolve(root, 'src/codecs/decode-worker.ts') },
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
});
await bundle.write({ dir: out, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' });
await bundle.close();
