// What is shipped stands on what package.json declares: no file of dist/ needs a package that an installation would not have, and the
// licence of everything that is bundled goes along.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { buildImage, layoutFiles, tarOf } from './build/image.ts';
import { buildTar } from './build/tar.ts';
import { tempDirectory } from './build/temp.ts';
import { buildZip } from './build/zip.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');
const manifest: { dependencies: Record<string, string>; optionalDependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }));
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file));

function packagesOf(file: string): string[] {
  const text = readFileSync(join(dist, file), 'utf8');
  // `import ... from` of the library's modules, `require` of the bundle, `import()` of both.
  const specifiers = text.matchAll(
    /(?:^|[;\n])\s*(?:import|export)[^'"`;]*?from\s*["']([^"']+)["']|\b(?:import|require)\(\s*(["'`])([^"'`]+)\2\s*\)/g,
  );
  return [...specifiers]
    .map((match) => match[1] ?? match[3] ?? '')
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

describe('the package', () => {
  it('finds imports at all', () => {
    const found = files.flatMap((file) => packagesOf(file).map((name) => `${/\.[^.]+$/.exec(file)?.[0]} ${name}`));
    expect(found).toEqual(
      expect.arrayContaining(['.js zstddec', '.cjs zstddec', '.cjs cli-table3', '.cjs yargs', '.cjs zstd-napi']),
    );
  });

  it.each(files)('%s imports nothing that is not installed', (file) => {
    expect(packagesOf(file).filter((name) => !declared.has(name))).toEqual([]);
  });

  it('has declarations that stand on their own', () => {
    const folder = tempDirectory('declarations');
    writeFileSync(join(folder, 'use.mts'), `export * from ${JSON.stringify(join(dist, 'index.js'))};\n`);
    // Those of Node are not among what it needs.
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--skipLibCheck', 'false'];
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), ...options, 'use.mts'];
    const run = spawnSync(process.execPath, tsc, { cwd: folder, encoding: 'utf8' });
    expect(run).toMatchObject({ stdout: '', status: 0 });
  });

  it('has declarations of what the library is for, and of nothing inside it', () => {
    const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.d.ts'),
    );
    expect(declarations.filter((file) => /^(?:codecs|formats|bytes|inspectors)\//.test(file)).toSorted()).toEqual([
      'bytes/size.d.ts',
      'codecs/compress.d.ts',
      'formats/image-choice.d.ts',
      'inspectors/elf/strip-version.d.ts',
    ]);
    const options = readFileSync(join(dist, 'scan/options.d.ts'), 'utf8');
    expect(options).toContain('onProgress');
    for (const internal of ['ledger', 'knownFacts', 'compressDebug']) expect(options).not.toContain(internal);
  });

  it('says of every function, value and type what it is', async () => {
    const index = readFileSync(join(dist, 'index.d.ts'), 'utf8');
    const exported = [...index.matchAll(/^export (?:type )?\{([^}]*)\} from '\.\/([^']+)\.(?:js|ts)';$/gm)].flatMap(
      ([, names = '', module = '']) => {
        const declarations = readFileSync(join(dist, `${module}.d.ts`), 'utf8');
        return [...names.matchAll(/\w+/g)].map(([name]) => ({ name, declarations }));
      },
    );
    const names = exported.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(Object.keys(await import(pathToFileURL(join(dist, 'index.js')).href))),
    );
    expect(names.length).toBeGreaterThan(140);
    const isTold = (name: string, declarations: string): boolean =>
      new RegExp(`\\*/\\nexport (?:declare )?(?:const|function|class|interface|type) ${name}\\b`).test(declarations);
    expect(exported.flatMap(({ name, declarations }) => (isTold(name, declarations) ? [] : [name]))).toEqual([]);
  });

  it('says it in declarations alone, not in modules a second time', () => {
    const library = files.filter((file) => !file.startsWith('cli/'));
    expect(library.length).toBeGreaterThan(100);
    expect(library.filter((file) => /^\s*\/[/*]/m.test(readFileSync(join(dist, file), 'utf8')))).toEqual([]);
  });

  it('has no module that nobody can reach', () => {
    // Forges and fixes are for the command line alone, which has a bundle of its own; tables print the commands of a plan.
    expect(files).toContain('index.js');
    expect(files.filter((file) => file.startsWith('forge/') || file.startsWith('fix/'))).toEqual(['fix/commands.js']);
  });

  // A bundler leaves the file of the decoding thread behind; esbuild knows no place at all for a module that becomes CommonJS.
  it.each([
    ['ES module', 'esm', 'mjs', undefined],
    ['CommonJS', 'cjs', 'cjs', undefined],
    ['CommonJS of esbuild', 'cjs', 'cjs', 'undefined'],
  ] as const)('decodes in a program that a bundler makes: %s', async (_kind, format, ending, url) => {
    const folder = tempDirectory('bundled');
    const layers = ['one', 'two'].map((name) => ({ members: [{ name, content: name }], packing: 'gzip' as const }));
    writeFileSync(join(folder, 'image.tar'), tarOf(layoutFiles([buildImage({ layers })])));
    writeFileSync(join(folder, 'a.tar.gz'), gzipSync(buildTar([{ name: 'a', content: 'content' }])));
    writeFileSync(join(folder, 'a.zip'), buildZip([{ name: 'a', content: Buffer.from('content') }]));
    writeFileSync(
      join(folder, 'use.mjs'),
      `import { defaultLimits, scan } from ${JSON.stringify(join(dist, 'index.js'))};
      const options = { ...defaultLimits, digests: 'auto', facts: 'needed', thread: 'worker' };
      Promise.all(process.argv.slice(2).map((file) => scan(file, options))).then((all) =>
        console.log(all.map(({ totals }) => totals.content)));`,
    );
    const file = join(folder, `bundle.${ending}`);
    const bundle = await rolldown({
      input: join(folder, 'use.mjs'),
      platform: 'node',
      external: /^zstd/,
      logLevel: 'silent',
      ...(url === undefined ? {} : { transform: { define: { 'import.meta.url': url } } }),
    });
    await bundle.write({ file, format, codeSplitting: false });
    const run = spawnSync(process.execPath, [file, 'a.tar.gz', 'a.zip', 'image.tar'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ stderr: '', stdout: '[ 7, 7, 6 ]\n' });
  });

  it('carries the licences of what is bundled', () => {
    const text = readFileSync(join(dist, 'cli/LICENSES.txt'), 'utf8');
    const bundled = files
      .filter((file) => file.startsWith('cli/'))
      .map((file) => readFileSync(join(dist, file), 'utf8'));
    expect(bundled.some((code) => code.includes('octokit-core.js/'))).toBe(true);
    for (const name of ['@octokit/core', '@octokit/request', 'before-after-hook', 'universal-user-agent']) {
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\([\\w.-]+\\)\\n\\n\\S`, 'm'));
    }
  });
});

describe('what is published', () => {
  const pack = (into: string): string => {
    const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', into];
    const { status, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const [file = ''] = readdirSync(into);
    return createHash('sha256')
      .update(readFileSync(join(into, file)))
      .digest('hex');
  };

  it('is the same bytes each time it is packed', () => {
    expect(pack(tempDirectory('pack-1'))).toBe(pack(tempDirectory('pack-2')));
  });

  it('installs from packages with known content, of which an optional one runs a script', () => {
    const lock: {
      packages: Record<
        string,
        { integrity?: string; link?: boolean; hasInstallScript?: boolean; dev?: boolean; optional?: boolean }
      >;
    } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, { integrity }]) => integrity === undefined)).toEqual([]);
    const withScripts = installed.filter(([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true);
    expect(withScripts.map(([path, { optional }]) => [path, optional])).toEqual([['node_modules/zstd-napi', true]]);
  });
});
