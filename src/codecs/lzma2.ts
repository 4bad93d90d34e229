// LZMA2 chunks (as used by .xz), a parser that asks for one chunk after the other: 64 KiB of encoded and 2 MiB of decoded data
// at most, so that nothing inside a chunk has to wait for input. Memory grows with the data, not with the claimed dictionary.
import { byteAt } from '../bytes/at.ts';
import type { FieldParser } from './fields.ts';
import { createLzmaDecoder, inputPadding } from './lzma.ts';
import type { LzmaWindow, Trace } from './lzma.ts';

export interface Lzma2Events {
  /** Decoded bytes; the view is valid during the call only. */
  data(bytes: Uint8Array): void;
  /** Told within a chunk, before its data come. */
  readonly trace?: Trace | undefined;
  /** Throws an error with the position of the current field. */
  fail(message: string): never;
}

export interface Lzma2Decoder {
  /** Parses one LZMA2 stream with its end marker; `size` counts the encoded bytes. */
  parse(dictionary: number, events: Lzma2Events, size: (bytes: number) => void): FieldParser;
}

/** The longest field that `parse` asks for: the data of a chunk. */
export const longestChunk = 65_536;
const longestOutput = 2 * 1024 * 1024;
const firstMemory = 4 * 1024 * 1024;

export function createLzma2Decoder(): Lzma2Decoder {
  const lzma = createLzmaDecoder();
  const encoded = new Uint8Array(longestChunk + inputPadding);
  const window: LzmaWindow = { bytes: new Uint8Array(0), start: 0, end: 0 };

  /** Makes room for `count` bytes: more memory while it is less than the dictionary needs, then by dropping old history. */
  function reserve(count: number, dictionary: number): void {
    const { bytes, end } = window;
    if (end + count <= bytes.length) return;
    const most = dictionary + Math.max(dictionary >>> 1, longestOutput);
    const keep = Math.min(end - window.start, dictionary);
    // What is kept and a chunk are never more than `most`.
    const target = bytes.length >= most ? bytes : grown(bytes.length, keep + count, most);
    target.set(bytes.subarray(end - keep, end));
    // `start` may become negative: positions since the dictionary's reset keep their meaning.
    window.start -= end - keep;
    window.bytes = target;
    window.end = keep;
  }

  function decodeChunk(chunk: Uint8Array, count: number, dictionary: number, events: Lzma2Events): void {
    encoded.set(chunk);
    encoded.fill(0, chunk.length, chunk.length + inputPadding);
    reserve(count, dictionary);
    const sound = lzma.decode(encoded, chunk.length, window, count, dictionary, events.trace);
    if (!sound) events.fail('has corrupt LZMA2 data');
  }

  function setProperties(byte: number, events: Lzma2Events): void {
    const lc = byte % 9;
    const lp = Math.floor(byte / 9) % 5;
    const pb = Math.floor(byte / 45);
    if (pb > 4 || lc + lp > 4) events.fail('has bad LZMA2 properties');
    lzma.setProperties(lc, lp, pb);
  }

  function* parse(dictionary: number, events: Lzma2Events, size: (bytes: number) => void): FieldParser {
    let needDictionary = true;
    let needProperties = true;
    for (;;) {
      const control = byteAt(yield 1, 0);
      size(1);
      if (control === 0) return;
      const isLzma = control >= 0x80;
      if (!isLzma && control > 2) events.fail('has an unknown LZMA2 chunk');
      const reset = (control >>> 5) & 3;
      if (isLzma ? reset === 3 : control === 1) {
        needDictionary = false;
        window.start = window.end;
      } else if (needDictionary) {
        events.fail('does not begin with a dictionary reset');
      }
      const sizes = yield isLzma ? 4 : 2;
      size(sizes.length);
      const high = isLzma ? (control & 0x1f) << 16 : 0;
      const count = high + (byteAt(sizes, 0) << 8) + byteAt(sizes, 1) + 1;
      if (isLzma) {
        const length = (byteAt(sizes, 2) << 8) + byteAt(sizes, 3) + 1;
        if (reset >= 2) {
          setProperties(byteAt(yield 1, 0), events);
          size(1);
          needProperties = false;
        } else if (needProperties) {
          events.fail('has an LZMA2 chunk without properties');
        }
        // Properties come with a reset of the state, so there is none to miss.
        if (reset >= 1) lzma.reset();
        decodeChunk(yield length, count, dictionary, events);
        size(length);
      } else {
        // Stored data leaves the models alone, but after its dictionary reset they have to be set up anew.
        if (control === 1) needProperties = true;
        const chunk = yield count;
        size(count);
        reserve(count, dictionary);
        window.bytes.set(chunk, window.end);
        window.end += count;
      }
      events.data(window.bytes.subarray(window.end - count, window.end));
    }
  }

  return { parse };
}

function grown(length: number, needed: number, most: number): Uint8Array {
  return new Uint8Array(Math.max(needed, Math.min(most, Math.max(2 * length, firstMemory))));
}
