// Whether a copy may become a link: what names of one file share, and what would no longer be told apart.
import { describe, expect, it } from 'vitest';
import { linkJudge } from '../../src/fix/linking.ts';
import { noTangles } from '../../src/fix/tangles.ts';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import { digest, directory, file, pyc, snapshot } from '../build/snapshot.ts';

const later = { mtime: 1_700_000_009 };
const copy = (path: string, more: Partial<Entry> = {}): Entry => file(path, 9, { digest: digest('same'), ...more });

/** What speaks against making `b` a link to `a`. */
function reason(entries: readonly Entry[], format: Snapshot['artifact']['format'] = 'tar'): string {
  const judged = snapshot(entries);
  const paths = new Map(judged.entries.map((entry) => [entry.path, entry]));
  const names = new Map(judged.entries.filter(({ kind }) => kind === 'file').map(({ path }) => [path, [path]]));
  const whole = { ...judged, artifact: { ...judged.artifact, format } };
  const [a, b] = [
    judged.entries.find(({ path }) => /(?:^|\/)a$/.test(path)),
    judged.entries.find(({ path }) => /(?:^|\/)b$/.test(path)),
  ];
  if (a === undefined || b === undefined) throw new Error('there is no a or b');
  return linkJudge({ snapshot: whole, paths, names }, { tangles: noTangles })(b, a) ?? '';
}

describe('linkJudge', () => {
  const timed = (source: string | null, more = {}): Entry => file('x.pyc', 5, { facts: pyc({ source, ...more }) });

  it.each<[what: string, entries: Entry[], refused: boolean]>([
    ['no bytecode', [copy('a'), copy('b', later)], false],
    ['bytecode checked by time', [copy('a'), copy('b', later), timed('b')], true],
    ['bytecode of the one that stays', [copy('a'), copy('b', later), timed('a')], true],
    ['equal times', [copy('a'), copy('b'), timed('b')], false],
    ['bytecode of another source', [copy('a'), copy('b', later), copy('c'), timed('c')], false],
    ['bytecode checked by hash', [copy('a'), copy('b', later), timed('b', { mode: 'checked-hash' })], false],
    ['bytecode of what is not there', [copy('a'), copy('b', later), timed('gone')], false],
    ['bytecode without source', [copy('a'), copy('b', later), timed(null)], false],
    [
      'a source that is a symlink',
      [copy('a'), copy('b', later), file('l', 0, { kind: 'symlink', link: 'b' }), timed('l')],
      true,
    ],
    [
      'a symlink to another',
      [copy('a'), copy('b', later), file('l', 0, { kind: 'symlink', link: 'a.c' }), timed('l')],
      false,
    ],
  ])('minds times where bytecode is checked by them: %s', (_what, entries, refused) => {
    expect(reason(entries)).toBe(refused ? 'their bytecode is checked by their time, which linked files share' : '');
  });

  it.each<[number, 'tar' | 'directory', Partial<Entry>, boolean]>([
    [0o555, 'tar', { digest: digest('other') }, true],
    [0o755, 'tar', { digest: digest('other') }, false],
    [0o555, 'directory', { digest: digest('other') }, false],
    // Of equal copies the first in the archive brings the content, so none moves.
    [0o555, 'tar', {}, false],
  ])('minds directories of mode %i in a %s', (mode, format, more, refused) => {
    const entries = [copy('a'), { ...directory('d'), mode }, copy('d/b', more)];
    expect(reason(entries, format).includes('its directory is read-only')).toBe(refused);
    const other = [{ ...directory('d'), mode }, copy('d/a', more), copy('b')];
    expect(reason(other, format).includes('its directory is read-only')).toBe(refused);
  });
});
