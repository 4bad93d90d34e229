// Writes marshal streams by hand, for streams that no Python would write.

/** Objects are given as their bytes; `code` puts a code object of Python 3.9 around its fields. */
export const marshal = {
  none: Buffer.from('N'),
  text: (text: string): Buffer => Buffer.concat([Buffer.from('z'), Buffer.from([text.length]), Buffer.from(text)]),
  bytes: (bytes: Uint8Array): Buffer => Buffer.concat([counted('s', bytes.length), bytes]),
  tuple: (...parts: readonly Uint8Array[]): Buffer => Buffer.concat([counted('(', parts.length), ...parts]),
  number: (value: number): Buffer => counted('i', value),
  reference: (index: number): Buffer => counted('r', index),
  /** With the flag that lets later objects refer to it. */
  flagged: (object: Uint8Array): Buffer => Buffer.concat([Buffer.from([(object[0] ?? 0) | 0x80]), object.subarray(1)]),
};

export function counted(type: string, count: number): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32LE(count >>> 0, 1);
  return head;
}

export interface CodeSpec {
  readonly code?: Uint8Array;
  readonly consts?: readonly Uint8Array[];
  readonly names?: readonly Uint8Array[];
  readonly flags?: number;
  readonly lines?: Uint8Array;
}

/** A code object of Python 3.8 to 3.10. */
export function code39({ code, consts = [marshal.none], names = [], flags = 0x40, lines }: CodeSpec): Buffer {
  const integers = Buffer.alloc(24);
  integers.writeUInt32LE(flags, 20);
  const firstLine = Buffer.alloc(4);
  const empty = marshal.tuple();
  return Buffer.concat([
    Buffer.from('c'),
    integers,
    marshal.bytes(code ?? Buffer.from([100, 0, 83, 0])),
    marshal.tuple(...consts),
    marshal.tuple(...names),
    empty,
    empty,
    empty,
    marshal.text('m.py'),
    marshal.text('<module>'),
    firstLine,
    marshal.bytes(lines ?? Buffer.alloc(0)),
  ]);
}
