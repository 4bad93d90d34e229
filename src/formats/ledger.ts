// The ledger of an artifact's own bytes: which of them carry the content of which member, and what the rest is there for. Every byte
// of the artifact is entered once, so the entries and the named overhead add up to its length.
import { doubleAt } from '../bytes/at.ts';
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

/** Owners of overhead in runs: numbers below 0. */
const overheadOwners: ReadonlyMap<Purpose, number> = new Map(overheadNames.map((name, index) => [name, -1 - index]));

/** Three numbers a run of bytes: its owner, length and weight. Owners below 0 are overhead. */
const fields = 3;

export function createLedger(): Ledger {
  const members = new Numbers();
  const overhead = new Map<OverheadName, number>();
  let runs = new Numbers();
  // The run that goes on: several come for each member.
  let lastOwner = Number.NaN;
  let lastLength = 0;
  let lastWeight = 0;
  let known = true;
  let made: Made = { codec: null, archive: {} };

  function ownerOf(purpose: Purpose): number {
    return purpose === 'content' ? members.length - 1 : (overheadOwners.get(purpose) ?? Number.NaN);
  }

  function spendOn(name: OverheadName, bytes: number): void {
    overhead.set(name, (overhead.get(name) ?? 0) + bytes);
  }

  /** Pays members and overhead; not while members begin. */
  function payer(): Pay {
    const values = members.values();
    return (owner, bytes) => {
      if (owner >= 0) values[owner] = doubleAt(values, owner) + bytes;
      else spendOn(overheadNames[-1 - owner] ?? 'framing', bytes);
    };
  }

  function keep(): void {
    if (lastLength === 0) return;
    runs.push(lastOwner);
    runs.push(lastLength);
    runs.push(lastWeight);
  }

  return {
    begin: () => members.push(0),
    take(purpose, length, weight = length) {
      const owner = ownerOf(purpose);
      if (owner !== lastOwner) {
        keep();
        lastOwner = owner;
        lastLength = 0;
        lastWeight = 0;
      }
      lastLength += length;
      lastWeight += weight;
    },
    close(marks, encoded) {
      keep();
      const pay = payer();
      const left =
        marks === null ? payPlainly(runs.values(), pay, encoded) : payByMarks(runs.values(), marks, pay, encoded);
      pay(ownerOf('framing'), left);
      runs = new Numbers();
      lastOwner = Number.NaN;
      lastLength = 0;
      lastWeight = 0;
    },
    spend: (purpose, bytes) => payer()(ownerOf(purpose), bytes),
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
    const length = doubleAt(runs, at + 1);
    pay(doubleAt(runs, at), length);
    left -= length;
  }
  return left;
}

/** Shares each mark's cost among the runs that it covers, by weight. Returns the encoded bytes that carry nothing. */
function payByMarks(runs: Float64Array, marks: Marks, pay: Pay, encoded: number): number {
  let left = encoded;
  let start = 0;
  let from: Place = { run: 0, used: 0 };
  for (let mark = 0; mark < marks.length; mark += 2) {
    const end = doubleAt(marks, mark);
    const cost = doubleAt(marks, mark + 1);
    const to = advance(runs, from, end - start);
    start = end;
    if (to.length === 0) continue;
    share(runs, from, to, cost, pay);
    from = to;
    left -= cost;
  }
  return left;
}

/** A run, and how many of its bytes lie before the place. */
interface Place {
  readonly run: number;
  readonly used: number;
}

/** What lies between two places. */
interface Stretch extends Place {
  readonly length: number;
  readonly weight: number;
}

/** `length` bytes on, or to the end of the runs. */
function advance(runs: Float64Array, { run: first, used: before }: Place, length: number): Stretch {
  let run = first;
  let used = before;
  let open = length;
  let weight = 0;
  while (open > 0 && run < runs.length) {
    const whole = doubleAt(runs, run + 1);
    const part = Math.min(open, whole - used);
    weight += (doubleAt(runs, run + 2) * part) / whole;
    open -= part;
    used += part;
    if (used < whole) break;
    run += fields;
    used = 0;
  }
  return { run, used, length: length - open, weight };
}

/** In whole bytes that sum to `cost`: each run gets what the rounded running sum grows by. Where nothing weighs, by length. */
function share(runs: Float64Array, from: Place, to: Stretch, cost: number, pay: Pay): void {
  const whole = to.weight > 0 ? to.weight : to.length;
  let sum = 0;
  let paid = 0;
  for (let run = from.run; run < to.run || (run === to.run && to.used > 0); run += fields) {
    const length = doubleAt(runs, run + 1);
    const part = (run === to.run ? to.used : length) - (run === from.run ? from.used : 0);
    sum += to.weight > 0 ? (doubleAt(runs, run + 2) * part) / length : part;
    const due = Math.min(cost, Math.round((cost * sum) / whole));
    pay(doubleAt(runs, run), due - paid);
    paid = due;
  }
}
