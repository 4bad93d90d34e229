// The predicted length after strip against the strip of each processor, and the sums of section groups, over every ELF file and static
// library of whole packages that others built: C libraries and compiler runtimes of seven processors, Debian's Python, node, and the
// native modules that npm installed. STRIP_CORPUS names further folders to go through.
import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import { inspectors } from '../../src/inspectors/index.ts';
import type { StripSizes } from '../../src/model/facts.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const directory = tempDirectory('strip-corpus');
const modules = resolve(import.meta.dirname, '../../node_modules');
const further = (process.env['STRIP_CORPUS'] ?? '').split(delimiter).filter((folder) => folder !== '');

/** The strip of each processor, and files or folders of files for it. */
const corpora: readonly (readonly [strip: string, ...places: readonly string[]])[] = [
  ['strip', process.execPath, modules, '/usr/lib/gcc', '/usr/lib/x86_64-linux-gnu', ...debianPython(), ...further],
  ['x86_64-linux-gnu-strip', '/usr/i686-linux-gnu', '/usr/lib/gcc-cross/i686-linux-gnu'],
  ['aarch64-linux-gnu-strip', '/usr/aarch64-linux-gnu', '/usr/lib/gcc-cross/aarch64-linux-gnu'],
  ['arm-linux-gnueabihf-strip', '/usr/arm-linux-gnueabihf', '/usr/lib/gcc-cross/arm-linux-gnueabihf'],
  ['powerpc64le-linux-gnu-strip', '/usr/powerpc64le-linux-gnu', '/usr/lib/gcc-cross/powerpc64le-linux-gnu'],
  ['s390x-linux-gnu-strip', '/usr/s390x-linux-gnu', '/usr/lib/gcc-cross/s390x-linux-gnu'],
  ['riscv64-linux-gnu-strip', '/usr/riscv64-linux-gnu', '/usr/lib/gcc-cross/riscv64-linux-gnu'],
];

function debianPython(): string[] {
  const names = existsSync('/usr/lib') ? readdirSync('/usr/lib').filter((name) => name.startsWith('python3')) : [];
  return names.map((name) => join('/usr/lib', name));
}

/** Every ELF file and static library, hard-linked ones once; symlinks are not followed. */
function filesOf(places: readonly string[], machines: readonly number[] | null): string[] {
  const there = places.filter((place) => existsSync(place));
  if (there.length === 0) return [];
  const found = new Map<string, string>();
  for (const line of run('find', [...there, '-type', 'f', '-size', '+63c', '-printf', '%D:%i %p\\0']).split('\0')) {
    const space = line.indexOf(' ');
    if (space > 0 && isOurs(line.slice(space + 1), machines)) found.set(line.slice(0, space), line.slice(space + 1));
  }
  return [...found.values()];
}

/** Static libraries, and ELF files but those of processors that this strip does not take. */
function isOurs(path: string, machines: readonly number[] | null): boolean {
  const head = Buffer.alloc(64);
  const fd = openSync(path, 'r');
  readSync(fd, head);
  closeSync(fd);
  if (head.toString('latin1', 0, 8) === '!<arch>\n') return true;
  return head.readUInt32BE() === 0x7f454c46 && (machines === null || machines.includes(head.readUInt16LE(18)));
}

interface Predicted {
  readonly strip: StripSizes;
  /** What the parts of the file sum to; null for a static library. */
  readonly sections: number | null;
  readonly size: number;
}

function predicted(path: string): Predicted {
  const bytes = readFileSync(path);
  const file = { path, size: bytes.length, facts: 'all', strip: defaultStripVersion } as const;
  const facts = inspectors.find((one) => one.matches(bytes.subarray(0, 64), file))?.inspect(memorySource(bytes), file);
  if (facts === undefined || !('strip' in facts)) throw new Error(`${path} is neither ELF nor ar`);
  const { debug, unneeded, all } = facts.strip;
  const sections = facts.type === 'ar' ? null : (facts.sections ?? []).reduce((sum, part) => sum + part.bytes, 0);
  return { strip: { debug, unneeded, all }, sections, size: bytes.length };
}

/** Lengths of the output in three modes, a line a file; one shell runs strip on them all. */
const script = `while IFS= read -r path; do
  for mode in -g --strip-unneeded -s; do
    rm -f output
    if "$0" "$mode" -o output "$path" 2>/dev/null && [ -e output ]; then stat -c %s output; else echo refused; fi
  done
done`;

function stripped(strip: string, paths: readonly string[]): StripSizes[] {
  const lines = run('sh', ['-c', script, strip], { cwd: directory, input: `${paths.join('\n')}\n` }).split('\n');
  const length = (line: string | undefined): number | null => (line === 'refused' ? null : Number(line));
  return paths.map((_, index) => {
    const [debug, unneeded, all] = lines.slice(index * 3, index * 3 + 3).map(length);
    return { debug: debug ?? null, unneeded: unneeded ?? null, all: all ?? null };
  });
}

describe.each(corpora)('%s', (strip, ...places) => {
  const known = requireTool(strip) && run(strip, ['--version']).includes(defaultStripVersion);
  // Packages of npm and further folders hold files for other processors, which an x86 strip does not take.
  const files = known ? filesOf(places, strip === 'strip' ? [3, 62] : null) : [];

  // In CI the files must be there.
  it.skipIf(!known || (files.length === 0 && process.env['CI'] === undefined))(
    'gives the predicted length for every file, and sections that sum to its own',
    { timeout: further.length === 0 ? 300_000 : 3_600_000 },
    () => {
      const truth = stripped(strip, files);
      const results = files.map((path, index) => ({ path, ...predicted(path), stripped: truth[index] }));
      const refused = results.filter((file) => file.stripped?.debug === null).length;
      const megabytes = Math.round(results.reduce((sum, { size }) => sum + size, 0) / 1e6);
      console.info(`${strip}: ${files.length} files of ${megabytes} MB, ${refused} refused`);
      expect(files.length).toBeGreaterThan(0);
      expect(results.filter((file) => JSON.stringify(file.strip) !== JSON.stringify(file.stripped))).toEqual([]);
      expect(results.filter(({ sections, size }) => sections !== null && sections !== size)).toEqual([]);
    },
  );
});
