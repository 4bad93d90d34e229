// Names of zip members as byte strings. The format has no single encoding: a flag says UTF-8, an extra field may carry UTF-8
// beside the name, Unix writers store the file system's bytes, and DOS writers code page 437.
// Layouts: PKWARE APPNOTE 6.3.10, 4.4.4 bit 11, 4.6.9 (Info-ZIP Unicode path, 0x7075), appendix D.
import { crc32 } from 'node:zlib';
import { Reader } from '../bytes/reader.ts';
import { nameFromBytes, nameFromText, nameToText } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { extraField, flag } from './zip-directory.ts';
import type { CentralHeader } from './zip-directory.ts';

/** Hosts (upper byte of "version made by") whose attributes and names are those of Unix: Unix and macOS. */
const unixHosts = new Set([3, 19]);

/** The upper half of code page 437; the lower half is ASCII. */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

export function isUnixHost(host: number): boolean {
  return unixHosts.has(host);
}

/**
 * The name of a member. Bytes are kept as stored where the flag says UTF-8, where Unix wrote them (as unzip does), and where
 * they are valid UTF-8 all the same, as many writers forget the flag. What remains is DOS's code page 437, brought to UTF-8.
 */
export function memberName(header: CentralHeader): Name {
  const raw = nameFromBytes(header.rawName);
  if ((header.flags & flag.utf8) !== 0) return raw;
  const unicode = unicodePath(header);
  if (unicode !== null) return unicode;
  return isUnixHost(header.host) || nameToText(raw) !== null ? raw : nameFromText(decode437(raw));
}

/** The Info-ZIP Unicode path, which counts only while its checksum is that of the name it was made for. */
function unicodePath(header: CentralHeader): Name | null {
  const field = extraField(header.extra, 0x7075);
  if (field === null || field.length < 5) return null;
  const reader = new Reader(field, 'little');
  return reader.u8(0) === 1 && reader.u32(1) === crc32(header.rawName) ? nameFromBytes(field.subarray(5)) : null;
}

function decode437(raw: Name): string {
  return raw.replace(/[\x80-\xff]/g, (byte) => upper437.charAt(byte.charCodeAt(0) - 0x80));
}
