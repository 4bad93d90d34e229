// Directories and what may stand where a file was: nothing is opened that was not seen, and what changes, vanishes or may not be read
// is said so. The sink of these tests changes the disk while the reader is on its way.
import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Spool } from '../../src/bytes/spool.ts';
import { openRegular, readDirectory } from '../../src/formats/directory.ts';
import type { Member, MemberSink } from '../../src/formats/format.ts';
import { openArtifact } from '../../src/formats/open.ts';
import { nameFromText } from '../../src/model/name.ts';
import { decode } from '../../src/codecs/decode.ts';
import { recordingSink } from '../build/sink.ts';
import type { RecordingSink } from '../build/sink.ts';
import { tempDirectory } from '../build/temp.ts';
import { run } from '../oracles.ts';

const work = tempDirectory('directory');
chmodSync(work, 0o755);
let count = 0;

/** A fresh directory with these files. */
function tree(files: Readonly<Record<string, string>> = {}): string {
  const root = join(work, `tree-${count++}`);
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** A recording sink that does `change` once, after the first member that `when` is true of. */
function changing(when: (member: Member) => boolean, change: (member: Member) => void): RecordingSink {
  const sink = recordingSink();
  let done = false;
  const after = (member: Member): void => {
    if (done || !when(member)) return;
    done = true;
    change(member);
  };
  let current: Member | null = null;
  return {
    ...sink,
    begin: (member) => {
      sink.begin(member);
      current = member;
    },
    end: () => {
      sink.end();
      if (current !== null) after(current);
    },
    file: (member, open) => {
      sink.file(member, open);
      after(member);
    },
  };
}

function read(root: string, sink: MemberSink): Promise<void> {
  return readDirectory(nameFromText(root), sink);
}

/** Does `task` as a user who may not read what belongs to others. */
async function unprivileged<T>(task: () => T | Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    return await task();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

describe('a directory', () => {
  it('is listed with what the system says of each path', async () => {
    const root = tree({ 'a/file': 'content', empty: '' });
    linkSync(join(root, 'empty'), join(root, 'linked'));
    symlinkSync('a/file', join(root, 'soft'));
    const sink = recordingSink();
    await read(root, sink);
    const stats = (name: string): object => {
      const { mode, uid, gid, mtimeMs, blocks } = lstatSync(join(root, name));
      return { mode: mode & 0o7777, uid, gid, mtime: Math.floor(mtimeMs / 1000), disk: blocks * 512 };
    };
    const { ino, dev } = statSync(join(root, 'empty'), { bigint: true });
    const members = new Map(sink.records.map(({ member }) => [member.name, member]));
    expect([...members.keys()].toSorted()).toEqual(['.', 'a', 'a/file', 'empty', 'linked', 'soft']);
    expect(members.get('a/file')).toMatchObject({ ...stats('a/file'), kind: 'file', size: 7, inode: null, link: null });
    expect(members.get('linked')).toMatchObject({ ...stats('linked'), kind: 'file', inode: `${dev}:${ino}` });
    expect(members.get('soft')).toMatchObject({ ...stats('soft'), kind: 'symlink', size: 0, link: 'a/file' });
    expect(members.get('a')).toMatchObject({ ...stats('a'), kind: 'directory', size: 0, inode: null });
    expect(sink.notices).toEqual([]);
  });

  it('may be named by a symlink, which is followed, and holds symlinks, which are not', async () => {
    const root = tree({ 'd/a': 'abc' });
    symlinkSync('d', join(root, 'named'));
    symlinkSync('a', join(root, 'd/s'));
    const sink = recordingSink();
    await read(join(root, 'named'), sink);
    expect(sink.records.map(({ member: { name, kind, size, link } }) => [name, kind, size, link])).toEqual([
      ['.', 'directory', 0, null],
      ['a', 'file', 3, null],
      ['s', 'symlink', 0, 'a'],
    ]);
  });

  it('holds fifos and sockets that are never opened', async () => {
    const root = tree();
    run('mkfifo', [join(root, 'fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's'), resolve));
    const sink = recordingSink();
    await read(root, sink);
    server.close();
    const said = sink.notices.map(({ code, path, message }) => `${code} ${path}: ${message}`).toSorted();
    expect(said).toEqual([
      'special-file fifo: is a fifo; it is never opened',
      'special-file s: is a socket; it is never opened',
    ]);
    expect(sink.records.filter(({ member }) => member.kind === 'other')).toHaveLength(2);
  });

  it('says which paths vanished', async () => {
    const root = tree({ a: '1', b: '2', c: '3' });
    const isFile = ({ kind }: Member): boolean => kind === 'file';
    const sink = changing(isFile, ({ name }) => {
      for (const other of ['a', 'b', 'c']) if (other !== name) rmSync(join(root, other));
    });
    await read(root, sink);
    expect(sink.records).toHaveLength(2);
    expect(sink.notices.map(({ code, message }) => [code, message])).toEqual([
      ['vanished', 'vanished while it was read'],
      ['vanished', 'vanished while it was read'],
    ]);
  });

  it('says which paths cannot be looked at any more, and goes on', async () => {
    const root = tree({ 'a/1': '', 'a/2': '', z: '' });
    const sink = changing(
      ({ name }) => name.startsWith('a/'),
      () => {
        renameSync(join(root, 'a'), join(work, `moved-${count++}`));
        writeFileSync(join(root, 'a'), '');
      },
    );
    await read(root, sink);
    expect(sink.notices).toHaveLength(1);
    expect(sink.notices[0]).toMatchObject({
      code: 'unreadable',
      message: 'cannot be read (ENOTDIR) and is not counted',
    });
    expect(sink.records.map(({ member }) => member.name)).toContain('z');
  });

  it('says which directories cannot be listed, and goes on', async () => {
    const root = tree({ 'shut/inside': 'x', open: 'y' });
    chmodSync(join(root, 'shut'), 0);
    const sink = recordingSink();
    await unprivileged(() => read(root, sink));
    chmodSync(join(root, 'shut'), 0o755);
    const message = 'its content cannot be listed (EACCES) and is not counted';
    expect(sink.notices).toEqual([{ code: 'unreadable', path: 'shut', message }]);
    expect(sink.records.map(({ member }) => member.name).toSorted()).toEqual(['.', 'open', 'shut']);
  });

  it('is an error where it cannot be listed itself, or is none', async () => {
    const root = tree();
    chmodSync(root, 0o111);
    const refused = await unprivileged(() => read(root, recordingSink()).catch((error: unknown) => error));
    chmodSync(root, 0o755);
    expect(refused).toMatchObject({ name: 'InputError', code: 'unreadable', message: 'cannot be listed (EACCES)' });
    await expect(read(join(root, 'missing'), recordingSink())).rejects.toThrow('cannot be read (ENOENT)');
  });
});

describe('a file is opened as it was seen', () => {
  const seen = (path: string): { dev: number; ino: number; size: number } => lstatSync(path);

  it('and read', () => {
    const path = join(tree({ a: 'content' }), 'a');
    const file = openRegular(path, seen(path));
    expect(Buffer.from(file.source.read(0, 7)).toString()).toBe('content');
    file.close();
  });

  it.each([
    ['a symlink', 'cannot be opened (ELOOP)', (path: string) => symlinkSync('/dev/zero', path)],
    ['a fifo', 'was replaced while it was read', (path: string) => void run('mkfifo', [path])],
    ['another file', 'was replaced while it was read', (path: string) => writeFileSync(path, 'content')],
    ['nothing', 'cannot be opened (ENOENT)', () => {}],
  ])('not where %s took its place', (_, message, replace) => {
    const root = tree({ a: 'content' });
    const path = join(root, 'a');
    const before = seen(path);
    renameSync(path, join(root, 'kept'));
    replace(path);
    expect(() => openRegular(path, before)).toThrow(message);
  });

  it('not where it has another length', () => {
    const path = join(tree({ a: 'content' }), 'a');
    const before = seen(path);
    appendFileSync(path, '!');
    expect(() => openRegular(path, before)).toThrow('changed while it was read: 7 bytes became 8');
  });

  it('not where another of its number is on another device', () => {
    const path = join(tree({ a: 'abc' }), 'a');
    const { dev, ino, size } = statSync(path);
    openRegular(path, { dev, ino, size }).close();
    expect(() => openRegular(path, { dev: dev + 1, ino, size })).toThrow('was replaced while it was read');
    expect(() => openRegular(path, { dev, ino: ino + 1, size })).toThrow('was replaced while it was read');
  });

  it('and an error where it has another length, even if its time was set back', () => {
    const path = join(tree({ a: 'abc' }), 'a');
    utimesSync(path, 1000, 1000);
    const file = openRegular(path, statSync(path));
    appendFileSync(path, 'de');
    utimesSync(path, 1000, 1000);
    expect(() => file.close()).toThrow(/^changed while it was read: 3 bytes became 5$/);
  });

  it('and an error where it was written to while it was open', () => {
    const path = join(tree({ a: 'content' }), 'a');
    const grown = openRegular(path, seen(path));
    appendFileSync(path, '!');
    expect(() => grown.close()).toThrow('changed while it was read: 7 bytes became 8');
    const touched = openRegular(path, seen(path));
    utimesSync(path, 1, 1);
    expect(() => touched.close()).toThrow('changed while it was read: its content was written to');
  });
});

describe('what the user names', () => {
  it('is a directory or a file with its first bytes', async () => {
    const root = tree({ long: 'x'.repeat(10_000), short: 'y' });
    expect(await openArtifact(root)).toEqual({ kind: 'directory', name: root });
    for (const [name, length, head] of [
      ['long', 10_000, 4096],
      ['short', 1, 1],
    ] as const) {
      const opened = await openArtifact(join(root, name));
      if (opened.kind !== 'file') throw new Error('not a file');
      expect(opened.input).toMatchObject({ position: head, length });
      expect(opened.input.head).toHaveLength(head);
      opened.close();
    }
  });

  it.each([
    ['missing', 'not-found', 'does not exist'],
    ['file/below', 'not-found', 'does not exist'],
    ['x'.repeat(300), 'unreadable', 'cannot be read (ENAMETOOLONG)'],
    ['fifo', 'not-regular', 'is a fifo, not a file or directory; to read from a pipe use "-"'],
    ['device', 'not-regular', 'is a device, not a file or directory; to read from a pipe use "-"'],
    ['shut', 'unreadable', 'cannot be opened (EACCES)'],
  ])('is refused: %s', async (name, code, message) => {
    const root = tree({ file: '', shut: '' });
    run('mkfifo', [join(root, 'fifo')]);
    symlinkSync('/dev/null', join(root, 'device'));
    chmodSync(join(root, 'shut'), 0);
    const refused = await unprivileged(() => openArtifact(join(root, name)).catch((error: unknown) => error));
    expect(refused).toMatchObject({ name: 'InputError', code, message });
  });
});

describe('standard input', () => {
  /** Descriptor 0 is what `open` opens, then nothing again: the lowest number that is free is taken. */
  async function asStdin<T>(open: () => number, task: () => Promise<T>): Promise<T> {
    closeQuietly(0);
    expect(open()).toBe(0);
    try {
      return await task();
    } finally {
      closeQuietly(0);
      expect(openSync('/dev/null', 'r')).toBe(0);
    }
  }

  function closeQuietly(fd: number): void {
    try {
      closeSync(fd);
    } catch {
      // A socket that read it to its end closed it.
    }
  }

  async function readAll(): Promise<string> {
    const opened = await openArtifact('-');
    if (opened.kind !== 'file') throw new Error('not a file');
    expect(opened.name).toBe('-');
    const pieces: Buffer[] = [];
    await decode(null, opened.input, {}, (piece) => void pieces.push(Buffer.from(piece)));
    opened.close();
    return Buffer.concat(pieces).toString();
  }

  it('is a file, from where it is', async () => {
    const path = join(tree({ a: 'x'.repeat(5000) + 'y'.repeat(5000) }), 'a');
    expect(await asStdin(() => openSync(path, 'r'), readAll)).toBe('x'.repeat(5000) + 'y'.repeat(5000));
  });

  it.each([10, 4096, 300_000])('is a pipe of %i bytes', async (length) => {
    const fifo = join(tree(), 'fifo');
    run('mkfifo', [fifo]);
    const text = await asStdin(
      () => openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK),
      async () => {
        const writing = openSync(fifo, 'w');
        const { createWriteStream } = await import('node:fs');
        createWriteStream('', { fd: writing }).end('x'.repeat(length));
        return readAll();
      },
    );
    expect(text).toBe('x'.repeat(length));
  });

  it('is a device that is empty', async () => {
    expect(await asStdin(() => openSync('/dev/null', 'r'), readAll)).toBe('');
  });

  it('is refused where it is a directory, or closed', async () => {
    const root = tree();
    const refused = (): Promise<unknown> => openArtifact('-').catch((error: unknown) => error);
    const directory = await asStdin(() => openSync(root, 'r'), refused);
    expect(directory).toMatchObject({ code: 'unreadable', message: 'cannot be read (EISDIR)' });
    closeQuietly(0);
    const closed = await refused();
    expect(openSync('/dev/null', 'r')).toBe(0);
    expect(closed).toMatchObject({ code: 'unreadable', message: 'cannot be read (EBADF)' });
  });
});

describe('a spool', () => {
  it('says where it cannot make its file', () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = join(work, 'missing');
    try {
      const spool = new Spool(10);
      expect(() => spool.write(Buffer.alloc(11))).toThrow(/^cannot make a temporary file in .*missing \(set TMPDIR\)$/);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('makes room for what is expected within its limit only, and keeps what is written', () => {
    for (const expected of [0, 8, 10, 11, 2 ** 40]) {
      const spool = new Spool(10);
      spool.expect(expected);
      spool.write(Buffer.from('12345678'));
      spool.expect(expected);
      expect([spool.size, spool.fd]).toEqual([8, null]);
      spool.write(Buffer.from('abc'));
      expect(spool.fd).not.toBeNull();
      spool.expect(5);
      expect(Buffer.from(spool.source().read(0, 11)).toString()).toBe('12345678abc');
      spool.close();
    }
  });

  it('says where its file takes no more, and goes on in it otherwise', () => {
    const spool = new Spool(10);
    spool.write(Buffer.from('12345678'));
    spool.write(Buffer.from('abcdefgh'));
    spool.write(Buffer.from('ABCDEFGH'));
    expect(Buffer.from(spool.source().read(0, 24)).toString()).toBe('12345678abcdefghABCDEFGH');
    const { fd } = spool;
    if (fd === null) throw new Error('no file');
    ftruncateSync(fd, 20);
    expect(() => spool.source().read(0, 24)).toThrow('became shorter while it was read: 20 of 24 bytes');
    closeSync(fd);
    expect(() => spool.write(Buffer.from('more'))).toThrow(/^cannot write a temporary file of 24 bytes in /);
  });
});
