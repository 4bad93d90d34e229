// Names in JSON: as text where they are UTF-8; else with each offending byte spelled \xHH and the exact bytes beside in base64.
import { nameFromBytes, nameFromText, nameToBytes, nameToText } from './name.ts';
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

/** The name as text, each byte that is no part of valid UTF-8 spelled `\xHH`. */
export function spellBytes(name: Name): string {
  const bytes = nameToBytes(name);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let spelled = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    try {
      spelled += decoder.decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      spelled += `\\x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
      at++;
    }
  }
  return spelled;
}

/** How long a sequence is that begins so, if it is one. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
