// The predicted length after strip against the strip of each processor, over whole packages that others built: C libraries and
// compiler runtimes of seven processors, and the native modules that npm installed.
import {
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  closeSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import { inspectors } from '../../src/inspectors/index.ts';
import type { StripSizes } from '../../src/model/facts.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runStatus } from '../oracles.ts';

const directory = tempDirectory('strip-corpus');
const modules = resolve(import.meta.dirname, '../../node_modules');

/** The strip of each processor, and folders of files for it. */
const corpora: readonly (readonly [strip: string, ...folders: readonly string[]])[] = [
  ['strip', '/usr/lib/gcc', '/usr/lib/x86_64-linux-gnu', modules],
  ['x86_64-linux-gnu-strip', '/usr/i686-linux-gnu', '/usr/lib/gcc-cross/i686-linux-gnu'],
  ['aarch64-linux-gnu-strip', '/usr/aarch64-linux-gnu', '/usr/lib/gcc-cross/aarch64-linux-gnu'],
  ['arm-linux-gnueabihf-strip', '/usr/arm-linux-gnueabihf', '/usr/lib/gcc-cross/arm-linux-gnueabihf'],
  ['powerpc64le-linux-gnu-strip', '/usr/powerpc64le-linux-gnu', '/usr/lib/gcc-cross/powerpc64le-linux-gnu'],
  ['s390x-linux-gnu-strip', '/usr/s390x-linux-gnu', '/usr/lib/gcc-cross/s390x-linux-gnu'],
  ['riscv64-linux-gnu-strip', '/usr/riscv64-linux-gnu', '/usr/lib/gcc-cross/riscv64-linux-gnu'],
];

/** Larger files take long and are tested elsewhere. */
const largest = 40_000_000;

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats?.isFile() === true && stats.size >= 64 && stats.size <= largest && isOurs(path);
    });
}

/** Static libraries, and ELF files but those of npm packages for processors that the strip of this one does not take. */
function isOurs(path: string): boolean {
  const head = Buffer.alloc(64);
  const fd = openSync(path, 'r');
  readSync(fd, head);
  closeSync(fd);
  if (head.toString('latin1', 0, 8) === '!<arch>\n') return true;
  return head.readUInt32BE() === 0x7f454c46 && (!path.startsWith(modules) || [3, 62].includes(head.readUInt16LE(18)));
}

function predicted(path: string): StripSizes {
  const bytes = readFileSync(path);
  const file = { path, size: bytes.length, facts: 'all', strip: defaultStripVersion } as const;
  const facts = inspectors.find((one) => one.matches(bytes.subarray(0, 64), file))?.inspect(memorySource(bytes), file);
  if (facts === undefined || facts.type === 'pyc') throw new Error(`${path} is neither ELF nor ar`);
  const { debug, unneeded, all } = facts.strip;
  return { debug, unneeded, all };
}

function stripped(strip: string, path: string): StripSizes {
  const output = join(directory, 'stripped');
  const length = (mode: string): number | null => {
    const accepted = runStatus(strip, [mode, '-o', output, path]) === 0 && existsSync(output);
    const size = accepted ? statSync(output).size : null;
    rmSync(output, { force: true });
    return size;
  };
  return { debug: length('-g'), unneeded: length('--strip-unneeded'), all: length('-s') };
}

describe.each(corpora)('%s', (strip, ...folders) => {
  const known = requireTool(strip) && run(strip, ['--version']).includes(defaultStripVersion);
  const files = known ? folders.flatMap(filesBelow) : [];

  // In CI the files must be there.
  it.skipIf(!known || (files.length === 0 && process.env['CI'] === undefined))(
    'gives the predicted length for every file',
    { timeout: 300_000 },
    () => {
      // One in so many, evenly, where there are very many: each takes three runs of strip.
      const step = Math.ceil(files.length / 150);
      const chosen = files.filter((_, index) => index % step === 0);
      const wrong = chosen
        .map((path) => ({ path, predicted: predicted(path), stripped: stripped(strip, path) }))
        .filter((file) => JSON.stringify(file.predicted) !== JSON.stringify(file.stripped));
      expect(chosen.length).toBeGreaterThan(0);
      expect(wrong).toEqual([]);
    },
  );
});
