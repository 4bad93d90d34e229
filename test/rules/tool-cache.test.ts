import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { toolCache } from '../../src/rules/tool-cache.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { commanded, put } from '../build/commanded.ts';
import { applyFix } from '../build/fix.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { file, hardlink, image } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;

const claimed = (...items: readonly (string | Entry)[]) => claimedPaths(judge(tree(...items), [toolCache])[0]);

/** As the tools write them, with what other kinds are called, and a licence text, below. */
const caches = [
  '.coverage',
  '.coverage.host.example.org.pid21486.XKsY1HJx.HD7JEYB2pZhh',
  'a/.eslintcache',
  'a/node_modules/.cache/babel-loader/0a.json.gz',
  'a/node_modules/b/lib/tsconfig.tsbuildinfo',
  'app/.mypy_cache/.gitignore',
  'app/.mypy_cache/3.11/os/__init__.data.json',
  'app/.mypy_cache/CACHEDIR.TAG',
  'app/.pytest_cache/v/cache/lastfailed',
  'app/.ruff_cache/0.4.1/123',
  'app/.tox/py311/.coverage',
  'app/.tox/py311/lib/python3.11/site-packages/a-1.dist-info/LICENSE',
  'app/htmlcov/index.html',
  'app/htmlcov/status.json',
  'app/htmlcov/style.css',
  'nb/.ipynb_checkpoints/a-checkpoint.ipynb',
  'root/.cache/pre-commit/db.db',
  'root/.cache/pre-commit/repo1/a.py',
];
const others = [
  '.coverage.py',
  '.coverage.yml',
  '.coveragerc',
  '.dir/.coverage/a',
  '.eslintcache.js',
  '.turbo/config.json',
  '.venv/CACHEDIR.TAG',
  '.venv/bin/tool',
  'a/node_modules/.cache/puppeteer/chrome/linux-1/chrome',
  'a/node_modules/.cachet/webpack/a',
  'a/node_modules/webpack/lib/a.js',
  'a/x.tsbuildinfo.json',
  'b/.cache/pre-commit/a',
  'b/.mypy_cache_plugin/a',
  'b/.next/cache/images/a',
  'b/.yarn/cache/a.zip',
  'b/htmlcov/index.html',
  'b/mypy_cache/a',
  'b/x.mypy_cache/a',
  'b/xnode_modules/.vite/a',
  'target/CACHEDIR.TAG',
  'var/cache/fontconfig/CACHEDIR.TAG',
];

const hasTools = ['find', 'tar', 'zip'].map(requireTool).every(Boolean);

describe('tool-cache', () => {
  it.skipIf(!hasTools)(
    'claims the bytes that its commands and fix remove, from directories, tars and zips',
    async () => {
      const root = tempDirectory('tool-cache');
      for (const [index, path] of [...caches, ...others].entries()) put(root, path, '.'.repeat(100 + index));
      const out = tempDirectory('tool-cache-archives');
      run('tar', ['-cf', join(out, 'a.tar'), '-C', root, '.']);
      run('zip', ['-qr', join(out, 'a.zip'), '.'], { cwd: root });
      const bytesOf = (at: string): number =>
        run('find', [at, '-type', 'f', '-printf', '%s\n'])
          .split('\n')
          .reduce((sum, size) => sum + Number(size), 0);
      const before = bytesOf(root);
      for (const artifact of [root, join(out, 'a.tar'), join(out, 'a.zip')]) {
        const [found] = judge(await scan(artifact, options), [toolCache]);
        expect(claimedPaths(found)).toEqual(caches.toSorted());
      }
      const [found] = judge(await scan(root, options), [toolCache]);
      await applyFix(root, join(out, 'fixed'), (snapshot) => judge(snapshot, [toolCache]));
      const { removed } = await commanded(root, toolCache);
      expect(found?.bytes).toBe(before - bytesOf(root));
      expect(bytesOf(join(out, 'fixed'))).toBe(bytesOf(root));
      // Directories go with what is in them.
      expect(caches.filter((path) => !removed.includes(path))).toEqual([]);
      expect(others.filter((path) => removed.includes(path))).toEqual([]);
    },
  );

  it('claims what the compiler of TypeScript writes to be faster the next time', async () => {
    const root = tempDirectory('tool-cache-typescript');
    put(root, 'a.ts', 'export const a = 1;\n');
    put(root, 'tsconfig.json', '{"compilerOptions":{"incremental":true,"outDir":"out","types":[]},"files":["a.ts"]}');
    run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', root]);
    const { claimed: found, removed } = await commanded(root, toolCache);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/\.tsbuildinfo$/);
    expect(removed).toEqual(found);
  });

  it('finds what its page lists', () => {
    const page = readFileSync('docs/rules/tool-cache.md', 'utf8');
    const list = page.slice(0, page.indexOf('Left out'));
    const inModules = /`node_modules\/.cache`: ([^]*?)\n- /.exec(list)?.[1] ?? '';
    const modules = [...inModules.matchAll(/`([^`]+)`/g)].map(([, name]) => `node_modules/.cache/${name}/x`);
    const named = [...list.matchAll(/^- ([\w .]+): `([^`]+)`(?: with `([^`]+)` in it)?/gm)].map(
      ([, tool, at, mark]) => ({
        tool: tool ?? '',
        path: (at ?? '').replace('*', 'a') + (mark === undefined ? '' : `/${mark}`),
      }),
    );
    expect(modules).toHaveLength(12);
    expect(named.length).toBeGreaterThan(20);
    for (const path of modules) expect(claimed(path)).toEqual([path]);
    for (const { tool, path } of named.filter(({ tool: name }) => !name.startsWith('others'))) {
      // A file by that name, or a directory.
      const [found] = [path, `${path}/x`].flatMap((at) => judge(tree(at), [toolCache]));
      expect(found?.title).toBe(`1 file that development tools write again: ${tool}`);
    }
  });

  it('claims nothing of what a symlink from elsewhere leads to or into', () => {
    const symlink = (path: string, link: string) => file(path, 0, { kind: 'symlink', link });
    expect(claimed('.tox/py/bin/tool', '.nox/a', symlink('bin/tool', '../.tox/py/bin/tool'))).toEqual(['.nox/a']);
    const [found] = judge(tree('a/.coverage', 'b/.coverage', symlink('data', 'a/.coverage')), [toolCache]);
    expect(claimedPaths(found)).toEqual(['b/.coverage']);
    expect(found?.fix.commands).toEqual(['rm -f -- b/.coverage']);
  });

  it('claims a file with two names only where both go', () => {
    expect(claimed('.tox/a', hardlink('b', '.tox/a'), '.tox/c', hardlink('.nox/c', '.tox/c'))).toEqual(['.tox/c']);
    expect(claimed('.coverage', hardlink('a/.coverage', '.coverage'))).toEqual(['.coverage']);
    expect(claimed('.coverage', hardlink('a/coverage', '.coverage'))).toEqual([]);
  });

  it('names the tools, and says what keeps them out of an image', () => {
    const found = tree('.mypy_cache/abc', '.tox/a', 'a.tsbuildinfo', '.eslintcache');
    expect(judge(found, [toolCache])[0]).toMatchObject({
      severity: 'warn',
      title: '4 files that development tools write again: mypy, tox, ESLint, TypeScript',
      fix: {
        commands: [
          'rm -rf .mypy_cache .tox',
          String.raw`find . -type f \( -name '.eslintcache' -o -name '*.tsbuildinfo' \) -delete`,
        ],
        advice: null,
      },
    });
    const [inImage] = judge({ ...found, image: image(['COPY . .']) }, [toolCache]);
    expect(inImage?.fix.advice).toContain('.dockerignore');
    expect(claimed('.mypy_cachex/a', 'src/a.ts')).toEqual([]);
    // A name of two kinds goes by one of them, and the command of the other must not take it twice.
    expect(judge(tree('.coverage.a.b.tsbuildinfo', 'c.tsbuildinfo'), [toolCache])[0]?.fix.commands).toEqual([
      "find . -type f -name '.coverage.*.*.*' -delete",
      'rm -f -- c.tsbuildinfo',
    ]);
  });
});
