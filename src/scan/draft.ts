// An entry while its artifact is read: the very object that the snapshot holds in the end, because making a second one of each
// costs more than anything else that is done for most files.
import type { Member } from '../formats/format.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';

export type Draft = { -readonly [Key in keyof Entry]: Entry[Key] };

/** Block size that disk usage is modelled with inside archives, in bytes. */
export const modelBlock = 4096;

/** Symlink targets shorter than this take no block of their own on ext4 and XFS; modelled so inside archives. */
const inlineSymlink = 60;

/** Content (digest and facts) comes later. A hard link holds none; links.ts settles what it leads to. */
export function draftOf(path: Name, member: Member): Draft {
  const { kind, mode, uid, gid, mtime, link } = member;
  const size = kind === 'file' ? member.size : 0;
  const draft: Draft = { path, kind, size, disk: 0, mode, uid, gid, mtime, digest: null, link, facts: null };
  draft.disk = member.disk ?? modelDisk(draft);
  return draft;
}

/** Allocated bytes of an unpacked entry, in blocks. */
export function modelDisk({ kind, size, link }: Draft): number {
  switch (kind) {
    case 'file':
      return Math.ceil(size / modelBlock) * modelBlock;
    case 'directory':
      return modelBlock;
    case 'symlink':
      return (link ?? '').length >= inlineSymlink ? modelBlock : 0;
    case 'hardlink':
    case 'other':
  }
  return 0;
}
