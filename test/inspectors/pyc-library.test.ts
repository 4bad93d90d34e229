// What is read of the code of pycs, against the python3 at hand and its own library.
import { cpSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { understood } from '../../src/inspectors/pyc/code.ts';
import { headerLength } from '../../src/inspectors/pyc/header.ts';
import { measureCode } from '../../src/inspectors/pyc/measure.ts';
import type { PycCode } from '../../src/model/facts.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

function codeOf(bytes: Buffer): PycCode {
  const magic = bytes.readUInt16LE(0);
  const code = measureCode(bytes, headerLength(magic), magic);
  if ('unread' in code) throw new Error(code.unread);
  return code;
}

/** Prints for each pyc its path, its number of code objects, and bytes of docstrings, line and exception tables. */
const measureInPython = `
import marshal, os, sys
def walk(code, is_module, seen, sums):
    sums[0] += 1
    doc = None
    if code.co_flags & 1:
        first = code.co_consts[0] if code.co_consts else None
        has = code.co_flags & 0x4000000 if sys.version_info >= (3, 14) else not code.co_name.startswith('<')
        if has and isinstance(first, str): doc = first
    elif '__doc__' in code.co_names:
        import dis
        before = None
        for index, step in enumerate(dis.get_instructions(code)):
            if index == 14: break
            if step.opname == 'STORE_NAME' and step.argval == '__doc__':
                if before.opname == 'LOAD_CONST' and isinstance(before.argval, str): doc = before.argval
                break
            before = step
    def once(value, length):
        if id(value) in seen: return 0
        seen[id(value)] = value
        return length
    if doc is not None: sums[1] += once(doc, len(marshal.dumps(doc)))
    lines = code.co_linetable if hasattr(code, 'co_linetable') else code.co_lnotab
    sums[2] += once(lines, len(lines))
    if hasattr(code, 'co_exceptiontable'): sums[3] += once(code.co_exceptiontable, len(code.co_exceptiontable))
    for const in code.co_consts:
        if hasattr(const, 'co_code') and id(const) not in seen:
            seen[id(const)] = const
            walk(const, False, seen, sums)
for directory, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith('.pyc'):
            path = os.path.join(directory, name)
            with open(path, 'rb') as file: code = marshal.loads(file.read()[16:])
            sums = [0, 0, 0, 0]
            walk(code, True, {}, sums)
            print(path, *sums)
`;

const available = requireTool('python3') && isUnderstood();

function isUnderstood(): boolean {
  const magic = run('python3', [
    '-c',
    'import importlib.util as u; print(int.from_bytes(u.MAGIC_NUMBER[:2], "little"))',
  ]);
  return understood.has(Number(magic));
}

describe.skipIf(!available)('code of the library of python3', () => {
  const root = join(tempDirectory('pyc-code'), 'library');
  mkdirSync(root);
  if (available) copyLibrary(root);
  const at = (...names: readonly string[]): string => join(root, ...names);

  it('has the parts that marshal and its code objects have', () => {
    run('python3', ['-m', 'compileall', '-q', '-b', '.'], { cwd: at('plain') });
    const lines = run('python3', ['-c', measureInPython, '.'], { cwd: at('plain') })
      .trim()
      .split('\n');
    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines) {
      const [path = '', objects, docstrings, lineTables, exceptionTables] = line.split(' ');
      const code = codeOf(readFileSync(at('plain', path)));
      const found = [code.objects, code.docstrings, code.lineTables, code.exceptionTables].map(String);
      expect([path, ...found]).toEqual([path, objects, docstrings, lineTables, exceptionTables]);
    }
  }, 60_000);

  it('is shorter by its columns where PYTHONNODEBUGRANGES is set', () => {
    run('env', ['PYTHONNODEBUGRANGES=1', 'python3', '-m', 'compileall', '-q', '-b', '.'], { cwd: at('columnless') });
    for (const path of pycsBelow(at('plain'))) {
      const bytes = readFileSync(at('plain', path));
      const real = statSync(at('columnless', path)).size;
      expect([path, bytes.length - codeOf(bytes).columnTables]).toEqual([path, real]);
    }
  }, 60_000);

  it('has the length that -OO gives, within 0.1 % of the sum', () => {
    run('env', ['PYTHONNODEBUGRANGES=1', 'python3', '-OO', '-m', 'compileall', '-q', '-b', '.'], { cwd: at('bare') });
    let real = 0;
    let computed = 0;
    let exact = 0;
    const paths = pycsBelow(at('plain'));
    for (const path of paths) {
      const { optimized } = codeOf(readFileSync(at('plain', path)));
      const length = statSync(at('bare', path)).size;
      real += length;
      computed += optimized;
      if (length === optimized) exact++;
      // From the optimised file itself nothing is left to compute.
      const bare = codeOf(readFileSync(at('bare', path)));
      expect([path, bare.columnTables, bare.optimized - length]).toEqual([path, 0, 0]);
    }
    expect(Math.abs(computed - real)).toBeLessThan(real / 1000);
    expect(exact).toBeGreaterThan(paths.length * 0.75);
  }, 60_000);

  it('tells levels by asserts and docstrings', () => {
    const source = '"docstring"\nassert 1 < len(__name__)\n';
    const bytesOf = (level: number): Buffer =>
      Buffer.from(
        run('python3', [
          '-c',
          'import sys, marshal, importlib.util as u; print((u.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(sys.argv[1], "m", "exec", optimize=int(sys.argv[2])))).hex())',
          source,
          String(level),
        ]).trim(),
        'hex',
      );
    expect([0, 1, 2].map((level) => codeOf(bytesOf(level)).levels)).toEqual([[0], [0, 1], [0, 1, 2]]);
  });
});

function copyLibrary(root: string): void {
  const standard = run('python3', ['-c', 'import sysconfig; print(sysconfig.get_paths()["stdlib"])']).trim();
  const names = ['json', 'email', 'html', 'http', 'logging', 'asyncio', 'concurrent', 'xml', 'unittest', 'importlib'];
  const modules = readdirSync(standard).filter((name) => /^[a-d].*\.py$/.test(name));
  for (const tree of ['plain', 'columnless', 'bare']) {
    for (const name of [...names, ...modules]) {
      cpSync(join(standard, name), join(root, tree, name), {
        recursive: true,
        filter: (path) => !path.includes('__pycache__'),
      });
    }
  }
}

function pycsBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.pyc'));
}
