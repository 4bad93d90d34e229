// Debug data of Windows programs (`.pdb`), by their first bytes: Microsoft's own format and the portable one of .NET. Files of the Protein
// Data Bank, which are called so, too, are text.
import type { Inspector } from './inspector.ts';

const msf = Buffer.from('Microsoft C/C++ MSF 7.00\r\n\x1aDS', 'latin1');
/** Metadata of .NET, of programs or of debug data: that is told by the version behind its length. */
const metadata = Buffer.from('BSJB', 'latin1');
const portable = Buffer.from('PDB v1.0', 'latin1');
const versionAt = 16;

export const pdbInspector: Inspector = {
  name: 'pdb',
  needs: 'head',
  matches: (head) => holds(head, msf, 0) || (holds(head, metadata, 0) && holds(head, portable, versionAt)),
  inspect: () => ({ type: 'pdb' }),
};

function holds(head: Uint8Array, bytes: Uint8Array, at: number): boolean {
  return head[at] === bytes[0] && bytes.every((byte, index) => head[at + index] === byte);
}
