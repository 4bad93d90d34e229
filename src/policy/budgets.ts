// budgets.json: what is allowed. Reads and checks the whole file before anything is measured; docs/budgets.md documents every
// key, docs/budgets.schema.json says the same in JSON Schema.
import { isUint8Array } from 'node:util/types';
import { ConfigError, UsageError, kindOf } from '../errors.ts';
import type { Severity } from '../model/finding.ts';
import { nameFromText } from '../model/name.ts';
import { ruleIds } from '../rules/index.ts';
import { parseCompression } from '../codecs/compress.ts';
import type { Compression } from '../codecs/compress.ts';
import {
  anyObjectOf,
  choiceOf,
  failAt,
  flagOf,
  inPlace,
  listOf,
  objectOf,
  required,
  rootField,
  textOf,
  optionalText,
} from './fields.ts';
import type { Field, Fields } from './fields.ts';
import { treeMatcher } from './glob.ts';
import { choiceKeys, hasLimit, imageKeys, readImageBudget, readImageChoice } from './image-limits.ts';
import type { ImageBudget, ImageChoice } from './image-limits.ts';
import { parseJson, placeIn } from './json.ts';
import type { JsonDocument } from './json.ts';
import { readGrowth, readLimit } from './limits.ts';
import type { Growth, Limit } from './limits.ts';
import { didYouMean } from './nearest.ts';
import { readGlob, readPathBudget } from './path-budgets.ts';
import type { Glob, PathBudget } from './path-budgets.ts';

/** Limits on one artifact; null for none. */
export interface ArtifactBudget {
  /** JSON path of the artifact; empty where it comes from the command line. */
  readonly at: string;
  readonly name: string;
  /** Glob of files or directories, relative to the folder of the budgets file. */
  readonly path: string;
  /** Artifact or snapshot to compare with, relative to the same folder; null for none. */
  readonly baseline: string | null;
  readonly compressed: Limit | null;
  /** On the content: bytes of regular files, unpacked. */
  readonly uncompressed: Limit | null;
  /** Of the content. */
  readonly growth: Growth | null;
  /** Of the compressed file; absent for none. */
  readonly compressedGrowth?: Growth;
  readonly paths: readonly PathBudget[];
  /** Which image of several it is; absent where that is not told. */
  readonly choice?: ImageChoice;
  /** Limits on the layers of an image; absent where there are none. */
  readonly image?: ImageBudget;
  /** How a directory is packed and compressed to have a compressed size; null where it has none. */
  readonly compressWith: Compression | null;
  /** Whether it is fine that it does not exist. */
  readonly optional: boolean;
  readonly reason: string | null;
}

/** Limits on the sum of several artifacts, each counted once; null for none. */
export interface GroupBudget {
  readonly at: string;
  readonly name: string;
  /** Globs over names of artifacts. */
  readonly members: readonly Glob[];
  readonly compressed: Limit | null;
  readonly uncompressed: Limit | null;
  readonly reason: string | null;
}

/** Claims that a gate leaves out, and why. */
export interface Ignore {
  readonly at: string;
  /** Id of a rule, or `*` for all. */
  readonly rule: string;
  readonly match: Glob;
  readonly reason: string;
  /** ISO date (UTC) from which on it no longer holds; null for never. */
  readonly until: string | null;
}

/** What a budgets file makes of a rule; `off` takes its findings out. */
export type RuleSeverity = 'off' | Severity;

/** A budgets file that was found valid; made by `readBudgets`. */
export interface Budgets {
  readonly artifacts: readonly ArtifactBudget[];
  readonly groups: readonly GroupBudget[];
  /** Only the rules that the file names. */
  readonly rules: ReadonlyMap<string, RuleSeverity>;
  readonly ignore: readonly Ignore[];
}

/** Largest budgets file in bytes. */
const maxBudgetsLength = 16 * 1024 ** 2;

/** @throws ConfigError: the first thing that is wrong, with JSON path, line and column; UsageError for what is no bytes. */
export function readBudgets(bytes: Uint8Array): { readonly budgets: Budgets; readonly document: JsonDocument } {
  if (!isUint8Array(bytes)) throw new UsageError(`readBudgets takes the bytes of a budgets file, not ${kindOf(bytes)}`);
  const document = parseJson(decodeText(bytes));
  return { budgets: budgetsOf(document), document };
}

/** The text of a configuration file. @throws ConfigError for what is not UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > maxBudgetsLength) throw new ConfigError(`has more than ${maxBudgetsLength} bytes`);
  const [first = 0, second = 0] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new ConfigError('is UTF-16 text; save it as UTF-8');
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const nul = bytes.indexOf(0);
  if (nul >= 0 && nul < 4) throw new ConfigError('holds NUL bytes; save it as UTF-8 text');
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ConfigError(`holds bytes that are not UTF-8 ${placeIn(...firstBadByte(bytes))}`);
  }
}

function firstBadByte(bytes: Uint8Array): [text: string, offset: number] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return [text, Math.max(0, text.indexOf('\ufffd'))];
}

function budgetsOf(document: JsonDocument): Budgets {
  const root = rootField(document);
  const members = objectOf(root, ['$schema', 'version', 'artifacts', 'groups', 'rules', 'ignore']);
  const version = required(members, 'version', root);
  if (version.node.type !== 'number' || version.node.value !== 1) failAt(version, 'should be 1');
  const schema = members.get('$schema');
  if (schema !== undefined) textOf(schema, 4096);
  const list = required(members, 'artifacts', root);
  const names = new Set<string>();
  const rules = rulesOf(members.get('rules'));
  const gated = [...rules.values()].some((severity) => severity === 'warn' || severity === 'error');
  const artifacts = listOf(list).map((field) => artifactOf(field, names, gated));
  if (artifacts.length === 0) failAt(list, 'should name at least one artifact');
  const groups = listOf(members.get('groups')).map((field) => groupOf(field, names, artifacts));
  return { artifacts, groups, rules, ignore: listOf(members.get('ignore')).map(ignoreOf) };
}

const artifactKeys = [
  'name',
  'path',
  ...choiceKeys,
  'baseline',
  'compressed',
  'uncompressed',
  'growth',
  'compressedGrowth',
  'paths',
  ...imageKeys,
  'compressWith',
  'optional',
  'reason',
] as const;

function artifactOf(field: Field, names: Set<string>, gated: boolean): ArtifactBudget {
  const members = objectOf(field, artifactKeys);
  const name = nameOf(members, field, names);
  const path = required(members, 'path', field);
  const compressWith = members.get('compressWith');
  const image = readImageBudget(members);
  const choice = readImageChoice(members);
  const compressedGrowth = readGrowth(members.get('compressedGrowth'));
  const artifact: ArtifactBudget = {
    at: field.path,
    name,
    path: readGlob(path).pattern,
    baseline: optionalText(members, 'baseline'),
    compressed: readLimit(members.get('compressed')),
    uncompressed: readLimit(members.get('uncompressed')),
    growth: readGrowth(members.get('growth')),
    ...(compressedGrowth === null ? {} : { compressedGrowth }),
    paths: listOf(members.get('paths')).map(readPathBudget),
    ...(choice === null ? {} : { choice }),
    ...(image === null ? {} : { image }),
    compressWith:
      compressWith === undefined ? null : inPlace(compressWith, () => parseCompression(textOf(compressWith))),
    optional: flagOf(members.get('optional')),
    reason: optionalText(members, 'reason'),
  };
  const { compressed, uncompressed, growth, paths } = artifact;
  const limits = [compressed, uncompressed, growth, compressedGrowth];
  const isFree = limits.every((limit) => limit === null) && paths.length === 0 && !(image !== null && hasLimit(image));
  if (!gated && isFree) {
    const own = 'give it "compressed", "uncompressed", "growth", "compressedGrowth", "paths" or one on layers';
    failAt(field, `"${name}" has no limit: ${own}, or let "rules" of the file warn or fail`);
  }
  return artifact;
}

function nameOf(members: Fields, owner: Field, names: Set<string>): string {
  const field = required(members, 'name', owner);
  const name = textOf(field, 200);
  if (name.includes('=')) failAt(field, 'should not hold "=", which stands between name and path on the command line');
  if (names.has(name)) failAt(field, `the name "${name}" stands twice`);
  names.add(name);
  return name;
}

function groupOf(field: Field, names: Set<string>, artifacts: readonly ArtifactBudget[]): GroupBudget {
  const members = objectOf(field, ['name', 'members', 'compressed', 'uncompressed', 'reason']);
  const name = nameOf(members, field, names);
  const list = required(members, 'members', field);
  const globs = listOf(list).map((member) => {
    const glob = readGlob(member);
    if (artifacts.some((artifact) => isMember(glob, artifact.name))) return glob;
    const known = artifacts.map((artifact) => artifact.name);
    return failAt(member, `"${glob.pattern}" matches the name of no artifact${didYouMean(glob.pattern, known)}`);
  });
  if (globs.length === 0) failAt(list, 'should name at least one artifact');
  const compressed = readLimit(members.get('compressed'));
  const uncompressed = readLimit(members.get('uncompressed'));
  if (compressed === null && uncompressed === null) failAt(field, 'needs "compressed", "uncompressed" or both');
  return { at: field.path, name, members: globs, compressed, uncompressed, reason: optionalText(members, 'reason') };
}

/** Whether an artifact of that name belongs to a group with this member. */
export function isMember({ pattern, matches }: Glob, name: string): boolean {
  return pattern === name || matches(nameFromText(name));
}

const severities = ['off', 'info', 'warn', 'error'] as const;

function rulesOf(field: Field | undefined): Map<string, RuleSeverity> {
  const rules = new Map<string, RuleSeverity>();
  for (const [id, member] of field === undefined ? [] : anyObjectOf(field)) {
    if (!ruleIds.includes(id)) failAt(member, `there is no such rule${ruleHint(id)}`);
    rules.set(id, choiceOf(member, severities));
  }
  return rules;
}

function ruleHint(id: string): string {
  const hint = didYouMean(id, ruleIds);
  return hint === '' ? '; "sizecheck explain" lists the rules' : hint;
}

function ignoreOf(field: Field): Ignore {
  const members = objectOf(field, ['rule', 'match', 'reason', 'until']);
  const ruleField = required(members, 'rule', field);
  const rule = textOf(ruleField);
  if (rule !== '*' && !ruleIds.includes(rule)) failAt(ruleField, `there is no rule "${rule}"${ruleHint(rule)}`);
  const match = readGlob(required(members, 'match', field), treeMatcher);
  const until = members.get('until');
  return {
    at: field.path,
    rule,
    match,
    reason: textOf(required(members, 'reason', field), 4096),
    until: until === undefined ? null : dateOf(until),
  };
}

/** An ISO date that the calendar has. */
function dateOf(field: Field): string {
  const text = textOf(field);
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    failAt(field, 'should be a date such as "2027-01-31"');
  }
  return text;
}
