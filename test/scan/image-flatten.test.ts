// What one squashed layer would hold: the tar that is packed for it is the merged tree, as GNU tar lists and extracts it.
import { mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseCompression } from '../../src/codecs/compress.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { flattenImage } from '../../src/scan/image/flatten.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf, writeFiles } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('flatten');
const gzip = parseCompression('gzip:6');
const ready = ['tar', 'find'].every(requireTool);
let count = 0;

function put(bytes: Uint8Array): string {
  const path = join(work, `artifact-${count++}`);
  writeFileSync(path, bytes);
  return path;
}

function imageOf(layers: readonly (readonly TarSpec[])[], tars: readonly (Buffer | undefined)[] = []): string {
  const specs = layers.map((members, at) => {
    const tar = tars[at];
    return tar === undefined ? { members } : { members, tar };
  });
  return put(tarOf(layoutFiles([buildImage({ layers: specs })])));
}

function scanned(path: string): Promise<Snapshot> {
  return scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed' });
}

/** What a descriptor of this process has open; null where it is closed by now. */
function pathOf(fd: string): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return null;
  }
}

/** The directory that GNU tar makes of what was packed. */
async function flattened(path: string): Promise<{ root: string; snapshot: Snapshot; archive: number }> {
  const snapshot = await scanned(path);
  const pieces: Buffer[] = [];
  const emit = (piece: Uint8Array): void => void pieces.push(Buffer.from(piece));
  const packed = await flattenImage(path, snapshot, gzip, { ...defaultLimits, emit });
  const all = Buffer.concat(pieces);
  expect(packed.compressed).toBe(all.length);
  const tar = put(gunzipSync(all));
  expect(packed.archive).toBe(statSync(tar).size);
  const root = join(work, `root-${count++}`);
  mkdirSync(root);
  run('tar', ['-xf', tar, '-C', root, '--no-same-owner']);
  return { root, snapshot, archive: packed.archive };
}

describe.skipIf(!ready)('a flattened image', () => {
  it('is the merged tree: whiteouts, links across layers, contents that came under other names', async () => {
    const same = noise(3000);
    const { root, snapshot } = await flattened(
      imageOf([
        [
          { name: 'd/', type: '5', mode: 0o755 },
          { name: 'd/a', content: 'aaa' },
          { name: 'd/gone', content: noise(100) },
          { name: 'z', content: same },
          { name: 'empty', content: '' },
        ],
        [
          { name: 'b', type: '1', link: 'z' },
          { name: 'd/.wh.gone' },
          { name: 'd/a', content: 'AAA' },
          { name: 's', type: '2', link: 'd/a' },
        ],
        [{ name: 'copy', content: same }],
      ]),
    );
    const sums = run('find', [root, '-type', 'f', '-printf', String.raw`%P %s %n\n`])
      .trimEnd()
      .split('\n')
      .toSorted();
    expect(sums).toEqual(['b 3000 2', 'copy 3000 1', 'd/a 3 1', 'empty 0 1', 'z 3000 2']);
    expect(readFileSync(join(root, 'd/a'), 'latin1')).toBe('AAA');
    for (const name of ['b', 'copy', 'z']) expect(readFileSync(join(root, name)).equals(same)).toBe(true);
    expect(readFileSync(join(root, 's'), 'latin1')).toBe('AAA');
    expect(snapshot.image?.visibleBytes).toBe(6003);
  });

  it('carries a content under the name that a walk meets first, beside what has as many bytes', async () => {
    const [one, other, long] = [noise(3000), noise(3000, 1), noise(200_000, 2)];
    const { root, snapshot } = await flattened(
      imageOf([
        [
          { name: 'a/x', content: one },
          { name: 'a-b', type: '1', link: 'a/x' },
          { name: 'a/y', content: other },
          { name: 'a/long', content: long },
          { name: 's', type: '2', link: 'x'.repeat(3000) },
        ],
        [{ name: 'gone', type: '1', link: 'nothing' }],
      ]),
    );
    // In byte order a-b comes first, in a walk that goes down a/x does.
    expect(snapshot.entries.find(({ path }) => path === 'a/x')).toMatchObject({ kind: 'hardlink', link: 'a-b' });
    const contents = { 'a/x': one, 'a-b': one, 'a/y': other, 'a/long': long };
    for (const [name, content] of Object.entries(contents))
      expect(readFileSync(join(root, name)).equals(content)).toBe(true);
    expect(statSync(join(root, 'a/x')).ino).toBe(statSync(join(root, 'a-b')).ino);
  });

  it('may lie in a layout, and nothing of it stays open', async () => {
    const path = join(work, `layout-${count++}`);
    writeFiles(path, layoutFiles([buildImage({ layers: [{ members: [{ name: 'a', content: 'abc' }] }] })]));
    expect(readFileSync(join((await flattened(path)).root, 'a'), 'latin1')).toBe('abc');
    const archive = imageOf([[{ name: 'a', content: 'abc' }]]);
    const snapshot = await scanned(archive);
    const open = (): string[] => readdirSync('/proc/self/fd').filter((fd) => pathOf(fd) === archive);
    await flattenImage(archive, snapshot, gzip, defaultLimits);
    expect(open()).toEqual([]);
  });

  it('has the content of sparse files, and so has the layer that stores them', async () => {
    mkdirSync(join(work, 'sparse'), { recursive: true });
    const path = join(work, 'sparse/holes');
    writeFileSync(path, 'begin');
    truncateSync(path, 300_000);
    writeFileSync(path, 'end', { flag: 'a' });
    const tar = join(work, 'sparse.tar');
    run('tar', ['--sparse', '-cf', tar, '-C', join(work, 'sparse'), 'holes']);
    const { root, snapshot } = await flattened(imageOf([[]], [readFileSync(tar)]));
    expect(readFileSync(join(root, 'holes')).equals(readFileSync(path))).toBe(true);
    expect(snapshot.image).toMatchObject({ layerBytes: 300_003, visibleBytes: 300_003 });
    expect(snapshot.image?.dive.sizeBytes).toBe(300_003);
  });

  it('is not predicted of what is no longer there, or was never an image', async () => {
    const before = await scanned(imageOf([[{ name: 'a', content: 'before' }]]));
    const changed = imageOf([[{ name: 'a', content: 'after!' }]]);
    await expect(flattenImage(changed, before, gzip, defaultLimits)).rejects.toThrow('changed after it was measured');
    const tar = put(buildTar([{ name: 'a', content: 'before' }]));
    await expect(flattenImage(tar, before, gzip, defaultLimits)).rejects.toThrow('is no image');
    const unknown = { ...before, entries: before.entries.map((entry) => ({ ...entry, digest: null })) };
    await expect(flattenImage(changed, unknown, gzip, defaultLimits)).rejects.toThrow('has content that is not known');
  });
});
