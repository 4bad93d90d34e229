// Facts of an entry in a snapshot file: what inspectors write is checked and kept, all else is dropped, or it could be of any depth.
import { withPathFacts } from '../inspectors/index.ts';
import { sectionGroups } from '../model/facts.ts';
import type { Facts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { bad, integer, list, object, oneOf, sizeOf, spell } from './snapshot-values.ts';
import type { Json } from './snapshot-values.ts';

/** Checks a member of an object, and returns what is kept of it. */
type Field = (json: Json, key: string, at: string) => unknown;
type Shape = ReadonlyMap<string, Field>;

const isGroup = oneOf(sectionGroups);

const size: Field = (json, key, at) => sizeOf(json, key, at);
const sizeOrNull: Field = (json, key, at) => sizeOf(json, key, at, true);
const textOrNull: Field = (json, key, at) => (json[key] === null ? null : text(json, key, at));
/** Computed anew from the path. */
const ofPath: Field = () => null;

const target = shape({ class: size, machine: size, endian: text });
const strip = shape({ debug: sizeOrNull, unneeded: sizeOrNull, all: sizeOrNull, refused: optional(text) });
const danger = shape({ code: text, bytes: size, message: text });
const sample = shape({ rate: size, hashes: (json, key, at) => list(json[key], `${at}.${key}`) });
const content = shape({ size, crc32: size, debug: size });
const section = shape({ name: text, group, bytes: size });

const native = {
  type: text,
  strip: (json, key, at) => kept(json[key], `${at}.${key}`, strip),
  stripShare: optional(share),
  unsafe: (json, key, at) => each(json, key, at, danger),
  symbols: optional(symbols),
} satisfies Record<string, Field>;

const shapes: ReadonlyMap<unknown, Shape> = new Map([
  [
    'elf',
    shape({
      ...native,
      ...Object.fromEntries(target),
      elfType: text,
      buildId: textOrNull,
      debugBytes: size,
      compressedDebug: truth,
      debugCompressed: optional(sizeOrNull),
      kept: optional(text),
      debuglink: optional(text),
      sections: optional((json, key, at) => each(json, key, at, section)),
    }),
  ],
  [
    'ar',
    shape({
      ...native,
      thin: truth,
      variant: text,
      members: size,
      objects: sizeOrNull,
      target: optional((json, key, at) => kept(json[key], `${at}.${key}`, target)),
      contents: optional(contents),
    }),
  ],
  [
    'pyc',
    shape({
      type: text,
      magic: size,
      python: textOrNull,
      mode: text,
      sourceMtime: sizeOrNull,
      sourceSize: sizeOrNull,
      optimization: ofPath,
      legacy: ofPath,
      source: ofPath,
      code: optional(code),
    }),
  ],
  ['pdb', shape({ type: text })],
]);

const unread = shape({ unread: text, broken: truth });
const pycCode = shape({
  levels,
  objects: size,
  docstrings: size,
  lineTables: size,
  columnTables: whole,
  exceptionTables: size,
  filename: size,
  optimized: size,
});

/** Facts of a type that this version does not know are dropped. */
export function factsFrom(json: Json, path: Name, bytes: number, at: string): Facts | null {
  if (typeof json['type'] !== 'string') throw bad(`has no ${at}.facts.type`);
  const known = shapes.get(json['type']);
  if (known === undefined) return null;
  const facts: Json | Facts = kept(json, `${at}.facts`, known);
  if (!isFacts(facts)) return null;
  if (facts.type === 'elf') checkParts(facts, bytes, `${at}.facts`);
  return withPathFacts(facts, path);
}

/** Each member has been checked. */
function isFacts(facts: Json | Facts): facts is Facts {
  return shapes.has(facts['type']);
}

function shape(fields: Readonly<Record<string, Field>>): Shape {
  return new Map(Object.entries(fields));
}

/** What a shape knows of an object, in the object's order. */
function kept(value: unknown, at: string, fields: Shape): Json {
  const json = object(value, at);
  const known: Record<string, unknown> = {};
  for (const key of Object.keys(json)) {
    const field = fields.get(key);
    if (field !== undefined) known[key] = field(json, key, at);
  }
  for (const [key, field] of fields) if (json[key] === undefined) field(json, key, at);
  return known;
}

function each(json: Json, key: string, at: string, fields: Shape): Json[] {
  return list(json[key], `${at}.${key}`).map((item, index) => kept(item, `${at}.${key}[${index}]`, fields));
}

function optional(field: Field): Field {
  return (json, key, at) => (json[key] === undefined ? undefined : field(json, key, at));
}

function text(json: Json, key: string, at: string): string {
  const value = json[key];
  if (typeof value !== 'string') throw bad(`has ${at}.${key} ${spell(value)}, which is no text`);
  return value;
}

function truth(json: Json, key: string, at: string): boolean {
  const value = json[key];
  if (typeof value !== 'boolean') throw bad(`has ${at}.${key} ${spell(value)}, which is neither true nor false`);
  return value;
}

function whole(json: Json, key: string, at: string): number {
  return integer(json, key, at) ?? sizeOf(json, key, at);
}

/** Estimates are products with it. */
function share(json: Json, key: string, at: string): number {
  const value = json[key];
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw bad(`has ${at}.${key} ${spell(value)}, which is no share of 1`);
}

function group(json: Json, key: string, at: string): string {
  const value = json[key];
  if (!isGroup(value)) throw bad(`has an unknown ${at}.${key}`);
  return value;
}

/** Trees are computed from these; what was not read says why. */
function code(json: Json, key: string, at: string): Json {
  const told = object(json[key], `${at}.${key}`);
  return kept(told, `${at}.${key}`, told['unread'] === undefined ? pycCode : unread);
}

function levels(json: Json, key: string, at: string): unknown[] {
  const found = list(json[key], `${at}.${key}`);
  for (const level of found) {
    if (level !== 0 && level !== 1 && level !== 2) throw bad(`has the level ${spell(level)} in ${at}.${key}`);
  }
  return found;
}

/** Samples are compared by their order and rate: one that is wrong in either would find libraries where there are none. */
function symbols(json: Json, key: string, at: string): Json {
  const found = kept(json[key], `${at}.${key}`, sample);
  const rate = sizeOf(found, 'rate', `${at}.${key}`);
  if (!Number.isInteger(Math.log2(rate))) throw bad(`has ${at}.${key}.rate ${rate}, which is no power of two`);
  let least = 0;
  for (const hash of list(found['hashes'], at)) {
    if (typeof hash !== 'number' || !Number.isInteger(hash) || hash < least || hash >= 2 ** 32 / rate) {
      throw bad(`has the hash ${spell(hash)} in ${at}.${key}, which is not in order or not below 2^32 / ${rate}`);
    }
    least = hash + 1;
  }
  return found;
}

/** Claims are sums of these. */
function contents(json: Json, key: string, at: string): Json[] {
  const members = each(json, key, at, content);
  for (const [index, member] of members.entries()) {
    const [length, debug] = [sizeOf(member, 'size', at), sizeOf(member, 'debug', at)];
    // Behind a member of odd length strip leaves a byte of padding less.
    if (debug > length + 1 || sizeOf(member, 'crc32', at) >= 2 ** 32) throw bad(`has a bad ${at}.${key}[${index}]`);
  }
  return members;
}

/** Parts of a file that do not make up the file would be a lie in every diff. */
function checkParts({ sections, debugBytes }: Extract<Facts, { type: 'elf' }>, bytes: number, at: string): void {
  if (debugBytes > bytes) throw bad(`has ${at}.debugBytes ${debugBytes} in a file of ${bytes}`);
  const sum = sections?.reduce((total, part) => total + part.bytes, 0) ?? bytes;
  if (sum !== bytes) throw bad(`has ${at}.sections of ${sum} bytes in a file of ${bytes}`);
}
