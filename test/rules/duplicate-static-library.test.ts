import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { duplicateStaticLibrary } from '../../src/rules/duplicate-static-library.ts';
import { judge } from '../../src/rules/index.ts';
import { commands } from '../../src/rules/rule.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { ar, digest, elf, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const same = { digest: digest('x'), facts: ar(10) };

describe('duplicate-static-library', () => {
  it('claims all but the first copy', () => {
    const [found] = judge(
      snapshot([
        file('b/lib.a', 100, same),
        file('a/lib.a', 100, same),
        file('c/lib.a', 100, same),
        file('other.a', 100, { digest: digest('y'), facts: ar(10) }),
        file('copy.txt', 100, { digest: digest('x') }),
        hardlink('d/lib.a', 'a/lib.a'),
        // ar archives that are no libraries.
        file('a/x.deb', 100, { digest: digest('z'), facts: ar(10) }),
        file('b/x.deb', 100, { digest: digest('z'), facts: ar(10) }),
      ]),
      [duplicateStaticLibrary],
    );
    expect(found?.claims).toEqual([
      { path: 'b/lib.a', part: null, bytes: 100, keeps: 'a/lib.a' },
      { path: 'c/lib.a', part: null, bytes: 100, keeps: 'a/lib.a' },
    ]);
    expect(found?.bytes).toBe(200);
    expect(found?.fix.commands).toEqual(['rm -f -- b/lib.a c/lib.a']);
  });

  it('gives a command that removes all names of a copy', () => {
    const [found] = judge(
      snapshot([file('a/lib.a', 100, same), file('b/lib.a', 100, same), hardlink('c/lib.a', 'b/lib.a')]),
      [duplicateStaticLibrary],
    );
    expect(found?.bytes).toBe(100);
    expect(found?.fix.commands).toEqual(['rm -f -- b/lib.a c/lib.a']);
  });

  it('links copies under another file name, which the linker finds by nothing else', () => {
    const found = judge(
      snapshot([
        file('lib/libn.a', 100, same),
        file('lib/libnw.a', 100, same),
        hardlink('lib/libtw.a', 'lib/libnw.a'),
        // Both names of it stay already.
        file('other/libn.a', 100, same),
        hardlink('other/libnw.a', 'other/libn.a'),
        // One of its names does not.
        file('some/libnw.a', 100, same),
        hardlink('some/libz.a', 'some/libnw.a'),
      ]),
      [duplicateStaticLibrary],
    );
    expect(found).toMatchObject([
      { severity: 'info', bytes: 200, remedy: 'hard-link' },
      { severity: 'warn', bytes: 100 },
    ]);
    expect(found[0]?.title).toBe('2 static libraries are copies of one that linkers do not find in their place');
    expect(found[0]?.claims).toEqual([
      { path: 'lib/libnw.a', part: null, bytes: 100, keeps: 'lib/libn.a' },
      { path: 'some/libnw.a', part: null, bytes: 100, keeps: 'lib/libn.a' },
    ]);
    expect(found[0]?.fix.commands).toEqual([
      'ln -f -- lib/libn.a lib/libnw.a',
      'ln -f -- lib/libn.a lib/libtw.a',
      'ln -f -- lib/libn.a some/libnw.a',
      'ln -f -- lib/libn.a some/libz.a',
    ]);
    expect(found[1]?.fix.commands).toEqual(['rm -f -- other/libn.a other/libnw.a']);
    expect(found[1]?.remedy).toBeUndefined();
  });

  it('links copies where libraries of their name differ, as in the directories of several processors', () => {
    const other = { digest: digest('y'), facts: ar(10) };
    const judged = [
      file('avr2/libm.a', 100, same),
      file('avr3/libm.a', 100, same),
      file('avr4/libm.a', 100, other),
      // Of another name all are alike.
      file('avr2/libx.a', 50, { digest: digest('z'), facts: ar(5) }),
      file('avr4/libx.a', 50, { digest: digest('z'), facts: ar(5) }),
    ];
    const found = judge(snapshot(judged), [duplicateStaticLibrary]);
    expect(found.map(({ bytes, fix }) => [bytes, fix.commands])).toEqual([
      [100, ['ln -f -- avr2/libm.a avr3/libm.a']],
      [50, ['rm -f -- avr4/libx.a']],
    ]);
    // A length that no other has is another content, too.
    const unhashed = judge(
      snapshot([...judged.slice(0, 2), file('avr5/libm.a', 70, { digest: null, facts: ar(10) })]),
      [duplicateStaticLibrary],
    );
    expect(unhashed).toMatchObject([{ bytes: 100, remedy: 'hard-link' }]);
  });

  it('links copies that are there to be linked, each where its own linker looks', () => {
    const copies = [file('gnu/librt.a', 100, same), file('musl/librt.a', 100, same)];
    const link = {
      severity: 'info',
      bytes: 100,
      remedy: 'hard-link',
      fix: { commands: ['ln -f -- gnu/librt.a musl/librt.a'] },
    };
    const judged = (...more: Parameters<typeof snapshot>[0]) =>
      judge(snapshot([...copies, ...more]), [duplicateStaticLibrary]);
    expect(judged()).toMatchObject([{ severity: 'warn', fix: { commands: ['rm -f -- musl/librt.a'] } }]);
    expect(judged(file('usr/bin/ld', 9, { facts: elf({}) }))).toMatchObject([link]);
    expect(judged(file('musl/crt1.o', 9))).toMatchObject([link]);
    // That of the one that stays alone is no reason.
    expect(judged(file('gnu/crt1.o', 9))).toMatchObject([{ severity: 'warn' }]);
    const empty = ['a/libdl.a', 'b/libdl.a'].map((path) =>
      file(path, 8, { digest: digest('e'), facts: ar(0, { members: 0 }) }),
    );
    expect(judge(snapshot(empty), [duplicateStaticLibrary])).toMatchObject([{ severity: 'info', remedy: 'hard-link' }]);
  });

  it('counts no name as one that stays where another rule removes it', () => {
    const judged = snapshot([file('a/libx.a', 100, same), file('b/liby.a', 100, same), file('c/liby.a', 100, same)]);
    const rule: Rule = {
      ...duplicateStaticLibrary,
      check: () => [{ title: '', claims: [{ path: 'b/liby.a', part: null, bytes: 100 }], fix: commands([]) }],
    };
    const [, found] = judge(judged, [rule, duplicateStaticLibrary]).toSorted((a, b) => a.bytes - b.bytes);
    expect(found).toMatchObject({ remedy: 'hard-link', claims: [{ path: 'b/liby.a' }, { path: 'c/liby.a' }] });
  });

  const tools = ['gcc', 'ar', 'find', 'ln', 'cp'];
  it.skipIf(!tools.every(requireTool))(
    'leaves programs that link, and frees what it says: by command and by fix',
    async () => {
      const work = tempDirectory('duplicate-static-library');
      const inside = { cwd: work };
      mkdirSync(join(work, 'tree/old'), { recursive: true });
      run('gcc', ['-c', '-o', 'n.o', '-x', 'c', '-'], { ...inside, input: 'int n(void) { return 0; }' });
      run('ar', ['rcsD', 'tree/libn.a', 'n.o'], inside);
      for (const copy of ['libnw.a', '-w.a', 'old/libnw.a'])
        copyFileSync(join(work, 'tree/libn.a'), join(work, 'tree', copy));
      linkSync(join(work, 'tree/libnw.a'), join(work, 'tree/libtw.a'));
      const bytes = (root: string): number => {
        const lines = run('find', [root, '-type', 'f', '-printf', '%i %s\n'], inside).trim().split('\n');
        return [...new Set(lines)].reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
      };
      const before = bytes('tree');
      const scanned = await scan(join(work, 'tree'), { ...defaultLimits, digests: 'all', facts: 'needed' });
      const found = judge(scanned, [duplicateStaticLibrary]);
      const claimed = found.reduce((sum, one) => sum + one.bytes, 0);
      expect(claimed).toBe((before / 4) * 3);
      run('cp', ['-a', 'tree', 'by-command'], inside);
      const script = found.flatMap((one) => one.fix.commands).join('\n');
      run('sh', ['-e'], { cwd: join(work, 'by-command'), input: script });
      const fixed = sizecheck(
        ['fix', 'tree', '--out', 'by-fix', '--apply', '--rules', 'duplicate-static-library'],
        inside,
      );
      expect([fixed.code, fixed.stderr]).toEqual([0, '']);
      for (const root of ['by-command', 'by-fix']) {
        expect(before - bytes(root)).toBe(claimed);
        for (const name of ['n', 'nw', 'tw', ':-w.a']) {
          const input = 'int n(void); int main(void) { return n(); }';
          run('gcc', ['-o', 'program', '-x', 'c', '-', `-L${root}`, `-l${name}`], { ...inside, input });
        }
        expect(readdirSync(join(work, root)).toSorted()).toEqual([
          '-w.a',
          'libn.a',
          'libnw.a',
          'libtw.a',
          ...(root === 'by-fix' ? [] : ['old']),
        ]);
      }
    },
  );

  it('links no copies of other permissions or owner', () => {
    const copy = (path: string, mode: number, uid: number) => file(path, 100, { ...same, mode, uid, gid: 0 });
    const entries = [copy('a.a', 0o644, 0), copy('b.a', 0o600, 0), copy('c.a', 0o644, 1), copy('d.a', 0o644, 0)];
    const found = judge(snapshot(entries), [duplicateStaticLibrary]);
    expect(found.flatMap(({ claims }) => claims.map(({ path }) => path))).toEqual(['d.a']);
  });

  it('says nothing of libraries that differ', () => {
    const entries = [
      file('a.a', 1, { digest: digest('1'), facts: ar(1) }),
      file('b.a', 1, { digest: digest('2'), facts: ar(1) }),
    ];
    expect(judge(snapshot(entries), [duplicateStaticLibrary])).toEqual([]);
  });
});
