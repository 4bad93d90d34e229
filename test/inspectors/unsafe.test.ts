// What we flag really breaks under GNU strip, and what we do not flag goes on working: files are built, stripped and used.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
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

  it('a payload that a program appended to itself reads, as an AppImage does, is lost', () => {
    const text = `#include <stdio.h>
      int main(int c, char **v) {
        char payload[5] = ""; FILE *self = fopen(v[0], "rb");
        fseek(self, -4, SEEK_END); fread(payload, 1, 4, self); puts(payload); return 0; }`;
    const path = compile('appimage', text);
    appendFileSync(path, Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(9000), Buffer.from('last')]));
    expect(output(path)).toBe('0 last\n');
    expect(codes(path)).toEqual(['appended-data']);
    expect(output(strip(path))).not.toBe('0 last\n');
  });

  it.each(['-g', '--strip-unneeded', '-s'])(
    'a payload injected as a segment, as Node SEA does, is lost by %s',
    (mode) => {
      const path = compile('injected', segmentReader);
      injectSegment(path, 'precious payload');
      expect(output(path)).toBe('0 precious payload\n');
      expect(codes(path)).toEqual(expect.arrayContaining(['appended-data', 'undescribed-bytes']));
      run('strip', [mode, '-o', `${path}.stripped`, path]);
      expect(output(`${path}.stripped`)).not.toBe('0 precious payload\n');
    },
  );

  it('a program whose segments claim less alignment than they need is laid out so that it does not run', () => {
    const path = compile('moved', program);
    lowerAlignment(path);
    expect(output(path)).toBe('7 works\n');
    expect(codes(path)).toContain('moved-section');
    expect(output(strip(path))).not.toBe('7 works\n');
  });

  it('a library that patchelf moved segments of cannot be loaded any more', () => {
    const library = compile('lib.so', 'int f(void) { return 1; }', '-shared', '-fPIC');
    expect(codes(library)).toEqual([]);
    const seen = new Set<string>();
    let broken = 0;
    for (const [round, edits] of patches.entries()) {
      const path = at(`patched${round}.so`);
      copyFileSync(library, path);
      for (const edit of edits) run('patchelf', [...edit, path]);
      expect(loads(path), `patched by ${JSON.stringify(edits)}`).toBe(true);
      const survives = loads(strip(path));
      if (!survives) broken++;
      for (const code of codes(path)) seen.add(code);
      // Flagged without need is a pity; broken without a flag is what must never be.
      if (!survives) expect(codes(path), JSON.stringify(edits)).not.toEqual([]);
      if (codes(path).length === 0) expect(survives).toBe(true);
    }
    expect(broken).toBeGreaterThan(0);
    // Segments that hold no section are what patchelf leaves behind.
    expect([...seen]).toContain('empty-segment');
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

/** Prints what the last loadable segment holds after its program headers. */
const segmentReader = `#define _GNU_SOURCE
  #include <link.h>
  #include <stdio.h>
  static int each(struct dl_phdr_info *info, size_t size, void *last) {
    for (int i = 0; i < info->dlpi_phnum; i++)
      if (info->dlpi_phdr[i].p_type == PT_LOAD) *(const char **)last = (const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    return 1; }
  int main(void) { const char *last = 0; dl_iterate_phdr(each, &last); puts(last + 1024); return 0; }`;

/** ELF64: the program headers go to a new segment at the end of the file, with one more, which loads them and a payload. */
function injectSegment(path: string, payload: string): void {
  const bytes = readFileSync(path);
  const [phoff, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(56)];
  const headers = bytes.subarray(phoff, phoff + 56 * count);
  let end = 0;
  for (let header = 0; header < headers.length; header += 56) {
    if (headers.readUInt32LE(header) === 1)
      end = Number(headers.readBigUInt64LE(header + 16) + headers.readBigUInt64LE(header + 40));
  }
  const up = (value: number): number => Math.ceil(value / 4096) * 4096;
  const [offset, address] = [up(bytes.length), up(end)];
  const segment = Buffer.alloc(1024 + payload.length + 1);
  headers.copy(segment);
  // PT_LOAD, readable; PT_PHDR tells the loader where the table is.
  const load = 56 * count;
  segment.writeUInt32LE(1, load);
  segment.writeUInt32LE(4, load + 4);
  const fields = [offset, address, address, segment.length, segment.length, 4096];
  for (const [index, value] of fields.entries()) segment.writeBigUInt64LE(BigInt(value), load + 8 + 8 * index);
  for (let header = 0; header < load; header += 56) {
    if (segment.readUInt32LE(header) !== 6) continue;
    const place = [offset, address, address, load + 56, load + 56];
    for (const [index, value] of place.entries()) segment.writeBigUInt64LE(BigInt(value), header + 8 + 8 * index);
  }
  segment.write(payload, 1024, 'latin1');
  bytes.writeBigUInt64LE(BigInt(offset), 32);
  bytes.writeUInt16LE(count + 1, 56);
  writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(offset - bytes.length), segment]));
  chmodSync(path, 0o755);
}

/** ELF64: loadable segments say that 16 bytes are alignment enough, which the kernel never looks at. */
function lowerAlignment(path: string): void {
  const bytes = readFileSync(path);
  const phoff = Number(bytes.readBigUInt64LE(32));
  for (let header = phoff; header < phoff + 56 * bytes.readUInt16LE(56); header += 56) {
    if (bytes.readUInt32LE(header) === 1) bytes.writeBigUInt64LE(16n, header + 48);
  }
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
}

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
  const roots = ['/usr', ...(tree === undefined ? [] : [join(versions, tree)])].filter(
    (root) => dynload(root) !== null,
  );

  it.skipIf(roots.length === 0).each(roots)(
    'extension modules of CPython in %s can be imported',
    { timeout: 120_000 },
    (root) => {
      const folder = dynload(root) ?? '';
      const names = readdirSync(folder).filter((name) => name.endsWith('.so'));
      expect(names.length).toBeGreaterThan(20);
      const work = at(`modules${roots.indexOf(root)}`);
      mkdirSync(work, { recursive: true });
      for (const name of names) {
        expect(codes(join(folder, name)), name).toEqual([]);
        run('strip', ['--strip-unneeded', '-o', join(work, name), join(folder, name)]);
      }
      const modules = names.map((name) => name.slice(0, name.indexOf('.')));
      const script = `import sys
sys.path = [${JSON.stringify(work)}] + [p for p in sys.path if 'lib-dynload' not in p]
failed = []
for name in ${JSON.stringify(modules)}:
    try: __import__(name)
    except BaseException as error: failed.append(name + ': ' + str(error))
print(failed)`;
      const python = join(root, 'bin', 'python3');
      // What fails before stripping (a library that the machine lacks) may fail after.
      const before = run(python, ['-c', script.replace(`[${JSON.stringify(work)}]`, `[${JSON.stringify(folder)}]`)]);
      expect(run(python, ['-c', script])).toBe(before);
    },
  );
});

/** The folder of extension modules of an installed CPython. */
function dynload(root: string): string | null {
  const lib = join(root, 'lib');
  const version = existsSync(lib) ? readdirSync(lib).find((name) => /^python3\.\d+$/.test(name)) : undefined;
  const folder = join(lib, version ?? '', 'lib-dynload');
  return version !== undefined && existsSync(folder) && existsSync(join(root, 'bin', 'python3')) ? folder : null;
}
