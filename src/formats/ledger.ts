// The ledger of an artifact's own bytes: which of them carry the content of which member, and what the rest is there for. Every byte
// of the artifact is entered once, so the entries and the named overhead add up to its length.
import { Numbers } from '../bytes/numbers.ts';
import type { Marks } from '../codecs/marks.ts';
import type { Made, MadeFacts, Overhead, OverheadName } from '../model/snapshot.ts';
import { overheadNames } from '../model/snapshot.ts';

/** What bytes are there for: content of the current member, or overhead. */
export type Purpose = 'content' | OverheadName;

export interface Ledger {
  /** The next member of the artifact begins; members are counted in this order. */
  begin(): void;
  /** The next `length` bytes of the archive stream; `weight` says how many bytes of content are as hard to compress as they are. */
  take(purpose: Purpose, length: number, weight?: number): void;
  /** The archive stream is over; its encoded form had `encoded` bytes, shared out by `marks`. Another stream may follow. */
  close(marks: Marks | null, encoded: number): void;
  /** Bytes that are stored in no stream, e.g. the headers of a zip. */
  spend(purpose: Purpose, bytes: number): void;
  /** Notes how the codec or the archive was made. */
  note(what: 'codec' | 'archive', facts: MadeFacts): void;
  made(): Made;
  /** Says that the bytes cannot be told apart. */
  giveUp(): void;
  /** What everything came to; null where bytes cannot be told apart. */
  charges(): Charges | null;
}

export interface Charges {
  /** Bytes of the artifact by number of the member. */
  readonly members: Float64Array;
  readonly overhead: Overhead;
}

/** Three numbers a run of bytes: its owner, length and weight. Owners below 0 are overhead. */
const fields = 3;

export function createLedger(): Ledger {
  const members = new Numbers();
  const overhead = new Map<OverheadName, number>();
  let runs = new Numbers();
  let last = { owner: Number.NaN, length: 0, weight: 0 };
  let known = true;
  let made: Made = { codec: null, archive: {} };

  function ownerOf(purpose: Purpose): number {
    return purpose === 'content' ? members.length - 1 : -1 - overheadNames.indexOf(purpose);
  }

  function pay(owner: number, bytes: number): void {
    if (owner >= 0) {
      const values = members.values();
      values[owner] = (values[owner] ?? 0) + bytes;
      return;
    }
    const name = overheadNames[-1 - owner] ?? 'framing';
    overhead.set(name, (overhead.get(name) ?? 0) + bytes);
  }

  function keep(): void {
    if (last.length > 0) for (const value of [last.owner, last.length, last.weight]) runs.push(value);
  }

  return {
    begin: () => members.push(0),
    take(purpose, length, weight = length) {
      const owner = ownerOf(purpose);
      if (owner !== last.owner) {
        keep();
        last = { owner, length: 0, weight: 0 };
      }
      last.length += length;
      last.weight += weight;
    },
    close(marks, encoded) {
      keep();
      const left =
        marks === null ? payPlainly(runs.values(), pay, encoded) : payByMarks(runs.values(), marks, pay, encoded);
      pay(ownerOf('framing'), left);
      runs = new Numbers();
      last = { owner: Number.NaN, length: 0, weight: 0 };
    },
    spend: (purpose, bytes) => pay(ownerOf(purpose), bytes),
    note(what, facts) {
      made = { ...made, [what]: facts };
    },
    made: () => made,
    giveUp() {
      known = false;
    },
    charges() {
      if (!known) return null;
      const named = overheadNames.flatMap((name) => {
        const bytes = overhead.get(name) ?? 0;
        return bytes === 0 ? [] : [[name, bytes] as const];
      });
      return { members: members.values(), overhead: Object.fromEntries(named) };
    },
  };
}

type Pay = (owner: number, bytes: number) => void;

/** Without a codec a byte costs a byte. Returns the bytes that are left. */
function payPlainly(runs: Float64Array, pay: Pay, encoded: number): number {
  let left = encoded;
  for (let at = 0; at < runs.length; at += fields) {
    const length = runs[at + 1] ?? 0;
    pay(runs[at] ?? 0, length);
    left -= length;
  }
  return left;
}

/** Shares each mark's cost among the runs that it covers, by weight. Returns the encoded bytes that carry nothing. */
function payByMarks(runs: Float64Array, marks: Marks, pay: Pay, encoded: number): number {
  let left = encoded;
  let start = 0;
  let run = 0;
  let used = 0; // bytes of the current run that earlier marks covered
  for (let mark = 0; mark < marks.length; mark += 2) {
    const end = marks[mark] ?? 0;
    const cost = marks[mark + 1] ?? 0;
    // Most marks of a large file lie in one run.
    if (run < runs.length && end > start && end - start < (runs[run + 1] ?? 0) - used) {
      pay(runs[run] ?? 0, cost);
      used += end - start;
      start = end;
      left -= cost;
      continue;
    }
    const shares: Share[] = [];
    for (let open = end - start; open > 0 && run < runs.length;) {
      const length = runs[run + 1] ?? 0;
      const part = Math.min(open, length - used);
      shares.push({ owner: runs[run] ?? 0, length: part, weight: ((runs[run + 2] ?? 0) * part) / length });
      open -= part;
      used += part;
      if (used < length) continue;
      run += fields;
      used = 0;
    }
    start = end;
    if (shares.length === 0) continue;
    share(shares, cost, pay);
    left -= cost;
  }
  return left;
}

interface Share {
  readonly owner: number;
  readonly length: number;
  readonly weight: number;
}

/** In whole bytes that sum to `cost`: each share gets what the rounded running sum grows by. */
function share(shares: readonly Share[], cost: number, pay: Pay): void {
  const weights = shares.reduce((sum, { weight }) => sum + weight, 0);
  const key = weights > 0 ? 'weight' : 'length';
  const whole = weights > 0 ? weights : shares.reduce((sum, { length }) => sum + length, 0);
  let sum = 0;
  let paid = 0;
  for (const [index, one] of shares.entries()) {
    sum += one[key];
    const due = index === shares.length - 1 ? cost : Math.round((cost * sum) / whole);
    pay(one.owner, due - paid);
    paid = due;
  }
}
