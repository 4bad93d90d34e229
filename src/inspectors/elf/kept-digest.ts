// A digest of what strip leaves of a linked file: two files from one build, one of them stripped, have the same; files that differ in
// code, data or anything else that strip keeps have not. A build id does not say that: it is given before a file is patched.
import { contentDigest } from '../../bytes/content-digest.ts';
import type { DigestPurpose } from '../../bytes/content-digest.ts';
import { forEachChunk, sliceSource } from '../../bytes/source.ts';
import type { ByteSource } from '../../bytes/source.ts';
import { elfSizes, hasBytes, readElf } from './file.ts';
import type { ElfFile, ElfSection, ElfSizes } from './file.ts';
import { stripSections } from './strip-sections.ts';
import type { StripSections } from './strip-sections.ts';
import type { StripVersion } from './strip-version.ts';

/** The same for a file that was inspected without it. @throws FormatError where it is another file by now. */
export function keptDigestOf(source: ByteSource, version: StripVersion, purpose: DigestPurpose): string {
  return keptDigest(stripSections(readElf(source), version), purpose);
}

/**
 * The file header but for where the section headers lie, program headers, which say what is loaded, and each section that stays, by name,
 * place and bytes.
 * @throws FormatError
 */
export function keptDigest(view: StripSections, purpose: DigestPurpose): string {
  const { elf } = view;
  const digest = contentDigest(purpose, Infinity);
  const note = (text: string): void => digest.update(Buffer.from(text, 'latin1'));
  const sizes = elfSizes(elf);
  digest.update(headerOf(elf, sizes));
  const headers = elf.segments.length * sizes.phdr;
  digest.update(elf.source.read(elf.phoff, headers));
  for (const section of elf.sections) {
    if (section.index === 0 || goes(view, section)) continue;
    const { name, type, flags, addr, size } = section;
    note(`${name}\0${type} ${flags} ${addr} ${size}\0`);
    if (hasBytes(section)) forEachChunk(sliceSource(elf.source, section.offset, size), (chunk) => digest.update(chunk));
  }
  return digest.digest();
}

/** Debug data, its relocations, and the tables that strip writes anew. */
function goes({ elf, gone, relocations, symtab, strtab, symtabShndx }: StripSections, section: ElfSection): boolean {
  const ofGone = relocations.get(section.info)?.includes(section) === true && gone[section.info] === 1;
  const rewritten = section === symtab || section === strtab || section === symtabShndx;
  return gone[section.index] === 1 || ofGone || rewritten || section.index === elf.shstrndx;
}

/** The file header with `e_shoff`, `e_shnum` and `e_shstrndx` empty: strip moves the section headers. */
function headerOf({ source, class: width }: ElfFile, { ehdr }: ElfSizes): Uint8Array {
  const header = Uint8Array.from(source.read(0, ehdr));
  const offset = width === 64 ? 40 : 32;
  header.fill(0, offset, offset + width / 8);
  header.fill(0, ehdr - 4, ehdr);
  return header;
}
