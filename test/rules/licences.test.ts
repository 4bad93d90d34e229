// Licence texts stay, whatever rule on leftovers looks at the directory that they lie in, and whatever its command does.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { judge, rules } from '../../src/rules/index.ts';
import { isLicence } from '../../src/rules/licences.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const python = ['os.py', 'site.py', 'encodings/__init__.py', 'test/test_os.py', 'idlelib/run.py'];
const others = ['include/a.h', 'lib/pkgconfig/a.pc', 'share/doc/a/README'].concat(
  python.map((name) => `lib/python3.9/${name}`),
);
const licences = [
  'include/LICENSE.md',
  'include/foo/COPYING',
  'lib/pkgconfig/NOTICE',
  'lib/python3.9/idlelib/LICENSE',
  'lib/python3.9/test/LICENSE.txt',
  'share/doc/a/licenses/GPL.txt',
  'share/doc/a/UNLICENSE',
  'share/doc/a/MIT-LICENSE',
  'share/doc/a/copyright',
];

it('are known by their names', () => {
  for (const path of licences) expect(isLicence(path), path).toBe(true);
  for (const path of others) expect(isLicence(path), path).toBe(false);
});

it('are told from names of a stranger in time by their length', () => {
  const name = `usr/share/doc/a/${'-license.'.repeat(300_000)}/x`;
  expect(isLicence(name)).toBe(false);
  expect(isLicence(`${name}-license.`)).toBe(true);
  expect(isLicence(`usr/share/${'-licensX.'.repeat(300_000)}`)).toBe(false);
});

it.skipIf(!requireTool('find'))('stay where leftovers go', async () => {
  const work = tempDirectory('licences');
  for (const path of [...others, ...licences]) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), path);
  }
  const found = judge(
    await scan(work, { ...defaultLimits, maxWindow: 1 << 27, digests: 'compare', facts: 'needed' }),
    rules.filter(({ leftover }) => leftover === true),
    'counted',
  );
  expect(new Set(found.map(({ rule }) => rule))).toEqual(
    new Set(['test-suite', 'demo-modules', 'development-files', 'documentation']),
  );
  const claimed = found.flatMap(({ claims }) => claims.map(({ path }) => path));
  for (const { fix } of found) for (const command of fix.commands) run('sh', ['-ec', command], { cwd: work });
  const left = readdirSync(work, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(work.length + 1));
  expect([...left, ...claimed].toSorted()).toEqual([...others, ...licences].toSorted());
  for (const path of licences) expect(left).toContain(path);
});
