// Builds Debian packages from parts, so that each part can be missing, doubled, misnamed or broken.
import { gzipSync } from 'node:zlib';
import { buildAr } from './ar.ts';
import type { ArSpec } from './ar.ts';
import { buildTar } from './tar.ts';

export const version: ArSpec = { name: 'debian-binary', content: '2.0\n' };

export const controlTar = buildTar([
  { name: './', type: '5', mode: 0o755 },
  { name: './control', content: 'Package: sample\n' },
  { name: './md5sums', content: 'sums\n' },
]);

export const dataTar = buildTar([
  { name: './', type: '5', mode: 0o755 },
  { name: './usr/', type: '5', mode: 0o755 },
  { name: './usr/file', content: 'content' },
  { name: './usr/hard', type: '1', link: './usr/file' },
  { name: './usr/soft', type: '2', link: 'file' },
]);

export const control: ArSpec = { name: 'control.tar.gz', content: gzipSync(controlTar) };
export const data: ArSpec = { name: 'data.tar.gz', content: gzipSync(dataTar) };

/** A package of the given ar members; a whole, sound one by default. */
export function buildDeb(members: readonly ArSpec[] = [version, control, data]): Buffer {
  return buildAr(members);
}
