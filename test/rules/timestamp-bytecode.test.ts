import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { timestampBytecode } from '../../src/rules/timestamp-bytecode.ts';
import { directory, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]) => judge(snapshot(entries), [timestampBytecode]);
const compiled = (more = {}) => file('__pycache__/m.cpython-39.pyc', 100, { facts: pyc(more) });

describe('timestamp-bytecode', () => {
  it('informs of fresh ones', () => {
    const [found, ...others] = check([file('m.py', 10), compiled()]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ severity: 'info', bytes: 0 });
  });

  it.each([
    ["the source's mtime differs", { sourceMtime: 5 }],
    ["the source's size differs", { sourceSize: 11 }],
    ["the source's mtime and size differ", { sourceMtime: 5, sourceSize: 11 }],
  ])('warns with the reason: %s', (reason, header) => {
    const [found] = check([file('m.py', 10), compiled(header)]);
    expect(found?.severity).toBe('warn');
    expect(found?.title).toContain(reason);
    expect(found?.claims).toEqual([{ path: '__pycache__/m.cpython-39.pyc', part: 'header', bytes: 0 }]);
  });

  it.each([
    [['3.9'], ['python3.9 -m compileall -f -q --invalidation-mode unchecked-hash .'], null],
    // Those that go ten directories deep by themselves.
    [['3.8'], ['python3.8 -m compileall -f -q --invalidation-mode unchecked-hash -r 99 .'], null],
    [['3.7'], ['python3.7 -m compileall -f -q --invalidation-mode unchecked-hash -r 99 .'], null],
    [['2.7'], [], 'Python 2.7 knows'],
    [['3.6'], [], 'Python 3.6 knows'],
    [['3.9', '3.10'], [], 'the Python that it is of'],
    [[null], [], 'the Python that it is of'],
  ])('is mended by the Python that compiled it: %j', (versions, commands, advice) => {
    const pycs = versions.map((python, index) => file(`${index}.pyc`, 100, { facts: pyc({ python }) }));
    const fix = check(pycs)[0]?.fix;
    expect(fix?.commands).toEqual(commands);
    if (advice === null) expect(fix?.advice).toBe(null);
    else expect(fix?.advice).toContain(advice);
  });

  it('names only sources whose bytecode is there, where others have none', () => {
    const of = (...paths: readonly string[]) =>
      check([...paths.map((path) => file(path, 10)), compiled()])[0]?.fix.commands;
    const all = ['python3.9 -m compileall -f -q --invalidation-mode unchecked-hash .'];
    expect(of('m.py')).toEqual(all);
    expect(of('m.py', 'm.pyi', 'n.txt')).toEqual(all);
    expect(check([file('m.py', 10), compiled(), directory('d.py')])[0]?.fix.commands).toEqual(all);
    expect(of('m.py', 'other/m.py')).toEqual([expect.stringMatching(/^find \. -name '\*\.py' ! -type d -exec sh -c /)]);
    const optimized = (level: string) =>
      file(`__pycache__/m.cpython-39.opt-${level}.pyc`, 100, { facts: pyc({ optimization: level }) });
    expect(check([file('m.py', 10), optimized('2'), optimized('1')])[0]?.fix.commands).toEqual([
      'python3.9 -O -m compileall -f -q --invalidation-mode unchecked-hash .',
      'python3.9 -OO -m compileall -f -q --invalidation-mode unchecked-hash .',
    ]);
    expect(check([file('m.py', 10), optimized('x')])[0]?.fix).toMatchObject({
      commands: [],
      advice: expect.stringContaining('compile them again as they were'),
    });
    expect(check([file('m.py', 10), compiled(), optimized('1'), file('n.py', 1)])[0]?.fix.commands).toEqual([
      expect.stringContaining('.cpython-39.pyc" ] || set'),
      expect.stringContaining('.cpython-39.opt-1.pyc" ] || set'),
    ]);
  });

  it.skipIf(!requireTool('python3'))('is written anew by its commands, and nothing else is', async () => {
    const root = tempDirectory('recompiled');
    const put = (name: string): void => writeFileSync(join(root, name), `x = ${JSON.stringify(name)}\n`);
    for (const folder of ['with space', 'with space/deep', 'bare']) mkdirSync(join(root, folder));
    for (const name of ['a.py', 'with space/b.py', "with space/deep/it's.py", '-c.py']) put(name);
    const compile = (...flags: readonly string[]): string =>
      run('python3', [...flags, '-m', 'compileall', '-q', '--invalidation-mode', 'timestamp', '.'], { cwd: root });
    compile();
    for (const name of ['bare/d.py', 'with space/deep/e.py', 'broken.py']) put(name);
    writeFileSync(join(root, 'broken.py'), 'def (:\n');
    run('python3', ['-O', '-m', 'compileall', '-q', '--invalidation-mode', 'timestamp', './bare'], { cwd: root });
    const options = { ...defaultLimits, digests: 'all', facts: 'all' } as const;
    const judged = async () => judge(await scan(root, options), [timestampBytecode]);
    const listed = () => run('find', ['.', '-type', 'f', '-printf', '%p %s\n'], { cwd: root }).split('\n').toSorted();
    const before = listed();
    const [found, ...others] = await judged();
    expect([found?.claims.length, others, found?.fix.commands.length]).toEqual([5, [], 2]);
    for (const command of found?.fix.commands ?? [])
      run('sh', ['-c', command.replaceAll(/python3\.\d+/g, 'python3')], { cwd: root });
    expect(listed()).toEqual(before);
    expect(await judged()).toEqual([]);
  });

  it('compares modulo 2^32, as the header does', () => {
    const late = file('m.py', 10, { mtime: 2 ** 32 + 7 });
    expect(check([late, compiled({ sourceMtime: 7 })])[0]?.severity).toBe('info');
  });

  it('counts each content once, and each reason', () => {
    const named = (name: string, header = {}) =>
      file(`__pycache__/${name}.cpython-39.pyc`, 100, { facts: pyc({ source: `${name}.py`, ...header }) });
    const sources = ['a', 'b'].map((name) => file(`${name}.py`, 10));
    const other = hardlink('other/__pycache__/a.cpython-39.pyc', '__pycache__/a.cpython-39.pyc');
    const fresh = check([...sources, named('a'), other]);
    expect(fresh[0]?.title).toBe("1 pyc is checked by the source's time; a changed time makes it stale");
    const [both] = check([...sources, named('a'), named('b')]);
    expect(both?.title).toBe("2 pycs are checked by the source's time; changed times make them stale");
    const stale = check([...sources, named('a', { sourceSize: 9 }), named('b', { sourceSize: 9 })]);
    expect(stale.map(({ claims }) => claims.length)).toEqual([2]);
  });

  it('looks at the source behind a hard link', () => {
    expect(check([file('a.py', 10), hardlink('m.py', 'a.py'), compiled()])[0]?.severity).toBe('info');
    expect(check([file('a.py', 11), hardlink('m.py', 'a.py'), compiled()])[0]?.severity).toBe('warn');
  });

  it('does not judge what it cannot compare', () => {
    expect(check([compiled({ sourceMtime: 5 })])[0]?.severity).toBe('info');
    expect(check([file('m.py', 10, { mtime: null }), compiled({ sourceMtime: 5 })])[0]?.severity).toBe('info');
    // Headers before Python 3.3 say no size.
    for (const header of [{ sourceSize: null }, { sourceMtime: null }])
      expect(check([file('m.py', 10), compiled(header)])[0]?.severity).toBe('info');
    expect(check([directory('m.py'), compiled({ sourceMtime: 5 })])[0]?.severity).toBe('info');
    expect(check([hardlink('m.py', 'missing.py'), compiled({ sourceMtime: 5 })])[0]?.severity).toBe('info');
  });

  it('says nothing of hash-based pycs', () => {
    const facts = pyc({ mode: 'unchecked-hash', sourceMtime: null, sourceSize: null });
    expect(check([file('m.py', 10), file('m.pyc', 100, { facts })])).toEqual([]);
  });

  it('says nothing of bytecode outside of __pycache__, of which the source is read or the bytecode unchecked', () => {
    const beside = (python: string) => file('m.pyc', 100, { facts: pyc({ legacy: true, python, sourceMtime: 5 }) });
    expect(check([file('m.py', 10), beside('3.9')])).toEqual([]);
    expect(check([beside('3.9')])).toEqual([]);
    expect(check([beside('2.7')])).toEqual([]);
    expect(check([file('m.py', 10), beside('2.7')])[0]?.severity).toBe('warn');
  });

  it.skipIf(!requireTool('python3'))('as Python does', () => {
    const work = tempDirectory('legacy-pyc');
    writeFileSync(join(work, 'm.py'), 'print("compiled")\n');
    run('python3', ['-m', 'compileall', '-q', '-b', 'm.py'], { cwd: work });
    writeFileSync(join(work, 'm.py'), 'print("sources!")\n');
    const imported = () => run('python3', ['-B', '-c', 'import m'], { cwd: work })?.trim();
    expect(imported()).toBe('sources!');
    rmSync(join(work, 'm.py'));
    expect(imported()).toBe('compiled');
  });
});
