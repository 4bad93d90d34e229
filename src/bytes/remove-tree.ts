// Removes whole trees, those included whose directories their owner may not write to. Symlinks are removed, never followed.
import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';

/**
 * Where nothing is there, nothing is done.
 * @param maxRetries how often to try again what another program keeps from going, after 25 ms and more.
 * @throws what the system says; then some of it may be gone.
 */
export function removeTree(path: string, maxRetries = 0): void {
  const options = { recursive: true, force: true, maxRetries, retryDelay: 25 } as const;
  try {
    rmSync(path, options);
  } catch {
    openDirectories(path);
    rmSync(path, options);
  }
}

/** Lets their owner into all directories, as far as the system does. */
function openDirectories(root: string): void {
  const pending = [Buffer.from(root)];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const name of openDirectory(path)) pending.push(Buffer.concat([path, slash, name]));
  }
}

const slash = Buffer.from('/');

/** Returns the names in it; none for what is no directory. */
function openDirectory(path: Buffer): readonly Buffer[] {
  try {
    const stats = lstatSync(path);
    if (!stats.isDirectory()) return [];
    if ((stats.mode & 0o700) !== 0o700) chmodSync(path, (stats.mode & 0o7777) | 0o700);
    return readdirSync(path, { encoding: 'buffer' });
  } catch {
    // What cannot be opened is what the removal fails on, and says.
    return [];
  }
}
