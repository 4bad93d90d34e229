// The text of a package manager's file, bounded: such files are read whole.
import type { ByteSource } from '../../bytes/source.ts';
import { FormatError } from '../../errors.ts';
import { nameFromBytes, nameToText } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { spellBytes } from '../../model/json-name.ts';
import { maxPath } from '../../model/path-bounds.ts';

/** Longest list that is read (64 MiB). */
export const longestList = 64 * 1024 ** 2;

/** All of it as a byte string. @throws FormatError `too-large` */
export function boundedText(source: ByteSource, most = longestList): Name {
  if (source.size > most) throw new FormatError('too-large', `is longer than ${most} bytes`);
  return nameFromBytes(source.read(0, source.size));
}

/** Lines of it, without their ends; a last line needs none. */
export function linesOf(text: Name): Name[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Bytes as text, whatever they are. */
export function lenientText(bytes: Name): string {
  return nameToText(bytes) ?? spellBytes(bytes);
}

/** @throws FormatError where a list names a path that no artifact can hold. */
export function checkListed(path: Name, code: string, line: number): void {
  if (path.length <= maxPath) return;
  throw new FormatError(code, `has a path of ${path.length} bytes in line ${line}, more than ${maxPath}`);
}
