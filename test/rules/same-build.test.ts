import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { sameBuild } from '../../src/rules/same-build.ts';
import { digest, elf, file, snapshot } from '../build/snapshot.ts';

const build = (unneeded: number | null, id: string | null = 'abc') => elf({ unneeded }, { buildId: id });
const bare = file('bin/prog', 60, { digest: digest('bare'), facts: build(60) });

describe('same-build', () => {
  it('claims the files with symbols', () => {
    const [found] = judge(
      snapshot([
        bare,
        file('bin/prog.copy', 60, { digest: digest('bare'), facts: build(60) }),
        file('build/prog', 100, { digest: digest('full'), facts: build(60) }),
        file('build/prog.map', 80, { digest: digest('part'), facts: build(60) }),
      ]),
      [sameBuild],
    );
    expect(found?.claims).toEqual([
      { path: 'build/prog', part: null, bytes: 100, keeps: 'bin/prog' },
      { path: 'build/prog.map', part: null, bytes: 80, keeps: 'bin/prog' },
    ]);
  });

  it.each([
    ['another build id', build(60, 'def')],
    ['no build id', build(60, null)],
    ['another length after strip, as patchelf leaves it', build(64)],
    ['an unknown length after strip', build(null)],
    ['relocatable', elf({ unneeded: 60 }, { buildId: 'abc', elfType: 'REL' })],
  ])('says nothing of a file with %s', (_what, facts) => {
    expect(judge(snapshot([bare, file('x', 100, { digest: digest('x'), facts })]), [sameBuild])).toEqual([]);
  });
});

it('needs no digests: files of different length differ', () => {
  const plain = file('bin/prog', 60, { facts: build(60) });
  const full = file('build/prog', 100, { facts: build(60) });
  expect(judge(snapshot([plain, full]), [sameBuild])[0]?.bytes).toBe(100);
});
