import { chmodSync, chownSync, linkSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { duplicateFile } from '../../src/rules/duplicate-file.ts';
import { judge } from '../../src/rules/index.ts';
import { optimizedBytecode } from '../../src/rules/optimized-bytecode.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { timestampBytecode } from '../../src/rules/timestamp-bytecode.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildPyc } from '../build/pyc.ts';
import { digest, directory, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]) => judge(snapshot(entries), [duplicateFile]);

describe('duplicate-file', () => {
  it('claims all copies but the first, biggest first; links and empty files are none', () => {
    const small = { digest: digest('small') };
    const large = { digest: digest('large') };
    const empty = { digest: digest('empty') };
    const [found] = judge(
      snapshot([
        file('a', 10, small),
        file('b', 10, small),
        file('y', 500, large),
        file('x', 500, large),
        file('z', 500, large),
        hardlink('xx', 'x'),
        file('e1', 0, empty),
        file('e2', 0, empty),
        file('unknown1', 7),
        file('unknown2', 7),
      ]),
      [duplicateFile],
    );
    expect(found?.claims).toEqual([
      { path: 'y', part: null, bytes: 500, keeps: 'x' },
      { path: 'z', part: null, bytes: 500, keeps: 'x' },
      { path: 'b', part: null, bytes: 10, keeps: 'a' },
    ]);
    expect(found).toMatchObject({ bytes: 1010, severity: 'info' });
  });

  it('tells many contents apart, whatever place in its table they share', () => {
    expect(
      check(Array.from({ length: 1000 }, (_, index) => file(`f${index}`, 9, { digest: digest(`${index}`) }))),
    ).toEqual([]);
  });

  it('claims more copies of one content than a call takes arguments', () => {
    const same = { digest: digest('same') };
    const entries = Array.from({ length: 200_000 }, (_, index) => file(`f${index}`, 1, same));
    const own = entries.map((entry, index) => (index % 2 === 0 ? entry : { ...entry, mtime: index }));
    expect(check(own)[0]?.claims).toHaveLength(199_999);
  });

  it('keeps a copy that no other rule removes', () => {
    const same = { digest: digest('m') };
    const all = snapshot([file('m.opt-1.pyc', 100, same), file('m.opt-2.pyc', 100, same), file('m.pyc', 100, same)]);
    const findings = judge(all, [optimizedBytecode, duplicateFile]);
    const claimed = new Set(findings.flatMap(({ claims }) => claims.map(({ path }) => path)));
    expect([...claimed].toSorted()).toEqual(['m.opt-1.pyc', 'm.opt-2.pyc']);
    expect(removableContent(all, findings)).toBe(200);
  });

  it('claims only copies of the same permissions and owner, and says how many differ', () => {
    const same = { digest: digest('m') };
    const [found, apart, ...others] = check([
      file('a', 100, { ...same, mode: 0o4755 }),
      file('b', 100, { ...same, mode: 0o755 }),
      file('c', 100, { ...same, mode: 0o755 }),
      file('d', 100, { ...same, mode: 0o755, uid: 7 }),
      file('e', 100, { ...same, mode: 0o755, gid: 7 }),
    ]);
    expect(found?.claims).toEqual([{ path: 'c', part: null, bytes: 100, keeps: 'b' }]);
    expect(apart).toMatchObject({ severity: 'info', bytes: 0, fix: { commands: [] } });
    expect(apart?.claims.map(({ path }) => path)).toEqual(['b', 'd', 'e']);
    expect(apart?.title).toContain('3 copies of other files (300 B, not counted)');
    expect(others).toEqual([]);
  });

  it('claims copies where permissions are not recorded, and none of whose names they differ', () => {
    const same = { digest: digest('m') };
    const unknown = { ...same, mode: null, uid: null, gid: null };
    expect(check([file('a', 100, unknown), file('b', 100, unknown)])[0]?.bytes).toBe(100);
    const names = [file('b', 100, same), { ...hardlink('c', 'b'), mode: 0o600 }];
    expect(check([file('a', 100, same), ...names]).map(({ bytes }) => bytes)).toEqual([0]);
  });

  it('claims sources of the same time alone where the time of one is what its bytecode is checked by', () => {
    const same = { digest: digest('m') };
    const later = { ...same, mtime: 1_700_000_009 };
    const copies = [file('a.py', 100, same), file('b.py', 100, later), file('c.py', 100, later), file('d', 100, same)];
    const compiled = (mode: 'timestamp' | 'unchecked-hash') =>
      file('__pycache__/b.cpython-39.pyc', 20, { facts: pyc({ source: 'b.py', mode }) });
    expect(check([...copies, compiled('unchecked-hash')]).map(({ bytes }) => bytes)).toEqual([300]);
    const [found, apart] = check([...copies, compiled('timestamp')]);
    expect(found?.claims.map(({ path }) => path)).toEqual(['c.py']);
    expect(apart?.claims.map(({ path }) => path)).toEqual(['b.py', 'd']);
    expect(apart?.title).toContain('time');
  });

  it('claims no copy of another suffix where its commands keep sources apart', () => {
    const timed = (path: string) => file(`__pycache__/${path}.pyc`, 1, { facts: pyc({ source: `${path}.py` }) });
    const same = { digest: digest('same') };
    const big = { digest: digest('big'), mtime: 5 };
    const sources = [
      file('a.py', 9, { ...same, mtime: 1 }),
      file('b.py', 9, { ...same, mtime: 2 }),
      timed('a'),
      timed('b'),
    ];
    const claimed = (entries: Parameters<typeof snapshot>[0]) =>
      check(entries).flatMap(({ bytes, claims }) => (bytes === 0 ? [] : claims.map(({ path }) => path)));
    expect(claimed([...sources, file('big.py', 50, big), file('big.txt', 50, big)])).toEqual([]);
    expect(claimed([...sources, file('big.py', 50, big), file('big2.py', 50, big)])).toEqual(['big2.py']);
    expect(claimed([file('big.py', 50, big), file('big.txt', 50, big)])).toEqual(['big.txt']);
  });

  it('knows a source whose bytecode is checked by its time also behind a symlink', () => {
    const same = { digest: digest('same') };
    const link = (path: string, to: string) => file(path, 0, { kind: 'symlink', link: to, mtime: 9 });
    const bytecode = file('pkg/__pycache__/b.pyc', 1, {
      facts: pyc({ source: 'pkg/b.py', sourceMtime: 2, sourceSize: 9 }),
    });
    const entries = [
      file('src/a.py', 9, { ...same, mtime: 1 }),
      file('src/b.py', 9, { ...same, mtime: 2 }),
      ...['pkg', 'src', 'pkg/__pycache__'].map(directory),
      link('pkg/b.py', '../src/b.py'),
      bytecode,
    ];
    expect(check(entries)).toMatchObject([{ bytes: 0, claims: [{ path: 'src/b.py' }] }]);
    const [found] = judge(snapshot(entries), [timestampBytecode]);
    expect(found).toMatchObject({ severity: 'info', title: expect.stringContaining('is checked') });
    const moved = entries.map((entry) => (entry.path === 'src/b.py' ? { ...entry, mtime: 1 } : entry));
    expect(judge(snapshot(moved), [timestampBytecode])).toMatchObject([{ severity: 'warn' }]);
  });

  it('says nothing of copies that differ where other rules remove all but one', () => {
    const same = { digest: digest('m') };
    const all = snapshot([file('m.opt-1.pyc', 100, { ...same, mode: 0o600 }), file('m.pyc', 100, same)]);
    expect(judge(all, [optimizedBytecode, duplicateFile]).map(({ rule }) => rule)).toEqual(['optimized-bytecode']);
  });
});

describe.skipIf(!requireTool('hardlink'))('its commands', () => {
  const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'compare', facts: 'needed' } as const;
  const noon = 1_700_000_000;

  function tree(label: string) {
    const root = tempDirectory(label);
    const put = (path: string, content: string | Uint8Array, mode: number, time: number): void => {
      const full = join(root, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
      chmodSync(full, mode);
      utimesSync(full, time, time);
    };
    const rights = (): string => run('find', ['.', '-type', 'f', '-printf', '%p %m %U %G\\n'], { cwd: root });
    return { root, put, rights };
  }

  async function link(root: string) {
    const before = await scan(root, options);
    const found = judge(before, [duplicateFile]);
    for (const command of found[0]?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: root });
    const after = await scan(root, options);
    const freed = before.totals.content - after.totals.content;
    return { found, freed, left: judge(after, [duplicateFile]) };
  }

  it('free what is claimed and give no file other permissions or another owner', async () => {
    const { root, put, rights } = tree('duplicate-file');
    const tool = 'x'.repeat(1000);
    for (const [path, mode, time] of [
      ['bin/sudo', 0o4755, 0],
      ['bin/a', 0o755, 1],
      ['bin/b', 0o755, 2],
      ['bin/c', 0o755, 0],
      ['bin/unreadable', 0o700, 0],
      ['bin/other-unreadable', 0o700, 5],
    ] as const)
      put(path, tool, mode, noon + time);
    put('key', 'secret', 0o600, noon);
    put('readme', 'secret', 0o644, noon);
    for (const [path, time] of [
      ['names/1', 3],
      ['names/2', 9],
      ['names/3', 6],
    ] as const)
      put(path, 'y'.repeat(500), 0o644, noon + time);
    linkSync(join(root, 'names/1'), join(root, 'names/1-again'));
    linkSync(join(root, 'names/3'), join(root, 'names/3-again'));
    if (process.getuid?.() === 0) {
      put('bin/d', tool, 0o755, noon);
      chownSync(join(root, 'bin/d'), 7, 7);
      chmodSync(join(root, 'bin/d'), 0o755);
    }
    const before = rights();
    const { found, freed, left } = await link(root);
    expect(found[0]?.bytes).toBe(2000 + 1000 + 1000);
    expect(freed).toBe(found[0]?.bytes);
    expect(rights()).toBe(before);
    expect(left).toEqual(found.slice(1));
  });

  it('leave bytecode valid that is checked by the time of its source', async () => {
    const { root, put } = tree('duplicate-source');
    const source = 'pass\n'.repeat(100);
    for (const [path, time] of [
      ['m/a.py', 0],
      ['n/a.py', 9],
      ['o/a.py', 9],
      ['p/a.txt', 5],
      ['q/a.txt', 7],
    ] as const) {
      put(path, source, 0o644, noon + time);
      if (!path.endsWith('.py')) continue;
      const words = [0, noon + time, source.length];
      put(path.replace('a.py', '__pycache__/a.cpython-39.pyc'), buildPyc({ magic: 3425, words }), 0o644, noon);
    }
    const stale = async (): Promise<string[]> =>
      judge(await scan(root, options), [timestampBytecode]).map(({ title }) => title);
    const before = await stale();
    expect(before).toHaveLength(1);
    const { found, freed, left } = await link(root);
    // A pyc and a source of the same time, and the text.
    expect(found[0]?.claims.map(({ path }) => path)).toEqual(['o/a.py', 'q/a.txt', 'o/__pycache__/a.cpython-39.pyc']);
    expect(freed).toBe(found[0]?.bytes);
    expect(await stale()).toEqual(["2 pycs are checked by the source's time; changed times make them stale"]);
    expect(left).toEqual(found.slice(1));
  });
});
