// Removes from dist/ what nobody can reach: package.json exports the library's entry alone, so modules that only the command line
// needs, which has its own bundle, are not for anybody; nor are declarations that the entry's do not lead to.
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

const dist = resolve(import.meta.dirname, '../dist');
const modules = reachedFrom(join(dist, 'index.js'), (file) => file);
const declarations = reachedFrom(join(dist, 'index.d.ts'), (file) => file.replace(/\.[jt]s$/, '.d.ts'));

const entries = await readdir(dist, { recursive: true, withFileTypes: true });
for (const entry of entries.filter((one) => one.isFile())) {
  const file = join(entry.parentPath, entry.name);
  if (relative(dist, file).startsWith('cli/') || modules.has(file) || declarations.has(file)) continue;
  if (!/\.(?:js|d\.ts)$/.test(file)) throw new Error(`${file} is nothing that tsc writes`);
  await rm(file);
}
const folders = entries.filter((one) => one.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
// Deepest first, so that a folder of empty folders goes, too.
for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
  if ((await readdir(folder)).length === 0) await rmdir(folder);
}

/** The file and all that it leads to; `fileOf` tells which file a relative specifier stands for. */
function reachedFrom(entry, fileOf) {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const specifier of relativeSpecifiers(readFileSync(file, 'utf8'))) {
      const target = fileOf(resolve(dirname(file), specifier));
      if (!existsSync(target)) throw new Error(`${file} leads to "${specifier}", which is not there`);
      reached.add(target);
    }
  }
  return reached;
}

/** Of imports and exports, `import()`, and files of threads and processes (`new URL(..., import.meta.url)`). */
function relativeSpecifiers(code) {
  const found = code.matchAll(/(?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*(['"`])(\.{1,2}\/[^'"`]+)\1/g);
  return [...found].map((match) => match[2]);
}
