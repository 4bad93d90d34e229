// The registry of formats, and the way from an opened artifact to its members: codec by first bytes, then format by first bytes
// of what the codec yields.
import { basename } from 'node:path';
import { Spool } from '../bytes/spool.ts';
import { fileSource } from '../bytes/source.ts';
import { decode } from '../codecs/decode.ts';
import type { Decoded } from '../codecs/decode.ts';
import { detectCodec } from '../codecs/index.ts';
import type { Codec } from '../codecs/codec.ts';
import { FormatError, tooMuchUnpacked } from '../errors.ts';
import { nameFromText } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { CodecName, FormatName, MadeFacts } from '../model/snapshot.ts';
import { debFormat } from './deb.ts';
import { readDirectory } from './directory.ts';
import { formatHeadLength } from './format.ts';
import type { Format, MemberSink, RandomFormat, ReadOptions, RegisteredFormat, StreamReader } from './format.ts';
import type { Ledger } from './ledger.ts';
import type { OpenedDirectory, OpenedFile } from './open.ts';
import { imageFormat, isImageOnDisk, readLayout } from './image/image.ts';
import { arFormat, elfFormat } from './single-file.ts';
import { checksumMatches } from './tar/header.ts';
import { tarFormat } from './tar/tar.ts';
import { createSampler } from './sample.ts';
import { describeUnknown } from './unknown.ts';
import { zipFormat } from './zip.ts';

/** Formats found by first bytes; the highest bid wins. A single file is accounted for here, since all of it is content. */
export const formats: readonly RegisteredFormat[] = [
  { format: tarFormat, accounts: true },
  { format: imageFormat, accounts: true },
  { format: zipFormat, accounts: true },
  { format: debFormat, accounts: true },
  { format: arFormat, accounts: true },
  { format: elfFormat, accounts: true },
];

export type ArtifactOptions = ReadOptions;

/** What the wrapping of an artifact was found to be. */
export interface ArtifactRead {
  readonly format: FormatName;
  /** Outermost first. */
  readonly codecs: readonly CodecName[];
  /** Bytes of the artifact file; null for a directory. */
  readonly length: number | null;
  /** Bytes of the archive inside all codecs; null where there is no archive. */
  readonly archive: number | null;
}

/** Hands all members of an artifact to `sink`. @throws FormatError, InputError. */
export async function readArtifact(
  opened: OpenedFile | OpenedDirectory,
  sink: MemberSink,
  options: ArtifactOptions,
): Promise<ArtifactRead> {
  if (opened.kind === 'directory') {
    const format = await readPath(nameFromText(opened.name), sink, options);
    return { format, codecs: [], length: null, archive: null };
  }
  const { input } = opened;
  if (input.head.length === 0) throw new FormatError('empty', 'is empty', { offset: 0 });
  const codec = detectCodec(input.head);
  const format = pickFormat(input.head, options);
  if (codec === null && format?.access === 'random' && 'fd' in input && input.length !== null) {
    const { fd, length } = input;
    const found = await format.read(fileSource(fd, length), sink, options, { name: nameOf(opened.name), fd });
    if (!accountsFor(format)) options.ledger?.giveUp();
    if (isSingleFile(format)) options.ledger?.spend('content', length);
    if (found === 'tar') options.ledger?.close(null, length);
    return { format: found ?? format.name, codecs: [], length, archive: archiveLength(format, length) };
  }
  return readStream(opened, codec, sink, options);
}

/** A directory, or the image that one holds. */
async function readPath(root: Name, sink: MemberSink, options: ArtifactOptions): Promise<FormatName> {
  const as = options.image?.as ?? 'auto';
  if (as !== 'files' && sink.layers !== undefined && isImageOnDisk(root))
    return readLayout(root, sink, sink.layers, options);
  if (as === 'image')
    throw new FormatError('no-image', 'is no image: an OCI layout has the files oci-layout and index.json');
  await readDirectory(root, sink, options.onProgress);
  return 'directory';
}

async function readStream(
  opened: OpenedFile,
  codec: Codec | null,
  sink: MemberSink,
  options: ArtifactOptions,
): Promise<ArtifactRead> {
  const target = streamTarget(opened.name, codec, sink, options);
  try {
    const { maxWindow, onProgress, thread, ledger } = options;
    const marks = ledger !== undefined && codec !== null;
    const how = { maxWindow, onProgress, thread, marks };
    const sampler = marks && options.sample === true ? createSampler() : null;
    const done = await decode(codec, opened.input, how, (piece) => {
      sampler?.take(piece);
      target.write(piece);
    });
    const { format, found } = await target.finish();
    if (ledger !== undefined) {
      const sampled = done.marks !== undefined && format.access === 'stream' ? await sampler?.facts(done.marks) : {};
      closeLedger(ledger, found === 'tar' ? tarFormat : format, done, { ...done.made, ...sampled });
    }
    for (const notice of done.notices) sink.notice(notice);
    const codecs = codec === null ? [] : [codec.name];
    return { format: found, codecs, length: done.bytesIn, archive: archiveLength(format, done.bytesOut) };
  } finally {
    target.close();
  }
}

/** A stream is over. A single file is all content; a zip or deb inside a codec has an order of its own, which marks do not know. */
function closeLedger(ledger: Ledger, format: Format, { bytesIn, bytesOut, marks }: Decoded, made: MadeFacts): void {
  if (marks !== undefined) ledger.note('codec', made);
  if (!accountsFor(format)) ledger.giveUp();
  if (isSingleFile(format)) ledger.take('content', bytesOut);
  else if (format.access === 'random' && marks !== undefined) ledger.giveUp();
  if (format.access === 'stream' || isSingleFile(format)) ledger.close(marks ?? null, bytesIn);
}

/** Hands the bytes of a file to `onPiece` as they are; pieces are valid during the call only. */
export async function readPlain(
  opened: OpenedFile,
  options: ArtifactOptions,
  onPiece: (piece: Uint8Array) => void,
): Promise<void> {
  await decode(null, opened.input, { onProgress: options.onProgress }, onPiece);
}

interface StreamTarget {
  write(piece: Uint8Array): void;
  /** Ends the stream; reads the members of a format that had to be spooled. */
  finish(): Promise<{ readonly format: Format; readonly found: FormatName }>;
  close(): void;
}

/** Takes the decoded stream: gathers its head, picks the format, then feeds its reader or a spool. */
function streamTarget(name: string, codec: Codec | null, sink: MemberSink, options: ReadOptions): StreamTarget {
  let head = Buffer.alloc(0);
  let format: Format | null = null;
  let reader: StreamReader | null = null;
  const spool = new Spool();

  function start(): Format {
    format = pickFormat(head, options);
    if (format === null) throw unknown(head, codec === null ? '' : ` inside ${codec.name}`, options);
    if (format.access === 'stream') reader = format.reader(sink, options);
    forward(head);
    return format;
  }

  function forward(piece: Uint8Array): void {
    if (reader === null) spool.write(piece);
    else reader.write(piece);
  }

  let unpacked = 0;

  return {
    write(piece) {
      unpacked += piece.length;
      if (unpacked > options.maxUnpacked) {
        throw tooMuchUnpacked(options.maxUnpacked, { offset: unpacked });
      }
      if (format !== null) {
        forward(piece);
        return;
      }
      const missing = formatHeadLength - head.length;
      head = Buffer.concat([head, piece.subarray(0, missing)]);
      if (head.length < formatHeadLength) return;
      start();
      forward(piece.subarray(missing));
    },
    async finish() {
      const picked = format ?? start();
      reader?.finish();
      if (picked.access === 'stream') return { format: picked, found: picked.name };
      return { format: picked, found: await readSpooled(picked, spool, name, sink, options) };
    },
    close: () => spool.close(),
  };
}

async function readSpooled(
  format: RandomFormat,
  spool: Spool,
  name: string,
  sink: MemberSink,
  options: ReadOptions,
): Promise<FormatName> {
  const inner = nameOf(name).replace(/\.(?:gz|zst|xz|bz2)$/, '');
  const file = spool.fd === null || format !== imageFormat ? { name: inner } : { name: inner, fd: spool.fd };
  return (await format.read(spool.source(), sink, options, file)) ?? format.name;
}

function pickFormat(head: Uint8Array, { image }: ReadOptions): Format | null {
  const as = image?.as ?? 'auto';
  if (as === 'image') return checksumMatches(head) ? imageFormat : null;
  let best: Format | null = null;
  let highest = 0;
  for (const { format } of formats) {
    if (as === 'files' && format === imageFormat) continue;
    const bid = format.bid(head);
    if (bid > highest) [best, highest] = [format, bid];
  }
  return best;
}

function accountsFor(format: Format): boolean {
  return formats.some((one) => one.format === format && one.accounts);
}

/** A single file is no archive. */
function archiveLength(format: Format, length: number): number | null {
  return isSingleFile(format) ? null : length;
}

function isSingleFile({ name }: Format): boolean {
  return name === 'elf' || name === 'ar';
}

function nameOf(artifact: string): string {
  return artifact === '-' ? 'stdin' : basename(artifact);
}

function unknown(head: Uint8Array, where: string, { image }: ReadOptions): FormatError {
  if (head.length === 0) return new FormatError('empty', `holds nothing${where}`, { offset: 0 });
  if (image?.as === 'image') {
    return new FormatError('no-image', `is no image: what it holds${where} is neither a tar nor an OCI layout`);
  }
  const what = describeUnknown(head);
  return new FormatError('unknown-format', `is not an artifact that can be read: it holds ${what}${where}`, {
    offset: 0,
  });
}
