// `fix` on a real tree in every wrapping: what is promised is achieved to the byte, for each rule alone and for all together; all
// wrappings give the same tree, the printed script gives it, too, and nothing but the plan is changed.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePythonTree, treeTools } from '../build/python-tree.ts';
import { tempDirectory } from '../build/temp.ts';
import { scanJson, sizecheck, snapshotJson } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix');
const tree = join(work, 'tree');
const ready = ['tar', 'bash', 'cp', ...treeTools].every(requireTool);

/** Parts of `fix --json` that tests look at. */
interface FixJson {
  applied: boolean;
  promised: { content: number };
  achieved: { content: number } | null;
  before: { content: number };
  after: { content: number } | null;
  rules: { rule: string; files: number; promised: number; achieved: number | null }[];
  actions: { kind: string; path: string; target?: string; before?: number; after?: number }[];
  leftAlone: { rule: string; reason: string; files: number; bytes: number }[];
  broken: { path: string; message: string }[];
}

function fix(args: readonly string[], code = 0): FixJson {
  const ran = sizecheck(['fix', '--json', ...args], { cwd: work });
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(code);
  return JSON.parse(ran.stdout);
}

/** Bytes of regular files by find, each inode once. */
function findContent(root: string): number {
  const lines = new Set(run('find', [root, '-type', 'f', '-printf', '%i %s\n']).split('\n').slice(0, -1));
  return [...lines].reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
}

/** Every path with kind, size, permissions, number of links and target, by find. */
function listing(root: string): string[] {
  const format = '%P %y %m %n %l';
  const files = run('find', [root, '-printf', `${format} %s\n`]).split('\n');
  // Sizes of directories are the file system's business.
  return files.map((line) => (/ d \d+ \d+ {2}\d+$/.test(line) ? line.replace(/ \d+ {2}\d+$/, '') : line)).toSorted();
}

function makeTree(): void {
  mkdirSync(tree);
  makePythonTree(tree);
  const at = (...parts: string[]): string => join(tree, ...parts);
  // Full copies of a library under its names, a stripped copy of it, and one file under two names that are both stripped at once.
  for (const name of ['libcopied.so', 'libcopied.so.1', 'libcopied.so.1.0']) {
    copyFileSync(at('lib/python3/lib-dynload/_demo.so'), at('lib', name));
  }
  run('gcc', ['-g', '-shared', '-Wl,--build-id', '-o', at('lib/unstripped.so'), at('lib/python3/config/alpha.c')]);
  run('strip', ['--strip-unneeded', '-o', at('lib/shipped-stripped.so'), at('lib/unstripped.so')]);
  linkSync(at('bin/demo'), at('bin/demo-also'));
  chmodSync(at('bin/demo'), 0o555);
  // Names that do not fit into a tar header, one of a file that becomes a link to the other.
  const long = join('share', 'd'.repeat(90), 'e'.repeat(60));
  mkdirSync(at(long), { recursive: true });
  writeFileSync(at(long, 'first'), 'long '.repeat(1000));
  writeFileSync(at(long, 'second'), 'long '.repeat(1000));
  writeFileSync(at('share/zz-keeps-its-mode'), 'same '.repeat(999));
  chmodSync(at('share/zz-keeps-its-mode'), 0o755);
  writeFileSync(at("share/it's; rm -rf $HOME"), 'odd '.repeat(999));
  writeFileSync(at('share/odd\nname'), 'odd '.repeat(999));
  // A link that leads to what goes, and a package of which only bytecode is left.
  symlinkSync('libdemo.a', at('lib/libdemo-link.a'));
  mkdirSync(at('lib/python3/removed/__pycache__'), { recursive: true });
  cpSync(at('lib/python3/__pycache__/string.cpython-311.pyc'), at('lib/python3/removed/__pycache__/gone.pyc'), {
    force: true,
    recursive: false,
  });
}

const wrappings: readonly (readonly [file: string, tool: string, script: string, out: string])[] = [
  ['tree.tar', 'tar', 'tar --format=pax -C tree -cf tree.tar .', 'fixed.tar'],
  ['tree.gnu.tar', 'tar', 'tar --format=gnu --sort=name -C tree -cf tree.gnu.tar .', 'fixed.gnu.tar'],
  [
    'tree.reverse.tar',
    'tar',
    'cd tree && find . | sort -r | tar --no-recursion -cf ../tree.reverse.tar --null -T <(find . -print0 | sort -zr)',
    'fixed.reverse.tar',
  ],
  ['tree.tar.gz', 'gzip', 'gzip -c tree.tar > tree.tar.gz', 'fixed.tar.gz'],
  ['tree.tar.zst', 'zstd', 'zstd -q tree.tar -o tree.tar.zst', 'fixed.tar.zst'],
  ['tree.tar.xz', 'xz', 'xz -0 -c tree.tar > tree.tar.xz', 'fixed-from-xz.tar.zst'],
];

describe.skipIf(!ready)('fix', () => {
  beforeAll(() => {
    makeTree();
    for (const [, tool, script] of wrappings) if (requireTool(tool)) run('bash', ['-c', script], { cwd: work });
  });

  it('only plans without --apply', () => {
    const before = listing(tree);
    const plan = fix([tree]);
    expect(plan).toMatchObject({ applied: false, achieved: null, after: null });
    expect(plan.promised.content).toBeGreaterThan(0);
    expect(listing(tree)).toEqual(before);
    expect(readdirSync(work).filter((name) => name.includes('fixed'))).toEqual([]);
    const text = sizecheck(['fix', tree]).stdout;
    expect(text).toContain('plan, nothing is changed');
    expect(text).toContain('$ rm -f --');
    expect(text.split('\n').every((line) => line.length <= 80 || !line.includes(' '))).toBe(true);
  });

  it('achieves what it promises, to the byte, and changes nothing else', () => {
    const before = listing(tree);
    const out = join(work, 'out');
    const done = fix([tree, '--out', out, '--apply']);
    expect(done.broken).toEqual([]);
    expect(done.achieved).toEqual(done.promised);
    for (const { promised, achieved } of done.rules) expect(achieved).toBe(promised);
    expect(findContent(tree) - findContent(out)).toBe(done.promised.content);
    expect(done.before.content).toBe(findContent(tree));
    expect(done.after?.content).toBe(findContent(out));
    expect(listing(tree)).toEqual(before);
    // Of all kinds of action there is one.
    expect(new Set(done.actions.map(({ kind }) => kind))).toEqual(
      new Set(['remove', 'remove-directory', 'hard-link', 'symlink', 'strip']),
    );
    expect(existsSync(join(out, 'lib/python3/removed'))).toBe(false);
    expect(existsSync(join(out, 'lib/libdemo-link.a'))).toBe(false);
    // The programs still run, and are what strip makes of them.
    expect(spawnSync(join(out, 'bin/demo')).stdout.toString()).toBe('alpha');
    expect(spawnSync(join(out, 'bin/demo-also')).stdout.toString()).toBe('alpha');
    expect(readdirSync(work).filter((name) => name.startsWith('.sizecheck'))).toEqual([]);
    // There is nothing left to do but what was left alone.
    const left = done.leftAlone.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(scanJson([out]).removable.content).toBe(left);
    expect(left).toBe(0);
    // A copy whose permissions differ is in no claim.
    const apart = done.leftAlone.filter(({ rule }) => rule === 'duplicate-file');
    expect(apart).toMatchObject([{ files: 1, bytes: 0 }]);
    expect(apart[0]?.reason).toContain('(4,995 B, not counted)');
  });

  it('leaves times as they are, of what it strips and of directories that it takes from, too', () => {
    const [from, out] = [join(work, 'timed'), join(work, 'timed-out')];
    run('cp', ['-a', tree, from]);
    const stripped = fix([from]).actions.filter(({ kind }) => kind === 'strip');
    const seconds = ['1600000001.9995', '1700000000.999999', '-5.25', '0', '4000000000.000001'];
    for (const [at, { path }] of stripped.entries())
      run('touch', ['-d', `@${seconds[at % seconds.length]}`, join(from, path)]);
    run('find', [from, '-type', 'd', '-exec', 'touch', '-d', '@1600000001.999567', '{}', '+']);
    const times = (root: string) =>
      run('find', [root, '-printf', '%P\t%T@\\0'])
        .split('\0')
        .map((line) => line.replace(/(\.\d{6})\d*$/, '$1'));
    const before = new Set(times(from));
    expect([...before].filter((line) => line.includes('\t1600000001.9995'))).not.toEqual([]);
    const { actions } = fix([from, '--out', out, '--apply']);
    // What became a link has the time of its copy, or one of its own.
    const linked = new Set(actions.filter(({ kind }) => kind.endsWith('link')).map(({ path }) => path));
    const other = times(out).filter((line) => !before.has(line) && !linked.has(line.split('\t')[0] ?? ''));
    expect(other).toEqual([]);
  });

  it('does each rule alone as promised', () => {
    const rules = fix([tree]).rules.map(({ rule }) => rule);
    expect(rules.length).toBeGreaterThan(6);
    for (const rule of rules) {
      const out = join(work, `only-${rule}`);
      const done = fix([tree, '--rules', rule, '--out', out, '--apply']);
      expect(done.rules).toHaveLength(1);
      expect(done.rules[0]?.achieved).toBe(done.rules[0]?.promised);
      expect(findContent(tree) - findContent(out)).toBe(done.promised.content);
      const scanned = scanJson([tree, '--rules', rule]);
      const left = done.leftAlone.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(done.promised.content, rule).toBe(scanned.removable.content - left);
    }
  });

  it('does what its script does', () => {
    const script = sizecheck(['fix', tree, '--out', 'by-script', '--format', 'shell'], { cwd: work });
    expect(script.code).toBe(0);
    run('bash', ['-s'], { cwd: work, input: script.stdout });
    run('diff', ['-r', '--no-dereference', 'by-script', 'out'], { cwd: work });
    expect(listing(join(work, 'by-script'))).toEqual(listing(join(work, 'out')));
  });

  it.each(wrappings.filter(([, tool]) => requireTool(tool)))(
    'gives the same tree for %s',
    (file, _tool, _script, out) => {
      const done = fix([file, '--out', out, '--apply']);
      expect(done.broken).toEqual([]);
      expect(done.achieved).toEqual(done.promised);
      for (const { promised, achieved } of done.rules) expect(achieved).toBe(promised);
      const unpacked = join(work, `unpacked-${file}`);
      mkdirSync(unpacked);
      run('tar', ['-xpf', out, '-C', unpacked], { cwd: work });
      run('diff', ['-r', '--no-dereference', unpacked, 'out'], { cwd: work });
      expect(listing(unpacked)).toEqual(listing(join(work, 'out')));
    },
  );

  it('copies members of a tar that stay byte for byte', () => {
    fix(['tree.tar', '--rules', 'static-library', '--out', 'fewer.tar', '--apply']);
    const names = fix(['tree.tar', '--rules', 'static-library']).actions.map(({ path }) => `./${path}`);
    // GNU tar leaves members out in the same way.
    copyFileSync(join(work, 'tree.tar'), join(work, 'deleted.tar'));
    run('tar', ['--delete', '-f', 'deleted.tar', ...names], { cwd: work });
    const [ours, theirs] = ['fewer.tar', 'deleted.tar'].map((name) => readFileSync(join(work, name)));
    const length = Math.min(ours?.length ?? 0, theirs?.length ?? 0);
    expect(ours?.subarray(0, length).equals(theirs?.subarray(0, length) ?? Buffer.alloc(0))).toBe(true);
    expect(ours?.subarray(length).every((byte) => byte === 0)).toBe(true);
    expect((ours?.length ?? 1) % 10_240).toBe(0);
  });
});

describe.skipIf(!ready || !['zip', 'unzip', 'bsdtar'].every(requireTool))('fix of zips', () => {
  it.each([
    ['by zip', 'cd tree && zip -qry ../tree.zip .'],
    ['streamed by bsdtar', 'rm -f tree.zip; bsdtar --format=zip -C tree -cf tree.zip .'],
    [
      'stored, with a comment and a prefix',
      'rm -f tree.zip; cd tree && zip -qry -0 ../tree.zip . && cd .. && echo hello | zip -qz tree.zip && (printf "#!/bin/sh\\n"; cat tree.zip) > p && mv p tree.zip',
    ],
    ['zip64', 'rm -f tree.zip; cd tree && zip -qry -fz ../tree.zip .'],
  ])('%s', (_how, script) => {
    run('bash', ['-c', script], { cwd: work });
    run('rm', ['-rf', 'fixed.zip', 'unzipped', 'expected'], { cwd: work });
    const done = fix(['tree.zip', '--out', 'fixed.zip', '--apply']);
    expect(done.achieved).toEqual(done.promised);
    for (const { promised, achieved } of done.rules) expect(achieved).toBe(promised);
    expect(done.leftAlone.some(({ reason }) => reason.includes('hard links'))).toBe(true);
    // `unzip -t` warns of a prefix (exit 1), never of data.
    expect(spawnSync('unzip', ['-tqq', 'fixed.zip'], { cwd: work }).status).toBeLessThanOrEqual(1);
    mkdirSync(join(work, 'unzipped'));
    run('bsdtar', ['-xf', 'fixed.zip', '-C', 'unzipped'], { cwd: work });
    expect(findContent(join(work, 'unzipped'))).toBe(done.after?.content);
    // Python's reader agrees on every member's checksum.
    const check = 'import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)';
    run('python3', ['-c', check, 'fixed.zip'], { cwd: work });
    const kept = new Set(snapshotJson(join(work, 'fixed.zip')).entries?.map(({ path }) => path));
    for (const { kind, path } of done.actions) if (kind === 'remove') expect(kept.has(path)).toBe(false);
  });
});
