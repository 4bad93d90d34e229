// Artifacts are untrusted, so some measure them in a Node that may read files and nothing else (`--permission`).
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

it('measures what is large enough for a thread where none may be started', () => {
  const content = noise(17 * 1024 * 1024);
  writeFileSync(join(work, 'a.tar.gz'), gzipSync(buildTar([{ name: 'a', content }]), { level: 1 }));
  writeFileSync(join(work, 'a.zip'), buildZip([{ name: 'a', content }]));
  for (const artifact of ['a.tar.gz', 'a.zip']) {
    const flags = [flag, '--no-warnings', '--allow-fs-read=*'];
    const args = [...flags, cli, 'scan', '--json', artifact];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: work, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toHaveProperty('totals.content', content.length);
  }
});
