// The tar rewriter on archives built block by block, fed in pieces of one byte, of odd lengths, and whole.
import { describe, expect, it } from 'vitest';
import { tarRewriter } from '../../src/fix/tar.ts';
import type { Decision } from '../../src/fix/tar.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { recordingSink } from '../build/sink.ts';
import { buildTar, gnuLong, padded, pax, tarMember } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { reusedPieces } from '../build/pieces.ts';

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
