import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
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
