// `init`: a first budgets file from today's sizes with some headroom, or from limits that a team already has.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { exactBytes, parseSize } from '../../bytes/size.ts';
import { parseCompression } from '../../codecs/compress.ts';
import { wholePull } from '../../compare/image.ts';
import { ConfigError, UsageError, systemCode } from '../../errors.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { decodeText, readBudgets } from '../../policy/budgets.ts';
import type { ArtifactBudget } from '../../policy/budgets.ts';
import { readDiveCi } from '../../policy/dive-ci.ts';
import { createEditor } from '../../policy/edit.ts';
import type { JsonDocument } from '../../policy/json.ts';
import type { DiveImport } from '../../policy/dive-ci.ts';
import { parsePercent, readableLimit, withHeadroom } from '../../policy/headroom.ts';
import { terminalText } from '../../report/escape.ts';
import { exitCodes } from '../errors.ts';
import { checkImageChoice, measure } from '../measuring/measure.ts';
import { isDirectoryOnDisk, packedTotals, requireDirectory } from '../measuring/packing.ts';
import type { InitValues } from '../options/policy.ts';
import { isSameFile, requireWritable, writeFile, writeStdout } from '../output/streams.ts';

const schemaUrl = 'https://unpkg.com/sizecheck/docs/budgets.schema.json';

interface Drafted {
  readonly name: string;
  readonly path: string;
  readonly image?: string;
  readonly platform?: string;
  readonly compressed?: { readonly max: string | number };
  readonly uncompressed: { readonly max: string | number };
  readonly fullPull?: { readonly max: string | number };
  readonly dive?: DiveImport['dive'];
  readonly compressWith: string | undefined;
}

/** Returns the exit code. */
export async function runInit(
  artifacts: readonly string[],
  values: InitValues,
  onArtifact: (name: string) => void,
): Promise<number> {
  const file = values.budgets;
  if (artifacts.length === 0) throw new UsageError('which artifacts? Give a path or several');
  if (artifacts.includes('-')) throw new UsageError('a budget needs a path; standard input has none');
  onArtifact(file);
  if (values.add && values.force) throw new UsageError('--add and --force exclude each other');
  if (existsSync(file) && !values.force && !values.add)
    throw new ConfigError('exists already; --add adds to it, --force overwrites it');
  const known = values.add && existsSync(file) ? readBudgets(readFile(file)) : null;
  parsePercent(values.headroom, '--headroom');
  for (const path of [...artifacts, values['from-dive-ci'] ?? ''])
    if (isSameFile(file, path)) throw new UsageError(`"${path}" is read; it would be overwritten`);
  requireWritable(file);
  const imported = values['from-dive-ci'] === undefined ? null : importDive(values['from-dive-ci'], onArtifact);
  const drafts: Drafted[] = [];
  const lines: string[] = [];
  const measuredAll: Pick<Snapshot, 'image'>[] = [];
  for (const path of artifacts) {
    onArtifact(path);
    const snapshot = await measured(path, values);
    const draft = { ...drafted(path, snapshot, values, [...drafts, ...namesOf(known)]), ...diveOf(snapshot, imported) };
    const same = known?.budgets.artifacts.find((budget) => budget.path === draft.path && isSameChoice(budget, draft));
    if (same !== undefined)
      throw new UsageError(`it has a budget already, "${same.name}"; "budget raise" gives it more room`);
    drafts.push(draft);
    measuredAll.push(snapshot.image === undefined ? {} : { image: snapshot.image });
    lines.push(`${draft.name} (${draft.path})`, ...limitLines(draft, snapshot), ...diveLines(snapshot, imported));
  }
  checkImageChoice(measuredAll, values);
  if (values['compress-with'] !== undefined) requireDirectory(artifacts);
  onArtifact(file);
  const text = known === null ? budgetsText(drafts) : addedTo(known.document, drafts);
  // What is written must be what is read: a broken file would stop every gate.
  readBudgets(Buffer.from(text));
  writeFile(file, [text]);
  await writeStdout(
    [`${known === null ? 'wrote' : 'added to'} ${file}`, '', ...lines].map((line) => `${terminalText(line)}\n`),
  );
  return exitCodes.fine;
}

async function measured(path: string, values: InitValues): Promise<Snapshot> {
  const options = { ...values, output: undefined, include: [], exclude: [] };
  const snapshot = await measure(path, options, { digests: 'compare', facts: 'needed' }, 'some');
  const how = values['compress-with'];
  if (how === undefined || !isDirectoryOnDisk(path)) return snapshot;
  if (snapshot.image !== undefined) {
    throw new UsageError(
      '--compress-with packs directories, and this one holds an image; leave it out, or give an archive',
    );
  }
  return { ...snapshot, totals: await packedTotals(path, snapshot, parseCompression(how), values) };
}

/** Groups have names like artifacts. */
function namesOf(known: ReturnType<typeof readBudgets> | null): readonly { readonly name: string }[] {
  return known === null ? [] : [...known.budgets.artifacts, ...known.budgets.groups];
}

/** Each image of an index may have a budget of its own. */
function isSameChoice({ choice }: ArtifactBudget, { image, platform }: Drafted): boolean {
  return (choice?.name ?? undefined) === image && (choice?.platform ?? undefined) === platform;
}

function drafted(
  path: string,
  { totals, image }: Snapshot,
  values: InitValues,
  others: readonly { readonly name: string }[],
): Drafted {
  const taken = others.map(({ name }) => name);
  const percent = parsePercent(values.headroom, '--headroom');
  const limit = (bytes: number, kib: string | undefined, option: string) => ({
    max: kib === undefined ? readableLimit(withHeadroom(bytes, percent)) : kibLimit(kib, option),
  });
  const { compressed, content } = totals;
  const compressedKib = values['max-compressed-kib'];
  // An image in a directory has no length of its own: what a registry would show stands for it.
  const pull = compressed === null && image !== undefined ? wholePull(image) : null;
  if (compressed === null && compressedKib !== undefined) {
    throw new UsageError('a directory has no compressed size; say how to compress it with --compress-with');
  }
  return {
    name: nameOf(path, values.platform === undefined || image === undefined ? '' : `-${values.platform}`, taken),
    path: pathFrom(values.budgets, path),
    ...(image === undefined || values.image === undefined ? {} : { image: values.image }),
    ...(image === undefined || values.platform === undefined ? {} : { platform: values.platform }),
    ...(compressed === null ? {} : { compressed: limit(compressed, compressedKib, '--max-compressed-kib') }),
    uncompressed: limit(content, values['max-uncompressed-kib'], '--max-uncompressed-kib'),
    ...(pull === null ? {} : { fullPull: limit(pull, undefined, '') }),
    compressWith: isDirectoryOnDisk(path) ? values['compress-with'] : undefined,
  };
}

function kibLimit(text: string, option: string): string {
  if (!/^[0-9]{1,12}$/.test(text)) throw new UsageError(`${option} takes a whole number of KiB, not "${text}"`);
  return `${Number(text)} KiB`;
}

/** Characters of a name that is cut: budgets files take 200, of which a number may follow. */
const longestName = 190;

/** The file's name without what says how it is packed; made unique among those that are taken. */
function nameOf(path: string, end: string, taken: readonly string[]): string {
  const base = basename(resolve(path)).replaceAll('=', '-') || 'root';
  const bare = base.replace(/(?:\.(?:tar|tgz|tzst|gz|zst|xz|bz2|zip|whl|deb|json))+$/, '');
  const plain = Array.from(bare.trim() === '' ? base : bare)
    .slice(0, longestName - end.length)
    .join('')
    .concat(end.replaceAll('/', '-').replaceAll('=', '-'));
  for (let count = 1; ; count++) {
    const name = count === 1 ? plain : `${plain}-${count}`;
    if (!taken.includes(name)) return name;
  }
}

/** The artifact's path as a glob, seen from the folder of the budgets file. */
function pathFrom(file: string, path: string): string {
  const seen = isAbsolute(path) ? path : relative(dirname(resolve(file)), resolve(path));
  const plain = seen === '' ? '.' : seen.split(sep).join('/');
  return plain.replace(/[*?[\]{}\\]/g, String.raw`\$&`);
}

function limitLines(draft: Drafted, { totals, image }: Snapshot): string[] {
  const pairs = [
    ['compressed', draft.compressed, totals.compressed ?? 0],
    ['uncompressed', draft.uncompressed, totals.content],
    ['full pull', draft.fullPull, (image === undefined ? null : wholePull(image)) ?? 0],
  ] as const;
  return pairs.flatMap(([word, limit, today]) => {
    if (limit === undefined) return [];
    const max = parseSize(String(limit.max));
    const room = max - today;
    const state = room >= 0 ? `${exactBytes(room)} left` : `${exactBytes(-room)} over already`;
    const text = typeof limit.max === 'number' ? exactBytes(max) : `${limit.max} = ${exactBytes(max)}`;
    return [`  ${word.padEnd(12)}  today ${exactBytes(today)}, limit ${text}, ${state}`];
  });
}

function importDive(file: string, onArtifact: (name: string) => void): DiveImport {
  onArtifact(file);
  return readDiveCi(decodeText(readFile(file)));
}

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`cannot be read (${systemCode(error)})`, { cause: error });
  }
}

/** Limits of dive are on layers: of what is no image they could not be judged. */
function diveOf({ image }: Snapshot, imported: DiveImport | null): Pick<Drafted, 'dive'> {
  if (image === undefined || imported === null || Object.keys(imported.dive).length === 0) return {};
  return { dive: imported.dive };
}

function diveLines({ image }: Snapshot, imported: DiveImport | null): string[] {
  if (imported === null) return [];
  if (image === undefined) return ['  is no image; limits of dive are for images only and were left out'];
  return imported.notes.map((note) => `  ${note}`);
}

function budgetsText(artifacts: readonly Drafted[]): string {
  return `${written({ $schema: schemaUrl, version: 1, artifacts })}\n`;
}

/** The file with more artifacts behind its own, and no other byte changed. */
function addedTo(document: JsonDocument, drafts: readonly Drafted[]): string {
  const { root } = document;
  const list = root.type === 'object' ? root.members.find(({ key }) => key === 'artifacts')?.value : undefined;
  if (list?.type !== 'array') throw new ConfigError('is not laid out as it was read');
  const editor = createEditor(document);
  editor.append(list, drafts.map(written));
  return editor.text();
}

/** Limits on one line each, as people write them. */
function written(value: object): string {
  return JSON.stringify(value, null, 2).replace(/\{\n\s+("max": [^\n]+)\n\s+\}/g, '{ $1 }');
}
