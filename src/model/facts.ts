// What inspectors learn of a member's content. Facts are plain values: rules judge them, snapshots store them.

/** Lengths in bytes that a file would have after GNU strip; null where strip refuses or where it was not computed. */
export interface StripSizes {
  /** After `strip -g` (`--strip-debug`). */
  readonly debug: number | null;
  /** After `strip --strip-unneeded`. */
  readonly unneeded: number | null;
  /** After `strip -s` (`--strip-all`). */
  readonly all: number | null;
  /** Why strip refuses the file; absent where it does not. */
  readonly refused?: string;
}

/** Code of the reason that says that nothing would be left: debug data that was split off another file. */
export const debugAlone = 'debug-data-alone';

/** A reason why stripping would damage the file (STRIP rules of docs/rules/debug-symbols.md). */
export interface Unsafe {
  /** `debug-data-alone`, `appended-data`, `undescribed-bytes`, `empty-segment`, `moved-section`, `signed-module`, `other-members`. */
  readonly code: string;
  /** Bytes concerned; 0 where the danger is not a count of bytes. */
  readonly bytes: number;
  readonly message: string;
}

export const sectionGroups = ['code', 'read-only data', 'data', 'debug', 'symbols', 'relocations', 'other'] as const;

/**
 * What a part of an ELF file is for. `code`, `read-only data` and `data` are loaded; `symbols` are symbol and string tables, those of
 * the dynamic linker included; `other` is what is not loaded and none of the rest, headers, and bytes of no section.
 */
export type SectionGroup = (typeof sectionGroups)[number];

/** One part of a file. */
export interface SectionSize {
  /** Name of a section as text; sections of one name are one part. `[…]` for what is no section. */
  readonly name: string;
  readonly group: SectionGroup;
  /** Bytes in the file. */
  readonly bytes: number;
}

/**
 * Hashes of names of symbols that a file defines for others (global and weak ones, those of hidden visibility left out): enough to
 * tell whether one file holds what another defines. Two samples are compared at the coarser of their rates.
 */
export interface SymbolSample {
  /** A power of two: all hashes below 2^32 / rate are in the sample, which is about one in `rate`; 1 for all of them. */
  readonly rate: number;
  /** Ascending, each once. */
  readonly hashes: readonly number[];
}

/** What code is for. Field names follow the ELF specification. */
export interface ElfTarget {
  readonly class: 32 | 64;
  readonly endian: 'little' | 'big';
  /** `e_machine`, e.g. 62 for x86-64. */
  readonly machine: number;
}

/** Facts of an ELF file. Field names follow the ELF specification. */
export interface ElfFacts extends ElfTarget {
  readonly type: 'elf';
  /** `e_type`: REL, EXEC, DYN, CORE, or the number in hex for others. */
  readonly elfType: string;
  /** GNU build id in hex, or null. */
  readonly buildId: string | null;
  /** Bytes in the file of sections that hold debug data (as stored, compressed or not). */
  readonly debugBytes: number;
  /** Whether any debug section is stored compressed. */
  readonly compressedDebug: boolean;
  /**
   * About how many of `debugBytes` would be left if the debug sections were compressed (`objcopy --compress-debug-sections`);
   * null where a section is too large to try; absent where it was not asked for.
   */
  readonly debugCompressed?: number | null;
  readonly strip: StripSizes;
  /**
   * About which share of the bytes that the file takes in a compressed artifact goes with stripping it in the mode that is advised (0 to
   * 1), estimated from samples; absent where strip refuses the file and where it was not asked for.
   */
  readonly stripShare?: number;
  readonly unsafe: readonly Unsafe[];
  /**
   * `sha256:<hex>` of what strip leaves (or a code, as in `digest`): equal where strip makes two files of one build equal. Only of executables and shared libraries
   * that have a build id and that strip does not damage; absent for others, and where no other file of the artifact could be equal.
   */
  readonly kept?: string;
  /** Name of the file with the debug data, from `.gnu_debuglink`; absent where there is none. */
  readonly debuglink?: string;
  /** Of executables and shared libraries from 256 KiB on; absent for others and where the file defines nothing for others. */
  readonly symbols?: SymbolSample;
  /** Parts of the file, largest first; they sum to its length. Absent where they were not asked for. */
  readonly sections?: readonly SectionSize[];
}

/** Facts of an `ar` archive (static library). */
export interface ArFacts {
  readonly type: 'ar';
  readonly thin: boolean;
  /** Naming convention of the archive. */
  readonly variant: 'gnu' | 'bsd';
  /** Members, symbol index and name table not counted. */
  readonly members: number;
  /** Members that are ELF objects; null for a thin archive, which holds none of its members. */
  readonly objects: number | null;
  /** Of all ELF objects; absent where they differ in it, and where there are none. */
  readonly target?: ElfTarget;
  readonly strip: StripSizes;
  /** As in `ElfFacts`. */
  readonly stripShare?: number;
  readonly unsafe: readonly Unsafe[];
  /** Of all members together; absent where a member's symbols are not known, and where there are none. */
  readonly symbols?: SymbolSample;
  /** Members of 4 KiB and more, the first 4,096 of them, in order; absent where there are none. */
  readonly contents?: readonly MemberContent[];
}

/** Content of one member of a static library. Members of equal size and CRC are taken for the same. */
export interface MemberContent {
  /** Length in bytes. */
  readonly size: number;
  /** CRC-32 as in zip and gzip. */
  readonly crc32: number;
  /** Bytes that `strip -g` would remove from it. */
  readonly debug: number;
}

/** How a pyc is checked against its source (PEP 552). */
export type PycMode = 'timestamp' | 'checked-hash' | 'unchecked-hash';

/** Facts of a Python bytecode file. */
export interface PycFacts {
  readonly type: 'pyc';
  /** Magic number (first two bytes, little endian). */
  readonly magic: number;
  /** Python version of the magic, `3.9`; null for a magic of no release. */
  readonly python: string | null;
  readonly mode: PycMode;
  /** Source mtime in the header, seconds modulo 2^32; null in hash modes. */
  readonly sourceMtime: number | null;
  /** Source size in the header, bytes modulo 2^32; null in hash modes and before Python 3.3. */
  readonly sourceSize: number | null;
  /** PEP 488 tag of the file's name: '' (none), '1', '2', or another. */
  readonly optimization: string;
  /** True where the file lies beside its source (`x.pyc`) instead of in `__pycache__`. */
  readonly legacy: boolean;
  /** Path of the source that the position implies, whether shipped or not. */
  readonly source: string | null;
  /** Absent where it was not asked for. */
  readonly code?: PycCode | UnreadCode;
}

/** Levels of optimisation that CPython's compiler knows: `-O` leaves out asserts, `-OO` docstrings, too. */
export type PycLevel = 0 | 1 | 2;

/** What the code of a pyc is made of. Tables and strings that several code objects share count once. */
export interface PycCode {
  /** Levels that give this file: 0 where it has asserts, 0 and 1 where it has docstrings only, all where it has neither. */
  readonly levels: readonly PycLevel[];
  /** Code objects: the module, its classes, functions, lambdas and comprehensions. */
  readonly objects: number;
  /** Bytes of docstrings as they are stored, with their type and length. */
  readonly docstrings: number;
  /** Bytes of co_lnotab (to 3.9) or co_linetable. */
  readonly lineTables: number;
  /** Bytes that the file is shorter by where PYTHONNODEBUGRANGES is set; 0 before 3.11. */
  readonly columnTables: number;
  /** Bytes of co_exceptiontable; 0 before 3.11. */
  readonly exceptionTables: number;
  /** Bytes of co_filename as it is stored. */
  readonly filename: number;
  /** Length of the file, computed, if its source were compiled with `-OO` and PYTHONNODEBUGRANGES, co_filename unchanged. */
  readonly optimized: number;
}

/** Code that was not read. */
export interface UnreadCode {
  /** Why, as the end of a sentence that begins with "it". */
  readonly unread: string;
  /** False for versions that are not understood. */
  readonly broken: boolean;
}

/** Facts of debug data of a Windows program or a .NET assembly. */
export interface PdbFacts {
  readonly type: 'pdb';
}

/** A row of a `RECORD` (PEP 376, PEP 427). */
export interface RecordedFile {
  /** As it is written there, relative to the directory that packages are installed into (byte string). */
  readonly path: string;
  /** Name of the hash, `sha256`; null where the row has none. */
  readonly algorithm: string | null;
  /** `sha256:<hex>`; null for other hashes and for what is none. */
  readonly digest: string | null;
  readonly size: number | null;
}

/** Facts of the `RECORD` of an installed Python package or of a wheel. */
export interface RecordFacts {
  readonly type: 'record';
  readonly files: readonly RecordedFile[];
}

/** Facts of a list of files, one a line: `var/lib/dpkg/info/*.list`, `installed-files.txt`. */
export interface FileListFacts {
  readonly type: 'file-list';
  /** As they are written there (byte strings). */
  readonly paths: readonly string[];
}

/** Facts of a Debian control file, or of `var/lib/dpkg/status`, which is many of them. */
export interface ControlFacts {
  readonly type: 'control';
  readonly packages: readonly ControlledPackage[];
}

export interface ControlledPackage {
  readonly name: string;
  readonly version: string | null;
  readonly architecture: string | null;
}

/** Facts of `var/lib/dpkg/diversions`: files that dpkg installs under another name. */
export interface DiversionFacts {
  readonly type: 'diversions';
  /** Absolute paths (byte strings); the package whose own file keeps the first name. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly by: string }[];
}

/** Facts of the `package.json` of a Node package. */
export interface NodePackageFacts {
  readonly type: 'node-package';
  readonly name: string | null;
  readonly version: string | null;
}

/** What a file of a package manager says of who brought which file; read only where packages are asked for. */
export type PackageFacts = RecordFacts | FileListFacts | ControlFacts | DiversionFacts | NodePackageFacts;

/** What is known of a file's content. */
export type Facts = ElfFacts | ArFacts | PycFacts | PdbFacts;
