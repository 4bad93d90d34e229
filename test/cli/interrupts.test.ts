// Commands that start programs and make temporary files, interrupted at any moment or out of disk space: neither half files nor
// temporary directories nor programs are left, and the artifact is what it was.
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { createStripper } from '../../src/fix/strip-tool.ts';
import { buildElf } from '../build/elf.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { cli, scanJson, sizecheck } from './run.ts';

const work = tempDirectory('interrupts');
const temporary = join(work, 'tmp');
mkdirSync(temporary);
const noise = Buffer.alloc(3 << 20);
for (let at = 0, state = 1; at < noise.length; at++) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  noise[at] = state >>> 24 > 100 ? 0x61 : state >>> 16;
}
const archive = join(work, 'a.tar');
writeFileSync(
  archive,
  buildTar([
    { name: 'one', content: noise },
    { name: 'two', content: noise },
    { name: 'three', content: Buffer.from('x'.repeat(1e6)) },
  ]),
);
const sum = (): string => run('sha256sum', [archive]);

/** Processes that have our TMPDIR: what an interrupted command left running. */
function stillRunning(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${temporary}\0`);
    } catch {
      return false;
    }
  });
}

async function interrupted(args: readonly string[], signal: NodeJS.Signals, wait: number): Promise<number | null> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: work,
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: temporary },
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await sleep(wait);
  child.kill(signal);
  return ended;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe.skipIf(!requireTool('sha256sum'))('a signal at any moment', () => {
  it.each([
    ['compress', ['compress', 'a.tar', '--with', 'gzip:9,zstd:19,xz:6']],
    ['fix --exact', ['fix', 'a.tar', '--exact']],
    ['fix --apply', ['fix', 'a.tar', '--apply', '--out', 'out.tar.gz']],
  ])('of %s', async (_what, args) => {
    const before = sum();
    const listed = readdirSync(work);
    for (const [index, wait] of [90, 170, 260, 350, 470, 640].entries()) {
      const code = await interrupted(args, signals[index % 3] ?? 'SIGINT', wait);
      // Before Node has set up handlers, the system ends it.
      expect([0, 129, 130, 143, null]).toContain(code);
      for (let tries = 0; stillRunning().length > 0 && tries < 40; tries++) await sleep(25);
      expect(stillRunning()).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
      if (code === 0) run('rm', ['-f', 'out.tar.gz'], { cwd: work });
      const now = readdirSync(work);
      // A result that is there is whole: the signal came after it had taken its place.
      if (now.includes('out.tar.gz')) run('sh', ['-c', 'gzip -t out.tar.gz && rm out.tar.gz'], { cwd: work });
      expect(readdirSync(work)).toEqual(listed);
    }
    expect(sum()).toBe(before);
  });
});

describe('a signal', () => {
  it.each(['config.json', 'other.json'])(
    'ends a scan of a tar that begins with %s, however long its members',
    async (name) => {
      const long = join(work, `${name}.tar`);
      // 7 GiB that no disk has to hold.
      const size = 7 * 1024 ** 3;
      const fd = openSync(long, 'w');
      writeSync(fd, buildTar([{ name, content: '{}' }]).subarray(0, 1024));
      writeSync(fd, buildTar([{ name: 'long', size }]).subarray(0, 512), 0, 512, 1024);
      ftruncateSync(fd, 1024 + 512 + size + 1024);
      closeSync(fd);
      expect(await interrupted(['scan', long], 'SIGINT', 900)).toBe(130);
      rmSync(long);
    },
  );

  it('that comes with the last step still ends it', () => {
    const preload = join(work, 'late.cjs');
    writeFileSync(
      preload,
      `const fs = require('node:fs');
      const { renameSync } = fs;
      fs.renameSync = (...args) => { renameSync(...args); process.kill(process.pid, 'SIGINT'); };
      require('node:module').syncBuiltinESMExports();`,
    );
    const output = join(work, 'late.json');
    const args = ['--require', preload, cli, 'snapshot', archive, '-o', output];
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({ status: 130, stdout: '' });
    expect(JSON.parse(readFileSync(output, 'utf8'))).toHaveProperty('totals');
    rmSync(output);
  });
});

describe('a disk that is full', () => {
  const mount = join(work, 'small');
  mkdirSync(mount);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot) console.log('skipped: a small disk can only be mounted as root');

  // Inside some containers not even root may.
  const mounted = (): boolean => spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mount]).status === 0;

  it.skipIf(!isRoot)('is told as the temporary directory, not as the file that strip was to have', ({ skip }) => {
    if (!mounted()) skip('nothing can be mounted');
    vi.stubEnv('TMPDIR', mount);
    const stripper = createStripper(() => {});
    const full = expect.objectContaining({
      code: 'spool-failed',
      message: expect.stringMatching(/small\/.* cannot be written \(ENOSPC\)$/),
    });
    try {
      expect(() => stripper.input().write(noise)).toThrow(full);
      expect(() => stripper.file(Buffer.from(archive), 'strip', '--strip-unneeded')).toThrow(full);
      expect(() => stripper.file(Buffer.from(join(work, 'none')), 'strip', '-g')).toThrow(/^ENOENT/);
    } finally {
      vi.unstubAllEnvs();
      stripper.close();
      const left = readdirSync(mount);
      spawnSync('umount', [mount]);
      expect(left).toEqual([]);
    }
  });

  it.skipIf(!isRoot)('ends fix --apply with an error, and nothing is left on it', ({ skip }) => {
    if (!mounted()) skip('nothing can be mounted');
    try {
      for (const out of ['out.tar', 'out.tar.zst']) {
        const ran = sizecheck(['fix', archive, '--apply', '--out', join(mount, out), '--rules', 'duplicate-file']);
        expect(ran).toMatchObject({ code: 2, stdout: '' });
        expect(ran.stderr).toMatch(/^sizecheck: [^\n]*(?:ENOSPC|no space)[^\n]*\n$/);
        expect(readdirSync(mount)).toEqual([]);
      }
      mkdirSync(join(work, 'tree'));
      for (const name of ['a', 'b']) writeFileSync(join(work, 'tree', name), noise);
      const ran = sizecheck(['fix', join(work, 'tree'), '--apply', '--out', join(mount, 'tree')]);
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(readdirSync(mount)).toEqual([]);
      const saved = sizecheck(['snapshot', archive, '-o', join(mount, 'x.json')], {
        env: { TMPDIR: mount },
      });
      expect(saved.code).toBe(0);
    } finally {
      spawnSync('umount', [mount]);
    }
  });
});

describe('what the system refuses to programs', () => {
  const tree = join(work, 'limited');
  mkdirSync(tree);
  for (const name of ['a', 'b']) writeFileSync(join(tree, name), noise);
  const limited = (limit: string, args: readonly string[]) =>
    spawnSync('bash', ['-c', `ulimit ${limit} && exec "$0" "$@"`, process.execPath, cli, ...args], {
      cwd: work,
      encoding: 'utf8',
    });

  it.each([
    ['length of files', '-f 300', ['fix', tree, '--apply', '--out', 'copy'], /cp was ended by SIGXFSZ\n$/],
    ['length of what they make', '-f 300', ['compress', archive, '--with', 'gzip:1'], /gzip was ended by SIGXFSZ\)\n$/],
  ])('%s: an error that says so', (_what, limit, args, message) => {
    const listed = readdirSync(work);
    const ran = limited(limit, args);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.split('\n')).toHaveLength(2);
    expect(readdirSync(work)).toEqual(listed);
  });

  it('descriptors, however few: never what a broken budget exits with', () => {
    const args = ['compress', archive, '--with', 'gzip:1'];
    const runs = [19, 20, 21, 22, 23, 24, 26, 28].map((most) => limited(`-n ${most}`, args));
    expect(runs.map(({ status }) => status)).not.toContain(1);
    expect(runs.some(({ stderr }) => /^sizecheck: [^\n]*gzip:1 \(spawn [^\n]* EMFILE\)\n$/.test(stderr))).toBe(true);
  });

  it('a part of the program that cannot be loaded beside the measuring is no broken budget', () => {
    const preload = join(work, 'preload.cjs');
    writeFileSync(
      preload,
      `const fs = require('node:fs'), read = fs.readFileSync;
fs.readFileSync = (path, ...rest) => {
  if (String(path).endsWith('table.cjs')) throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  return read(path, ...rest);
};`,
    );
    // While it waits for its input, nothing waits for the part.
    const script = '(sleep 1; cat "$1") | "$0" --require "$2" "$3" scan -';
    const ran = spawnSync('sh', ['-c', script, process.execPath, archive, preload, cli], { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^sizecheck: internal error, [^\n]*EMFILE/);
  });
});

describe('a file above 2 GiB', () => {
  it('is measured exactly, its debug data beyond 2^31 included', () => {
    const elf = buildElf({ type: 3, load: true, sections: [{ name: '.debug_info', content: Buffer.alloc(1000, 1) }] });
    const path = join(work, 'large.so');
    const fd = openSync(path, 'w');
    writeSync(fd, elf);
    writeSync(fd, Buffer.from('end'), 0, 3, 2 ** 31 + 4093);
    closeSync(fd);
    expect(scanJson([path]).totals).toMatchObject({ content: 2 ** 31 + 4096, files: 1 });
    run('rm', [path]);
  });
});
