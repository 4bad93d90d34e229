// Finds the frames and blocks of a zstd stream (RFC 8878, section 3.1) without decoding them, so that decoders get one frame
// at a time and every header is checked before memory is taken for what it claims.
import { FormatError } from '../errors.ts';

export const zstdMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const skippableMask = 0xfffffff0;
const blockSizeLimit = 128 * 1024;

export function isSkippable(magic: number): boolean {
  return (magic & skippableMask) >>> 0 === skippableMagic;
}

export interface FrameHeader {
  /** Bytes of history that a decoder has to keep. */
  readonly window: number;
  /** Bytes of content, or null where the frame does not tell. */
  readonly contentSize: number | null;
  readonly checksum: boolean;
}

/** What the scanner finds; ranges are offsets into the piece that is being scanned. */
export interface FrameEvents {
  /** A frame starts; `bytes` are its magic number and header. */
  begin(header: FrameHeader, bytes: Uint8Array): void;
  /** The next bytes of the frame: block headers, blocks, checksum. */
  body(from: number, to: number): void;
  /** A block of `length` bytes, header included, is complete. Where this is given, `body` reports each block alone. */
  block?(length: number): void;
  end(): void;
}

export interface FrameScanner {
  /** Offset in the whole stream. */
  readonly position: number;
  scan(input: Uint8Array, events: FrameEvents): void;
  /** @throws FormatError `truncated` where the input ends inside a frame. */
  finish(): void;
}

type State = 'magic' | 'descriptor' | 'header' | 'skip-size' | 'skip' | 'block-header' | 'block' | 'checksum';

export function createFrameScanner(maxWindow: number): FrameScanner {
  const field = new Uint8Array(18);
  const view = new DataView(field.buffer);
  let state: State = 'magic';
  let wanted = 4; // length at which `field` is complete
  let filled = 0;
  let left = 0; // bytes of a block, checksum or skippable frame that are still to come
  let blockLength = 0;
  let lastBlock = false;
  let header: FrameHeader = { window: 0, contentSize: 0, checksum: false };
  let position = 0;
  let frames = 0;

  function fail(code: string, message: string): never {
    throw new FormatError(code, message, { offset: position - filled });
  }

  function gatherNext(next: State, length: number): void {
    state = next;
    wanted = length;
    filled = 0;
  }

  function endMagic(): void {
    const magic = view.getUint32(0, true);
    if (magic === zstdMagic) {
      state = 'descriptor';
      wanted = 5;
    } else if (isSkippable(magic)) {
      gatherNext('skip-size', 4);
    } else {
      fail(
        'bad-magic',
        frames === 0 ? 'is not zstd data' : 'continues after a zstd frame with something that is not one',
      );
    }
  }

  function endBlockHeader(): void {
    const bits = view.getUint16(0, true) | (view.getUint8(2) << 16);
    const type = (bits >> 1) & 3;
    const size = bits >>> 3;
    if (type === 3) fail('bad-block', 'has a zstd block of the reserved type');
    if (size > Math.min(header.window, blockSizeLimit)) {
      fail('bad-block', `has a zstd block of ${size} bytes, more than its frame allows`);
    }
    lastBlock = (bits & 1) === 1;
    left = type === 1 ? 1 : size;
    blockLength = left + 3;
    state = 'block';
  }

  function endField(events: FrameEvents): void {
    switch (state) {
      case 'magic':
        endMagic();
        return;
      case 'descriptor':
        if ((view.getUint8(4) & 0x08) !== 0) fail('bad-header', 'sets a reserved bit in a zstd frame header');
        state = 'header';
        wanted = headerLength(view.getUint8(4));
        return;
      case 'header':
        header = readHeader(view, position - filled);
        checkWindow(header.window, maxWindow, position - filled);
        events.begin(header, field.subarray(0, filled));
        gatherNext('block-header', 3);
        return;
      case 'skip-size':
        left = view.getUint32(0, true);
        state = 'skip';
        return;
      case 'block-header':
        endBlockHeader();
        return;
      case 'skip':
      case 'block':
      case 'checksum':
    }
  }

  /** A block, checksum or skippable frame is complete. */
  function endRun(events: FrameEvents): void {
    if (state === 'block') events.block?.(blockLength);
    if (state === 'block' && !lastBlock) {
      gatherNext('block-header', 3);
    } else if (state === 'block' && header.checksum) {
      state = 'checksum';
      left = 4;
    } else {
      if (state !== 'skip') events.end();
      frames += 1;
      gatherNext('magic', 4);
    }
  }

  function isRun(): boolean {
    return state === 'block' || state === 'checksum' || state === 'skip';
  }

  return {
    get position() {
      return position;
    },
    scan(input, events) {
      let at = 0;
      let from = -1; // start of bytes of the current frame that were not reported yet
      const reportBody = (): void => {
        if (from !== -1) events.body(from, at);
        from = -1;
      };
      const report: FrameEvents = {
        begin: (found, bytes) => events.begin(found, bytes),
        body: (start, to) => events.body(start, to),
        block(length) {
          if (events.block === undefined) return;
          reportBody();
          events.block(length);
        },
        end() {
          reportBody();
          events.end();
        },
      };
      while (at < input.length) {
        if (isRun()) {
          if (from === -1 && state !== 'skip') from = at;
          const count = Math.min(left, input.length - at);
          left -= count;
          at += count;
          position += count;
        } else {
          if (from === -1 && state === 'block-header') from = at;
          const count = Math.min(wanted - filled, input.length - at);
          field.set(input.subarray(at, at + count), filled);
          filled += count;
          at += count;
          position += count;
          if (filled === wanted) endField(report);
        }
        // An empty block or skippable frame ends where it starts, maybe at the end of this piece.
        while (isRun() && left === 0) endRun(report);
      }
      if (from !== -1) events.body(from, at);
    },
    finish() {
      if (state !== 'magic' || filled > 0) {
        throw new FormatError('truncated', 'ends inside a zstd frame', { offset: position });
      }
      if (frames === 0) throw new FormatError('truncated', 'has no zstd frame', { offset: position });
    },
  };
}

/** Bytes from the magic number to the end of the frame header, told by its descriptor. */
function headerLength(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0;
  const idLength = dictionaryIdLength(descriptor);
  return 5 + (single ? 0 : 1) + idLength + contentSizeLength(descriptor);
}

/** 0, 1, 2 or 4 bytes. */
function dictionaryIdLength(descriptor: number): number {
  return (1 << (descriptor & 3)) >> 1;
}

function contentSizeLength(descriptor: number): number {
  const flag = descriptor >>> 6;
  if (flag === 0) return (descriptor & 0x20) === 0 ? 0 : 1;
  return 1 << flag;
}

function readHeader(view: DataView, offset: number): FrameHeader {
  const descriptor = view.getUint8(4);
  const single = (descriptor & 0x20) !== 0;
  let at = 5;
  let window = 0;
  if (!single) {
    const byte = view.getUint8(at);
    const base = 2 ** (10 + (byte >>> 3));
    window = base + (base / 8) * (byte & 7);
    at += 1;
  }
  const idLength = dictionaryIdLength(descriptor);
  for (let i = 0; i < idLength; i += 1) {
    if (view.getUint8(at + i) !== 0) {
      throw new FormatError('unsupported', 'needs a zstd dictionary to decode', { offset });
    }
  }
  const contentSize = readContentSize(view, at + idLength, contentSizeLength(descriptor));
  return {
    window: single ? (contentSize ?? 0) : window,
    contentSize,
    checksum: (descriptor & 0x04) !== 0,
  };
}

function readContentSize(view: DataView, at: number, length: number): number | null {
  if (length === 0) return null;
  if (length === 1) return view.getUint8(at);
  if (length === 2) return view.getUint16(at, true) + 256;
  if (length === 4) return view.getUint32(at, true);
  return Number(view.getBigUint64(at, true));
}

function checkWindow(window: number, maxWindow: number, offset: number): void {
  if (window <= maxWindow) return;
  throw new FormatError(
    'window-too-large',
    `needs a zstd window of ${window} bytes; the limit is ${maxWindow} (raise it with --max-window)`,
    { offset },
  );
}
