// How an archive was made, as its members tell, and what its bytes are there for that no entry is charged.
import { describe, expect, it } from 'vitest';
import { withMembers } from '../../src/scan/made.ts';
import { overheadOf } from '../../src/scan/stored.ts';
import { file } from '../build/snapshot.ts';

const alone = { codec: null, archive: {} };
const told = (paths: readonly string[], more: object = {}) =>
  withMembers(
    alone,
    paths.map((path) => ({ ...file(path, 1), ...more })),
  ).archive;

describe('members of an archive', () => {
  it.each([
    [[], true],
    [['.', 'a', 'a', 'b'], true],
    // As "find | sort" has them, and as "tar --sort=name" does.
    [['a', 'a-b', 'a/b'], true],
    [['a', 'a/b', 'a-b'], true],
    [['a/b', 'a', 'a-b'], false],
    [['.', '-a'], true],
    [['a', '.'], false],
    [['b', 'a'], false],
  ])('%j are sorted: %s', (paths, sorted) => {
    expect(told(paths)).toMatchObject({ sorted, reproducible: sorted });
  });

  it('are reproducible with one time and one owner, or none', () => {
    expect(told(['a', 'b'], { mtime: null })).toMatchObject({ times: 0, owners: 1, reproducible: true });
    const [a, b] = [file('a', 1), file('b', 1)];
    const made = (...members: (typeof a)[]) => withMembers(alone, members).archive;
    expect(made(a, b)).toMatchObject({ times: 1, owners: 1, reproducible: true });
    expect(made()).toMatchObject({ times: 0, owners: 0, reproducible: true });
    expect(made(a, { ...b, mtime: 1 })).toMatchObject({ times: 2, owners: 1, reproducible: false });
    expect(made(a, { ...b, gid: 1 })).toMatchObject({ times: 1, owners: 2, reproducible: false });
  });

  it('are not where gzip notes the time', () => {
    for (const time of [true, false])
      expect(withMembers({ codec: { time }, archive: {} }, []).archive['reproducible']).toBe(!time);
  });
});

it('bytes of what is no entry any more are named, and not where there are none', () => {
  const charges = (bytes: number) => ({ members: new Float64Array([5, bytes]), overhead: { metadata: 2 } });
  const entries = [file('a', 5, { stored: 5 })];
  expect(Object.entries(overheadOf(entries, charges(3), 'hidden'))).toEqual([
    ['hidden', 3],
    ['metadata', 2],
  ]);
  expect(overheadOf(entries, charges(0))).toEqual({ metadata: 2 });
});
