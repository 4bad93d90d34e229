// Where links get lost: copies that become links in such an archive are copies again, or gone, once it is unpacked.
import type { Name } from './name.ts';
import type { Snapshot } from './snapshot.ts';

/** `zip`: it has no hard links, and not all that unpacks it makes symlinks. `npm`: npm unpacks neither, and leaves the path out. */
export type LinkLoss = 'zip' | 'npm';

/** The one directory at the root of an archive by `npm pack`. */
export const packedDirectory: Name = 'package';

/** null where links are kept, as far as the artifact tells. */
export function linkLossOf(snapshot: Snapshot): LinkLoss | null {
  const { format } = snapshot.artifact;
  if (format === 'zip') return 'zip';
  // A directory is more than what may be packed of it.
  return format === 'tar' && isPacked(snapshot) ? 'npm' : null;
}

/** Whether all lies in the one directory that `npm pack` makes, with the package's manifest. */
export function isPacked({ entries }: Pick<Snapshot, 'entries'>): boolean {
  const manifest = `${packedDirectory}/package.json`;
  let isFound = false;
  for (const { path, kind } of entries) {
    if (path !== '.' && path !== packedDirectory && !path.startsWith(`${packedDirectory}/`)) return false;
    isFound ||= path === manifest && (kind === 'file' || kind === 'hardlink');
  }
  return isFound;
}
