// Permissions and owner of a file whose place another one takes: that one gets the same, or narrower ones where the system refuses, and
// is nobody else's to read before.
import { fchmodSync, fchownSync, fstatSync, statSync } from 'node:fs';

export interface Rights {
  /** Permission bits (07777). */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What the regular file has that `path` leads to; null where there is none. */
export function rightsOf(path: string): Rights | null {
  const status = statSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true ? { mode: status.mode & 0o7777, uid: status.uid, gid: status.gid } : null;
}

/** Mode to create a file with that gets `rights` when it is whole; without them the umask decides. */
export function modeUntilWhole(rights: Rights | null): number {
  return rights === null ? 0o666 : 0o600;
}

/** For a file that was created with `modeUntilWhole`. Never fails: what cannot be given is left out. */
export function giveRights(fd: number, { mode, uid, gid }: Rights): void {
  // Who may not give a file away may still be in its group.
  if (!isDone(() => fchownSync(fd, uid, gid))) isDone(() => fchownSync(fd, fstatSync(fd).uid, gid));
  const own = fstatSync(fd);
  let given = mode;
  if (own.uid !== uid) given &= ~0o4000;
  // Another group may do what everybody may.
  if (own.gid !== gid) given = (given & 0o5707) | (((given & 0o007) << 3) & given);
  isDone(() => fchmodSync(fd, given));
}

function isDone(change: () => void): boolean {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}
