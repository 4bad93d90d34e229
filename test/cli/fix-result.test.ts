// Where the result of a fix goes, and in what it is compressed.
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/options/arguments.ts';
import { fixOptions } from '../../src/cli/options/fix.ts';
import { compressionOf, outOf } from '../../src/cli/commands/fix-result.ts';
import { UsageError } from '../../src/errors.ts';
import type { ArtifactIdentity } from '../../src/model/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';

const root = realpathSync(tempDirectory('fix-result'));
const here = process.cwd();
beforeAll(() => process.chdir(root));
afterAll(() => process.chdir(here));
for (const folder of ['tree/sub', 'tree-1.0', 'out']) mkdirSync(join(root, folder), { recursive: true });
for (const name of ['app.tar.gz', 'out/there', 'there-fixed']) writeFileSync(join(root, name), name);
symlinkSync('../app.tar.gz', join(root, 'out/link'));
symlinkSync('nowhere', join(root, 'out/dangling'));

function out(artifact: string, ...line: readonly string[]): string {
  return outOf(artifact, parseArguments(line, fixOptions).values);
}

describe('the place of a result', () => {
  it.each([
    ['app.tar.gz', 'app-fixed.tar.gz'],
    ['none/app.tar', 'none/app-fixed.tar'],
    ['a.b-1.2.tar.zst', 'a.b-1.2-fixed.tar.zst'],
    ['app.zip', 'app-fixed.zip'],
    ['app', 'app-fixed'],
    ['.tar', '.tar-fixed'],
    ['.tar.gz', '.tar-fixed.gz'],
    ['a\nb.tar.gz', 'a\nb-fixed.tar.gz'],
    // Nothing would be put there.
    ['there', 'there-fixed'],
    // Nothing here writes them.
    ['app.tar.xz', 'app-fixed.tar.zst'],
    ['app.TXZ', 'app-fixed.tar.zst'],
    ['app.tbz', 'app-fixed.tar.zst'],
    ['app.tbz2', 'app-fixed.tar.zst'],
    ['app.tar.bz2', 'app-fixed.tar.zst'],
    // PEP 427: a build tag begins with a digit.
    ['a-1.0-py3-none-any.whl', 'a-1.0-1fixed-py3-none-any.whl'],
    ['dist/a-1.0-2b-py3-none-any.whl', 'dist/a-1.0-2bfixed-py3-none-any.whl'],
    ['odd.whl', 'odd-fixed.whl'],
    ['tree', 'tree-fixed'],
    ['tree//', 'tree-fixed'],
    ['tree-1.0', 'tree-1.0-fixed'],
    ['tree/sub/..', `${root}/tree-fixed`],
    ['.', `${root}-fixed`],
    ['none/..', 'none/..-fixed'],
  ])('of %s is %s', (artifact, expected) => {
    expect(out(artifact)).toBe(expected);
  });

  it('is the one that is given, or the artifact', () => {
    expect(out('app.tar.gz', '--apply', '--out', 'new.tar')).toBe('new.tar');
    expect(out('tree', '--out', 'tree-new')).toBe('tree-new');
    expect(out('tree', '--out', 'tree-1.0/new')).toBe('tree-1.0/new');
    expect(out('app.tar.gz', '--in-place', '--apply')).toBe(`${root}/app.tar.gz`);
    expect(out('out/link', '--in-place')).toBe(`${root}/app.tar.gz`);
    expect(out('none.tar', '--in-place')).toBe('none.tar');
    expect(out('app.tar.gz', '--out', 'new', '-o', 'report')).toBe('new');
  });

  it.each([
    ['-', [], 'fix reads the artifact more than once'],
    ['-', ['--in-place'], 'fix reads the artifact more than once'],
    ['app.tar.gz', ['--in-place', '--out', 'x'], '--out and --in-place exclude each other'],
    ['app.tar.gz', ['--apply'], '--apply needs --out PATH for the result, or --in-place'],
    ['app.tar.gz', ['--out', 'out/there'], '--out out/there exists already; fix never overwrites'],
    ['app.tar.gz', ['--out', 'out/dangling'], '--out out/dangling exists already'],
    ['app.tar.gz', ['--out', 'new', '-o', 'out/../new'], '--out and --output name the same file'],
    ['app.tar.gz', ['-o', 'app-fixed.tar.gz'], '--out and --output name the same file'],
    ['app.tar.gz', ['--out', 'none/new'], '--out none/new: there is no directory none'],
    ['tree', ['--out', 'tree/new'], '--out tree/new lies inside the artifact'],
    ['/', [], '--out -fixed lies inside the artifact'],
    ['/', ['--out', 'out/new'], '--out out/new lies inside the artifact'],
    ['tree', ['--out', 'tree/sub/new'], '--out tree/sub/new lies inside the artifact'],
  ])('of %s with %j is refused', (artifact, line, says) => {
    expect(() => out(artifact, ...line)).toThrow(UsageError);
    expect(() => out(artifact, ...line)).toThrow(says);
  });
});

describe('the compression of a result', () => {
  function how(format: ArtifactIdentity['format'], codecs: ArtifactIdentity['codecs'], ...line: readonly string[]) {
    const { values } = parseArguments(line, fixOptions);
    const artifact = { name: 'a', format, codecs, length: 1 };
    return compressionOf(artifact, values.out ?? 'plain', values)?.text ?? null;
  }

  it.each([
    ['tar', [], [], null],
    ['tar', ['gzip'], [], 'gzip:9'],
    ['tar', ['zstd'], [], 'zstd:19'],
    ['tar', ['xz'], ['--compress-with', 'gzip:1'], 'gzip:1'],
    ['tar', ['xz'], ['--out', 'a.tar.gz'], 'gzip:9'],
    ['tar', ['xz'], ['--out', 'a.TZST'], 'zstd:19'],
    ['tar', ['gzip'], ['--out', 'a.tgz', '--compress-with', 'gzip:3'], 'gzip:3'],
    ['tar', ['gzip'], ['--out', 'a.tar'], null],
    ['tar', ['xz'], ['--out', 'a.tar'], null],
    ['tar', ['gzip'], ['--out', 'a.gz'], 'gzip:9'],
    ['tar', ['gzip'], ['--out', 'a'], 'gzip:9'],
    ['tar', [], ['--out', 'a'], null],
    ['zip', [], ['--out', 'a.whl'], null],
    ['zip', [], ['--out', 'a'], null],
    ['zip', ['gzip'], [], null],
    ['directory', [], ['--out', 'a'], null],
  ] as const)('of a %s in %j with %j is %j', (format, codecs, line, expected) => {
    expect(how(format, codecs, ...line)).toBe(expected);
  });

  it.each([
    ['tar', ['xz'], [], 'no encoder for xz is there: name the result .tar.gz or .tar.zst'],
    [
      'tar',
      ['xz'],
      ['--in-place'],
      'no encoder for xz is there, so this cannot be done in place: give --out NAME.tar.gz',
    ],
    ['tar', ['gzip'], ['--out', 'a.tar.bz2'], 'a.tar.bz2 says a tar in bzip2, but the result is a tar in gzip'],
    ['tar', ['gzip'], ['--out', 'a.tar.gz', '--compress-with', 'zstd:3'], 'a.tar.gz says a tar in gzip, but'],
    ['tar', [], ['--out', 'a.zst'], 'a.zst says zstd, but the result is a tar;'],
    ['tar', [], ['--out', 'a.zip'], 'a.zip says a zip, but the result is a tar;'],
    ['zip', [], ['--out', 'a.tar'], 'a.tar says a tar, but the result is a zip;'],
    ['zip', [], ['--out', 'a.deb'], 'a.deb says a deb, but the result is a zip;'],
    ['directory', [], ['--out', 'a.tar'], 'a.tar says a tar, but the result is a directory;'],
    ['directory', [], ['--out', 'a.br'], 'a.br says brotli, but the result is a directory;'],
    ['zip', [], ['--compress-with', 'gzip:9'], 'this is a zip, whose members are compressed one by one'],
    ['directory', [], ['--compress-with', 'gzip:9'], '--compress-with is for tar archives; this is a directory'],
    ['tar', [], ['--compress-with', 'much'], 'much'],
  ] as const)('of a %s in %j with %j is refused', (format, codecs, line, says) => {
    expect(() => how(format, codecs, ...line)).toThrow(UsageError);
    expect(() => how(format, codecs, ...line)).toThrow(says);
  });

  it('may be anything in the place of the artifact, as long as it stays what it was', () => {
    const zstd = { name: 'a', format: 'tar', codecs: ['zstd'], length: 1 } as const;
    const of = (place: string, ...line: string[]) =>
      compressionOf(zstd, place, parseArguments(['--in-place', ...line], fixOptions).values)?.text;
    expect(of('a.zip')).toBe('zstd:19');
    expect(of('a.tar.zst', '--compress-with', 'zstd:3')).toBe('zstd:3');
    expect(() => of('a.tar.gz', '--compress-with', 'zstd:3')).toThrow('a.tar.gz says a tar in gzip');
  });
});
