// The strip programs of this machine: which release they are, what they can read, and one run of them. They get a copy under a
// plain name: names of the artifact never reach a command line.
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../bytes/temporary.ts';
import { InputError, howItEnded, systemCode } from '../errors.ts';
import type { StripVersion } from '../inspectors/elf/strip-version.ts';
import type { ArFacts, ElfFacts } from '../model/facts.ts';
import { toolsOf } from '../model/machines.ts';
import type { StripMode } from '../model/fix.ts';
import { isLinked } from '../rules/strippable.ts';

export interface StripTool {
  /** Release as it says, `2.40`. */
  readonly release: string;
  /** The release whose behaviour it shares. */
  readonly version: StripVersion;
  /** Names of object formats (BFD) that the plain `strip` reads. */
  readonly formats: ReadonlySet<string>;
  /** Whether a program is there; asked for `TRIPLET-strip`. */
  readonly has: (program: string) => boolean;
}

/** The installed GNU strip; null where there is none. */
export function findStrip(): StripTool | null {
  const release = /GNU strip[^\n]*?(\d+\.\d+)/.exec(output('strip', ['--version']) ?? '')?.[1];
  if (release === undefined) return null;
  const info = output('strip', ['--info']) ?? '';
  const formats = new Set([...info.matchAll(/^(\S+)$/gm)].map((match) => match[1] ?? ''));
  const known = new Map<string, boolean>();
  const has = (program: string): boolean => {
    const found = known.get(program) ?? output(program, ['--version']) !== null;
    known.set(program, found);
    return found;
  };
  return { release, version: versionOf(release), formats, has };
}

/** Releases between those that were compared are taken to behave as the next one. */
function versionOf(release: string): StripVersion {
  const minor = Number(release.split('.')[1]);
  if (release.startsWith('2.') && minor <= 35) return '2.35';
  return release.startsWith('2.') && minor <= 40 ? '2.40' : '2.44';
}

function output(program: string, args: readonly string[]): string | null {
  const ran = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return ran.error === undefined && ran.status === 0 ? ran.stdout : null;
}

export function stripModeOf(facts: ElfFacts | ArFacts): StripMode {
  return isLinked(facts) ? '--strip-unneeded' : '-g';
}

/** The program that strips such a file; null where none is installed. Of a static library the plain one is tried. */
export function programFor(tool: StripTool, facts: ElfFacts | ArFacts): string | null {
  if (facts.type === 'ar') return 'strip';
  const tools = toolsOf(facts);
  if (tools === null) return null;
  if (tool.formats.has(tools.format)) return 'strip';
  const cross = `${tools.triplet}-strip`;
  return tool.has(cross) ? cross : null;
}

export function noStrip(tool: StripTool | null): string {
  return tool === null ? 'GNU strip is not installed' : 'the installed strip does not know their processor';
}

/** Bytes of a file, to be read once, before the stripper is used again. */
export interface FileContent {
  readonly length: number;
  /** Valid until the next one is asked for. */
  pieces(): Iterable<Uint8Array>;
}

export interface StripRun {
  /** The stripped content, or why strip refused. */
  readonly content: FileContent | null;
  readonly refused: string;
}

/** Takes the content of one file as it comes, however long it is. */
export interface StripInput {
  write(piece: Uint8Array): void;
  /** So many bytes of 0. */
  hole(count: number): void;
  strip(program: string, mode: StripMode): StripRun;
  /** What was written. */
  whole(): FileContent;
}

export interface Stripper {
  /** Strips the file at a path of this machine. */
  file(path: Buffer, program: string, mode: StripMode): StripRun;
  input(): StripInput;
  close(): void;
}

/** @throws InputError where no temporary directory can be made; what it returns throws it where nothing more can be written there. */
export function createStripper(onTemporary: (path: string) => void): Stripper {
  const directory = temporaryDirectory('strip');
  onTemporary(directory);
  const [input, result] = [join(directory, 'file'), join(directory, 'stripped')];
  const strip = (program: string, mode: StripMode): StripRun => {
    const ran = spawnSync(program, [mode, '-o', result, input], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
    if (ran.error === undefined && ran.status === 0) return { content: contentOf(result), refused: '' };
    const line = (ran.error?.message ?? ran.stderr).split('\n')[0] ?? '';
    const said = line === '' ? `it ${howItEnded(ran.status, ran.signal)}` : line;
    return { content: null, refused: said.replaceAll(`${input}: `, '').replace(/^\S*strip: /, '') };
  };
  let open: number | null = null;
  const finish = (): void => {
    if (open !== null) closeSync(open);
    open = null;
  };
  const writing = <Result>(write: () => Result, isOurs: (code: string) => boolean = () => true): Result => {
    try {
      return write();
    } catch (error) {
      if (!isOurs(systemCode(error))) throw error;
      throw new InputError('spool-failed', `${directory} cannot be written (${systemCode(error)})`, { cause: error });
    }
  };
  return {
    file(path, program, mode) {
      // What cannot be read is the caller's matter.
      writing(
        () => copyFileSync(path, input),
        (code) => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code),
      );
      return strip(program, mode);
    },
    input() {
      finish();
      const fd = writing(() => openSync(input, 'w'));
      open = fd;
      let length = 0;
      return {
        write(piece) {
          writing(() => {
            for (let at = 0; at < piece.length;) at += writeSync(fd, piece, at, piece.length - at, length + at);
          });
          length += piece.length;
        },
        hole(count) {
          length += count;
        },
        strip(program, mode) {
          writing(() => ftruncateSync(fd, length));
          finish();
          return strip(program, mode);
        },
        whole() {
          finish();
          return contentOf(input);
        },
      };
    },
    close() {
      finish();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const pieceLength = 1 << 20;

function contentOf(path: string): FileContent {
  return {
    length: statSync(path).size,
    *pieces() {
      const fd = openSync(path, 'r');
      try {
        const buffer = Buffer.allocUnsafeSlow(pieceLength);
        for (let length = readSync(fd, buffer); length > 0; length = readSync(fd, buffer))
          yield buffer.subarray(0, length);
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** All of it, of what fits into memory. */
export function wholeOf(content: FileContent): Buffer {
  return Buffer.concat(Array.from(content.pieces(), (piece) => Buffer.from(piece)));
}
