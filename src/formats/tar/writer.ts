// Writes the headers of a tar archive that is the same on every machine: POSIX pax, members by name, owner 0, time 0. Byte for
// byte what GNU tar 1.34 writes with --format=pax --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner
// --pax-option=delete=atime,delete=ctime, so that anybody can make the archive that was measured (POSIX.1-2017, pax, "ustar").
import type { Name } from '../../model/name.ts';

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

const blockLength = 512;
const nameLength = 100;
/** Largest size of an eleven-digit octal field. */
const maxOctal = 0o77777777777;
/** GNU tar writes records of 20 blocks. */
const recordLength = 20 * blockLength;

const typeflags = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;

/** The header of a member, with the extended header before it where it needs one. */
export function tarHeaders(item: TarItem): Buffer {
  const name = storedName(item);
  const link = item.link === null ? '' : item.kind === 'hardlink' ? `./${item.link}` : item.link;
  const records: string[] = [];
  if (name.length > nameLength || !isAscii(name)) records.push(record('path', name));
  if (link.length > nameLength) records.push(record('linkpath', link));
  if (item.size > maxOctal) records.push(record('size', String(item.size)));
  const size = item.size > maxOctal ? 0 : item.size;
  const own = block({ name, type: typeflags[item.kind], mode: item.mode, size, link, devices: true });
  return records.length === 0 ? own : Buffer.concat([extended(item.path, records.join('')), own]);
}

/** Zero bytes from the end of a content of `size` bytes to the end of its block. */
export function paddingOf(size: number): number {
  return (blockLength - (size % blockLength)) % blockLength;
}

/** Two zero blocks, and more up to the end of the record, for an archive that has `length` bytes so far. */
export function endOfTar(length: number): Buffer {
  const least = length + 2 * blockLength;
  return Buffer.alloc(2 * blockLength + ((recordLength - (least % recordLength)) % recordLength));
}

function storedName({ path, kind }: TarItem): Name {
  if (path === '.') return './';
  return `./${path}${kind === 'directory' ? '/' : ''}`;
}

function extended(path: Name, records: string): Buffer {
  const slash = path.lastIndexOf('/');
  const name = `./${path.slice(0, slash + 1)}PaxHeaders/${path.slice(slash + 1)}`;
  const header = block({ name, type: 'x', mode: 0o644, size: records.length, link: '', devices: false });
  return Buffer.concat([header, Buffer.from(records, 'latin1'), Buffer.alloc(paddingOf(records.length))]);
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself; names are byte strings, so characters are bytes. */
function record(key: string, value: string): string {
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

function block({ name, type, mode, size, link, devices }: Fields): Buffer {
  const bytes = Buffer.alloc(blockLength);
  bytes.write(name.slice(0, nameLength), 0, 'latin1');
  bytes.write(octal(mode, 7), 100, 'latin1');
  bytes.write(octal(0, 7), 108, 'latin1');
  bytes.write(octal(0, 7), 116, 'latin1');
  bytes.write(octal(size, 11), 124, 'latin1');
  bytes.write(octal(0, 11), 136, 'latin1');
  bytes.write(' '.repeat(8), 148, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write(link.slice(0, nameLength), 157, 'latin1');
  bytes.write('ustar\x0000', 257, 'latin1');
  if (devices) {
    bytes.write(octal(0, 7), 329, 'latin1');
    bytes.write(octal(0, 7), 337, 'latin1');
  }
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return bytes;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function isAscii(name: Name): boolean {
  return !/[\x80-\xff]/.test(name);
}
