// `diff` on real trees, in every wrapping: the figures are those of du, find, stat and diff.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePythonTree, treeTools } from '../build/python-tree.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { cli, sizecheck } from './run.ts';
import type { RunOptions } from './run.ts';

const work = tempDirectory('diff');
const at = (name: string): string => join(work, name);

interface Sizes {
  before: number | null;
  after: number | null;
  delta: number;
}

interface DiffJson {
  before: Record<string, number | null> & { artifact: { name: string } };
  after: Record<string, number | null>;
  delta: Record<string, number | null>;
  directories: (Sizes & { path: string; from?: string; disk: Sizes })[];
  changes: (Sizes & { path: string; kind: string; from?: string; aspects?: string[]; sections?: Sizes[] })[];
  findings: Record<'new' | 'fixed', { rule: string; bytes: number; claims: { path: string; bytes: number }[] }[]> & {
    rules: { rule: string; before: number; after: number }[];
  };
  notices: { code: string }[];
}

function diffJson(args: readonly string[], options: RunOptions = {}): DiffJson {
  const ran = sizecheck(['diff', '--json', ...args], { cwd: work, ...options });
  if (ran.code !== 0) throw new Error(`exit ${ran.code}: ${ran.stderr}`);
  return JSON.parse(ran.stdout);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** Own content of each directory as find sees it: each inode at its first path. */
function ownContent(tree: string): Map<string, number> {
  const own = new Map<string, number>();
  for (const path of run('find', ['.', '-type', 'd'], { cwd: tree }).trimEnd().split('\n')) own.set(path, 0);
  const seen = new Set<string>();
  const files = run('find', ['.', '-type', 'f', '-printf', '%p\t%h\t%i\t%s\n'], { cwd: tree }).trimEnd().split('\n');
  for (const line of files.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    const [, directory = '', inode = '', size = ''] = line.split('\t');
    if (!seen.has(inode)) own.set(directory, (own.get(directory) ?? 0) + Number(size));
    seen.add(inode);
  }
  return own;
}

/** The `-` and `+` lines of the issue's own command, by path. */
function duLines(before: string, after: string, option = '-B1'): string[] {
  const du = (tree: string): string => `cd '${tree}' && du -S ${option} | LC_ALL=C sort -t "$(printf '\\t')" -k2`;
  const script = `diff -U0 <(${du(before)}) <(${du(after)}) | grep -v '^---\\|^+++\\|^@@' || true`;
  return run('bash', ['-c', script], { cwd: work }).split('\n').filter(Boolean).toSorted();
}

function ourDuLines(args: readonly string[]): string[] {
  const ran = sizecheck(['diff', '--format', 'du', ...args], { cwd: work });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  return ran.stdout.split('\n').filter(Boolean).toSorted();
}

/** What every diff has to keep, and what find says of both sides. */
function checkFigures(json: DiffJson, before: string, after: string): void {
  const [olds, news] = [ownContent(before), ownContent(after)];
  expect(json.before['content']).toBe(sum([...olds.values()]));
  expect(json.after['content']).toBe(sum([...news.values()]));
  expect(json.delta['content']).toBe((json.after['content'] ?? 0) - (json.before['content'] ?? 0));
  expect(sum(json.directories.map(({ delta }) => delta))).toBe(json.delta['content']);
  expect(sum(json.directories.map(({ disk }) => disk.delta))).toBe(json.delta['disk']);
  expect(sum(json.changes.map(({ delta }) => delta))).toBe(json.delta['content']);
  const inTree = (path: string): string => (path === '.' ? '.' : `./${path}`);
  for (const { path, from, before: old, after: now } of json.directories) {
    if (old !== null) expect(old).toBe(olds.get(inTree(from ?? path)));
    if (now !== null) expect(now).toBe(news.get(inTree(path)));
  }
  if (json.directories.some(({ from }) => from !== undefined)) return;
  const differing = [...new Set([...olds.keys(), ...news.keys()])].filter((path) => olds.get(path) !== news.get(path));
  const rows = json.directories.filter(
    ({ delta, before: old, after: now }) => delta !== 0 || old === null || now === null,
  );
  expect(rows.map(({ path }) => inTree(path)).toSorted()).toEqual(differing.toSorted());
}

const ready = [...treeTools, 'tar', 'diff', 'bash'].every(requireTool);

/** Whether du on this disk is what archives are modelled after. */
const modelled = (() => {
  mkdirSync(at('probe'));
  writeFileSync(at('probe/file'), 'x');
  return statSync(at('probe')).blocks === 8 && statSync(at('probe/file')).blocks === 8;
})();

describe.skipIf(!ready)('a runtime, unstripped with optimised bytecode, and the same cleaned', () => {
  const [before, after] = [at('before'), at('after')];

  beforeAll(() => {
    mkdirSync(before);
    makePythonTree(before);
    run('cp', ['-a', before, after]);
    const clean = [
      'find . -name "*.opt-[12].pyc" -delete',
      'find . -name "*.so*" -type f -exec strip --strip-unneeded {} +',
      'rm -r lib/python3/config lib/libdemo.a',
      'mkdir share/licenses && cp share/copy-1 share/licenses/LICENSE',
      'mv share/copy-2 share/moved-2',
      'ln lib/libalone.a lib/linked.a',
    ];
    run('sh', ['-ec', clean.join('\n')], { cwd: after });
    for (const name of ['before', 'after']) {
      run('tar', ['-C', name, '-cf', `${name}.tar`, '.'], { cwd: work });
      run('tar', ['--transform', `s,^\\.,demo-${name.length}.0,`, '-C', name, '-cf', `${name}-wrapped.tar`, '.'], {
        cwd: work,
      });
      for (const [tool, script] of [
        ['zstd', `zstd -q -19 ${name}.tar -o ${name}.tar.zst`],
        ['gzip', `gzip -k ${name}.tar`],
        ['zip', `cd ${name} && zip -qry ../${name}.zip .`],
      ] as const) {
        if (requireTool(tool)) run('sh', ['-c', script], { cwd: work });
      }
      writeFileSync(at(`${name}.json`), sizecheck(['snapshot', at(`${name}.tar`)]).stdout);
    }
  });

  it('every directory is as find says, and the deltas sum to the totals', () => {
    checkFigures(diffJson(['before', 'after']), before, after);
  });

  it('--format du is what diff -U0 says of du -S', () => {
    expect(ourDuLines(['before', 'after', '--units', 'bytes'])).toEqual(duLines(before, after));
    expect(ourDuLines(['before', 'after'])).toEqual(duLines(before, after, '-h'));
    expect(ourDuLines(['after', 'before', '--units', 'bytes'])).toEqual(duLines(after, before));
    expect(ourDuLines(['before', 'before'])).toEqual([]);
  });

  it.skipIf(!modelled).each([
    ['before.tar', 'after.tar'],
    ['before-wrapped.tar', 'after-wrapped.tar'],
    ['before.tar.zst', 'after.zip'],
    ['before.json', 'after.tar.gz'],
  ])('--format du of %s and %s is what du says when they are extracted', (old, now) => {
    if (!requireTool('zstd') || !requireTool('zip') || !requireTool('unzip')) return;
    for (const name of [old, now]) {
      const target = at(`extracted-${name}`);
      mkdirSync(target);
      const source = name.endsWith('.json') ? 'before.tar' : name;
      if (name.endsWith('.zip')) run('unzip', ['-q', name, '-d', target], { cwd: work });
      else
        run(
          'sh',
          [
            '-c',
            `case ${source} in *.zst) zstd -dc ${source} | tar -x -C '${target}' ;; *) tar -xf ${source} -C '${target}' ;; esac`,
          ],
          { cwd: work },
        );
    }
    const lines = ourDuLines([old, now, '--units', 'bytes']);
    expect(lines.length).toBeGreaterThan(4);
    expect(lines).toEqual(duLines(at(`extracted-${old}`), at(`extracted-${now}`)));
  });

  it('a saved diff is printed as du only where it holds all that du says', () => {
    const saved = (...args: string[]): ReturnType<typeof sizecheck> => {
      const { stdout } = sizecheck(['diff', 'before-wrapped.tar', 'after-wrapped.tar', '--json', ...args], {
        cwd: work,
      });
      return sizecheck(['report', '-', '--format', 'du', '--units', 'bytes'], { input: stdout });
    };
    const whole = saved('--strip-components', '0');
    expect(whole.stdout.split('\n').filter(Boolean).toSorted()).toEqual(
      ourDuLines(['before-wrapped.tar', 'after-wrapped.tar', '--units', 'bytes']),
    );
    // Directories that pair and are equal are not in it.
    const paired = saved();
    expect([paired.code, paired.stdout]).toEqual([2, '']);
    expect(paired.stderr).toContain('--strip-components 0');
  });

  it('says what changed, file by file', () => {
    const { changes } = diffJson(['before', 'after']);
    const kinds = (kind: string): string[] => changes.filter((change) => change.kind === kind).map(({ path }) => path);
    const listed = (tree: string): Set<string> =>
      new Set(run('find', ['.', '-mindepth', '1', '-printf', '%P\n'], { cwd: tree }).trimEnd().split('\n'));
    const [olds, news] = [listed(before), listed(after)];
    expect(changes.filter(({ kind }) => kind === 'moved').map(({ from, path, delta }) => [from, path, delta])).toEqual([
      ['share/copy-2', 'share/moved-2', 0],
    ]);
    expect(kinds('removed')).toEqual([...olds].filter((path) => !news.has(path) && path !== 'share/copy-2').toSorted());
    expect(kinds('added')).toEqual([...news].filter((path) => !olds.has(path) && path !== 'share/moved-2').toSorted());
    const differ = run('sh', ['-c', 'diff -rq --no-dereference before after | grep "^Files" || true'], { cwd: work });
    const names = [...differ.matchAll(/^Files before\/(.+) and /gm)].map((match) => match[1] ?? '');
    expect(kinds('changed')).toEqual(names.toSorted());
    // A second name of a file that was there costs nothing.
    expect(changes.find(({ path }) => path === 'lib/linked.a')).toMatchObject({ kind: 'added', delta: 0 });
    for (const { path, kind, before: old, after: now } of changes.filter(({ kind: word }) => word === 'changed')) {
      expect([kind, old, now]).toEqual([
        'changed',
        statSync(join(before, path)).size,
        statSync(join(after, path)).size,
      ]);
    }
  });

  it('findings that are fixed are those that a scan has no more', () => {
    const { findings } = diffJson(['before', 'after']);
    const fixed = Object.fromEntries(findings.fixed.map(({ rule, bytes }) => [rule, bytes]));
    const bytes = Number(
      run('sh', ['-c', `find . -name '*.opt-[12].pyc' -printf '%s\\n' | awk '{ s += $1 } END { print s }'`], {
        cwd: before,
      }),
    );
    expect(fixed['optimized-bytecode']).toBe(bytes);
    expect(findings.rules.find(({ rule }) => rule === 'optimized-bytecode')).toEqual({
      rule: 'optimized-bytecode',
      before: bytes,
      after: 0,
    });
    expect(findings.new.map(({ rule, claims }) => [rule, claims.map(({ path }) => path)])).toEqual([
      ['duplicate-file', ['share/licenses/LICENSE']],
    ]);
    expect(diffJson(['before', 'after', '--rules', 'static-library']).findings.rules.map(({ rule }) => rule)).toEqual([
      'static-library',
    ]);
    const ignored = diffJson(['before', 'after', '--ignore', 'optimized-bytecode:**']).findings;
    expect(ignored.fixed.map(({ rule }) => rule)).not.toContain('optimized-bytecode');
  });

  it('--sections says which sections strip removed, and they sum to the change', () => {
    const changed = diffJson(['before', 'after', '--sections']).changes.filter(({ kind }) => kind === 'changed');
    expect(changed.length).toBeGreaterThan(1);
    for (const { sections, delta, path } of changed) {
      expect(sum((sections ?? []).map((section) => section.delta)), path).toBe(delta);
      expect(JSON.stringify(sections)).toContain('".symtab"');
    }
    expect(sizecheck(['diff', before, after, '--sections']).stdout).toMatch(/-\S+ \S+ +\.debug_info {2}gone/);
  });

  const wrappings = [
    'before',
    'before.tar',
    'before-wrapped.tar',
    'before.tar.gz',
    'before.tar.zst',
    'before.zip',
    'before.json',
  ];

  it.each(wrappings.filter((name) => !/zst$|zip$/.test(name) || (requireTool('zstd') && requireTool('zip'))))(
    'the same tree as %s differs from none of the others',
    (name) => {
      for (const other of wrappings) {
        if (/zst$|zip$/.test(other) && !(requireTool('zstd') && requireTool('zip'))) continue;
        const ran = sizecheck(['diff', '--exit-code', '--json', name, other], { cwd: work });
        const json: DiffJson = JSON.parse(ran.stdout);
        expect([other, ran.code, json.changes, json.findings.new, json.findings.fixed]).toEqual([other, 0, [], [], []]);
        expect(json.directories.every(({ delta }) => delta === 0)).toBe(true);
      }
    },
  );

  it('wrapped or not, snapshot or archive, the changes are the same', () => {
    const reference = diffJson(['before', 'after']);
    for (const pair of [
      ['before.tar', 'after.tar'],
      ['before.json', 'after.json'],
      ['before.json', 'after'],
    ]) {
      const json = diffJson(pair);
      expect(json.changes).toEqual(reference.changes);
      expect(json.delta['content']).toBe(reference.delta['content']);
    }
    const wrapped = diffJson(['before-wrapped.tar', 'after-wrapped.tar']);
    expect([wrapped.before['stripped'], wrapped.after['stripped']]).toEqual([1, 1]);
    const plain = (changes: DiffJson['changes']): string[] =>
      changes.map(({ path, kind, delta }) => `${path.replace(/^demo-\d\.0\//, '')} ${kind} ${delta}`).toSorted();
    expect(plain(wrapped.changes)).toEqual(plain(reference.changes));
    // Without that, every file has moved.
    const moved = diffJson(['before-wrapped.tar', 'after-wrapped.tar', '--strip-components', '0']).changes;
    expect(moved.filter(({ kind }) => kind === 'moved').length).toBeGreaterThan(20);
  });

  it('one side may be standard input', () => {
    const reference = diffJson(['before.tar', 'after.tar']);
    for (const [pair, file] of [
      [['-', 'after.tar'], 'before.tar'],
      [['before.tar', '-'], 'after.tar'],
    ] as const) {
      const json = diffJson(pair, { input: readFileSync(at(file)) });
      expect(json.changes).toEqual(reference.changes);
    }
  });

  it('a hint on long paths fits into 80 columns', () => {
    const names = ['numpy-1.26.4.dist-info', 'numpy-2.0.0.dist-info'];
    const below = 'opt/application/lib/python3.12/site-packages';
    const [a = '', b = ''] = names.map((name, side) => {
      const root = at(`hint-${side}`);
      mkdirSync(join(root, below, name), { recursive: true });
      writeFileSync(join(root, below, name, 'METADATA'), name.repeat(99));
      writeFileSync(join(root, 'opt/other'), '');
      return root;
    });
    const lines = sizecheck(['diff', a, b]).stdout.split('\n');
    const start = lines.indexOf("hint: --map 'numpy-*' pairs");
    expect(lines.slice(start + 1, start + 3)).toEqual([`  ${below}/${names[0]}`, `  with ${below}/${names[1]}`]);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('a renamed version directory pairs with --map, and the hint says so', () => {
    run('cp', ['-a', after, at('renamed')]);
    renameSync(at('renamed/lib/python3'), at('renamed/lib/python3.99'));
    run('sh', ['-c', 'mv before/lib/python3 before/lib/python3.1'], { cwd: work });
    try {
      const hint = sizecheck(['diff', 'before', 'renamed'], { cwd: work }).stdout;
      expect(hint).toContain("hint: --map 'python3.*' pairs lib/python3.1 with lib/python3.99\n");
      const comment = sizecheck(['diff', 'before', 'renamed', '--format', 'markdown'], { cwd: work }).stdout;
      expect(comment).toContain("\n- `--map 'python3.*'` would pair `lib/python3.1` with `lib/python3.99`\n");
      const mapped = ['before', 'renamed', '--map', 'python3.*'];
      const json = diffJson(mapped);
      checkFigures(json, before, at('renamed'));
      expect(json.changes.filter(({ kind }) => kind === 'moved').map(({ path }) => path)).toEqual(['share/moved-2']);
      expect(json.directories.some(({ path, from }) => path === 'lib/python3.99' && from === 'lib/python3.1')).toBe(
        false,
      );
      expect(json.directories.filter(({ from }) => from !== undefined).length).toBeGreaterThan(1);
      expect(sizecheck(['diff', ...mapped], { cwd: work }).stdout).not.toContain('hint:');
      // What du says knows of no pairs.
      expect(ourDuLines([...mapped, '--units', 'bytes'])).toEqual(duLines(before, at('renamed')));
    } finally {
      run('sh', ['-c', 'mv before/lib/python3.1 before/lib/python3'], { cwd: work });
    }
  });

  it('the table ends in a TOTAL that is the difference of totals, in any order and cut', () => {
    for (const options of [
      [],
      ['--sort', 'path'],
      ['--sort', 'size'],
      ['--top', '3'],
      ['--depth', '1'],
      ['--size', 'disk'],
      ['--min-change', '2 KiB'],
    ]) {
      const json = diffJson(['before', 'after']);
      const size = options.includes('disk') ? 'disk' : 'content';
      const { stdout } = sizecheck(['diff', 'before', 'after', '--units', 'bytes', ...options], { cwd: work });
      const table = stdout
        .slice(stdout.indexOf('Directories'), stdout.indexOf('TOTAL') + 5)
        .split('\n')
        .slice(2);
      const deltas = table.map((line) => Number(/^ +([-+]?[\d,]+) B/.exec(line)?.[1]?.replaceAll(',', '')));
      expect(deltas.at(-1)).toBe(json.delta[size]);
      expect(sum(deltas.slice(0, -1))).toBe(json.delta[size]);
    }
  });

  it('--include and --exclude select on both sides', () => {
    const json = diffJson(['before', 'after', '--include', '**/*.pyc']);
    expect(json.changes.every(({ path, kind }) => path.endsWith('.pyc') || kind === 'removed')).toBe(true);
    expect(sum(json.directories.map(({ delta }) => delta))).toBe(json.delta['content']);
    const gone = diffJson(['before', 'after', '--include', '*.opt-1.pyc']);
    expect(gone.after['content']).toBe(0);
    expect(gone.delta['content']).toBeLessThan(0);
    const nothing = sizecheck(['diff', before, after, '--include', 'no-such-file']);
    expect([nothing.code, nothing.stdout]).toEqual([2, '']);
    expect(nothing.stderr).toContain('nothing of either artifact');
  });

  it('--exit-code is 1 where anything differs, and -o writes a file', () => {
    expect(sizecheck(['diff', before, after]).code).toBe(0);
    expect(sizecheck(['diff', before, after, '--exit-code']).code).toBe(1);
    const ran = sizecheck(['diff', before, after, '--json', '-o', at('out.json')]);
    expect([ran.code, ran.stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(at('out.json'), 'utf8'))).toEqual(diffJson([before, after]));
    copyFileSync(at('after.tar'), at('precious.tar'));
    for (const pair of [
      ['before.tar', 'precious.tar'],
      ['precious.tar', 'before.tar'],
    ]) {
      const refused = sizecheck(['diff', ...pair, '-o', 'precious.tar'], { cwd: work });
      expect([refused.code, refused.stdout]).toEqual([2, '']);
    }
    expect(readFileSync(at('precious.tar')).equals(readFileSync(at('after.tar')))).toBe(true);
  });

  it('the same text from run to run', () => {
    for (const format of ['table', 'json', 'du']) {
      const once = sizecheck(['diff', 'before.tar', 'after.tar.gz', '--format', format], { cwd: work });
      expect(once.stdout).toBe(
        sizecheck(['diff', 'before.tar', 'after.tar.gz', '--format', format], { cwd: work }).stdout,
      );
      expect(once.stderr).toBe('');
    }
  });
});

describe('what was odd about the old side', () => {
  it.each([
    [20, ''],
    [21, '1 more notice'],
    [22, '2 more notices'],
  ])('%d notices: twenty lines, then %j', (count, more) => {
    const names = Array.from({ length: count }, (_, index) => `m${index}.cpython-312.pyc`);
    const old = at(`odd-${count}.tar`);
    writeFileSync(old, buildTar(names.map((name) => ({ name: `__pycache__/${name}`, content: 'not bytecode' }))));
    writeFileSync(at('even.tar'), buildTar([{ name: 'a', content: 'a' }]));
    const lines = sizecheck(['diff', old, at('even.tar')])
      .stderr.trimEnd()
      .split('\n');
    expect(lines.filter((line) => line.includes('is a broken pyc file'))).toHaveLength(20);
    expect(lines.slice(20)).toEqual(more === '' ? [] : [`sizecheck: warning: ${old}: ${more}`]);
    const own = sizecheck(['snapshot', old, '-o', at('odd.json')])
      .stderr.trimEnd()
      .split('\n');
    expect(own.slice(20)).toEqual(more === '' ? [] : [`sizecheck: warning: ${more}`]);
    expect(JSON.parse(readFileSync(at('odd.json'), 'utf8')).notices).toHaveLength(count);
  });
});

describe('what cannot be compared', () => {
  const sound = buildTar([{ name: 'a', content: 'x'.repeat(3000) }]);
  const put = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(at(name), bytes);
    return at(name);
  };
  const good = put('good.tar', sound);
  const cut = put('cut.tar', sound.subarray(0, 2000));
  const missing = at('missing.tar');

  /** Expects a failure in one line that names `fault` and nothing else. */
  function failure(args: readonly string[], fault: string, options: RunOptions = {}): string {
    const ran = sizecheck(['diff', ...args], options);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
    expect(ran.stderr).toContain(`sizecheck: ${fault}`);
    return ran.stderr;
  }

  it('names the artifact that is at fault', () => {
    expect(failure([cut, good], `${cut}: `)).toContain('cut short');
    expect(failure([good, cut], `${cut}: `)).toContain('cut short');
    expect(failure([missing, good], `${missing}: `)).toContain('does not exist');
    expect(failure([good, missing], `${missing}: `)).toContain('does not exist');
    failure([missing, at('also-missing')], work);
    failure([cut, missing], work);
    expect(failure([good, '-'], 'standard input: ', { input: sound.subarray(0, 1000) })).not.toContain('good.tar');
    failure(['-', good], 'standard input: ', { input: 'no artifact' });
    failure([good, put('scan.json', sizecheck(['scan', '--json', good]).stdout)], at('scan.json'));
  });

  it('a fault on one side ends a large other side, in whichever thread that is read', () => {
    const noise = Buffer.from(
      Array.from({ length: 6_000_000 }, (_, index) => (index * index * 31 + (index >> 7)) % 256),
    );
    const content = Buffer.concat([noise, noise.toReversed(), noise.subarray(1), noise.subarray(2)]);
    const large = put('large.tar.gz', gzipSync(buildTar([{ name: 'noise', content }]), { level: 0 }));
    const broken = put('broken.tar.gz', readFileSync(large).subarray(0, 18_000_000));
    for (const pair of [
      [missing, large],
      [large, cut],
      [broken, large],
      [large, broken],
      [broken, broken],
    ]) {
      const started = performance.now();
      failure(pair, work);
      expect(performance.now() - started).toBeLessThan(10_000);
    }
  });

  it('a fault ends the waiting for a pipe that never ends', async () => {
    const child = spawn(process.execPath, [cli, 'diff', '-', missing], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.write(sound.subarray(0, 600));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sizecheck: [^\n]*missing\.tar: [^\n]+\n$/);
  });

  it('bad usage', () => {
    failure([], 'diff takes two artifacts');
    failure([good], 'diff takes two artifacts');
    failure([good, good, good], 'diff takes two artifacts');
    failure(['-', '-'], 'only one of OLD and NEW');
    failure([good, good, '--strip-components', 'x'], '--strip-components takes');
    failure([good, good, '--strip-components', '-1'], '');
    failure([good, good, '--map', 'a/b'], '--map takes');
    failure([good, good, '--map', '{a'], 'the pattern');
    failure([good, good, '--min-change', '5M'], '--min-change: "5M" is not a size');
    failure([good, good, '--format', 'snapshot'], '--format takes one of');
    failure([good, good, '--rules', 'no-rule'], 'there is no rule');
    expect(sizecheck(['diff', '--help']).stdout).toContain('sizecheck diff OLD NEW');
  });

  it('takes one of the sides from standard input, not both', () => {
    expect(failure(['-', '-'], 'only one of OLD and NEW can be standard input')).toBeTruthy();
    for (const sides of [
      ['-', good],
      [good, '-'],
    ])
      expect(sizecheck(['diff', ...sides], { input: readFileSync(good) })).toMatchObject({ code: 0, stderr: '' });
    expect(failure([good], 'diff takes two artifacts, OLD and NEW; one is given')).toBeTruthy();
    expect(failure([], 'diff takes two artifacts, OLD and NEW; none is given')).toBeTruthy();
    expect(failure([good, good, good], 'diff takes two artifacts, OLD and NEW; 3 are given')).toBeTruthy();
  });

  it('says of the old side what was odd about it on standard error', () => {
    const odd = put('odd.tar', sound.subarray(0, 512 + 3072));
    const ran = sizecheck(['diff', odd, good]);
    expect([ran.code, ran.stdout.includes('no differences')]).toEqual([0, true]);
    expect(ran.stderr).toMatch(/^sizecheck: warning: [^\n]*odd\.tar: [^\n]*end-of-archive[^\n]*\n$/);
    expect(sizecheck(['diff', odd, good, '--quiet']).stderr).toBe('');
    expect(sizecheck(['diff', good, odd]).stdout).toContain('Notices');
    expect(sizecheck(['diff', good, odd]).stderr).toBe('');
    expect(sizecheck(['diff', good, odd, '--format', 'du']).stderr).toContain('odd.tar');
  });
});

describe('hostile names', () => {
  const names = [
    '\u001b[31mred',
    'new\nline',
    '::error::x',
    'a\rb',
    '\u202egpj.exe',
    '`id`',
    '<img src=x>',
    'x|y',
    '-rf',
  ];
  const old = at('hostile-old.tar');
  const now = at('hostile-new.tar');
  writeFileSync(old, buildTar(names.map((name, index) => ({ name: `${name}/f${index}`, content: `old ${name}` }))));
  writeFileSync(now, buildTar(names.map((name, index) => ({ name: `${name}2/g${index}`, content: `old ${name}` }))));

  it.each(['table', 'json', 'du'])('are inert in %s', (format) => {
    const ran = sizecheck(['diff', old, now, '--format', format]);
    expect(ran.code).toBe(0);
    // oxlint-disable-next-line no-control-regex
    expect(ran.stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\u202e]/);
    expect(ran.stdout).not.toMatch(/^\s*::error/m);
    if (format === 'json') expect(() => JSON.parse(ran.stdout)).not.toThrow();
    if (format === 'json') expect(ran.stdout).not.toContain('<img');
  });
});
