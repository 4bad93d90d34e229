// The parts of an image in a directory as `skopeo copy … dir:` writes it: `version`, `manifest.json`, and every blob under the hexadecimal
// digits of its digest (containers/image, transport "dir"). It is read as an OCI layout whose index names that one manifest.
import { createHash } from 'node:crypto';
import { memorySource } from '../../bytes/source.ts';
import { FormatError } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import { layoutStore, statOf } from './layout-store.ts';
import { maxJson } from './json.ts';
import type { PartStore, Stored } from './store.ts';

const sign = 'Directory Transport Version: ';

/** Whether a directory says of itself that it is one. */
export function isImageDirectory(root: Name): boolean {
  const files = layoutStore(root);
  if (['version', 'manifest.json'].some((name) => statOf(root, name)?.isFile() !== true)) return false;
  const version = files.find('version');
  return version !== null && bytesOf(version, sign.length).toString('latin1') === sign;
}

export function dirStore(root: Name): PartStore {
  const files = layoutStore(root);
  const manifest = files.find('manifest.json');
  if (manifest === null) throw new FormatError('bad-image', 'is missing', { path: 'manifest.json' });
  if (manifest.size > maxJson) {
    const message = `is JSON of ${manifest.size} bytes, more than ${maxJson}`;
    throw new FormatError('too-large', message, { path: manifest.path });
  }
  const hex = createHash('sha256').update(bytesOf(manifest, manifest.size)).digest('hex');
  const index = JSON.stringify({ manifests: [{ digest: `sha256:${hex}`, size: manifest.size }] });
  return {
    find(path) {
      if (path === 'index.json') return inMemory(path, Buffer.from(index));
      const blob = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
      if (blob === undefined) return null;
      // With --all there are manifests of several platforms, under names of their own.
      return blob === hex ? manifest : (files.find(blob) ?? files.find(`${blob}.manifest.json`));
    },
  };
}

function bytesOf(part: Stored, most: number): Buffer {
  const opened = part.open();
  try {
    return Buffer.from(opened.source.read(0, Math.min(most, part.size)));
  } finally {
    opened.close();
  }
}

function inMemory(path: Name, bytes: Buffer): Stored {
  const open = () => ({ source: memorySource(bytes), file: null, close: () => {} });
  return { path, size: bytes.length, open };
}
