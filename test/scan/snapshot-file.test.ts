// Snapshot files: what is saved comes back to the byte, and what an editor made of one is refused by the place that is wrong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { removableByPath, removableContent } from '../../src/compare/removable.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { packageRollup } from '../../src/compare/packages/index.ts';
import { FormatError } from '../../src/errors.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { snapshotJson } from '../../src/report/json/scan.ts';
import { judge } from '../../src/rules/index.ts';
import { scan } from '../../src/scan/scan.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { buildElf } from '../build/elf.ts';
import { buildImage, docker25Files, tarOf } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { buildPyc } from '../build/pyc.ts';
import { changed } from '../build/json.ts';
import { plainOptions, testTool } from '../build/report.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('snapshot-file');

/** As the command saves it. */
function saved(snapshot: Snapshot): string {
  const findings = judge(snapshot);
  const table =
    snapshot.packageLists === undefined
      ? snapshot.packages
      : packageRollup(snapshot, { removable: removableByPath(snapshot, findings) });
  const packages = table === undefined ? {} : { packages: table };
  const sizes = { tree: rollup(snapshot), removable: removableContent(snapshot, findings) };
  return [...snapshotJson({ tool: testTool, snapshot, findings, ...sizes, ...packages })].join('');
}

const all = { digests: 'all', facts: 'all', bytecode: true, stored: true, sample: true, packages: true } as const;

async function savedScan(name: string, bytes: Uint8Array, more: object = {}): Promise<string> {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return saved(await scan(path, { ...all, ...more }));
}

const elf = buildElf({ type: 3, load: true, sections: [{ name: '.debug_info', content: Buffer.alloc(300, 1) }] });
const lib = 'usr/lib/node_modules/one';
const members = [
  { name: `${lib}/package.json`, content: '{"name":"one","version":"1.0"}' },
  { name: `${lib}/one.so`, content: elf },
  { name: `${lib}/__pycache__/m.cpython-39.pyc`, content: buildPyc({ magic: 3425, words: [0, 1, 2] }) },
  { name: 'alias', type: '1', link: `${lib}/one.so` },
  { name: 'link', type: '2', link: '\xff' },
  { name: 'twice', content: 'old' },
  { name: 'twice', content: 'newer' },
];
const tar = await savedScan('app.tgz', gzipSync(buildTar(members)));
const image = buildImage({
  layers: [
    { members: [...members, { name: 'gone', content: Buffer.from(noise(3000, 1)) }] },
    {
      members: [
        { name: '.wh.gone', content: '' },
        { name: 'twice', content: 'third' },
        { name: `${lib}/package.json`, content: '{"name":"one","version":"1.0"}', mtime: 5 },
      ],
    },
  ],
});
const archive = tarOf(docker25Files([image]));
const layered = await savedScan('image.tar', archive);
const layer = await savedScan('image.tar', archive, { layer: 1 });
const plain = await savedScan('app.tar', buildTar(members));
const one = await savedScan('one.tar', tarOf(docker25Files([buildImage({ layers: [{ members }] })])));
const texts = { tar, 'tar without a codec': plain, image: layered, layer, 'image of one layer': one };

describe('a snapshot of a snapshot', () => {
  it.each(Object.entries(texts))('is the same to the byte: %s', (_, text) => {
    expect(saved(parseSnapshot(text))).toBe(text);
  });

  it.each(Object.entries(texts))('is the same whatever white space, and without what is not kept: %s', (_, text) => {
    const spaced = JSON.stringify({ unknown: [[[]]], ...JSON.parse(text) }, null, 3);
    expect(saved(parseSnapshot(`\ufeff${spaced.replace('"unknown"', ' "schema": 1, "unknown"')}`))).toBe(text);
  });

  it('is plain where nobody asks for bytes stored', () => {
    const { overhead, made, entries } = parseSnapshot(tar, false);
    expect([overhead, made, entries.some((entry) => 'stored' in entry)]).toEqual([undefined, undefined, false]);
  });

  it('may be one of an older version, without sizes of packages, bytes stored, release of strip and the like', () => {
    const document = JSON.parse(tar);
    for (const key of ['packages', 'overhead', 'made', 'stripVersion', 'superseded', 'notices']) delete document[key];
    for (const entry of document.entries) delete entry.stored;
    const read = parseSnapshot(JSON.stringify(document));
    const absent = (['packages', 'overhead', 'made', 'stripVersion', 'isPart', 'image'] as const).filter(
      (key) => key in read,
    );
    expect([absent, read.superseded, read.notices]).toEqual([[], [], []]);
    const packages = [
      { name: 'one', version: null, kind: 'python', path: 'lib', content: 1, files: 1, removable: 1 },
      { name: null, kind: 'unowned', content: read.totals.content - 1, files: read.totals.files - 1, removable: 0 },
    ];
    const { packages: table } = parseSnapshot(changed(document, 'packages', packages));
    expect(table?.packages[0]).toEqual(packages[0]);
    expect(table?.unowned).not.toHaveProperty('stored');
    expect(parseSnapshot(changed(document, 'part', false))).toEqual(read);
  });
});

/** Of the entry at a path of the tar's snapshot. */
function at(path: string): string {
  return `entries[${parseSnapshot(tar).entries.findIndex((entry) => entry.path === path)}]`;
}

const so = at('alias');
const pyc = at(`${lib}/__pycache__/m.cpython-39.pyc`);

describe('an edited snapshot is refused', () => {
  it.each([
    ['schema', 2, 'has schema 2; this version reads schema 1'],
    ['entries', undefined, 'is a scan report without entries'],
    ['entries[0]', [], 'has no object at entries[0]'],
    ['entries[0]', null, 'has no object at entries[0]'],
    ['artifact.name', 7, 'has no artifact.name'],
    ['artifact.format', 'rar', 'has an unknown artifact.format'],
    ['totals.files', 9, 'has totals.files 9, but its entries make'],
    ['totals.compressed', 9, 'has stored bytes and overhead of'],
    ['artifact.length', 9, 'has artifact.length 9, but totals.compressed'],
    ['totals.archive', '1', 'has totals.archive "1", which is not a whole number of bytes'],
    ['overhead.framing', 9, 'has stored bytes and overhead of'],
    ['overhead.headers', -1, 'has overhead.headers -1'],
    ['part', 'yes', 'has part "yes", which is neither true nor false'],
    ['stripVersion', '2.40\n', 'has stripVersion "2.40\\n", which is no release'],
    ['stripVersion', ['2.40'], 'has stripVersion an object or list'],
    ['made.codec.members', -1, 'has a bad made.codec.members'],
    ['made.codec.sample', 0.5, 'has a bad made.codec.sample'],
    ['made.archive.headers', [0], 'has a bad made.archive.headers'],
    ['made.archive', null, 'has no object at made.archive'],
    ['superseded[0].path', 7, 'has no superseded[0].path'],
    ['superseded[0].size', -1, 'has superseded[0].size -1'],
    ['notices', [{ code: 7, message: 'm' }], 'has a bad notices[0]'],
    ['notices', [{ code: 'c', message: null }], 'has a bad notices[0]'],
    ['entries[0].path', 'away', 'has no entry for the root'],
    [`${at('twice')}.path`, 'link', 'has the path link twice'],
    [`${at('twice')}.path`, '/twice', 'has the path /twice, which is not normalised'],
    [
      `${at('twice')}.path`,
      'n'.repeat(16_384),
      `has the path ${'n'.repeat(60)}..., which is a name of 16384 bytes, more than 16383`,
    ],
    [`${at(`${lib}/one.so`)}.link`, `${'d/'.repeat(2048)}f`, `has ${lib}/one.so, a hard link to a name of 2049 levels`],
    ['packages[0].name', 'n'.repeat(1025), 'has a packages[0].name or version of more than 1024 characters'],
    ['packages[0].version', '1'.repeat(1025), 'has a packages[0].name or version of more than 1024 characters'],
    [`${at('twice')}.path`, `${'d/'.repeat(2048)}f`, 'which is a name of 2049 levels, more than 2048'],
    [`${at('twice')}.path`, 7, '.path'],
    [`${at('twice')}.kind`, 'door', 'has an unknown entries['],
    [`${at('twice')}.kind`, 'symlink', 'has a size for twice, which is a symlink'],
    [`${at('twice')}.digest`, 'sha256:0', '.digest'],
    [`${at('twice')}.digest`, [`sha256:${'0'.repeat(64)}`], '.digest'],
    [`${at('twice')}.path`, '', 'has the path , which is not normalised'],
    [`${at('twice')}.uid`, 0.5, '.uid 0.5, which is not a whole number'],
    [`${at('twice')}.mode`, -1, '.mode -1'],
    [`${at('twice')}.stored`, -1, '.stored -1'],
    [`${at('twice')}.layer`, 0, "has twice in layer 0, which is none of the image's 0"],
    [`${so}.facts.type`, 7, '.facts.type'],
    [`${so}.facts.sections[0].bytes`, 7, '.facts.sections of 347 bytes in a file of 640'],
    [`${so}.facts.debugBytes`, 1e6, '.facts.debugBytes 1000000 in a file of'],
    [`${so}.facts.strip.refused`, [], '.facts.strip.refused an object or list, which is no text'],
    [`${so}.facts.class`, [[]], '.facts.class an object or list'],
    [`${so}.facts.compressedDebug`, 0, '.facts.compressedDebug 0, which is neither true nor false'],
    [`${so}.facts.kept`, null, '.facts.kept null, which is no text'],
    [`${so}.facts.unsafe`, [{ code: 'c', bytes: 0 }], '.facts.unsafe[0].message nothing, which is no text'],
    [`${pyc}.facts.mode`, {}, '.facts.mode an object or list'],
    [`${pyc}.facts.code`, { unread: 'it is cut', broken: 'yes' }, '.facts.code.broken "yes"'],
    ['packages', [], 'has packages without a last row of what is in none'],
    ['packages[1].kind', 'node', 'has packages without a last row of what is in none'],
    ['packages[0].kind', 'gem', 'has an unknown packages[0].kind'],
    ['packages[0].name', null, 'has no packages[0].name'],
    ['packages[0].path', null, 'has no packages[0].path'],
    ['packages[0].version', 1, 'has a bad packages[0].version 1'],
    ['packages[1].content', 0, 'has packages with content of'],
    ['packages[1].files', 0, 'has packages with files of'],
    ['packages[1].stored', 0, 'has packages with'],
    ['packages[0].removable', 2 ** 40, 'has packages[0].removable 1099511627776'],
  ])('%s = %j', (path, value, says) => {
    const broken = changed(JSON.parse(tar), path, value);
    expect(() => parseSnapshot(broken)).toThrow(FormatError);
    expect(() => parseSnapshot(broken, false)).toThrow(says);
  });

  it.each([
    ['image.platform', 7, 'has a bad image.platform'],
    ['image.layerBytes', 1, 'has an image.layerBytes that its layers do not add up to'],
    ['image.hiddenBytes', 1, 'has an image.hiddenBytes that the waste of its layers is not'],
    ['image.visibleBytes', 1, 'has an image whose visible and hidden bytes are not those of its layers'],
    ['image.layers[0].index', 1, 'has a bad image.layers[0].index'],
    ['image.layers[0].instruction', 1, 'has a bad image.layers[0].instruction'],
    ['image.layers[0].digest', [`sha256:${'0'.repeat(64)}`], 'has a bad image.layers[0].digest'],
    ['image.layers[0].diffId', 'sha256:0', 'has a bad image.layers[0].diffId'],
    ['image.layers[0].added', 2 ** 40, ' 1099511627776 added and 0 changed'],
    ['image.dive.inefficientFiles[0].path', 7, 'has no image.dive.inefficientFiles[0].path'],
    ['image.dive.wastedBytes', 1, 'has image.dive.wastedBytes 1, but its files make'],
    ['image.dive.userWastedPercent', 0, 'has image.dive.userWastedPercent 0, but its files make'],
    ['image.dive.efficiency', 1.5, 'has image.dive.efficiency 1.5, which is no share of 1'],
    ['image.dive.efficiency', '1', 'has image.dive.efficiency "1", which is no share of 1'],
    ['image.dive.layers', [], 'has 0 image.dive.layers of an image of 2'],
    ['image.dive.layers[0]', 1, 'has an image.dive.sizeBytes that its layers do not add up to'],
    ['hidden', [], 'has hidden files of 0 bytes in layer 1, which wastes 3'],
    ['hidden[0].path', 7, 'has no hidden[0].path'],
    ['hidden[0].cause', 'bored', 'has a bad hidden[0].cause'],
    ['hidden[1].size', 2 ** 40, 'has hidden files of 10995116'],
    ['hidden[1].layer', 2, 'has hidden[1] of a layer that the image does not have'],
    [
      'hidden[0]',
      { path: 'a', size: 0, stored: 1, layer: 0, cause: 'deleted' },
      'has hidden[0] in a layer above the one that hides it',
    ],
    ['hidden[0].differs', 'mode', 'has no list at hidden[0].differs'],
    ['hidden[0].differs', ['mode', 'mood'], 'has a bad hidden[0].differs'],
    ['hidden[0].compressed', -1, 'has hidden[0].compressed -1'],
    ['entries[1].layer', 2, "in layer 2, which is none of the image's 2"],
  ])('of an image: %s = %j', (path, value, says) => {
    const broken = changed(JSON.parse(layered), path, value);
    expect(() => parseSnapshot(broken)).toThrow(FormatError);
    expect(() => parseSnapshot(broken)).toThrow(says);
  });
});

it('the first of several faults is told', () => {
  const filler = Array.from({ length: 3000 }, (_, index) => ({ ...JSON.parse(tar).entries[0], path: `x${index}` }));
  const document = JSON.parse(tar);
  document.entries.push(...filler);
  const broken = changed(JSON.parse(changed(document, 'entries[1].kind', 'door')), 'entries[3000].kind', 'hatch');
  expect(() => parseSnapshot(broken)).toThrow('has an unknown entries[1].kind');
});

it('facts of a type that is not known are dropped', () => {
  const read = parseSnapshot(changed(JSON.parse(tar), `${so}.facts`, { type: 'wasm', size: -1 }));
  expect(read.entries.find(({ path }) => path === 'alias')?.facts).toBe(null);
});

describe('a snapshot of an image', () => {
  it('has the content of its entries', () => {
    const entry = JSON.parse(layered).entries.findIndex(({ path }: { path: string }) => path === 'twice');
    const less = JSON.parse(changed(JSON.parse(layered), `entries[${entry}].size`, 4));
    for (const key of ['packages', 'overhead']) delete less[key];
    const broken = changed(less, 'totals.content', less.totals.content - 1);
    expect(() => parseSnapshot(broken)).toThrow(/^has image\.visibleBytes \d+, but totals\.content/);
  });

  it('of a part hides no more than its layers waste, and may hide less', () => {
    expect(parseSnapshot(changed(JSON.parse(layer), 'hidden', [])).hidden).toEqual([]);
    expect(() => parseSnapshot(changed(JSON.parse(layer), 'hidden[0].size', 5000))).toThrow('hidden files of');
  });

  it('may be one without the sizes that dive gives layers, and of no platform', () => {
    const { image: read } = parseSnapshot(changed(JSON.parse(layered), 'image.dive.layers', undefined));
    expect(read?.dive).not.toHaveProperty('layers');
    expect(parseSnapshot(changed(JSON.parse(layered), 'image.platform', null)).image?.platform).toBe(null);
    const blank = changed(JSON.parse(layered), 'image.layers[0].instruction', null);
    expect(parseSnapshot(blank).image?.layers[0]?.instruction).toBe(null);
    const [first] = JSON.parse(layered).hidden;
    const untold = changed(JSON.parse(layered), 'hidden[0].compressed', undefined);
    expect(parseSnapshot(untold).hidden?.[0]).not.toHaveProperty('compressed');
    // Taken away and replaced within one layer.
    const { hidden } = parseSnapshot(changed(JSON.parse(layered), 'hidden[0].stored', first.layer));
    expect(hidden?.[0]?.stored).toBe(first.layer);
  });
});

it.each([`${so}.facts.new`, `${so}.facts.strip.new`, `${so}.facts.sections[0].new`, `${pyc}.facts.code.new`])(
  'what no inspector tells is not kept, however deep: %s',
  (path) => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    expect(saved(parseSnapshot(changed(JSON.parse(tar), path, 'DEEP').replace('"DEEP"', deep)))).toBe(tar);
  },
);

it('how an artifact was made is printed without what acts on a terminal', async () => {
  const snapshot = parseSnapshot(changed(JSON.parse(tar), 'made.codec.effort', '\u001b[2J'));
  const reporter = await reporterNamed('table', 'scan');
  const report = { tool: testTool, snapshot, tree: rollup(snapshot), findings: [], removable: 0 };
  const table = [...(reporter?.(report, { ...plainOptions, sort: 'size', verbose: true }) ?? [])].join('');
  expect(table).toContain('effort "\\x1b[2J"');
  expect(table).not.toContain('\u001b');
});

it('is bounded by --max-entries as its artifact is', async () => {
  const two = buildTar([{ name: 'a' }, { name: 'd/b' }]);
  const text = await savedScan('bounded.tar', two);
  for (const [name, bytes] of [
    ['bounded.tar', two],
    ['bounded.json', Buffer.from(text)],
  ] as const) {
    const path = join(work, name);
    writeFileSync(path, bytes);
    expect((await scan(path, { maxEntries: 3 })).entries).toHaveLength(4);
    await expect(scan(path, { maxEntries: 2 })).rejects.toThrow('holds more than 2 entries (see --max-entries)');
  }
});
