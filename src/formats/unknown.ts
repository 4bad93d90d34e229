// Says what an input that is no artifact looks like: the error that a wrong download, a Git LFS pointer or an unsupported
// archive deserves.
import { nameFromBytes } from '../model/name.ts';
import { field, magicWord } from './tar/layout.ts';

/** Magic numbers at offset 0 (as byte strings) of formats that sizecheck does not read. */
const magics: readonly (readonly [magic: string, what: string])[] = [
  ['\x04\x22\x4d\x18', 'an lz4 file'],
  ['LZIP', 'an lzip file'],
  ['\x1f\x9d', 'a compress (.Z) file'],
  ['\x1f\xa0', 'a compress (.Z) file'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive'],
  ['Rar!\x1a\x07', 'a RAR archive'],
  ['MSCF', 'a cabinet (.cab) archive'],
  ['070701', 'a cpio archive'],
  ['070702', 'a cpio archive'],
  ['070707', 'a cpio archive'],
  ['\xc7\x71', 'a cpio archive'],
  ['\x71\xc7', 'a cpio archive'],
  ['\xed\xab\xee\xdb', 'an rpm package'],
  ['xar!', 'a xar archive'],
  ['hsqs', 'a squashfs image'],
  ['\x5d\x00\x00', 'an lzma (.lzma) file'],
  ['\x89LZO', 'an lzop file'],
  ['\x28\xb5\x2f\xfd', 'a zstd file'],
  ['\x1f\x8b', 'a gzip file'],
  ['\xfd7zXZ\x00', 'an xz file'],
  ['BZh', 'a bzip2 file'],
  ['MZ', 'a Windows executable (PE)'],
  ['\xcf\xfa\xed\xfe', 'a Mach-O executable'],
  ['\xce\xfa\xed\xfe', 'a Mach-O executable'],
  ['\xca\xfe\xba\xbe', 'a Java class or a universal Mach-O executable'],
  ['%PDF-', 'a PDF document'],
  ['\x89PNG', 'a PNG picture'],
  ['SQLite format 3\0', 'an SQLite database'],
  ['version https://git-lfs.github.com/spec/', 'a Git LFS pointer: fetch the real file with "git lfs pull"'],
];

/** A noun phrase for `head`, the first bytes of an input: "an HTML page". */
export function describeUnknown(head: Uint8Array): string {
  const text = nameFromBytes(head);
  for (const [magic, what] of magics) if (text.startsWith(magic)) return what;
  if (text.startsWith(magicWord, field.magic.at)) return 'a tar archive whose first header is cut or damaged';
  if (isFilledWith(head, 0)) return 'nothing but zero bytes';
  if (isFilledWith(head, 0xff)) return 'nothing but 0xff bytes';
  if (text.trim() === '') return 'nothing but white space';
  if (/^\s*(?:<!doctype html|<html)/i.test(text)) return 'an HTML page (a download that failed?)';
  if (/^\s*<\?xml|^\s*<[a-z]/i.test(text)) return 'an XML document';
  if (/^\s*[{[]/.test(text)) return 'JSON (a snapshot has "schema" as its first key)';
  // oxlint-disable-next-line no-control-regex -- control characters are what tells binary from text
  return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? 'binary data of no known format' : 'text';
}

function isFilledWith(bytes: Uint8Array, value: number): boolean {
  return bytes.every((byte) => byte === value);
}
