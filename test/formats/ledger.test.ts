// The ledger alone: every byte has one owner, and shares of a mark sum to its cost whatever the weights are.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLedger } from '../../src/formats/ledger.ts';
import type { Ledger, Purpose } from '../../src/formats/ledger.ts';

function sums(ledger: Ledger): { members: number[]; overhead: object; sum: number } {
  const charges = ledger.charges();
  if (charges === null) throw new Error('gave up');
  const members = [...charges.members];
  const all = [...members, ...Object.values(charges.overhead)];
  return { members, overhead: charges.overhead, sum: all.reduce((a, b) => a + b, 0) };
}

it('charges each byte of an archive without codec to what it is', () => {
  const ledger = createLedger();
  ledger.begin();
  ledger.take('headers', 512, 7);
  ledger.take('content', 100);
  ledger.take('padding', 412, 0);
  ledger.begin();
  ledger.take('headers', 512, 7);
  ledger.take('content', 1024);
  ledger.take('end', 1024, 0);
  ledger.close(null, 3584);
  expect(sums(ledger)).toEqual({
    members: [100, 1024],
    overhead: { headers: 1024, padding: 412, end: 1024 },
    sum: 3584,
  });
});

it('shares the cost of a mark by weight, and calls what no mark tells of framing', () => {
  const ledger = createLedger();
  ledger.begin();
  ledger.take('headers', 512, 100);
  ledger.take('content', 300);
  ledger.take('padding', 212, 0);
  ledger.begin();
  ledger.take('content', 1000);
  // 100 : 300 : 0 of the first mark, half of the second member by the second mark, the other half by the third.
  ledger.close(Float64Array.of(1024, 80, 1524, 40, 2024, 10), 150);
  expect(sums(ledger)).toEqual({ members: [60, 50], overhead: { headers: 20, framing: 20 }, sum: 150 });
});

it('shares what is left of a run behind a mark, and by weight also where marks go on behind the last run', () => {
  const ledger = createLedger();
  ledger.begin();
  ledger.take('content', 100);
  ledger.begin();
  ledger.take('content', 100);
  ledger.take('end', 100, 50);
  // 50 bytes of the first; 50 of it and 100 of the second; what weighs 50, and nothing more.
  ledger.close(Float64Array.of(50, 10, 200, 30, 1000, 7), 47);
  expect(sums(ledger)).toEqual({ members: [20, 20], overhead: { end: 7 }, sum: 47 });
  const beyond = createLedger();
  beyond.begin();
  beyond.take('headers', 100, 10);
  beyond.take('content', 100, 30);
  beyond.close(Float64Array.of(300, 40), 40);
  expect(sums(beyond)).toEqual({ members: [30], overhead: { headers: 10 }, sum: 40 });
});

it('shares by length what weighs nothing', () => {
  const ledger = createLedger();
  ledger.take('padding', 300, 0);
  ledger.take('end', 700, 0);
  ledger.close(Float64Array.of(1000, 10), 10);
  expect(sums(ledger)).toEqual({ members: [], overhead: { padding: 3, end: 7 }, sum: 10 });
});

it('takes several streams and bytes of no stream', () => {
  const ledger = createLedger();
  ledger.spend('headers', 68);
  for (const cost of [10, 20]) {
    ledger.begin();
    ledger.take('content', 50);
    ledger.close(Float64Array.of(50, cost), cost + 4);
  }
  expect(sums(ledger)).toEqual({ members: [10, 20], overhead: { headers: 68, framing: 8 }, sum: 106 });
});

it('says nothing once it gave up', () => {
  const ledger = createLedger();
  ledger.begin();
  ledger.giveUp();
  expect(ledger.charges()).toBeNull();
});

it('adds up to the encoded length for any runs and marks', () => {
  const purposes: readonly Purpose[] = ['content', 'headers', 'padding', 'end'];
  const run = fc.record({
    purpose: fc.constantFrom(...purposes),
    length: fc.integer({ min: 1, max: 5000 }),
    weight: fc.integer({ min: 0, max: 5000 }),
  });
  const mark = fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 3000 }));
  fc.assert(
    fc.property(fc.array(run), fc.array(mark), fc.nat(100), (runs, marks, framing) => {
      const ledger = createLedger();
      ledger.begin();
      for (const { purpose, length, weight } of runs) ledger.take(purpose, length, weight);
      let end = 0;
      const flat = marks.flatMap(([length, cost]) => [(end += length), cost]);
      const encoded = marks.reduce((sum, [, cost]) => sum + cost, framing);
      ledger.close(Float64Array.from(flat), encoded);
      const { members, sum } = sums(ledger);
      expect(sum).toBe(encoded);
      expect(members.every((bytes) => Number.isInteger(bytes) && bytes >= 0)).toBe(true);
    }),
  );
});
