// `scan --bytecode`: what is computed of a tree is what its own commands make of it.
import { cpSync, linkSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytecodeRollup } from '../../src/compare/bytecode.ts';
import { understood } from '../../src/inspectors/pyc/code.ts';
import type { PycCode } from '../../src/model/facts.ts';
import type { Entry } from '../../src/model/snapshot.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { directory, file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const code: PycCode = {
  levels: [0],
  objects: 1,
  docstrings: 30,
  lineTables: 20,
  columnTables: 5,
  exceptionTables: 2,
  filename: 12,
  optimized: 62,
};

describe('bytecode of a snapshot', () => {
  const cached = (optimization: string, more = {}) =>
    pyc({ source: 'm/a.py', sourceSize: 50, optimization, code, ...more });

  it('counts levels, sources and names once', () => {
    const tree = snapshot([
      file('m/a.py', 50),
      file('m/b.py', 7),
      file('m/__pycache__/a.cpython-39.pyc', 100, { facts: cached('') }),
      file('m/__pycache__/a.cpython-39.opt-1.pyc', 90, { facts: cached('1') }),
      hardlink('m/__pycache__/a.cpython-39.opt-2.pyc', 'm/__pycache__/a.cpython-39.opt-1.pyc'),
      file('readme', 1000),
    ]);
    const { versions, parts, unread, trees } = bytecodeRollup(tree);
    expect(versions).toEqual([{ python: '3.9', files: 2, bytes: 190 }]);
    expect(parts).toMatchObject({ files: 2, bytes: 190, docstrings: 60, columnTables: 10 });
    expect(unread).toEqual({ files: 0, bytes: 0 });
    const [shipped, levelZero, optimized] = trees;
    expect(shipped.content).toBe(1247);
    expect(levelZero).toMatchObject({ content: 1157, saves: 90 });
    // `./m/a.py` in place of a co_filename of 12 bytes; m/b.py has nothing to compute from.
    expect(optimized).toMatchObject({ content: 1000 + 7 + 62 - 12 + 10, compiled: 1, kept: { files: 1, bytes: 7 } });
    expect(optimized.content + optimized.saves).toBe(shipped.content);
  });

  it('computes nothing from bytecode of another source, and keeps what has no source', () => {
    const tree = snapshot([
      file('m/a.py', 51),
      file('m/__pycache__/a.cpython-39.pyc', 100, { facts: cached('') }),
      file('n.pyc', 30, { facts: pyc({ legacy: true, source: 'n.py', code }) }),
    ]);
    const [, , optimized] = bytecodeRollup(tree).trees;
    expect(optimized).toMatchObject({
      content: 181,
      saves: 0,
      compiled: 0,
      kept: { files: 1, bytes: 51 },
      commands: [],
    });
  });

  it('that was not read is counted as such, and nothing is computed from it', () => {
    const broken = { unread: 'is odd', broken: true };
    const tree = snapshot([
      file('m/a.py', 50),
      file('m/b.py', 1),
      // To compileall a source like any other.
      file('m/.py', 3),
      // What a snapshot file may say, and no scan does.
      ...['b', 'c', 'd'].map((name) =>
        file(`m/__pycache__/${name}.cpython-39.pyc`, 4, { facts: cached('', { python: null, source: 'm/b.py' }) }),
      ),
      file('m/__pycache__/a.cpython-39.opt-1.pyc', 90, { facts: cached('1', { sourceSize: null }) }),
      file('m/__pycache__/a.cpython-39.pyc', 100, { facts: cached('', { code: broken }) }),
      ...['x', 'y'].map((name) => file(`${name}.pyc`, 8, { facts: cached('', { python: '3.12', code: broken }) })),
      file('asked.pyo', 16, { facts: pyc({ legacy: true, python: '3.12' }) }),
      file('none.pyc', 32),
    ]);
    const { parts, unread, versions, trees } = bytecodeRollup(tree);
    expect(unread).toEqual({ files: 8, bytes: 3 * 4 + 100 + 2 * 8 + 16 + 32 });
    expect(parts).toMatchObject({ files: 1, bytes: 90, docstrings: 30 });
    expect(versions).toEqual([
      { python: '3.9', files: 2, bytes: 190 },
      { python: null, files: 4, bytes: 44 },
      { python: '3.12', files: 3, bytes: 32 },
    ]);
    expect(trees[2]).toMatchObject({ compiled: 1, kept: { files: 2, bytes: 4 }, content: 62 - 12 + 10 + 4 + 64 });
    const unknown = tree.entries.filter(({ facts }) => facts?.type !== 'pyc' || facts.python === null);
    expect(bytecodeRollup(snapshot(unknown)).trees[2]).toMatchObject({ compiled: 0, saves: 0, commands: [] });
  });

  it('is that of the Python of most pycs, of equally many the first by name', () => {
    const of = (...tags: readonly string[]): string[] => {
      const entries = tags.flatMap((tag, index) => [
        file(`${index}.py`, 50),
        file(`__pycache__/${index}.pyc`, 9, { facts: cached('', { python: tag, source: `${index}.py` }) }),
      ]);
      const [, , { compiled, kept, commands }] = bytecodeRollup(snapshot(entries)).trees;
      expect(compiled + kept.files).toBe(tags.length);
      expect(kept.bytes).toBe(50 * kept.files);
      return [`${compiled}`, commands.find((command) => command.includes('compileall')) ?? ''];
    };
    expect(of('3.12', '3.9', '3.12')).toEqual(['2', expect.stringContaining('python3.12 -OO')]);
    expect(of('3.9', '3.12', '3.12')).toEqual(['2', expect.stringContaining('python3.12 -OO')]);
    expect(of('3.12', '3.11')).toEqual(['1', expect.stringContaining('python3.11 -OO')]);
    expect(of('3.11', '3.12')).toEqual(['1', expect.stringContaining('python3.11 -OO')]);
  });

  it('is computed from the least optimised pyc, of two such from that in the cache', () => {
    const of = (...pycs: readonly [optimization: string, legacy: boolean, optimized: number][]): number => {
      const entries = pycs.map(([optimization, legacy, optimized], index) =>
        file(`__pycache__/${index}.pyc`, 9, {
          facts: cached(optimization, { legacy, code: { ...code, optimized } }),
        }),
      );
      // Without its co_filename, which is as long as the one of `./m/a.py` that takes its place.
      return bytecodeRollup(snapshot([file('m/a.py', 50), ...entries])).trees[2].content - '..m/a.py'.length - 2;
    };
    const best = 400;
    expect(of(['', false, best], ['1', false, 300])).toBe(best - code.filename);
    expect(of(['2', false, 300], ['1', false, best])).toBe(best - code.filename);
    expect(of(['', true, 300], ['', false, best])).toBe(best - code.filename);
    expect(of(['1', false, best], ['', true, 300])).toBe(best - code.filename);
    expect(of(['', false, best], ['', false, 300])).toBe(best - code.filename);
  });

  it('of Python 2 lies beside its source, in .pyo files', () => {
    const facts = cached('', { python: '2.7', legacy: true });
    const tree = snapshot([
      file('m/a.py', 50),
      file('m/a.pyc', 100, { facts }),
      file('m/a.pyo', 90, { facts: { ...facts, optimization: 'pyo' } }),
      file('m/__pycache__/b', 7),
    ]);
    const [, , optimized] = bytecodeRollup(tree).trees;
    // co_filename is `./m/a.py` behind a type and four bytes of length.
    expect(optimized).toMatchObject({ content: 7 + 62 - 12 + 13, compiled: 1, kept: { files: 0, bytes: 0 } });
    expect(optimized.commands[0]).toContain('python2.7 -OO -c ');
  });

  it('holds the name of its source in each code object of Python 2, and once in those of Python 3', () => {
    const of = (python: string): number => {
      const facts = cached('', { python, legacy: true, code: { ...code, objects: 3 } });
      return bytecodeRollup(snapshot([file('m/a.py', 50), file('m/a.pyc', 100, { facts })])).trees[2].content;
    };
    expect(of('2.7')).toBe(62 + 3 * (13 - 12));
    expect(of('3.9')).toBe(62 - 12 + 10);
  });

  it.skipIf(!runs('python2.7'))('is as long as Python 2.7 makes it, wherever it was compiled', async () => {
    const root = tempDirectory('bytecode-2.7');
    writeFileSync(join(root, 'm.py'), 'def f(): return lambda: 1\nclass C(object):\n  def g(self): pass\n');
    const compile = 'import py_compile as p; p.compile("m.py", dfile="/usr/lib/python2.7/dist-packages/m.py")';
    run('python2.7', ['-c', compile], { cwd: root });
    const options = { ...defaultLimits, digests: 'auto', facts: 'needed', bytecode: true } as const;
    const [, , { content, commands }] = bytecodeRollup(await scan(root, options)).trees;
    for (const command of commands) run('sh', ['-c', `${command} >&2`], { cwd: root });
    expect(content).toBe(contentOf(root));
  });

  it('is that of a source with several names, and of none that is a directory', () => {
    const compiled = (source: Entry, ...more: readonly Entry[]) =>
      bytecodeRollup(snapshot([source, ...more, file('m/__pycache__/a.pyc', 9, { facts: cached('') })])).trees[2];
    const linked = hardlink('m/a.py', 'z');
    expect(compiled(linked, file('z', 50))).toMatchObject({ compiled: 1, content: 50 + 62 - 12 + 10 });
    expect(compiled(linked, file('z', 51)).compiled).toBe(0);
    expect(compiled(directory('m/a.py'))).toMatchObject({ compiled: 0, kept: { files: 0 }, content: 9 });
    const symlink: Entry = { ...linked, kind: 'symlink' };
    expect(compiled(symlink).compiled).toBe(1);
    expect(compiled({ ...symlink, path: 'm/b.py' })).toMatchObject({ compiled: 0, kept: { files: 0 } });
    // What a symlink leads to goes all the same.
    expect(compiled(file('m/a.py', 50), { ...symlink, path: 'z', link: 'm/a.py' }).content).toBe(62 - 12 + 10);
  });

  it('takes names that are long or not ASCII as Python stores them', () => {
    const of = (path: string): number => {
      const cache = path.replace('.py', '.cpython-39.pyc');
      const facts = pyc({ source: path, sourceSize: 1, code });
      return bytecodeRollup(snapshot([file(path, 1), file(`__pycache__/${cache}`, 9, { facts })])).trees[2].content;
    };
    expect(of('a.py')).toBe(62 - 12 + 2 + 6);
    expect(of('\xc3\xa9.py')).toBe(62 - 12 + 5 + 7);
    expect(of(`${'d'.repeat(300)}.py`)).toBe(62 - 12 + 5 + 305);
  });

  it.skipIf(!requireTool('python3'))('takes names around 255 bytes as marshal writes them', () => {
    for (const length of [254, 255, 256, 257]) {
      const path = `${'d'.repeat(length - './.py'.length)}.py`;
      const facts = pyc({ source: path, sourceSize: 1, code: { ...code, optimized: 0, filename: 0 } });
      const { content } = bytecodeRollup(snapshot([file(path, 1), file('__pycache__/a.pyc', 9, { facts })])).trees[2];
      const dumped = run('python3', ['-c', `import marshal; print(len(marshal.dumps("./${path}")))`]);
      expect(content).toBe(Number(dumped));
    }
  });
});

const available = requireTool('python3') && understood.has(magicOfPython());

function magicOfPython(): number {
  return Number(
    run('python3', ['-c', 'import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER[:2], "little"))']),
  );
}

// Those that have compileall go ten directories deep, and one that does not.
describe.each(['2.7', '3.6', '3.8', '3.9'])('the commands of Python %s', (python) => {
  it.skipIf(!runs(`python${python}`))('reach sources in any depth', () => {
    const root = tempDirectory(`bytecode-${python}`);
    const deep = join(root, 'd/'.repeat(11));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'm.py'), 'x = 1\n');
    for (const command of recipeOf(python)) run('sh', ['-c', `${command} >&2`], { cwd: root });
    expect(readdirSync(deep)).toEqual([python === '2.7' ? 'm.pyo' : 'm.pyc']);
  });

  it('leave bytecode, and sources that have none', () => {
    const root = tempDirectory(`bytecode-left-${python}`);
    for (const name of ['m.py', 'm.pyc', 'm.pyo', 'n.py', 'n.pyc']) writeFileSync(join(root, name), name);
    for (const command of recipeOf(python)) {
      if (!command.includes('compileall')) run('sh', ['-c', `${command} >&2`], { cwd: root });
    }
    const kept = python === '2.7' ? ['m.pyo', 'n.py', 'n.pyc'] : ['m.pyc', 'm.pyo', 'n.pyc'];
    expect(readdirSync(root).toSorted()).toEqual(kept);
  });

  it('say how deep to go where Python does not go on by itself', () => {
    const depths = { '2.7': 'compile_dir(".", 99', '3.6': ' -r 99 ', '3.8': ' -r 99 ' }[python];
    const compiling = recipeOf(python).find((command) => command.startsWith('python') || command.startsWith('PYTHON'));
    if (depths === undefined) expect(compiling).not.toContain('99');
    else expect(compiling).toContain(depths);
  });
});

function recipeOf(python: string): readonly string[] {
  const facts = pyc({ python, source: 'm.py', sourceSize: 1, legacy: true, code });
  return bytecodeRollup(snapshot([file('m.py', 1), file('m.pyc', 1, { facts })])).trees[2].commands;
}

function runs(program: string): boolean {
  return requireTool('sh') && runStatus('sh', ['-c', `${program} -c ''`]) === 0;
}

describe.skipIf(!available)('bytecode of a tree', () => {
  it('takes what its commands leave, within 0.1 %', async () => {
    const root = tempDirectory('bytecode-tree');
    const tree = join(root, 'tree');
    const standard = run('python3', ['-c', 'import sysconfig; print(sysconfig.get_paths()["stdlib"])']).trim();
    for (const name of ['json', 'email', 'http', 'logging', 'unittest', 'string.py', 'argparse.py', 'ast.py']) {
      const filter = (path: string): boolean => !path.includes('__pycache__');
      cpSync(join(standard, name), join(tree, 'lib', name), { recursive: true, filter });
    }
    mkdirSync(join(tree, 'share'));
    writeFileSync(join(tree, 'share', 'data'), 'x'.repeat(1000));
    run('python3', ['-m', 'compileall', '-q', '.'], { cwd: tree });
    run('python3', ['-O', '-m', 'compileall', '-q', '.'], { cwd: tree });
    run('python3', ['-OO', '-m', 'compileall', '-q', '.'], { cwd: tree });
    writeFileSync(join(tree, 'lib', 'broken.py'), 'def (:\n');
    const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed', bytecode: true } as const;
    const { trees, unread } = bytecodeRollup(await scan(tree, options));
    expect(unread.files).toBe(0);
    for (const { tree: form, content, commands } of trees) {
      const copy = join(root, form);
      cpSync(tree, copy, { recursive: true, preserveTimestamps: true });
      for (const command of commands) {
        // compileall fails for what is no Python, and goes on.
        const mayFail = command.includes('compileall') ? ' || true' : '';
        run('sh', ['-c', `${command.replace(/python3\.\d+/, 'python3')} >&2${mayFail}`], { cwd: copy });
      }
      const real = contentOf(copy);
      if (form === 'optimized') expect(Math.abs(content - real)).toBeLessThan(real / 1000);
      else expect(content).toBe(real);
    }
    expect(trees[2].kept).toEqual({ files: 1, bytes: 7 });
  }, 60_000);

  it('takes what its commands make of bytecode that lies beside its source already', async () => {
    const root = tempDirectory('bytecode-legacy');
    writeFileSync(join(root, 'a.py'), 'def f(x):\n    "what it does"\n    assert x\n    return x\n');
    run('python3', ['-m', 'compileall', '-q', '-b', '.'], { cwd: root });
    const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed', bytecode: true } as const;
    const { content, commands } = bytecodeRollup(await scan(root, options)).trees[2];
    for (const command of commands)
      run('sh', ['-c', `${command.replace(/python3\.\d+/, 'python3')} >&2`], { cwd: root });
    expect(contentOf(root)).toBe(content);
  });

  it('without bytecode is what its commands leave: orphans, directories and links stay', async () => {
    const root = tempDirectory('bytecode-none');
    mkdirSync(join(root, 'm'));
    mkdirSync(join(root, 'm/dir.pyc'));
    for (const name of ['m/a.py', 'm/b.py', 'm/o.py', 'm/dir.py', 'm/dir.pyc/data', 'a file with spaces.py'])
      writeFileSync(join(root, name), `x = '${name}'\n`);
    run('python3', ['-m', 'compileall', '-q', '.'], { cwd: root });
    run('python3', ['-m', 'compileall', '-q', '-b', 'm/a.py', 'm/b.py', 'm/o.py', 'a file with spaces.py'], {
      cwd: root,
    });
    rmSync(join(root, 'm/o.py'));
    writeFileSync(join(root, 'm/a.pyo'), 'of Python 2');
    linkSync(join(root, 'm/b.pyc'), join(root, 'm/kept.data'));
    symlinkSync('a.pyc', join(root, 'm/b.pyo'));
    const options = { ...defaultLimits, digests: 'auto', facts: 'needed', bytecode: true } as const;
    const [shipped, , , sources] = bytecodeRollup(await scan(root, options)).trees;
    expect(sources.content + sources.saves).toBe(shipped.content);
    expect(sources.commands).toHaveLength(2);
    for (const command of sources.commands) run('sh', ['-c', `${command} >&2`], { cwd: root });
    expect(readdirSync(join(root, 'm')).toSorted()).toEqual([
      'a.py',
      'b.py',
      'b.pyo',
      'dir.py',
      'dir.pyc',
      'kept.data',
      'o.pyc',
    ]);
    // What the link led to is gone.
    rmSync(join(root, 'm/b.pyo'));
    expect(sources.content).toBe(contentOf(root));
    const [, , , again] = bytecodeRollup(await scan(root, options)).trees;
    expect(again).toEqual({ tree: 'sources', content: sources.content, saves: 0, commands: [] });
  });

  it('takes what its commands leave of links and of what is no bytecode of this Python, to the byte', async () => {
    const root = tempDirectory('bytecode-odd');
    for (const name of ['a', 'b', 'd']) writeFileSync(join(root, `${name}.py`), `x = '${name}'\n`);
    for (const name of ['p', 'q']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'm.py'), 'x = 1\n');
    }
    linkSync(join(root, 'a.py'), join(root, 'linked.py'));
    linkSync(join(root, 'd.py'), join(root, 'kept'));
    symlinkSync('a.py', join(root, 'symlink.py'));
    run('python3', ['-m', 'compileall', '-q', '.'], { cwd: root });
    const [name = ''] = readdirSync(join(root, 'q/__pycache__'));
    rmSync(join(root, 'q/__pycache__', name));
    linkSync(join(root, 'p/__pycache__', name), join(root, 'q/__pycache__', name));
    writeFileSync(join(root, 'b.pyo'), 'of Python 2');
    writeFileSync(join(root, 'b.pyc'), 'of Python 2, and written anew');
    const options = { ...defaultLimits, digests: 'auto', facts: 'needed', bytecode: true } as const;
    const [, , { content, commands, compiled }] = bytecodeRollup(await scan(root, options)).trees;
    expect(compiled).toBe(7);
    for (const command of commands)
      run('sh', ['-c', `${command.replace(/python3\.\d+/, 'python3')} >&2`], { cwd: root });
    expect(content).toBe(contentOf(root));
  });
});

function contentOf(root: string): number {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(root, name)));
  return names.reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
}
