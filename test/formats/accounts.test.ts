// A format that does not say what its bytes are for: then nobody knows what files take of the artifact, and no figure stands for that.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Format, MemberSink, RegisteredFormat } from '../../src/formats/format.ts';
import { formats } from '../../src/formats/index.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('accounts');
const content = Buffer.from('all that the one file of it holds');
const magic = Buffer.from('SCRATCH\n');
const artifact = Buffer.concat([magic, content]);

function bid(head: Uint8Array): number {
  return magic.equals(head.subarray(0, magic.length)) ? 1024 : 0;
}

function member(sink: MemberSink): void {
  const none = { mode: null, uid: null, gid: null, mtime: null, link: null, disk: null, inode: null };
  sink.begin({ ...none, name: 'a', kind: 'file', size: content.length, offset: 0 });
  sink.data(content);
  sink.end();
}

/** Takes another format's name, which nothing here asks for. */
const stream: Format = {
  name: 'deb',
  access: 'stream',
  bid,
  reader: (sink) => ({ write() {}, finish: () => member(sink) }),
};
const random: Format = { name: 'deb', access: 'random', bid, read: async (_, sink) => member(sink) };

// The registry is a list like any other, but to the compiler.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const registry = formats as RegisteredFormat[];
const known = registry.length;

afterEach(() => {
  registry.length = known;
});

describe.each([
  ['read from front to back', stream],
  ['read at random', random],
])('a format that is %s', (_, format) => {
  it.each([
    ['as it is', artifact],
    ['in gzip', gzipSync(artifact)],
  ])('and accounts for nothing leaves the compressed bytes of files unknown, %s', async (how, bytes) => {
    registry.push({ format, accounts: false });
    const path = join(work, `${format.access} ${how}`);
    writeFileSync(path, bytes);
    const { totals, entries, overhead } = await scan(path, { stored: true });
    expect(totals).toMatchObject({ content: content.length, compressed: bytes.length });
    expect(overhead).toBeUndefined();
    expect(entries.map((entry) => [entry.path, entry.stored])).toEqual([
      ['.', undefined],
      ['a', undefined],
    ]);
  });
});

it('every format has to say whether it accounts for its bytes', async () => {
  // @ts-expect-error -- without it nobody could tell
  const silent: RegisteredFormat = { format: stream };
  expect(silent.accounts).toBeUndefined();
  // Those that are here do.
  expect(formats.filter(({ accounts }) => !accounts)).toEqual([]);
  const path = join(work, 'a.tar');
  writeFileSync(path, buildTar([{ name: 'a', content: '12345' }]));
  const { entries } = await scan(path, { stored: true });
  expect(entries.find((entry) => entry.path === 'a')?.stored).toBe(5);
});
