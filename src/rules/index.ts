// The registry of rules, and the judgement of a snapshot by all or some of them. Order matters in one way only: rules on
// copies come last, so that the copy that stays is one that no other rule removes.
import type { Claim, Finding, Severity } from '../model/finding.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { archiveOverhead } from './archive-overhead.ts';
import { buildResidue } from './build-residue.ts';
import { buildSources } from './build-sources.ts';
import { bundledWheels } from './bundled-wheels.ts';
import { contextOf } from './context.ts';
import { copiedSharedLibrary } from './copied-shared-library.ts';
import { debugFiles } from './debug-files.ts';
import { debugSymbols } from './debug-symbols.ts';
import { demoModules } from './demo-modules.ts';
import { developmentFiles } from './development-files.ts';
import { documentation } from './documentation.ts';
import { deletedInLaterLayer } from './deleted-in-later-layer.ts';
import { duplicateAcrossLayers } from './duplicate-across-layers.ts';
import { duplicateEntry } from './duplicate-entry.ts';
import { duplicateFile } from './duplicate-file.ts';
import { duplicateMember } from './duplicate-member.ts';
import { duplicateStaticLibrary } from './duplicate-static-library.ts';
import { foreignBinaries } from './foreign-binaries.ts';
import { foreignBytecode } from './foreign-bytecode.ts';
import { leftoverPycache } from './leftover-pycache.ts';
import { legacyBytecode } from './legacy-bytecode.ts';
import { linkedStaticLibrary } from './linked-static-library.ts';
import { missingBytecode } from './missing-bytecode.ts';
import { optimizedBytecode } from './optimized-bytecode.ts';
import { orphanBytecode } from './orphan-bytecode.ts';
import { metadataOnlyCopy } from './metadata-only-copy.ts';
import { overwrittenInLaterLayer } from './overwritten-in-later-layer.ts';
import { packageCache } from './package-cache.ts';
import { recompress } from './recompress.ts';
import { finding } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { sameBuild } from './same-build.ts';
import { sourceMaps } from './source-maps.ts';
import { staticLibrary } from './static-library.ts';
import { systemFiles } from './system-files.ts';
import { testSuite } from './test-suite.ts';
import { timestampBytecode } from './timestamp-bytecode.ts';
import { toolCache } from './tool-cache.ts';
import { translations } from './translations.ts';
import { typeDeclarations } from './type-declarations.ts';
import { versionControl } from './version-control.ts';

/** All rules, in the order in which they judge. */
export const rules: readonly Rule[] = [
  debugSymbols,
  debugFiles,
  optimizedBytecode,
  timestampBytecode,
  leftoverPycache,
  orphanBytecode,
  legacyBytecode,
  foreignBytecode,
  missingBytecode,
  packageCache,
  toolCache,
  versionControl,
  systemFiles,
  buildResidue,
  staticLibrary,
  linkedStaticLibrary,
  testSuite,
  demoModules,
  bundledWheels,
  developmentFiles,
  documentation,
  buildSources,
  sourceMaps,
  typeDeclarations,
  foreignBinaries,
  translations,
  duplicateEntry,
  metadataOnlyCopy,
  overwrittenInLaterLayer,
  deletedInLaterLayer,
  duplicateStaticLibrary,
  duplicateMember,
  sameBuild,
  copiedSharedLibrary,
  duplicateAcrossLayers,
  duplicateFile,
  archiveOverhead,
  recompress,
];

export const ruleIds: readonly string[] = rules.map(({ id }) => id);

/** Rules that judge where nobody asked for leftovers. */
export const countedRules: readonly Rule[] = rules.filter(({ leftover }) => leftover !== true);

/** What a scan has to take down for these rules, which it does only where it is asked to. */
export function needsOf(selected: readonly Rule[]): { readonly stored: boolean; readonly sample: boolean } {
  return {
    stored: selected.some(({ needs }) => needs !== undefined),
    sample: selected.some(({ needs }) => needs === 'sample'),
  };
}

/** Why it is not known whether a rule would find anything; null where it is. */
export function doubtOfRule(id: string, snapshot: Snapshot): string | null {
  const rule = rules.find((one) => one.id === id);
  return rule === undefined ? null : doubtIn(rule, snapshot);
}

function doubtIn(rule: Rule, snapshot: Snapshot): string | null {
  return isBlind(rule, snapshot) ? 'what is missing of a part is not known' : (rule.doubt?.(snapshot) ?? null);
}

function isBlind({ byAbsence }: Rule, { isPart }: Snapshot): boolean {
  return byAbsence === true && isPart === true;
}

/** Why it is not known whether some rules would find anything, with the id of the first of which it is not; null where it is of all. */
export function doubtOf(selected: readonly Rule[], snapshot: Snapshot): string | null {
  for (const rule of selected) {
    const why = doubtIn(rule, snapshot);
    if (why !== null) return `${rule.id}: ${why}`;
  }
  return null;
}

/**
 * All findings of the selected rules, most bytes first, then gravest, then by rule id.
 * @param leftovers `apart`: what rules on leftovers find is marked as such and counts nowhere; `counted`: it is like any other.
 */
export function judge(
  snapshot: Snapshot,
  selected: readonly Rule[] = rules,
  leftovers: 'apart' | 'counted' = 'apart',
): Finding[] {
  const claimed = claimedFiles();
  const context = contextOf(snapshot, claimed);
  const findings: Finding[] = [];
  for (const rule of selected) {
    if (isBlind(rule, snapshot)) continue;
    for (const draft of rule.check(context)) {
      const found = finding(rule, draft);
      if (rule.leftover === true && leftovers === 'apart') {
        findings.push({ ...found, leftover: true });
        continue;
      }
      claimed.add(found.claims);
      findings.push(found);
    }
  }
  return findings.toSorted(
    (a, b) => b.bytes - a.bytes || rank(a.severity) - rank(b.severity) || compareNames(a.rule, b.rule),
  );
}

/** Files that are claimed as a whole; claims are looked at when a rule asks, because nobody asks for those of the last rules. */
function claimedFiles(): RuleContext['claimed'] & { add(claims: readonly Claim[]): void } {
  const paths = new Set<Name>();
  const waiting: (readonly Claim[])[] = [];
  return {
    add: (claims) => void waiting.push(claims),
    has(path) {
      while (waiting.length > 0) {
        for (const claim of waiting.pop() ?? []) if (claim.part === null) paths.add(claim.path);
      }
      return paths.has(path);
    },
  };
}

/** 0 for the gravest. */
export function rank(severity: Severity): number {
  return { error: 0, warn: 1, info: 2 }[severity];
}
