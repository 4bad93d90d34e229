// Writes the headers of a tar archive that is the same on every machine: POSIX pax, members by name, owner 0, time 0. Byte for
// byte what GNU tar 1.34 writes with --format=pax --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner
// --pax-option=delete=atime,delete=ctime, so that anybody can make the archive that was measured (POSIX.1-2017, pax, "ustar").
import type { Name } from '../../model/name.ts';
import { blockSize, field, largestOctal, magicWord, paddingOf, recordSize } from './layout.ts';
import type { TarField } from './layout.ts';

export interface TarItem {
  /** Relative path as in a snapshot; the root is `.`. */
  readonly path: Name;
  readonly kind: 'file' | 'directory' | 'symlink' | 'hardlink';
  /** Bytes of content that follow; 0 for all but files. */
  readonly size: number;
  readonly mode: number;
  /** Target of a symlink as stored; path of the member that a hard link shares content with. */
  readonly link: Name | null;
}

const typeflags = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;

/** The header of a member, with the extended header before it where it needs one. */
export function tarHeaders(item: TarItem): Buffer {
  const name = storedName(item);
  const link = item.link === null ? '' : item.kind === 'hardlink' ? `./${item.link}` : item.link;
  const records: string[] = [];
  if (name.length > field.name.length || !isAscii(name)) records.push(paxRecord('path', name));
  if (link.length > field.link.length) records.push(paxRecord('linkpath', link));
  const fits = item.size <= largestOctal(field.size);
  if (!fits) records.push(paxRecord('size', String(item.size)));
  const size = fits ? item.size : 0;
  const own = headerBlock({ name, type: typeflags[item.kind], mode: item.mode, size, link, devices: true });
  return records.length === 0 ? own : Buffer.concat([extended(item.path, records.join('')), own]);
}

/** Two zero blocks, and more up to the end of the record, for an archive that has `length` bytes so far. */
export function endOfTar(length: number): Buffer {
  const mark = 2 * blockSize;
  return Buffer.alloc(mark + paddingOf(length + mark, recordSize));
}

function storedName({ path, kind }: TarItem): Name {
  if (path === '.') return './';
  return `./${path}${kind === 'directory' ? '/' : ''}`;
}

function extended(path: Name, records: string): Buffer {
  const slash = path.lastIndexOf('/');
  const name = `./${path.slice(0, slash + 1)}PaxHeaders/${path.slice(slash + 1)}`;
  const header = headerBlock({ name, type: 'x', mode: 0o644, size: records.length, link: '', devices: false });
  return Buffer.concat([header, Buffer.from(records, 'latin1'), Buffer.alloc(paddingOf(records.length))]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself; names are byte strings, so characters are bytes. */
export function paxRecord(key: string, value: Name): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

interface Fields {
  readonly name: Name;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
  readonly link: Name;
  /** Whether the device fields hold a number, as they do in all but extended headers. */
  readonly devices: boolean;
}

function headerBlock({ name, type, mode, size, link, devices }: Fields): Buffer {
  const bytes = Buffer.alloc(blockSize);
  writeText(bytes, field.name, name);
  writeOctal(bytes, field.mode, mode);
  writeOctal(bytes, field.uid, 0);
  writeOctal(bytes, field.gid, 0);
  writeOctal(bytes, field.size, size);
  writeOctal(bytes, field.mtime, 0);
  writeText(bytes, field.type, type);
  writeText(bytes, field.link, link);
  writeText(bytes, field.magic, `${magicWord}\x0000`);
  if (devices) {
    writeOctal(bytes, field.deviceMajor, 0);
    writeOctal(bytes, field.deviceMinor, 0);
  }
  return sealed(bytes);
}

/** As much of `text` as the field holds, zeros behind it. */
export function writeText(block: Buffer, { at, length }: TarField, text: Name): void {
  block.fill(0, at, at + length);
  block.write(text, at, length, 'latin1');
}

/** Octal digits and a NUL; the value must be one that the field holds. */
export function writeOctal(block: Buffer, { at, length }: TarField, value: number): void {
  block.write(`${octal(value, length - 1)}\0`, at, 'latin1');
}

/** The same block with the checksum of what it holds now. */
export function sealed(block: Buffer): Buffer {
  const { at, length } = field.checksum;
  block.fill(0x20, at, at + length);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, length - 2)}\0 `, at, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function isAscii(name: Name): boolean {
  return !/[\x80-\xff]/.test(name);
}
