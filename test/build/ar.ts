// Builds ar archives member by member, with a switch for every lie that a header can tell.

export interface ArSpec {
  /** The 16 bytes of the name field, terminator included: `a.o/`, `/`, `//`, `/0`, `#1/8`. */
  readonly name: string;
  readonly content?: Uint8Array | string;
  /** Size field; the content's length by default. */
  readonly size?: number | string;
  readonly date?: string;
  readonly mode?: string;
  readonly magic?: string;
  /** Leaves out the padding byte of an odd length. */
  readonly unpadded?: boolean;
}

export function buildAr(members: readonly ArSpec[], magic = '!<arch>\n'): Buffer {
  return Buffer.concat([Buffer.from(magic), ...members.map(arMember)]);
}

export function arMember(spec: ArSpec): Buffer {
  const content = typeof spec.content === 'string' ? Buffer.from(spec.content, 'latin1') : (spec.content ?? []);
  const body = Buffer.from(content);
  const fields = [
    spec.name.padEnd(16),
    (spec.date ?? '0').padEnd(12),
    '0'.padEnd(6),
    '0'.padEnd(6),
    (spec.mode ?? '100644').padEnd(8),
    String(spec.size ?? body.length).padEnd(10),
    spec.magic ?? '`\n',
  ];
  const pad = body.length % 2 === 1 && spec.unpadded !== true ? '\n' : '';
  return Buffer.concat([Buffer.from(fields.join(''), 'latin1'), body, Buffer.from(pad)]);
}
