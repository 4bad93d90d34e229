import { expect, it } from 'vitest';
import { isPacked, linkLossOf } from '../../src/model/link-loss.ts';
import { directory, file, hardlink, snapshot } from '../build/snapshot.ts';

const manifest = file('package/package.json', 1);

it('a package of npm lies in one directory, with its manifest', () => {
  expect(isPacked(snapshot([directory('package'), file('package/a', 1), manifest]))).toBe(true);
  expect(isPacked(snapshot([file('package/a', 1), hardlink('package/package.json', 'package/a')]))).toBe(true);
  expect(isPacked(snapshot([file('package/a', 1)]))).toBe(false);
  expect(isPacked(snapshot([{ ...directory('package/package.json') }]))).toBe(false);
  expect(isPacked(snapshot([{ ...manifest, kind: 'symlink', link: 'a', size: 0 }]))).toBe(false);
  for (const other of ['packages/a', 'a', 'packag'])
    expect(isPacked(snapshot([manifest, file(other, 1)])), other).toBe(false);
});

it('loses links in tars alone, as a zip does whatever it holds', () => {
  const packed = snapshot([manifest]);
  const of = (format: 'tar' | 'zip' | 'directory' | 'deb', entries = packed.entries) =>
    linkLossOf({ ...packed, entries, artifact: { ...packed.artifact, format } });
  expect([of('tar'), of('zip'), of('directory'), of('deb')]).toEqual(['npm', 'zip', null, null]);
  expect([of('tar', []), of('zip', [])]).toEqual([null, 'zip']);
});
