// What rules on copies say of a zip, which has no hard links, and of a package of npm, which unpacks no links at all.
import { linkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copiedSharedLibrary } from '../../src/rules/copied-shared-library.ts';
import { duplicateFile } from '../../src/rules/duplicate-file.ts';
import { duplicateStaticLibrary } from '../../src/rules/duplicate-static-library.ts';
import { judge } from '../../src/rules/index.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { scan } from '../../src/scan/scan.ts';
import { put } from '../build/commanded.ts';
import { ar, digest, elf, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

it.skipIf(!requireTool('zip'))('copies: a link frees nothing of a zip, a symlink what is claimed', async () => {
  const root = tempDirectory('copies-zip');
  const tree = join(root, 'tree');
  put(tree, 'a/x.txt', 'content '.repeat(1000));
  put(tree, 'b/x.txt', 'content '.repeat(1000));
  const packed = async () => {
    run('zip', ['-qry', '../tree.zip', '.'], { cwd: tree });
    const found = await scan(join(root, 'tree.zip'));
    rmSync(join(root, 'tree.zip'));
    return found;
  };
  const before = await packed();
  const [found] = judge(before, [duplicateFile]);
  expect(found).toMatchObject({ bytes: 8000, fix: { commands: [], advice: expect.stringContaining('zip -y') } });
  rmSync(join(tree, 'b/x.txt'));
  linkSync(join(tree, 'a/x.txt'), join(tree, 'b/x.txt'));
  expect((await packed()).totals.content).toBe(before.totals.content);
  rmSync(join(tree, 'b/x.txt'));
  symlinkSync('../a/x.txt', join(tree, 'b/x.txt'));
  expect((await packed()).totals.content).toBe(before.totals.content - 8000);
});

it('libraries: only commands for symlinks, with what they need', () => {
  const same = { digest: digest('library') };
  const inTar = snapshot([
    file('l/libz.so', 9, { ...same, facts: elf({}) }),
    file('l/libz.so.1', 9, { ...same, facts: elf({}) }),
    file('a/liby.a', 9, { digest: digest('archive'), facts: ar(1) }),
    file('b/libother.a', 9, { digest: digest('archive'), facts: ar(1) }),
  ]);
  const inZip = { ...inTar, artifact: { ...inTar.artifact, format: 'zip' } } as const;
  const fixes = (of: typeof inTar) =>
    judge(of, [copiedSharedLibrary, duplicateStaticLibrary]).map(({ fix }) => [fix.commands, fix.advice]);
  const symlink = ['ln -sf -- libz.so.1 l/libz.so'];
  expect(fixes(inTar)).toEqual([
    [symlink, null],
    [['ln -f -- a/liby.a b/libother.a'], null],
  ]);
  expect(fixes(inZip)).toEqual([
    [symlink, expect.stringContaining('zip -y')],
    [[], expect.stringContaining('zip -y')],
  ]);
});

it('say of a package of npm that links are lost, and give no command that makes one', () => {
  const same = { digest: digest('library') };
  const entries = (root: string) => [
    file(`${root}/package.json`, 2),
    file(`${root}/libz.so`, 9, { ...same, facts: elf({}) }),
    file(`${root}/libz.so.1`, 9, { ...same, facts: elf({}) }),
    file(`${root}/a/liby.a`, 9, { digest: digest('archive'), facts: ar(1) }),
    file(`${root}/b/libother.a`, 9, { digest: digest('archive'), facts: ar(1) }),
  ];
  const rulesOnCopies = [copiedSharedLibrary, duplicateStaticLibrary, duplicateFile];
  const found = (of: Snapshot) => judge(of, rulesOnCopies);
  const packed = snapshot(entries('package'));
  expect(found(packed)).toHaveLength(3);
  for (const { fix } of found(packed)) expect(fix).toEqual({ commands: [], advice: expect.stringContaining('npm') });
  // Claimed they are all the same: each is stored.
  const others = [
    snapshot([...entries('package'), file('packages', 1)]),
    snapshot(entries('package').slice(1)),
    snapshot(entries('pack')),
    { ...packed, artifact: { ...packed.artifact, format: 'directory' } } as const,
  ];
  for (const other of others) {
    expect(found(other).map(({ bytes }) => bytes)).toEqual(found(packed).map(({ bytes }) => bytes));
    for (const { fix } of found(other)) expect(fix.commands).toHaveLength(1);
  }
});
