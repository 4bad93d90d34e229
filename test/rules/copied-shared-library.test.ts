import { copyFileSync, linkSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copiedSharedLibrary } from '../../src/rules/copied-shared-library.ts';
import { judge } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { digest, elf, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const library = { digest: digest('z'), facts: elf({}) };

describe('copied-shared-library', () => {
  it('keeps the first of names that are equally precise, and leaves programs to other rules', () => {
    const copy = { digest: digest('same'), facts: elf({}) };
    const [found] = judge(
      snapshot(['bin/a', 'bin/b', 'lib/z.so.1', 'lib/z.so.2'].map((path) => file(path, 10, copy))),
      [copiedSharedLibrary],
    );
    expect(found?.claims).toEqual([{ path: 'lib/z.so.2', part: null, bytes: 10, keeps: 'lib/z.so.1' }]);
  });

  it('keeps the most precise name of each directory', () => {
    const [found] = judge(
      snapshot([
        file('lib/libz.so', 100, library),
        file('lib/libz.so.1', 100, library),
        file('lib/libz.so.1.3', 100, library),
        file('other/libz.so.1', 100, library),
        file('lib/zlib.so.1', 100, library),
        hardlink('lib/libz.so.9', 'lib/libz.so'),
      ]),
      [copiedSharedLibrary],
    );
    expect(found?.claims).toEqual([
      { path: 'lib/libz.so', part: null, bytes: 100, keeps: 'lib/libz.so.1.3' },
      { path: 'lib/libz.so.1', part: null, bytes: 100, keeps: 'lib/libz.so.1.3' },
    ]);
    expect(found?.fix.commands).toEqual([
      'ln -f -- lib/libz.so.1.3 lib/libz.so',
      'ln -f -- lib/libz.so.1.3 lib/libz.so.9',
      'ln -sf -- libz.so.1.3 lib/libz.so.1',
    ]);
  });

  it.skipIf(!requireTool('ln'))('gives commands that ln takes of names that begin with a dash', () => {
    const work = tempDirectory('copied-shared-library');
    const names = ['-x.so', '-x.so.1', '-x.so.1.2'];
    for (const name of names) writeFileSync(join(work, name), 'same');
    const [found] = judge(snapshot(names.map((name) => file(name, 4, library))), [copiedSharedLibrary]);
    run('sh', ['-e'], { cwd: work, input: found?.fix.commands.join('\n') ?? '' });
    for (const name of names.slice(0, 2)) expect(readlinkSync(join(work, name))).toBe('-x.so.1.2');
    expect(found?.bytes).toBe(8);
  });

  it.skipIf(!['gcc', 'find', 'ln'].every(requireTool))('frees what it claims, whatever names a copy has', async () => {
    const root = tempDirectory('copied-names');
    mkdirSync(join(root, 'lib'));
    mkdirSync(join(root, 'plugins'));
    run('gcc', ['-shared', '-o', 'lib/libq.so.1.2', '-x', 'c', '-'], { cwd: root, input: 'int q(void) { return 1; }' });
    for (const name of ['libq.so', 'libq.so.1']) copyFileSync(join(root, 'lib/libq.so.1.2'), join(root, 'lib', name));
    linkSync(join(root, 'lib/libq.so.1'), join(root, 'plugins/-q.so'));
    const bytes = (): number => {
      const lines = run('find', ['.', '-type', 'f', '-printf', '%i %s\n'], { cwd: root }).trim().split('\n');
      return [...new Set(lines)].reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
    };
    const before = bytes();
    const scanned = await scan(root, { ...defaultLimits, digests: 'all', facts: 'needed' });
    const [found] = judge(scanned, [copiedSharedLibrary]);
    expect(found?.claims.map(({ path }) => path)).toEqual(['lib/libq.so', 'lib/libq.so.1']);
    run('sh', ['-e'], { cwd: root, input: found?.fix.commands.join('\n') ?? '' });
    expect(before - bytes()).toBe(found?.bytes);
  });

  it('claims no copies of other permissions or owner, which links would share', () => {
    const copy = (path: string, mode: number) => file(path, 100, { ...library, mode, uid: 0, gid: 0 });
    const entries = [copy('libz.so', 0o755), copy('libz.so.1', 0o700), copy('libz.so.1.3', 0o755)];
    const found = judge(snapshot(entries), [copiedSharedLibrary]);
    expect(found.flatMap(({ claims }) => claims.map(({ path }) => path))).toEqual(['libz.so']);
  });

  it('says of a zip, and of nothing else, that symlinks must be kept when it is packed', () => {
    const copies = snapshot([file('lib/libz.so', 100, library), file('lib/libz.so.1', 100, library)]);
    const adviceIn = (format: 'zip' | 'tar'): string | null | undefined => {
      const of = { ...copies, artifact: { ...copies.artifact, format } };
      return judge(of, [copiedSharedLibrary])[0]?.fix.advice;
    };
    expect(adviceIn('zip')).toContain('zip -y');
    expect(adviceIn('tar')).toBeNull();
  });

  it('has a command for each copy', () => {
    const many = Array.from({ length: 7 }, (_, index) => file(`lib/libz.so.${index}`, 100, library));
    const [found] = judge(snapshot([...many, file('lib/libz.so.1.3', 100, library)]), [copiedSharedLibrary]);
    expect(found?.fix.commands).toEqual(many.map(({ path }) => `ln -sf -- libz.so.1.3 ${path}`));
  });

  it('is no more than what duplicate-file finds: one copy of the content stays', () => {
    const tree = snapshot([
      file('lib/libz.so', 100, library),
      file('lib/libz.so.1', 100, library),
      file('other/libz.so', 100, library),
    ]);
    expect(removableContent(tree, judge(tree))).toBe(200);
  });

  it.each([
    ['of other content', file('lib/libz.so.1', 100, { digest: digest('other'), facts: elf({}) })],
    ['of another library', file('lib/libzz.so', 100, library)],
    ['that are no ELF file', file('lib/libz.so.1', 100, { digest: digest('z') })],
    ['that are executables', file('lib/libz.so.1', 100, { ...library, facts: elf({}, { elfType: 'EXEC' }) })],
  ])('says nothing of files %s', (_what, other) => {
    expect(judge(snapshot([file('lib/libz.so', 100, library), other]), [copiedSharedLibrary])).toEqual([]);
  });
});
