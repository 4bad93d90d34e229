// Where no thread can be started. Artifacts are untrusted, so some measure them in a Node that may read files and nothing else
// (`--permission`); and Node starts none where the working directory is gone.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { noise } from '../codecs/harness.ts';
import { cli } from './run.ts';

const work = tempDirectory('permission');
const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';

const content = noise(17 * 1024 * 1024);
writeFileSync(join(work, 'a.tar.gz'), gzipSync(buildTar([{ name: 'a', content }]), { level: 1 }));
writeFileSync(join(work, 'a.zip'), buildZip([{ name: 'a', content }]));

it('measures what is large enough for a thread where none may be started', () => {
  for (const artifact of ['a.tar.gz', 'a.zip']) {
    const flags = [flag, '--no-warnings', '--allow-fs-read=*'];
    const args = [...flags, cli, 'scan', '--json', artifact];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: work, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toHaveProperty('totals.content', content.length);
  }
});

it('measures, and helps, where the working directory is gone', () => {
  const gone = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
  const inNowhere = (...args: string[]): unknown =>
    spawnSync('sh', ['-c', gone, join(work, 'gone'), process.execPath, cli, ...args], { encoding: 'utf8' });
  for (const artifact of ['a.tar.gz', 'a.zip']) {
    const told = { status: 0, stderr: '', stdout: expect.stringContaining('content') };
    expect(inNowhere(join(work, artifact))).toMatchObject(told);
  }
  expect(inNowhere('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Commands:') });
});
