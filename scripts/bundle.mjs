// Bundles the command line: a few files load five times faster than the sixty modules that tsc writes, and as CommonJS without waiting
// for the loader of ES modules, which takes a fifth of a small scan (docs/decisions.md). Dependencies stay outside, but for octokit,
// which goes into a chunk of its own (55 kB): as a dependency it would bring 6.7 MB to every installation, mostly types. The licences
// of what is bundled are written beside.
import { readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const out = resolve(root, 'dist/cli');
const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const installed = Object.keys({ ...dependencies, ...optionalDependencies });

/** The file of the decoding thread is called differently beside the command line than in the library. */
const threadFile = {
  name: 'thread-file',
  transform(code, id) {
    if (!id.endsWith('/src/codecs/decoding-thread.ts')) return null;
    if (!code.includes('./decode-worker.js')) throw new Error('decoding-thread.ts starts another file than expected');
    return { code: code.replace('./decode-worker.js', './decode-worker.cjs') };
  },
};

await rm(out, { recursive: true, force: true });
const main = await bundled({
  main: resolve(root, 'src/cli/main.ts'),
  'trial-process': resolve(root, 'src/codecs/trial-process.ts'),
});
// All in one file: everything waits for this thread's first piece.
const thread = await bundled(
  { 'decode-worker': resolve(root, 'src/codecs/decode-worker.ts') },
  { codeSplitting: false },
);
await writeFile(join(out, 'LICENSES.txt'), await licences([...main, ...thread]));

/** Writes the bundle of some entry files and returns its chunks. */
async function bundled(input, options = {}) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    external: (id) => id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [threadFile],
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    ...options,
    // Nobody bundles this again, so that nobody reads which calls could be left out.
    comments: { annotation: false, jsdoc: false, legal: true },
    // Comments, spaces and names of variables go; those of functions and classes stay, since stacks of bugs are reported.
    minify: { compress: false, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  return output;
}

/** Licence texts of all packages whose modules are in the bundle. */
async function licences(chunks) {
  const modules = chunks.flatMap(({ moduleIds = [] }) => moduleIds);
  const folders = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []));
  const texts = [...folders]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map(async (folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined) throw new Error(`${name} ships no licence text`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    });
  return `The command line contains these packages:\n\n${(await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`)}`;
}
