// `budget raise`: gives an artifact more room, on purpose and with a reason, and changes nothing else of the file.
import { readFileSync } from 'node:fs';
import { exactBytes, parseSize } from '../../bytes/size.ts';
import { ConfigError, UsageError, systemCode } from '../../errors.ts';
import { readBudgets } from '../../policy/budgets.ts';
import type { ArtifactBudget, Budgets, GroupBudget } from '../../policy/budgets.ts';
import { compressedFigure } from '../../policy/evaluate.ts';
import { createEditor } from '../../policy/edit.ts';
import { imageLimits } from '../../policy/image-verdicts.ts';
import { parsePercent, readableLimit, withHeadroom } from '../../policy/headroom.ts';
import type { JsonDocument, JsonNode, JsonObject } from '../../policy/json.ts';
import { didYouMean } from '../../policy/nearest.ts';
import { terminalText } from '../../report/escape.ts';
import { exitCodes } from '../errors.ts';
import { chosenImage, measure } from '../measuring/measure.ts';
import { writeFile, writeStdout } from '../output/streams.ts';
import { isDirectoryOnDisk, packedTotals } from '../measuring/packing.ts';
import type { BudgetValues } from '../options/policy.ts';
import { targetsOf } from '../measuring/targets.ts';

type Size = 'compressed' | 'uncompressed';

/** Today's sizes; null where they are not known. */
type Today = Readonly<Record<Size, number | null>>;

/** Returns the exit code. */
export async function runBudget(
  words: readonly string[],
  values: BudgetValues,
  onArtifact: (name: string) => void,
): Promise<number> {
  const [verb, name, ...rest] = words;
  if (verb !== 'raise')
    throw new UsageError(`budget takes "raise NAME", not "${verb ?? ''}"; see sizecheck budget --help`);
  if (name === undefined || rest.length > 0)
    throw new UsageError('budget raise takes the name of one artifact or group');
  const reason = values.reason?.trim() ?? '';
  if (reason === '') throw new UsageError('--reason is missing: say why more room is needed');
  if (values.to !== undefined && values.headroom !== undefined)
    throw new UsageError('--to and --headroom exclude each other');
  const file = values.budgets;
  onArtifact(file);
  const { budgets, document } = readFile(file);
  const found = find(budgets, name);
  const sizes = sizesToRaise(found, values);
  const today =
    values.to === undefined || found.kind === 'artifact' ? await sizesToday(file, budgets, found, values) : null;
  onArtifact(file);
  const owner = objectAt(document, found.kind, found.index);
  const editor = createEditor(document);
  const lines = sizes.map((size) => raise(size, found.budget, owner, today, values, editor.replace));
  if (lines.every(({ changed }) => !changed)) {
    throw new UsageError(`the limits of "${name}" leave that much room already; nothing to raise`);
  }
  editor.set(owner, 'reason', reason);
  const text = editor.text();
  // What is written must be what is read: a broken file would stop every gate.
  readBudgets(Buffer.from(text));
  writeFile(file, [text]);
  const others = untouched(found, sizes);
  const told = [
    `raised "${name}" in ${file}`,
    ...lines.map(({ line }) => line),
    ...(others.length === 0 ? [] : [`  not raised    ${others.join(', ')}; a gate still holds these`]),
    `  reason        ${reason}`,
  ];
  await writeStdout(told.map((line) => `${terminalText(line)}\n`));
  return exitCodes.fine;
}

function readFile(file: string): ReturnType<typeof readBudgets> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new ConfigError(`cannot be read (${systemCode(error)})`, { cause: error });
  }
  return readBudgets(bytes);
}

type Found = { readonly index: number } & (
  | { readonly kind: 'artifact'; readonly budget: ArtifactBudget }
  | { readonly kind: 'group'; readonly budget: GroupBudget }
);

function find({ artifacts, groups }: Budgets, name: string): Found {
  const artifact = artifacts.findIndex((budget) => budget.name === name);
  const group = groups.findIndex((budget) => budget.name === name);
  const [asArtifact, asGroup] = [artifacts[artifact], groups[group]];
  if (asArtifact !== undefined) return { kind: 'artifact', budget: asArtifact, index: artifact };
  if (asGroup !== undefined) return { kind: 'group', budget: asGroup, index: group };
  const names = [...artifacts, ...groups].map((budget) => budget.name);
  const hint = didYouMean(name, names);
  throw new UsageError(
    `there is no artifact or group "${name}"${hint === '' ? `; there are ${names.join(', ')}` : hint}`,
  );
}

/** The limits that are meant: those that there are, or the one that `--of` names. */
function sizesToRaise({ budget }: Found, { of, to }: BudgetValues): Size[] {
  const all: readonly Size[] = ['compressed', 'uncompressed'];
  const there = all.filter((size) => budget[size] !== null);
  const wanted = there.filter((size) => of === 'all' || size === of);
  if (wanted.length === 0)
    throw new UsageError(`"${budget.name}" has no ${of === 'all' ? 'limit on its size' : `limit "${of}"`}`);
  if (to !== undefined && wanted.length > 1) {
    throw new UsageError('--to is for which limit? Write --of compressed or --of uncompressed as well');
  }
  return wanted;
}

/** Limits that stay what they are: a gate may still fail by them. */
function untouched({ kind, budget }: Found, raised: readonly Size[]): string[] {
  const sizes = (['compressed', 'uncompressed'] as const).filter(
    (size) => budget[size] !== null && !raised.includes(size),
  );
  if (kind === 'group') return sizes;
  const { growth, compressedGrowth, paths, image } = budget;
  return [
    ...sizes,
    ...(growth === null ? [] : ['growth']),
    ...(compressedGrowth === undefined ? [] : ['compressedGrowth']),
    ...paths.map(({ match }) => `"${match.pattern}"`),
    ...(image === undefined ? [] : imageLimits(image).map(([name]) => name)),
  ];
}

async function sizesToday(file: string, budgets: Budgets, found: Found, values: BudgetValues): Promise<Today | null> {
  if (found.kind === 'group') throw new UsageError('a group is raised with --to SIZE');
  const { budget } = found;
  // A size that is given needs no artifact, and nothing is compared.
  const alone = { ...budget, baseline: null, optional: budget.optional || values.to !== undefined };
  const { targets, missing = [] } = targetsOf(file, { ...budgets, artifacts: [alone], groups: [] }, []);
  if (missing[0] !== undefined) throw missing[0].error;
  const most: { compressed: number | null; uncompressed: number | null } = { compressed: null, uncompressed: null };
  for (const { path } of targets) {
    const options = { ...values, ...chosenImage(budget, values), output: undefined, include: [], exclude: [] };
    const snapshot = await measure(path, options, { digests: 'compare', facts: 'needed' }, 'some');
    const how = budget.compressWith;
    // As a gate has it: an OCI layout is a directory, too, but what would be packed is not what it weighs.
    const packs = budget.compressed !== null && snapshot.image === undefined && isDirectoryOnDisk(path);
    const compressed =
      packs && how !== null
        ? (await packedTotals(path, snapshot, how, values)).compressed
        : compressedFigure({ snapshot, budget }).actual;
    most.uncompressed = Math.max(most.uncompressed ?? 0, snapshot.totals.content);
    if (compressed !== null) most.compressed = Math.max(most.compressed ?? 0, compressed);
  }
  return most;
}

function raise(
  size: Size,
  budget: ArtifactBudget | GroupBudget,
  owner: JsonObject,
  today: Today | null,
  values: BudgetValues,
  replace: (node: JsonNode, value: string | number) => void,
): { readonly line: string; readonly changed: boolean } {
  const old = budget[size]?.max ?? 0;
  const node = memberOf(memberOf(owner, size), 'max');
  const now = today?.[size] ?? null;
  const written = values.to ?? null;
  const value = written === null ? fromHeadroom(size, now, node, values) : fromSize(written, node);
  const max = parseSize(String(value));
  if (written !== null && max <= old) {
    throw new UsageError(`--to ${written} is not above the limit that there is, ${exactBytes(old)}`);
  }
  const changed = max > old;
  if (changed) replace(node, value);
  const room = now === null ? '' : `, headroom ${exactBytes(Math.max(old, max) - now)}`;
  const what = changed ? `${exactBytes(old)} -> ${exactBytes(max)}` : `${exactBytes(old)}, as it was`;
  return { line: `  ${size.padEnd(12)}  ${what}${room}`, changed };
}

/** A limit that was written in bytes stays in bytes, one with decimal units keeps them. */
function fromHeadroom(size: Size, now: number | null, node: JsonNode, values: BudgetValues): string | number {
  if (now === null) throw new UsageError(`the ${size} size of today is not known; use --to SIZE --of ${size}`);
  const bytes = withHeadroom(now, parsePercent(values.headroom ?? '5%', '--headroom'));
  if (node.type === 'number') return bytes;
  const decimal = node.type === 'string' && /[kMGT]B/.test(node.value);
  return readableLimit(bytes, decimal ? 'si' : 'iec');
}

function fromSize(text: string, node: JsonNode): string | number {
  const bytes = parseSize(text);
  return node.type === 'number' || /^\s*[0-9.]+\s*$/.test(text) ? bytes : text.trim();
}

function objectAt({ root }: JsonDocument, kind: Found['kind'], index: number): JsonObject {
  const list = memberOf(root, kind === 'artifact' ? 'artifacts' : 'groups');
  const node = list.type === 'array' ? list.items[index] : undefined;
  if (node?.type !== 'object') throw new ConfigError('is not laid out as it was read');
  return node;
}

function memberOf(node: JsonNode, key: string): JsonNode {
  const found = node.type === 'object' ? node.members.find((member) => member.key === key)?.value : undefined;
  if (found === undefined) throw new ConfigError(`has no "${key}" where one was read`);
  return found;
}
