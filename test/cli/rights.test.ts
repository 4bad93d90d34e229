// A result that takes the place of a file has its permissions and owner, as `cat >` would leave them; a new one has what the umask says.
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('rights');
const at = (name: string): string => join(work, name);
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;
const archive = buildTar([
  { name: 'a', content: 'same '.repeat(999) },
  { name: 'b', content: 'same '.repeat(999) },
]);

/** Mode, owner and group as stat prints them. */
const rights = (name: string): string => run('stat', ['-c', '%a %u %g', at(name)]).trimEnd();

const fixInPlace = (name: string): void => {
  const ran = sizecheck(['fix', name, '--in-place', '--apply'], { cwd: work });
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(0);
};

describe.skipIf(!requireTool('stat'))('permissions of results', () => {
  it.each(['600', '640', '444', '400', '755'])('are kept of an archive that is fixed in place: %s', (mode) => {
    writeFileSync(at('place.tar'), archive);
    if (isRoot) chownSync(at('place.tar'), 1000, 1001);
    chmodSync(at('place.tar'), Number.parseInt(mode, 8));
    const before = rights('place.tar');
    fixInPlace('place.tar');
    expect(readFileSync(at('place.tar')).length).toBeLessThan(archive.length);
    expect(rights('place.tar')).toBe(before);
    expect(before.startsWith(mode)).toBe(true);
    expect(readdirSync(work).filter((name) => name.startsWith('.sizecheck'))).toEqual([]);
  });

  it('are kept of a directory that is fixed in place', () => {
    mkdirSync(at('place'));
    writeFileSync(at('place/a'), archive);
    writeFileSync(at('place/b'), archive);
    if (isRoot) chownSync(at('place'), 1000, 1001);
    chmodSync(at('place'), 0o750);
    const before = rights('place');
    fixInPlace('place');
    expect(rights('place')).toBe(before);
    expect(lstatSync(at('place/a')).ino).toBe(lstatSync(at('place/b')).ino);
  });

  it.each(['-o', '--output'])('are kept of a file that %s names, through a symlink too', (option) => {
    writeFileSync(at('report.txt'), 'old');
    writeFileSync(at('t.tar'), archive);
    if (isRoot) chownSync(at('report.txt'), 1000, 1001);
    chmodSync(at('report.txt'), 0o606);
    const before = rights('report.txt');
    for (const name of ['report.txt', 'to-report']) {
      if (name === 'to-report') run('ln', ['-sf', 'report.txt', name], { cwd: work });
      expect(sizecheck(['scan', 't.tar', option, name], { cwd: work }).code).toBe(0);
      expect(rights('report.txt')).toBe(before);
      expect(readFileSync(at('report.txt'), 'utf8')).toContain('t.tar');
    }
    expect(lstatSync(at('to-report')).isSymbolicLink()).toBe(true);
  });

  it.each([
    ['022', '644'],
    ['077', '600'],
    ['002', '664'],
  ])('are those of umask %s for new files', (umask, mode) => {
    writeFileSync(at('t.tar'), archive);
    const cli = join(import.meta.dirname, '../../dist/cli/main.cjs');
    const script = 'umask "$1" && rm -f new.txt new.tar && "$2" "$3" fix t.tar --out new.tar --apply --output new.txt';
    run('sh', ['-c', script, 'sh', umask, process.execPath, cli], { cwd: work });
    for (const name of ['new.txt', 'new.tar']) expect(rights(name).split(' ')[0]).toBe(mode);
  });

  it.skipIf(!isRoot)('never become wider where the owner cannot be kept', () => {
    const shared = at('shared');
    mkdirSync(shared);
    chownSync(work, nobody, nobody);
    chownSync(shared, nobody, nobody);
    symlinkSync('../t.tar', join(shared, 't.tar'));
    for (const [mode, gid, after] of [
      // The process is in group 0, so that one stays.
      [0o4640, 0, `640 ${nobody} 0`],
      [0o640, 1234, `600 ${nobody} 0`],
      [0o2674, 1234, `644 ${nobody} 0`],
    ] as const) {
      writeFileSync(join(shared, 'out.txt'), 'old');
      chownSync(join(shared, 'out.txt'), 4321, gid);
      chmodSync(join(shared, 'out.txt'), mode);
      expect(sizecheck(['scan', 't.tar', '-o', 'out.txt'], { cwd: shared, uid: nobody }).stderr).toBe('');
      expect(rights('shared/out.txt')).toBe(after);
    }
  });
});
