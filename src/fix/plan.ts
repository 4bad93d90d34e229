// From findings to actions: each path is removed, linked or stripped at most once, so that what the actions promise together is
// the union of the claims they carry out. What cannot be done safely is left alone, and said.
import { supersededPart } from '../model/finding.ts';
import type { Claim, Finding, Remedy } from '../model/finding.ts';
import type { FixAction, FixPlan, LeftAlone, RulePromise } from '../model/fix.ts';
import { addTo } from '../model/grouping.ts';
import { compareNames } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry, Snapshot } from '../model/snapshot.ts';
import { debugSymbols } from '../rules/debug-symbols.ts';
import { strippableBytes } from '../rules/strippable.ts';
import { aftermathOf, symlinksOf } from './aftermath.ts';
import type { Symlinks } from './aftermath.ts';
import { linkJudge } from './linking.ts';
import type { LinkJudge } from './linking.ts';
import { noStrip, programFor, stripModeOf } from './strip-tool.ts';
import type { StripTool } from './strip-tool.ts';
import type { Tangles } from './tangles.ts';

/** Longest file of a zip in bytes that is stripped: it is held in memory, and compressed there. */
const mostStripped = 1024 ** 3;
const tooLargeToStrip = 'larger than 1 GiB: strip them by hand, as the finding says';

/** Names of one file that ext4 has room for. */
const mostNames = 65_000;
const tooManyNames = 'one file can have no more than 65,000 names on common file systems';

export interface PlanOptions {
  readonly strip: StripTool | null;
  /** How the whole-file claims of a rule are followed, where that is not to remove the file. */
  readonly remedyOf: (rule: string) => Remedy | undefined;
  readonly tangles: Tangles;
}

interface Work {
  readonly snapshot: Snapshot;
  readonly options: PlanOptions;
  readonly paths: ReadonlyMap<Name, Entry>;
  /** All names of each file. */
  readonly names: ReadonlyMap<Name, readonly Name[]>;
  readonly reasonAgainstLink: LinkJudge;
  readonly symlinks: Symlinks;
  readonly removed: Set<Name>;
  readonly linked: Map<Name, Link>;
  readonly stripped: Map<Name, FixAction & { kind: 'strip' }>;
  readonly superseded: Map<Name, number>;
  readonly left: LeftClaim[];
}

interface Link {
  readonly target: Name;
  readonly remedy: Remedy;
  /** What asks for it. */
  readonly wanted: Pick<LeftClaim, 'rule' | 'claim'>;
}

interface LeftClaim {
  readonly rule: string;
  readonly claim: Claim;
  readonly reason: string;
}

export function planFix(snapshot: Snapshot, findings: readonly Finding[], options: PlanOptions): FixPlan {
  const work = startWork(snapshot, options);
  const claims = findings.flatMap((finding) => {
    const { rule, remedy = options.remedyOf(rule) } = finding;
    return finding.claims.map((claim) => ({ rule, claim, remedy: claim.keeps === undefined ? undefined : remedy }));
  });
  const whole = claims.filter(({ claim }) => claim.part === null);
  const linked = (wanted: Remedy | undefined) => whole.filter(({ remedy }) => remedy === wanted);
  for (const { rule, claim } of linked(undefined)) {
    if (isUntangled(work, rule, claim) && isFree(work, rule, claim)) work.removed.add(claim.path);
  }
  // Symlinks first: names of one library keep their order among each other.
  for (const remedy of ['symlink', 'hard-link'] as const) {
    for (const { rule, claim } of linked(remedy)) planLink(work, rule, claim, remedy);
  }
  resolveLinks(work);
  for (const { rule, claim } of claims) if (claim.part !== null && claim.bytes > 0) planPart(work, rule, claim);
  const actions = actionsOf(work);
  return {
    actions,
    rules: promises(work, claims),
    promised: contentOf(work),
    leftAlone: leftAlone(work, findings),
  };
}

function startWork(snapshot: Snapshot, options: PlanOptions): Work {
  const paths = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
  const names = new Map<Name, Name[]>();
  for (const { path, kind, link } of snapshot.entries) {
    if (kind === 'file') names.set(path, [path, ...(names.get(path) ?? [])]);
    if (kind === 'hardlink' && link !== null) addTo(names, link, path);
  }
  return {
    snapshot,
    options,
    paths,
    names,
    reasonAgainstLink: linkJudge({ snapshot, paths, names }, options),
    symlinks: symlinksOf(snapshot, paths, options.tangles),
    removed: new Set(),
    linked: new Map(),
    stripped: new Map(),
    superseded: new Map(),
    left: [],
  };
}

/** Whether the path may be acted on; else the claim is left, with the reason. */
function isUntangled(work: Work, rule: string, claim: Claim): boolean {
  const reason = work.options.tangles(claim.path);
  if (reason !== null) work.left.push({ rule, claim, reason });
  return reason === null;
}

/** Whether no name of the file is one that a symlink needs; else the claim is left, with the reason. */
function isFree(work: Work, rule: string, claim: Claim): boolean {
  const [reason] = (work.names.get(claim.path) ?? [claim.path]).flatMap((name) => work.symlinks.held.get(name) ?? []);
  if (reason !== undefined) work.left.push({ rule, claim, reason });
  return reason === undefined;
}

function planLink(work: Work, rule: string, claim: Claim, remedy: Remedy): void {
  if (work.removed.has(claim.path) || work.linked.has(claim.path)) return;
  const [file, keeper] = [work.paths.get(claim.path), work.paths.get(claim.keeps ?? '')];
  if (file === undefined || keeper === undefined) return;
  const reason = work.reasonAgainstLink(file, keeper);
  if (reason !== null) {
    work.left.push({ rule, claim, reason });
    return;
  }
  // Further names of the file would have to become symlinks, too.
  const single = work.names.get(file.path)?.length === 1;
  const wanted = { rule, claim };
  work.linked.set(file.path, { target: keeper.path, remedy: single ? remedy : 'hard-link', wanted });
}

/** Follows links to files that are linked themselves; a link whose target goes away, or must not be its own, is left alone. */
function resolveLinks(work: Work): void {
  for (const [path, { target: direct, remedy, wanted }] of work.linked) {
    const target = finalTarget(work, path);
    // A symlink leads to a name, which stays whatever becomes of its content.
    if (target !== null && (remedy === 'symlink' || target === direct)) continue;
    const [file, keeper] = [work.paths.get(path), work.paths.get(target ?? '')];
    const reason = file === undefined || keeper === undefined ? null : work.reasonAgainstLink(file, keeper);
    if (reason !== null) work.left.push({ ...wanted, reason });
    if (target === null || reason !== null) work.linked.delete(path);
    else work.linked.set(path, { target, remedy, wanted });
  }
  boundNames(work);
}

/** Where a file would get more names than file systems give it, the rest are left alone. */
function boundNames(work: Work): void {
  const counts = new Map<Name, number>();
  const namesOf = (path: Name): number => work.names.get(path)?.length ?? 1;
  for (const [path, { target, remedy, wanted }] of work.linked) {
    if (remedy !== 'hard-link') continue;
    const all = (counts.get(target) ?? namesOf(target)) + namesOf(path);
    if (all <= mostNames) counts.set(target, all);
    else {
      work.linked.delete(path);
      work.left.push({ ...wanted, reason: tooManyNames });
    }
  }
}

function finalTarget(work: Work, path: Name): Name | null {
  const seen = new Set<Name>();
  let at = path;
  for (let link = work.linked.get(at); link !== undefined; link = work.linked.get(at)) {
    if (seen.has(at)) return null;
    seen.add(at);
    at = link.target;
  }
  return work.removed.has(at) ? null : at;
}

function planPart(work: Work, rule: string, claim: Claim): void {
  if (!isUntangled(work, rule, claim)) return;
  if (claim.part === supersededPart) {
    work.superseded.set(claim.path, (work.superseded.get(claim.path) ?? 0) + claim.bytes);
    return;
  }
  const entry = work.paths.get(claim.path);
  if (work.removed.has(claim.path) || work.linked.has(claim.path) || entry === undefined) return;
  const facts = entry.facts;
  // Other rules claim debug data of parts of a file, which strip cannot tell apart.
  const isStrip = rule === debugSymbols.id && (facts?.type === 'elf' || facts?.type === 'ar');
  const tool = work.options.strip;
  const program = isStrip && tool !== null ? programFor(tool, facts) : null;
  if (!isStrip || program === null) {
    work.left.push({ rule, claim, reason: isStrip ? noStrip(tool) : 'no command does it' });
    return;
  }
  const { path, size } = entry;
  if (size > mostStripped && work.snapshot.artifact.format === 'zip') {
    work.left.push({ rule, claim, reason: tooLargeToStrip });
    return;
  }
  const after = size - strippableBytes(entry, facts);
  work.stripped.set(path, { kind: 'strip', path, mode: stripModeOf(facts), program, before: size, after });
}

/** Removals first, then links, then strip: what is stripped is stripped once, whatever its names. */
function actionsOf(work: Work): FixAction[] {
  const removedNames = [...work.removed].flatMap((path) => work.names.get(path) ?? [path]);
  const { gone, emptied } = aftermathOf(work.snapshot, new Set(removedNames), work.symlinks);
  return [
    ...sorted(work.superseded).map(([path, bytes]) => ({ kind: 'drop-superseded', path, bytes }) as const),
    ...[...gone].toSorted(compareNames).map((path) => ({ kind: 'remove', path }) as const),
    ...emptied.map((path) => ({ kind: 'remove-directory', path }) as const),
    ...sorted(work.linked).flatMap(([path, { target, remedy }]) =>
      (work.names.get(path) ?? [path]).map((name) => ({ kind: remedy, path: name, target }) as const),
    ),
    ...sorted(work.stripped).map(([, action]) => action),
  ];
}

function sorted<Value>(map: ReadonlyMap<Name, Value>): [Name, Value][] {
  return [...map].toSorted(([a], [b]) => compareNames(a, b));
}

function contentOf(work: Work): number {
  let bytes = 0;
  for (const path of [...work.removed, ...work.linked.keys()]) bytes += work.paths.get(path)?.size ?? 0;
  for (const { before, after } of work.stripped.values()) bytes += before - after;
  return bytes;
}

/** Claims that the actions carry out, by rule in the order of findings. */
function promises(work: Work, claims: readonly { rule: string; claim: Claim }[]): RulePromise[] {
  const left = new Set(work.left.map(({ claim }) => claim));
  const rules = new Map<string, { files: Set<Name>; bytes: number }>();
  for (const { rule, claim } of claims) {
    if (claim.part !== null && claim.bytes === 0) continue;
    // A part that no command takes away is not its rule's doing, though strip may.
    if ((claim.part !== null && left.has(claim)) || !isCarriedOut(work, claim)) continue;
    const known = rules.get(rule) ?? { files: new Set<Name>(), bytes: 0 };
    known.files.add(claim.path);
    known.bytes += claim.bytes;
    rules.set(rule, known);
  }
  return [...rules].map(([rule, { files, bytes }]) => ({ rule, files: files.size, promised: bytes, achieved: null }));
}

/** Whether the claimed bytes go, by this rule's action or because another takes the whole file. */
function isCarriedOut(
  plan: Pick<Work, 'removed' | 'linked' | 'stripped' | 'superseded'>,
  { path, part }: Claim,
): boolean {
  if (part === supersededPart) return plan.superseded.has(path);
  if (plan.removed.has(path) || plan.linked.has(path)) return true;
  return part === 'debug' && plan.stripped.has(path);
}

function leftAlone(work: Work, findings: readonly Finding[]): LeftAlone[] {
  const groups = new Map<string, { rule: string; reason: string; claims: Claim[] }>();
  const add = (rule: string, reason: string, claim: Claim): void => {
    const key = `${rule}\0${reason}`;
    const group = groups.get(key) ?? { rule, reason, claims: [] };
    group.claims.push(claim);
    groups.set(key, group);
  };
  for (const { rule, reason, claim } of work.left) if (!isCarriedOut(work, claim)) add(rule, reason, claim);
  for (const { rule, title, claims } of findings) {
    // Findings without bytes say what to look at; nothing is gained by doing it.
    for (const claim of claims) if (claim.part !== null && claim.bytes === 0) add(rule, title, claim);
  }
  return [...groups.values()].map(({ rule, reason, claims }) => ({
    rule,
    reason,
    files: new Set(claims.map(({ path }) => path)).size,
    bytes: claims.reduce((sum, { bytes }) => sum + bytes, 0),
    example: claims.reduce((a, b) => (b.bytes > a.bytes ? b : a)).path,
  }));
}
