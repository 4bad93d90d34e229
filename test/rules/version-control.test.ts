import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import type { Fix } from '../../src/model/finding.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { versionControl } from '../../src/rules/version-control.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { commanded, put } from '../build/commanded.ts';
import { applyFix } from '../build/fix.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { file, hardlink, image } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;

const claimed = (...items: readonly (string | Entry)[]) => claimedPaths(judge(tree(...items), [versionControl])[0]);

/** A working copy with history, packed and loose objects, and the clone of it whose objects are hard links. */
function repository(label: string): { root: string; git: string[] } {
  const root = tempDirectory(`version-control-${label}`);
  const cwd = join(root, 'app');
  mkdirSync(cwd);
  const git = (...args: string[]): string =>
    run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], { cwd });
  git('init', '-q');
  for (const round of [1, 2]) {
    put(root, 'app/src/a.txt', 'text '.repeat(1000 * round));
    put(root, 'app/LICENSE', 'MIT');
    git('add', '.');
    git('commit', '-q', '-m', `round ${round}`);
    // Names of refs that look like those of licence texts.
    git('branch', `license-${round}`);
    if (round === 1) git('gc', '-q');
  }
  git('clone', '-q', '.', '../clone');
  for (const path of ['app/.gitignore', 'app/.gitattributes', 'app/.github/a.yml', 'app/.git-ftp/HEAD'])
    put(root, path, path);
  // A submodule's file, and a bare repository.
  put(root, 'app/sub/.git', 'gitdir: ../.git/modules/sub\n');
  git('clone', '-q', '--bare', '--no-hardlinks', '.', '../served.git');
  // What git calls a repository, by its own check.
  for (const path of ['app', 'clone'])
    expect(run('git', ['-C', join(root, path), 'rev-parse', '--git-dir'])).toBe('.git\n');
  const files = run('find', ['app/.git', 'clone/.git', '-type', 'f'], { cwd: root });
  return { root, git: files.split('\n').slice(0, -1).toSorted() };
}

const hasTools = ['git', 'find', 'tar', 'zip'].map(requireTool).every(Boolean);

describe('version-control', () => {
  it.skipIf(!hasTools)('claims what git keeps, from directories, tars and zips alike', async () => {
    const { root, git } = repository('git');
    const sizes = run('find', ['app/.git', 'clone/.git', '-type', 'f', '-printf', '%i %s\n'], { cwd: root });
    const inodes = new Set(sizes.split('\n').slice(0, -1));
    // Objects that both have are one file.
    expect(inodes.size).toBeLessThan(git.length);
    const bytes = [...inodes].reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
    const [found] = judge(await scan(root, options), [versionControl]);
    expect(found?.bytes).toBe(bytes);
    expect(found?.claims).toHaveLength(inodes.size);
    const out = tempDirectory('version-control-archives');
    run('tar', ['-cf', 'a.tar', '-C', root, '.'], { cwd: out });
    const [tarred] = judge(await scan(join(out, 'a.tar'), options), [versionControl]);
    expect([tarred?.bytes, tarred?.claims.length, tarred?.title]).toEqual([bytes, inodes.size, found?.title]);
    // A zip has each name as a file of its own, and here no member for a directory.
    run('zip', ['-qrD', join(out, 'a.zip'), '.'], { cwd: root });
    const [zipped] = judge(await scan(join(out, 'a.zip'), options), [versionControl]);
    expect(claimedPaths(zipped)).toEqual(git);
    expect(zipped?.bytes).toBe(sizes.split('\n').reduce((sum, line) => sum + Number(line.split(' ')[1] ?? 0), 0));
  });

  it.skipIf(!hasTools)('is removed by its command and by fix, and nothing else is', async () => {
    const { root, git } = repository('fix');
    const out = join(tempDirectory('version-control-out'), 'fixed');
    const left = (at: string): string[] => run('find', ['.', '-type', 'f'], { cwd: at }).split('\n').toSorted();
    const gone = new Set(git.map((path) => `./${path}`));
    const stays = left(root).filter((path) => !gone.has(path));
    await applyFix(root, out, (before) => judge(before, [versionControl]));
    expect(left(out)).toEqual(stays);
    const { removed } = await commanded(root, versionControl);
    expect(left(root)).toEqual(stays);
    expect(removed.filter((path) => !/^(?:app|clone)\/\.git(?:\/|$)/.test(path))).toEqual([]);
  });

  it('destroys no working copy: no command where one is scanned, and nothing in place unless it is asked for', async () => {
    const root = tempDirectory('version-control-working-copy');
    for (const path of ['.git/HEAD', '.git/objects/x', 'lib/.git/HEAD', 'lib/.git/objects/y', 'a'])
      put(root, path, 'x');
    const of = async (path: string): Promise<Fix | undefined> =>
      judge(await scan(path, options), [versionControl])[0]?.fix;
    const [whole, inside] = [await of(root), await of(join(root, 'lib'))];
    for (const fix of [whole, inside])
      expect(fix).toEqual({
        commands: [],
        advice: 'this is a working copy: pack it without them, as git archive does',
      });
    mkdirSync(join(root, 'up'));
    renameSync(join(root, 'lib'), join(root, 'up/lib'));
    expect((await of(join(root, 'up')))?.commands).toEqual(['rm -rf lib/.git']);

    const fix = (...args: string[]): string[] => {
      const { code, stdout, stderr } = sizecheck(['fix', ...args, '--apply', '--json']);
      expect([code, stderr]).toEqual([0, '']);
      return JSON.parse(stdout).leftAlone.map(({ reason }: { reason: string }) => reason);
    };
    const kept = (at: string): boolean => existsSync(join(at, '.git/HEAD'));
    const without = join(tempDirectory('version-control-without'), 'out');
    expect(fix(root, '--out', without)).toEqual([]);
    expect([kept(without), kept(root)]).toEqual([false, true]);
    // Not even links are made between equal files of a repository.
    const why = expect.stringMatching(/^it may be the only copy of the history; /);
    expect(fix(root, '--in-place')).toEqual([why, why]);
    expect(run('find', [root, '-type', 'f', '-links', '+1'])).toBe('');
    expect(kept(root)).toBe(true);
    expect(fix(root, '--in-place', '--rules', 'version-control')).toEqual([]);
    expect(kept(root)).toBe(false);
  });

  it.skipIf(!requireTool('git'))('takes a file for what it is, whatever git calls the directory', async () => {
    const { root } = repository('renamed');
    renameSync(join(root, 'clone/.git'), join(root, 'clone/dotgit'));
    const paths = claimedPaths(judge(await scan(root, options), [versionControl])[0]);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !path.startsWith('app/.git/'))).toEqual([]);
  });

  it.each([
    ['git', '.git', ['HEAD', 'objects/pack/a.pack', 'config']],
    ['Mercurial', '.hg', ['requires', 'store/data/a.i', 'dirstate']],
    ['Mercurial', '.hg', ['00changelog.i', 'data/a.i']],
    ['Mercurial', '.hg', ['store/00changelog.i', 'store/data/_l_i_c_e_n_s_e.i']],
    ['Subversion', '.svn', ['wc.db', 'pristine/00/a.svn-base']],
    ['Subversion', '.svn', ['entries', 'text-base/LICENSE.svn-base']],
    ['Bazaar', '.bzr', ['branch-format', 'repository/packs/a.pack']],
    ['Darcs', '_darcs', ['format', 'patches/a']],
    ['Darcs', '_darcs', ['hashed_inventory']],
    ['Darcs', '_darcs', ['inventory', 'prefs/binaries']],
    ['Jujutsu', '.jj', ['repo/store/git_target', 'working_copy/tree_state']],
    ['CVS', 'CVS', ['Entries', 'Repository', 'Root']],
  ])('knows the data of %s in %s by %j', (system, directory, names) => {
    for (const place of ['', 'a/b/']) {
      const paths = names.map((name) => `${place}${directory}/${name}`).toSorted();
      const [found] = judge(tree(...paths, `${place}a.txt`), [versionControl]);
      expect(claimedPaths(found)).toEqual(paths);
      expect(found?.title).toMatch(new RegExp(`: ${system}$`));
      expect(found?.fix).toEqual({ commands: [`rm -rf ${place}${directory}`], advice: null });
      // Its page says the same.
      const row = readFileSync('docs/rules/version-control.md', 'utf8')
        .split('\n')
        .find((line) => line.startsWith(`| ${system} `));
      expect(row).toContain(`| \`${directory}\` |`);
    }
  });

  it('claims no directory that merely has the name, and nothing beside one', () => {
    const lookalikes = [
      'a/.git/HEAD',
      'b/.git/objects/a',
      'c/.git/config',
      'd/.git',
      'e/.github/HEAD',
      'e/.github/objects/a',
      'f/x.git/HEAD',
      'f/x.git/objects/a',
      'f/git/HEAD',
      'f/git/objects/a',
      'g/.hg/hgrc',
      'g/.hg/store/a',
      'h/.hgignore',
      'i/.svn/readme',
      'j/.bzr/readme',
      'k/_darcs/a',
      'l/CVS/Entries',
      'l/CVS/Root',
      'm/Net/CVS/Repository.pm',
      'n/.jj/repo/a',
      'o/.gitignore',
    ];
    expect(claimed(...lookalikes)).toEqual([]);
    expect(claimed(...lookalikes, '.git/HEAD', '.git/objects/a')).toEqual(['.git/HEAD', '.git/objects/a']);
  });

  it('claims nothing of what a symlink from elsewhere leads into', async () => {
    const annexed = ['.git/HEAD', '.git/annex/objects/k', '.git/objects/a'];
    const symlink = (path: string, link: string) => file(path, 0, { kind: 'symlink', link });
    expect(claimed(...annexed, symlink('data.bin', '.git/annex/objects/k'))).toEqual([]);
    expect(claimed(...annexed, symlink('.git/x', 'annex/objects/k'), symlink('y', '.git'))).toEqual(annexed);
    const root = tempDirectory('version-control-annex');
    for (const path of annexed) put(root, path, path);
    symlinkSync('.git/annex/objects/k', join(root, 'data.bin'));
    expect(judge(await scan(root, options), [versionControl])).toEqual([]);
  });

  it('claims no file that has another name elsewhere', () => {
    const all = tree('.git/HEAD', '.git/objects/a', hardlink('y', '.git/HEAD'), hardlink('z', '.git/objects/a'));
    expect(judge(all, [versionControl])).toEqual([]);
    expect(claimed('.git/HEAD', '.git/objects/a', '.git/objects/b', hardlink('z', '.git/objects/a'))).toEqual([
      '.git/HEAD',
      '.git/objects/b',
    ]);
    expect(claimed(file('.git/HEAD', 1), hardlink('y', '.git/HEAD'), hardlink('.git/objects/a', '.git/HEAD'))).toEqual(
      [],
    );
  });

  it('names all systems, most bytes first, and says what keeps them out of an image', () => {
    const both = tree('.git/HEAD', '.git/objects/a', 'a/.svn/wc.db', 'a/.svn/pristine/00/a.svn-base');
    const [found] = judge(both, [versionControl]);
    expect(found).toMatchObject({
      severity: 'warn',
      title: '4 files of version control, which may tell history and secrets: Subversion, git',
      fix: { commands: ['rm -rf a/.svn .git'], advice: null },
    });
    const [inImage] = judge({ ...both, image: image(['COPY . .']) }, [versionControl]);
    expect(inImage?.fix.advice).toContain('.dockerignore');
  });
});
