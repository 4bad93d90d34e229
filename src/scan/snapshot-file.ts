// Reads a snapshot file back. It is input like any other: every field is checked, and totals are computed from the entries
// again, so that an edited file cannot carry a total that its entries do not add up to.
import { jsonFault } from '../bytes/json-fault.ts';
import { UsageError, kindOf } from '../errors.ts';
import { nameFromJson, spellBytes } from '../model/json-name.ts';
import { normalizePath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { pathFault } from '../model/path-bounds.ts';
import { codecNames, entryKinds, formatNames, isPackedWith, overheadNames } from '../model/snapshot.ts';
import type {
  ArtifactIdentity,
  Entry,
  Made,
  MadeFacts,
  Notice,
  Overhead,
  Snapshot,
  Superseded,
} from '../model/snapshot.ts';
import type { Draft } from './draft.ts';
import { sortEntries, totalsOf } from './entries.ts';
import { cutList } from './json-list.ts';
import type { ListTaker } from './json-list.ts';
import { hiddenFrom, imageFrom } from './image/snapshot-image.ts';
import { factsFrom } from './snapshot-facts.ts';
import { packagesFrom } from './snapshot-packages.ts';
import { bad, integer, list, object, oneOf, sizeOf, spell } from './snapshot-values.ts';
import type { Json } from './snapshot-values.ts';

const isFormat = oneOf(formatNames);
const isCodec = oneOf(codecNames);
const isKind = oneOf(entryKinds);

/** Whether the first bytes of an input are those of a snapshot file. */
export function looksLikeSnapshot(head: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?\s*\{\s*"schema"\s*:/.test(Buffer.from(head.subarray(0, 256)).toString('latin1'));
}

export interface SnapshotReader {
  /** The next piece of the text. */
  write(text: string): void;
  /** @throws FormatError `bad-snapshot` naming the JSON path that is wrong. */
  end(): Snapshot;
}

/** The longest snapshot file that is read, in bytes: its entries are held, and they take as much. */
export const longestSnapshot = 512 * 1024 ** 2 - 64;

/**
 * Reads the text of a snapshot file while it comes; of a million entries, text and values would be a gigabyte.
 * @param stored whether to keep what it says of the artifact's compressed bytes and of how it was made.
 */
export function snapshotReader(stored: boolean): SnapshotReader {
  const sum: StoredSum = { isKept: stored, bytes: 0 };
  const streamed = entriesReader(sum);
  const cutter = cutList('entries', streamed);
  return {
    write: (text) => cutter.write(text),
    end() {
      const root = object(parse(cutter.rest().replace(/^\ufeff/, '')), '$');
      return snapshotOf(root, sum, () => {
        if (root['entries'] === cutter.placeholder) return streamed.entries();
        sum.bytes = 0;
        return list(root['entries'], 'entries').map((value, index) => entryAt(value, index, sum));
      });
    },
  };
}

/** @throws FormatError `bad-snapshot` naming the JSON path that is wrong, UsageError for what is no text. */
export function parseSnapshot(text: string, stored = true): Snapshot {
  if (typeof text !== 'string') throw new UsageError(`parseSnapshot takes the text of a snapshot, not ${kindOf(text)}`);
  const reader = snapshotReader(stored);
  reader.write(text);
  return reader.end();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A place would be one in the piece, not in the file.
    throw bad(`is not JSON${jsonFault(error).replace(/ (in JSON )?at position.*/s, '')}`);
  }
}

interface StoredSum {
  readonly isKept: boolean;
  bytes: number;
}

/** What is wrong with an entry is told in its turn: what stands before the entries may say why. */
function entriesReader(sum: StoredSum): ListTaker & { entries(): Entry[] } {
  let read: Entry[] = [];
  let fault: unknown = null;
  return {
    begin() {
      read = [];
      sum.bytes = 0;
      fault = null;
    },
    take(text) {
      const values = list(parse(text), 'entries');
      try {
        if (fault === null) for (const value of values) read.push(entryAt(value, read.length, sum));
      } catch (error) {
        fault = error;
      }
    },
    entries() {
      if (fault !== null) throw fault;
      return read;
    },
  };
}

function snapshotOf(root: Json, sum: StoredSum, entriesOf: () => Entry[]): Snapshot {
  if (root['schema'] !== 1) throw bad(`has schema ${spell(root['schema'])}; this version reads schema 1`);
  if (root['entries'] === undefined) throw bad('is a scan report without entries; make it with "sizecheck snapshot"');
  const artifact = identity(object(root['artifact'], 'artifact'));
  const entries = sortEntries(entriesOf());
  checkStructure(entries);
  const claimed = object(root['totals'], 'totals');
  const totals = totalsOf(
    entries,
    sizeOf(claimed, 'archive', 'totals', true),
    sizeOf(claimed, 'compressed', 'totals', true),
  );
  for (const [key, value] of Object.entries(totals)) {
    if (claimed[key] !== value) throw bad(`has totals.${key} ${spell(claimed[key])}, but its entries make ${value}`);
  }
  const spent = overhead(root['overhead']);
  checkStored(sum.bytes, spent, totals.compressed);
  const { length } = artifact;
  if (length !== null && totals.compressed !== null && length !== totals.compressed)
    throw bad(`has artifact.length ${length}, but totals.compressed ${totals.compressed}`);
  // Checked whether it is kept or not: a broken snapshot is one for every command.
  const how = root['made'] === undefined ? null : made(object(root['made'], 'made'));
  const carried = spent === null ? null : sum.bytes;
  const packages = root['packages'] === undefined ? null : packagesFrom(root['packages'], totals, carried);
  return {
    artifact,
    totals,
    ...partOf(root),
    ...(spent === null || !sum.isKept ? {} : { overhead: spent }),
    ...(how === null || !sum.isKept ? {} : { made: how }),
    ...(packages === null ? {} : { packages }),
    entries,
    superseded: list(root['superseded'] ?? [], 'superseded').map((value, index) =>
      superseded(value, `superseded[${index}]`),
    ),
    notices: list(root['notices'] ?? [], 'notices').map((value, index) => notice(value, `notices[${index}]`)),
    ...stripVersionOf(root),
    ...imageOf(root, entries, totals.content),
  };
}

function stripVersionOf({ stripVersion }: Json): Pick<Snapshot, 'stripVersion'> {
  if (stripVersion === undefined) return {};
  if (typeof stripVersion === 'string' && /^\d{1,4}\.\d{1,4}$/.test(stripVersion)) return { stripVersion };
  throw bad(`has stripVersion ${spell(stripVersion)}, which is no release`);
}

function partOf({ part }: Json): Pick<Snapshot, 'isPart'> {
  if (part === undefined || part === false) return {};
  if (part === true) return { isPart: true };
  throw bad(`has part ${spell(part)}, which is neither true nor false`);
}

function imageOf(root: Json, entries: readonly Entry[], content: number): Pick<Snapshot, 'image' | 'hidden'> {
  const image = root['image'] === undefined ? null : imageFrom(object(root['image'], 'image'));
  const layers = image?.layers.length ?? 0;
  const stray = entries.find(({ layer = -1 }) => layer >= layers);
  if (stray !== undefined)
    throw bad(`has ${spellBytes(stray.path)} in layer ${stray.layer}, which is none of the image's ${layers}`);
  if (image === null) return {};
  const isPart = root['part'] === true;
  if (!isPart && image.visibleBytes !== content)
    throw bad(`has image.visibleBytes ${image.visibleBytes}, but totals.content ${content}`);
  return { image, hidden: hiddenFrom(list(root['hidden'] ?? [], 'hidden'), image, isPart) };
}

/** What a scan can never make: without these checks an edited file could count a file twice, or not at all. */
function checkStructure(entries: readonly Entry[]): void {
  let last: Name | null = null;
  for (const { path, kind, size, link } of entries) {
    const name = (): string => spellBytes(path);
    if (path === last) throw bad(`has the path ${name()} twice`);
    last = path;
    if (normalizePath(path).path !== path) throw bad(`has the path ${name()}, which is not normalised`);
    const fault = pathFault(path);
    if (fault !== null) throw bad(`has the path ${spellBytes(path.slice(0, 60))}..., which is ${fault.message}`);
    const linked = kind === 'hardlink' && link !== null ? pathFault(link) : null;
    if (linked !== null) throw bad(`has ${name()}, a hard link to ${linked.message}`);
    if (kind !== 'file' && size !== 0) throw bad(`has a size for ${name()}, which is a ${kind}`);
  }
  // No directory where a member without a name of its own is a file. Links may lead to anything, as broken ones do.
  if (entries[0]?.path !== '.') throw bad('has no entry for the root');
}

function identity(json: Json): ArtifactIdentity {
  const { name, format, codecs, packedWith } = json;
  if (typeof name !== 'string') throw bad('has no artifact.name');
  if (!isFormat(format)) throw bad('has an unknown artifact.format');
  const known = list(codecs, 'artifact.codecs').filter(isCodec);
  const identified = { name, format, codecs: known, length: sizeOf(json, 'length', 'artifact', true) };
  if (packedWith === undefined) return identified;
  if (typeof packedWith !== 'string' || !isPackedWith(packedWith)) throw bad('has a bad artifact.packedWith');
  return { ...identified, packedWith };
}

/** @param sum of stored bytes, which are kept by the entry only where they are asked for: they cost each of them 40 bytes. */
function entryAt(value: unknown, index: number, sum: StoredSum): Entry {
  const at = `entries[${index}]`;
  const json = object(value, at);
  const path = nameFromJson(json, 'path');
  const { kind, digest } = json;
  if (path === null) throw bad(`has no ${at}.path`);
  if (!isKind(kind)) throw bad(`has an unknown ${at}.kind`);
  if (digest !== null && (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)))
    throw bad(`has a bad ${at}.digest`);
  const bytes = sizeOf(json, 'size', at);
  // Of the shape that scans give it (see draft.ts): objects of one shape take the least memory.
  const read: Draft = {
    path,
    kind,
    size: bytes,
    disk: sizeOf(json, 'disk', at),
    mode: sizeOf(json, 'mode', at, true),
    uid: integer(json, 'uid', at),
    gid: integer(json, 'gid', at),
    mtime: integer(json, 'mtime', at),
    digest,
    link: nameFromJson(json, 'link'),
    facts: null,
  };
  const charged = json['stored'] === undefined ? null : sizeOf(json, 'stored', at);
  sum.bytes += charged ?? 0;
  if (charged !== null && sum.isKept) read.stored = charged;
  if (json['layer'] !== undefined) read.layer = sizeOf(json, 'layer', at);
  if (json['facts'] !== undefined) read.facts = factsFrom(object(json['facts'], `${at}.facts`), path, bytes, at);
  return read;
}

function overhead(value: unknown): Overhead | null {
  if (value === undefined) return null;
  const json = object(value, 'overhead');
  const named = overheadNames.flatMap((name) =>
    json[name] === undefined ? [] : [[name, sizeOf(json, name, 'overhead')] as const],
  );
  return Object.fromEntries(named);
}

function made(json: Json): Made {
  const codec = json['codec'] === null ? null : plainFacts(json['codec'], 'made.codec');
  return { codec, archive: plainFacts(json['archive'], 'made.archive') };
}

function plainFacts(value: unknown, at: string): MadeFacts {
  const known = Object.entries(object(value, at)).map(([key, fact]) => {
    if (fact === null || typeof fact === 'string' || typeof fact === 'boolean') return [key, fact] as const;
    // Counts and bytes, all of them.
    if (typeof fact === 'number' && Number.isSafeInteger(fact) && fact >= 0) return [key, fact] as const;
    throw bad(`has a bad ${at}.${key}`);
  });
  return Object.fromEntries(known);
}

/** Stored bytes that do not add up to the artifact's length would be a lie in every table. */
function checkStored(stored: number, spent: Overhead | null, compressed: number | null): void {
  if (spent === null) return;
  const sum = stored + Object.values(spent).reduce((all, bytes) => all + bytes, 0);
  if (sum !== compressed) throw bad(`has stored bytes and overhead of ${sum}, but totals.compressed ${compressed}`);
}

function superseded(value: unknown, at: string): Superseded {
  const json = object(value, at);
  const path = nameFromJson(json, 'path');
  if (path === null) throw bad(`has no ${at}.path`);
  return { path, size: sizeOf(json, 'size', at) };
}

function notice(value: unknown, at: string): Notice {
  const json = object(value, at);
  const { code, message } = json;
  if (typeof code !== 'string' || typeof message !== 'string') throw bad(`has a bad ${at}`);
  return { code, path: nameFromJson(json, 'path'), message };
}
