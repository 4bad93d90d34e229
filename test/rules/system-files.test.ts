import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { systemFiles } from '../../src/rules/system-files.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { put } from '../build/commanded.ts';
import { applyFix } from '../build/fix.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { elf, file, hardlink, image } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;

const check = (...items: readonly (string | Entry)[]) => judge(tree(...items), [systemFiles]);
const claimed = (...items: readonly (string | Entry)[]) =>
  check(...items)
    .flatMap((found) => claimedPaths(found))
    .toSorted();

const nfs = `.nfs${'0123456789abcdef'.repeat(2).slice(0, 24)}`;
const fuse = '.fuse_hidden0000000a00000001';

const systems = [
  '$RECYCLE.BIN/S-1-5-21/$R1.txt',
  '.DS_Store',
  '.Spotlight-V100/Store-V2/a/LICENSE',
  '.Trash-1000/files/a.txt',
  '.Trash-1000/info/a.txt.trashinfo',
  '.Trashes/501/a',
  '.fseventsd/0000000000a',
  '__MACOSX/app/._gone.py',
  `app/${fuse}`,
  `app/${nfs}`,
  'app/._.DS_Store',
  'app/._a.py',
  'app/.DS_Store',
  'home/u/.local/share/Trash/files/a',
  'img/Thumbs.db',
  'img/ehthumbs.db',
];
const edited = ['#b.el#', '.b.el.swp', 'app/.a.py.swo', 'app/a.py.orig', 'app/a.py.rej', 'app/a.py~', 'app/.env~'];
const others = [
  '.Trash-1000x/files/a',
  '.Trash-7/a',
  '.nfs0123',
  '.nfsrc',
  '.fuse_hidden',
  '.directory',
  '__MACOSX/app/real.txt',
  'app/._alone.py',
  'app/._.gitignore',
  'app/#alone#',
  'app/.alone.swp',
  'app/.env',
  'app/.swp',
  'app/a.py',
  'app/alone.orig',
  'app/alone.rej',
  'app/alone~',
  'app/orig',
  'app/x_1.0.orig.tar.gz',
  'app/~',
  'b.el',
  'desktop.ini',
  'home/u/share/Trash/files/a',
  'img/thumbs.db.txt',
  'lost+found/#123',
];

const hasTools = ['find', 'tar', 'zip'].map(requireTool).every(Boolean);

describe('system-files', () => {
  it.skipIf(!hasTools)(
    'claims the bytes that its commands and fix remove, from directories, tars and zips',
    async () => {
      const root = tempDirectory('system-files');
      for (const [index, path] of [...systems, ...edited, ...others].entries())
        put(root, path, '.'.repeat(100 + index));
      const out = tempDirectory('system-files-archives');
      run('tar', ['-cf', join(out, 'a.tar'), '-C', root, '.']);
      run('zip', ['-qr', join(out, 'a.zip'), '.'], { cwd: root });
      const left = (at: string): string[] =>
        run('find', ['.', '-type', 'f', '-printf', '%P\n'], { cwd: at }).trim().split('\n').toSorted();
      const bytesOf = (at: string): number =>
        run('find', [at, '-type', 'f', '-printf', '%s\n'])
          .split('\n')
          .reduce((sum, size) => sum + Number(size), 0);
      for (const artifact of [root, join(out, 'a.tar'), join(out, 'a.zip')]) {
        const found = judge(await scan(artifact, options), [systemFiles]);
        expect(found.map(({ severity }) => severity).toSorted()).toEqual(['info', 'warn']);
        expect(claimedPaths(found.find(({ severity }) => severity === 'warn'))).toEqual(systems.toSorted());
        expect(claimedPaths(found.find(({ severity }) => severity === 'info'))).toEqual(edited.toSorted());
      }
      await applyFix(root, join(out, 'fixed'), (snapshot) => judge(snapshot, [systemFiles]));
      expect(left(join(out, 'fixed'))).toEqual(others.toSorted());
      const before = bytesOf(root);
      const found = judge(await scan(root, options), [systemFiles]);
      for (const { fix } of found) run('sh', ['-ec', fix.commands.join('\n')], { cwd: root });
      expect(left(root)).toEqual(others.toSorted());
      expect(found.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(before - bytesOf(root));
    },
  );

  it.skipIf(!requireTool('git'))('claims what git leaves of a patch that does not fit', async () => {
    const root = tempDirectory('system-files-git');
    put(root, 'a.txt', 'other\n');
    const patch = '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n';
    // Fails, which is what it is asked for.
    run('sh', ['-c', 'git init -q && ! git apply --reject - 2>rejected'], { cwd: root, input: patch });
    const [found] = judge(await scan(root, options), [systemFiles]);
    expect(found).toMatchObject({
      severity: 'info',
      title: '1 file left by editors and merges: merges',
      fix: { commands: ["find . -type f -name '*.rej' -delete"], advice: null },
    });
    expect(claimedPaths(found)).toEqual(['a.txt.rej']);
  });

  it('claims only where it is sure: beside the file, and no program', () => {
    const program = (path: string): Entry => file(path, 9, { mode: 0o755 });
    const library = file('c.so.orig', 9, { facts: elf({}) });
    expect(claimed('a', program('a.orig'), 'c.so', library, 'd', file('d.orig', 9))).toEqual(['d.orig']);
    expect(claimed('a', program('a.rej'), program('a~'))).toEqual(['a~']);
    // A directory has such a file, too; a header fits in no fewer bytes.
    expect(claimed('d/x', file('._d', 38), file('._e', 38))).toEqual(['._d']);
    expect(claimed('d/x', file('._d', 37), file('__MACOSX/._e', 37))).toEqual([]);
    expect(claimed('x__MACOSX/a', file('x__MACOSX/._b', 100))).toEqual([]);
    expect(claimed('a/.nfs0123456789abcdeg', '.nfs0123456789abcde', 'a/.fuse_hidden0000000a0000000g')).toEqual([]);
    for (const digits of [16, 24]) expect(claimed(`.nfs${'a'.repeat(digits)}`)).toHaveLength(1);
    expect(claimed(`.nfs${'a'.repeat(25)}`, `x.nfs${'a'.repeat(16)}`)).toEqual([]);
  });

  it('claims nothing of what a symlink leads to, and no file that has another name', async () => {
    const symlink = (path: string, link: string) => file(path, 0, { kind: 'symlink', link });
    expect(claimed('a', 'a.orig', symlink('b', 'a.orig'), '.Trashes/a', symlink('c', '.Trashes/a'))).toEqual([]);
    expect(claimed('a', 'a~', hardlink('b', 'a~'), '.DS_Store', hardlink('c/.DS_Store', '.DS_Store'))).toEqual([
      '.DS_Store',
    ]);
    const root = tempDirectory('system-files-linked');
    for (const path of ['a', 'a~', 'b', 'b~']) put(root, path, path);
    symlinkSync('a~', join(root, 'c'));
    const [found] = judge(await scan(root, options), [systemFiles]);
    // By name it would take the other one, too.
    expect(found?.fix.commands).toEqual(["rm -f -- 'b~'"]);
  });

  it('goes by names where all of a name are claimed, else names the files', () => {
    const commands = (...items: readonly string[]) => check(...items).flatMap(({ fix }) => fix.commands);
    expect(commands('a', 'a.orig', 'b', 'b~')).toEqual([
      String.raw`find . -type f \( -name '*.orig' -o -name '*~' \) -delete`,
    ]);
    expect(commands('a', 'a.orig', 'b.orig', 'a~')).toEqual(["find . -type f -name '*~' -delete", 'rm -f -- a.orig']);
    expect(commands('.DS_Store', '.Trashes/._a', '.Trashes/.DS_Store')).toEqual([
      'rm -rf .Trashes',
      "find . -type f -name '.DS_Store' -delete",
    ]);
    expect(commands('.DS_Store')).toEqual(["find . -type f -name '.DS_Store' -delete"]);
    expect(check('a', 'a.orig.gz')).toEqual([]);
    const many = Array.from({ length: 10 }, (_, index) => [`${index}`, `${index}.orig`]).flat();
    const words = many.filter((name) => name.endsWith('.orig')).join(' ');
    expect(commands(...many, 'x.orig')).toEqual([`rm -f -- ${words}`]);
  });

  it('says who left them, in images, too', () => {
    const found = { ...tree('.DS_Store', 'a/Thumbs.db', 'a/b', 'a/#b#', 'a/.b.swp'), image: image(['COPY . .']) };
    expect(
      judge(found, [systemFiles])
        .map(({ title }) => title)
        .toSorted(),
    ).toEqual([
      '2 files left by desktops and file systems: macOS, Windows',
      '2 files left by editors and merges: Emacs, Vim',
    ]);
  });
});
