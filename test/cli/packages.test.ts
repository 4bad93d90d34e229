// `scan --by package` and `--leftovers` as a user has them, and their figures against python3, dpkg and find.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge, rules } from '../../src/rules/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { requireTool, run } from '../oracles.ts';
import { buildElf } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('by-package');

interface Row {
  name: string | null;
  version: string | null;
  kind: string;
  path: string | null;
  content: number;
  files: number;
  removable: number;
}

function packagesOf(artifact: string, ...more: readonly string[]): { rows: Row[]; notices: { message: string }[] } {
  const ran = sizecheck(['scan', artifact, '--by', 'package', '--json', ...more]);
  if (ran.code !== 0) throw new Error(ran.stderr);
  const json: {
    packages: Row[];
    totals: { content: number; files: number };
    notices: { message: string }[];
    removable: { content: number };
  } = JSON.parse(ran.stdout);
  const { packages: rows, totals, notices, removable } = json;
  expect(rows.reduce((sum, { content }) => sum + content, 0)).toBe(totals.content);
  expect(rows.reduce((sum, { files }) => sum + files, 0)).toBe(totals.files);
  expect(rows.reduce((sum, row) => sum + row.removable, 0)).toBe(removable.content);
  return { rows, notices };
}

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(work, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** Makes a wheel with a RECORD of its own, unpacks it as an installer does, and sums what the csv module reads of it. */
const installer = `
import base64, compileall, csv, hashlib, io, json, os, sys, zipfile
root = sys.argv[1]
site = os.path.join(root, "lib", "site-packages")
sums = {}
for name, count in (("alpha", 5), ("beta", 3)):
    info = name + "-1.0.dist-info"
    files = {"%s/m%d.py" % (name, i): b"x = %d\\n" % i * (i + 1) for i in range(count)}
    files[name + "/__init__.py"] = b""
    files[name + '/odd, "name".txt'] = b"data"
    files[info + "/METADATA"] = b"Name: " + name.encode() + b"\\n"
    rows = [(p, "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(c).digest()).decode().rstrip("="), len(c)) for p, c in files.items()]
    out = io.StringIO()
    csv.writer(out, lineterminator="\\n").writerows(rows + [(info + "/RECORD", "", "")])
    files[info + "/RECORD"] = out.getvalue().encode()
    wheel = os.path.join(root, name + "-1.0-py3-none-any.whl")
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as z:
        for p, c in files.items(): z.writestr(p, c)
    with zipfile.ZipFile(wheel) as z: z.extractall(site)
compileall.compile_dir(site, quiet=1)
for name in ("alpha", "beta"):
    total = 0
    with open(os.path.join(site, name + "-1.0.dist-info", "RECORD"), newline="") as f:
        for row in csv.reader(f):
            path = os.path.join(site, row[0])
            total += os.stat(path).st_size
            if path.endswith(".py"):
                import importlib.util
                total += os.stat(importlib.util.cache_from_source(path)).st_size
    sums[name] = total
print(json.dumps(sums))
`;

describe('packages, against other programs,', () => {
  it.skipIf(!requireTool('python3'))('sum as RECORD does with the csv module and stat', () => {
    const root = join(work, 'python');
    mkdirSync(root);
    const sums: Record<string, number> = JSON.parse(run('python3', ['-c', installer, root]));
    const { rows, notices } = packagesOf(join(root, 'lib'), '--digests', 'all');
    const own = rows.filter(({ kind }) => kind === 'python').map(({ name, content }) => [name, content] as const);
    expect(Object.fromEntries(own)).toEqual(sums);
    expect(rows.at(-1)).toMatchObject({ kind: 'unowned', name: null, content: 0 });
    expect(notices).toEqual([]);
    const wheel = packagesOf(join(root, 'beta-1.0-py3-none-any.whl'));
    expect(wheel.rows).toMatchObject([{ name: 'beta', version: '1.0', path: 'beta-1.0.dist-info' }, { content: 0 }]);
    expect(wheel.notices).toEqual([]);
  });

  const installed = ['dash', 'sed', 'grep', 'libc-bin'];

  it.skipIf(!requireTool('dpkg') || !existsSync('/var/lib/dpkg/status'))('sum as dpkg -L does', () => {
    const root = join(work, 'debian');
    const copy = `
      set -eu; root=$1; shift; mkdir -p "$root/var/lib/dpkg/info"
      for link in bin lib lib64 sbin; do mkdir -p "$root/usr/$link"; [ -L /$link ] && cp -a /$link "$root/" || mkdir -p "$root/$link"; done
      cp /var/lib/dpkg/status "$root/var/lib/dpkg/"
      [ -e /var/lib/dpkg/diversions ] && cp /var/lib/dpkg/diversions "$root/var/lib/dpkg/"
      for package; do
        cp /var/lib/dpkg/info/"$package".list "$root/var/lib/dpkg/info/"
        dpkg -L "$package" | sed -n 's/^diverted by .* to: //;s/^package diverts others to: .*//;/./p' | while read -r file; do
          if [ -f "$file" ] && [ ! -L "$file" ]; then
            mkdir -p "$root$(dirname "$file")"; cp -a "$file" "$root$file"; stat -c "%s $package" "$file"
          fi
        done
      done`;
    const sums = new Map(installed.map((name) => [name, 0]));
    for (const line of run('sh', ['-c', copy, 'sh', root, ...installed])
      .split('\n')
      .filter(Boolean)) {
      const [bytes, name = ''] = line.split(' ');
      sums.set(name, (sums.get(name) ?? 0) + Number(bytes));
    }
    const { rows } = packagesOf(root);
    expect(
      new Map(rows.filter(({ kind }) => kind === 'debian').map(({ name, content }) => [name ?? '', content])),
    ).toEqual(new Map([...sums].toSorted(([, a], [, b]) => b - a)));
    for (const name of installed) {
      const known = run('dpkg-query', ['-W', '-f', '${Version}', name]);
      expect(rows.find((row) => row.name === name)?.version).toBe(known);
    }
  });

  it('of node_modules sum as find does', () => {
    const root = resolve(import.meta.dirname, '../..');
    const { rows } = packagesOf(join(root, 'node_modules'));
    const packages = rows.filter(({ kind }) => kind === 'node');
    expect(packages.length).toBeGreaterThan(20);
    for (const { path, content, name } of packages) {
      const place = join(root, 'node_modules', path ?? '');
      // Nested packages are apart; a file with several names counts once.
      const list = run(
        'find',
        ['.', '-mindepth', '1', '-name', 'node_modules', '-prune', '-o', '-type', 'f', '-printf', '%i %s\\n'],
        { cwd: place },
      );
      const inodes = new Map(
        list
          .split('\n')
          .filter(Boolean)
          .map((line) => line.split(' '))
          .map(([inode, size]) => [inode, Number(size)]),
      );
      expect([name, content]).toEqual([name, [...inodes.values()].reduce((sum, size) => sum + size, 0)]);
      const manifest: { name?: string } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'));
      expect(name).toBe(manifest.name);
    }
  });
});

describe('scan --by package', () => {
  it('prints rows that add up, the rest and what belongs to no package among them', () => {
    const packages = ['a', 'b', 'c'].map((name) => [
      `node_modules/${name}/package.json`,
      `{"name":"${name}","version":"1.0.0"}`,
    ]);
    const root = folder('table', { ...Object.fromEntries(packages), 'index.js': 'x'.repeat(100) });
    const { stdout, code } = sizecheck(['scan', root, '--by', 'package', '--top', '2', '--units', 'bytes']);
    expect(code).toBe(0);
    expect(stdout.slice(stdout.indexOf('Packages'), stdout.indexOf('Findings'))).toBe(
      [
        'Packages (content; each file belongs to one package or to none)',
        '   SIZE      %  REMOVABLE  FILES  KIND  PACKAGE',
        '   30 B  15.8%        0 B      1  node  a 1.0.0',
        '   30 B  15.8%        0 B      1  node  b 1.0.0',
        '   30 B  15.8%        0 B      1        1 more: --top N',
        '  100 B  52.6%        0 B      1        (in no package)',
        '',
        '',
      ].join('\n'),
    );
    expect(stdout).not.toContain('Directories');
  });

  it('says what of an artifact findings can remove by package', () => {
    const root = folder('removable', {
      'node_modules/a/package.json': '{}',
      'node_modules/a/one.js': 'same',
      'node_modules/b/package.json': '{"a":1}',
      'node_modules/b/two.js': 'same',
    });
    const { rows } = packagesOf(root);
    expect(rows.map(({ name, removable }) => [name, removable])).toEqual([
      ['b', 4],
      ['a', 0],
      [null, 0],
    ]);
  });

  it('names are inert', () => {
    const name = String.raw`\u001b[31m\n::error::|`;
    const root = folder('hostile', { 'node_modules/a/package.json': `{"name":"${name}","version":"\\u202e1"}` });
    const { stdout } = sizecheck(['scan', root, '--by', 'package']);
    expect(stdout).toContain(String.raw`\x1b[31m\n::error::| \u{202e}1`);
    expect(stdout).not.toContain('\u001b');
    expect(packagesOf(root).rows[0]?.name).toBe('\u001b[31m\n::error::|');
  });

  it('are those that a snapshot was saved with, as long as its rules find the same', () => {
    const [name, other] = ['{"name":"a","version":"1.2"}', '{"name":"b"}'];
    const copies = { 'node_modules/a/x': 'same '.repeat(99), 'node_modules/b/x': 'same '.repeat(99), y: 'y' };
    const packages = { 'node_modules/a/package.json': name, 'node_modules/b/package.json': other };
    const root = folder('saved', { ...packages, ...copies });
    const file = join(work, 'saved.json');
    expect(sizecheck(['snapshot', root, '-o', file]).code).toBe(0);
    for (const options of [[], ['--json'], ['--format', 'markdown']]) {
      const [of, saved] = [root, file].map((path) => sizecheck(['scan', path, '--by', 'package', ...options]));
      expect(of?.stdout).toContain('1.2');
      expect([saved?.code, saved?.stdout]).toEqual([0, of?.stdout]);
    }
    const ran = sizecheck(['scan', file, '--by', 'package', '--rules', 'debug-symbols']);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toContain('was judged by other rules');
  });

  it('needs the artifact itself, and says nothing is missing of a part', () => {
    const root = folder('part', { 'a.py': 'a', 'x-1.dist-info/RECORD': 'a.py,,1\ngone.py,,1\n' });
    const file = join(work, 'part.json');
    expect(sizecheck(['snapshot', root, '-o', file]).code).toBe(0);
    expect(sizecheck(['scan', file, '--by', 'package', '--include', 'a.py'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('or the whole of a snapshot that was saved with packages'),
    });
    expect(packagesOf(root).notices).toHaveLength(1);
    expect(packagesOf(root, '--exclude', 'a.py').notices).toEqual([]);
  });
});

describe('leftovers', () => {
  const root = folder('leftovers', {
    'lib/python3.9/os.py': '1',
    'lib/python3.9/site.py': '12',
    'lib/python3.9/encodings/utf_8.py': '123',
    'lib/python3.9/test/test_a.py': 'x'.repeat(5000),
  });
  const cli = (...args: readonly string[]) => sizecheck(['scan', root, ...args]);

  it('are told apart, and count and fail only where they are asked for', () => {
    const plain = cli();
    expect(plain.stdout).toContain(
      [
        'Leftovers (not counted below; --leftovers counts them)',
        '  4.9 KiB  test-suite  1 file of test suites',
        "                       needed by python -m test and packages' own tests",
      ].join('\n'),
    );
    expect(plain.stdout).not.toContain('Removable');
    expect(cli('--fail-on', 'info').code).toBe(0);
    for (const asked of [['--leftovers'], ['--rules', 'test-suite']]) {
      expect(cli(...asked, '--fail-on', 'info').code).toBe(1);
      expect(cli(...asked).stdout).toContain('$ rm -r lib/python3.9/test\n');
      expect(cli(...asked).stdout).toContain('Removable: 4.9 KiB = 5,000 B');
    }
    expect(cli('--ignore', 'test-suite:lib/**').stdout).not.toContain('Leftovers');
  });

  it('carry a mark in JSON, as long as they do not count', () => {
    const json = (...args: readonly string[]) => JSON.parse(cli('--json', ...args).stdout);
    expect(json()).toMatchObject({ findings: [{ rule: 'test-suite', leftover: true }], removable: { content: 0 } });
    expect(json('--leftovers').findings[0]).not.toHaveProperty('leftover');
    expect(json('--leftovers').removable).toEqual({ content: 5000 });
  });

  it.each(rules.filter(({ leftover }) => leftover === true).map(({ id }) => id))(
    '%s: following its commands frees what it claims, and nothing else',
    async (id) => {
      const site = 'lib/python3.9/site-packages';
      const paths = [
        'os.py',
        'site.py',
        'encodings/a.py',
        'test/a.py',
        'idlelib/b.py',
        'lib2to3/tests/c.py',
        'ensurepip/_bundled/pip.whl',
        'ensurepip/_bundled/x.py',
        'config-3.9-x/Makefile',
        'config-3.9-x/a.a',
        'lib-dynload/_testcapi.so',
        'lib-dynload/_ctypes.so',
      ].map((path) => `lib/python3.9/${path}`);
      const tree = folder(`follow-${id}`, {
        ...Object.fromEntries(paths.map((path, index) => [path, 'x'.repeat(100 + index)])),
        ...Object.fromEntries(['a.h', 'sub dir/b.h'].map((path, index) => [`include/${path}`, 'y'.repeat(10 + index)])),
        'lib/libz.la': 'la',
        'lib/pkgconfig/z.pc': 'pc!',
        'bin/idle3.9': 'idle',
        'share/man/man1/a.1': 'manual',
        'share/doc/x/copyright': 'licence',
        'share/doc/x/README': 'read me',
        [`${site}/p/m.so`]: 'compiled',
        [`${site}/p/m.pyx`]: 'source..',
        [`${site}/p/include/m.h`]: 'header...',
        [`${site}/p/tests/test_m.py`]: 'a test....',
        [`${site}/q/test/runner.py`]: 'no test....',
        'share/locale/de/LC_MESSAGES/a.mo': 'catalogue..',
        'share/locale/locale.alias': 'alias',
        [`${site}/q/locale/de.mo`]: 'catalogue...',
        [`${site}/q/locale/de.po`]: 'its source...',
        'app/node_modules/a/a.d.ts': 'declaration...',
        'app/node_modules/a/a.js.map': 'map.............',
        'app/node_modules/a/a.map': 'no map...........',
        'app/node_modules/a/prebuilds/linux-x64/a.node': 'addon..............',
        'app/node_modules/a/prebuilds/win32-x64/a.node': 'another addon.......',
      });
      writeFileSync(join(tree, 'bin/node'), buildElf({ type: 3 }));
      const options = { ...defaultLimits, digests: 'auto', facts: 'needed' } as const;
      const before = await scan(tree, options);
      const [found, other] = judge(
        before,
        rules.filter((rule) => rule.id === id),
        'counted',
      );
      expect([found?.rule, other]).toEqual([id, undefined]);
      for (const command of found?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: tree });
      const after = await scan(tree, options);
      const left = new Set(after.entries.map(({ path }) => path));
      const gone = before.entries.filter(({ path, kind }) => kind === 'file' && !left.has(path));
      expect(gone.map(({ path }) => path)).toEqual(found?.claims.map(({ path }) => path).toSorted());
      expect(before.totals.content - after.totals.content).toBe(found?.bytes);
    },
  );

  it('are in a diff and in a gate only where they are named', () => {
    const empty = folder('empty', { a: 'a' });
    const news = (...args: readonly string[]) =>
      JSON.parse(sizecheck(['diff', empty, root, '--json', ...args]).stdout).findings.new.length;
    expect(news()).toBe(0);
    expect(news('--leftovers')).toBe(1);
    expect(news('--rules', 'test-suite')).toBe(1);
    const budgets = join(work, 'budgets.json');
    const gate = (severities: object) => {
      writeFileSync(
        budgets,
        JSON.stringify({
          version: 1,
          artifacts: [{ name: 'x', path: 'leftovers', uncompressed: { max: '1 MB' } }],
          rules: severities,
        }),
      );
      const ran = sizecheck(['check', '--budgets', budgets, '--json']);
      return [ran.code, JSON.parse(ran.stdout).artifacts[0].findings.length];
    };
    expect(gate({})).toEqual([0, 0]);
    expect(gate({ 'test-suite': 'off' })).toEqual([0, 0]);
    expect(gate({ 'test-suite': 'info' })).toEqual([0, 1]);
    expect(gate({ 'test-suite': 'error' })).toEqual([1, 1]);
  });
});
