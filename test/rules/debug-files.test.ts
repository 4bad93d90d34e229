// debug-files, on what objcopy splits off programs, libraries and object files.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { debugFiles } from '../../src/rules/debug-files.ts';
import { debugSymbols } from '../../src/rules/debug-symbols.ts';
import { judge } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const tools = ['gcc', 'objcopy', 'strip', 'find', 'cp'].every(requireTool);

describe('debug-files of Windows', () => {
  it('claims those that begin as debug data, and no molecules', async () => {
    const root = tempDirectory('debug-files-pdb');
    const put = (name: string, head: string): void => {
      writeFileSync(join(root, name), Buffer.from(head.padEnd(100, '\0'), 'latin1'));
    };
    const msf = 'Microsoft C/C++ MSF 7.00\r\n\x1aDS';
    put('addon.pdb', msf);
    put('net.pdb', 'BSJB\x01\0\x01\0\0\0\0\0\x0c\0\0\0PDB v1.0');
    put('assembly.pdb', 'BSJB\x01\0\x01\0\0\0\0\0\x0c\0\0\0v4.0.303');
    put('old.pdb', 'Microsoft C/C++ program database 2.00\r\n\x1aJG');
    put('protein.pdb', 'HEADER    HYDROLASE');
    put('project.ncb', msf);
    const found = await findingsOf(root);
    expect(found).toMatchObject([{ rule: 'debug-files', severity: 'warn', bytes: 200 }]);
    expect(found[0]?.claims.map(({ path }) => path)).toEqual(['addon.pdb', 'net.pdb']);
    expect(found[0]?.fix.commands).toEqual([
      "find . -type f -name '*.pdb' ! -path ./assembly.pdb ! -path ./old.pdb ! -path ./protein.pdb -delete",
    ]);
  });
});

async function findingsOf(root: string): Promise<Finding[]> {
  const snapshot = await scan(root, { ...defaultLimits, digests: 'auto', facts: 'needed' });
  return judge(snapshot, [debugSymbols, debugFiles]);
}

function compile(out: string, code: string, ...options: string[]): void {
  run('gcc', ['-g', '-o', out, '-x', 'c', '-', ...options], { input: code });
}

describe.skipIf(!tools)('debug-files', () => {
  const work = tempDirectory('debug-files');
  const at = (name: string): string => join(work, 'tree', name);

  beforeAll(() => {
    mkdirSync(at('lib/debug'), { recursive: true });
    compile(at('program'), 'int main(void) { return 0; }');
    compile(at('lib/libx.so'), 'int x(void) { return 1; }', '-shared', '-fPIC');
    compile(at('lib/libdata.so'), 'const char table[5000] = "x";', '-shared', '-nostdlib');
    compile(at('lib/x.ko'), 'int y(void) { return 2; } int z = 3;', '-c');
    for (const [from, to] of [
      ['program', 'lib/debug/program.debug'],
      ['lib/libx.so', 'lib/debug/libx.so.debug'],
      ['lib/libdata.so', 'lib/libdata.so.dbg'],
      ['lib/x.ko', 'lib/debug/x.ko.debug'],
    ] as const) {
      run('objcopy', ['--only-keep-debug', at(from), at(to)]);
    }
    // Of Xtensa, which strip does not know.
    const xtensa = readFileSync(at('lib/debug/libx.so.debug'));
    xtensa.writeUInt16LE(94, 18);
    writeFileSync(at('lib/debug/xtensa.debug'), xtensa);
    compile(at('split.o'), 'int split(int a) { return a + 1; }', '-c', '-gsplit-dwarf');
    linkSync(at('lib/debug/program.debug'), at('lib/debug/same.debug'));
    symlinkSync('program.debug', at('lib/debug/link.debug'));
    writeFileSync(at('notes.debug'), 'switch debugging on\n');
    // What has no bytes in what is loaded, but was not split off anything.
    compile(at('variables.o'), 'int variables[100];', '-c');
    compile(at('nothing.o'), '', '-c');
    compile(at('room.o'), '__asm__(".section .heap, \\"a\\", %nobits\\nheap: .space 4096");', '-c');
  });

  const claimed = ['libx.so', 'program', 'x.ko', 'xtensa'].map((name) => `lib/debug/${name}.debug`);
  claimed.push('lib/libdata.so.dbg', 'split.dwo');

  it('claims them whole, and leaves strip to others', async () => {
    const found = await findingsOf(at('.'));
    const whole = found.find(({ rule }) => rule === 'debug-files');
    expect(whole?.claims.map(({ path, part, bytes }) => [path, part, bytes]).toSorted()).toEqual(
      claimed.map((path) => [path, null, statSync(at(path)).size]),
    );
    expect(whole?.fix.commands).toEqual([
      "find . -type f -name '*.debug' ! -path ./notes.debug -delete",
      "find . -type f -name '*.dwo' -delete",
      'rm -f -- lib/libdata.so.dbg',
    ]);
    const stripped = found.filter(({ rule }) => rule === 'debug-symbols');
    expect(stripped.flatMap(({ claims }) => claims.map(({ path }) => path)).toSorted()).toEqual([
      'lib/libdata.so',
      'lib/libx.so',
      'lib/x.ko',
      'nothing.o',
      'program',
      'room.o',
      'split.o',
      'variables.o',
    ]);
    expect(stripped).toHaveLength(1);
  });

  it('frees what it says by its commands and by fix, and all else runs', async () => {
    const found = await findingsOf(at('.'));
    const bytes = (root: string): number =>
      [
        ...new Set(
          run('find', [join(work, root), '-type', 'f', '-printf', '%i %s\n'])
            .trim()
            .split('\n'),
        ),
      ].reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
    run('cp', ['-a', at('.'), join(work, 'by-command')]);
    const before = bytes('tree');
    // strip comes first, as it is printed, and does not touch them.
    for (const { fix } of found.toSorted((a) => (a.rule === 'debug-symbols' ? -1 : 1)))
      run('sh', ['-e'], { cwd: join(work, 'by-command'), input: fix.commands.join('\n') });
    const fixed = sizecheck(['fix', 'tree', '--out', 'by-fix', '--apply', '--rules', 'debug-symbols,debug-files'], {
      cwd: work,
    });
    expect([fixed.code, fixed.stderr]).toEqual([0, '']);
    const promised = found.reduce((sum, one) => sum + one.bytes, 0);
    expect([before - bytes('by-command'), before - bytes('by-fix')]).toEqual([promised, promised]);
    for (const root of ['by-command', 'by-fix']) {
      run(join(work, root, 'program'), []);
      for (const path of claimed) expect(existsSync(join(work, root, path))).toBe(false);
      expect(existsSync(join(work, root, 'notes.debug'))).toBe(true);
    }
    expect(readdirSync(join(work, 'by-fix/lib'))).not.toContain('debug');
  });

  it('is nothing that strip leaves of a file, nor a file that it would have made', async () => {
    const plain = join(work, 'plain');
    mkdirSync(plain);
    for (const name of ['program', 'lib/libx.so', 'lib/libdata.so']) {
      const copy = join(plain, name.replace('lib/', ''));
      copyFileSync(at(name), copy);
      chmodSync(copy, 0o755);
      run('strip', [copy]);
    }
    expect(await findingsOf(plain)).toEqual([]);
  });
});
