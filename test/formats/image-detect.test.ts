// Which tars may be images, by their first bytes; and what an archive of many odd members says before it is known as one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FormatError } from '../../src/errors.ts';
import { firstName, looksLikeImagePart } from '../../src/formats/image/detect.ts';
import { snapshotJson } from '../../src/report/json/scan.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, docker25Files, json, layoutFiles, legacyFiles, tarOf } from '../build/image.ts';
import { buildTar, tarMember } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('detect');
let count = 0;

function put(bytes: Uint8Array | string): string {
  const path = join(work, `artifact-${count++}`);
  writeFileSync(path, bytes);
  return path;
}

const options = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const;
const built = buildImage({
  layers: [
    {
      members: [
        { name: './', type: '5', mode: 0o750 },
        { name: 'a', content: 'abc' },
      ],
    },
    { members: [{ name: 'a', content: 'xyz1' }] },
  ],
});

describe('the first name of a tar', () => {
  const pax = tarMember({ name: 'PaxHeader', type: 'x', content: '20 path=index.json\n\n' });

  it.each([
    ['a file', tarMember({ name: 'manifest.json', content: '[]' }), 'manifest.json'],
    [
      'behind the root',
      Buffer.concat([tarMember({ name: './', type: '5' }), tarMember({ name: './blobs/', type: '5' })]),
      'blobs',
    ],
    ['behind what only tells of it', Buffer.concat([pax, tarMember({ name: 'blobs/x' })]), 'blobs/x'],
    ['nothing but the root', tarMember({ name: './', type: '5' }), null],
    ['no tar', Buffer.alloc(1024, 'x'), null],
    ['zeros', Buffer.alloc(1024), null],
    ['too few bytes', Buffer.from('manifest.json'), null],
    ['a size that is none', tarMember({ name: 'manifest.json', size: 'zzz' }), null],
    ['a name beyond the head', pax, null],
  ])('%s', (_, head, name) => {
    expect(firstName(head)).toBe(name);
  });

  it('is one of an image, or not', () => {
    const hex = 'a'.repeat(64);
    const parts = [
      'blobs',
      'blobs/sha256',
      'oci-layout',
      'manifest.json',
      'repositories',
      hex,
      `${hex}/VERSION`,
      `${hex}.json`,
    ];
    for (const name of [...parts, `sha256:${hex}`, `${hex}.tar.gz`]) expect(looksLikeImagePart(name), name).toBe(true);
    const others = ['blob', 'etc/manifest.json', `${hex}x`, 'a'.repeat(63), 'manifest.json/x', 'package.json'];
    for (const name of others) expect(looksLikeImagePart(name), name).toBe(false);
  });
});

describe('archives around images', () => {
  it('are walked within the limit of entries', async () => {
    const path = put(tarOf(docker25Files([built])));
    await expect(scan(path, { ...options, maxEntries: 3 })).rejects.toThrow(
      'holds more than 3 entries (see --max-entries)',
    );
  });

  it('keep their own oddities as notices', async () => {
    const whole = tarOf(legacyFiles([built]));
    const { image, notices } = await scan(put(whole.subarray(0, whole.length - 1024)), options);
    expect(image?.layers.length).toBe(2);
    expect(notices.map(({ code }) => code)).toEqual(['no-end-of-archive']);
  });

  it('may hold other members, directories, fifos and sparse files, that no manifest names', async () => {
    const members = [...legacyFiles([built])].map(([name, content]) => ({ name, content }));
    const odd = [
      { name: 'dir/', type: '5' },
      { name: 'fifo', type: '6' },
      { name: 'README', content: 'x' },
    ];
    const { image } = await scan(put(buildTar([...members.slice(0, 1), ...odd, ...members.slice(1)])), options);
    expect(image).toMatchObject({ layerBytes: 7, visibleBytes: 4, hiddenBytes: 3 });
  });

  it('are none where manifest.json is that of something else', async () => {
    const extension = [
      { name: 'manifest.json', content: '{"manifest_version":3}' },
      { name: 'config.json', content: '{}' },
      { name: 'js/a.js', content: 'x' },
    ];
    for (const members of [extension, extension.toReversed(), [...extension.slice(0, 1), { name: 'index.json' }]]) {
      const { artifact, totals } = await scan(put(buildTar([{ name: './', type: '5' }, ...members])), options);
      expect(artifact.format).toBe('tar');
      expect(totals.files).toBe(members.length);
    }
    const others = ['7', '{', `"${'x'.repeat(4 * 1024 * 1024)}"`];
    for (const content of others) {
      const path = put(buildTar([{ name: 'manifest.json', content }]));
      expect((await scan(path, options)).artifact.format).toBe('tar');
    }
    const linked = put(buildTar([{ name: 'manifest.json', type: '2', link: '../x' }]));
    expect((await scan(linked, options)).artifact.format).toBe('tar');

    // Asked for as an image, and among names of images, it is a broken one.
    const image = put(buildTar(extension));
    const asked = scan(image, { ...options, image: { as: 'image' } });
    await expect(asked).rejects.toThrow('is no list of images');
    const hex = 'a'.repeat(64);
    for (const name of ['repositories', `blobs/sha256/${hex}`, `${hex}/layer.tar`, `${hex}.json`, `sha256:${hex}`]) {
      const path = put(buildTar([...extension, { name, content: 'x' }]));
      await expect(scan(path, options)).rejects.toThrow('is no list of images');
    }
    for (const content of ['null', '[]', '[1]']) {
      const path = put(buildTar([{ name: 'manifest.json', content }]));
      await expect(scan(path, options)).rejects.toThrow(/holds no image|lists no object/);
    }
  });

  it('with a manifest that is not UTF-8 are refused', async () => {
    const files = legacyFiles([built]);
    files.set('manifest.json', Buffer.from([0x5b, 0xff, 0x5d]));
    await expect(scan(put(tarOf(files)), options)).rejects.toThrow('is no JSON: it is not UTF-8');
  });

  it('with two names of one image are one image', async () => {
    const files = legacyFiles([built]);
    const [item]: object[] = JSON.parse((files.get('manifest.json') ?? Buffer.from('[]')).toString());
    files.set(
      'manifest.json',
      json([
        { ...item, RepoTags: ['a:1'] },
        { ...item, RepoTags: ['b:2', 7] },
      ]),
    );
    const path = put(tarOf(files));
    expect((await scan(path, options)).image?.layers.length).toBe(2);
    expect((await scan(path, { ...options, image: { name: 'b:2' } })).image?.layers.length).toBe(2);
  });

  it('of many images list some of them', async () => {
    const many = Array.from({ length: 9 }, (_, at) =>
      buildImage({
        layers: [{ members: [{ name: 'a', content: `${at}` }] }],
        tags: [`${'long/'.repeat(40)}name:${at}`],
      }),
    );
    await expect(scan(put(tarOf(layoutFiles(many))), options)).rejects.toThrow(
      /holds 9 images, 1: long\/.*… .* and 3 more; choose/,
    );
  });
});

describe('snapshot files of images', () => {
  const text = async (): Promise<string> => {
    const snapshot = await scan(put(tarOf(layoutFiles([built]))), options);
    const report = { tool: { name: 'x', version: '1' }, snapshot, tree: [], findings: [], removable: 0 };
    return [...snapshotJson(report)].join('');
  };

  it.each([
    ['"platform":"linux/amd64"', '"platform":7', 'image.platform'],
    ['"instruction":"RUN step 0"', '"instruction":7', 'image.layers[0].instruction'],
    ['"diffId":"sha256:', '"diffId":"md5:', 'image.layers[0].diffId'],
    ['"digest":"sha256:', '"digest":"', 'digest'],
    ['"efficiency":', '"efficiency":"x","was":', 'image.dive.efficiency'],
    ['"efficiency":', '"efficiency":1.5,"was":', 'image.dive.efficiency 1.5'],
    ['"efficiency":', '"efficiency":null,"was":', 'image.dive.efficiency null'],
    ['"wastedBytes":', '"wastedBytes":0,"was":', 'image.dive.wastedBytes 0, but its files make'],
    ['"userWastedPercent":', '"userWastedPercent":0.01,"was":', 'image.dive.userWastedPercent 0.01, but'],
    ['"visibleBytes":4', '"visibleBytes":3', 'visible and hidden bytes'],
    ['"hiddenBytes":3', '"hiddenBytes":2', 'hiddenBytes'],
    ['"inefficientFiles":[{"path":"/a"', '"inefficientFiles":[{"other":"/a"', 'image.dive.inefficientFiles[0].path'],
    ['"hidden":[', '"hidden":[{"size":1,"stored":0,"layer":1,"cause":"deleted"},', 'hidden[0].path'],
  ])('with %s replaced by %s are refused', async (good, wrong, place) => {
    const given = await text();
    // However the values are spaced.
    const pattern = new RegExp(
      good.replaceAll(/[[\]{}.$]/g, String.raw`\$&`).replaceAll(/([:[,])/g, String.raw`$1\s*`),
    );
    expect(given).toMatch(pattern);
    const failed = await scan(put(given.replace(pattern, wrong)), options).then(
      () => null,
      (error: FormatError) => error,
    );
    expect(failed?.code).toBe('bad-snapshot');
    expect(failed?.message).toContain(place);
  });

  it('whose layers show other bytes than their entries have are refused, but for those of a part', async () => {
    const { image, ...rest } = JSON.parse(await text());
    const [first, ...others] = image.layers;
    const layers = [{ ...first, content: first.content + 1 }, ...others];
    const sizes = { layerBytes: image.layerBytes + 1, visibleBytes: image.visibleBytes + 1 };
    const edited = { ...rest, image: { ...image, ...sizes, layers } };
    await expect(scan(put(JSON.stringify(edited)), options)).rejects.toThrow(
      'has image.visibleBytes 5, but totals.content 4',
    );
    const part = await scan(put(JSON.stringify({ ...edited, part: true })), options);
    expect(part.image).toMatchObject(sizes);
  });

  it('have the mode of the root that a layer gives', async () => {
    expect(await text()).toMatch(/"path":"\.","kind":"directory".*"mode":488/);
  });
});
