import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findArtifacts } from '../../src/cli/measuring/find-artifacts.ts';
import { ConfigError } from '../../src/errors.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const root = tempDirectory('find-artifacts');
for (const path of ['dist/sub/deep', 'other', 'we[ird]']) mkdirSync(join(root, path), { recursive: true });
const files = [
  'dist/a-1.zip',
  'dist/a-2.zip',
  'dist/.hidden.zip',
  'dist/sub/b.zip',
  'dist/sub/deep/c.zip',
  'other/x{1}.zip',
  'we[ird]/d.zip',
  'caf\u00e9.zip',
];
for (const path of files) writeFileSync(join(root, path), 'x');
symlinkSync('../dist', join(root, 'other/link'));
symlinkSync('a-1.zip', join(root, 'dist/z.zip'));
symlinkSync('loop', join(root, 'loop'));

describe('artifacts of a pattern', () => {
  it.each([
    ['dist/a-1.zip', ['dist/a-1.zip']],
    ['./dist//a-1.zip', ['dist/a-1.zip']],
    ['dist/', ['dist']],
    ['.', ['.']],
    ['dist/a-*.zip', ['dist/a-1.zip', 'dist/a-2.zip']],
    ['dist/*.zip', ['dist/.hidden.zip', 'dist/a-1.zip', 'dist/a-2.zip', 'dist/z.zip']],
    ['*/*.zip', ['dist/.hidden.zip', 'dist/a-1.zip', 'dist/a-2.zip', 'dist/z.zip', 'other/x{1}.zip', 'we[ird]/d.zip']],
    ['dist/{a-2,sub/b}.zip', ['dist/a-2.zip', 'dist/sub/b.zip']],
    ['**/c.zip', ['dist/sub/deep/c.zip']],
    ['dist/sub/**/*', ['dist/sub/b.zip', 'dist/sub/deep', 'dist/sub/deep/c.zip']],
    ['dist/s*', ['dist/sub']],
    ['dist/*/', ['dist/sub']],
    ['dist/**/', ['dist', 'dist/sub', 'dist/sub/deep']],
    ['dist/a-1.zip/', []],
    ['other/link/', ['other/link']],
    ['./', ['.']],
    ['dist/sub/../a-1.zip', ['dist/a-1.zip']],
    ['other/link/a-1.zip', ['other/link/a-1.zip']],
    ['o*/link', ['other/link']],
    [String.raw`other/x\{1\}.zip`, ['other/x{1}.zip']],
    [String.raw`we\[ird\]/*.zip`, ['we[ird]/d.zip']],
    ['caf?.zip', ['caf\u00e9.zip']],
    ['loop', ['loop']],
    ['nothing/*.zip', []],
    ['dist/nothing.zip', []],
    ['dist/a-1.zip/x', []],
    ['', ['.']],
  ])('%j', (pattern, expected) => {
    expect(findArtifacts(root, pattern)).toEqual(expected);
  });

  it.each([
    ['**', '"**" would be every folder and file below; name what is one artifact each, such as "*.zip" or "**/*.zip"'],
    ['dist/**', 'such as "dist/*.zip" or "dist/**/*.zip"'],
    ['a{/b,}/**', 'would be every folder and file below'],
  ])('%j is none: folders and what is in them overlap', (pattern, message) => {
    expect(() => findArtifacts(root, pattern)).toThrow(message);
  });

  it('are not said to be missing where that cannot be known', () => {
    expect(() => findArtifacts(root, 'loop/x')).toThrow(/"loop\/x": ".*\/loop" cannot be looked for \(ELOOP\)/);
    expect(findArtifacts(root, `${'x'.repeat(300)}/y`)).toEqual([]);
  });

  it('may lie above, or anywhere', () => {
    expect(findArtifacts(join(root, 'other'), '../dist/a-1.zip')).toEqual(['../dist/a-1.zip']);
    expect(findArtifacts('/', `${root}/dist/a-?.zip`)).toEqual([`${root}/dist/a-1.zip`, `${root}/dist/a-2.zip`]);
  });

  it.skipIf(!requireTool('find'))('are those that find finds', () => {
    const found = run('find', ['.', '-name', '*.zip', '-printf', String.raw`%P\n`], { cwd: root })
      .trimEnd()
      .split('\n');
    expect(findArtifacts(root, '**/*.zip')).toEqual(
      found.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  it('are looked for among a million paths at most', () => {
    const many = tempDirectory('find-many');
    const names = Array.from({ length: 1000 }, (_, index) => String(index).padStart(3, '0'));
    for (const name of names) writeFileSync(join(many, name), '');
    // Each alternative lists the folder anew.
    const pattern = `{${names.join(',')}}*`;
    expect(findArtifacts(many, pattern)).toEqual(names);
    writeFileSync(join(many, 'x'), '');
    expect(() => findArtifacts(many, pattern)).toThrow('looks at more than 1000000 paths');
  });

  it('with a name that is no text are refused, not left out', () => {
    const odd = tempDirectory('find-odd');
    writeFileSync(Buffer.concat([Buffer.from(`${odd}/`), Buffer.from([0xff, 0x2e, 0x7a])]), 'x');
    expect(() => findArtifacts(odd, '*.z')).toThrow(ConfigError);
    expect(findArtifacts(odd, '*.zip')).toEqual([]);
  });
});
