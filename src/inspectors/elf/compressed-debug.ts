// What compressing the debug data of an ELF file would leave: each section by zlib at its default level, as
// `objcopy --compress-debug-sections` does it (gABI "Section Compression": a header before the stream).
import { deflateSync } from 'node:zlib';
import * as C from './constants.ts';
import { hasBytes } from './file.ts';
import type { ElfFile, ElfSection } from './file.ts';
import { isDebugSection } from './strip-sections.ts';

/** Larger sections are not tried: it would take long and as much memory again (512 MiB). */
const maxSection = 512 * 1024 ** 2;

/** Bytes of the debug sections after compression, those that would not shrink as they are; null where one is too large to try. */
export function compressedDebugBytes(elf: ElfFile): number | null {
  let bytes = 0;
  for (const section of elf.sections) {
    if (!hasBytes(section) || !isDebugSection(section, elf.machine)) continue;
    if (!isCompressible(section)) bytes += section.size;
    else if (section.size > maxSection) return null;
    else bytes += Math.min(section.size, headerLength(elf) + compressedLength(elf, section));
  }
  return bytes;
}

/** Only `.debug*`; relocations of object files and what is compressed already stay as they are. */
function isCompressible({ name, flags, type }: ElfSection): boolean {
  const packed = (flags & C.SHF_COMPRESSED) !== 0 || name.startsWith('.zdebug');
  return name.startsWith('.debug') && !packed && type !== C.SHT_REL && type !== C.SHT_RELA;
}

function compressedLength(elf: ElfFile, section: ElfSection): number {
  return deflateSync(elf.source.read(section.offset, section.size)).length;
}

/** Elf64_Chdr, Elf32_Chdr. */
function headerLength(elf: ElfFile): number {
  return elf.class === 64 ? 24 : 12;
}
