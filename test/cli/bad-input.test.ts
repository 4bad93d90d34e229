// Bad input at the command line: one clear line on standard error, exit code 2, nothing on standard output, nothing left behind.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { buildTar, pax } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { buildZip } from '../build/zip.ts';
import { cli, scanJson, sizecheck, snapshotJson } from './run.ts';
import type { RunOptions } from './run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('bad');
const archive = buildTar([
  { name: 'dir/first', content: 'x'.repeat(3000) },
  { name: 'dir/second', content: 'y'.repeat(5000) },
]);

const hard = (name: string, link: string): TarSpec => ({ name, type: '1', link });

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(work, name);
  writeFileSync(path, bytes);
  return path;
}

/** Expects a failure and returns its error line. */
function failure(args: readonly string[], options: RunOptions = {}): string {
  const ran = sizecheck(args, options);
  expect(ran.code, ran.stderr).toBe(2);
  expect(ran.stdout).toBe('');
  expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
  return ran.stderr.trimEnd();
}

const gitLfs = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';

const notArtifacts: readonly (readonly [name: string, bytes: Uint8Array | string, says: string])[] = [
  ['empty.tar.gz', '', 'is empty'],
  ['one-byte', 'x', 'text'],
  ['page.tar', '<!DOCTYPE html><html><body>404', 'HTML'],
  ['error.zip', '{"message": "Not Found"}', 'JSON'],
  ['pointer.tar.zst', gitLfs, 'Git LFS'],
  ['ones', Buffer.alloc(2000, 0xff), '0xff'],
  ['spaces', Buffer.alloc(2000, ' '), 'white space'],
  ['random', Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251)), 'binary data'],
  ['lz4.tar.lz4', Buffer.from('04224d18aabbccdd', 'hex'), 'lz4'],
  ['archive.7z', Buffer.from('377abcaf271c0004', 'hex'), '7-Zip'],
  ['archive.rar', Buffer.from('526172211a0700cf', 'hex'), 'RAR'],
  ['package.rpm', Buffer.from('edabeedb03000000', 'hex'), 'rpm'],
  ['text.gz', gzipSync('just text\n'), 'inside gzip'],
  ['nothing.gz', gzipSync(''), 'holds nothing'],
  ['twice.gz', gzipSync(gzipSync(archive)), 'a gzip file inside gzip'],
];

describe('what is no artifact', () => {
  it.each(notArtifacts)('%s', (name, bytes, says) => {
    const path = put(name, bytes);
    const line = failure([path]);
    expect(line).toContain(path);
    expect(line).toContain(says);
    expect(failure(['-'], { input: bytes })).toContain('standard input');
  });

  it('a missing path, a device, a fifo', () => {
    expect(failure([join(work, 'missing')])).toContain('does not exist');
    expect(failure(['https://example.org/a.tar.gz'])).toMatch(/: does not exist; a URL is not fetched: .*curl -sL/);
    expect(failure(['/dev/zero'])).toContain('is a device');
    const fifo = join(work, 'x.tar.gz');
    spawnSync('mkfifo', [fifo]);
    expect(failure([fifo])).toContain('is a fifo');
  });

  it('bad usage', () => {
    expect(sizecheck([]).code).toBe(2);
    expect(failure(['--nonsense', 'x'])).toContain('--nonsense');
    expect(failure(['--forma', 'json', 'x'])).toContain('did you mean --format?');
    expect(failure(['--format', 'yaml', 'x'])).toContain('table, json, du, snapshot');
    expect(failure(['--top', '-1', 'x'])).not.toBe('');
    expect(failure(['--top', '1e3', 'x'])).toContain('whole number');
    expect(failure(['--max-window', '5M', 'x'])).toContain(
      '--max-window: "5M" is not a size such as 12 MiB, 5 MB or 1048576; write 5 MiB',
    );
    expect(failure(['--rules', 'debug-symbol', 'x'])).toContain('no rule');
    expect(failure(['sacn', 'x'])).toContain('"scan"');
    expect(failure(['a.tar', 'b.tar'])).toContain('one at a time');
  });
});

describe('damage', () => {
  it('a tar that is cut anywhere inside a member names member and offset', () => {
    expect(failure([put('cut.tar', archive.subarray(0, 400))])).toContain('a tar archive whose first header is cut');
    for (const length of [513, 2000, 3500, 3700, 5000, 9000]) {
      const line = failure([put('cut.tar', archive.subarray(0, length))]);
      expect(line).toMatch(/cut\.tar: (?:dir\/(?:first|second): )?is cut short: .* \(at byte \d+\)$/);
      expect(line).toContain(`(at byte ${length})`);
    }
  });

  it('a tar that is cut between members is counted, and says so', () => {
    const scanned = scanJson([put('between.tar', archive.subarray(0, 512 + 3072))]);
    expect(scanned.totals['content']).toBe(3000);
    expect(scanned.notices.map(({ code }) => code)).toEqual(['no-end-of-archive']);
    expect(sizecheck([join(work, 'between.tar')]).stdout).toContain('end-of-archive');
  });

  const programs = [
    ['gzip', ['-9']],
    ['zstd', ['-q']],
    ['xz', []],
    ['bzip2', []],
  ] as const;

  it.each(programs.filter(([program]) => requireTool(program)))('a cut or flipped %s stream', (program, options) => {
    const { stdout } = spawnSync(program, [...options, '-c'], { input: archive });
    for (const length of [5, 20, Math.floor(stdout.length / 2), stdout.length - 9, stdout.length - 1]) {
      failure([put('cut.bin', stdout.subarray(0, length))]);
    }
    const flipped = Buffer.from(stdout);
    const middle = Math.floor(flipped.length / 2);
    flipped[middle] = (flipped[middle] ?? 0) ^ 0x10;
    failure([put('flipped.bin', flipped)]);
    expect(scanJson([put('whole.bin', stdout)]).totals['content']).toBe(8000);
  });

  it('a large archive that is cut: decoded in a worker thread', () => {
    const noise = Buffer.from(
      Array.from({ length: 4_000_000 }, (_, index) => (index * index * 31 + (index >> 7)) % 256),
    );
    const packed = gzipSync(buildTar([{ name: 'noise', content: Buffer.concat([noise, noise.toReversed()]) }]), {
      level: 1,
    });
    const large = Buffer.concat([packed.subarray(0, packed.length - 5000)]);
    expect(failure([put('large.tar.gz', large)])).toContain('large.tar.gz');
    expect(failure(['-'], { input: large })).toContain('standard input');
  });
});

describe('names', () => {
  it('are inert in every format and in errors', () => {
    const names = [
      '\u001b[31mred',
      'new\nline',
      '::error::x',
      'a\rb',
      '\xff\xfe',
      '\xe2\x80\xaeevil',
      '|`<b>',
      '##vso[x]',
    ];
    const path = put('names.tar', buildTar(names.map((name) => ({ name, content: name }))));
    for (const format of ['table', 'json', 'du', 'snapshot']) {
      const ran = sizecheck([path, '--format', format, '--verbose']);
      expect(ran.code).toBe(0);
      expect(ran.stdout).not.toMatch(/[^\P{Cc}\n\t]|\p{Cf}/u);
      expect(ran.stdout.split('\n').filter((line) => /^\s*(?:::|##)/.test(line))).toEqual([]);
    }
    expect(scanJson([path]).totals['files']).toBe(names.length);
    const cut = put(
      'cut-names.tar',
      buildTar([{ name: '::error::\u001b]0;x\u0007\n::x', content: 'y'.repeat(600) }]).subarray(0, 600),
    );
    expect(failure([cut])).not.toMatch(/[^\P{Cc}]/u);
  });
});

describe('directories', () => {
  it('with loops, fifos and odd names are measured and never followed', () => {
    const root = join(work, 'odd');
    mkdirSync(root);
    symlinkSync('.', join(root, 'loop'));
    symlinkSync('..', join(root, 'parent'));
    symlinkSync('/', join(root, 'root'));
    symlinkSync('/dev/zero', join(root, 'zero'));
    for (const name of ['fifo-1', 'fifo-2', 'fifo.tar.gz', 'fifo-4', 'fifo-5']) spawnSync('mkfifo', [join(root, name)]);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), 'one');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xfe])]), 'three');
    const { totals } = scanJson([root]);
    expect(totals).toMatchObject({ content: 8, files: 2, symlinks: 4, other: 5 });
  });

  it('count holes by their logical length', () => {
    const path = join(work, 'holes');
    mkdirSync(path);
    writeFileSync(join(path, 'sparse'), '');
    truncateSync(join(path, 'sparse'), 2 ** 40);
    expect(scanJson([path]).totals['content']).toBe(2 ** 40);
  });

  it.skipIf(process.getuid?.() !== 0)('that cannot be read say so and are never silently smaller', () => {
    const open = tempDirectory('unreadable');
    chmodSync(open, 0o755);
    mkdirSync(join(open, 'closed'));
    writeFileSync(join(open, 'closed/inside'), 'x');
    writeFileSync(join(open, 'secret'), '\x7fELFsecret');
    chmodSync(join(open, 'closed'), 0);
    chmodSync(join(open, 'secret'), 0);
    // The checkout may lie where others cannot read: the program runs as another user from a copy of itself.
    const program = tempDirectory('program');
    chmodSync(program, 0o755);
    const checkout = join(cli, '../../..');
    for (const part of ['dist', 'package.json']) {
      cpSync(join(checkout, part), join(program, part), { recursive: true });
    }
    const ran = spawnSync(process.execPath, [join(program, 'dist/cli/main.cjs'), '--json', open], {
      encoding: 'utf8',
      uid: 65_534,
      cwd: '/',
    });
    expect(ran.stderr).toBe('');
    const notices = JSON.parse(ran.stdout).notices.map(
      ({ code, path }: { code: string; path: string }) => `${code} ${path}`,
    );
    expect(notices).toEqual(['unreadable closed', 'unreadable secret']);
    const file = spawnSync(process.execPath, [join(program, 'dist/cli/main.cjs'), join(open, 'secret')], {
      encoding: 'utf8',
      uid: 65_534,
      cwd: '/',
    });
    expect(file).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('output', () => {
  const tree = join(work, 'many');
  mkdirSync(tree);
  for (let index = 0; index < 3000; index++) mkdirSync(join(tree, `directory-with-a-long-name-${index}`));

  it('to a pipe that is closed early ends quietly', () => {
    const ran = spawnSync('sh', ['-c', `"${process.execPath}" "${cli}" scan "${tree}" --format du | head -n 1`], {
      encoding: 'utf8',
    });
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout.split('\n')).toHaveLength(2);
  });

  it('to a full device fails', () => {
    const full = openSync('/dev/full', 'w');
    const ran = spawnSync(process.execPath, [cli, tree, '--format', 'du'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain('standard output: cannot be written (ENOSPC)');
  });

  it('to a file that cannot be written fails and leaves nothing', () => {
    const target = join(work, 'target');
    mkdirSync(target);
    expect(failure(['snapshot', tree, '-o', join(work, 'missing/out.json')])).toContain('cannot be written');
    failure(['snapshot', tree, '-o', target]);
    expect(readdirSync(target)).toEqual([]);
    expect(readdirSync(work).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('never over what is read', () => {
    const gz = put('read.tar.gz', gzipSync(archive));
    const dive = put('.dive-ci', 'rules:\n  lowestEfficiency: 0.9\n');
    const report = join(work, 'read.json');
    expect(sizecheck(['diff', gz, gz, '--json', '-o', report]).code).toBe(0);
    const commands = [
      ['report', report, '-o', report],
      ['compress', gz, '--with', 'gzip:1', '-o', gz],
      ['check', gz, '--dive-ci', dive, '-o', dive],
      ['fix', gz, '--out', 'made.tar.gz', '-o', './made.tar.gz'],
      ['init', gz, '--from-dive-ci', dive, '--budgets', dive, '--force'],
    ];
    const before = [gz, dive, report].map((path) => readFileSync(path));
    for (const command of commands) expect(failure(command)).toMatch(/overwritten|the same file/);
    // Nor over what standard input reads.
    const input = openSync(gz, 'r');
    const piped = spawnSync(process.execPath, [cli, 'scan', '-', '-o', gz], {
      stdio: [input, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(input);
    expect(piped).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('it would be overwritten') });
    expect([gz, dive, report].map((path) => readFileSync(path))).toEqual(before);
  });

  it('to a file replaces it in one step', () => {
    const path = put('out.json', 'old');
    expect(sizecheck(['snapshot', tree, '-o', path])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ schema: 1 });
  });
});

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s while standard input is silent exits %d at once', async (signal, code) => {
    const child = spawn(process.execPath, [cli, 'snapshot', '-', '-o', join(work, 'never.json')], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.write(archive.subarray(0, 1000));
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill(signal);
    const exit = await new Promise((resolve) => child.on('exit', resolve));
    expect(exit).toBe(code);
    expect(readdirSync(work).filter((name) => name.includes('never.json'))).toEqual([]);
  });
});

describe('figures that must not lie', () => {
  const linked = join(work, 'linked');
  mkdirSync(join(linked, 'lib'), { recursive: true });
  writeFileSync(join(linked, 'lib/a'), Buffer.alloc(100_000, 'a'));
  run('ln', [join(linked, 'lib/a'), join(linked, 'lib/b')]);
  run('ln', [join(linked, 'lib/a'), join(linked, 'lib/c')]);

  it('a hard-linked file counts as long as one of its names is selected', () => {
    for (const options of [
      ['--exclude', 'lib/a'],
      ['--include', 'lib/b'],
      ['--include', '[bc]'],
    ]) {
      expect(scanJson([linked, ...options]).totals).toMatchObject({ content: 100_000, files: 1 });
    }
    expect(scanJson([linked, '--exclude', 'lib/a']).totals['hardlinks']).toBe(1);
  });

  it('copies of a broken file are copies in a directory as in an archive', () => {
    const root = join(work, 'broken');
    mkdirSync(root);
    for (const name of ['a.so', 'b.so'])
      writeFileSync(join(root, name), `\u007fELF\u0002\u0001\u0001${'x'.repeat(100)}`);
    const packed = put('broken.tar', run('tar', ['-C', root, '-cf', '-', '.']));
    const [directory, tar] = [scanJson([root]), scanJson([packed])];
    expect(directory.findings.map(({ rule }) => rule)).toEqual(['duplicate-file']);
    expect(tar.findings).toEqual(directory.findings);
    expect(tar.notices).toEqual(directory.notices);
  });

  it('a selection of nothing, and a root that cannot be listed, are no measurement', () => {
    expect(failure([linked, '--include', 'nomatch'])).toContain('nothing');
    expect(failure([linked, '--exclude', '*'])).toContain('nothing');
  });

  it('a disk image is no tar', () => {
    const image = Buffer.concat([Buffer.alloc(32_768), Buffer.from('\u0001CD001\u0001'), Buffer.alloc(4000, 'x')]);
    expect(failure([put('x.iso', image)])).toContain('ISO');
    expect(scanJson([put('empty.tar', Buffer.alloc(10_240))]).totals['content']).toBe(0);
  });

  it('totals above 2^53 are refused', () => {
    const huge = pax({ 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.realsize': Number.MAX_SAFE_INTEGER });
    const members = ['a', 'b'].flatMap((name) => [huge, { name, content: Buffer.from('0\n'.padEnd(512, '\0')) }]);
    expect(failure([put('huge.tar', buildTar(members))])).toContain('2^53');
  });

  it('nothing after the command but -- and a name is a scan', () => {
    expect(sizecheck(['--', linked]).stdout).toContain('97.7 KiB');
    expect(sizecheck(['help', 'snapshot']).stdout).toContain('sizecheck snapshot ARTIFACT');
    expect(sizecheck(['help']).stdout).toBe(sizecheck(['--help']).stdout);
    expect(failure(['help', 'snapshpt'])).toContain('there is no command "snapshpt"; did you mean "snapshot"?');
    expect(sizecheck(['--help']).stdout).toMatch(/--version .*130 interrupted/s);
    expect(sizecheck(['init', '--help']).stdout).toMatch(
      / the budgets file\n +\[string\] \[default: "budgets.json"\]\n/,
    );
  });

  it('helps in English whatever the language of the machine', () => {
    const help = sizecheck(['--help'], { env: { LC_ALL: 'C' } });
    for (const LC_ALL of ['de_DE.UTF-8', 'ja_JP.UTF-8', 'ar'])
      expect(sizecheck(['--help'], { env: { LC_ALL } })).toEqual(help);
  });
});

describe('work that is bounded', () => {
  it('paths of absurd length or depth', () => {
    const long = (name: string) => [
      { name: '././@LongLink', type: 'L', content: `${name}\0`, magic: 'gnu' as const },
      { name: 'x' },
    ];
    expect(failure([put('long.tar', buildTar(long('a'.repeat(16_384))))])).toContain('more than 16383');
    const deep = Array.from({ length: 20 }, (_, index) => long(`${index}/${'a/'.repeat(15_000)}x`)).flat();
    expect(failure([put('deep.tgz', gzipSync(buildTar(deep)))])).toContain('2048');
    expect(
      scanJson([put('longish.tar', buildTar(long(`${'a'.repeat(5000)}/b`)))]).notices.map(({ code }) => code),
    ).toEqual(['long-path']);
  });

  it('sparse maps of half a million values', () => {
    const map = Buffer.from(`250000\n${'0\n'.repeat(500_000)}`);
    const header = pax({ 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.realsize': 0 });
    const body = Buffer.concat([map, Buffer.alloc((512 - (map.length % 512)) % 512)]);
    expect(scanJson([put('map.tar', buildTar([header, { name: 'sparse', content: body }]))]).totals['content']).toBe(0);
  });

  it('unpacked bytes outside of members', () => {
    const limit = ['--max-unpacked', '1 MB'];
    expect(
      failure([...limit, put('elf.gz', gzipSync(Buffer.concat([Buffer.from('\u007fELF'), Buffer.alloc(5e6)])))]),
    ).toContain('--max-unpacked');
    expect(failure([...limit, put('after.tgz', gzipSync(Buffer.concat([archive, Buffer.alloc(5e6)])))])).toContain(
      '--max-unpacked',
    );
    const endless = spawnSync('sh', ['-c', `"${process.execPath}" "${cli}" --max-unpacked 1MB - < /dev/zero`], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(endless.status).toBe(2);
  });

  it('holes of files on disk', () => {
    const holes = join(work, 'two-holes');
    mkdirSync(holes);
    for (const name of ['a', 'b']) {
      writeFileSync(join(holes, name), '');
      truncateSync(join(holes, name), 2 ** 40);
    }
    const { notices } = snapshotJson(holes);
    expect(notices.map(({ code, path }) => `${code} ${path}`)).toEqual(['sparse-not-hashed a', 'sparse-not-hashed b']);
  });
});

describe('mistakes of a person', () => {
  it('are one line', () => {
    const file = put('plain.tar', archive);
    expect(failure([file, '-o', join(file, 'x')])).toContain('cannot be written (ENOTDIR)');
    expect(failure([file, '-o', join(work, 'n'.repeat(300))])).toContain('ENAMETOOLONG');
    expect(sizecheck([file, '-o', join(work, 'n'.repeat(250))]).code).toBe(0);
    expect(failure(['snapshot', file, '-o', file])).toMatch(
      /--output names "[^"]+", which is read; it would be overwritten/,
    );
    expect(readFileSync(file).equals(archive)).toBe(true);
    const ran = spawnSync('sh', ['-c', `"${process.execPath}" "${cli}" - < "${work}"`], { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^sizecheck: standard input: [^\n]+\n$/);
  });

  it('--as image of what is none', () => {
    const zip = put('image.zip', buildZip([{ name: 'a', content: 'a' }]));
    expect(failure([zip, '--as', 'image'])).toContain(
      ': is no image: what it holds is neither a tar nor an OCI layout',
    );
    expect(failure([put('a.tar', archive), '--as', 'image'])).toContain(': is no image: ');
    expect(failure([put('no.gz', gzipSync('text')), '--as', 'image'])).toContain(
      'is no image: what it holds inside gzip is neither',
    );
  });

  it('in edited snapshots are named', () => {
    const saved = snapshotJson(put('saved.tar', archive));
    const edited = (change: (json: typeof saved) => void): string => {
      const copy = structuredClone(saved);
      change(copy);
      return failure([put('edited.json', JSON.stringify(copy))]);
    };
    const entries = (json: typeof saved) => json.entries ?? [];
    expect(edited((json) => (json.totals['content'] = 1))).toContain('totals.content');
    expect(edited((json) => entries(json).push(...entries(json).slice(-1)))).toContain('twice');
    expect(edited((json) => entries(json).shift())).toContain('root');
    expect(edited((json) => Object.assign(entries(json)[2] ?? {}, { path: '/etc/../x' }))).toContain('normalised');
    expect(edited((json) => Object.assign(entries(json)[1] ?? {}, { size: 5 }))).toContain('which is a directory');
    expect(failure([put('deep.json', `{"schema":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)])).toContain('schema');
    expect(failure([put('cut.json', JSON.stringify(saved).slice(0, 500))])).toContain('JSON');
  });

  it.each([
    ['a file without a name in a tar', buildTar([{ name: '.', content: 'hello' }, { name: 'a' }])],
    ['a file without a name in a zip', buildZip([{ name: '', content: 'hello' }, { name: 'a' }])],
    ['hard links to each other', buildTar([hard('b', 'c'), hard('c', 'b')])],
    ['a hard link to a directory', buildTar([{ name: 'd/', type: '5' }, hard('b', 'd')])],
  ])('a snapshot of %s that no extraction makes is read back', (what, bytes) => {
    const artifact = put(what, bytes);
    const saved = join(work, `${what}.json`);
    expect(sizecheck(['snapshot', '-q', artifact, '-o', saved]).code).toBe(0);
    expect(scanJson([saved]).totals).toEqual(scanJson([artifact]).totals);
    expect(sizecheck(['diff', '--exit-code', artifact, saved]).code).toBe(0);
  });

  it('names that wrap begin no workflow command', () => {
    const name = `../${'y'.repeat(80)} ::error file=a,line=1::pwned`;
    const long = [
      { name: '././@LongLink', type: 'L', content: `${name}\0`, magic: 'gnu' as const },
      { name: 'x', content: 'hello' },
    ];
    const { stdout } = sizecheck([put('i.tar', buildTar(long))]);
    expect(stdout).toContain('::error');
    expect(stdout.split('\n').filter((line) => /^\s*::/.test(line))).toEqual([]);
    put('::error::pwn.tar', archive);
    expect(sizecheck(['::error::pwn.tar'], { cwd: work }).stdout.startsWith('| ::error')).toBe(true);
  });
});
