// Whether what was measured is certain, by the notices of the measuring: what could not be measured, or not surely, never passes a gate.
import type { Diff } from '../model/diff.ts';
import { spellBytes } from '../model/json-name.ts';
import type { ArtifactIdentity, Snapshot } from '../model/snapshot.ts';

/** What notices of a code leave open: `all` of it, how many bytes there are (`sizes`), or just what is in them (`content`). */
const open: ReadonlyMap<string, 'all' | 'sizes' | 'content'> = new Map([
  ['unreadable', 'all'],
  ['changed', 'all'],
  ['vanished', 'all'],
  // The length is a mere claim of the archive's.
  ['unreadable-content', 'sizes'],
  ['no-end-of-archive', 'sizes'],
  ['ambiguous-whiteout', 'sizes'],
  ['sparse-not-hashed', 'content'],
  // Of a comparison.
  ['content-unknown', 'content'],
]);

export type Noticed = Pick<Snapshot, 'notices'> & {
  readonly artifact: Pick<ArtifactIdentity, 'format' | 'codecs'>;
};

/** Why the length of the file, or of what a directory was packed into, is not certain; null where it is. */
export function doubtOfLength(measured: Noticed): string | null {
  return doubt(measured, ['all']);
}

/** Why it is not certain how many bytes there are; null where it is. */
export function doubtOfSizes(measured: Noticed): string | null {
  return doubt(measured, ['all', 'sizes']);
}

/** Why it is not certain what rules find, or what a comparison would; null where it is. */
export function doubtOfContent(measured: Noticed): string | null {
  return doubt(measured, ['all', 'sizes', 'content']);
}

/** Whether there may be changes that a comparison could not see: then that it saw none says little. */
export function mayHideChanges({ notices, after }: Pick<Diff, 'notices' | 'after'>): boolean {
  return doubtOfContent({ notices, artifact: after.artifact }) !== null;
}

function doubt({ notices, artifact }: Noticed, kinds: readonly string[]): string | null {
  const found = notices.filter(
    ({ code }) => kinds.includes(open.get(code) ?? '') && (code !== 'no-end-of-archive' || mayBeCut(artifact)),
  );
  const [first] = found;
  if (first === undefined) return null;
  const where = first.path === null ? '' : `${spellBytes(first.path)} `;
  const more = found.length - 1;
  const others = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'path' : 'paths'})`;
  return `not all of it could be measured: ${where}${first.message}${others}`;
}

/** Codecs have an end of their own, and layers of images a digest: these are whole, whatever their writer left out. */
function mayBeCut({ format, codecs }: Noticed['artifact']): boolean {
  return format === 'tar' && codecs.length === 0;
}
