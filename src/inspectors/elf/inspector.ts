// Inspector of ELF files: executables, shared objects, object files, kernel modules, core dumps.
import { Reader } from '../../bytes/reader.ts';
import type { ElfFacts } from '../../model/facts.ts';
import { spellBytes } from '../../model/json-name.ts';
import { nameFromBytes } from '../../model/name.ts';
import type { Inspector } from '../inspector.ts';
import { compressedDebugBytes } from './compressed-debug.ts';
import * as C from './constants.ts';
import { type ElfFile, hasBytes, isElf, readElf } from './file.ts';
import { sectionSizes } from './section-sizes.ts';
import { debugBytes, stripFacts } from './strip.ts';
import { defaultStripVersion } from './strip-version.ts';
import { isDebugSection } from './strip-sections.ts';
import { linkedSample } from './symbol-sample.ts';

const typeNames = new Map([
  [C.ET_REL, 'REL'],
  [C.ET_EXEC, 'EXEC'],
  [C.ET_DYN, 'DYN'],
  [C.ET_CORE, 'CORE'],
]);

export const elfInspector: Inspector = {
  name: 'elf',
  needs: 'all',
  matches: (head) => isElf(head),
  inspect(source, file): ElfFacts {
    const elf = readElf(source);
    const symbols = linkedSample(elf);
    const id = buildId(elf);
    return {
      type: 'elf',
      class: elf.class,
      endian: elf.endian,
      machine: elf.machine,
      elfType: typeNames.get(elf.type) ?? `0x${elf.type.toString(16)}`,
      buildId: id,
      debugBytes: debugBytes(elf),
      compressedDebug: hasCompressedDebug(elf),
      ...stripFacts(elf, {
        facts: file.facts,
        version: file.strip ?? defaultStripVersion,
        share: file.stripShare === true,
        kept: id === null ? null : (file.kept ?? null),
      }),
      ...(file.compressDebug === true ? { debugCompressed: compressedDebugBytes(elf) } : {}),
      ...debuglink(elf),
      ...(symbols === undefined ? {} : { symbols }),
      ...(file.facts === 'all' ? { sections: sectionSizes(elf) } : {}),
    };
  },
};

function hasCompressedDebug(elf: ElfFile): boolean {
  return elf.sections.some(
    (section) =>
      hasBytes(section) &&
      isDebugSection(section, elf.machine) &&
      ((section.flags & C.SHF_COMPRESSED) !== 0 || section.name.startsWith('.zdebug')),
  );
}

const maxLink = 4096;

/** GNU debuglink: the name of the file with the debug data, a NUL, padding, and its CRC. */
function debuglink(elf: ElfFile): { debuglink?: string } {
  const section = elf.sections.find((found) => found.name === '.gnu_debuglink' && hasBytes(found));
  if (section === undefined || section.size > maxLink || section.offset + section.size > elf.source.size) return {};
  const bytes = elf.source.read(section.offset, section.size);
  const end = bytes.indexOf(0);
  return end <= 0 ? {} : { debuglink: spellBytes(nameFromBytes(bytes.subarray(0, end))) };
}

const maxNotes = 64 * 1024;
const maxBuildId = 64;

/** The GNU build id: from its own section, or from the notes of a file without section names. */
function buildId(elf: ElfFile): string | null {
  const own = elf.sections.find((section) => section.name === '.note.gnu.build-id' && section.type === C.SHT_NOTE);
  if (own !== undefined) return buildIdIn(elf, own.offset, own.size);
  for (const segment of elf.segments) {
    if (segment.type !== C.PT_NOTE) continue;
    const found = buildIdIn(elf, segment.offset, segment.filesz);
    if (found !== null) return found;
  }
  return null;
}

// gABI ch. 5 "Note Section": lengths of name and description, type, name, description, each padded to 4 bytes.
function buildIdIn(elf: ElfFile, offset: number, size: number): string | null {
  if (size > maxNotes || offset + size > elf.source.size) return null;
  const reader = new Reader(elf.source.read(offset, size), elf.endian, offset);
  let at = 0;
  while (at + 12 <= reader.length) {
    const [nameLength, length, type] = [reader.u32(at), reader.u32(at + 4), reader.u32(at + 8)];
    const start = at + 12 + Math.ceil(nameLength / 4) * 4;
    if (start + length > reader.length) return null;
    const isId = type === 3 && nameLength === 4;
    if (isId && length <= maxBuildId && Buffer.from(reader.slice(at + 12, 4)).toString('latin1') === 'GNU\0') {
      return Buffer.from(reader.slice(start, length)).toString('hex');
    }
    at = start + Math.ceil(length / 4) * 4;
  }
  return null;
}
