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
  return `${encoded.slice(0, longest).replace(/(?<!-)-+$/, '')}_${hash}`;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * The key of a comment for which none was given: that of joined reports, else the names of the artifacts that were asked for, or that of
 * the new one of a diff without its directory.
 */
export function defaultKey(report: CheckReport | DiffReport): string {
  if ('gate' in report) return report.key ?? (askedFor(report).join('+') || 'check');
  const { name } = report.diff.after.artifact;
  return name.split(/[/\\]/).findLast((part) => part !== '') ?? 'diff';
}

/** The same whether an optional artifact is there or not, and however many files a glob matches: else these would make another comment. */
function askedFor({ gate, artifacts }: CheckReport): string[] {
  const byBudget: Set<string>[] = [];
  for (const { artifact, budget } of gate.verdicts) {
    const index = /^artifacts\[(\d{1,6})\]/.exec(budget)?.[1];
    if (index !== undefined) (byBudget[Number(index)] ??= new Set()).add(artifact);
  }
  const limited = Object.values(byBudget);
  // Nothing but rules may judge an artifact, whose verdicts do not say which budget is theirs.
  const others = artifacts.filter(({ name }) => !limited.some((names) => names.has(name)));
  return [...limited.map((names) => commonName(names, artifacts)), ...others.map(({ name }) => name)];
}

/** `app` of `app (app-1.tar)` and `app (app-2.tar)`, which is what files of one budget are called. */
function commonName(names: ReadonlySet<string>, artifacts: CheckReport['artifacts']): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  // Both names may hold " (" themselves; the path of one that was measured tells them apart.
  const known = artifacts.find(({ name }) => names.has(name));
  const name = known?.name ?? first;
  const starts = [...name.matchAll(/ \(/g)].map(({ index }) => index);
  const start = starts.find((at) => known?.artifact.name.endsWith(name.slice(at + 2, -1)) === true);
  return name.slice(0, start ?? starts[0]);
}
