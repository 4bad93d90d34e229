// The registry of rules, and the judgement of a snapshot by all or some of them. Order matters in one way only: rules on
// copies come last, so that the copy that stays is one that no other rule removes.
import type { Finding, Severity } from '../model/finding.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { copiedSharedLibrary } from './copied-shared-library.ts';
import { debugSymbols } from './debug-symbols.ts';
import { deletedInLaterLayer } from './deleted-in-later-layer.ts';
import { duplicateAcrossLayers } from './duplicate-across-layers.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { duplicateFile } from './duplicate-file.ts';
import { duplicateStaticLibrary } from './duplicate-static-library.ts';
import { leftoverPycache } from './leftover-pycache.ts';
import { linkedStaticLibrary } from './linked-static-library.ts';
import { metadataOnlyCopy } from './metadata-only-copy.ts';
import { optimizedBytecode } from './optimized-bytecode.ts';
import { overwrittenInLaterLayer } from './overwritten-in-later-layer.ts';
import { finding } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { sameBuild } from './same-build.ts';
import { staticLibrary } from './static-library.ts';
import { timestampBytecode } from './timestamp-bytecode.ts';

export const rules: readonly Rule[] = [
  debugSymbols,
  optimizedBytecode,
  timestampBytecode,
  leftoverPycache,
  staticLibrary,
  linkedStaticLibrary,
  duplicateEntry,
  metadataOnlyCopy,
  overwrittenInLaterLayer,
  deletedInLaterLayer,
  duplicateStaticLibrary,
  sameBuild,
  copiedSharedLibrary,
  duplicateAcrossLayers,
  duplicateFile,
];

export const ruleIds: readonly string[] = rules.map(({ id }) => id);

/** All findings of the selected rules, most bytes first, then gravest, then by rule id. */
export function judge(snapshot: Snapshot, selected: readonly Rule[] = rules): Finding[] {
  const claimed = new Set<Name>();
  const context: RuleContext = { snapshot, ...index(snapshot), claimed };
  const findings: Finding[] = [];
  for (const rule of selected) {
    for (const draft of rule.check(context)) {
      const found = finding(rule, draft);
      for (const { path, part } of found.claims) if (part === null) claimed.add(path);
      findings.push(found);
    }
  }
  return findings.toSorted(
    (a, b) => b.bytes - a.bytes || rank(a.severity) - rank(b.severity) || compareNames(a.rule, b.rule),
  );
}

/** 0 for the gravest. */
export function rank(severity: Severity): number {
  return { error: 0, warn: 1, info: 2 }[severity];
}

function index(snapshot: Snapshot): Pick<RuleContext, 'files' | 'names' | 'paths'> {
  const files: Entry[] = [];
  const paths = new Map<Name, Entry>();
  const names = new Map<Name, Name[]>();
  for (const entry of snapshot.entries) {
    paths.set(entry.path, entry);
    if (entry.kind === 'file') files.push(entry);
    if (entry.kind !== 'hardlink' || entry.link === null) continue;
    const known = names.get(entry.link);
    if (known === undefined) names.set(entry.link, [entry.link, entry.path]);
    else known.push(entry.path);
  }
  return { files, names, paths };
}
