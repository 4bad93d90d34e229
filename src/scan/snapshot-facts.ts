// Facts of an entry in a snapshot file, checked as far as rules, tables and diffs rely on them.
import { withPathFacts } from '../inspectors/index.ts';
import { sectionGroups } from '../model/facts.ts';
import type { Facts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { bad, integer, list, object, oneOf, sizeOf, spell } from './snapshot-values.ts';
import type { Json } from './snapshot-values.ts';

const isGroup = oneOf(sectionGroups);

/** Facts come from inspectors alone; those of a type that this version does not know are dropped. */
export function factsFrom(json: Json, path: Name, bytes: number, at: string): Facts | null {
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
      if (known['target'] !== undefined) checkTarget(object(known['target'], `${at}.target`), `${at}.target`);
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
  if (known['kept'] !== undefined) checkText(known, 'kept', at);
  checkText(known, 'elfType', at);
  sizeOf(known, 'debugBytes', at);
  if (known['debugCompressed'] !== undefined) sizeOf(known, 'debugCompressed', at, true);
}

function checkTarget(target: Json, at: string): void {
  for (const key of ['class', 'machine']) sizeOf(target, key, at);
  checkText(target, 'endian', at);
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
