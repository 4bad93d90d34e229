// What strip leaves of ELF files in a directory that may come from one build (rule same-build): of them alone, since it takes reading more
// than the tables of a file.
import type { DigestPurpose } from '../bytes/content-digest.ts';
import type { ByteSource } from '../bytes/source.ts';
import { FormatError } from '../errors.ts';
import { keptDigestOf } from '../inspectors/elf/kept-digest.ts';
import { defaultStripVersion } from '../inspectors/elf/strip-version.ts';
import type { StripVersion } from '../inspectors/elf/strip-version.ts';
import type { Collected } from './collector.ts';
import { withOpen } from './content.ts';
import type { Report } from './content.ts';
import type { Draft } from './draft.ts';
import { addTo } from '../model/grouping.ts';

/** Adds `kept` to the facts of files of different length whose build ids and lengths after strip are equal. */
export function compareBuilds(
  collected: Collected,
  purpose: DigestPurpose,
  version: StripVersion = defaultStripVersion,
): void {
  const builds = new Map<string, Draft[]>();
  for (const draft of collected.openers.keys()) {
    const key = keyOf(draft);
    if (key === null) continue;
    addTo(builds, key, draft);
  }
  for (const build of builds.values()) {
    if (build.some(({ size }) => size !== build[0]?.size))
      for (const draft of build) addKept(collected, draft, (source) => keptDigestOf(source, version, purpose));
  }
}

/** Equal for files that strip may make equal; null for those that have `kept` already and those that strip would damage or refuse. */
function keyOf({ facts }: Draft): string | null {
  if (facts?.type !== 'elf' || facts.buildId === null || facts.elfType === 'REL') return null;
  const { buildId, strip, unsafe, kept } = facts;
  return kept !== undefined || strip.unneeded === null || unsafe.length > 0 ? null : `${buildId} ${strip.unneeded}`;
}

function addKept({ openers, notices }: Collected, draft: Draft, keptOf: (source: ByteSource) => string): void {
  const open = openers.get(draft);
  const { facts } = draft;
  if (open === undefined || facts?.type !== 'elf') return;
  const report: Report = (code, path, message) => void notices.push({ code, path, message });
  withOpen(draft.path, open, report, (source) => {
    try {
      draft.facts = { ...facts, kept: keptOf(source) };
    } catch (error) {
      // Changed since it was inspected; then nothing is claimed of it.
      if (!(error instanceof FormatError)) throw error;
    }
  });
}
