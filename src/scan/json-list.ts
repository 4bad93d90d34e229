// Cuts a JSON text while it comes: the elements of one long list of the outermost object are parsed in batches and let go of, so that
// neither the text nor the values of all of them are ever held. Takes exactly what `JSON.parse` of the whole text would take.
import { randomUUID } from 'node:crypto';

/** Characters that make a batch. */
const batch = 1 << 18;

/** Most characters that are searched for the key before a list; a list further behind its key stays in the text. */
const longestKey = 64;

export interface ListCutter {
  /** The value that stands where the list stood in the text that is left: drawn anew for each text, so that none can hold it itself. */
  readonly placeholder: string;
  /** The next piece of the text. */
  write(text: string): void;
  /** The text that is left; one that ends inside of the list is no JSON. */
  rest(): string;
}

export interface ListTaker {
  /** The list begins; where it does so twice, the last one counts, as everywhere in JSON. */
  begin(): void;
  /** Elements as the text of a list. */
  take(list: string): void;
}

const [quote, backslash, comma, open, close, openObject, closeObject] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/** @param key of the list; one that is spelt with escapes is no list to cut, and stays in the text. */
export function cutList(key: string, taker: ListTaker): ListCutter {
  const opening = new RegExp(`[{,]\\s*"${key}"\\s*:\\s*$`);
  const placeholder = randomUUID();
  const left: string[] = [];
  let pending = '';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inList = false;
  let commaBefore = false;

  /** Only an empty list has nothing between its brackets; nothing beside a comma is no JSON. */
  function take(elements: string, isLast: boolean): void {
    const isBlank = /^[ \t\r\n]*$/.test(elements);
    if (!isBlank || !isLast || commaBefore) taker.take(isBlank ? '[,]' : `[${elements}]`);
    commaBefore = !isLast;
    pending = '';
  }

  function write(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (inString) {
        if (escaped) escaped = false;
        else if (char === backslash) escaped = true;
        else if (char === quote) inString = false;
      } else if (char === quote) inString = true;
      else if (char === open || char === openObject) {
        depth++;
        if (char !== open || depth !== 2 || inList || !opening.test(before(text, start, at))) continue;
        left.push(text.slice(start, at), JSON.stringify(placeholder));
        start = at + 1;
        inList = true;
        commaBefore = false;
        taker.begin();
      } else if (char === close || char === closeObject) {
        depth--;
        if (!inList || depth !== 1) continue;
        take(`${pending}${text.slice(start, at)}${char === close ? '' : '}'}`, true);
        start = at + 1;
        inList = false;
      } else if (char === comma && inList && depth === 2 && pending.length + at - start >= batch) {
        take(pending + text.slice(start, at), false);
        start = at + 1;
      }
    }
    if (inList) pending += text.slice(start);
    else left.push(text.slice(start));
  }

  /** What stands before a bracket, as far as a key may reach. */
  function before(text: string, start: number, at: number): string {
    let found = text.slice(Math.max(start, at - longestKey), at);
    for (let piece = left.length - 1; piece >= 0 && found.length < longestKey; piece--) {
      found = (left[piece] ?? '').slice(-longestKey) + found;
    }
    return found;
  }

  return { placeholder, write, rest: () => left.join('') };
}
