// Names in JSON: as text where they are UTF-8; else with each offending byte spelled \xHH and the exact bytes beside in base64.
import { nameFromBytes, nameFromText, nameToText } from './name.ts';
import type { Name } from './name.ts';

/** A name as JSON members: `{path}` or, for names that are not UTF-8, `{path, pathBase64}`. */
export function nameToJson(key: string, name: Name): Record<string, string> {
  const text = nameToText(name);
  if (text !== null) return { [key]: text };
  return { [key]: spellBytes(name), [`${key}Base64`]: Buffer.from(name, 'latin1').toString('base64') };
}

/** Reverse of `nameToJson`; null where the object has no such name. */
export function nameFromJson(object: Readonly<Record<string, unknown>>, key: string): Name | null {
  const exact = object[`${key}Base64`];
  if (typeof exact === 'string') return nameFromBytes(Buffer.from(exact, 'base64'));
  const text = object[key];
  return typeof text === 'string' ? nameFromText(text) : null;
}

/** One character of UTF-8 (RFC 3629, section 4), or one byte that is none. */
const characters =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|[\x80-\xff]/g;

/** The name as text, each byte that is no part of valid UTF-8 spelled `\xHH`. Takes time by its length, whatever it holds. */
export function spellBytes(name: Name): string {
  const spelled = name.replace(characters, (found) =>
    found.length > 1 ? found : `\\x${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return Buffer.from(spelled, 'latin1').toString('utf8');
}
