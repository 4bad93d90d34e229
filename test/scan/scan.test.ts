// What a scan does with its options and with what it opened: what was not asked for is not there, and nothing stays open.
import { linkSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { rollup } from '../../src/compare/rollup.ts';
import * as reading from '../../src/formats/index.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { snapshotJson } from '../../src/report/json/scan.ts';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { buildImage, docker25Files, tarOf } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { testTool } from '../build/report.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('scan');
let number = 0;

function written(bytes: Uint8Array | string): string {
  const path = join(work, `${number++}`);
  writeFileSync(path, bytes);
  return path;
}

/** A directory of these files. */
function folder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = join(work, `${number++}`);
  mkdirSync(root);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);
  return root;
}

const tar = buildTar([{ name: 'a', content: 'content' }]);
const textOf = (snapshot: Snapshot): string =>
  [...snapshotJson({ tool: testTool, snapshot, findings: [], tree: rollup(snapshot), removable: 0 })].join('');

describe('a snapshot file', () => {
  it('is read in place of its artifact, with the stored bytes where they are asked for', async () => {
    const path = written(tar);
    const made = await scan(path, { stored: true, digests: 'all' });
    const snapshot = written(textOf(made));
    const read = await scan(snapshot, { stored: true });
    expect(textOf(read)).toBe(textOf(made));
    const { overhead: _overhead, made: _made, ...plain } = read;
    const entries = plain.entries.map(({ stored: _stored, ...entry }) => entry);
    expect(await scan(snapshot)).toEqual({ ...plain, entries });
    await expect(scan(snapshot, { layer: 0 })).rejects.toThrow('--layer needs the image itself, not a snapshot of it');
  });

  it('is of less than 512 MiB', async () => {
    const text = Buffer.from(textOf(await scan(written(tar))));
    const path = written(text);
    const limit = 512 * 1024 ** 2 - 64;
    const reader = vi.spyOn(reading, 'readPlain');
    // Too long to be made: a piece that only says so.
    const readAs = (length: number): Promise<Snapshot> => {
      const piece = Object.defineProperty(Buffer.from(text), 'length', { value: length });
      reader.mockImplementation(async (_opened, _options, onPiece) => onPiece(piece));
      return scan(path);
    };
    try {
      expect((await readAs(limit)).totals.content).toBe(7);
      await expect(readAs(limit + 1)).rejects.toMatchObject({ code: 'too-large' });
    } finally {
      reader.mockRestore();
    }
  });
});

describe('a scan', () => {
  it.skipIf(process.platform !== 'linux')('leaves nothing open', async () => {
    const [archive, broken] = [written(tar), written('nothing known')];
    const open = (): string[] =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path === archive || path === broken);
        } catch {
          return [];
        }
      });
    await scan(archive);
    await expect(scan(broken)).rejects.toMatchObject({ code: 'unknown-format' });
    await expect(scan(archive, { layer: 0 })).rejects.toThrow('--layer is for images; this artifact has no layers');
    expect(open()).toEqual([]);
  });

  it('has no stored bytes where there is no file that stores them, or none can be told', async () => {
    const keys = ['overhead', 'made', 'packageLists', 'isPart'];
    const found = async (path: string, options: Partial<ScanOptions>): Promise<string[]> => {
      const snapshot = await scan(path, options);
      const some = snapshot.entries.some(({ stored }) => stored !== undefined) ? ['stored'] : [];
      return [...keys.filter((key) => key in snapshot), ...some];
    };
    const all = { stored: true, packages: true };
    expect(await found(written(tar), {})).toEqual([]);
    expect(await found(written(tar), all)).toEqual(['overhead', 'made', 'packageLists', 'stored']);
    expect(await found(folder({ a: 'x' }), all)).toEqual(['packageLists']);
    // Its marks tell nothing of the order of a zip.
    expect(await found(written(gzipSync(buildZip([{ name: 'a', content: 'x' }]))), all)).toEqual(['packageLists']);
    const image = written(tarOf(docker25Files([buildImage({ layers: [{ members: [{ name: 'a', content: 'x' }] }] })])));
    expect(await found(image, {})).toEqual([]);
    expect(await found(image, all)).toEqual(['overhead', 'packageLists', 'stored']);
    expect(await found(image, { ...all, layer: 0 })).toEqual(['overhead', 'packageLists', 'isPart', 'stored']);
    await expect(scan(image, { layer: 1 })).rejects.toThrow('there is no layer 1; the last one is 0');
  });

  it('names what other layers take as it is: hidden of an image, excluded of one layer', async () => {
    const layers = [{ members: [{ name: 'a', content: noise(9000) }] }, { members: [{ name: '.wh.a', content: '' }] }];
    const image = written(tarOf(docker25Files([buildImage({ layers })])));
    const whole = await scan(image, { stored: true });
    const second = await scan(image, { stored: true, layer: 1 });
    expect(whole.overhead?.hidden).toBeGreaterThan(8000);
    expect(second.overhead?.excluded).toBeGreaterThan(8000);
    expect([whole.overhead?.excluded, second.overhead?.hidden]).toEqual([undefined, undefined]);
  });

  it('tells equal content by digests that mean something to others, or by codes that do not', async () => {
    const content = noise(9000);
    const files = { a: content, b: content, c: noise(9000, 2), d: 'short' };
    const root = folder(files);
    const archive = written(buildTar(Object.entries(files).map(([name, bytes]) => ({ name, content: bytes }))));
    for (const path of [root, archive]) {
      for (const digests of ['auto', 'all', 'compare'] as const) {
        const { entries } = await scan(path, { digests });
        const [a, b, c, d] = entries.filter(({ kind }) => kind === 'file').map(({ digest }) => digest);
        expect([a === b, a === c]).toEqual([true, false]);
        expect(a?.length).toBe(digests === 'compare' ? 16 : 'sha256:'.length + 64);
        expect(d === null).toBe(path === root && digests !== 'all');
      }
    }
  });
});

it.skipIf(!requireTool('tar'))('what one name of a list says holds for the others, whichever comes first', async () => {
  const root = folder({});
  for (const side of ['a', 'b']) mkdirSync(join(root, side, 'x-1.dist-info'), { recursive: true });
  writeFileSync(join(root, 'a/x-1.dist-info/RECORD'), 'x.py,,\n');
  linkSync(join(root, 'a/x-1.dist-info/RECORD'), join(root, 'b/x-1.dist-info/RECORD'));
  for (const order of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const archive = `${root}-${order[0]}.tar`;
    run('tar', ['-C', root, '-cf', archive, ...order]);
    const { packageLists } = await scan(archive, { packages: true });
    expect([...(packageLists?.keys() ?? [])]).toEqual(['a/x-1.dist-info/RECORD', 'b/x-1.dist-info/RECORD']);
  }
});
