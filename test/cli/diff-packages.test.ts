// `diff --by package` and `check --by package`: what each side's own files sum to (find and python3 say), in every form.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PackageChange } from '../../src/model/diff.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('diff-packages');

function write(root: string, files: Readonly<Record<string, number>>): void {
  for (const [path, size] of Object.entries(files)) {
    mkdirSync(dirname(join(work, root, path)), { recursive: true });
    writeFileSync(join(work, root, path), Buffer.alloc(size, path));
  }
}

/** A Python package as an installer leaves it: with a list of its files. */
function python(root: string, name: string, version: string, files: Readonly<Record<string, number>>): void {
  const info = `${name}-${version}.dist-info`;
  write(root, files);
  mkdirSync(join(work, root, info), { recursive: true });
  const lines = [...Object.keys(files).map((path) => `${path},,`), `${info}/RECORD,,`];
  writeFileSync(join(work, root, info, 'RECORD'), `${lines.join('\n')}\n`);
}

function node(root: string, folder: string, version: string, size: number): void {
  write(root, { [`${folder}/index.js`]: size });
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  writeFileSync(join(work, root, folder, 'package.json'), JSON.stringify({ name, version }));
}

/** Content below the given paths of a tree, as find sums it. */
function content(root: string, ...paths: readonly string[]): number {
  const sizes = run('find', [...paths, '-type', 'f', '-printf', '%s\\n'], { cwd: join(work, root) });
  return sizes
    .trim()
    .split('\n')
    .reduce((sum, size) => sum + Number(size), 0);
}

/** Compressed bytes of members whose names hold one of the words. */
const zipSizes = `
import sys, zipfile
members = zipfile.ZipFile(sys.argv[1]).infolist()
print(sum(m.compress_size for m in members if any(word in m.filename for word in sys.argv[2].split(" "))))
`;

beforeAll(() => {
  for (const root of ['old', 'new']) rmSync(join(work, root), { recursive: true, force: true });
  write('old', { 'own.py': 10, 'same.py': 5 });
  write('new', { 'own.py': 400, 'same.py': 5 });
  python('old', 'Flask_Cors', '1.0', { 'cors/a.py': 100, 'cors/b.py': 50 });
  python('new', 'flask.cors', '2.0', { 'cors/a.py': 120 });
  python('old', 'gone', '3', { 'gone/x.py': 70 });
  python('new', 'fresh|`<b>', '0.1', { 'fresh/y.py': 5000, 'fresh/deep/z.py': 10 });
  python('old', 'steady', '7', { 'steady/s.py': 30 });
  python('new', 'steady', '7', { 'steady/s.py': 30 });
  node('old', 'node_modules/lodash', '4.17.20', 600);
  node('new', 'node_modules/lodash', '4.17.21', 600);
  node('new', 'node_modules/left/node_modules/lodash', '3.0.0', 80);
  node('new', 'node_modules/left', '1.0.0', 9);
  for (const root of ['old', 'new'])
    run('sh', ['-c', `tar -cf ${root}.tar -C ${root} . && cd ${root} && zip -qr ../${root}.zip .`], { cwd: work });
  for (const root of ['old', 'new']) sizecheck(['snapshot', `${root}.zip`, '-o', `${root}.json`], { cwd: work });
  const { packages, ...others } = JSON.parse(readFileSync(join(work, 'old.json'), 'utf8'));
  expect(packages).toHaveLength(5);
  writeFileSync(join(work, 'without.json'), JSON.stringify(others));
});

function diff(old: string, now: string, ...more: readonly string[]): string {
  const ran = sizecheck(['diff', old, now, '--by', 'package', ...more], { cwd: work });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  return ran.stdout;
}

function packagesOf(text: string): PackageChange[] {
  // Sound: docs/json.md.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { packages, delta } = JSON.parse(text) as { packages: PackageChange[]; delta: { content: number } };
  expect(packages.reduce((sum, one) => sum + one.delta, 0)).toBe(delta.content);
  return packages;
}

describe.skipIf(!['find', 'tar', 'zip', 'python3'].every(requireTool))('packages of a diff', () => {
  it.each(['', '.tar', '.zip', '.json'])('are what each side has of them (%s)', (suffix) => {
    const both = (kind: PackageChange['kind'], name: string | null, ...sides: readonly PackageChange['before'][]) => {
      const [before = null, after = null] = sides;
      return { name, kind, before, after, delta: (after?.content ?? 0) - (before?.content ?? 0) };
    };
    const side = (root: string, versions: readonly string[], ...paths: readonly string[]) => ({
      versions,
      content: content(root, ...paths),
    });
    expect(packagesOf(diff(`old${suffix}`, `new${suffix}`, '--json'))).toEqual([
      both(
        'python',
        'flask.cors',
        side('old', ['1.0'], 'cors', 'Flask_Cors-1.0.dist-info'),
        side('new', ['2.0'], 'cors', 'flask.cors-2.0.dist-info'),
      ),
      both('python', 'fresh|`<b>', null, side('new', ['0.1'], 'fresh', 'fresh|`<b>-0.1.dist-info')),
      both('python', 'gone', side('old', ['3'], 'gone', 'gone-3.dist-info')),
      both('node', 'left', null, {
        versions: ['1.0.0'],
        content: content('new', 'node_modules/left') - content('new', 'node_modules/left/node_modules'),
      }),
      both(
        'node',
        'lodash',
        side('old', ['4.17.20'], 'node_modules/lodash'),
        side('new', ['3.0.0', '4.17.21'], 'node_modules/lodash', 'node_modules/left/node_modules/lodash'),
      ),
      both('unowned', null, side('old', [], 'own.py', 'same.py'), side('new', [], 'own.py', 'same.py')),
    ]);
  });

  it('are told in tables and comments, whose rows add up', () => {
    const units = ['--units', 'bytes'];
    const table = diff('old.zip', 'new.zip', ...units);
    expect(table).not.toContain('Directories (');
    expect(table).toMatch(/ lodash 4\.17\.20 -> 3\.0\.0, 4\.17\.21 \(node\)\n/);
    expect(table).toMatch(/ flask\.cors 1\.0 -> 2\.0 \(python\)\n/);
    expect(table).toMatch(/\[new\] .* fresh\|`<b> 0\.1 \(python\)\n/);
    expect(table).toMatch(/ \(in no package\)\n/);
    for (const more of [[], ['--top', '2'], ['--sort', 'path'], ['--sort', 'size'], ['--min-change', '300']]) {
      const text = diff('old.zip', 'new.zip', ...units, ...more);
      const rows = text.slice(text.indexOf('PACKAGE\n') + 8, text.indexOf('TOTAL')).split('\n');
      const deltas = rows.map((row) => Number(/^ +([-+]?[\d,]+) B/.exec(row)?.[1]?.replaceAll(',', '')));
      const total = content('new', '.') - content('old', '.');
      expect(deltas.at(-1)).toBe(total);
      expect(deltas.slice(0, -1).reduce((sum, delta) => sum + delta, 0)).toBe(total);
    }
    const markdown = diff('old.zip', 'new.zip', '--format', 'markdown', ...units);
    expect(markdown).toContain('| Package (content) |');
    expect(markdown).toContain(String.raw`| ${'`'}fresh\x7c\x60<b> 0.1${'`'} (python) |`);
    expect(markdown).toMatch(/\| \+390\u00a0B \| .* \| \(in no package\) \|/);
    expect(markdown).not.toContain('Directory (own');
  });

  it('take the targets of symlinks, too, that a zip stores; the largest first', () => {
    python('links', 'alias', '1', { 'alias/small.bin': 40 });
    write('links', { 'node_modules/dense/a.js': 9000, 'node_modules/dense/package.json': 0 });
    const target = 'x'.repeat(3) + Array.from({ length: 300 }, (_, at) => (at * at * 7919).toString(36)).join('');
    const links = `ln -s ${target} alias/link && printf 'alias/link,,\\n' >> alias-1.dist-info/RECORD && zip -qry ../links.zip .`;
    run('sh', ['-c', links], { cwd: join(work, 'links') });
    const args = ['links.zip', '--by', 'package', '--size', 'compressed', '--units', 'bytes'];
    const { stdout } = sizecheck(args, { cwd: work });
    const zipped = (words: string): string =>
      Number(run('python3', ['-c', zipSizes, 'links.zip', words], { cwd: work })).toLocaleString('en');
    expect(Number(zipped('alias/link').replace(',', ''))).toBeGreaterThan(500);
    const rows = [...stdout.matchAll(/^ +([\d,]+) B .* (alias 1|dense)$/gm)].map(([, size, name]) => [name, size]);
    expect(rows).toEqual([
      ['alias 1', zipped('alias')],
      ['dense', zipped('dense/')],
    ]);
  });

  it('need no version', () => {
    for (const [root, version] of [['bare-old'], ['bare-new', '1.0']] as const) {
      write(root, { 'node_modules/bare/a.js': root === 'bare-old' ? 5 : 9, 'node_modules/now/a.js': 7 });
      write(root, { 'node_modules/bare/package.json': 0, 'node_modules/now/package.json': 0 });
      const known = JSON.stringify({ name: 'now', version });
      writeFileSync(join(work, root, 'node_modules/now/package.json'), known);
    }
    const table = diff('bare-old', 'bare-new');
    expect(table).toContain('  bare (node)\n');
    expect(table).toContain('  now ? -> 1.0 (node)\n');
  });

  it('take of a zip what its members do', () => {
    const zipped = (zip: string, words: string): number =>
      Number(run('python3', ['-c', zipSizes, zip, words], { cwd: work }));
    const lodash = [zipped('old.zip', 'lodash/'), zipped('new.zip', 'lodash/')] as const;
    const cors = 'cors/ Flask_Cors- flask.cors-';
    const text = diff('old.zip', 'new.zip', '--size', 'compressed', '--json');
    const changes = new Map(packagesOf(text).map((one) => [one.name, one]));
    const storedOf = (name: string | null): (number | undefined)[] => {
      const { before, after } = changes.get(name) ?? {};
      return [before?.stored, after?.stored];
    };
    expect(storedOf('lodash')).toEqual(lodash);
    expect(storedOf('flask.cors')).toEqual([zipped('old.zip', cors), zipped('new.zip', cors)]);
    const whole = JSON.parse(
      sizecheck(['new.zip', '--by', 'package', '--size', 'compressed', '--json'], { cwd: work }).stdout,
    );
    const rows: { stored: number }[] = whole.packages;
    expect(rows.reduce((sum, { stored }) => sum + stored, 0)).toBe(zipped('new.zip', ''));

    const table = diff('old.zip', 'new.zip', '--size', 'compressed', '--units', 'bytes');
    expect(table).toContain('Packages (compressed; each file');
    expect(table).toMatch(new RegExp(` ${lodash[0]} B +${lodash[1]} B +lodash `));
    expect(table).toMatch(/ \(headers, padding, framing\)\n.* TOTAL\n/);
    const again = sizecheck(['report', '-', '--size', 'compressed', '--units', 'bytes'], { cwd: work, input: text });
    expect(again.stdout).toBe(table);
    const wrong = text.replace(`"stored":${lodash[1]}`, `"stored":${lodash[1] + 1}`);
    expect(sizecheck(['report', '-'], { cwd: work, input: wrong }).stderr).toContain('do not sum to delta.compressed');
    const scanned = sizecheck(['new.zip', '--by', 'package', '--size', 'compressed', '--units', 'bytes'], {
      cwd: work,
    });
    expect(scanned.stdout).toMatch(new RegExp(`^ +${zipped('new.zip', 'steady')} B .* steady 7`, 'm'));
    expect(scanned.stdout).toMatch(/^ {2}overhead [\d,]+ B, /m);
  });

  it('survive being saved, and have to add up', () => {
    const saved = diff('old.zip', 'new.zip', '--json');
    const again = sizecheck(['report', '-', '--format', 'json'], { cwd: work, input: saved });
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(saved));
    const less = JSON.stringify({
      ...JSON.parse(saved),
      packages: packagesOf(saved).filter(({ name }) => name !== 'gone'),
    });
    const wrong = sizecheck(['report', '-'], { cwd: work, input: less });
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('has packages whose content does not sum to delta.content\n');
  });

  it('are those of a gate, where its comment asks for them', () => {
    const check = (...args: readonly string[]) =>
      sizecheck(['check', 'new.zip', '--max-growth', '1', '--by', 'package', ...args], { cwd: work });
    const text = check('--baseline', 'old.zip', '--format', 'markdown').stdout;
    expect(text).toContain('| Package (content) |');
    const saved = check('--baseline', 'old.zip', '--json').stdout;
    expect(sizecheck(['comment', '--from', '-', '--dry-run'], { cwd: work, input: saved }).stdout).toContain(
      '| Package (content) |',
    );
    const table = check('--baseline', 'old.zip');
    expect([table.code, table.stdout]).toEqual([2, '']);
    expect(table.stderr).toContain(
      '--by package has no effect with --format table; formats that show it: json, markdown, html\n',
    );
    const snapshot = check('--baseline', 'old.json', '--format', 'markdown');
    expect([snapshot.code, snapshot.stdout.replace('old.json', 'old.zip')]).toEqual([1, text]);
    const without = check('--baseline', 'without.json', '--format', 'markdown');
    const warning =
      'sizecheck: warning: "without.json" was saved without packages: what changed is shown by directory\n';
    expect([without.code, without.stderr]).toEqual([1, warning]);
    expect(without.stdout).toContain('| Directory (own content) |');
    expect(check('--baseline', 'without.json', '--format', 'markdown', '--quiet').stderr).toBe('');
    const args = ['check', 'without.json', '--baseline', 'old.zip', '--max-growth', '1', '--by', 'package', '--json'];
    expect(sizecheck(args, { cwd: work }).stderr).toBe(warning);
    // A summary is Markdown, beside whatever format.
    const env = { GITHUB_STEP_SUMMARY: join(work, 'summary.md') };
    const summary = sizecheck([...args.slice(0, -1), '--summary'], { cwd: work, env });
    expect([summary.code, summary.stderr]).toEqual([0, warning]);
  });

  it('are kept by snapshots, also of snapshots, and have to be those of their entries', () => {
    const whole = diff('old.zip', 'new.zip', '--size', 'compressed', '--json');
    const kept = diff('old.json', 'new.zip', '--size', 'compressed', '--json');
    expect(packagesOf(kept)).toEqual(packagesOf(whole));
    sizecheck(['snapshot', 'old.json', '-o', 'again.json'], { cwd: work });
    expect(readFileSync(join(work, 'again.json'))).toEqual(readFileSync(join(work, 'old.json')));
    const saved = readFileSync(join(work, 'old.json'), 'utf8');
    const wrong: readonly (readonly [from: RegExp, to: string, message: RegExp])[] = [
      [
        /"content":108,"files":2/,
        '"content":109,"files":2',
        /has packages with content of \d+, but totals.content \d+/,
      ],
      [/"content":108,"files":2/, '"content":108,"files":3', /has packages with files of 12, but totals.files 11/],
      [/("content":108.*"stored":)(\d+)/, '$11$2', /has packages with \d+ stored bytes, but its entries have \d+/],
      [/"kind":"unowned"/, '"kind":"node"', /has packages without a last row of what is in none/],
      [/"name":"gone"/, '"name":7', /has no packages\[\d\]\.name/],
      [/"version":"3"/, '"version":3', /has a bad packages\[\d\]\.version 3/],
      [/"kind":"python"/, '"kind":"ruby"', /has an unknown packages\[\d\]\.kind/],
      [/"packages": \[/, '"packages": {}, "other": [', /has no list at packages/],
    ];
    for (const [from, to, message] of wrong) {
      expect(saved).toMatch(from);
      const ran = sizecheck(['scan', '-'], { cwd: work, input: saved.replace(from, to) });
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).toMatch(message);
    }
  });

  it.each([
    [
      ['without.json', 'new.zip'],
      'without.json: --by package needs the artifact itself, or the whole of a snapshot that was saved with packages',
    ],
    [
      ['old.json', 'new.zip', '--include', 'cors/**'],
      'old.json: --by package needs the artifact itself, or the whole of a snapshot that was saved with packages',
    ],
    [['old.zip', 'new.zip', '--size', 'disk'], '--by package shows no disk usage'],
    [
      ['old.zip', 'new.zip', '--format', 'csv'],
      '--by package has no effect with --format csv; formats that show it: table, json, markdown, html',
    ],
  ])('of %j cannot be told', (args, message) => {
    const ran = sizecheck(['diff', ...args, '--by', 'package'], { cwd: work });
    expect(ran).toEqual({ code: 2, stdout: '', stderr: `sizecheck: ${message}\n` });
  });
});
