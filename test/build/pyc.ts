// Builds heads of Python bytecode files.

export interface PycSpec {
  readonly magic: number;
  /** The 32-bit words after the magic. */
  readonly words?: readonly number[];
  readonly rest?: Uint8Array;
}

export function buildPyc({ magic, words = [], rest = Buffer.from('code') }: PycSpec): Buffer {
  const head = Buffer.alloc(4 + words.length * 4);
  head.writeUInt16LE(magic, 0);
  head.write('\r\n', 2, 'latin1');
  for (const [index, word] of words.entries()) head.writeUInt32LE(word >>> 0, 4 + index * 4);
  return Buffer.concat([head, rest]);
}
