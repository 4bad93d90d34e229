// Fields of tar, zip and image archives with values that few programs write: what each means here, held against other readers where
// they take such archives.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { debFormat } from '../../src/formats/deb.ts';
import type { MemberSink } from '../../src/formats/format.ts';
import { layoutStore } from '../../src/formats/image/layout-store.ts';
import { partsOfDocker } from '../../src/formats/image/docker.ts';
import type { PartStore } from '../../src/formats/image/store.ts';
import { extentReader, inOrder } from '../../src/formats/tar/order.ts';
import { tarFormat, tarReader } from '../../src/formats/tar/tar.ts';
import { tarHeaders } from '../../src/formats/tar/writer.ts';
import { zipFormat } from '../../src/formats/zip.ts';
import { nameFromText } from '../../src/model/name.ts';
import { buildDeb } from '../build/deb.ts';
import { recordingSink } from '../build/sink.ts';
import type { RecordingSink } from '../build/sink.ts';
import { buildTar, endOfArchive, pax, paxRecord, tarMember } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import type { ZipSpec } from '../build/zip.ts';
import { noise } from '../codecs/harness.ts';
import { requireTool, runRaw } from '../oracles.ts';

const work = tempDirectory('odd-fields');
const limits = { maxEntries: 1e6, maxUnpacked: 1e12, maxWindow: 2 ** 27 };

function readTar(archive: Uint8Array): RecordingSink {
  const sink = recordingSink();
  const reader = tarReader(sink);
  reader.write(archive);
  expect(reader.ended()).toBe(archive.subarray(-512).every((byte) => byte === 0));
  reader.finish();
  return sink;
}

function refusal(archive: Uint8Array): string {
  try {
    const reader = tarReader(recordingSink());
    reader.write(archive);
    reader.finish();
  } catch (error) {
    if (error instanceof FormatError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

describe('tar', () => {
  it('is bid for by a checksum, by its magic, and by blocks of zeros alone', () => {
    expect(tarFormat.bid(tarMember({ name: 'a' }))).toBe(104);
    expect(tarFormat.bid(tarMember({ name: 'a', magic: 'v7' }))).toBe(64);
    expect(tarFormat.bid(Buffer.alloc(1024))).toBe(8);
    expect(tarFormat.bid(Buffer.alloc(1023))).toBe(0);
    expect(tarFormat.bid(noise(1024))).toBe(0);
  });

  it('is none where zeros come before something else, as in images of disks', () => {
    const disk = Buffer.concat([Buffer.alloc(32_768), noise(1000)]);
    expect(refusal(disk)).toMatch(/^unknown-format: .*begins with zero bytes, as disk and ISO images do$/);
  });

  it('takes empty records back to what the header says', () => {
    const records = { path: 'given', size: 5, uid: 7, gid: 8, mtime: 9, linkpath: 'x' };
    const none = Object.keys(records)
      .map((key) => paxRecord(key, ''))
      .join('');
    const given = Object.entries(records)
      .map(([key, value]) => paxRecord(key, String(value)))
      .join('');
    const [record] = readTar(buildTar([pax(given + none), { name: 'own', content: 'abc', mtime: 4 }])).records;
    expect(record?.member).toMatchObject({ name: 'own', size: 3, uid: 1000, gid: 1000, mtime: 4, link: null });
  });

  it('cuts long values in its errors', () => {
    const message = refusal(buildTar([pax({ size: 'x'.repeat(50) }), { name: 'a' }]));
    expect(message).toBe(`bad-pax-record: has a pax record size=${'x'.repeat(40)}… that is not a valid size`);
  });

  it.each([
    ['1.5', 1],
    ['-1', -1],
    ['-1.', -1],
    ['-1.5', -2],
    ['-0.000', -0],
  ])('rounds the time %s down', (mtime, expected) => {
    const archive = buildTar([pax({ mtime }), { name: 'a' }]);
    expect(readTar(archive).records[0]?.member.mtime).toBe(expected);
  });

  it('ends inside what it passes over', () => {
    const label = { name: 'label', type: 'V', size: 2048 };
    const archive = tarMember(label);
    expect(refusal(archive)).toMatch(/^truncated: .*2048 more bytes should follow$/);
  });

  /** A map of pax 1.0 in whole blocks, before the content. */
  function mapped(map: string): Buffer {
    return Buffer.concat([Buffer.from(map), Buffer.alloc((512 - (map.length % 512)) % 512)]);
  }
  const sparse = (records: Readonly<Record<string, string | number>>, map: string, content: Uint8Array): TarSpec[] => [
    pax(Object.fromEntries(Object.entries(records).map(([key, value]) => [`GNU.sparse.${key}`, value]))),
    { name: 'sparse', content: Buffer.concat([mapped(map), content]) },
  ];
  const body = noise(512);

  it.each([
    ['of 1.0', { major: 1, minor: 0, realsize: 2048 }],
    ['of 1, the rest left out', { major: 1, realsize: 2048 }],
  ])('sparse format %s is what GNU tar makes of it', (_, records) => {
    const archive = buildTar(sparse(records, '2\n1024\n512\n2048\n0\n', body));
    const [record] = readTar(archive).records;
    const expanded = Buffer.concat([Buffer.alloc(1024), body, Buffer.alloc(512)]);
    expect(record?.content.equals(expanded)).toBe(true);
    if (!requireTool('tar')) return;
    runRaw('tar', ['-xf', '-', '-C', work], { input: archive });
    expect(readFileSync(join(work, 'sparse')).equals(expanded)).toBe(true);
  });

  it.each([
    [/uses sparse format 2\.0, which is not known$/, { major: 2, minor: 0, realsize: 512 }, '0\n'],
    [/uses sparse format 1\.1, which is not known$/, { major: 1, minor: 1, realsize: 512 }, '0\n'],
    [/holds a number of more than 20 digits$/, { major: 1, minor: 0, realsize: 512 }, `1\n${'1'.repeat(510)}`],
    [/something that is not a size$/, { major: 1, minor: 0, realsize: 512 }, '1\nx\n512\n'],
    [/claims 262145 segments, more than a map of 1 MiB holds$/, { major: 1, minor: 0, realsize: 512 }, '262145\n'],
    [/is not inside the member$/, { major: 1, minor: 0, realsize: 512 }, `300\n${'1\n'.repeat(254)}`],
    [/comes without the real size of the file$/, { map: '0,512' }, ''],
    [/holds an odd number of values$/, { map: '0,512,7', size: 512 }, ''],
    [/covers 0 bytes, but 512 are stored$/, { map: '', size: 512 }, ''],
  ])('refuses a sparse map: %s', (message, records, map) => {
    const content = map === '' || map.startsWith('300') ? (map === '' ? body : Buffer.alloc(0)) : body;
    expect(refusal(buildTar(sparse(records, map, content)))).toMatch(message);
  });

  it('takes an empty map for a hole', () => {
    const [record] = readTar(buildTar([pax({ 'GNU.sparse.map': '', 'GNU.sparse.size': 700 }), { name: 'a' }])).records;
    expect(record?.content.equals(Buffer.alloc(700))).toBe(true);
  });

  it('refuses an old GNU map of more than a megabyte', () => {
    const header = tarMember({
      name: 'a',
      type: 'S',
      magic: 'gnu',
      edit: (block) => {
        block[482] = 1;
        block.write('00000000000', 483, 'latin1');
      },
    });
    const more = Buffer.alloc(512);
    more[504] = 1;
    const archive = Buffer.concat([header, ...Array.from({ length: 2049 }, () => more), endOfArchive]);
    expect(refusal(archive)).toBe('bad-sparse-map: has a sparse map that is larger than 1048576 bytes');
  });

  it('keeps hard links last and in their order, whatever the order of the others', () => {
    const members = [
      { name: 'b', content: 'b' },
      { name: 'z', type: '1', link: 'b' },
      { name: 'y', type: '1', link: 'b' },
      { name: 'a.txt' },
    ];
    const reader = extentReader();
    reader.write(buildTar(members));
    const extents = reader.finish();
    if (extents === null) throw new Error('no extents');
    for (const order of ['name', 'type'] as const) {
      const names = inOrder(extents, order).map(({ name }) => name);
      expect(names).toEqual(order === 'name' ? ['a.txt', 'b', 'z', 'y'] : ['b', 'a.txt', 'z', 'y']);
    }
  });
});

describe('zip', () => {
  async function readZip(specs: readonly ZipSpec[]): Promise<RecordingSink> {
    const sink = recordingSink();
    await zipFormat.read(memorySource(buildZip(specs)), sink, limits, { name: 'odd.zip' });
    return sink;
  }

  /** The "ux" field of Info-ZIP: version 1, then each number with its length. */
  const owner = (...bytes: readonly number[]): Buffer => Buffer.from([0x75, 0x78, bytes.length, 0, ...bytes]);

  it.each([
    ['two bytes each', owner(1, 2, 0xe8, 3, 2, 1, 0), { uid: 1000, gid: 1 }],
    ['no bytes at all', owner(1, 0, 0), { uid: null, gid: null }],
    ['no group', owner(1, 1, 5, 0), { uid: null, gid: null }],
    ['more than 2^53', owner(1, 8, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1), { uid: null, gid: null }],
    ['cut off', owner(1, 4, 1, 0), { uid: null, gid: null }],
    ['another version', owner(2, 1, 5, 1, 5), { uid: null, gid: null }],
  ])('owners: %s', async (_, extra, expected) => {
    const { records } = await readZip([{ name: 'a', content: 'x', extra }]);
    expect(records[0]?.member).toMatchObject(expected);
  });

  it('has no target for a symlink that cannot be read', async () => {
    const link = { content: 'target', external: (0o120777 << 16) >>> 0 };
    const { records } = await readZip([
      { name: 'secret', ...link, flags: 1 },
      { name: 'plain', ...link },
    ]);
    expect(records.map(({ member }) => [member.name, member.kind, member.link])).toEqual([
      ['secret', 'symlink', null],
      ['plain', 'symlink', 'target'],
    ]);
  });

  it('counts the places between members', async () => {
    const gap = { content: 'x', gap: noise(9) };
    const one = await readZip([
      { name: 'a', content: 'x' },
      { name: 'b', ...gap },
    ]);
    const two = await readZip([
      { name: 'a', content: 'x' },
      { name: 'b', ...gap },
      { name: 'c', ...gap },
    ]);
    const told = ({ notices }: RecordingSink): string => notices.map(({ message }) => message).join();
    expect([told(one), told(two)]).toEqual([expect.stringContaining('one place'), expect.stringContaining('2 places')]);
  });
});

describe('what is no fault of an archive', () => {
  const broken = new TypeError('a bug of the sink');
  const sink = (): MemberSink => ({
    ...recordingSink(),
    data() {
      throw broken;
    },
  });

  it('goes through the readers as it is', async () => {
    const zip = memorySource(buildZip([{ name: 'a', content: 'x' }]));
    await expect(zipFormat.read(zip, sink(), limits, { name: 'a.zip' })).rejects.toBe(broken);
    const deb = memorySource(buildDeb());
    await expect(debFormat.read(deb, sink(), limits, { name: 'a.deb' })).rejects.toBe(broken);
    const unreadable = {
      size: 1000,
      read(): never {
        throw broken;
      },
    };
    await expect(zipFormat.read(unreadable, sink(), limits, { name: 'a.zip' })).rejects.toBe(broken);
  });
});

describe('parts of images', () => {
  function storeOf(files: Readonly<Record<string, string>>): PartStore {
    return {
      find(path) {
        const content = files[path];
        if (content === undefined) return null;
        const source = memorySource(Buffer.from(content));
        return { path, size: source.size, open: () => ({ source, file: null, close() {} }) };
      },
    };
  }

  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } });

  it.each([
    ['lists no layers', { Config: 'config.json', Layers: 'layer.tar' }],
    ['names no file for the config of image 1', { Config: '', Layers: [] }],
    ['the layer 0 is not in the archive', { Config: 'config.json', Layers: ['missing.tar'] }],
  ])('of Docker: %s', (message, item) => {
    const store = storeOf({ 'manifest.json': JSON.stringify([item]), 'config.json': config });
    expect(() => partsOfDocker(store, {})).toThrow(message);
  });

  it('are not looked for beyond what can be looked at', () => {
    writeFileSync(join(work, 'file'), '');
    const store = layoutStore(nameFromText(work));
    expect(store.find('missing/blob')).toBeNull();
    expect(store.find('missing')).toBeNull();
    expect(() => store.find('file/blob')).toThrow('is no directory, as it must be in an OCI layout');
    expect(() => store.find('x'.repeat(300))).toThrow('cannot be read (ENAMETOOLONG)');
  });
});

describe('headers that are written', () => {
  it.runIf(requireTool('tar'))('hold sizes above 8 GiB in a pax record', () => {
    const size = 8 ** 11;
    const item = { path: 'large', kind: 'file', size, mode: 0o644, link: null } as const;
    const header = tarHeaders(item);
    // Nobody has the content at hand, so tar complains of its end once it has listed the member.
    const { stdout } = spawnSync('tar', ['-tvf', '-'], { input: header });
    const listed = stdout.toString();
    expect(listed).toContain(String(size));
  });
});
