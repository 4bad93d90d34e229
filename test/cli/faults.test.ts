// What goes wrong around the program: pipes that stall or are closed, disks that are full or read-only, odd environments, files that
// change while they are read. The result is whole or there is an error; nothing is left behind.
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readDirectory } from '../../src/formats/directory.ts';
import type { OpenFile } from '../../src/formats/format.ts';
import { nameFromText } from '../../src/model/name.ts';
import { recordingSink } from '../build/sink.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { cli, scanJson, sizecheck } from './run.ts';

const work = tempDirectory('faults');
const archive = buildTar([{ name: 'dir/one', content: 'x'.repeat(3000) }]);
const file = join(work, 'a.tar');
writeFileSync(file, archive);
const expected = sizecheck([file]).stdout;

function shell(command: string, env: Readonly<Record<string, string>> = {}) {
  const ran = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    cwd: work,
    timeout: 30_000,
    maxBuffer: 1 << 28,
    env: { ...process.env, NODE: process.execPath, CLI: cli, ...env },
  });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}

const errorLine = /^sizecheck: [^\n]+\n$/;

describe('standard streams', () => {
  it('input that stalls is waited for, and read to its end', async () => {
    const packed = gzipSync(archive);
    const child = spawn(process.execPath, [cli, '--json', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    for (const piece of [packed.subarray(0, 1), packed.subarray(1, 30), packed.subarray(30)]) {
      child.stdin.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(stdout).toBe('');
    }
    child.stdin.end();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(JSON.parse(stdout).totals.content).toBe(3000);
  });

  it('input that is closed is an error', () => {
    const ran = shell('"$NODE" "$CLI" - <&-');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(errorLine);
  });

  it('closed error output hides the line, not the exit code', () => {
    expect(shell('"$NODE" "$CLI" missing 2>&-')).toEqual({ code: 2, stdout: '', stderr: '' });
    expect(shell('"$NODE" "$CLI" a.tar 2>&-')).toMatchObject({ code: 0, stderr: '' });
  });

  it('a slow pipe gets all of the JSON', () => {
    const ran = shell('"$NODE" "$CLI" snapshot many.tar | (sleep 1; cat)');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ran.stdout).totals.files).toBe(5000);
  });
  writeFileSync(
    join(work, 'many.tar'),
    buildTar(Array.from({ length: 5000 }, (_, at) => ({ name: `name-that-is-long-enough-${at}` }))),
  );
});

describe('an end that nobody waited for', () => {
  it('is a failure, whatever came before', () => {
    // Standard output that never says that it has written.
    writeFileSync(join(work, 'mute.cjs'), 'process.stdout.write = () => true;\n');
    const ran = shell('"$NODE" --require ./mute.cjs "$CLI" a.tar');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^sizecheck: internal error, please report it: Error: it ended before it was done\n/);
  });
});

describe('output files', () => {
  it.each(['/dev/full', '/proc/x.json', '/sys/x.json', '/proc/self/x/y', ''])('%j cannot be written', (target) => {
    const ran = sizecheck(['snapshot', file, '-o', target]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(errorLine);
  });

  it('may be a pipe', () => {
    expect(shell('"$NODE" "$CLI" a.tar -o /dev/stdout | cat').stdout).toBe(expected.replace(file, 'a.tar'));
  });

  it.each([
    ['compress', []],
    ['fix', ['--exact']],
  ])('no place for what %s makes on the way is an error', (command, options) => {
    const ran = sizecheck([command, file, ...options], { env: { TMPDIR: join(work, 'missing') } });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(errorLine);
    expect(ran.stderr).toContain('TMPDIR');
  });

  it('no room for what must be spooled is an error', () => {
    const large = join(work, 'large.tar');
    writeFileSync(
      large,
      buildTar([{ name: 'x.so', content: Buffer.concat([Buffer.from('\u007fELF'), Buffer.alloc(34 << 20)]) }]),
    );
    const ran = sizecheck([large], { env: { TMPDIR: join(work, 'missing') } });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(errorLine);
    expect(ran.stderr).toContain('TMPDIR');
    rmSync(large);
  });
});

describe('the environment', () => {
  it.each([
    ['C locale', { LC_ALL: 'C', LANG: 'C' }],
    ['another language', { LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de' }],
    ['a dumb terminal', { TERM: 'dumb', NO_COLOR: '1' }],
    ...['1', '20', '40', '500', 'x'].map((columns) => [`${columns} columns`, { COLUMNS: columns }] as const),
    ['another time zone', { TZ: 'Asia/Kathmandu' }],
    ['no home', { HOME: '/nonexistent', XDG_CACHE_HOME: '' }],
  ] as const)('%s changes nothing', (_what, env) => {
    expect(sizecheck([file], { env })).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it('may be empty', () => {
    expect(shell('env -i "$NODE" "$CLI" "$PWD/a.tar"')).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it('may be a directory that is gone', () => {
    const ran = shell('mkdir gone && cd gone && rmdir ../gone && "$NODE" "$CLI" "$FILE"', { FILE: file });
    expect(ran).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  it('names that begin with a dash, files of /proc', () => {
    writeFileSync(join(work, '-x.tar'), archive);
    expect(sizecheck(['--', '-x.tar'], { cwd: work }).stdout).toBe(expected.replace(file, '-x.tar'));
    const ran = sizecheck(['/proc/self/status']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(errorLine);
  });
});

/** Reads a directory of one file; `meanwhile` happens after the file was announced and before it is opened, or while it is open. */
async function changedWhile(name: string, meanwhile: (path: string) => void, when: 'before' | 'open'): Promise<string> {
  const root = join(work, name);
  mkdirSync(root);
  const path = join(root, 'file');
  writeFileSync(path, 'x'.repeat(1000));
  let code = 'nothing';
  const attempt = (open: () => OpenFile): void => {
    if (when === 'before') meanwhile(path);
    const opened = open();
    if (when === 'open') meanwhile(path);
    opened.source.read(0, opened.source.size);
    opened.close();
  };
  await readDirectory(nameFromText(root), {
    ...recordingSink(),
    file(_member, open) {
      try {
        attempt(open);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        ({ code } = error);
      }
    },
  });
  return code;
}

describe('files that change while they are read', () => {
  it.each([
    ['shrink', (path: string) => truncateSync(path, 10), 'before', 'changed'],
    ['shrink while open', (path: string) => truncateSync(path, 10), 'open', 'changed'],
    ['grow', (path: string) => appendFileSync(path, 'more'), 'before', 'changed'],
    ['grow while open', (path: string) => appendFileSync(path, 'more'), 'open', 'changed'],
    ['are touched', (path: string) => utimesSync(path, 1, 1), 'open', 'changed'],
    ['vanish', (path: string) => rmSync(path), 'before', 'unreadable'],
    ['vanish while open', (path: string) => rmSync(path), 'open', 'nothing'],
    [
      'are replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, 'y'.repeat(1000));
        renameSync(`${path}.new`, path);
      },
      'before',
      'changed',
    ],
    [
      'become a fifo',
      (path: string) => {
        rmSync(path);
        spawnSync('mkfifo', [path]);
      },
      'before',
      'changed',
    ],
  ] as const)('%s', async (what, meanwhile, when, code) => {
    expect(await changedWhile(what, meanwhile, when)).toBe(code);
  });
});

describe('what is never opened', () => {
  it('a socket, inside a directory and as the artifact', async () => {
    const root = join(work, 'sockets');
    mkdirSync(root);
    writeFileSync(join(root, 'file'), 'x');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's'), resolve));
    const scanned = scanJson([root]);
    const ran = sizecheck([join(root, 's')]);
    await new Promise((resolve) => server.close(resolve));
    expect(scanned.totals).toMatchObject({ content: 1, other: 1 });
    expect(scanned.notices.map(({ code }) => code)).toEqual(['special-file']);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(errorLine);
  });
});

describe('signals at any moment', () => {
  it.each([5, 60, 120, 200, 300, 450])('after %i ms: 130 or done, and no half file', async (delay) => {
    const target = join(work, `signal-${delay}.json`);
    const child = spawn(process.execPath, [cli, 'snapshot', join(work, 'many.tar'), '-o', target], { stdio: 'ignore' });
    const ended = new Promise<[number | null, string | null]>((resolve) => {
      child.on('exit', (exit, by) => resolve([exit, by]));
    });
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill('SIGINT');
    const [code, signal] = await ended;
    // Before Node has set up handlers, the system ends it.
    expect(signal === 'SIGINT' || code === 130 || code === 0).toBe(true);
    expect(readdirSync(work).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    if (code === 0) expect(JSON.parse(readFileSync(target, 'utf8')).totals.files).toBe(5000);
  });
});
