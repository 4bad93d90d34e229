// Extension headers: pax (x, g, Solaris X) and GNU long names (L, K). They describe the next member and are bounded in total.
import { FormatError } from '../../errors.ts';
import { nameFromBytes } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { TarHeader } from './header.ts';
import { blockSize, paddingOf } from './layout.ts';
import { applyPaxRecords, parsePaxRecords } from './pax.ts';
import { notice } from './state.ts';
import type { Extensions, TarState } from './state.ts';

/** Largest total of extension headers before one member, in bytes (1 MiB). */
const maxExtension = 1 << 20;

export function startExtension(state: TarState, header: TarHeader, offset: number): void {
  const extensions = (state.extensions ??= {
    pax: {},
    paxHeaders: 0,
    longName: null,
    longLink: null,
    bytes: 0,
    offset,
  });
  // A header block counts too: thousands of empty extensions are as endless as one huge one.
  extensions.bytes += header.size + blockSize;
  if (extensions.bytes > maxExtension) {
    throw new FormatError(
      'extension-too-large',
      `has more than ${maxExtension} bytes of extension headers before one member`,
      {
        offset: extensions.offset,
      },
    );
  }
  state.extensionType = header.type;
  state.extensionParts = [];
  state.records = [];
  state.phase = 'extension';
  state.remaining = header.size;
  state.padding = paddingOf(header.size);
}

export function takeExtension(state: TarState, piece: Uint8Array, at: number): number {
  const used = Math.min(state.remaining, piece.length - at);
  const part = piece.subarray(at, at + used);
  state.remaining -= used;
  // What goes on in the next piece is copied, as this one's memory may be that of the next, too. Not by slice: a Buffer's is no copy.
  state.extensionParts.push(state.remaining === 0 ? part : new Uint8Array(part));
  if (state.remaining === 0 && 'xXg'.includes(state.extensionType)) {
    const bytes = extensionBytes(state);
    state.records = parsePaxRecords(bytes, state.offset + used - bytes.length);
  }
  return used;
}

export function endExtension(state: TarState): void {
  const bytes = extensionBytes(state);
  const { extensions, extensionType } = state;
  const offset = state.offset - bytes.length;
  state.extensionParts = [];
  state.phase = 'skip';
  state.remaining = state.padding;
  if (extensions !== null) applyExtension(state, extensions, extensionType, bytes, offset);
}

const nothing = new Uint8Array(0);

/** The body of the extension that has just ended; valid as long as the piece that it ended in. */
function extensionBytes({ extensionParts }: TarState): Uint8Array {
  const [first = nothing, ...more] = extensionParts;
  return more.length === 0 ? first : Buffer.concat(extensionParts);
}

function applyExtension(
  state: TarState,
  extensions: Extensions,
  type: string,
  bytes: Uint8Array,
  offset: number,
): void {
  reportOrder(state, extensions, type);
  switch (type) {
    case 'L':
    case 'K': {
      const key = type === 'L' ? 'longName' : 'longLink';
      if (extensions[key] !== null)
        notice(state, 'conflicting-headers', extensions[key], 'is named by two GNU headers; the later counts');
      extensions[key] = untilNul(bytes);
      break;
    }
    case 'g': {
      state.plainGlobals = false;
      applyPaxRecords(state.globals, state.records, offset);
      const set = (['path', 'linkpath', 'size'] as const).filter((key) => state.globals[key] !== undefined);
      if (set.length > 0) notice(state, 'global-override', null, `sets ${set.join(' and ')} for all following members`);
      if (extensions.bytes === bytes.length + blockSize) state.extensions = null;
      break;
    }
    default:
      if (type === 'X') notice(state, 'unknown-type', null, 'has a Solaris extended header, read as a pax header');
      extensions.paxHeaders++;
      applyPaxRecords(extensions.pax, state.records, offset);
  }
}

/** Orders of extension headers that readers disagree about (CVE-2026-53655). */
function reportOrder(state: TarState, extensions: Extensions, type: string): void {
  if (type === 'g' && extensions.paxHeaders > 0) {
    notice(state, 'conflicting-headers', null, 'has a global header between a pax header and its member');
  }
  if ((type === 'L' || type === 'K') && extensions.pax.size !== undefined) {
    notice(
      state,
      'conflicting-headers',
      null,
      "has a GNU long name after a pax header with a size; the size is the member's",
    );
  }
}

function untilNul(bytes: Uint8Array): Name {
  const nul = bytes.indexOf(0);
  return nameFromBytes(nul < 0 ? bytes : bytes.subarray(0, nul));
}
