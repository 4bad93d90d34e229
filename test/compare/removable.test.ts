import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { judge } from '../../src/rules/index.ts';
import { claimedBytes, removableByPath, removableContent } from '../../src/compare/removable.ts';
import type { Claim, Finding } from '../../src/model/finding.ts';
import { ar, digest, elf, file, snapshot } from '../build/snapshot.ts';

function found(rule: string, claims: readonly Claim[]): Finding {
  return { rule, severity: 'warn', title: '', bytes: 0, fix: { commands: [], advice: null }, claims };
}

describe('removable content', () => {
  it('counts a byte once, and a whole file swallows its parts', () => {
    const tree = snapshot([file('a', 100), file('b', 100)]);
    const findings = [
      found('x', [
        { path: 'a', part: null, bytes: 100 },
        { path: 'b', part: 'debug', bytes: 30 },
      ]),
      found('y', [
        { path: 'a', part: 'debug', bytes: 40 },
        { path: 'b', part: 'debug', bytes: 20 },
      ]),
      found('z', [{ path: 'b', part: 'docstrings', bytes: 10 }]),
    ];
    expect(removableContent(tree, findings)).toBe(140);
    expect(claimedBytes(findings)).toBe(140);
  });

  it('is no more than there is, and nothing of leftovers that nobody asked for, nor of what is no content', () => {
    const tree = snapshot([file('a', 100)]);
    const claims = [
      { path: 'a', part: 'x', bytes: 70 },
      { path: 'a', part: 'y', bytes: 60 },
      { path: 'a', part: 'superseded', bytes: 9 },
      { path: 'a', part: 'superseded', bytes: 8 },
      { path: 'gone', part: 'hidden', bytes: 7 },
    ];
    const left: Finding = { ...found('l', [{ path: 'a', part: null, bytes: 100 }]), leftover: true };
    expect(removableContent(tree, [found('r', claims.slice(0, 1)), left])).toBe(70);
    expect(removableContent(tree, [found('r', claims)])).toBe(100);
    // What an archive or layers store counts among what findings claim; those of a list are all meant.
    expect(claimedBytes([found('r', claims)])).toBe(70 + 60 + 9 + 8 + 7);
    expect(claimedBytes([left])).toBe(100);
  });

  it('is nothing of what layers hide, however often, beside a file of the same path', () => {
    const tree = snapshot([file('a', 100)]);
    const claims = [
      { path: 'a', part: 'hidden', bytes: 7, layer: 0 },
      { path: 'a', part: 'hidden', bytes: 9, layer: 1 },
      { path: 'a', part: 'debug', bytes: 70 },
    ];
    expect(removableContent(tree, [found('r', claims)])).toBe(70);
    expect(claimedBytes([found('r', claims)])).toBe(7 + 9 + 70);
  });

  it('finds files that sort before the root', () => {
    const tree = snapshot(['!', '+', '-', 'a'].map((path) => file(path, 100)));
    for (const path of ['!', '+', '-', 'a'])
      expect(removableContent(tree, [found('r', [{ path, part: 'debug', bytes: 150 }])])).toBe(100);
  });

  it('is a union on a tree whose findings overlap', () => {
    const library = { digest: digest('lib'), facts: ar(40) };
    const tree = snapshot([
      file('lib/libx.a', 100, library),
      file('config/libx.a', 100, library),
      file('lib/libx.so', 50, { facts: elf({}) }),
    ]);
    const findings = judge(tree);
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual([
      'debug-symbols',
      'duplicate-file',
      'duplicate-static-library',
      'static-library',
    ]);
    expect(removableContent(tree, findings)).toBe(200);
  });

  it('is never more than the content', () => {
    const claim = fc.record({
      path: fc.constantFrom('a', 'b', 'gone'),
      part: fc.constantFrom(null, 'p', 'q'),
      bytes: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(fc.array(claim)), (lists) => {
        const tree = snapshot([file('a', 100), file('b', 50)]);
        const removable = removableContent(
          tree,
          lists.map((claims) => found('x', claims)),
        );
        expect(removable).toBeLessThanOrEqual(tree.totals.content);
      }),
    );
  });

  it('by file sums to that of all, and says nothing of files that keep all', () => {
    const claim = fc.record({
      path: fc.constantFrom('a', 'b', 'c'),
      part: fc.constantFrom(null, 'p', 'hidden'),
      bytes: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 3 }), (claims) => {
        const tree = snapshot([file('a', 100), file('b', 50), file('c', 0)]);
        const bytes = [...removableByPath(tree, [found('x', claims)]).values()];
        expect(bytes.reduce((all, one) => all + one, 0)).toBe(removableContent(tree, [found('x', claims)]));
        expect(Math.min(1, ...bytes)).toBe(1);
      }),
    );
  });
});
