// Reads a snapshot file back. It is input like any other: every field is checked, and totals are computed from the entries
// again, so that an edited file cannot carry a total that its entries do not add up to.
import { nameFromJson, spellBytes } from '../model/json-name.ts';
import { sectionGroups } from '../model/facts.ts';
import type { Facts } from '../model/facts.ts';
import { normalizePath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { codecNames, entryKinds, formatNames, overheadNames } from '../model/snapshot.ts';
import type {
  ArtifactIdentity,
  Entry,
  EntryKind,
  Made,
  MadeFacts,
  Notice,
  Overhead,
  Snapshot,
  Superseded,
} from '../model/snapshot.ts';
import { withPathFacts } from '../inspectors/index.ts';
import { sortEntries, totalsOf } from './entries.ts';
import { hiddenFrom, imageFrom } from './image/snapshot-image.ts';
import { bad, integer, list, object, sizeOf, spell } from './snapshot-values.ts';
import type { Json } from './snapshot-values.ts';
import { storedOf } from './stored.ts';

const isFormat = oneOf(formatNames);
const isCodec = oneOf(codecNames);
const isKind = oneOf(entryKinds);
const isGroup = oneOf(sectionGroups);

function oneOf<Word extends string>(words: readonly Word[]): (value: unknown) => value is Word {
  const known: ReadonlySet<unknown> = new Set(words);
  return (value): value is Word => known.has(value);
}

/** Whether the first bytes of an input are those of a snapshot file. */
export function looksLikeSnapshot(head: Uint8Array): boolean {
  return /^(?:\xef\xbb\xbf)?\s*\{\s*"schema"\s*:/.test(Buffer.from(head.subarray(0, 256)).toString('latin1'));
}

/**
 * @param stored whether to keep what it says of the artifact's compressed bytes and of how it was made.
 * @throws FormatError `bad-snapshot` naming the JSON path that is wrong.
 */
export function parseSnapshot(text: string, stored = true): Snapshot {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw bad(`is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  const root = object(json, '$');
  if (root['schema'] !== 1) throw bad(`has schema ${spell(root['schema'])}; this version reads schema 1`);
  if (root['entries'] === undefined) throw bad('is a scan report without entries; make it with "sizecheck snapshot"');
  const artifact = identity(object(root['artifact'], 'artifact'));
  const entries = sortEntries(entriesFrom(list(root['entries'], 'entries')));
  checkStructure(entries);
  const claimed = object(root['totals'], 'totals');
  const totals = totalsOf(
    entries,
    sizeOf(claimed, 'archive', 'totals', true),
    sizeOf(claimed, 'compressed', 'totals', true),
  );
  for (const [key, value] of Object.entries(totals)) {
    if (claimed[key] !== value) throw bad(`has totals.${key} ${String(claimed[key])}, but its entries make ${value}`);
  }
  const spent = overhead(root['overhead']);
  checkStored(entries, spent, totals.compressed);
  // Checked whether it is kept or not: a broken snapshot is one for every command.
  const how = root['made'] === undefined ? null : made(object(root['made'], 'made'));
  return {
    artifact,
    totals,
    ...(spent === null || !stored ? {} : { overhead: spent }),
    ...(how === null || !stored ? {} : { made: how }),
    entries,
    superseded: list(root['superseded'] ?? [], 'superseded').map((value, index) =>
      superseded(value, `superseded[${index}]`),
    ),
    notices: list(root['notices'] ?? [], 'notices').map((value, index) => notice(value, `notices[${index}]`)),
    ...(root['image'] === undefined ? {} : imageOf(root)),
  };
}

/** Lets go of each value as soon as it is an entry: of a million, both would be a gigabyte. */
function entriesFrom(values: unknown[]): Entry[] {
  return values.map((value, index) => {
    values[index] = null;
    return entry(value, `entries[${index}]`);
  });
}

function imageOf(root: Json): Pick<Snapshot, 'image' | 'hidden'> {
  const image = imageFrom(object(root['image'], 'image'));
  return { image, hidden: hiddenFrom(list(root['hidden'] ?? [], 'hidden'), image) };
}

/** What a scan can never make: without these checks an edited file could count a file twice, or not at all. */
function checkStructure(entries: readonly Entry[]): void {
  const kinds = new Map<Name, EntryKind>();
  for (const { path, kind, size } of entries) {
    const name = spellBytes(path);
    if (kinds.has(path)) throw bad(`has the path ${name} twice`);
    kinds.set(path, kind);
    if (path !== '' && normalizePath(path).path !== path) throw bad(`has the path ${name}, which is not normalised`);
    if (kind !== 'file' && size !== 0) throw bad(`has a size for ${name}, which is a ${kind}`);
  }
  for (const { path, kind, link } of entries) {
    const target = kind === 'hardlink' && link !== null ? kinds.get(link) : undefined;
    if (target !== undefined && target !== 'file' && link !== path) {
      throw bad(`has a hard link ${spellBytes(path)} to a ${target}`);
    }
  }
  if (kinds.get('.') !== 'directory') throw bad('has no entry for the root');
}

function identity(json: Json): ArtifactIdentity {
  const { name, format, codecs } = json;
  if (typeof name !== 'string') throw bad('has no artifact.name');
  if (!isFormat(format)) throw bad('has an unknown artifact.format');
  const known = list(codecs, 'artifact.codecs').filter(isCodec);
  return { name, format, codecs: known, length: sizeOf(json, 'length', 'artifact', true) };
}

function entry(value: unknown, at: string): Entry {
  const json = object(value, at);
  const path = nameFromJson(json, 'path');
  const { kind, digest } = json;
  if (path === null) throw bad(`has no ${at}.path`);
  if (!isKind(kind)) throw bad(`has an unknown ${at}.kind`);
  if (digest !== null && (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)))
    throw bad(`has a bad ${at}.digest`);
  const bytes = sizeOf(json, 'size', at);
  return {
    path,
    kind,
    size: bytes,
    disk: sizeOf(json, 'disk', at),
    ...(json['stored'] === undefined ? {} : { stored: sizeOf(json, 'stored', at) }),
    mode: sizeOf(json, 'mode', at, true),
    uid: integer(json, 'uid', at),
    gid: integer(json, 'gid', at),
    mtime: integer(json, 'mtime', at),
    digest,
    link: nameFromJson(json, 'link'),
    ...(json['layer'] === undefined ? {} : { layer: sizeOf(json, 'layer', at) }),
    facts: json['facts'] === undefined ? null : facts(object(json['facts'], `${at}.facts`), path, bytes, at),
  };
}

/** Facts come from inspectors alone; those of a type that this version does not know are dropped. */
function facts(json: Json, path: Name, bytes: number, at: string): Facts | null {
  if (typeof json['type'] !== 'string') throw bad(`has no ${at}.facts.type`);
  if (json['type'] === 'elf' && json['sections'] !== undefined) checkSections(json['sections'], bytes, `${at}.facts`);
  return isFacts(json, `${at}.facts`) ? withPathFacts(json, path) : null;
}

/** Checked as far as rules rely on them: the type, the sizes after strip, the list of dangers, the pyc's header. */
function isFacts(json: Json | Facts, at: string): json is Facts {
  const known: Json = { ...json };
  switch (known['type']) {
    case 'elf':
    case 'ar': {
      if (known['type'] === 'elf') checkElf(known, at);
      const strip = object(known['strip'], `${at}.strip`);
      for (const key of ['debug', 'unneeded', 'all']) sizeOf(strip, key, `${at}.strip`, true);
      checkShare(known['stripShare'], at);
      for (const [index, danger] of list(known['unsafe'], `${at}.unsafe`).entries()) {
        if (typeof object(danger, `${at}.unsafe[${index}]`)['message'] !== 'string')
          throw bad(`has a bad ${at}.unsafe[${index}]`);
      }
      if (known['symbols'] !== undefined) checkSymbols(known['symbols'], `${at}.symbols`);
      if (known['contents'] !== undefined) checkContents(known['contents'], `${at}.contents`);
      return true;
    }
    case 'pyc':
      if (known['python'] !== null) checkText(known, 'python', at);
      sizeOf(known, 'sourceMtime', at, true);
      sizeOf(known, 'sourceSize', at, true);
      if (known['code'] !== undefined) checkCode(object(known['code'], `${at}.code`), `${at}.code`);
      return true;
    default:
      return false;
  }
}

/** Estimates are products with it. */
function checkShare(share: unknown, at: string): void {
  if (share !== undefined && !(typeof share === 'number' && share >= 0 && share <= 1))
    throw bad(`has ${at}.stripShare ${spell(share)}, which is no share of 1`);
}

function checkElf(known: Json, at: string): void {
  if (known['buildId'] !== null) checkText(known, 'buildId', at);
  checkText(known, 'elfType', at);
  sizeOf(known, 'debugBytes', at);
}

function checkText(json: Json, key: string, at: string): void {
  if (typeof json[key] !== 'string') throw bad(`has ${at}.${key} ${spell(json[key])}, which is no text`);
}

/** Trees are computed from these; what was not read says why. */
function checkCode(code: Json, at: string): void {
  if (code['unread'] !== undefined) {
    if (typeof code['unread'] !== 'string' || typeof code['broken'] !== 'boolean') throw bad(`has a bad ${at}.unread`);
    return;
  }
  for (const level of list(code['levels'], `${at}.levels`)) {
    if (level !== 0 && level !== 1 && level !== 2) throw bad(`has the level ${spell(level)} in ${at}.levels`);
  }
  for (const key of ['objects', 'docstrings', 'lineTables', 'exceptionTables', 'filename', 'optimized'])
    sizeOf(code, key, at);
  integer(code, 'columnTables', at);
}

/** Samples are compared by their order and rate: one that is wrong in either would find libraries where there are none. */
function checkSymbols(value: unknown, at: string): void {
  const sample = object(value, at);
  const rate = sizeOf(sample, 'rate', at);
  if (!Number.isInteger(Math.log2(rate))) throw bad(`has ${at}.rate ${rate}, which is no power of two`);
  let least = 0;
  for (const hash of list(sample['hashes'], `${at}.hashes`)) {
    if (typeof hash !== 'number' || !Number.isInteger(hash) || hash < least || hash >= 2 ** 32 / rate) {
      throw bad(`has the hash ${spell(hash)} in ${at}, which is not in order or not below 2^32 / ${rate}`);
    }
    least = hash + 1;
  }
}

/** Claims are sums of these. */
function checkContents(value: unknown, at: string): void {
  for (const [index, item] of list(value, at).entries()) {
    const member = object(item, `${at}[${index}]`);
    const [bytes, debug] = [sizeOf(member, 'size', `${at}[${index}]`), sizeOf(member, 'debug', `${at}[${index}]`)];
    if (debug > bytes + 1 || sizeOf(member, 'crc32', `${at}[${index}]`) >= 2 ** 32)
      throw bad(`has a bad ${at}[${index}]`);
  }
}

/** Parts of a file that do not make up the file would be a lie in every diff. */
function checkSections(value: unknown, bytes: number, at: string): void {
  let sum = 0;
  for (const [index, item] of list(value, `${at}.sections`).entries()) {
    const part = object(item, `${at}.sections[${index}]`);
    if (typeof part['name'] !== 'string') throw bad(`has no ${at}.sections[${index}].name`);
    if (!isGroup(part['group'])) throw bad(`has an unknown ${at}.sections[${index}].group`);
    sum += sizeOf(part, 'bytes', `${at}.sections[${index}]`);
  }
  if (sum !== bytes) throw bad(`has ${at}.sections of ${sum} bytes in a file of ${bytes}`);
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
    const plain = fact === null || typeof fact === 'string' || typeof fact === 'number' || typeof fact === 'boolean';
    if (plain) return [key, fact] as const;
    throw bad(`has a bad ${at}.${key}`);
  });
  return Object.fromEntries(known);
}

/** Stored bytes that do not add up to the artifact's length would be a lie in every table. */
function checkStored(entries: readonly Entry[], spent: Overhead | null, compressed: number | null): void {
  if (spent === null) return;
  const sum = storedOf(entries) + Object.values(spent).reduce((all, bytes) => all + bytes, 0);
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
