// Which symbols GNU strip keeps in each mode, and how long its tables of symbols and of their names become.
import { Reader } from '../../bytes/reader.ts';
import * as C from './constants.ts';
import type { ElfSection } from './file.ts';
import { refuse } from './strip-refusal.ts';
import type { StripSections } from './strip-sections.ts';
import { sharedTableSize, wholeSize } from './string-table.ts';
import { readSymbols, reserved, type Symbols } from './symbols.ts';

export const stripModes = ['debug', 'unneeded', 'all'] as const;
/** `strip -g`, `--strip-unneeded`, `-s`. */
export type StripMode = (typeof stripModes)[number];

export interface KeptSymbols {
  /** Symbols in the output, the null symbol not counted. */
  readonly count: number;
  /** Length of `.strtab` in bytes. */
  readonly names: number;
  /** Symbols that an archive's index lists. */
  readonly indexed: number;
  /** Bytes of their names in the index, NULs included. */
  readonly indexedNames: number;
}

export const noSymbols: KeptSymbols = { count: 0, names: 1, indexed: 0, indexedNames: 0 };

/** The input's symbols with a mark on those that strip keeps whatever their kind. */
export interface MarkedSymbols extends Symbols {
  readonly used: Uint8Array;
}

/** @throws FormatError, StripRefusal */
export function markSymbols(view: StripSections): MarkedSymbols | null {
  if (view.symtab === undefined) return null;
  const symbols = readSymbols(view.elf, view.symtab, view.strtab, view.symtabShndx);
  const used = new Uint8Array(symbols.count);
  for (const [target, relocations] of view.relocations) {
    if (view.gone[target] === 0) markUsed(view, relocations, used);
  }
  for (const [index, group] of view.groups) {
    if (view.gone[index] === 0) used[group.signature] = 1;
  }
  if (used.length > 0) used[0] = 0;
  return { ...symbols, used };
}

// gABI "Relocation": r_info holds the symbol in its high 32 bits (ELF64) or 24 bits (ELF32); MIPS64 splits it otherwise.
function markUsed(view: StripSections, section: ElfSection, used: Uint8Array): void {
  const { elf } = view;
  const wide = elf.class === 64;
  const reader = new Reader(elf.source.read(section.offset, section.size), elf.endian, section.offset);
  const high = elf.endian === 'little' && elf.machine !== C.EM_MIPS ? 12 : 8;
  const end = reader.length - section.entsize;
  for (let at = 0; at <= end; at += section.entsize) {
    const symbol = wide ? reader.u32(at + high) : reader.u32(at + 4) >>> 8;
    if (symbol >= used.length && symbol !== 0) {
      refuse('failed', `a relocation of section ${section.info} names a symbol that does not exist`);
    }
    used[symbol] = 1;
  }
}

/** Symbols that stay in `mode`; `sections` is the number of sections in the output. */
export function keptSymbols(
  view: StripSections,
  symbols: MarkedSymbols,
  mode: StripMode,
  sections: number,
): KeptSymbols {
  if (mode === 'all') return noSymbols;
  if (mode === 'unneeded' && view.linked && view.relocations.size === 0) return noSymbols;
  const starts = new Uint32Array(symbols.count);
  const indexed = new Uint32Array(view.linked ? 0 : symbols.count);
  let listed = 0;
  let count = 0;
  let named = 0;
  for (let index = 1; index < symbols.count; index++) {
    if (!isKept(view, symbols, index, mode)) continue;
    count++;
    const name = symbols.names[index] ?? 0;
    if (((symbols.info[index] ?? 0) & 15) !== C.STT_SECTION) starts[named++] = name;
    if (!view.linked && isIndexed(symbols, index)) indexed[listed++] = name;
  }
  return {
    count: count + (count > 0 ? addedSectionSymbols(view, mode, sections) : 0),
    names: sharedTableSize(symbols.strings, starts.subarray(0, named), symbols.stringsOffset),
    indexed: listed,
    indexedNames: wholeSize(symbols.strings, indexed.subarray(0, listed), symbols.stringsOffset),
  };
}

// On processors other than x86 strip -g writes a symbol for every section of a linked file that keeps any symbol.
function addedSectionSymbols(view: StripSections, mode: StripMode, sections: number): number {
  const { machine } = view.elf;
  if (!view.linked || mode !== 'debug' || view.relocations.size > 0) return 0;
  return machine === C.EM_X86_64 || machine === C.EM_386 ? 0 : sections;
}

function isKept(view: StripSections, symbols: MarkedSymbols, index: number, mode: StripMode): boolean {
  const shndx = symbols.shndx[index] ?? 0;
  if (view.gone[shndx] === 1) return false;
  if (symbols.used[index] === 1) return true;
  const info = symbols.info[index] ?? 0;
  if (!view.linked && isVisible(view, info >> 4, shndx)) return true;
  if (!view.linked && isMapping(view, symbols, index)) return true;
  const type = info & 15;
  return mode === 'debug' && type !== C.STT_SECTION && type !== C.STT_FILE;
}

/** What an object file always keeps: defined globals, weak symbols and commons. */
function isVisible(view: StripSections, binding: number, shndx: number): boolean {
  if (binding === C.STB_WEAK || isCommon(shndx)) return true;
  const global =
    binding === C.STB_GLOBAL ||
    (binding === C.STB_SPARC_REGISTER && (view.elf.machine === C.EM_SPARCV9 || view.elf.machine === C.EM_SPARC));
  return global && shndx !== C.SHN_UNDEF;
}

// SHN_COMMON, and 0xff02, the common section of the x86-64 large model.
function isCommon(shndx: number): boolean {
  return shndx === reserved(C.SHN_COMMON) || shndx === reserved(0xff02);
}

// ARM and AArch64 ELF ABI: `$a`, `$t`, `$d`, `$x`, alone or before a `.`, mark code and data and stay in object files.
function isMapping(view: StripSections, { names, strings }: Symbols, index: number): boolean {
  const { machine } = view.elf;
  if (machine !== C.EM_ARM && machine !== C.EM_AARCH64) return false;
  const name = names[index] ?? 0;
  const [dollar, kind, next] = [strings[name], strings[name + 1] ?? 0, strings[name + 2]];
  const kinds = machine === C.EM_ARM ? 'atd' : 'xd';
  return dollar === 0x24 && kinds.includes(String.fromCharCode(kind)) && (next === 0 || next === 0x2e);
}

function isIndexed(symbols: Symbols, index: number): boolean {
  if ((symbols.shndx[index] ?? 0) === C.SHN_UNDEF) return false;
  const info = symbols.info[index] ?? 0;
  const binding = info >> 4;
  return binding === C.STB_GLOBAL || binding === C.STB_WEAK || binding === C.STB_GNU_UNIQUE;
}
