// The tar rewriter on archives built block by block, fed in pieces of one byte, of odd lengths, and whole.
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedHeaders } from '../../src/fix/tar-headers.ts';
import { tarRewriter } from '../../src/fix/tar.ts';
import type { Decision } from '../../src/fix/tar.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { recordingSink } from '../build/sink.ts';
import { buildTar, gnuLong, padded, pax, tarMember } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { reusedPieces } from '../build/pieces.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const keep: Decision = { kind: 'keep' };

function rewrite(
  archive: Uint8Array,
  decisions: Readonly<Record<string, Decision>>,
  step: number,
  target = '',
): Buffer {
  const pieces: Buffer[] = [];
  const rewriter = tarRewriter(
    {
      decide: ({ name }) => decisions[name] ?? keep,
      carries: ({ name, kind }) => (kind === 'file' && name === target ? name : null),
    },
    (piece) => pieces.push(Buffer.from(piece)),
  );
  for (const piece of reusedPieces(archive, step)) rewriter.write(piece);
  rewriter.finish();
  expect(rewriter.unresolved()).toBe(0);
  return Buffer.concat(pieces);
}

/** The same for each length of pieces. */
function rewritten(archive: Uint8Array, decisions: Readonly<Record<string, Decision>>, target = ''): Buffer {
  const whole = rewrite(archive, decisions, archive.length, target);
  for (const step of [1, 511, 512, 513, 4096]) {
    expect(rewrite(archive, decisions, step, target).equals(whole), `pieces of ${step}`).toBe(true);
  }
  return whole;
}

function read(archive: Uint8Array) {
  const sink = recordingSink();
  const reader = tarReader(sink);
  reader.write(archive);
  reader.finish();
  return { members: sink.records, notices: sink.notices };
}

const upper: Decision = {
  kind: 'rewrite',
  rewrite: (content) => Buffer.from(content.toString().toUpperCase().slice(1)),
};

describe('tarRewriter', () => {
  const members: readonly TarSpec[] = [
    { name: 'd/', type: '5' },
    pax({ comment: 'for all' }, 'g'),
    pax({ mtime: '1.5' }),
    { name: 'a', content: 'alpha' },
    { name: 'b', content: 'x'.repeat(1500) },
    { name: 'to-b', type: '1', link: 'b' },
    { name: 'c', content: '' },
    { name: 'link', type: '2', link: 'a' },
  ];

  it('copies an archive of which everything stays byte for byte', () => {
    const archive = buildTar(members);
    expect(rewritten(archive, {}).subarray(0, archive.length).equals(archive)).toBe(true);
  });

  it('leaves out members with their own extension headers, and keeps those of all', () => {
    const archive = buildTar(members);
    const expected = buildTar(members.filter((_, index) => ![2, 3, 6].includes(index)));
    expect(rewritten(archive, { a: { kind: 'drop' }, c: { kind: 'drop' } }).equals(expected)).toBe(true);
    const drops = Object.fromEntries(['d/', 'to-b', 'link'].map((name) => [name, { kind: 'drop' } as const]));
    const rest = buildTar(members.filter((_, index) => ![0, 5, 7].includes(index)));
    expect(rewritten(archive, drops).equals(rest)).toBe(true);
  });

  it('hands content on as it comes, and takes back as it goes, where it may be long', () => {
    const taken: number[] = [];
    const long: Decision = {
      kind: 'rewrite',
      rewrite: () => {
        throw new Error('held');
      },
      stream: () => ({
        write: (piece) => taken.push(piece.length),
        hole: (count) => taken.push(-count),
        end: () => ({ length: 5, pieces: () => ['ab', 'cde'].map((text) => Buffer.from(text)) }),
      }),
    };
    const archive = buildTar([
      { name: 'long', content: 'x'.repeat(3000) },
      { name: 'next', content: 'next' },
    ]);
    const expected = buildTar([
      { name: 'long', content: 'abcde' },
      { name: 'next', content: 'next' },
    ]);
    expect(rewrite(archive, { long }, 1000).equals(expected)).toBe(true);
    expect(taken.length).toBeGreaterThan(2);
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(3000);
  });

  it('takes time by the length of the archive, however many members go or become links', () => {
    const names = Array.from({ length: 40_000 }, (_, index) => `n${index}`);
    const archive = buildTar(names.map((name) => ({ name, content: name })));
    for (const decision of [{ kind: 'drop' }, { kind: 'symlink', target: 't' }] as const) {
      const decisions = Object.fromEntries(names.map((name) => [name, decision]));
      const left = rewrite(archive, { ...decisions, n7: keep }, archive.length);
      const links = decision.kind === 'drop' ? 0 : names.length - 1;
      expect(left.length - 1024 - 512 * links).toBeLessThan(10_240 + 512);
    }
  });

  it('keeps the first part of a name that a header splits', () => {
    const prefix = 'p'.repeat(150);
    const archive = buildTar([{ name: 'a', prefix, content: 'alpha' }]);
    expect(read(rewritten(archive, { [`${prefix}/a`]: upper })).members[0]?.member.name).toBe(`${prefix}/a`);
  });

  it('replaces content and length, and keeps what else the headers say', () => {
    const out = read(rewritten(buildTar(members), { a: upper, b: upper, c: upper }));
    const content = Object.fromEntries(
      out.members.map(({ member, content: bytes }) => [member.name, bytes.toString()]),
    );
    expect(content).toMatchObject({ a: 'LPHA', b: 'X'.repeat(1499), c: '' });
    expect(out.members.find(({ member }) => member.name === 'a')?.member).toMatchObject({
      mtime: 1,
      mode: 0o644,
      uid: 1000,
    });
    expect(out.notices).toEqual([]);
  });

  it('drops what a pax header says of length and target', () => {
    const archive = buildTar([pax({ size: '5', mtime: '7' }), { name: 'a', content: 'alpha', size: 5 }]);
    const out = read(rewritten(archive, { a: upper }));
    expect(out.members[0]).toMatchObject({ member: { name: 'a', size: 4, mtime: 7 } });
    expect(out.notices).toEqual([]);
  });

  it('makes links, with targets of any length, behind what they lead to', () => {
    const long = 'l'.repeat(150);
    const archive = buildTar([
      { name: 'early', content: 'same' },
      { name: 'soft', content: 'same' },
      gnuLong('L', long),
      { name: long.slice(0, 100), content: 'same', magic: 'gnu' },
      { name: 'late', content: 'same' },
      { name: 'rest', content: 'more' },
    ]);
    const link: Decision = { kind: 'hard-link', file: long };
    const out = read(rewritten(archive, { early: link, late: link, soft: { kind: 'symlink', target: 'early' } }, long));
    expect(out.members.map(({ member: { name, kind, link: target } }) => [name, kind, target])).toEqual([
      ['soft', 'symlink', 'early'],
      [long, 'file', null],
      ['early', 'hardlink', long],
      ['late', 'hardlink', long],
      ['rest', 'file', null],
    ]);
    expect(out.notices).toEqual([]);
  });

  it('writes a sparse file that is rewritten out in full', () => {
    const map = '2\n0\n3\n512\n3\n';
    const archive = buildTar([
      pax({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.name': 'real',
        'GNU.sparse.realsize': '600',
      }),
      { name: 'GNUSparseFile.0/real', content: Buffer.concat([padded(Buffer.from(map)), Buffer.from('abcdef')]) },
    ]);
    const out = read(rewritten(archive, { real: upper }));
    expect(out.members[0]).toMatchObject({ member: { name: 'real', kind: 'file', size: 599 } });
    expect(out.members[0]?.content.toString()).toBe(`BC${'\0'.repeat(509)}DEF${'\0'.repeat(85)}`);
  });

  it('makes links of all copies that come before what they lead to', () => {
    const names = ['early', 'soon', 'a', 'late'];
    const link: Decision = { kind: 'hard-link', file: 'a' };
    const archive = buildTar(names.map((name) => ({ name, content: 'same' })));
    const out = read(rewritten(archive, { early: link, soon: link, late: link }, 'a'));
    expect(out.members.map(({ member: { name, kind } }) => `${kind} ${name}`)).toEqual([
      'file a',
      'hardlink early',
      'hardlink soon',
      'hardlink late',
    ]);
  });

  it('fills the last record where the archive had done so', () => {
    const whole = (specs: readonly TarSpec[]) =>
      Buffer.concat([buildTar(specs), Buffer.alloc(30_720)]).subarray(0, 30_720);
    const specs = ['a', 'b'].map((name) => ({ name, content: Buffer.alloc(name === 'a' ? 5000 : 9500, name) }));
    const out = rewritten(whole(specs), { a: { kind: 'drop' } });
    expect(out.length % 10_240).toBe(0);
    expect(out.subarray(0, 10_240)).toEqual(tarMember({ name: 'b', content: Buffer.alloc(9500, 'b') }));
    expect(rewritten(buildTar(specs), { a: { kind: 'drop' } })).toEqual(buildTar(specs.slice(1)));
  });

  it.each(['x', 'X'] as const)('keeps of a header of type %s what is not outdated', (type) => {
    const long = 'n'.repeat(120);
    const link = 'l'.repeat(130);
    const archive = buildTar([
      pax({ linkpath: 'old', size: 5 }, type),
      gnuLong('K', link),
      { name: 'bare', content: 'alpha' },
      pax({ linkpath: 'old', comment: 'said', path: long }, type),
      { name: 'a', content: 'alpha' },
    ]);
    for (const target of ['t'.repeat(99), 't'.repeat(100), 't'.repeat(101)]) {
      const soft: Decision = { kind: 'symlink', target };
      const out = rewritten(archive, { bare: soft, [long]: soft });
      expect(read(out).members.map(({ member }) => [member.name, member.link])).toEqual([
        ['bare', target],
        [long, target],
      ]);
      expect(out.includes('comment=said')).toBe(true);
      expect(out.includes('linkpath')).toBe(false);
      // Headers of what is said nowhere else: the comment and the path, and targets that do not fit.
      const blocks = 2 + 2 + (target.length > 100 ? 4 : 0) + 2;
      expect(out.length).toBe(512 * blocks);
    }
  });

  it('reads the length of a header as a reader does', () => {
    const length = Buffer.alloc(12);
    length[0] = 0x80;
    const header = pax({ path: 'long', comment: 'said' });
    length[11] = Buffer.from(header.content ?? '').length;
    for (const size of [length, ` ${length[11].toString(8)}`]) {
      const archive = buildTar([
        { ...header, size },
        { name: 'short', content: 'alpha' },
      ]);
      const out = read(rewritten(archive, { long: upper }));
      expect(out.members.map(({ member, content }) => [member.name, content.toString()])).toEqual([['long', 'LPHA']]);
    }
  });

  it.skipIf(!requireTool('python3'))('states sizes as Python reads them', () => {
    const script =
      'import sys, tarfile; print(tarfile.TarInfo.frombuf(sys.stdin.buffer.read(), "utf-8", "strict").size)';
    for (const size of [0, 0o77777777777, 0o77777777777 + 1, 2 ** 40]) {
      const header = changedHeaders(tarMember({ name: 'a' }), { type: '0', size, link: '' });
      expect(Number(run('python3', ['-c', script], { input: header }))).toBe(size);
      // Programs of old read eleven digits.
      expect((header[124] ?? 0) < 0x80).toBe(size <= 0o77777777777);
    }
  });

  it.skipIf(!requireTool('tar')).each([
    ['gnu', ''],
    ['posix', '0.0'],
    ['posix', '0.1'],
    ['posix', '1.0'],
  ])('writes sparse files of GNU tar out in full, or links to them: %s %s', (format, version) => {
    const work = tempDirectory('sparse');
    const name = `${'long/'.repeat(20)}holes`;
    mkdirSync(join(work, 'in', 'long/'.repeat(20)), { recursive: true });
    const content = Buffer.alloc(1 << 19);
    // More of them than fit into one header.
    for (let at = 0; at < content.length; at += 1 << 15) content.write(`data at ${at}`, at, 'latin1');
    writeFileSync(join(work, 'full'), content);
    for (const to of [name, 'copy']) run('cp', ['--sparse=always', 'full', join('in', to)], { cwd: work });
    const how = [`--format=${format}`, ...(version === '' ? [] : [`--sparse-version=${version}`])];
    run('tar', ['-S', ...how, '-b20', '-cf', 'a.tar', '-C', 'in', name, 'copy'], { cwd: work });
    const archive = readFileSync(join(work, 'a.tar'));
    expect(archive.length).toBeLessThan(content.length);
    const out = rewritten(archive, { [name]: upper, copy: { kind: 'hard-link', file: name } }, name);
    writeFileSync(join(work, 'b.tar'), out);
    mkdirSync(join(work, 'out'));
    run('tar', ['-xf', 'b.tar', '-C', 'out'], { cwd: work });
    expect(readFileSync(join(work, 'out', name)).equals(Buffer.from(content.toString().toUpperCase().slice(1)))).toBe(
      true,
    );
    expect(lstatSync(join(work, 'out/copy')).ino).toBe(lstatSync(join(work, 'out', name)).ino);
  });

  it('says so where a link has no target', () => {
    const pieces: Uint8Array[] = [];
    const rewriter = tarRewriter(
      { decide: () => ({ kind: 'hard-link', file: 'nowhere' }), carries: () => null },
      (piece) => pieces.push(piece),
    );
    rewriter.write(buildTar([{ name: 'a', content: 'x' }]));
    rewriter.finish();
    expect(rewriter.unresolved()).toBe(1);
  });

  it('keeps an archive without padding or end mark readable', () => {
    const archive = Buffer.concat([
      tarMember({ name: 'a', content: 'x' }),
      tarMember({ name: 'b', content: 'y', unpadded: true }),
    ]);
    expect(
      rewritten(archive, { a: { kind: 'drop' } }).equals(tarMember({ name: 'b', content: 'y', unpadded: true })),
    ).toBe(true);
  });
});
