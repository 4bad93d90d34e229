// What we flag really breaks under GNU strip, and what we do not flag goes on working: files are built, stripped and used.
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { elfInspector } from '../../src/inspectors/elf/inspector.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const hasTools = ['gcc', 'strip', 'objcopy', 'patchelf', 'python3', 'unzip'].every((name) => requireTool(name));
const directory = tempDirectory('unsafe');
const at = (name: string): string => join(directory, name);

function codes(path: string): string[] {
  const bytes = readFileSync(path);
  const facts = elfInspector.inspect(memorySource(bytes), { path, size: bytes.length, facts: 'needed' });
  return facts.type === 'elf' ? facts.unsafe.map(({ code }) => code) : [];
}

function compile(name: string, text: string, ...flags: readonly string[]): string {
  writeFileSync(at(`${name}.c`), text);
  run('gcc', ['-g', ...flags, at(`${name}.c`), '-o', at(name)]);
  return at(name);
}

function strip(path: string): string {
  const target = `${path}.stripped`;
  run('strip', ['--strip-unneeded', '-o', target, path]);
  return target;
}

function output(path: string): string {
  const { status, stdout } = spawnSync(path, { encoding: 'utf8' });
  return `${status} ${stdout}`;
}

/** Whether the dynamic loader takes the library, as Python's ctypes asks it to. */
function loads(path: string): boolean {
  return runStatus('python3', ['-c', 'import ctypes, sys; ctypes.CDLL(sys.argv[1])', path]) === 0;
}

const program = '#include <stdio.h>\nint main(void) { puts("works"); return 7; }';

describe.skipIf(!hasTools)('flagged', () => {
  it('a zip appended to a program is lost', () => {
    const path = compile('zipped', program);
    appendFileSync(path, buildZip([{ name: 'payload.txt', content: 'precious' }]));
    expect(runStatus('unzip', ['-tqq', path])).toBeLessThan(2); // 1: bytes before the archive
    expect(codes(path)).toEqual(['appended-data']);
    const after = strip(path);
    expect(output(after)).toBe('7 works\n');
    expect(runStatus('unzip', ['-tqq', after])).toBeGreaterThan(2);
  });

  it('the signature of a kernel module is lost', () => {
    writeFileSync(at('module.c'), 'int init_module(void) { return 0; }');
    run('gcc', ['-g', '-c', at('module.c'), '-o', at('module.ko')]);
    expect(codes(at('module.ko'))).toEqual([]);
    appendFileSync(at('module.ko'), 'PKCS#7 signature~Module signature appended~\n');
    expect(codes(at('module.ko'))).toEqual(['signed-module']);
    run('strip', ['-g', '-o', at('module.stripped'), at('module.ko')]);
    expect(readFileSync(at('module.stripped')).includes('~Module signature appended~')).toBe(false);
  });

  it('loaded bytes that belong to no section are zeroed', () => {
    const text = `#include <stdio.h>
      __attribute__((section(".payload"))) const char payload[] = "precious payload";
      int main(void) { puts(payload); return 0; }`;
    const path = compile('hidden', text);
    expect(codes(path)).toEqual([]);
    hideSection(path, '.payload');
    expect(output(path)).toBe('0 precious payload\n');
    expect(codes(path)).toContain('undescribed-bytes');
    expect(output(strip(path))).toBe('0 \n');
  });

  it('a library that patchelf moved segments of cannot be loaded any more', () => {
    const library = compile('lib.so', 'int f(void) { return 1; }', '-shared', '-fPIC');
    expect(codes(library)).toEqual([]);
    let broken = 0;
    for (const [round, edits] of patches.entries()) {
      const path = at(`patched${round}.so`);
      copyFileSync(library, path);
      for (const edit of edits) run('patchelf', [...edit, path]);
      expect(loads(path), `patched by ${JSON.stringify(edits)}`).toBe(true);
      const survives = loads(strip(path));
      if (!survives) broken++;
      // Flagged without need is a pity; broken without a flag is what must never be.
      if (!survives) expect(codes(path), JSON.stringify(edits)).not.toEqual([]);
      if (codes(path).length === 0) expect(survives).toBe(true);
    }
    expect(broken).toBeGreaterThan(0);
  });
});

const long = (letter: string): string => `/${letter.repeat(3000)}`;

const patches: readonly (readonly (readonly string[])[])[] = [
  [['--set-soname', 'libother.so.1']],
  [['--set-rpath', '$ORIGIN']],
  [['--set-rpath', long('a')]],
  [
    ['--set-rpath', long('a')],
    ['--set-rpath', `${long('a')}:${long('b')}`],
  ],
  [
    ['--add-needed', 'libm.so.6'],
    ['--set-rpath', long('c')],
    ['--set-soname', 'x'.repeat(5000)],
  ],
  [
    ['--set-rpath', long('d')],
    ['--remove-rpath'],
    ['--set-soname', 'y'.repeat(9000)],
    ['--set-rpath', `${long('e')}:${long('f')}:${long('g')}`],
  ],
];

/** Makes the section header say that the section is empty: what it held is loaded all the same. */
function hideSection(path: string, name: string): void {
  const bytes = readFileSync(path);
  const shoff = Number(bytes.readBigUInt64LE(40));
  const count = bytes.readUInt16LE(60);
  const header = (index: number): number => shoff + 64 * index;
  const names = Number(bytes.readBigUInt64LE(header(bytes.readUInt16LE(62)) + 24));
  for (let index = 0; index < count; index++) {
    const start = names + bytes.readUInt32LE(header(index));
    if (bytes.toString('latin1', start, start + name.length + 1) === `${name}\0`) {
      bytes.writeBigUInt64LE(0n, header(index) + 32);
    }
  }
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
}

describe.skipIf(!hasTools)('not flagged', () => {
  it.each([
    ['a program', []],
    ['a static program', ['-static']],
    ['a position-dependent program', ['-no-pie']],
    ['one with large pages', ['-Wl,-z,max-page-size=65536']],
    ['one without separate code', ['-Wl,-z,noseparate-code']],
    ['one with relocations kept', ['-Wl,-q']],
    ['one with compressed debug data', ['-gz']],
  ])('%s goes on working', (_what, flags) => {
    const path = compile('plain', program, ...flags);
    expect(codes(path)).toEqual([]);
    expect(output(strip(path))).toBe('7 works\n');
  });

  it('one with a payload in a section of its own keeps it', () => {
    const path = compile('packed', program);
    writeFileSync(at('payload'), 'precious payload');
    run('objcopy', ['--add-section', `pydata=${at('payload')}`, path]);
    expect(codes(path)).toEqual([]);
    expect(readFileSync(strip(path)).includes('precious payload')).toBe(true);
  });

  const versions = join(homedir(), '.pyenv', 'versions');
  const tree = existsSync(versions) ? readdirSync(versions).find((name) => name.startsWith('3.')) : undefined;

  it.skipIf(tree === undefined)('extension modules of CPython can be imported', { timeout: 120_000 }, () => {
    const root = join(versions, tree ?? '');
    const version = readdirSync(join(root, 'lib')).find((name) => /^python3\.\d+$/.test(name)) ?? '';
    const folder = join(root, 'lib', version, 'lib-dynload');
    const names = readdirSync(folder).filter((name) => name.endsWith('.so'));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      expect(codes(join(folder, name)), name).toEqual([]);
      run('strip', ['--strip-unneeded', '-o', at(name), join(folder, name)]);
    }
    const modules = names.map((name) => name.slice(0, name.indexOf('.')));
    const script = `import sys
sys.path = [${JSON.stringify(directory)}] + [p for p in sys.path if 'lib-dynload' not in p]
failed = []
for name in ${JSON.stringify(modules)}:
    try: __import__(name)
    except BaseException as error: failed.append(name + ': ' + str(error))
print(failed)`;
    const python = join(root, 'bin', 'python3');
    // What fails before stripping (a library that the machine lacks) may fail after.
    const before = run(python, ['-c', script.replace(`[${JSON.stringify(directory)}]`, `[${JSON.stringify(folder)}]`)]);
    expect(run(python, ['-c', script])).toBe(before);
  });
});
