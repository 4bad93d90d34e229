// The deb reader: packages by dpkg-deb as `dpkg-deb -R` lays them out, and packages that are odd or broken.
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { debFormat } from '../../src/formats/deb.ts';
import { arFormat } from '../../src/formats/single-file.ts';
import { normalizePath } from '../../src/model/name.ts';
import { buildAr } from '../build/ar.ts';
import type { ArSpec } from '../build/ar.ts';
import { buildDeb, control, controlTar, data, dataTar, version } from '../build/deb.ts';
import { recordingSink } from '../build/sink.ts';
import type { RecordingSink } from '../build/sink.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const limits = { maxEntries: 1e6, maxUnpacked: 1e12, maxWindow: 1 << 27 };

async function readDeb(deb: Uint8Array): Promise<RecordingSink> {
  const sink = recordingSink();
  await debFormat.read(memorySource(deb), sink, limits, { name: 'sample.deb' });
  return sink;
}

async function refusal(deb: Uint8Array): Promise<FormatError> {
  try {
    await readDeb(deb);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('the package was read without an error');
}

const everything = [
  ['.', 'directory', ''],
  ['usr', 'directory', ''],
  ['usr/file', 'file', 'content'],
  ['usr/hard', 'hardlink', ''],
  ['usr/soft', 'symlink', ''],
  ['DEBIAN', 'directory', ''],
  ['DEBIAN/control', 'file', 'Package: sample\n'],
  ['DEBIAN/md5sums', 'file', 'sums\n'],
];

function outline({ records }: RecordingSink): string[][] {
  return records.map(({ member, content }) => [normalizePath(member.name).path, member.kind, content.toString()]);
}

describe('bid', () => {
  it('is above that of ar for a package, and only there', () => {
    for (const name of ['debian-binary', 'debian-binary/']) {
      const head = buildDeb([{ ...version, name }, control, data]);
      expect(debFormat.bid(head)).toBeGreaterThan(arFormat.bid(head));
    }
    const library = buildAr([{ name: 'a.o/', content: 'x' }]);
    expect([debFormat.bid(library), arFormat.bid(library)]).toEqual([0, 64]);
    expect(debFormat.bid(Buffer.alloc(0))).toBe(0);
  });
});

describe('packages', () => {
  const slashed = [version, control, data].map((member) => ({ ...member, name: `${member.name}/` }));
  const plain: ArSpec[] = [
    version,
    { name: 'control.tar', content: controlTar },
    { name: 'data.tar', content: dataTar },
  ];
  const later: ArSpec = { name: 'debian-binary', content: '2.17\nmore lines\n' };
  const extra: ArSpec = { name: '_extra', content: 'odd' };
  it.each([
    ['of the usual form', [version, control, data], []],
    ['with names that end in a slash', slashed, []],
    ['without compression', plain, []],
    ['of a later minor version', [later, control, data], []],
    ['with a signature', [version, control, data, { ...extra, name: '_gpgorigin' }], ['extra-member']],
    ['with members to ignore', [version, extra, control, extra, data], ['extra-member', 'extra-member']],
    ['with a member behind the data', [version, control, data, { name: 'later', content: 'x' }], ['extra-member']],
  ] as const)('%s', async (_, members, codes) => {
    const sink = await readDeb(buildDeb(members));
    expect(outline(sink)).toEqual(everything);
    expect(sink.notices.map(({ code }) => code)).toEqual(codes);
  });

  it('keep the control file where the data hold one too', async () => {
    const clash = { name: 'data.tar', content: buildTar([{ name: './DEBIAN/control', content: 'data' }]) };
    const sink = await readDeb(buildDeb([version, control, clash]));
    const controls = outline(sink).filter(([path]) => path === 'DEBIAN/control');
    expect(controls.map(([, , content]) => content)).toEqual(['data', 'Package: sample\n']);
  });

  it('have hard links and notices of the control part below DEBIAN/', async () => {
    const tar = buildTar([
      { name: 'a', content: 'x' },
      { name: 'b', type: '1', link: 'a' },
      { name: 'c', type: '2', link: 'a' },
      { name: 'd', type: 'Z', content: 'unknown' },
    ]);
    const sink = await readDeb(buildDeb([version, { name: 'control.tar', content: tar }, data]));
    const links = sink.records.filter(({ member }) => member.link !== null).map(({ member }) => member.link);
    expect(links).toEqual(['./usr/file', 'file', 'DEBIAN/a', 'a']);
    expect(sink.notices.map(({ path }) => path)).toEqual(['DEBIAN/d']);
  });
});

describe('broken packages', () => {
  it('cut at every offset', async () => {
    const deb = buildDeb();
    for (let length = 0; length < deb.length; length++) {
      expect(await refusal(deb.subarray(0, length))).toBeInstanceOf(FormatError);
    }
  });

  const damaged = Buffer.from(data.content ?? []);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 6) ^ 1, damaged.length - 6);
  it.each([
    ['version 3', [{ name: 'debian-binary', content: '3.0\n' }, control, data], 'unsupported', 'debian-binary'],
    ['no version', [{ name: 'debian-binary', content: 'two\n' }, control, data], 'bad-deb', 'debian-binary'],
    ['version not first', [control, version, data], 'bad-deb', 'control.tar.gz'],
    ['no data', [version, control], 'truncated', undefined],
    ['no control', [version, data], 'bad-deb', 'data.tar.gz'],
    ['neither', [version], 'truncated', undefined],
    ['wrong order', [version, data, control], 'bad-deb', 'data.tar.gz'],
    ['a stranger in between', [version, { name: 'x' }, control, data], 'bad-deb', 'x'],
    ['two controls', [version, control, control, data], 'bad-deb', 'control.tar.gz'],
    ['two data', [version, control, data, data], 'bad-deb', 'data.tar.gz'],
    ['bzip2', [version, control, { ...data, name: 'data.tar.bz2' }], 'unsupported', 'data.tar.bz2'],
    ['lzma', [version, control, { ...data, name: 'data.tar.lzma' }], 'unsupported', 'data.tar.lzma'],
    ['an ending of Object', [version, control, { ...data, name: 'data.tarvalueOf' }], 'unsupported', 'data.tarvalueOf'],
    ['wrong checksum', [version, control, { ...data, content: damaged }], 'bad-checksum', 'data.tar.gz'],
  ] as const)('%s', async (_, members, code, path) => {
    const error = await refusal(buildDeb(members));
    expect([error.code, error.path]).toEqual([code, path]);
    expect(error.offset).toBeTypeOf('number');
  });

  it.each([
    ['codec that is not the named one', { ...data, name: 'data.tar.xz' }],
    ['data without a tar', { name: 'data.tar', content: 'no tar '.repeat(100) }],
    ['empty data', { name: 'data.tar', content: '' }],
    ['truncated data', { ...data, content: Buffer.from(data.content ?? []).subarray(0, -20) }],
  ])('%s', async (_, part) => {
    expect((await refusal(buildDeb([version, control, part]))).path).toBe(part.name);
  });
});

describe.skipIf(!requireTool('dpkg-deb'))('packages by dpkg-deb', () => {
  const work = tempDirectory('deb');
  const tree = join(work, 'tree');

  function makeTree(): void {
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    mkdirSync(join(tree, 'usr/share/empty'), { recursive: true });
    const fields = [
      'Package: sample',
      'Version: 1',
      'Architecture: all',
      'Maintainer: N <n@example.org>',
      'Description: d',
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), `${fields.join('\n')}\n`);
    writeFileSync(join(tree, 'DEBIAN/postinst'), '#!/bin/sh\n');
    chmodSync(join(tree, 'DEBIAN/postinst'), 0o755);
    writeFileSync(join(tree, 'usr/share/file'), 'some content '.repeat(20_000));
    writeFileSync(join(tree, `usr/share/${'long '.repeat(40)}`), 'long name');
    linkSync(join(tree, 'usr/share/file'), join(tree, 'usr/share/hard'));
    symlinkSync('file', join(tree, 'usr/share/soft'));
  }

  makeTree();

  it.each(['none', 'gzip', 'xz', 'zstd'])('compressed with %s', async (compression) => {
    const path = join(work, `${compression}.deb`);
    const extracted = join(work, compression);
    run('dpkg-deb', ['--root-owner-group', '--uniform-compression', `-Z${compression}`, '-b', tree, path]);
    run('dpkg-deb', ['-R', path, extracted]);
    const listed = run('find', ['.', '-printf', '%y %m %T@ %P %l\\n'], { cwd: extracted });
    const sink = await readDeb(readFileSync(path));
    const types = { file: 'f', hardlink: 'f', directory: 'd', symlink: 'l', other: '?' };
    const target = sink.records.find(({ member }) => member.kind === 'hardlink')?.member;
    const lines = sink.records.map(({ member }) => {
      const { path: normal } = normalizePath(member.name);
      const seconds = `${member.mtime ?? 0}.0000000000`;
      const link = member.kind === 'symlink' ? member.link : '';
      return `${types[member.kind]} ${member.mode?.toString(8)} ${seconds} ${normal === '.' ? '' : normal} ${link}`;
    });
    // dpkg-deb keeps the times of the tree, and some of them have fractions that a tar of whole seconds has not.
    const whole = listed.slice(0, -1).replaceAll(/\.\d{10} /g, '.0000000000 ');
    // Extracting DEBIAN into the root gives the root a time of its own.
    const sorted = (list: readonly string[]): string[] =>
      list.map((line) => line.replace(/^(d \d+) \S+ {2}$/, '$1 the root')).toSorted();
    expect(sorted(lines)).toEqual(sorted(whole.split('\n')));
    expect(sorted(lines)).toContain('d 755 the root');
    expect(target?.size).toBe(0);
    for (const { member, content } of sink.records.filter((record) => record.member.kind === 'file')) {
      expect(readFileSync(join(extracted, Buffer.from(member.name, 'latin1').toString())).equals(content)).toBe(true);
    }
    expect(sink.notices).toEqual([]);
  });
});
