// `scan --bytecode`: what is computed of a tree is what its own commands make of it.
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytecodeRollup } from '../../src/compare/bytecode.ts';
import { understood } from '../../src/inspectors/pyc/code.ts';
import type { PycCode } from '../../src/model/facts.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { file, hardlink, pyc, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

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
    const { versions, parts, trees } = bytecodeRollup(tree);
    expect(versions).toEqual([{ python: '3.9', files: 2, bytes: 190 }]);
    expect(parts).toMatchObject({ files: 2, bytes: 190, docstrings: 60, columnTables: 10 });
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
});

const available = requireTool('python3') && understood.has(magicOfPython());

function magicOfPython(): number {
  return Number(
    run('python3', ['-c', 'import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER[:2], "little"))']),
  );
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
});

function contentOf(root: string): number {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(root, name)));
  return names.reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
}
