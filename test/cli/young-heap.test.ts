// The young heap stays small, with decoding threads and without: a tenth of what a scan of many entries takes.
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

/** Prints the bytes of the young heap at the end of a program. */
const tell = join(work, 'tell.cjs');
writeFileSync(
  tell,
  `process.on('exit', () => {
    const [young] = require('node:v8').getHeapSpaceStatistics().filter(({ space_name }) => space_name === 'new_space');
    process.stderr.write('young=' + young.space_size + '\\n');
  });`,
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
