// The list of files that a wheel brings along (`RECORD`, PEP 427): what is installed or unpacked is checked by it, so a wheel whose list
// tells of files that are gone, or of other content, is refused.
import { sha256 } from '../bytes/sha256.ts';
import { FormatError, SizecheckError } from '../errors.ts';
import { recordRows } from '../inspectors/packages/record.ts';
import { longestList } from '../inspectors/packages/text.ts';
import { normalizePath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { pathsOf } from '../model/paths.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { OnBroken } from './decisions.ts';

export interface WheelRecord {
  /** Where the list is. */
  readonly path: Name;
  /** Takes down what a file's content has become. */
  readonly changed: (path: Name, content: Uint8Array) => void;
  /** The list without rows of what is gone, and with what `changed` said; once all is said. Null where it cannot be read. */
  readonly update: (content: Buffer) => Buffer | null;
  /** `sha256:<hex>` of what `update` made; null before, and where it made nothing. */
  readonly digest: () => string | null;
}

/** @returns null of what is no wheel: a zip with one `NAME.dist-info` that holds `WHEEL` and `RECORD`. */
export function wheelRecord(snapshot: Snapshot, removed: ReadonlySet<Name>, onBroken: OnBroken): WheelRecord | null {
  if (snapshot.artifact.format !== 'zip') return null;
  const paths = pathsOf(snapshot);
  const isFile = (name: Name): boolean => paths.get(name)?.kind === 'file';
  const [found, second] = snapshot.entries.filter(
    ({ path }) => /^[^/]+\.dist-info\/RECORD$/.test(path) && isFile(path) && isFile(path.replace(/RECORD$/, 'WHEEL')),
  );
  if (found === undefined || second !== undefined || removed.has(found.path)) return null;
  const { path, size } = found;
  if (size > longestList) {
    onBroken(path, `is longer than ${longestList} bytes, so it is not brought up to date`);
    return null;
  }
  const contents = new Map<Name, string>();
  let digest: string | null = null;
  return {
    path,
    changed: (file, content) => {
      contents.set(file, `sha256=${sha256().update(content).digest('base64url')},${content.length}`);
    },
    digest: () => digest,
    update(content) {
      try {
        const list = Buffer.from(updated(content.toString('latin1'), removed, contents), 'latin1');
        digest = `sha256:${sha256().update(list).digest('hex')}`;
        return list;
      } catch (error) {
        if (!(error instanceof SizecheckError)) throw error;
        onBroken(path, `${error.message}, so it is not brought up to date`);
        return null;
      }
    },
  };
}

/** Rows that nothing is to be said of stay as they are spelled. @param contents hash and size, by path. */
function updated(text: string, removed: ReadonlySet<Name>, contents: ReadonlyMap<Name, string>): string {
  // Python's csv module ends rows there, too; nothing of such a list would be found.
  if (/\r(?!\n)/.test(text)) throw new FormatError('bad-record', 'has lines that end in a bare carriage return');
  let result = '';
  let at = 0;
  for (const { fields, start, end } of recordRows(text)) {
    result += text.slice(at, start);
    at = end;
    const [name = ''] = fields;
    const { path } = normalizePath(name);
    if (removed.has(path)) continue;
    const content = contents.get(path);
    const row = text.slice(start, end);
    const ending = /\r?\n?$/.exec(row)?.[0] ?? '';
    result += content === undefined ? row : `${quoted(name)},${content}${ending}`;
  }
  return result + text.slice(at);
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
