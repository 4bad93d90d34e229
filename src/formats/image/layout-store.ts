// The parts of an image in the directory of an OCI image layout (OCI image spec, "Image Layout"). Only regular files are opened, and
// nothing is followed but the directory that the user named.
import { lstatSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { FormatError, InputError, systemCode } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import { openRegular } from '../directory.ts';
import type { OpenPart, PartStore } from './store.ts';

/** Whether a directory says of itself that it is one. */
export function isLayout(root: Name): boolean {
  return ['oci-layout', 'index.json'].every((name) => statOf(root, name)?.isFile() === true);
}

export function layoutStore(root: Name): PartStore {
  return {
    find(path) {
      const parts = path.split('/');
      for (let count = 1; count < parts.length; count++) {
        const directory = parts.slice(0, count).join('/');
        const stats = statOf(root, directory);
        if (stats === null) return null;
        if (!stats.isDirectory()) {
          throw new FormatError('not-a-directory', 'is no directory, as it must be in an OCI layout', {
            path: directory,
          });
        }
      }
      const stats = statOf(root, path);
      if (stats === null) return null;
      if (!stats.isFile()) {
        throw new FormatError('not-regular', 'is no regular file; parts of an image are, and links are not followed', {
          path,
        });
      }
      return { path, size: stats.size, open: () => open(root, path, stats) };
    },
  };
}

function open(root: Name, path: Name, stats: Stats): OpenPart {
  const opened = openRegular(onDisk(root, path), stats);
  return { source: opened.source, file: { fd: opened.fd, position: 0 }, close: () => opened.close() };
}

/** null where there is nothing. */
export function statOf(root: Name, path: Name): Stats | null {
  try {
    return lstatSync(onDisk(root, path));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new InputError('unreadable', `cannot be read (${code})`, { path, cause: error });
  }
}

function onDisk(root: Name, path: Name): Buffer {
  return Buffer.from(`${root}/${path}`, 'latin1');
}
