// `.dive-ci`, the limits that dive checks images by: as `init` writes them to a budgets file, and as `check --dive-ci` judges by them. The
// file is YAML, but dive's own examples are lines of `key: value` below `rules:`, and that is what is read.
import { ConfigError } from '../errors.ts';

export interface DiveImport {
  /** What `dive` of an artifact holds; without limits that are off. */
  readonly dive: Readonly<Record<string, number | string>>;
  /** One sentence a limit: what became of it. */
  readonly notes: readonly string[];
}

const known = ['lowestEfficiency', 'highestWastedBytes', 'highestUserWastedPercent'] as const;

/** What dive takes for a rule that is off. */
const off: ReadonlySet<string> = new Set(['', 'disabled', 'off', 'false']);

/** What dive holds against an image where its file does not say otherwise. */
const defaults: Readonly<Record<(typeof known)[number], string>> = {
  lowestEfficiency: '0.9',
  highestWastedBytes: 'disabled',
  highestUserWastedPercent: '0.1',
};

export type DiveRules = Readonly<Record<(typeof known)[number], number | null>>;

/** The limits that dive would judge by; null for those that are off. @throws ConfigError. */
export function diveRules(text: string): DiveRules {
  const limits = limitsOf(text);
  const value = (key: (typeof known)[number], parse: (text: string) => number | null): number | null => {
    const given = (limits.get(key) ?? defaults[key]).trim();
    if (off.has(given.toLowerCase())) return null;
    const parsed = parse(given);
    if (parsed === null) throw new ConfigError(`${key}: "${given.slice(0, 60)}" is no limit that dive takes`);
    return parsed;
  };
  return {
    lowestEfficiency: value('lowestEfficiency', parseDiveShare),
    highestWastedBytes: value('highestWastedBytes', parseDiveBytes),
    highestUserWastedPercent: value('highestUserWastedPercent', parseDiveShare),
  };
}

/** A share from 0 to 1; null for all else. */
function parseDiveShare(text: string): number | null {
  if (!/^[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?$/.test(text)) return null;
  const value = Number(text);
  return value >= 0 && value <= 1 ? value : null;
}

const powers: readonly string[] = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** Bytes as dive reads them: `20MB` and `20m` are powers of 1000, `20MiB` and `20mi` of 1024; null for what it would not take. */
export function parseDiveBytes(text: string): number | null {
  const match = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([kmgtpe]?)(i?)b?$/.exec(text.trim().toLowerCase());
  if (match === null || (match[2] === '' && match[3] !== '')) return null;
  const bytes = Math.floor(Number(match[1]) * (match[3] === '' ? 1000 : 1024) ** powers.indexOf(match[2] ?? ''));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** @throws ConfigError naming the line that is not understood. */
function limitsOf(text: string): Map<string, string> {
  const limits = new Map<string, string>();
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.replace(/(?:^|\s)#.*$/, '').trimEnd();
    if (content.trim() === '' || /^(?:---|rules:)$/.test(content.trim())) continue;
    if (/^\s*rules:/.test(content))
      throw new ConfigError(`line ${index + 1}: write each limit on a line of its own, below "rules:"`);
    const match = /^\s*([A-Za-z-]+):\s*(?:"([^"]*)"|'([^']*)'|([^\s"'][^"']*))$/.exec(content);
    // lowest-efficiency is lowestEfficiency.
    const key = match?.[1]?.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (match === null || key === undefined) throw new ConfigError(`line ${index + 1} is not "key: value"`);
    if (!known.some((name) => name === key))
      throw new ConfigError(`line ${index + 1}: dive has no limit "${key.slice(0, 60)}"`);
    limits.set(key, match[2] ?? match[3] ?? match[4] ?? '');
  }
  return limits;
}

/** Limits as an artifact of a budgets file has them, those that dive falls back on included. @throws ConfigError. */
export function readDiveCi(text: string): DiveImport {
  const limits = limitsOf(text);
  const rules = diveRules(text);
  const dive: Record<string, number | string> = {};
  const notes: string[] = [];
  for (const key of known) {
    const value = rules[key];
    const given = limits.get(key)?.trim();
    if (value === null) {
      notes.push(given === undefined ? `${key} is off unless given; no limit` : `${key} is disabled; no limit`);
      continue;
    }
    // As it is spelled, where that says more than a number of bytes.
    const written = key === 'highestWastedBytes' && given !== undefined && /[a-z]/i.test(given) ? given : value;
    dive[key] = written;
    notes.push(
      given === undefined
        ? `${key} is not in the file; ${written}, which dive takes then, became dive.${key}`
        : `${key}: ${given} became dive.${key}`,
    );
  }
  return { dive, notes };
}
