// Debug data of Windows programs: two forms by their first bytes, and what is only called so.
import { describe, expect, it } from 'vitest';
import { headLength } from '../../src/inspectors/inspector.ts';
import { pdbInspector } from '../../src/inspectors/pdb.ts';

const msf = Buffer.from('Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0', 'latin1');
const portable = Buffer.from('BSJB\x01\0\x01\0\0\0\0\0\x0c\0\0\0PDB v1.0\0\0\0\0', 'latin1');
const program = Buffer.from('BSJB\x01\0\x01\0\0\0\0\0\x0c\0\0\0v4.0.30319\0\0', 'latin1');
const molecule = Buffer.from('HEADER    HYDROLASE                               01-JAN-00   1ABC');

const isPdb = (head: Uint8Array): boolean => pdbInspector.matches(head, { path: 'a.pdb' });

describe('debug data of Windows programs', () => {
  it.each([
    ['of Microsoft', msf, 32 - 3],
    ['of .NET', portable, 24],
  ])('is known by its first bytes: %s', (_, head, needed) => {
    expect(isPdb(head)).toBe(true);
    expect(isPdb(Buffer.concat([head, Buffer.alloc(headLength)]).subarray(0, headLength))).toBe(true);
    for (let length = 0; length < needed; length++) expect(isPdb(head.subarray(0, length))).toBe(false);
    expect(isPdb(head.subarray(0, needed))).toBe(true);
  });

  it.each([
    ['metadata of a program', program],
    ['a molecule', molecule],
    ['nothing', new Uint8Array(0)],
  ])('is not %s', (_, head) => {
    expect(isPdb(head)).toBe(false);
  });
});
