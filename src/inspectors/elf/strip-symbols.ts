// Which symbols GNU strip keeps in each mode, and how long its tables of symbols and of their names become.
import { byteAt, wordAt } from '../../bytes/at.ts';
import {
  EM_386,
  EM_AARCH64,
  EM_ARM,
  EM_MIPS,
  EM_SPARCV9,
  EM_X86_64,
  SHN_ABS,
  SHN_COMMON,
  SHN_LORESERVE,
  SHN_UNDEF,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_WEAK,
  STT_FILE,
  STT_SECTION,
  STT_SPARC_REGISTER,
} from './constants.ts';
import type { ElfSection } from './file.ts';
import { refuse } from './strip-refusal.ts';
import type { OutSection } from './strip-layout.ts';
import type { StripSections } from './strip-sections.ts';
import type { StripVersion } from './strip-version.ts';
import { sharedTableSize, wholeSize } from './string-table.ts';
import { readSymbols, reserved, type Symbols } from './symbols.ts';
import { wordsOf } from './words.ts';

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

/** Marks of `used`: a symbol that stays if its section does, and one without which strip fails. */
const [wanted, required] = [1, 2];

/** The input's symbols with a mark on those that strip keeps whatever their kind. */
export interface MarkedSymbols extends Symbols {
  readonly used: Uint8Array;
}

/** @throws FormatError, StripRefusal */
export function markSymbols(view: StripSections): MarkedSymbols | null {
  if (view.symtab === undefined) return null;
  const symbols = readSymbols(view.elf, view.symtab, view.strtab, view.symtabShndx);
  const used = new Uint8Array(symbols.count);
  const tables = [...view.relocations.values()].flat().concat(view.secondary);
  for (const relocations of tables) if (view.gone[relocations.info] === 0) markUsed(view, relocations, used);
  for (const [index, group] of view.groups) {
    if (view.gone[index] === 0) used[group.signature] = required;
  }
  used[0] = 0;
  return { ...symbols, used };
}

// gABI "Relocation": r_info holds the symbol in its high 32 bits (ELF64) or 24 bits (ELF32); MIPS64 splits it otherwise.
function markUsed(view: StripSections, section: ElfSection, used: Uint8Array): void {
  const { elf } = view;
  const wide = elf.class === 64;
  const words = wordsOf(elf.source.read(section.offset, section.size), elf.endian);
  const step = section.entsize >>> 2;
  // Of a section without a byte no relocation is written, so that none needs its symbol.
  const mark = elf.sections[section.info]?.size === 0 ? wanted : required;
  const high = elf.endian === 'little' && elf.machine !== EM_MIPS ? 3 : 2;
  for (let at = 0, next = step; next <= words.length; at = next, next += step) {
    const symbol = wide ? wordAt(words, at + high) : wordAt(words, at + 1) >>> 8;
    if (symbol < used.length) {
      if (byteAt(used, symbol) < mark) used[symbol] = mark;
    } else if (symbol !== 0) {
      refuse('failed', `a relocation of section ${section.info} names a symbol that does not exist`);
    }
  }
}

/** What strip does: how, and which sections stay. */
export interface Stripping {
  readonly mode: StripMode;
  readonly sections: readonly OutSection[];
  readonly version: StripVersion;
}

/** Symbols that stay. */
export function keptSymbols(view: StripSections, symbols: MarkedSymbols, stripping: Stripping): KeptSymbols {
  const { mode } = stripping;
  if (mode === 'unneeded' && view.linked && view.relocations.size + view.groups.size === 0) return noSymbols;
  const { names, info, shndx, used } = symbols;
  const { gone, linked } = view;
  const { machine } = view.elf;
  const isDebug = mode === 'debug';
  const rules = new Uint8Array(256);
  const mapped = !linked && (machine === EM_ARM || machine === EM_AARCH64);
  const starts = new Uint32Array(symbols.count);
  const indexed = new Uint32Array(linked ? 0 : symbols.count);
  let listed = 0;
  let count = 0;
  let named = 0;
  let ofSections = 0;
  for (let index = 1; index < symbols.count; index++) {
    const section = wordAt(shndx, index);
    if (section < gone.length && gone[section] === 1) {
      if (used[index] === required) refuse('failed', `what stays needs a symbol of section ${section}, which goes`);
      continue;
    }
    const code = byteAt(info, index);
    let rule = byteAt(rules, code);
    if (rule === 0) rules[code] = rule = looked | ruleOf(code >> 4, code & 15, linked, mode, machine === EM_SPARCV9);
    // With -g undefined symbols stay, even those of files; else only where relocations use them.
    const defined = section === SHN_UNDEF ? isDebug : (rule & staysDefined) !== 0;
    // Relocations by the symbol of a section that is none, as of what is absolute, need no symbol.
    const isNone = section >= firstReserved && (rule & nameless) !== 0;
    const kept = (rule & stays) !== 0 || defined || (used[index] !== 0 && !isNone);
    if (
      !kept &&
      !(isCommon(machine, section) && (isDebug || !linked)) &&
      !(mapped && section !== absolute && isMapping(machine, symbols, index))
    )
      continue;
    count++;
    const name = wordAt(names, index);
    if ((rule & nameless) !== 0) ofSections++;
    // Nor has a global symbol of a section a name where it is not defined.
    else if ((rule & ofSection) === 0 || (section !== SHN_UNDEF && !isCommon(machine, section))) starts[named++] = name;
    if ((rule & listable) !== 0 && section !== SHN_UNDEF) indexed[listed++] = name;
  }
  return {
    count: count + (count > 0 ? addedSectionSymbols(view, stripping, ofSections) : 0),
    names: sharedTableSize(symbols.strings, starts.subarray(0, named), symbols.stringsOffset),
    indexed: listed,
    indexedNames: wholeSize(symbols.strings, indexed.subarray(0, listed), symbols.stringsOffset),
  };
}

// What binding and type of a symbol (its st_info) say, looked up for each of the many symbols, of which few differ in it.
const stays = 1;
const staysDefined = 2;
const nameless = 4;
const listable = 8;
const ofSection = 16;
const looked = 32;

function ruleOf(binding: number, type: number, linked: boolean, mode: StripMode, sparc: boolean): number {
  let rule = type !== STT_SECTION ? 0 : binding === STB_GLOBAL ? ofSection : nameless;
  if (mode === 'debug' && type !== STT_SECTION && type !== STT_FILE) rule |= stays;
  // An object file always keeps weak symbols and defined globals, a linked one loses them with -u.
  if (linked && mode !== 'debug') return rule;
  if (binding === STB_WEAK || (binding === STB_GLOBAL && type === STT_SPARC_REGISTER && sparc)) rule |= stays;
  if (binding === STB_GLOBAL) rule |= staysDefined;
  if (!linked && (binding === STB_GLOBAL || binding === STB_WEAK || binding === STB_GNU_UNIQUE)) rule |= listable;
  return rule;
}

// On processors other than x86 strip -g writes a symbol for every section of a linked file that keeps any symbol. In the other modes
// none keeps any without relocations.
function addedSectionSymbols(view: StripSections, { sections, version }: Stripping, present: number): number {
  if (version === '2.35') return sections.length - present;
  const { machine } = view.elf;
  if (!view.linked || view.relocations.size > 0) return 0;
  return machine === EM_X86_64 || machine === EM_386 ? 0 : sections.length;
}

const firstReserved = reserved(SHN_LORESERVE);
const absolute = reserved(SHN_ABS);

/** SHN_COMMON, and 0xff02, the common section of the x86-64 large model. */
function isCommon(machine: number, shndx: number): boolean {
  return shndx === reserved(SHN_COMMON) || (shndx === reserved(0xff02) && machine === EM_X86_64);
}

// ARM and AArch64 ELF ABI: `$a`, `$t`, `$d`, `$x`, alone or before a `.`, mark code and data and stay in object files.
function isMapping(machine: number, { names, strings }: Symbols, index: number): boolean {
  const name = wordAt(names, index);
  const [dollar, kind, next] = [strings[name], byteAt(strings, name + 1), strings[name + 2]];
  const kinds = machine === EM_ARM ? 'atdx' : 'xd';
  return dollar === 0x24 && kinds.includes(String.fromCharCode(kind)) && (next === 0 || next === 0x2e);
}
