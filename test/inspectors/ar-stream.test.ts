// A static library inspected while it streams by gives what it gives at hand, however it is cut, sound or broken.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { Spool } from '../../src/bytes/spool.ts';
import { feedSteps } from '../../src/bytes/step-feeder.ts';
import { FormatError } from '../../src/errors.ts';
import { arInspector } from '../../src/inspectors/ar.ts';
import { buildAr } from '../build/ar.ts';
import { buildElf } from '../build/elf.ts';
import { noise } from '../build/noise.ts';

type Outcome = { facts: unknown } | { error: string; offset: number | undefined };

function attempt(work: () => unknown): Outcome {
  try {
    return { facts: work() };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { error: error.message, offset: error.offset };
  }
}

function about(bytes: Uint8Array) {
  return { path: 'x.a', size: bytes.length, facts: 'all' } as const;
}

/** Pieces are written over when the feeder is done with them, as those of a decoder are. */
function inPieces(bytes: Uint8Array, cuts: readonly number[], spool: Spool): Outcome {
  return attempt(() => {
    const steps = arInspector.inspectStream?.(about(bytes));
    if (steps === undefined || steps === null) throw new Error('not streamed');
    const feeder = feedSteps(steps, spool);
    let from = 0;
    for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
      const piece = Uint8Array.from(bytes.subarray(from, to));
      feeder.write(piece);
      piece.fill(0xee);
      from = to;
    }
    const result = feeder.result();
    if (result === null) throw new Error('asks for more than there is');
    return result.value;
  });
}

const object = buildElf({ type: 1, sections: [{ name: '.text', type: 1, flags: 6, content: Buffer.from('code') }] });
const members = fc.constantFrom(
  { name: '/', content: '\0\0\0\0' },
  { name: '//', content: 'a-name-of-more-than-15-bytes.o/\nb.o/\n', date: '', mode: '' },
  { name: '/0', content: object },
  { name: '/32', content: '' },
  { name: 'b.o/', content: object },
  { name: '#1/8', content: 'long.o\0\0content' },
  { name: '__.SYMDEF', content: 'index' },
  { name: 'data/', content: noise(5000, 3) },
  { name: 'odd/', content: 'abc' },
);

describe('a library that streams by', () => {
  it('gives the facts and errors of one at hand', () => {
    fc.assert(
      fc.property(
        fc.array(members, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.option(fc.nat()),
        (list, cuts, end) => {
          const whole = buildAr(list);
          const bytes = end === null ? whole : whole.subarray(0, Math.max(8, end % whole.length));
          const expected = attempt(() => arInspector.inspect(memorySource(bytes), about(bytes)));
          // A spool of 100 bytes moves most of what it gets to a file.
          for (const spool of [new Spool(), new Spool(100)]) expect(inPieces(bytes, cuts, spool)).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('byte by byte', () => {
    const bytes = buildAr([
      { name: '//', content: 'a-name-of-more-than-15-bytes.o/\n', date: '', mode: '' },
      { name: '/0', content: object },
    ]);
    const cuts = Array.from({ length: bytes.length }, (_, index) => index);
    expect(inPieces(bytes, cuts, new Spool())).toEqual({
      facts: arInspector.inspect(memorySource(bytes), about(bytes)),
    });
  });

  it('with a table of names behind other members, whose content is asked for twice', () => {
    const table = { name: '//', content: `${'x'.repeat(40)}.o/\n`, date: '', mode: '' };
    const bytes = buildAr([{ name: 'odd/', content: 'abc' }, table, { name: '/0', content: object }]);
    const expected = { facts: arInspector.inspect(memorySource(bytes), about(bytes)) };
    for (const cuts of [[], [100], [140, 200]]) expect(inPieces(bytes, cuts, new Spool())).toEqual(expected);
  });

  it('is kept where its compressed share is asked for', () => {
    expect(arInspector.inspectStream?.({ ...about(buildAr([])), stripShare: true })).toBe(null);
  });
});
