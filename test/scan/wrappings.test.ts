// One tree in every wrapping gives the same entries, totals and findings, and each figure equals what GNU tools say.
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePythonTree, treeTools } from '../build/python-tree.ts';
import { tempDirectory } from '../build/temp.ts';
import { scanJson, sizecheck, snapshotJson } from '../cli/run.ts';
import type { ScanJson } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('wrappings');
const tree = join(work, 'tree');
const tar = join(work, 'tree.tar');

/** File, the program that makes it, and how. */
const wrappings: readonly (readonly [file: string, tool: string, script: string])[] = [
  ['tree.tar', 'tar', 'true'],
  ['tree.gnu.tar', 'tar', 'tar --format=gnu -C tree -cf tree.gnu.tar .'],
  ['tree.plain-names.tar', 'tar', 'cd tree && tar -cf ../tree.plain-names.tar *'],
  ['tree.tar.gz', 'gzip', 'gzip -9 -c tree.tar > tree.tar.gz'],
  ['tree.3.tar.zst', 'zstd', 'zstd -q -3 tree.tar -o tree.3.tar.zst'],
  ['tree.19.tar.zst', 'zstd', 'zstd -q -19 tree.tar -o tree.19.tar.zst'],
  ['tree.22.tar.zst', 'zstd', 'zstd -q -22 --ultra --long tree.tar -o tree.22.tar.zst'],
  ['tree.pipe.tar.zst', 'zstd', 'cat tree.tar | zstd -q > tree.pipe.tar.zst'],
  ['tree.tar.xz', 'xz', 'xz -c tree.tar > tree.tar.xz'],
  ['tree.tar.bz2', 'bzip2', 'bzip2 -c tree.tar > tree.tar.bz2'],
  ['tree.zip', 'zip', 'cd tree && zip -qry ../tree.zip .'],
  ['tree.stored.zip', 'zip', 'cd tree && zip -qry -0 ../tree.stored.zip .'],
  ['tree.streamed.zip', 'bsdtar', 'bsdtar --format=zip -C tree -cf tree.streamed.zip .'],
  ['lies-about-its-name.zip', 'gzip', 'cp tree.tar.gz lies-about-its-name.zip'],
];

const ready = treeTools.every(requireTool);
let reference: ScanJson;

describe.skipIf(!ready)('one tree in every wrapping', () => {
  beforeAll(() => {
    mkdirSync(tree);
    makePythonTree(tree);
    run('tar', ['--format=pax', '-C', tree, '-cf', tar, '.']);
    for (const [, tool, script] of wrappings) if (requireTool(tool)) run('sh', ['-c', script], { cwd: work });
    reference = snapshotJson(tree);
  });

  it('has something of everything', () => {
    const rules = new Set(reference.findings.map(({ rule }) => rule));
    expect([...rules].toSorted()).toEqual([
      'debug-symbols',
      'duplicate-file',
      'duplicate-static-library',
      'optimized-bytecode',
      'static-library',
      'timestamp-bytecode',
    ]);
    expect(reference.notices).toEqual([]);
  });

  it.each(wrappings.filter(([, tool]) => requireTool(tool)))('%s', (file) => {
    const scanned = snapshotJson(join(work, file));
    expect(comparable(scanned)).toEqual(comparable(reference));
    expect(scanned.artifact.length).toBe(statSync(join(work, file)).size);
    expect(scanned.totals['compressed']).toBe(statSync(join(work, file)).size);
    if (scanned.artifact.format === 'tar' && file !== 'tree.gnu.tar' && file !== 'tree.plain-names.tar') {
      expect(scanned.totals['archive']).toBe(statSync(tar).size);
    }
  });

  it.each(['tree.tar', 'tree.tar.gz', 'tree.19.tar.zst', 'tree.tar.xz', 'tree.tar.bz2', 'tree.zip'])(
    '%s on standard input',
    (file) => {
      const input = readFileSync(join(work, file));
      const scanned = snapshotJson('-', { input });
      expect(comparable(scanned)).toEqual(comparable(reference));
      expect(scanned.artifact.length).toBe(input.length);
    },
  );

  it('a snapshot read back', () => {
    const saved = join(work, 'saved.json');
    expect(sizecheck(['snapshot', tar, '-o', saved]).code).toBe(0);
    expect(readFileSync(saved, 'utf8')).toBe(sizecheck(['snapshot', saved]).stdout);
    expect(sizecheck([saved]).stdout).toBe(sizecheck([tar]).stdout);
    expect(comparable(snapshotJson('-', { input: readFileSync(saved) }))).toEqual(comparable(reference));
  });

  it('the same text from run to run', () => {
    for (const format of ['table', 'json', 'du', 'snapshot']) {
      const once = sizecheck(['scan', tar, '--format', format]);
      expect(once.stdout).toBe(sizecheck(['scan', tar, '--format', format]).stdout);
      expect(once.stderr).toBe('');
    }
  });

  it('a scan of the directory finds what a snapshot of it finds', () => {
    const scanned = scanJson([tree]);
    // A snapshot is judged anew where it is read, so it says neither how to fix nor what stays; all else is equal.
    const anew = new Set(['fix', 'keeps', 'keepsBase64']);
    const bare = JSON.stringify(scanned.findings, (key, value: unknown) => (anew.has(key) ? undefined : value));
    expect(JSON.parse(bare)).toEqual(reference.findings);
    expect(scanned.tree).toEqual(reference.tree);
  });
});

/** What must not depend on the wrapping: modes and times are kept by all of them here, disk usage is not. */
function comparable(json: ScanJson) {
  const { content, files, directories, symlinks, hardlinks, other } = json.totals;
  return {
    totals: { content, files, directories, symlinks, hardlinks, other },
    tree: json.tree.map(({ path, content: bytes, files: count, own }) => ({ path, bytes, count, own: own.content })),
    // Directories' modes and times: an archive of plain names has no member for the root.
    entries: json.entries?.map(({ path, kind, size, digest, link, facts, mode, mtime }) =>
      kind === 'file' ? { path, kind, size, digest, link, facts, mode, mtime } : { path, kind, size, digest, link },
    ),
    // What a finding saves of the compressed artifact depends on how that is compressed, and these are on the wrapping itself.
    findings: json.findings
      .filter(({ rule }) => rule !== 'archive-overhead' && rule !== 'recompress')
      .map((finding) => ({ ...finding, stored: undefined })),
    removable: json.removable,
    notices: json.notices,
  };
}

describe.skipIf(!ready)('figures of the tree against GNU tools', () => {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const find = (...args: string[]): string[] =>
    run('find', ['.', ...args], { cwd: tree })
      .split('\n')
      .slice(0, -1);
  const bytesOf = (rule: string, severity?: string): number =>
    sum(
      reference.findings
        .filter((found) => found.rule === rule && (severity === undefined || found.severity === severity))
        .map(({ bytes }) => bytes),
    );

  it('content is the sum of find, each inode once', () => {
    // Lines of inode and size: hard links give the same line.
    const inodes = new Set(find('-type', 'f', '-printf', '%i %s\n'));
    expect(reference.totals['content']).toBe(sum([...inodes].map((line) => Number(line.split(' ')[1]))));
    expect(reference.totals['files']).toBe(inodes.size);
    expect(reference.totals['directories']).toBe(find('-type', 'd').length);
    expect(reference.totals['symlinks']).toBe(find('-type', 'l').length);
  });

  it.each([
    [
      ['--units', 'bytes'],
      ['-S', '-B1'],
    ],
    [
      ['--units', 'iec'],
      ['-S', '-h'],
    ],
    [
      ['--units', 'si'],
      ['-S', '--si'],
    ],
  ])('--format du %j equals du %j line for line', (ours, theirs) => {
    const lines = (text: string): string[] => text.trimEnd().split('\n').toSorted();
    const printed = sizecheck(['scan', tree, '--format', 'du', ...ours]).stdout;
    expect(lines(printed)).toEqual(lines(run('du', theirs, { cwd: tree })));
  });

  it('disk is the total of du', () => {
    expect(reference.totals['disk']).toBe(Number(run('du', ['-s', '-B1', tree]).split('\t')[0]));
    expect(reference.tree[0]?.disk).toBe(reference.totals['disk']);
  });

  it('optimised bytecode is what find finds', () => {
    expect(bytesOf('optimized-bytecode')).toBe(sum(find('-name', '*.opt-[12].pyc', '-printf', '%s\n').map(Number)));
  });

  it('static libraries are what find finds', () => {
    const named = (name: string): number => sum(find('-name', name, '-printf', '%s\n').map(Number));
    expect(bytesOf('static-library', 'warn')).toBe(named('libdemo.a'));
    expect(bytesOf('static-library', 'info')).toBe(named('libalone.a'));
    expect(bytesOf('duplicate-static-library')).toBe(named('libdemo.a') / 2);
  });

  it('duplicates are what sha256sum finds', () => {
    const digests = run('sh', ['-c', 'find . -type f -size +0 -exec sha256sum {} +'], { cwd: tree })
      .trimEnd()
      .split('\n');
    const seen = new Set<string>();
    let bytes = 0;
    for (const line of digests) {
      const [digest, path] = [line.slice(0, 64), line.slice(66)];
      if (seen.has(digest)) bytes += statSync(join(tree, path)).size;
      seen.add(digest);
    }
    expect(bytesOf('duplicate-file')).toBe(bytes);
  });

  it('debug symbols are what strip removes of copies', () => {
    const claims = reference.findings.find(({ rule }) => rule === 'debug-symbols')?.claims ?? [];
    expect(claims.length).toBeGreaterThanOrEqual(8);
    for (const { path, bytes } of claims) {
      const copy = join(work, basename(path));
      copyFileSync(join(tree, path), copy);
      run('strip', [/\.[ao]$/.test(path) ? '-g' : '--strip-unneeded', copy]);
      const removed = statSync(join(tree, path)).size - statSync(copy).size;
      expect(Math.abs(bytes - removed), path).toBeLessThanOrEqual(Math.max(1024, removed * 0.02));
    }
  });

  it('stale bytecode is named with its reason', () => {
    const warned = reference.findings.filter(
      ({ rule, severity }) => rule === 'timestamp-bytecode' && severity === 'warn',
    );
    expect(
      warned.flatMap(({ claims }) => claims.map(({ path }) => path)).every((path) => path.includes('keyword.')),
    ).toBe(true);
    expect(warned[0]?.title).toContain('mtime');
  });

  it('following the fixes frees what was promised', () => {
    const copy = join(work, 'fixed');
    run('cp', ['-a', tree, copy]);
    run(
      'sh',
      ['-c', 'find . -name "*.opt-[12].pyc" -delete; rm lib/libdemo.a lib/python3/config/libdemo.a lib/libalone.a'],
      { cwd: copy },
    );
    const removed = (reference.totals['content'] ?? 0) - (scanJson([copy]).totals['content'] ?? 0);
    expect(removed).toBe(bytesOf('optimized-bytecode') + bytesOf('static-library'));
    expect(reference.removable.content).toBeGreaterThanOrEqual(removed);
  });

  it('JSON has exactly the keys of schema 1', () => {
    const json = scanJson([tar]);
    expect(Object.keys(json)).toEqual([
      'schema',
      'tool',
      'artifact',
      'totals',
      'tree',
      'findings',
      'removable',
      'notices',
    ]);
    expect(Object.keys(json.totals)).toEqual([
      'content',
      'disk',
      'archive',
      'compressed',
      'files',
      'directories',
      'symlinks',
      'hardlinks',
      'other',
    ]);
    expect(Object.keys(json.tree[0] ?? {})).toEqual(['path', 'content', 'disk', 'files', 'own']);
    expect(Object.keys(json.findings[0] ?? {})).toEqual(['rule', 'severity', 'title', 'bytes', 'claims', 'fix']);
    expect(Object.keys(json.findings[0]?.claims[0] ?? {})).toEqual(['path', 'part', 'bytes']);
    expect(json.artifact).toEqual({ name: tar, format: 'tar', codecs: [], length: statSync(tar).size });
    writeFileSync(join(work, 'scan.json'), JSON.stringify(json));
    expect(sizecheck([join(work, 'scan.json')])).toMatchObject({ code: 2, stdout: '' });
  });
});
