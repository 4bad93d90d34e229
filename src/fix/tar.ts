// A tar archive without what a plan removes: members stream by and are copied byte for byte; only those of the plan are left out,
// replaced by links, or stripped on the way. What lies between members (global headers, labels) stays.
import type { Member, MemberSink, StreamReader } from '../formats/format.ts';
import { blockSize, paddingOf, recordSize } from '../formats/tar/layout.ts';
import { tarReader } from '../formats/tar/tar.ts';
import { tarHeaders } from '../formats/tar/writer.ts';
import { addTo } from '../model/grouping.ts';
import type { Name } from '../model/name.ts';
import { createRawQueue } from './raw-queue.ts';
import type { FileContent } from './strip-tool.ts';
import { changedHeaders } from './tar-headers.ts';

/** What becomes of a member. */
export type Decision =
  | { readonly kind: 'keep' }
  | { readonly kind: 'drop' }
  /** The content is handed over whole; what comes back takes its place, null leaves it as it is. */
  | {
      readonly kind: 'rewrite';
      readonly rewrite: (content: Buffer) => Buffer | null;
      /** The same as the content comes, where it may be too long to be held; absent where it is short. */
      readonly stream?: () => Rewriting;
      /** Whether it depends on what becomes of all others; only in a zip. */
      readonly last?: true;
    }
  | { readonly kind: 'symlink'; readonly target: Name }
  /** Becomes a hard link to the member that brings `file`, and comes after it wherever it came before. */
  | { readonly kind: 'hard-link'; readonly file: Name };

/** Takes the content of one member. */
export interface Rewriting {
  write(piece: Uint8Array): void;
  hole(count: number): void;
  /** What takes its place, to be read at once. */
  end(): FileContent;
}

export interface TarDecisions {
  readonly decide: (member: Member) => Decision;
  /** The file that the member just decided on brings, where others may become links to it; null for all else. */
  readonly carries: (member: Member) => Name | null;
  /** Directories that need a member of their own, as nothing that stays implies them. */
  readonly bare?: readonly Name[];
}

export interface TarRewriter extends StreamReader {
  /** Members that were to become links to a file that never came. */
  unresolved(): number;
}

/** @param emit takes the bytes of the new archive; views are valid during the call only. */
export function tarRewriter(
  { decide, carries, bare = [] }: TarDecisions,
  emit: (piece: Uint8Array) => void,
): TarRewriter {
  let written = 0;
  const write = (piece: Uint8Array): void => {
    written += piece.length;
    emit(piece);
  };
  const raw = createRawQueue(write);
  const links = createLinks(write);
  let current: OpenMember | null = null;
  // In front: where the last member ends is known only when the next header was read.
  let missing = bare;

  const sink: MemberSink = {
    begin(member) {
      const start = member.start ?? member.offset;
      raw.copyTo(start);
      for (const path of missing) write(tarHeaders({ path, kind: 'directory', size: 0, mode: 0o755, link: null }));
      missing = [];
      const decision = decide(member);
      const isCopied = decision.kind === 'keep' || decision.kind === 'drop';
      const headers = isCopied ? null : raw.peek(start, member.offset + blockSize);
      current = { member, decision, headers, rewriting: decision.kind === 'rewrite' ? startRewriting(decision) : null };
      const changed = headers === null ? null : Buffer.from(headers);
      if (decision.kind === 'symlink' && changed !== null)
        write(changedHeaders(changed, { type: '2', size: 0, link: decision.target }));
      if (decision.kind === 'hard-link' && changed !== null) links.add(decision.file, changed);
      raw.pass(decision.kind === 'keep');
    },
    data(piece) {
      current?.rewriting?.write(piece);
    },
    hole(count) {
      current?.rewriting?.hole(count);
    },
    end() {
      if (current === null) return;
      const { member } = current;
      writeRewritten(current, write);
      // Members without content end before the reader has moved over their header.
      const end = member.kind === 'file' ? reader.position() : member.offset + blockSize;
      const file = carries(member);
      raw.passUntil(end + paddingOf(end), () => {
        if (file !== null) links.carrier(file, member.name);
      });
      current = null;
    },
    file() {},
    notice() {},
  };
  const reader = tarReader(sink);
  return {
    write(piece) {
      raw.push(piece);
      reader.write(piece);
      if (reader.ended()) {
        raw.copyTo(reader.position());
        return;
      }
      raw.flush();
    },
    finish() {
      reader.finish();
      raw.finish();
      const whole = reader.position() % recordSize === 0;
      if (whole) write(Buffer.alloc(paddingOf(written, recordSize)));
    },
    unresolved: () => links.waiting(),
  };
}

interface OpenMember {
  readonly member: Member;
  readonly decision: Decision;
  /** As stored, extension headers included; null for members that stay or go. */
  readonly headers: Buffer | null;
  /** null for members whose content is not looked at. */
  readonly rewriting: Rewriting | null;
}

function writeRewritten({ headers, rewriting }: OpenMember, write: (piece: Uint8Array) => void): void {
  if (headers === null || rewriting === null) return;
  const after = rewriting.end();
  write(changedHeaders(headers, { type: '0', size: after.length, link: '' }));
  for (const piece of after.pieces()) write(piece);
  write(Buffer.alloc(paddingOf(after.length)));
}

function startRewriting({ rewrite, stream }: Decision & { readonly kind: 'rewrite' }): Rewriting {
  if (stream !== undefined) return stream();
  const content: Buffer[] = [];
  return {
    write: (piece) => content.push(Buffer.from(piece)),
    hole: (count) => content.push(Buffer.alloc(count)),
    end() {
      const before = Buffer.concat(content);
      const after = rewrite(before) ?? before;
      return { length: after.length, pieces: () => [after] };
    },
  };
}

interface Links {
  /** A member with these headers becomes a link to the carrier of `file`, at once or as soon as that was written. */
  add(file: Name, headers: Buffer): void;
  carrier(file: Name, stored: Name): void;
  waiting(): number;
}

function createLinks(write: (piece: Uint8Array) => void): Links {
  const carriers = new Map<Name, Name>();
  const early = new Map<Name, Buffer[]>();
  const writeLink = (headers: Buffer, link: Name): void => write(changedHeaders(headers, { type: '1', size: 0, link }));
  return {
    add(file, headers) {
      const carrier = carriers.get(file);
      if (carrier !== undefined) writeLink(headers, carrier);
      else addTo(early, file, headers);
    },
    carrier(file, stored) {
      carriers.set(file, stored);
      for (const headers of early.get(file) ?? []) writeLink(headers, stored);
      early.delete(file);
    },
    waiting: () => early.size,
  };
}
