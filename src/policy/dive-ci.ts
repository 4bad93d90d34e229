// `.dive-ci`, the limits that dive checks images by: what of it has a meaning for artifacts here, and what has none yet. The
// file is YAML, but dive's own examples are lines of `key: value` below `rules:`, and that is what is read.
import { ConfigError } from '../errors.ts';
import type { RuleSeverity } from './budgets.ts';

export interface DiveImport {
  readonly rules: readonly (readonly [rule: string, severity: RuleSeverity])[];
  /** One sentence a limit of the file: what became of it. */
  readonly notes: readonly string[];
}

const known = ['lowestEfficiency', 'highestWastedBytes', 'highestUserWastedPercent'] as const;

/** @throws ConfigError naming the line that is not understood. */
export function readDiveCi(text: string): DiveImport {
  const limits = new Map<string, string>();
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = line.replace(/(?:^|\s)#.*$/, '').trimEnd();
    if (content.trim() === '' || /^(?:---|rules:)$/.test(content.trim())) continue;
    const match = /^\s*([A-Za-z]+):\s*(?:"([^"]*)"|'([^']*)'|(\S+))$/.exec(content);
    const key = match?.[1];
    if (match === null || key === undefined) throw new ConfigError(`line ${index + 1} is not "key: value"`);
    if (!known.some((name) => name === key))
      throw new ConfigError(`line ${index + 1}: dive has no limit "${key.slice(0, 60)}"`);
    limits.set(key, match[2] ?? match[3] ?? match[4] ?? '');
  }
  const rules: [string, RuleSeverity][] = [];
  const notes: string[] = [];
  for (const key of known) {
    const value = limits.get(key);
    if (value === undefined) continue;
    if (value === 'disabled') notes.push(`${key} is disabled; nothing to import`);
    else if (key === 'highestWastedBytes') {
      const none = /^0\s*[A-Za-z]*$/.test(value);
      rules.push(['duplicate-entry', none ? 'error' : 'warn']);
      notes.push(
        none
          ? `${key}: ${value} became the rule duplicate-entry, severity error: no bytes that a later member replaces`
          : `${key}: ${value} became the rule duplicate-entry, severity warn: rules have no limit in bytes yet`,
      );
    } else notes.push(`${key}: ${value} has no meaning here yet; it is about the layers of an image`);
  }
  return { rules, notes };
}
