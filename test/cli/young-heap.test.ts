// The young heap stays small while an artifact is read, with decoding threads and without: a tenth of what a scan of many entries takes.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { cli } from './run.ts';

const work = tempDirectory('young-heap');

/** Prints the bytes of the young heap when all is read, and it may grow again. */
const tell = join(work, 'tell.cjs');
writeFileSync(
  tell,
  `const v8 = require('node:v8');
  const { setFlagsFromString } = v8;
  v8.setFlagsFromString = (flags) => {
    if (flags === '--semi-space-growth-factor=2') {
      const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
      process.stderr.write('young=' + young.space_size + '\\n');
    }
    setFlagsFromString(flags);
  };`,
);

/** Enough entries for a young heap to grow to 32 MiB, and enough bytes for a thread of its own. */
const members = Array.from({ length: 30_000 }, (_, index) => ({ name: `directory-${index % 300}/member-${index}` }));
const tar = buildTar([...members, { name: 'large', content: noise(24 * 1024 ** 2) }]);

it.each([
  ['a.tar', tar],
  ['a.tar.gz', gzipSync(tar, { level: 1 })],
])('keeps the young heap small: %s', (name, bytes) => {
  const archive = join(work, name);
  writeFileSync(archive, bytes);
  const { status, stderr } = spawnSync(process.execPath, ['--require', tell, cli, 'scan', archive], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^young=\d+\n$/) });
  expect(Number(/\d+/.exec(stderr)?.[0])).toBeLessThanOrEqual(8 * 1024 ** 2);
});
