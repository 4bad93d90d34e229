// Digests of files with random access, taken after the walk: of all files, or only of those that another one may equal. Long work,
// so it takes turns with signals.
import { contentDigest } from '../bytes/content-digest.ts';
import type { DigestPurpose } from '../bytes/content-digest.ts';
import type { ByteSource } from '../bytes/source.ts';
import { createTurns } from '../bytes/turns.ts';
import type { Turns } from '../bytes/turns.ts';
import { InputError } from '../errors.ts';
import type { OpenFile } from '../formats/format.ts';
import type { Name } from '../model/name.ts';
import { closeQuietly } from './close.ts';
import type { Collected } from './collector.ts';
import { maxHoles } from './content.ts';
import type { Draft } from './draft.ts';

const step = 1 << 18;

/** Notices that say that a file could not be read. A broken ELF file, say, is hashed like any other. */
const readFailures: ReadonlySet<string> = new Set(['unreadable', 'changed', 'vanished']);

/**
 * Sets the digests that are missing; `which` is `all`, or `candidates`: files of a size that another file has too.
 * @param onProgress called now and then with the bytes of files that are done with, those of the walk included.
 */
export async function hashFiles(
  collected: Collected,
  which: 'all' | 'candidates',
  purpose: DigestPurpose,
  onProgress?: (bytes: number) => void,
): Promise<void> {
  const turns = createTurns();
  const unreadable = new Set(collected.notices.filter(({ code }) => readFailures.has(code)).map(({ path }) => path));
  const report = (code: string, path: Name, message: string): void => {
    collected.notices.push({ code, path, message });
  };
  let holes = 0;
  let done = 0;
  const files = [...collected.openers.keys()];
  for (const { size } of files) done += size;
  for (const draft of which === 'all' ? files : ofEqualSize(files)) {
    const open = collected.openers.get(draft);
    onProgress?.(done);
    // What was found unreadable or changing is not tried again.
    if (open === undefined || unreadable.has(draft.path)) continue;
    const own = Math.max(0, draft.size - draft.disk);
    if (holes + own > maxHoles) {
      report('sparse-not-hashed', draft.path, 'is a sparse file too large to hash; its content is unknown');
      continue;
    }
    holes += own;
    try {
      draft.digest = await digestOf(purpose, open(), turns, (bytes) => onProgress?.(done + bytes));
      done += draft.size;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      report(error.code, draft.path, error.message);
    }
  }
}

/** Files that are not alone with their size. */
function ofEqualSize(files: readonly Draft[]): Draft[] {
  const counts = new Map<number, number>();
  for (const { size } of files) counts.set(size, (counts.get(size) ?? 0) + 1);
  return files.filter(({ size }) => size > 0 && (counts.get(size) ?? 0) > 1);
}

type Told = (bytes: number) => void;

async function digestOf(purpose: DigestPurpose, file: OpenFile, turns: Turns, onRead: Told): Promise<string> {
  let digest: string;
  try {
    digest = await hashOf(purpose, file.source, turns, onRead);
  } catch (error) {
    closeQuietly(file);
    throw error;
  }
  file.close();
  return digest;
}

async function hashOf(purpose: DigestPurpose, source: ByteSource, turns: Turns, onRead: Told): Promise<string> {
  const hasher = contentDigest(purpose, source.size);
  for (let at = 0; at < source.size; at += step) {
    hasher.update(source.read(at, Math.min(step, source.size - at)));
    if (!turns.due()) continue;
    onRead(at);
    await turns.next();
  }
  return hasher.digest();
}
