// What each byte of an artifact is there for, from the opened file to the ledger: the sums are the file's length in every wrapping, and
// overhead is what the archive was built of. Headers of other dialects are held against what GNU tar writes.
import { closeSync, mkdirSync, openSync, readSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import * as compressing from '../../src/codecs/compress.ts';
import { UsageError } from '../../src/errors.ts';
import type { MemberSink, ReadOptions } from '../../src/formats/format.ts';
import { readArtifact } from '../../src/formats/index.ts';
import type { ArtifactRead } from '../../src/formats/index.ts';
import { createLedger } from '../../src/formats/ledger.ts';
import type { Charges } from '../../src/formats/ledger.ts';
import { openArtifact } from '../../src/formats/open.ts';
import { createSampler } from '../../src/formats/sample.ts';
import type { Made } from '../../src/model/snapshot.ts';
import { buildAr } from '../build/ar.ts';
import { buildDeb, control, controlTar, data, dataTar } from '../build/deb.ts';
import { buildElf } from '../build/elf.ts';
import { buildImage, layoutFiles } from '../build/image.ts';
import { recordingSink } from '../build/sink.ts';
import { base256, buildTar, gnuLong, pax } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { block, frame } from '../build/zstd.ts';
import { noise, prose } from '../codecs/harness.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('artifact-bytes');
let number = 0;
const limits = { maxEntries: 1e6, maxUnpacked: 1e12, maxWindow: 2 ** 27 };

interface Weighed {
  readonly read: ArtifactRead;
  readonly charges: Charges | null;
  readonly made: Made;
  readonly sum: number;
  readonly names: readonly string[];
  readonly notices: readonly string[];
}

/** @param stdin where `path` is `-`. */
async function weighFile(path: string, options: Partial<ReadOptions> = {}, stdin = 0): Promise<Weighed> {
  const opened = await openArtifact(path, stdin);
  const ledger = createLedger();
  const recorded = recordingSink();
  // As the collector does: members are counted as they begin.
  const sink: MemberSink = {
    ...recorded,
    begin(member) {
      ledger.begin();
      recorded.begin(member);
    },
    file(member, open) {
      ledger.begin();
      recorded.file(member, open);
    },
  };
  try {
    const read = await readArtifact(opened, sink, { ...limits, ledger, ...options });
    const charges = ledger.charges();
    const all = [...(charges?.members ?? []), ...Object.values(charges?.overhead ?? {})];
    const sum = all.reduce((a, b) => a + b, 0);
    const names = recorded.records.map(({ member }) => member.name);
    return { read, charges, made: ledger.made(), sum, names, notices: recorded.notices.map(({ code }) => code) };
  } finally {
    if (opened.kind === 'file') opened.close();
  }
}

/** As standard input that is a file, from behind its first `skip` bytes on. */
async function weighInput(bytes: Uint8Array, options: Partial<ReadOptions> = {}, skip = 5): Promise<Weighed> {
  const path = join(work, `input-${number++}`);
  writeFileSync(path, Buffer.concat([Buffer.alloc(skip), bytes]));
  const fd = openSync(path, 'r');
  try {
    readSync(fd, Buffer.alloc(skip));
    return await weighFile('-', options, fd);
  } finally {
    closeSync(fd);
  }
}

function weigh(bytes: Uint8Array, name = 'artifact', options: Partial<ReadOptions> = {}): Promise<Weighed> {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return weighFile(path, options);
}

/** A tar of 2 files and a directory: 700 and 30 bytes of content, 3 headers, 324 + 482 bytes of padding, an end of 1024 bytes. */
const members: TarSpec[] = [
  { name: 'd/', type: '5' },
  { name: 'd/a', content: prose(700) },
  { name: 'd/b', content: noise(30) },
];
const overhead = { headers: 3 * 512, padding: 324 + 482, end: 1024 };

describe('a tar', () => {
  it('stores content as it is, and the rest is what it is built of', async () => {
    const tar = buildTar(members);
    const { charges, made, sum, read } = await weigh(tar);
    expect([...(charges?.members ?? [])]).toEqual([0, 700, 30]);
    expect(charges?.overhead).toEqual(overhead);
    expect(sum).toBe(tar.length);
    expect(read).toEqual({ format: 'tar', codecs: [], length: tar.length, archive: tar.length });
    expect(made.archive).toMatchObject({ dialect: 'ustar', headers: 1536, extensions: 0, asUstar: 1536, asGnu: 1536 });
    expect(made.codec).toBeNull();
  });

  it('counts extensions and what stands behind the end', async () => {
    const tar = buildTar([pax({ mtime: '1.5' }), ...members], Buffer.concat([Buffer.alloc(1024), noise(100)]));
    const { charges, sum, made, notices } = await weigh(tar);
    expect(charges?.overhead).toEqual({ ...overhead, extensions: 1024, end: 1124 });
    expect(sum).toBe(tar.length);
    expect(made.archive).toMatchObject({ dialect: 'pax', extensions: 1024, fineTimes: 1, sideRecords: 0, asGnu: 1536 });
    expect(notices).toEqual(['data-after-end']);
  });

  it('counts the maps of sparse files as their headers', async () => {
    const old = (edit: (bytes: Buffer) => void): TarSpec => ({
      name: 's',
      type: 'S',
      content: noise(512),
      magic: 'gnu',
      edit,
    });
    const pair = (bytes: Buffer, at: number, offset: number, length: number): void => {
      bytes.write(offset.toString(8).padStart(11, '0'), at, 'latin1');
      bytes.write(length.toString(8).padStart(11, '0'), at + 12, 'latin1');
    };
    const plain = old((bytes) => {
      pair(bytes, 386, 1024, 512);
      bytes.write('00000003000', 483, 'latin1');
    });
    const tar = buildTar([plain]);
    const { charges, made, sum } = await weigh(tar);
    expect([...(charges?.members ?? [])]).toEqual([512]);
    expect(charges?.overhead).toEqual({ headers: 512, end: 1024 });
    expect(sum).toBe(tar.length);
    expect(made.archive).toMatchObject({ dialect: 'gnu', asUstar: null, asGnu: null });
    // A pax 1.0 map: one block before the content.
    const map = Buffer.alloc(512);
    map.write('1\n1024\n512\n');
    const sparse = pax({ 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.realsize': 1536 });
    const paxTar = buildTar([sparse, { name: 's', content: Buffer.concat([map, noise(512)]) }]);
    const second = await weigh(paxTar);
    expect([...(second.charges?.members ?? [])]).toEqual([512]);
    expect(second.charges?.overhead).toEqual({ headers: 1024, extensions: 1024, end: 1024 });
    expect(second.sum).toBe(paxTar.length);
    expect(second.made.archive).toMatchObject({ dialect: 'pax', asUstar: null, asGnu: null });
  });

  const long = 'l'.repeat(101);
  const split = `${'p'.repeat(60)}/${'n'.repeat(60)}`;
  it.each<readonly [what: string, specs: readonly TarSpec[], facts: object]>([
    ['v7', [{ name: 'a', magic: 'v7' }], { dialect: 'v7', asUstar: 512, asGnu: 512 }],
    ['a name that ustar splits', [pax({ path: split }), { name: 'a' }], { asUstar: 512, asGnu: 512 + 512 + 512 }],
    ['a name that nothing splits', [pax({ path: long }), { name: 'a' }], { asUstar: null, asGnu: 1536 }],
    ['a split name with nothing behind it', [pax({ path: `${'p'.repeat(120)}/` }), { name: 'a' }], { asUstar: null }],
    ['a long link', [pax({ linkpath: long }), { name: 'a', type: '2' }], { asUstar: null, asGnu: 1536 }],
    [
      'a GNU name and link',
      [gnuLong('L', long), gnuLong('K', long), { name: 'a', type: '2' }],
      { asUstar: null, asGnu: 2560 },
    ],
    ['a large uid', [pax({ uid: 8 ** 7 }), { name: 'a' }], { asUstar: null, asGnu: 512 }],
    ['the largest uid and gid', [pax({ uid: 8 ** 7 - 1, gid: 8 ** 7 - 1 }), { name: 'a' }], { asUstar: 512 }],
    ['a large gid', [pax({ gid: 8 ** 7 }), { name: 'a' }], { asUstar: null, asGnu: 512 }],
    ['a time before 1970', [pax({ mtime: '-1' }), { name: 'a' }], { asUstar: null, fineTimes: 0 }],
    ['a time after 2242', [pax({ mtime: 8 ** 11 }), { name: 'a' }], { asUstar: null, asGnu: 512 }],
    ['a base-256 time', [{ name: 'a', edit: (bytes) => base256(1n).copy(bytes, 136) }], { asUstar: null, asGnu: 512 }],
    ['a whole second written as a fraction', [pax({ mtime: '1.000' }), { name: 'a' }], { fineTimes: 0 }],
    [
      'times of access',
      [pax({ atime: '1.5', ctime: '2' }), { name: 'a' }],
      { sideRecords: 1, fineTimes: 0, asGnu: 512 },
    ],
    ['attributes', [pax({ 'SCHILY.xattr.user.a': 'b' }), { name: 'a' }], { asUstar: null, asGnu: null }],
    ['a global comment', [pax({ comment: 'c' }, 'g'), { name: 'a' }], { dialect: 'pax', asGnu: 512, sideRecords: 1 }],
    ['a global owner', [pax({ uid: 1 }, 'g'), { name: 'a' }], { asUstar: null, asGnu: null }],
    ['Solaris headers', [pax({ mtime: '1.25' }, 'X'), { name: 'a' }], { dialect: 'pax', fineTimes: 1 }],
    ['a type of its own', [{ name: 'a', type: 'V' }], { asUstar: null, asGnu: null }],
  ])('of %s would take in other dialects what they need', async (_, specs, facts) => {
    const { made, sum } = await weigh(buildTar(specs));
    expect(made.archive).toMatchObject(facts);
    expect(sum).toBe(buildTar(specs).length);
  });

  it('whose size is only in pax headers fits no octal field', async () => {
    const specs = [pax({ size: 8 ** 11 }), { name: 'a', size: 0 }];
    await expect(weigh(buildTar(specs))).rejects.toMatchObject({ code: 'truncated' });
  });

  it.runIf(requireTool('tar'))('takes as another dialect what GNU tar writes', async () => {
    const tree = join(work, `tree-${number++}`);
    mkdirSync(join(tree, 'deep'.repeat(30)), { recursive: true });
    for (const name of ['a', 'b'.repeat(99), `${'deep'.repeat(30)}/${'c'.repeat(80)}`, 'd'.repeat(120)])
      writeFileSync(join(tree, name), name);
    symlinkSync('s'.repeat(150), join(tree, 'soft'));
    for (const format of ['pax', 'gnu'])
      run('tar', [`--format=${format}`, '--sort=name', '-C', tree, '-cf', join(work, `${format}.tar`), '.']);
    const paxed = await weighFile(join(work, 'pax.tar'));
    const gnu = await weighFile(join(work, 'gnu.tar'));
    expect([paxed.made.archive['dialect'], gnu.made.archive['dialect']]).toEqual(['pax', 'gnu']);
    expect(paxed.made.archive['asGnu']).toBe(gnu.made.archive['headers']);
    expect(paxed.made.archive['asUstar']).toBeNull();
    expect([paxed.sum, gnu.sum]).toEqual(['pax', 'gnu'].map((format) => statSync(join(work, `${format}.tar`)).size));
  });
});

describe('what wraps a tar', () => {
  const tar = buildTar(members);

  it('gzip: header and trailer are framing, the rest is shared', async () => {
    const encoded = gzipSync(tar);
    const { charges, sum, made, read } = await weigh(encoded, 'a.tar.gz');
    expect(sum).toBe(encoded.length);
    expect(charges?.overhead).toMatchObject({ framing: 18 });
    expect(read).toEqual({ format: 'tar', codecs: ['gzip'], length: encoded.length, archive: tar.length });
    expect(made.codec).toMatchObject({ members: 1 });
  });

  it('raw zstd blocks: each costs what it carries and three bytes', async () => {
    const encoded = frame({ window: 2 ** 20, contentSize: tar.length }, [block('raw', tar)]);
    const { charges, sum, made } = await weigh(encoded, 'a.tar.zst', { sample: true });
    expect(sum).toBe(encoded.length);
    expect(charges?.overhead['framing']).toBe(encoded.length - tar.length - 3);
    expect(made.codec).toMatchObject({ frames: 1, window: 2 ** 20, contentSize: true, checksum: false });
    // All of it is the sample, and costs what its block costs.
    expect(made.codec).toMatchObject({ sample: tar.length, sampleNow: tar.length + 3, sampleAs: 'zstd:9' });
  });

  it('is asked for a sample only where there is a codec and a stream in it', async () => {
    expect((await weigh(tar, 'plain.tar', { sample: true })).made.codec).toBeNull();
    expect((await weigh(gzipSync(tar), 'a.tar.gz')).made.codec).not.toHaveProperty('sample');
    const zip = await weigh(gzipSync(buildZip([{ name: 'a' }])), 'a.zip.gz', { sample: true });
    expect(zip.made.codec).not.toHaveProperty('sample');
    // A zip has an order of its own, which marks do not know.
    expect(zip.charges).toBeNull();
  });

  it('has its limit of unpacked bytes', async () => {
    const { length } = tar;
    await expect(weigh(gzipSync(tar), 'a.tar.gz', { maxUnpacked: length - 1 })).rejects.toMatchObject({
      code: 'too-much-unpacked',
    });
    expect((await weigh(gzipSync(tar), 'a.tar.gz', { maxUnpacked: length })).read.archive).toBe(length);
  });

  it('may come in any pieces: its format is known by its first bytes together', async () => {
    for (const cuts of [[1], [100, 4096], [4096], [5000], [3, 4, 4095, 4097]]) {
      const pieces = [...cuts, tar.length].map((end, index) => gzipSync(tar.subarray(cuts[index - 1] ?? 0, end)));
      const { sum, names, read } = await weigh(Buffer.concat(pieces), 'pieces.tar.gz');
      expect(names).toEqual(['d/', 'd/a', 'd/b']);
      expect(read.archive).toBe(tar.length);
      expect(sum).toBe(Buffer.concat(pieces).length);
    }
    const encoded = Buffer.concat(
      [0, 10, 600, 4096].map((start, index, starts) => {
        const content = tar.subarray(start, starts[index + 1] ?? tar.length);
        return frame({ window: 2 ** 20, contentSize: content.length }, [block('raw', content)]);
      }),
    );
    expect((await weigh(encoded, 'frames.tar.zst')).names).toEqual(['d/', 'd/a', 'd/b']);
  });

  it('is what the artifact begins as, whatever else it might be', async () => {
    const image = [{ name: 'manifest.json', content: '[]' }];
    expect((await weigh(buildTar([pax({ mtime: 1 }), ...image]))).names).toEqual(['manifest.json']);
    const named = buildTar([{ ...pax({ mtime: 1 }), name: '\x1f\x8b\x08' }, ...image]);
    await expect(weigh(named)).rejects.toMatchObject({ name: 'FormatError' });
  });

  it('names the codec that holds nothing or something else', async () => {
    const message = async (bytes: Uint8Array, options: Partial<ReadOptions> = {}): Promise<string> => {
      const error = await weigh(bytes, 'odd', options).catch((thrown: unknown) => thrown);
      return error instanceof Error ? error.message : 'no error';
    };
    expect(await message(gzipSync(''))).toBe('holds nothing inside gzip');
    expect(await message(Buffer.alloc(0))).toBe('is empty');
    expect(await message(gzipSync('<?xml version="1.0"?>'))).toBe(
      'is not an artifact that can be read: it holds an XML document inside gzip',
    );
    expect(await message(Buffer.from('  <svg/>'))).toContain('an XML document');
    expect(await message(buildZip([]), { image: { as: 'image' } })).toContain(
      'is no image: what it holds is neither a tar nor an OCI layout',
    );
  });
});

describe('other artifacts', () => {
  it('a zip: directory, end, gaps and headers', async () => {
    const zip = buildZip(
      [
        { name: 'a', content: prose(900) },
        { name: 'b', gap: noise(50), method: 0, content: 'stored' },
      ],
      {
        trailing: noise(7),
        prefix: '#!/bin/sh\nexit 0\n##\n',
        absolute: true,
      },
    );
    const { charges, sum, read } = await weigh(zip);
    expect(sum).toBe(zip.length);
    expect(charges?.overhead).toEqual({ headers: 2 * 31, directory: 2 * 47, end: 22, gaps: 77 });
    expect([...(charges?.members ?? [])].at(1)).toBe(6);
    expect(read).toMatchObject({ format: 'zip', archive: zip.length });
  });

  it('a zip on standard input: the same, where it is within the limit as a whole', async () => {
    const zip = buildZip([{ name: 'a', content: prose(900) }], { trailing: noise(2000) });
    const named = await weigh(zip, 'a.zip', { maxUnpacked: 900 });
    const { charges, sum, read, names } = await weighInput(zip);
    expect([sum, named.sum]).toEqual([zip.length, zip.length]);
    expect({ charges, read, names }).toEqual({ charges: named.charges, read: named.read, names: ['a'] });
    await expect(weighInput(zip, { maxUnpacked: zip.length - 1 })).rejects.toMatchObject({ code: 'too-much-unpacked' });
    await expect(weighInput(Buffer.from('<svg/>'))).rejects.toThrow(/it holds an XML document$/);
  });

  it('a single file has the name that it has, without that of its codec', async () => {
    const bytes = buildElf({ sections: [{ name: '.text', content: noise(300) }] });
    const names = [
      weigh(bytes, 'lib.so'),
      weigh(gzipSync(bytes), 'lib.so.gz'),
      weighInput(bytes),
      weighInput(gzipSync(bytes)),
    ];
    expect((await Promise.all(names)).map((weighed) => weighed.names)).toEqual([
      ['lib.so'],
      ['lib.so'],
      ['stdin'],
      ['stdin'],
    ]);
  });

  it('a layout is a directory for those who take no images, and what is none is no image', async () => {
    const root = join(work, `layout-${number++}`);
    for (const [name, content] of layoutFiles([buildImage({ layers: [] })])) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    expect((await weighFile(root)).read.format).toBe('directory');
    const plain = join(work, `plain-${number++}`);
    mkdirSync(plain);
    await expect(weighFile(plain, { image: { as: 'image' } })).rejects.toThrow(
      'is no image: an OCI layout has the files',
    );
    expect((await weighFile(plain)).read.format).toBe('directory');
  });

  it('a deb: its own headers, and both archives in it', async () => {
    const deb = buildDeb();
    const plain = await weigh(deb);
    expect(plain.sum).toBe(deb.length);
    const bare = buildDeb([
      { name: 'debian-binary', content: '2.0\n' },
      { name: 'control.tar', content: controlTar },
      { name: 'data.tar', content: dataTar },
    ]);
    const { charges, sum } = await weigh(bare);
    expect(sum).toBe(bare.length);
    expect([...(charges?.members ?? [])].toSorted((a, b) => b - a).slice(0, 4)).toEqual([16, 7, 5, 0]);
    expect([control.name, data.name]).toEqual(['control.tar.gz', 'data.tar.gz']);
  });

  it.each([
    ['elf', buildElf({ sections: [{ name: '.text', content: noise(300) }] })],
    ['ar', buildAr([{ name: 'a.o/', content: noise(77) }])],
  ])('%s: a single file is all content, compressed it is its stream', async (format, bytes) => {
    const plain = await weigh(bytes);
    expect([...(plain.charges?.members ?? [])]).toEqual([bytes.length]);
    expect(plain.charges?.overhead).toEqual({});
    expect(plain.read).toEqual({ format, codecs: [], length: bytes.length, archive: null });
    const encoded = gzipSync(bytes);
    const wrapped = await weigh(encoded);
    expect([...(wrapped.charges?.members ?? [])]).toEqual([encoded.length - 18]);
    expect(wrapped.charges?.overhead).toEqual({ framing: 18 });
    expect(wrapped.read).toEqual({ format, codecs: ['gzip'], length: encoded.length, archive: null });
  });
});

describe('a sample', () => {
  const slice = 512 * 1024;

  /** Facts of a stream of `slices` times 512 KiB and `more` bytes, given in pieces of `step`; a mark says that each costs half. */
  async function sampled(slices: number, more: number, step: number): Promise<object> {
    const length = slices * slice + more;
    const bytes = prose(slice);
    const sampler = createSampler();
    for (let at = 0; at < length;) {
      const piece = bytes.subarray(at % slice, Math.min((at % slice) + step, slice));
      const cut = piece.subarray(0, length - at);
      sampler.take(cut);
      at += cut.length;
    }
    return sampler.facts(Float64Array.of(length / 4, length / 8, length, (3 * length) / 8));
  }

  it('is all of a short stream, and every other or fourth slice of a longer one', async () => {
    for (const step of [slice, 100_003]) {
      expect(await sampled(3, 11, step)).toMatchObject({
        sample: 3 * slice + 11,
        sampleNow: (3 * slice + 11) / 2 + 0.5,
      });
      expect(await sampled(7, 0, step)).toMatchObject({ sample: 7 * slice, sampleNow: (7 * slice) / 2 });
      expect(await sampled(8, 0, step)).toMatchObject({ sample: 4 * slice, sampleNow: (4 * slice) / 2 });
      // The eighth slice makes the stride twice as long: of 10 slices the 1st, 3rd, 5th, 7th and 9th are kept.
      expect(await sampled(10, 0, step)).toMatchObject({ sample: 5 * slice, sampleNow: (5 * slice) / 2 });
      // The eighth kept would be slice 15: from there on every fourth, of which 17 slices hold five.
      expect(await sampled(17, 5, step)).toMatchObject({ sample: 5 * slice, sampleNow: (5 * slice) / 2 });
    }
  });

  it('is the same however the stream is cut, and costs what its marks cost', async () => {
    const bytes = prose(10 * slice + 5);
    const facts = (marks: readonly number[], ...cuts: readonly number[]) => {
      const sampler = createSampler();
      for (const [index, end] of [...cuts, bytes.length].entries())
        sampler.take(bytes.subarray(cuts[index - 1] ?? 0, end));
      return sampler.facts(Float64Array.from(marks));
    };
    const ends = Array.from({ length: 10 * 8 }, (_, index) => ((index + 1) * slice) / 8);
    // The nth eighth of a slice costs n bytes; of marks that end together the first carries what there is.
    const marks = [...ends, bytes.length].flatMap((end, index) => [end, index + 1, end, 1000]);
    const kept = ends.flatMap((_, index) => (Math.floor(index / 8) % 2 === 0 ? [index + 1] : []));
    const whole = await facts(marks);
    // The five bytes behind slice 9 are in slice 10, which is kept as well.
    expect(whole).toMatchObject({
      sample: 5 * slice + 5,
      sampleNow: kept.reduce((sum, cost) => sum + cost, 0) + 81,
    });
    for (const cuts of [[1], [slice - 1, slice + 1], [7 * slice + 3, 7 * slice + 4, 9 * slice]])
      expect(await facts(marks, ...cuts)).toEqual(whole);
  });

  it('says nothing of nothing, nor where no encoder is installed', async () => {
    expect(await createSampler().facts(Float64Array.of())).toEqual({});
    const none = vi.spyOn(compressing, 'parseCompression').mockImplementation(() => {
      throw new UsageError('none');
    });
    try {
      const broken = createSampler();
      broken.take(Buffer.from('x'));
      expect(await broken.facts(Float64Array.of(1, 1))).toEqual({});
      none.mockImplementation(() => {
        throw new TypeError('a bug');
      });
      await expect(broken.facts(Float64Array.of(1, 1))).rejects.toThrow('a bug');
    } finally {
      none.mockRestore();
    }
  });
});
