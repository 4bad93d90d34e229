// What `fix` refuses, and what is left where it fails or is interrupted: the artifact as it was, and nothing beside it.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildDeb } from '../build/deb.ts';
import { buildTar } from '../build/tar.ts';
import { buildZip } from '../build/zip.ts';
import { tempDirectory } from '../build/temp.ts';
import { cli, sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-failures');
const temporary = tempDirectory('fix-temporary');
const at = (name: string): string => join(work, name);
const fix = (args: readonly string[], env: Record<string, string> = {}) =>
  sizecheck(['fix', ...args], { cwd: work, env: { TMPDIR: temporary, ...env } });
const ready = ['gcc', 'strip', 'tar', 'cp', 'sha256sum', 'find'].every(requireTool);

/** Every path and content below a directory. */
const fingerprint = (path: string): string =>
  run('sh', ['-c', 'find . | sort; find . -type f -exec sha256sum {} + | sort'], { cwd: path });

const leftovers = (): string[] => [
  ...readdirSync(work).filter((name) => name.startsWith('.sizecheck')),
  ...readdirSync(temporary),
];

describe.skipIf(!ready)('fix', () => {
  beforeAll(() => {
    mkdirSync(at('tree'));
    writeFileSync(at('program.c'), 'const char label[] = NAME;\nint main(void) { return label[0] == 0; }\n');
    for (let index = 0; index < 40; index++) {
      run('gcc', ['-g', `-DNAME="${index}"`, '-o', at(`tree/program-${index}`), at('program.c')]);
    }
    for (const name of ['a', 'b', 'c']) writeFileSync(at(`tree/${name}`), 'same '.repeat(1e5));
    run('tar', ['-cf', 'tree.tar', 'tree'], { cwd: work });
    run('sh', ['-c', 'gzip -c tree.tar > tree.tar.gz'], { cwd: work });
    run('sh', ['-c', 'bzip2 -c tree.tar > tree.tar.bz2'], { cwd: work });
    writeFileSync(at('some.deb'), buildDeb());
    writeFileSync(at('some.zip'), buildZip([{ name: 'a', content: 'same '.repeat(99) }]));
    writeFileSync(at('snap.json'), sizecheck(['snapshot', 'tree.tar.gz'], { cwd: work }).stdout);
  });

  it.each<[what: string, args: string[], message: RegExp]>([
    ['standard input', ['-'], /give a path/],
    ['--apply without a place', ['tree', '--apply'], /--apply needs --out/],
    ['two places', ['tree', '--in-place', '--out', 'x'], /exclude each other/],
    ['a result that is there', ['tree', '--apply', '--out', 'tree.tar'], /exists already/],
    ['the artifact as the result', ['tree.tar', '--apply', '--out', 'tree.tar'], /exists already/],
    ['a result inside the artifact', ['tree', '--apply', '--out', 'tree/sub'], /inside the artifact/],
    ['a result in no directory', ['tree', '--apply', '--out', 'no/such/out'], /no directory no\/such/],
    ['a .deb', ['some.deb', '--apply', '--out', 'x.deb'], /this is deb/],
    ['a codec that nothing here writes', ['tree.tar.bz2', '--apply', '--out', 'x.tar.bz2'], /no encoder for bzip2/],
    ['a codec of the name that nothing here writes', ['tree.tar', '--out', 'x.tar.xz'], /x\.tar\.xz says a tar in xz/],
    ['a zip under the name of a tar', ['some.zip', '--out', 'x.tar.gz'], /says a tar in gzip, but the result is a zip/],
    ['a tar under the name of a zip', ['tree.tar.gz', '--out', 'x.ZIP'], /says a zip, but the result is a tar in gzip/],
    ['a directory under the name of an archive', ['tree', '--out', 'x.tgz'], /but the result is a directory/],
    ['a plain tar under the name of a codec', ['tree.tar', '--out', 'x.gz'], /says gzip, but the result is a tar;/],
    ['two codecs', ['tree.tar', '--out', 'x.tgz', '--compress-with', 'zstd:1'], /says a tar in gzip, but .* in zstd/],
    [
      'another codec in place',
      ['tree.tar.gz', '--in-place', '--compress-with', 'zstd'],
      /tree\.tar\.gz says a tar in gzip/,
    ],
    ['a codec for a zip', ['some.zip', '--compress-with', 'gzip'], /is for tar archives; this is a zip/],
    ['a codec for a directory', ['tree', '--compress-with', 'gzip'], /is for tar archives; this is a directory/],
    ['a snapshot', ['snap.json', '--apply', '--out', 'x'], /a snapshot holds no content to fix/],
    ['a snapshot in place', ['snap.json', '--apply', '--in-place'], /a snapshot holds no content to fix/],
    ['to measure a snapshot', ['snap.json', '--exact'], /a snapshot holds no content to fix/],
    ['an unknown rule', ['tree', '--rules', 'nonsense'], /there is no rule "nonsense"/],
    ['an artifact that is not there', ['missing', '--apply', '--out', 'x'], /does not exist/],
  ])('refuses %s', (_what, args, message) => {
    const ran = fix(args);
    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(leftovers()).toEqual([]);
  });

  it('plans for a snapshot', () => {
    const [plan, planned] = [fix(['snap.json', '--json']), fix(['tree.tar.gz', '--json'])];
    expect(plan.code).toBe(0);
    expect(JSON.parse(plan.stdout).actions).toEqual(JSON.parse(planned.stdout).actions);
  });

  it.each([
    ['x.tar', null],
    ['x.TZST', 'zstd:19'],
    ['x.gz', 'gzip:9'],
    ['x', 'gzip:9'],
    ['x.1', 'gzip:9'],
    ['x.d/x.1', 'gzip:9'],
  ])('takes the name %s for a tar in gzip', (out, compression) => {
    mkdirSync(at('x.d'), { recursive: true });
    const ran = fix(['tree.tar.gz', '--json', '--out', out]);
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout).compression).toBe(compression);
  });

  it('writes what the name says', () => {
    for (const [name, test] of [
      ['named.tgz', 'gzip'],
      ['named.tar.gz', 'gzip'],
      ['named.tzst', 'zstd'],
    ] as const) {
      if (!requireTool(test)) continue;
      expect(fix(['tree.tar', '--out', name, '--apply', '--rules', 'duplicate-file']).code).toBe(0);
      run(test, ['-qt', name], { cwd: work });
    }
  });

  it('proposes a place beside the artifact', () => {
    expect(JSON.parse(fix(['tree', '--json']).stdout).out).toBe('tree-fixed');
    expect(JSON.parse(fix(['./tree/', '--json']).stdout).out).toBe('tree-fixed');
    const within = sizecheck(['fix', './', '--json'], { cwd: at('tree') });
    expect(JSON.parse(within.stdout).out).toBe(`${realpathSync(at('tree'))}-fixed`);
    // Nobody gave an --out that could be wrong.
    expect(fix(['nowhere/app.tar']).stderr).toBe('sizecheck: nowhere/app.tar: does not exist\n');
    expect(JSON.parse(fix(['tree.tar.gz', '--json']).stdout)).toMatchObject({
      out: 'tree-fixed.tar.gz',
      compression: 'gzip:9',
    });
    expect(JSON.parse(fix(['tree.tar.bz2', '--json']).stdout)).toMatchObject({
      out: 'tree-fixed.tar.zst',
      compression: 'zstd:19',
    });
    expect(JSON.parse(fix(['tree.tar', '--json', '--out', 'x.tar.zst']).stdout).compression).toBe('zstd:19');
  });

  it.each([
    ['a_b-1.0-py3-none-any.whl', 'a_b-1.0-1fixed-py3-none-any.whl'],
    ['a_b-1.0-7x-cp311-abi3-linux_x86_64.whl', 'a_b-1.0-7xfixed-cp311-abi3-linux_x86_64.whl'],
    ['a.whl', 'a-fixed.whl'],
  ])('proposes a name that installers take, of %s', (name, proposed) => {
    writeFileSync(at(name), buildZip([{ name: 'a', content: 'a' }]));
    expect(JSON.parse(fix([name, '--json']).stdout).out).toBe(proposed);
    if (name === 'a.whl' || !requireTool('python3')) return;
    const parse =
      'import sys\nfrom pip._vendor.packaging.utils import parse_wheel_filename as p\nprint(p(sys.argv[1])[0])';
    expect(run('python3', ['-c', parse, proposed])?.trim()).toBe('a-b');
  });

  it('ends a plan with the options that carry it out', () => {
    const [options] = /^--out .* --apply(?= carries)/m.exec(fix(['tree']).stdout) ?? [''];
    expect(options).toBe('--out tree-fixed --apply');
    expect(fix(['tree', '--in-place']).stdout).toMatch(/^--in-place --apply .* replaces the artifact\.$/m);
    expect(fix(['tree', '--out', 'a b']).stdout).toMatch(/^--out 'a b' --apply /m);
  });

  it('replaces the artifact in place, in one step, through a symlink too', () => {
    run('cp', ['-a', 'tree', 'place'], { cwd: work });
    symlinkSync('place', at('to-place'));
    const ran = fix(['to-place', '--in-place', '--apply', '--json']);
    expect(ran.code).toBe(0);
    expect(readdirSync(at('place')).length).toBe(readdirSync(at('tree')).length);
    expect(JSON.parse(fix(['place', '--json']).stdout).promised.content).toBe(0);
    run('cp', ['tree.tar', 'place.tar'], { cwd: work });
    expect(fix(['place.tar', '--in-place', '--apply']).code).toBe(0);
    expect(JSON.parse(fix(['place.tar', '--json']).stdout).promised.content).toBe(0);
    expect(leftovers()).toEqual([]);
  });

  it('says that the result is there where only the report cannot be written', () => {
    for (const place of [['--in-place'], ['--out', 'unreported.tar']]) {
      run('cp', ['tree.tar', 'reported.tar'], { cwd: work });
      const ran = fix(['reported.tar', ...place, '--apply', '-o', '/dev/full']);
      const out = realpathSync(at(place.length === 1 ? 'reported.tar' : 'unreported.tar'));
      expect(ran).toMatchObject({ code: 2, stdout: '' });
      expect(ran.stderr).toContain(`/dev/full: cannot be written (ENOSPC); the result is in `);
      expect(JSON.parse(fix([out, '--json']).stdout).promised.content).toBe(0);
    }
    expect(leftovers()).toEqual([]);
  });

  it('says where strip does otherwise than predicted, and exits 1', () => {
    mkdirSync(at('bin'));
    // A strip that leaves one file as it is and refuses another.
    const script = `#!/bin/sh
for word; do input=$word; done
case "$*" in --*|-g*) ;; esac
[ "$1" = --version ] && exec /usr/bin/strip --version
[ "$1" = --info ] && exec /usr/bin/strip --info
[ ! -e once ] && { touch once; cp "$input" "$3"; exit 0; }
[ ! -e twice ] && { touch twice; echo "strip: $input: no way" >&2; exit 1; }
exec /usr/bin/strip "$@"
`;
    writeFileSync(at('bin/strip'), script);
    chmodSync(at('bin/strip'), 0o755);
    const ran = fix(['tree', '--out', 'broken', '--apply'], { PATH: `${at('bin')}:${process.env['PATH'] ?? ''}` });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('NOT as promised');
    expect(ran.stdout).toContain('Not as predicted');
    expect(ran.stdout).toMatch(/program-0: strip left \d+ bytes, not \d+/);
    expect(ran.stdout).toContain('strip refuses it: no way');
    const json = JSON.parse(fix(['broken', '--json']).stdout);
    expect(json.actions.filter(({ kind }: { kind: string }) => kind === 'strip')).toHaveLength(2);
  });

  it('keeps nothing of a result that is not what was planned', () => {
    mkdirSync(at('cp-bin'));
    // A cp that loses a file, as a change between scan and copy would.
    writeFileSync(at('cp-bin/cp'), '#!/bin/sh\n/bin/cp "$@" && for to; do :; done && echo more >> "$to/program-7"\n');
    chmodSync(at('cp-bin/cp'), 0o755);
    const before = fingerprint(at('tree'));
    const ran = fix(['tree', '--out', 'lost', '--apply', '--rules', 'duplicate-file'], {
      PATH: `${at('cp-bin')}:${process.env['PATH'] ?? ''}`,
    });
    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/tree: program-7: has other content than before in the result/);
    expect(fingerprint(at('tree'))).toBe(before);
    expect(readdirSync(work)).not.toContain('lost');
    expect(leftovers()).toEqual([]);
  });

  it('refuses a damaged archive before anything is written', () => {
    const archive = readFileSync(at('tree.tar'));
    writeFileSync(at('cut.tar'), archive.subarray(0, archive.length / 2));
    const ran = fix(['cut.tar', '--out', 'uncut.tar', '--apply']);
    expect(ran.code).toBe(2);
    expect(readdirSync(work)).not.toContain('uncut.tar');
    expect(leftovers()).toEqual([]);
  });

  it('drops earlier members of a path, and strips the one that counts', () => {
    const [one, two] = ['program-1', 'program-2'].map((name) => readFileSync(at(`tree/${name}`)));
    writeFileSync(
      at('twice.tar'),
      buildTar([
        { name: 'p', content: one ?? '', mode: 0o755 },
        { name: 'x', content: 'x' },
        { name: './p', content: two ?? '', mode: 0o755 },
      ]),
    );
    const json = JSON.parse(fix(['twice.tar', '--out', 'once.tar', '--apply', '--json']).stdout);
    expect(json.achieved).toEqual(json.promised);
    for (const { promised, achieved } of json.rules) expect(achieved).toBe(promised);
    expect(run('tar', ['-tf', 'once.tar'], { cwd: work })).toBe('x\n./p\n');
    // Without that rule the earlier member stays as it is.
    fix(['twice.tar', '--out', 'both.tar', '--apply', '--rules', 'debug-symbols']);
    const sizes = run('tar', ['-tvf', 'both.tar'], { cwd: work }).split('\n');
    expect(sizes[0]).toContain(` ${one?.length} `);
    expect(sizes[2]).toContain(` ${json.actions.find(({ kind }: { kind: string }) => kind === 'strip').after} `);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves the original and no half copy after %s',
    async (signal) => {
      const before = { tree: fingerprint(at('tree')), tar: run('sha256sum', [at('tree.tar.gz')]) };
      for (const [artifact, out] of [
        ['tree', 'half'],
        ['tree.tar.gz', 'half.tar.gz'],
      ] as const) {
        for (const wait of [120, 180, 240, 300, 360, 480]) {
          const child = spawn(process.execPath, [cli, 'fix', artifact, '--out', out, '--apply'], {
            cwd: work,
            env: { ...process.env, TMPDIR: temporary },
          });
          const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
          await sleep(wait);
          child.kill(signal);
          const code = await ended;
          if (code === 0) run('rm', ['-rf', out], { cwd: work });
          else expect([130, 143, null]).toContain(code);
          // What is there is whole: the signal came after the result had taken its place.
          if (existsSync(at(out))) {
            expect(JSON.parse(fix([out, '--json']).stdout).promised.content).toBe(0);
            run('rm', ['-rf', out], { cwd: work });
          }
          expect(leftovers()).toEqual([]);
        }
      }
      expect(fingerprint(at('tree'))).toBe(before.tree);
      expect(run('sha256sum', [at('tree.tar.gz')])).toBe(before.tar);
    },
    120_000,
  );
});
