// What is opened by name or comes from standard input, and what its first bytes are.
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatHeadLength } from '../../src/formats/format.ts';
import { openArtifact } from '../../src/formats/open.ts';
import type { OpenedFile } from '../../src/formats/open.ts';
import { tempDirectory } from '../build/temp.ts';
import { noise } from '../codecs/harness.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('open');
let number = 0;
const bytes = noise(3 * formatHeadLength);

function written(content: Uint8Array): string {
  const path = join(work, `${number++}`);
  writeFileSync(path, content);
  return path;
}

async function opened(name: string, stdin?: number): Promise<OpenedFile> {
  const found = await openArtifact(name, stdin);
  if (found.kind !== 'file') throw new Error('no file');
  return found;
}

describe('what has a name', () => {
  it.each([0, 1, formatHeadLength - 1, formatHeadLength, formatHeadLength + 1])(
    'begins with its head: %i bytes',
    async (length) => {
      const file = await opened(written(bytes.subarray(0, length)));
      file.close();
      const head = bytes.subarray(0, Math.min(length, formatHeadLength));
      const { input } = file;
      expect(Buffer.from(input.head)).toEqual(Buffer.from(head));
      expect(input).toMatchObject({ position: head.length, length });
    },
  );

  it('is a directory, a file, or refused with the reason', async () => {
    const file = written(bytes);
    const loop = join(work, `loop-${number++}`);
    symlinkSync(loop, loop);
    const message = (name: string): Promise<string> =>
      openArtifact(name).then(
        ({ kind }) => kind,
        (error: unknown) => (error instanceof Error ? error.message : 'no error'),
      );
    const directory = join(work, `${number++}`);
    mkdirSync(directory);
    expect(await message(directory)).toBe('directory');
    expect(await message(`${file}/x`)).toBe('does not exist');
    expect(await message(join(directory, 'x'))).toBe('does not exist');
    expect(await message(loop)).toBe('cannot be read (ELOOP)');
    expect(await message('/dev/null')).toContain('not a file or directory');
    expect(await message('\ufffd.tar')).toMatch(/^does not exist by that name; if its name is not UTF-8, pipe it/);
    expect(await message('https://example.com/a.tar')).toContain('does not exist; a URL is not fetched');
  });
});

describe('standard input', () => {
  it('that is a file goes on where it is', async () => {
    const fd = openSync(written(bytes), 'r');
    try {
      readSync(fd, Buffer.alloc(10));
      const { name, input } = await opened('-', fd);
      expect(name).toBe('-');
      expect(input).toMatchObject({ position: null, length: null });
      expect(Buffer.from(input.head)).toEqual(Buffer.from(bytes.subarray(10, 10 + formatHeadLength)));
      const rest = Buffer.alloc(bytes.length);
      expect(readSync(fd, rest)).toBe(bytes.length - 10 - formatHeadLength);
    } finally {
      closeSync(fd);
    }
  });

  // The system makes it up a few whole lines at a time.
  it.skipIf(!existsSync('/proc/self/maps'))('that comes in small pieces has its whole head', async () => {
    const fd = openSync('/proc/self/maps', 'r');
    try {
      expect((await opened('-', fd)).input.head).toHaveLength(formatHeadLength);
    } finally {
      closeSync(fd);
    }
  });

  it.skipIf(!requireTool('mkfifo'))('that is a pipe is read until there is a head, and no further', async () => {
    for (const pieces of [
      [bytes.subarray(0, 1), bytes.subarray(1, 6000)],
      [bytes.subarray(0, formatHeadLength)],
      [bytes.subarray(0, 9)],
      [],
    ]) {
      const pipe = join(work, `pipe-${number++}`);
      run('mkfifo', [pipe]);
      const fd = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
      const writing = openSync(pipe, constants.O_WRONLY);
      const isShort = pieces.reduce((sum, { length }) => sum + length, 0) < formatHeadLength;
      const opening = opened('-', fd);
      for (const piece of pieces) {
        writeSync(writing, piece);
        await new Promise((done) => setTimeout(done, 20));
      }
      if (isShort) closeSync(writing);
      const file = await opening;
      const { input } = file;
      if (!isShort) {
        writeSync(writing, bytes.subarray(0, 5));
        closeSync(writing);
      }
      const expected = Buffer.concat(pieces);
      expect(Buffer.from(input.head)).toEqual(expected);
      const rest: Uint8Array[] = [];
      if (!('chunks' in input)) throw new Error('no pipe');
      for await (const chunk of input.chunks) rest.push(chunk.slice());
      expect(Buffer.concat(rest)).toHaveLength(isShort ? 0 : 5);
      file.close();
    }
  });
});
