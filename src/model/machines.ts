// Processors by what ELF files say of them: what GNU's tools call their formats, and the prefix of tools that know them.
import type { ElfTarget } from './facts.ts';

interface Tools {
  /** Name of the object format in BFD. */
  readonly format: string;
  /** Prefix of Debian's cross tools. */
  readonly triplet: string;
}

const tools: Readonly<Record<string, readonly [format: string, triplet: string]>> = {
  '62 64 little': ['elf64-x86-64', 'x86_64-linux-gnu'],
  '62 32 little': ['elf32-x86-64', 'x86_64-linux-gnux32'],
  '3 32 little': ['elf32-i386', 'i686-linux-gnu'],
  '183 64 little': ['elf64-littleaarch64', 'aarch64-linux-gnu'],
  '40 32 little': ['elf32-littlearm', 'arm-linux-gnueabihf'],
  '21 64 little': ['elf64-powerpcle', 'powerpc64le-linux-gnu'],
  '21 64 big': ['elf64-powerpc', 'powerpc64-linux-gnu'],
  '22 64 big': ['elf64-s390', 's390x-linux-gnu'],
  '243 64 little': ['elf64-littleriscv', 'riscv64-linux-gnu'],
};

/** Null for processors that are not among the common ones. */
export function toolsOf(target: ElfTarget): Tools | null {
  const [format, triplet] = tools[spell(target)] ?? [];
  return format === undefined || triplet === undefined ? null : { format, triplet };
}

/** One word for processors that one plain `strip` knows: x86 of 32 and 64 bits; else for this one alone. */
export function familyOf(target: ElfTarget): string {
  return target.machine === 62 || target.machine === 3 ? x86 : spell(target);
}

export const x86 = 'x86';

function spell({ machine, class: bits, endian }: ElfTarget): string {
  return `${machine} ${bits} ${endian}`;
}
