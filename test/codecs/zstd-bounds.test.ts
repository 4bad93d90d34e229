// zstd frames at the edges of their fields (RFC 8878, section 3.1): what the scanner reports of them, piece by piece.
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { createFrameScanner } from '../../src/codecs/zstd-frames.ts';
import { block, frame, skippable } from '../build/zstd.ts';
import { reusedPieces } from '../build/pieces.ts';

const window = 1 << 17;

/** Everything that the scanner says of `input`, in order; ranges as their bytes, those side by side joined. */
function told(input: Uint8Array, step = input.length, withBlocks = true): string[] {
  const events: string[] = [];
  const scanner = createFrameScanner(window);
  const body = (bytes: Uint8Array): void => {
    const hex = Buffer.from(bytes).toString('hex');
    const last = events.at(-1);
    if (last?.startsWith('body ') === true) events[events.length - 1] = last + hex;
    else events.push(`body ${hex}`);
  };
  for (const piece of reusedPieces(input, step)) {
    scanner.scan(piece, {
      begin: ({ contentSize }) => events.push(`begin ${contentSize}`),
      body: (from, to) => {
        expect(to).toBeGreaterThan(from);
        body(piece.subarray(from, to));
      },
      ...(withBlocks ? { block: (length: number) => events.push(`block ${length}`) } : {}),
      end: () => events.push('end'),
    });
  }
  scanner.finish();
  return events;
}

function failure(input: Uint8Array): FormatError {
  try {
    told(input);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('no error');
}

const raw = block('raw', Buffer.from('abc'));
const run = block('rle', 0x78, 1000);
const empty = block('raw', new Uint8Array(0));

describe('frames of several blocks', () => {
  const two = frame({ window, contentSize: 1003 }, [raw, run]);

  it.each([1, 2, 3, 4, 5, 7, 100])('are told block by block, in pieces of %i bytes', (step) => {
    expect(told(two, step)).toEqual(['begin 1003', 'body 180000616263', 'block 6', 'body 431f0078', 'block 4', 'end']);
  });

  it.each([1, 3, 100])('are told whole where nobody asks for blocks, in pieces of %i bytes', (step) => {
    expect(told(two, step, false)).toEqual(['begin 1003', 'body 180000616263431f0078', 'end']);
  });

  it('may have blocks without content, the last one included', () => {
    const events = [
      'begin null',
      'body 000000',
      'block 3',
      'body 180000616263',
      'block 6',
      'body 010000',
      'block 3',
      'end',
    ];
    expect(told(frame({ window }, [empty, raw, empty]))).toEqual(events);
    expect(told(frame({ window }, [empty, raw, empty]), 1)).toEqual(events);
  });
});

describe('skippable frames', () => {
  it('are no frames with content: neither their begin nor their end is told', () => {
    const input = Buffer.concat([
      skippable(0, Buffer.from('note')),
      frame({ window }, [raw]),
      skippable(15, new Uint8Array(0)),
    ]);
    for (const step of [1, 5, input.length]) {
      expect(told(input, step)).toEqual(['begin null', 'body 190000616263', 'block 6', 'end']);
    }
  });
});

describe('what is no frame', () => {
  it('is told from what follows one', () => {
    expect(failure(Buffer.from('no zstd at all'))).toMatchObject({ code: 'bad-magic', message: 'is not zstd data' });
    const followed = failure(Buffer.concat([frame({ window }, [raw]), Buffer.from('rest')]));
    expect(followed.code).toBe('bad-magic');
    expect(followed.message).toContain('continues after a zstd frame');
  });
});

describe('frame headers', () => {
  /** A frame of one segment with `size` in a field of `length` bytes. */
  function sized(flag: number, field: readonly number[]): Buffer {
    return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, (flag << 6) | 0x20, ...field, 0x19, 0, 0, 0x61, 0x62, 0x63]);
  }

  it.each([
    [0, [3], 3],
    [1, [3, 0], 259],
    [2, [3, 1, 0, 0], 259],
    [3, [3, 1, 0, 0, 0, 0, 0, 0], 259],
  ])('hold the size of the content: flag %i, field %j', (flag, field, size) => {
    expect(told(sized(flag, field))[0]).toBe(`begin ${size}`);
  });

  it('are read for themselves, whatever a longer one before said', () => {
    const large = frame({ window, contentSize: 2 ** 33 + 2 ** 40 }, [raw]);
    const events = told(
      Buffer.concat([sized(3, [3, 1, 0, 0, 0, 0, 0, 0]), sized(0, [3]), large, sized(2, [3, 1, 0, 0])]),
    );
    const begun = events.filter((event) => event.startsWith('begin'));
    expect(begun).toEqual(['begin 259', 'begin 3', `begin ${2 ** 33 + 2 ** 40}`, 'begin 259']);
  });

  it('of eight bytes are read as a whole', () => {
    const error = failure(sized(3, [3, 0, 0, 0, 1, 0, 0, 0]));
    expect(error.code).toBe('window-too-large');
    expect(error.message).toContain('4294967299');
  });

  it('may name the dictionary 0, which is none; every other one is needed', () => {
    expect(told(frame({ window, dictionary: 0 }, [raw]))[0]).toBe('begin null');
    expect(failure(frame({ window, dictionary: 7 }, [raw])).code).toBe('unsupported');
  });
});
