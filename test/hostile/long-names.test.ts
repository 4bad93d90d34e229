// Names as long as they may be, made of what patterns look for: each is read once, not once for each place where a match
// could begin: that took minutes of archives of a few KiB.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildTar, pax } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';

const work = tempDirectory('long-names');

function archive(name: string, names: readonly string[]): string {
  const members = names.map((path) => [pax({ path }), { name: 'short', content: 'x' }]);
  writeFileSync(join(work, name), gzipSync(buildTar(members.flat())));
  return name;
}

/** All in all below 16,383 bytes, more of which are refused. */
const long = (unit: string): string => unit.repeat(Math.floor(16_300 / unit.length));

const shapes = {
  licence: (index: number) => `usr/share/doc/a/${long('-license.')}/x${index}`,
  startup: (index: number) => `lib/${index}${long('crta')}\n`,
  node: (index: number) => `node_modules/p${index}${long('x.')}/package.json`,
  python: (index: number) => `p${index}${long('-1')}\n.dist-info/METADATA`,
} as const;

describe('names made of what patterns look for', () => {
  it.each(Object.entries(shapes))('%s: read once', (shape, nameOf) => {
    const file = archive(
      `${shape}.tar.gz`,
      Array.from({ length: 800 }, (_, index) => nameOf(index)),
    );
    for (const args of [
      ['scan', file, '--by', 'package', '--json'],
      ['snapshot', file],
    ]) {
      const ran = sizecheck(args, { cwd: work });
      expect([ran.code, ran.stderr.slice(0, 300)]).toEqual([0, expect.any(String)]);
    }
    const other = archive(
      `${shape}-2.tar.gz`,
      Array.from({ length: 800 }, (_, index) => nameOf(index + 200)),
    );
    expect(sizecheck(['diff', file, other, '--format', 'markdown'], { cwd: work }).code).toBe(0);
  });
});
