// Rules on junk see the merged tree of an image: what a later layer removed, or puts the marks of beside it, is judged as it is at the end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { judge, rules } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf } from '../build/image.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const selected = rules.filter(({ id }) => ['tool-cache', 'version-control', 'system-files'].includes(id));

it('is claimed where it is there at the end', async () => {
  const file = (name: string): TarSpec => ({ name, content: name, mode: 0o644 });
  const layers = [
    ['app/.git/HEAD', 'app/.git/objects/a', 'gone/.git/HEAD', 'gone/.git/objects/a', 'b/.git/HEAD', '.mypy_cache/a'],
    ['gone/.wh..git', 'b/.git/objects/b', 'a.txt.orig', '.DS_Store'],
    ['a.txt', '.wh..mypy_cache'],
  ].map((names) => ({ members: names.map(file), packing: 'raw' as const }));
  const path = join(tempDirectory('junk-image'), 'image.tar');
  writeFileSync(path, tarOf(layoutFiles([buildImage({ layers })])));
  const found = judge(await scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed' }), selected);
  expect(found.map(({ rule, claims }) => [rule, claims.map((claim) => claim.path).toSorted()])).toEqual([
    ['version-control', ['app/.git/HEAD', 'app/.git/objects/a', 'b/.git/HEAD', 'b/.git/objects/b']],
    ['system-files', ['a.txt.orig']],
    ['system-files', ['.DS_Store']],
  ]);
});
