// A directory on disk as an artifact. Nothing is followed and nothing but regular files is opened; names are read as bytes,
// since decoding them folds different names together.
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats, Stats } from 'node:fs';
import { fileSource } from '../bytes/source.ts';
import { createTurns } from '../bytes/turns.ts';
import { InputError, systemCode } from '../errors.ts';
import { nameFromBytes, pathIn } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { EntryKind } from '../model/snapshot.ts';
import type { Member, MemberSink, OpenFile } from './format.ts';

/**
 * Hands every path below `root` to the sink, `root` itself first as `.`. Problems with single paths are notices.
 * @param onProgress called now and then with the bytes of the files found so far.
 */
export async function readDirectory(root: Name, sink: MemberSink, onProgress?: (bytes: number) => void): Promise<void> {
  const turns = createTurns();
  let found = 0;
  const pending: Name[] = ['.'];
  visit(root, '.', sink);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const name of list(root, path, sink)) {
      const child = pathIn(path, name);
      const member = visit(root, child, sink);
      if (member?.kind === 'directory') pending.push(child);
      found += member?.size ?? 0;
      if (!turns.due()) continue;
      onProgress?.(found);
      await turns.next();
    }
  }
}

function list(root: Name, path: Name, sink: MemberSink): Name[] {
  try {
    return readdirSync(diskPath(root, path), { encoding: 'buffer' }).map(nameFromBytes);
  } catch (error) {
    if (path === '.') throw new InputError('unreadable', `cannot be listed (${systemCode(error)})`, { cause: error });
    const message = `its content cannot be listed (${systemCode(error)}) and is not counted`;
    sink.notice({ code: 'unreadable', path, message });
    return [];
  }
}

/** Announces one path; returns what it is, or null where it is gone. */
function visit(root: Name, path: Name, sink: MemberSink): Member | null {
  const onDisk = diskPath(root, path);
  let stats: Stats;
  let link: Name | null = null;
  try {
    stats = lstatSync(onDisk);
    if (stats.isSymbolicLink()) link = nameFromBytes(readlinkSync(onDisk, { encoding: 'buffer' }));
  } catch (error) {
    if (path === '.') throw new InputError('unreadable', `cannot be read (${systemCode(error)})`, { cause: error });
    const gone = systemCode(error) === 'ENOENT';
    const message = gone ? 'vanished while it was read' : `cannot be read (${systemCode(error)}) and is not counted`;
    sink.notice({ code: gone ? 'vanished' : 'unreadable', path, message });
    return null;
  }
  const member = memberOf(path, stats, link, onDisk);
  if (member.kind === 'other') {
    sink.notice({ code: 'special-file', path, message: `is ${describeSpecial(stats)}; it is never opened` });
  }
  if (member.kind === 'file') {
    // Of a million files the sink may keep a million openers, so they hold no more than they need.
    const { dev, ino, size } = stats;
    sink.file(member, () => openRegular(diskPath(root, path), { dev, ino, size }));
  } else {
    sink.begin(member);
    sink.end();
  }
  return member;
}

function memberOf(path: Name, stats: Stats, link: Name | null, onDisk: Buffer): Member {
  const kind = kindOf(stats);
  return {
    name: path,
    kind,
    size: kind === 'file' ? stats.size : 0,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    mtime: Math.floor(stats.mtimeMs / 1000),
    link,
    offset: 0,
    // `blocks` is unknown on systems that do not count blocks; then it is modelled.
    disk: Number.isSafeInteger(stats.blocks) ? stats.blocks * 512 : null,
    inode: kind !== 'directory' && stats.nlink > 1 ? inodeOf(onDisk) : null,
  };
}

/** Device and inode, exact: as ordinary numbers they lose bits above 2^53. */
function inodeOf(onDisk: Buffer): string | null {
  try {
    const stats: BigIntStats = lstatSync(onDisk, { bigint: true });
    return `${stats.dev}:${stats.ino}`;
  } catch {
    return null;
  }
}

function kindOf(stats: Stats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/**
 * Opens a regular file without ever blocking on what may have taken its place.
 * @throws InputError `unreadable` or `changed`.
 */
export function openRegular(
  path: string | Buffer,
  seen: Pick<Stats, 'dev' | 'ino' | 'size'>,
): OpenFile & { readonly fd: number } {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw new InputError('unreadable', `cannot be opened (${systemCode(error)})`, { cause: error });
  }
  try {
    const now = fstatSync(fd);
    if (!now.isFile() || now.ino !== seen.ino || now.dev !== seen.dev)
      throw new InputError('changed', 'was replaced while it was read');
    if (now.size !== seen.size) throw changed(seen.size, now.size);
    return {
      fd,
      source: fileSource(fd, now.size),
      close() {
        try {
          const after = fstatSync(fd);
          if (after.size !== now.size || after.mtimeMs !== now.mtimeMs) throw changed(now.size, after.size);
        } finally {
          closeSync(fd);
        }
      },
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function changed(before: number, after: number): InputError {
  const what = before === after ? 'its content was written to' : `${before} bytes became ${after}`;
  return new InputError('changed', `changed while it was read: ${what}`);
}

/** Of the root with `/.` behind it: it may be a symlink that the user named; below it none is followed. */
function diskPath(root: Name, path: Name): Buffer {
  return Buffer.from(`${root}/${path}`, 'latin1');
}

/** What a path is that is no file, directory or symlink: "a fifo". */
export function describeSpecial(stats: Stats): string {
  if (stats.isFIFO()) return 'a fifo';
  return stats.isSocket() ? 'a socket' : 'a device';
}
