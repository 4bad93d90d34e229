// Which names of a tar hang on the order of its members, on members as a reader hands them over and on files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNames, findTangles, noTangles } from '../../src/fix/tangles.ts';
import type { Member } from '../../src/formats/format.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const file = (name: string): TarSpec => ({ name, content: name });
const link = (name: string, target: string): TarSpec => ({ name, type: '1', link: target });
const symlink = (name: string, target: string): TarSpec => ({ name, type: '2', link: target });
const folder = (name: string): TarSpec => ({ name, type: '5' });

const twice = [file('a'), link('b', 'a'), file('a')];

/** Those of the paths that are tangled. */
function tangled(members: readonly TarSpec[], paths: string): string {
  const names = createNames();
  const reader = tarReader(names.sink);
  reader.write(buildTar(members));
  reader.finish();
  const reasons = names.tangles();
  return paths
    .split('')
    .filter((path) => reasons(path) !== null)
    .join('');
}

describe('tangles', () => {
  it.each<[what: string, members: TarSpec[], expected: string]>([
    ['one of each', [file('a'), link('b', 'a'), file('c')], ''],
    ['a path that comes twice, and no link to it', [file('a'), file('a'), file('b'), link('c', 'b')], ''],
    ['a path that comes twice, and a link to it', [file('a'), link('b', 'a'), file('a'), file('c')], 'ab'],
    ['a link that comes twice', [file('a'), link('b', 'a'), link('b', 'a'), file('c')], 'ab'],
    ['a chain of links', [file('a'), link('b', 'a'), link('c', 'b'), file('a'), file('d'), link('e', 'd')], 'abc'],
    ['two chains that meet', [file('a'), link('b', 'a'), file('c'), link('d', 'c'), link('b', 'd'), file('e')], 'abcd'],
    ['a link to itself, twice', [file('a'), link('a', 'a'), file('b')], 'a'],
    ['spellings of one path', [file('./a'), link('b', './/a'), file('a')], 'ab'],
    ['a directory that comes again', [folder('a/'), folder('a/'), file('a/b'), link('c', 'a/b')], ''],
    ['a directory that was a file', [file('a'), link('b', 'a'), folder('a/')], 'ab'],
    ['a directory that was and becomes a file', [folder('a/'), file('a'), link('b', 'a')], 'ab'],
    ['a member below a symlink', [folder('d/'), symlink('a', 'd'), file('a/x'), file('e')], 'abcde'],
    ['a member deep below a symlink', [folder('d/'), symlink('a', 'd'), file('a/x/y/z'), file('e')], 'abcde'],
    ['a hard link through a symlink', [folder('d/'), file('d/x'), symlink('a', 'd'), link('e', 'a/x')], 'abcde'],
    ['a symlink that nothing passes', [folder('d/'), file('d/x'), symlink('a', 'd'), symlink('d/b', '.')], ''],
    ['the root', [folder('./'), file('a')], ''],
  ])('are found: %s', (_what, members, expected) => {
    expect(tangled(members, 'abcde')).toBe(expected);
  });

  it('are told of long chains of links in time by their length', () => {
    const names = createNames();
    const member: Member = {
      name: '',
      kind: 'hardlink',
      link: null,
      size: 0,
      offset: 0,
      mode: 0,
      uid: 0,
      gid: 0,
      mtime: 0,
      disk: null,
      inode: null,
    };
    const hold = (name: string, target: string): void => names.sink.begin({ ...member, name, link: target });
    const count = 60_000;
    for (let index = 0; index < count; index++) hold(`n${index}`, `n${index + 1}`);
    for (let index = 0; index < count; index++) hold(`n${index}`, `n${index + 1}`);
    const reasons = names.tangles();
    expect(Array.from({ length: count }, (_, index) => reasons(`n${index}`)).filter((one) => one === null)).toEqual([]);
    expect(reasons('other')).toBeNull();
  });

  it('are told below symlinks whatever sorts between', () => {
    expect(tangled([symlink('a', 'd'), file('a-b'), file('a.c/x'), file('a0/x')], 'a')).toBe('');
    expect(tangled([symlink('a', 'd'), file('a-b/x'), file('a/c/x'), file('a0/x')], 'a')).toBe('a');
    expect(tangled([symlink('a/b', 'd'), file('a/c'), file('a/b/x')], 'a')).toBe('a');
    const deep = Array.from({ length: 300 }, (_, index) => file(`${String(index)}/${'d/'.repeat(30_000)}f`));
    expect(tangled([symlink('a', 'd'), ...deep], 'a')).toBe('');
  });

  it('are looked for in tars of which the scan found something odd', async () => {
    const work = tempDirectory('tangles');
    writeFileSync(join(work, 'a.tar'), buildTar(twice));
    writeFileSync(join(work, 'saved.json'), '{"schema":1,"tool":{"name":"sizecheck"}}');
    mkdirSync(join(work, 'folder'));
    const notices = [{ code: 'duplicate-entry', path: 'a', message: '' }];
    const odd = snapshot([], { notices });
    const look = (name: string, before = odd) => findTangles(join(work, name), before, { maxWindow: 1 << 27 });
    expect((await look('a.tar'))('b')).toContain('an earlier member of a path');
    expect(await look('a.tar', snapshot([]))).toBe(noTangles);
    const zip = { ...odd, artifact: { ...odd.artifact, format: 'zip' as const } };
    expect(await look('a.tar', zip)).toBe(noTangles);
    expect(await look('saved.json')).toBe(noTangles);
    // What took the place of the artifact since it was scanned is told where the result is proven.
    expect(await look('folder')).toBe(noTangles);
  });
});
