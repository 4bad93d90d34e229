// The hidden first line of a comment, by which the next run finds it again. No key can close the HTML comment it stands in.
import { createHash } from 'node:crypto';
import type { CheckReport, DiffReport } from '../reporter.ts';

/** Longest key that stands as it is. */
const longest = 100;

/** The first line of a comment with this key. */
export function marker(key: string): string {
  return `<!-- sizecheck:${encodeKey(key)} -->`;
}

/** Letters, digits, `.`, `_` and single `-` stay; all else is percent-encoded. Long keys end in their hash, so that they stay different. */
function encodeKey(key: string): string {
  const encoded = [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const char = String.fromCodePoint(byte);
      return /[A-Za-z0-9._-]/.test(char) ? char : percent(byte);
    })
    .join('')
    .replaceAll(/(?<=-)-/g, percent(0x2d));
  if (encoded.length <= longest) return encoded;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return `${encoded.slice(0, longest).replace(/-+$/, '')}_${hash}`;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** The key of a comment for which none was given: the names of the budgets, or the new artifact of a diff without its directory. */
export function defaultKey(report: CheckReport | DiffReport): string {
  if ('gate' in report) return report.artifacts.map(({ name }) => name).join('+') || 'check';
  const { name } = report.diff.after.artifact;
  return name.split(/[/\\]/).findLast((part) => part !== '') ?? 'diff';
}
