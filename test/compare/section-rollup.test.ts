import { describe, expect, it } from 'vitest';
import { sectionRollup } from '../../src/compare/section-rollup.ts';
import type { SectionSize } from '../../src/model/facts.ts';
import { elf, file, hardlink, snapshot } from '../build/snapshot.ts';

const sections = (code: number, debug: number): readonly SectionSize[] => [
  { name: '.text', group: 'code', bytes: code },
  { name: '.debug_info', group: 'debug', bytes: debug },
];

describe('sections of all ELF files', () => {
  it('sum by group and by name, each file once', () => {
    const rollup = sectionRollup(
      snapshot([
        file('a', 30, { facts: elf({}, { sections: sections(10, 20), debugBytes: 20, debugCompressed: 8 }) }),
        file('b', 12, { facts: elf({}, { sections: sections(5, 7), debugBytes: 7, debugCompressed: 3 }) }),
        file('unknown', 9, { facts: elf({}) }),
        file('text', 3),
        hardlink('c', 'a'),
      ]),
    );
    expect(rollup).toEqual({
      files: 2,
      bytes: 42,
      groups: [
        { group: 'debug', bytes: 27 },
        { group: 'code', bytes: 15 },
      ],
      debug: { bytes: 27, compressed: 11 },
      names: [
        { name: '.debug_info', group: 'debug', bytes: 27, files: 2 },
        { name: '.text', group: 'code', bytes: 15, files: 2 },
      ],
    });
  });

  it('compress to nothing known where one of them is not known', () => {
    const [known, unknown] = [8, null].map((debugCompressed) =>
      elf({}, { sections: sections(10, 20), debugBytes: 20, debugCompressed }),
    );
    for (const [a, b] of [
      [known, unknown],
      [unknown, known],
    ])
      expect(
        sectionRollup(snapshot([file('a', 30, { facts: a ?? null }), file('b', 30, { facts: b ?? null })])).debug,
      ).toEqual({
        bytes: 40,
        compressed: null,
      });
  });

  it('of no ELF file are nothing', () => {
    expect(sectionRollup(snapshot([file('text', 3)]))).toEqual({
      files: 0,
      bytes: 0,
      groups: [],
      debug: { bytes: 0, compressed: 0 },
      names: [],
    });
  });
});
