// A sink that records what a format hands over, content included.
import type { Member, MemberSink } from '../../src/formats/format.ts';
import type { Notice } from '../../src/model/snapshot.ts';

export interface Recorded {
  readonly member: Member;
  readonly content: Buffer;
}

export interface RecordingSink extends MemberSink {
  readonly records: Recorded[];
  readonly notices: Notice[];
  /** Whether a member was begun and not ended. */
  open(): boolean;
}

export function recordingSink(): RecordingSink {
  const records: Recorded[] = [];
  const notices: Notice[] = [];
  let current: Member | null = null;
  let pieces: Buffer[] = [];
  return {
    records,
    notices,
    open: () => current !== null,
    begin(member) {
      if (current !== null) throw new Error('begin inside a member');
      current = member;
      pieces = [];
    },
    data(piece) {
      if (current === null) throw new Error('data outside a member');
      pieces.push(Buffer.from(piece));
    },
    hole(count) {
      if (current === null) throw new Error('hole outside a member');
      pieces.push(Buffer.alloc(count));
    },
    end() {
      if (current === null) throw new Error('end outside a member');
      records.push({ member: current, content: Buffer.concat(pieces) });
      current = null;
    },
    file(member, open) {
      const file = open();
      records.push({ member, content: Buffer.from(file.source.read(0, file.source.size)) });
      file.close();
    },
    notice: (notice) => {
      notices.push(notice);
    },
  };
}
