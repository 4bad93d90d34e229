// Orders of a tar's members: the new archive holds what the old one holds, as GNU tar reads both.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extentReader, inOrder } from '../../src/formats/tar/order.ts';
import type { TarExtent, TarOrder } from '../../src/formats/tar/order.ts';
import { buildTar, pax } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('order');

function extentsOf(tar: Uint8Array): readonly TarExtent[] | null {
  const reader = extentReader();
  // In pieces that end anywhere.
  for (let at = 0; at < tar.length; at += 700) reader.write(tar.subarray(at, at + 700));
  return reader.finish();
}

function reorder(tar: Buffer, order: TarOrder): Buffer {
  const extents = inOrder(extentsOf(tar) ?? [], order);
  return Buffer.concat([...extents.map(({ start, end }) => tar.subarray(start, end)), Buffer.alloc(1024)]);
}

describe('members in another order', () => {
  it('by name as tar --sort=name has them, by type with directories first and hard links last', () => {
    const tar = buildTar([
      { name: 'b.py', content: 'x' },
      { name: 'a/', type: '5' },
      { name: 'a/z.c', content: 'y'.repeat(600) },
      { name: 'again', type: '1', link: 'b.py' },
      { name: 'c.c', content: 'c' },
      { name: 'a.py', content: 'z' },
      { name: 'a/README', content: 'r' },
    ]);
    const names = (order: TarOrder): string[] => inOrder(extentsOf(tar) ?? [], order).map(({ name }) => name);
    expect(names('name')).toEqual(['a/', 'a/README', 'a/z.c', 'a.py', 'b.py', 'c.c', 'again']);
    expect(names('type')).toEqual(['a/', 'a/README', 'a/z.c', 'c.c', 'a.py', 'b.py', 'again']);
  });

  it.skipIf(!requireTool('tar'))('GNU tar finds the same in them', () => {
    const root = join(work, 'tree');
    mkdirSync(join(root, 'dir', 'n'.repeat(120)), { recursive: true });
    for (const name of ['b.txt', 'a.py', `dir/${'n'.repeat(120)}/c.txt`, 'dir/d.py', '.hidden', 'plain'])
      writeFileSync(join(root, name), `${name}\n`.repeat(100));
    run('sh', ['-c', 'ln tree/a.py tree/linked && ln -s a.py tree/soft'], { cwd: work });
    for (const format of ['gnu', 'pax', 'ustar']) {
      const list = '. dir plain b.txt a.py linked soft .hidden dir/d.py';
      const deep = format === 'ustar' ? '' : `dir/${'n'.repeat(120)}/c.txt`;
      const command = `tar --format=${format} --no-recursion -C tree -cf in.tar ${list} ${deep}`;
      run('sh', ['-c', command], { cwd: work });
      const tar = Buffer.from(run('base64', ['-w0', 'in.tar'], { cwd: work }), 'base64');
      const listing = (file: string): string[] => run('tar', ['-tvf', file], { cwd: work }).split('\n').toSorted();
      for (const order of ['name', 'type'] as const) {
        writeFileSync(join(work, 'out.tar'), reorder(tar, order));
        expect(listing('out.tar')).toEqual(listing('in.tar'));
        run('sh', ['-c', 'rm -rf x y && mkdir x y && tar -C x -xf in.tar && tar -C y -xf out.tar && diff -r x y'], {
          cwd: work,
        });
      }
    }
  });

  it('none where the order means something', () => {
    expect(
      extentsOf(
        buildTar([
          { name: 'a', content: '1' },
          { name: 'a', content: '2' },
        ]),
      ),
    ).toBeNull();
    expect(extentsOf(buildTar([pax({ comment: 'x' }, 'g'), { name: 'a', content: '1' }]))).toBeNull();
  });
});
