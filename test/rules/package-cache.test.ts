import { linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { packageCache } from '../../src/rules/package-cache.ts';
import { commanded, put } from '../build/commanded.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { directory, file, image, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

describe('package-cache', () => {
  it('claims what its command removes, in whatever home or root', async () => {
    const cached = [
      'a/rootfs/var/cache/apt/archives/libc6.deb',
      'home/u/.npm/_cacache/content-v2/sha512/aa/b',
      'opt/conda/pkgs/numpy-1.conda',
      'root/.cache/pip/wheels/x.whl',
      'usr/local/share/.cache/yarn/v6/x.tgz',
      'var/lib/apt/lists/deb.debian.org_InRelease',
      'var/lib/apt/lists/partial/x',
    ];
    const others = [
      'lists/x',
      'root/.cache/pip/LICENSE',
      'root/.cache/pipx/x',
      'root/xnpm/_cacache/x',
      'var/cache/debconf/templates.dat',
      'var/lib/apt/extended_states',
      'var/lib/xapt/lists/x',
      'notconda/pkgs/x',
    ];
    const root = tempDirectory('package-cache');
    for (const [index, path] of [...cached, ...others].entries()) put(root, path, '.'.repeat(100 - index));
    expect(await commanded(root, packageCache)).toEqual({ claimed: cached, removed: cached });
  });

  it('claims nothing of what is installed by a link', async () => {
    const root = tempDirectory('package-cache-linked');
    put(root, '.cache/uv/archive-v0/x/a.py', 'installed');
    put(root, '.cache/uv/archive-v0/x/b.py', 'not installed');
    put(root, 'site-packages/z', '');
    linkSync(join(root, '.cache/uv/archive-v0/x/a.py'), join(root, 'site-packages/a.py'));
    const { claimed } = await commanded(root, packageCache);
    expect(claimed).toEqual(['.cache/uv/archive-v0/x/b.py']);
  });

  it('claims nothing of a cache that installed packages run from', () => {
    const paths = (...items: readonly (string | Entry)[]) => claimedPaths(judge(tree(...items), [packageCache])[0]);
    const symlink = (path: string, link: string) => file(path, 0, { kind: 'symlink', link });
    const [store, pip] = ['home/.local/share/pnpm/store/v10/links/x/index.js', 'home/.cache/pip/x'];
    // A link from inside of a cache, and one to all of it, are nothing that runs.
    const harmless = [
      symlink('cache', 'home/.cache/pip'),
      symlink('home/.cache/pip/y', 'x'),
      symlink('home/.cache/pip/z', 'nowhere'),
    ];
    expect(paths(store, pip, ...harmless)).toEqual([pip, store]);
    expect(paths(store, pip, symlink('app/node_modules/x', `../../${store.slice(0, -9)}`))).toEqual([pip]);
    expect(paths(store, pip, symlink('app/x.js', `/${store}`))).toEqual([pip]);
    expect(paths('.cache/uv/.cache/pip/x', symlink('x', '.cache/uv/.cache/pip/x'))).toEqual([]);
    const yarn = ['root/.cache/yarn/v6/a/package.json', 'root/.yarn/berry/cache/a.zip'];
    expect(paths(...yarn, pip, 'app/x.pnp.cjs')).toEqual([pip, ...yarn]);
    expect(paths(...yarn, pip, 'app/.pnp.cjs')).toEqual([pip]);
    expect(paths(...yarn, '.pnp.js')).toEqual([]);
    expect(paths('.cache/yarn/v6/a/package.json', 'app/.pnp.cjs')).toEqual([]);
    const [nuget, http] = ['root/.nuget/packages/a/1.0.0/a.dll', 'root/.local/share/NuGet/http-cache/x'];
    expect(paths(nuget, http, 'app/tools.json', `${nuget.slice(0, -5)}dotnet-tools.json`)).toContain(nuget);
    expect(paths(nuget, http, 'app/.config/dotnet-tools.json')).toEqual([http]);
    expect(paths(nuget, http, 'app/bin/a.runtimeconfig.dev.json')).toEqual([http]);
    // It may be checked in, and a program may run from it without any other sign.
    expect(paths('app/.yarn/cache/a.zip')).toEqual([]);
  });

  it('names the managers, most bytes first', () => {
    const [found] = judge(tree('.cache/pip/a', 'var/lib/apt/lists/abc', 'var/cache/apt/pkgcache.bin'), [packageCache]);
    expect(found).toMatchObject({
      severity: 'warn',
      title: '3 files in caches of package managers: apt, pip',
      fix: { commands: ['find var/cache/apt var/lib/apt/lists .cache/pip -type f -delete'], advice: null },
    });
    expect(judge(tree('var/lib/dpkg/status', 'cache/x'), [packageCache])).toEqual([]);
    expect(judge(snapshot([directory('.cache'), directory('.cache/pip')]), [packageCache])).toEqual([]);
  });

  it('finds what its page lists', () => {
    const page = readFileSync('docs/rules/package-cache.md', 'utf8');
    for (const [, managers = '', list = ''] of page.matchAll(/^- ([a-z, ]+): (.*)$/gm)) {
      const names = [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      const paths =
        managers === 'conda' ? names.slice(1).map((home) => `${home}/pkgs/x`) : names.map((at) => `${at}/x`);
      const [found] = judge(tree(...paths), [packageCache]);
      expect(found?.claims.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
      for (const manager of managers.replace(', yum', '').split(', ')) expect(found?.title).toContain(manager);
    }
    expect(page.match(/^- /gm)?.length).toBeGreaterThan(15);
  });

  it('says how to keep them out of an image', () => {
    const [found] = judge({ ...tree('.cache/pip/a'), image: image(['RUN pip install a']) }, [packageCache]);
    expect(found?.fix.advice).toContain('RUN --mount=type=cache');
  });
});
