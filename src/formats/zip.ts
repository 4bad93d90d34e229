// The zip format: members in the order of the central directory, which decides what is extracted. What the archive holds
// besides (a prefix, gaps, members that the directory leaves out) is told in notices, so that no byte goes unsaid.
// Layouts: PKWARE APPNOTE 6.3.10; 8.5.4 and 8.5.5 for the markers of split archives.
import { readAhead } from '../bytes/read-ahead.ts';
import type { View } from '../bytes/read-ahead.ts';
import type { ByteSource } from '../bytes/source.ts';
import type { Emit } from '../codecs/codec.ts';
import { useWorker } from '../codecs/decoding-thread.ts';
import { createUnpacker, createWorkerUnpacker } from '../codecs/unpack.ts';
import type { Unpacker } from '../codecs/unpack.ts';
import { createRangeList, deflated, stored } from '../codecs/zip-data.ts';
import { FormatError } from '../errors.ts';
import { nameFromBytes } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { MemberSink, RandomFormat, ReadOptions } from './format.ts';
import type { Ledger } from './ledger.ts';
import { checkLayout, flag, isReadable, readDirectory } from './zip-directory.ts';
import type { CentralHeader, Layout } from './zip-directory.ts';
import { localName, placeMember, unpackMember } from './zip-content.ts';
import type { PlacedMember } from './zip-content.ts';
import { endsWithEndRecord, findEnd } from './zip-end.ts';
import type { ArchiveEnd } from './zip-end.ts';
import { memberOf } from './zip-member.ts';
import { memberName } from './zip-names.ts';
import { signature, signatureBytes } from './zip-records.ts';

/** Longest target of a symlink (64 KiB), the limit for paths. */
const maxTarget = 64 * 1024;

/** What stands before the first member. */
const heads = {
  local: textOf(signature.local),
  end: textOf(signature.end),
  split: textOf(signature.descriptor),
  unsplit: textOf(signature.unsplit),
} as const;

/** How far to read ahead where another thread reads the data: members are seldom closer to each other. */
const headersOnly = 4096;

const methodNames: Readonly<Record<number, string>> = {
  1: 'shrink',
  6: 'implode',
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
  98: 'ppmd',
  99: 'AES encryption',
};

export const zipFormat: RandomFormat = {
  name: 'zip',
  access: 'random',
  bid(head) {
    const magic = nameFromBytes(head.subarray(0, 4));
    if (magic === heads.local || magic === heads.end || magic === heads.split) return 32;
    if (nameFromBytes(head.subarray(0, 8)) === heads.unsplit + heads.local) return 64;
    // An interpreter line: a Python zipapp, or any script. Whether a zip follows, only the end of the file tells.
    return magic.startsWith('#!') ? 16 : 0;
  },
  async read(source, sink, options, file) {
    const end = findEnd(source);
    const walk = startWalk(source, end, sink, options, file.fd);
    try {
      noticeSurroundings(source, end, walk.layout, sink);
      let index = 0;
      for (const header of readDirectory(readAhead(source), end.place)) {
        await readMember(walk, header, walk.layout.limit(index++));
        options.onProgress?.(header.offset);
      }
    } finally {
      await walk.unpacker.close();
    }
    noticeGaps(walk);
    noticeBackslashes(walk);
    if (walk.ledger !== undefined) spendRest(walk.ledger, walk, end, source.size);
  },
};

/** What no member takes: the directory, the records at the end, and bytes that belong to nothing. */
function spendRest(ledger: Ledger, { layout, gapBytes }: Walk, { place, trailing }: ArchiveEnd, size: number): void {
  ledger.spend('directory', place.end - place.start);
  ledger.spend('end', size - trailing - place.end);
  ledger.spend('gaps', layout.first + gapBytes + trailing);
}

interface Walk {
  readonly view: View;
  readonly layout: Layout;
  readonly sink: MemberSink;
  readonly unpacker: Unpacker;
  readonly ledger: Ledger | undefined;
  gapBytes: number;
  gaps: number;
  /** Members whose names some programs take for paths with backslashes; the first of them. */
  backslashes: number;
  firstBackslash: Name | null;
}

function startWalk(
  source: ByteSource,
  { place }: ArchiveEnd,
  sink: MemberSink,
  options: ReadOptions,
  fd: number | undefined,
): Walk {
  const { size } = source;
  const ranges = fd !== undefined && useWorker(size, options.thread) ? createRangeList() : null;
  const layout = checkLayout(readAhead(source), place, options, (header) => ranges?.push(header));
  const walk = { layout, sink, ledger: options.ledger, gapBytes: 0, gaps: 0, backslashes: 0, firstBackslash: null };
  if (fd !== undefined && ranges !== null) {
    const unpacker = createWorkerUnpacker({ fd, size }, ranges.shared());
    return { ...walk, view: readAhead(source, { most: headersOnly }), unpacker };
  }
  const view = readAhead(source);
  return { ...walk, view, unpacker: createUnpacker(view) };
}

async function readMember(walk: Walk, header: CentralHeader, limit: number): Promise<void> {
  const { view, sink } = walk;
  const path = memberName(header);
  const placed = placeMember(view, header, path, limit);
  if (placed.differences.length > 0) {
    const message = `has a local header that differs from the directory in ${placed.differences.join(', ')}`;
    sink.notice({ code: 'local-header-differs', path, message });
  }
  // As unzip tells them: written on DOS or Windows, and without a slash.
  if (header.host === 0 && path.includes('\\') && !path.includes('/')) {
    walk.backslashes++;
    walk.firstBackslash ??= path;
  }
  await deliver(header, placed, walk);
  walk.ledger?.spend('content', header.compressed);
  walk.ledger?.spend('headers', placed.end - header.offset - header.compressed);
  if (placed.end < limit) noticeGap(walk, placed.end, limit);
}

async function deliver(header: CentralHeader, placed: PlacedMember, { sink, unpacker }: Walk): Promise<void> {
  const unreadable = isReadable(header) ? undefined : reasonOf(header);
  const member = memberOf(header, unreadable);
  const unpack = (emit: Emit): Promise<void> => unpackMember(unpacker, header, placed, emit);
  if (member.kind === 'symlink') {
    sink.begin({ ...member, link: unreadable === undefined ? await targetOf(header, placed, sink, unpack) : null });
  } else {
    if (member.kind !== 'file' && header.size > 0) {
      const message = `is a ${member.kind} with ${header.size} bytes of content, which no extraction writes`;
      sink.notice({ code: 'unexpected-content', path: member.name, message });
    }
    sink.begin(member);
    if (unreadable === undefined) await unpack(member.kind === 'file' ? (piece) => sink.data(piece) : ignore);
  }
  sink.end();
}

function ignore(): void {
  // Content that belongs to no file is unpacked for its checksum only.
}

/** The content of a symlink is its target. */
async function targetOf(
  header: CentralHeader,
  { path }: PlacedMember,
  sink: MemberSink,
  unpack: (emit: Emit) => Promise<void>,
): Promise<Name | null> {
  const tooLong = header.size > maxTarget;
  const pieces: Uint8Array[] = [];
  await unpack(tooLong ? ignore : (piece) => pieces.push(Buffer.from(piece)));
  if (!tooLong) return nameFromBytes(Buffer.concat(pieces));
  const message = `is a symlink with a target of ${header.size} bytes, above the limit of ${maxTarget}`;
  sink.notice({ code: 'long-target', path, message });
  return null;
}

function reasonOf(header: CentralHeader): string {
  if ((header.flags & flag.encrypted) !== 0) return 'is encrypted';
  const name = methodNames[header.method];
  return `is compressed with method ${header.method}${name === undefined ? '' : ` (${name})`}; only ${stored} (stored) and ${deflated} (deflate) are read`;
}

/** What the file holds around the archive. */
function noticeSurroundings(source: ByteSource, end: ArchiveEnd, layout: Layout, sink: MemberSink): void {
  const notice = (code: string, message: string): void => sink.notice({ code, path: null, message });
  if (layout.countWrapped) {
    notice('entry-count-wrapped', `holds ${layout.count} entries, more than its end record can count without zip64`);
  }
  if (end.ambiguous)
    notice('ambiguous-end', 'has more than one end record that fits; another reader may see another zip');
  if (end.trailing > 0) notice('trailing-data', `has ${end.trailing} bytes behind its end`);
  noticePrefix(source, end, layout.first, notice);
}

function textOf(value: number): string {
  return nameFromBytes(signatureBytes(value));
}

function noticePrefix(
  source: ByteSource,
  end: ArchiveEnd,
  first: number,
  notice: (code: string, message: string) => void,
): void {
  const head = Buffer.from(source.read(0, Math.min(first, 4096))).toString('latin1');
  if (head === '' || head === heads.split || head === heads.unsplit) return;
  const line = head.startsWith('#!') ? head.indexOf('\n') + 1 : 0;
  if (line === first) return;
  if (!head.startsWith('PK', line)) {
    notice('prefix', `has ${first} bytes before its first member`);
  } else if (endsWithEndRecord(source, first)) {
    notice('prefix', `has another zip of ${first} bytes before its first member, which does not count`);
  } else if (end.place.base === 0) {
    notice('unlisted-member', `has ${first} bytes before its first member that look like members, but do not count`);
  } else {
    // Members, and then an archive that does not know of them: what is left of a zip that was cut behind a zip stored in it.
    const message = 'ends with the end record of a zip inside it, not with its own: the zip is cut';
    throw new FormatError('truncated', message, { offset: source.size });
  }
}

function noticeGap(walk: Walk, from: number, to: number): void {
  walk.gaps++;
  walk.gapBytes += to - from;
  const name = localName(walk.view, from, to);
  if (name !== null) {
    const message = 'has a local header but no entry in the directory; it does not count';
    walk.sink.notice({ code: 'unlisted-member', path: name, message });
  }
}

function noticeGaps(walk: Walk): void {
  if (walk.gaps === 0) return;
  const places = walk.gaps === 1 ? 'one place' : `${walk.gaps} places`;
  const message = `has ${walk.gapBytes} bytes in ${places} between its members that belong to none`;
  walk.sink.notice({ code: 'gap', path: null, message });
}

function noticeBackslashes({ backslashes, firstBackslash: path, sink }: Walk): void {
  if (path === null) return;
  const others = backslashes === 1 ? '' : `, like ${backslashes - 1} more`;
  const message = `has backslashes in its name${others}: unzip makes directories of them, other programs and this one do not`;
  sink.notice({ code: 'backslash-name', path, message });
}
