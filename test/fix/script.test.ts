// The printed script on archives of awkward names: it works on the archive that is meant, and makes what `--apply` makes, as Python's
// zipfile and tarfile see it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('script');

const oracle = `
import json, sys, tarfile, zipfile
path = sys.argv[1]
if zipfile.is_zipfile(path):
    archive = zipfile.ZipFile(path)
    files = [(name, archive.read(name)) for name in archive.namelist() if not name.endswith('/')]
else:
    archive = tarfile.open(path)
    files = [(m.name, archive.extractfile(m).read()) for m in archive if m.isfile()]
print(json.dumps(sorted((name.removeprefix('./'), content.decode()) for name, content in files)))
`;

const members = [
  { name: 'share/man/man1/a.1', content: 'manual' },
  { name: 'share/man/man1/b\n\x1b.1', content: 'manual too' },
  { name: 'kept\t', content: 'as it is' },
];
const twice = [{ name: 'twice', content: 'first' }, ...members, { name: 'twice', content: 'last' }];
const other = [{ name: 'other', content: 'the wrong archive' }];

it.skipIf(!['bash', 'zip', 'unzip', 'tar', 'python3'].every(requireTool)).each([
  ['control characters', 'a.zip', 'b.zip', buildZip(members)],
  ['a member of two contents', 'twice.zip', 'twice-out.zip', buildZip(twice)],
  ['the name of an archive that is a pattern', 'x[1].zip', 'x-out.zip', buildZip(members)],
  ['a result without an ending', 'c.zip', 'result', buildZip(members)],
  ['a colon in a name', 'python:3.tar', 'out:3.tar', buildTar(members)],
])('makes what --apply makes: %s', (_what, name, out, archive) => {
  writeFileSync(join(work, name), archive);
  writeFileSync(join(work, 'x1.zip'), buildZip(other));
  writeFileSync(join(work, 'result.zip'), buildZip(other));
  const script = sizecheck(['fix', name, '--out', out, '--leftovers', '--format', 'shell'], { cwd: work });
  expect(script).toMatchObject({ code: 0, stderr: '' });
  const temporary = tempDirectory('script-temporary');
  const inside = `export TMPDIR='${temporary}'\n${script.stdout}`;
  const before = readdirSync(work);
  run('bash', ['-s'], { cwd: work, input: inside });
  expect(readdirSync(temporary)).toEqual([]);
  // Nor is anything left where it fails half-way, among directories that may not be written to.
  const failing = inside.replace('cd -- "$tree"\n', 'cd -- "$tree"\nmkdir -p a/b\nchmod 0 a\nfalse\n');
  expect(() => run('bash', ['-s'], { cwd: work, input: failing })).toThrow('bash');
  expect(readdirSync(temporary)).toEqual([]);
  expect(readdirSync(work).toSorted()).toEqual([...before, out].toSorted());
  const applied = `applied-${name}`;
  expect(sizecheck(['fix', name, '--out', applied, '--leftovers', '--apply'], { cwd: work }).code).toBe(0);
  const [theirs, ours] = [out, applied].map((path): unknown =>
    JSON.parse(run('python3', ['-c', oracle, join(work, path)])),
  );
  expect(theirs).toEqual(ours);
  expect(JSON.stringify(theirs)).not.toContain('manual');
  expect(existsSync(join(work, name))).toBe(true);
});

it.skipIf(!['bash', 'zip', 'unzip'].every(requireTool))(
  'does nothing where it would lose what a zip begins with',
  () => {
    writeFileSync(join(work, 'app.pyz'), Buffer.concat([Buffer.from('#!/usr/bin/env python3\n'), buildZip(members)]));
    const args = ['fix', 'app.pyz', '--out', 'small.pyz', '--leftovers'];
    const script = sizecheck([...args, '--format', 'shell'], { cwd: work });
    expect(() => run('bash', ['-s'], { cwd: work, input: script.stdout })).toThrow('fix --apply keeps it');
    expect(existsSync(join(work, 'small.pyz'))).toBe(false);
    expect(sizecheck([...args, '--apply'], { cwd: work }).code).toBe(0);
    expect(readFileSync(join(work, 'small.pyz'), 'latin1')).toMatch(/^#!\/usr\/bin\/env python3\nPK/);
  },
);
