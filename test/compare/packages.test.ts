// Which package owns which file: every byte belongs to one or to none, whatever the lists claim.
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packageRollup, packagesOf } from '../../src/compare/packages/index.ts';
import type { PackageRollup } from '../../src/compare/packages/index.ts';
import { createTally } from '../../src/compare/packages/tally.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { buildDeb, version } from '../build/deb.ts';
import { buildImage, layoutFiles, tarOf as tarOfFiles } from '../build/image.ts';
import { buildTar, pax } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('packages');
let number = 0;

async function rollup(archive: Uint8Array, name = `${number++}.tar`): Promise<PackageRollup> {
  const path = join(work, name);
  writeFileSync(path, archive);
  return rollupAt(path);
}

async function rollupAt(path: string, more: Partial<ScanOptions> = {}): Promise<PackageRollup> {
  const snapshot = await scan(path, { ...defaultLimits, digests: 'auto', facts: 'needed', packages: true, ...more });
  const result = packageRollup(snapshot);
  const rows = [...result.packages, result.unowned];
  expect(rows.reduce((sum, { content }) => sum + content, 0)).toBe(snapshot.totals.content);
  expect(rows.reduce((sum, { files }) => sum + files, 0)).toBe(snapshot.totals.files);
  return { ...result, notices: [...snapshot.notices, ...result.notices] };
}

/** A tar of files by their paths; symlinks and hard links as specs. */
function tarOf(files: Readonly<Record<string, string>>, more: readonly TarSpec[] = []): Buffer {
  return buildTar([...Object.entries(files).map(([name, content]) => ({ name, content })), ...more]);
}

const sizes = ({ packages }: PackageRollup): string[] =>
  packages.map(({ name, version: number_, content, files }) => `${name} ${number_ ?? '-'}: ${content} B in ${files}`);
const messages = ({ notices }: PackageRollup): string[] =>
  notices.map(({ path, message }) => `${path ?? ''}: ${message}`);
const sha = (content: string): string => `sha256=${createHash('sha256').update(content).digest('base64url')}`;

it('are not made up for a scan that read no lists', async () => {
  const path = join(work, 'without-lists.tar');
  writeFileSync(path, tarOf({ 'node_modules/a/package.json': '{"version":"1.0.0"}', 'node_modules/a/index.js': '1' }));
  const without = await scan(path);
  const message = 'packageRollup needs a snapshot of a scan with the option packages: this one holds no lists';
  expect(() => packageRollup(without)).toThrow(message);
  expect(packagesOf(without)).toBeNull();
  expect(sizes(await rollupAt(path))).toEqual(['a 1.0.0: 20 B in 2']);
});

describe('Python packages', () => {
  it('own what RECORD lists, scripts elsewhere, their own data, and bytecode of their sources', async () => {
    const result = await rollup(
      tarOf({
        'lib/site-packages/a/__init__.py': 'abc',
        'lib/site-packages/a/__pycache__/__init__.cpython-39.pyc': '12345',
        'lib/site-packages/a/__pycache__/gone.cpython-39.opt-1.pyc': '1',
        'lib/site-packages/a/unlisted.txt': 'no',
        'bin/a': 'script',
        'lib/site-packages/a_b-1.0.post1.dist-info/RECORD': 'a/__init__.py,,3\na/gone.py,,1\n../../bin/a,,6\n',
        'lib/site-packages/a_b-1.0.post1.dist-info/METADATA': 'm',
      }),
    );
    const record = 'a/__init__.py,,3\na/gone.py,,1\n../../bin/a,,6\n'.length;
    expect(sizes(result)).toEqual([`a_b 1.0.post1: ${3 + 5 + 1 + 6 + record + 1} B in 6`]);
    expect(result.unowned).toEqual({ content: 2, files: 1, removable: 0 });
    expect(messages(result).at(-1)).toBe(
      'lib/site-packages/a_b-1.0.post1.dist-info/RECORD: lists 1 file that is not there (a/gone.py)',
    );
  });

  it('share no file: of two lists the one that agrees with it, else the first by name', async () => {
    const rows = (size: number): string => `shared.py,,${size}\n`;
    const one = await rollup(
      tarOf({ 'shared.py': 'abc', 'a-1.dist-info/RECORD': rows(9), 'b-1.dist-info/RECORD': rows(3) }),
    );
    expect(sizes(one)).toEqual(['b 1: 16 B in 2', 'a 1: 13 B in 1']);
    const other = await rollup(
      tarOf({ 'shared.py': 'abc', 'a-1.dist-info/RECORD': rows(3), 'b-1.dist-info/RECORD': rows(3) }),
    );
    expect(sizes(other)).toEqual(['a 1: 16 B in 2', 'b 1: 13 B in 1']);
    const hashed = async (ofA: string, ofB: string) =>
      sizes(
        await rollup(
          tarOf({
            'shared.py': 'abc',
            'a-1.dist-info/RECORD': `shared.py,${ofA},3`,
            'b-1.dist-info/RECORD': `shared.py,${ofB},`,
          }),
        ),
      );
    expect(await hashed(sha('abd'), sha('abc'))).toEqual(['b 1: 64 B in 2', 'a 1: 62 B in 1']);
    expect(await hashed(sha('abc'), sha('abc'))).toEqual(['a 1: 65 B in 2', 'b 1: 61 B in 1']);
    // A hash that is not compared is as good as none.
    expect(await hashed('sha512=abc', sha('abc'))).toEqual(['b 1: 61 B in 1', 'a 1: 25 B in 2']);
    const linked = await rollup(
      tarOf({ 'other.py': 'abc', 'a-1.dist-info/RECORD': rows(9), 'b-1.dist-info/RECORD': rows(3) }, [
        { name: 'shared.py', type: '1', link: 'other.py' },
      ]),
    );
    expect(sizes(linked)).toEqual(['b 1: 16 B in 2', 'a 1: 13 B in 1']);
  });

  it('of an old installer are known by installed-files.txt, relative to it', async () => {
    const result = await rollup(
      tarOf({
        'p/old.py': 'abcd',
        'p/old-2.0-py3.9.egg-info/installed-files.txt': '../old.py\nPKG-INFO\ngone.txt\n',
        'p/old-2.0-py3.9.egg-info/PKG-INFO': '',
        'p/none-3-py2.7.egg-info/PKG-INFO': 'x',
      }),
    );
    expect(sizes(result)).toEqual(['old 2.0: 32 B in 3', 'none 3: 1 B in 1']);
    expect(messages(result).slice(-2)).toEqual([
      'p/none-3-py2.7.egg-info: has no installed-files.txt; which files belong to it is not known',
      'p/old-2.0-py3.9.egg-info/installed-files.txt: lists 1 file that is not there (gone.txt)',
    ]);
  });

  it('with a RECORD that lies get one notice, and count what is there', async () => {
    // What hashlib guarantees and is no weaker than sha256 (PEP 427) is no oddity.
    const hashes = ['sha384', 'sha512', 'sha3_256', 'blake2b'];
    const result = await rollup(
      tarOf({
        'a.py': 'abc',
        'b.py': 'abc',
        'c.py': 'abc',
        'x-1.dist-info/RECORD': [
          `a.py,${sha('abc')},3`,
          `a.py,${sha('abc')},3`,
          'b.py,,10',
          `c.py,${sha('other')},3`,
          'gone.py,,1',
          'gone2.py,,1',
          '../../etc/passwd,,1',
          '/c.py,md5=abc,3',
          ...['d', 'e', 'f', 'g'].map((name, index) => `${name}.py,${hashes[index]}=abc,0`),
          'h.py,sha256=abc,0',
          'i.py,x1=abc,0',
          'j.py,x2=abc,0',
          `${'n'.repeat(16_380)},,`,
          '',
        ].join('\n'),
        ...Object.fromEntries(['d', 'e', 'f', 'g', 'h', 'i', 'j'].map((name) => [`${name}.py`, ''])),
      }),
    );
    expect(messages(result).at(-1)).toBe(
      'x-1.dist-info/RECORD: lists 2 files more than once (first: a.py), 1 file of another size (b.py), ' +
        '1 file of other content (c.py), 3 files that are not there (first: gone.py), ' +
        '1 file outside of the artifact (../../etc/passwd), 1 file with a hash of md5 (/c.py), ' +
        '3 files with a hash that is none (first: h.py)',
    );
  });

  it('list no path that is longer than paths may be, and are known by 1,024 bytes of their names', async () => {
    const [base, long] = ['b'.repeat(40), 'n'.repeat(16_383)];
    const result = await rollup(
      buildTar([
        { name: `${base}/x-1.dist-info/RECORD`, content: `${long},,\n${long},,\n${long.slice(41)},,\n` },
        pax({ path: `${'y'.repeat(1100)}-1.0.dist-info/RECORD` }),
        { name: 'y', content: '' },
      ]),
    );
    expect(messages(result).at(-1)).toMatch(
      /RECORD: lists 2 files outside of the artifact \(first: n{200}\.\.\.\), 1 file that is not there \(n{200}\.\.\.\)$/,
    );
    expect(result.packages.map(({ name }) => name)).toEqual(['x', 'y'.repeat(1024)]);
  });

  it('with a RECORD that cannot be read, or without one, own their data alone, and that is said', async () => {
    const result = await rollup(
      tarOf({ 'a.py': 'abc', 'x-1.dist-info/RECORD': '<html>', 'y-1.dist-info/METADATA': 'm' }),
    );
    expect(sizes(result)).toEqual(['x 1: 6 B in 1', 'y 1: 1 B in 1']);
    expect(messages(result)).toEqual([
      'x-1.dist-info/RECORD: is a broken RECORD file: it has no 3 fields in line 1, but 1',
      'x-1.dist-info: its RECORD cannot be read; which files belong to it is not known',
      'y-1.dist-info: has no RECORD; which files belong to it is not known',
    ]);
  });

  it('of which the content is not known agree by size', async () => {
    const root = join(work, `unhashed-${number++}`);
    mkdirSync(join(root, 'a-1.dist-info'), { recursive: true });
    mkdirSync(join(root, 'b-1.dist-info'));
    writeFileSync(join(root, 'x.py'), 'abc');
    writeFileSync(join(root, 'a-1.dist-info/RECORD'), `x.py,${sha('abd')},3\n`);
    writeFileSync(join(root, 'b-1.dist-info/RECORD'), 'x.py,,3\n');
    const [auto, all] = [await rollupAt(root), await rollupAt(root, { digests: 'all' })];
    const owner = ({ packages }: PackageRollup): unknown => packages.find(({ files }) => files === 2)?.name;
    expect([owner(auto), owner(all)]).toEqual(['a', 'b']);
    expect(messages(auto)).toEqual([]);
    expect(messages(all)).toEqual(['a-1.dist-info/RECORD: lists 1 file of other content (x.py)']);
  });

  it('are directories with or without a version, no files', async () => {
    const result = await rollup(
      tarOf({
        'p/develop.egg-info/PKG-INFO': 'abc',
        'p/file-1.egg-info': 'Name: file',
        'node_modules/n/package.json': '{"name":"n"}',
        'node_modules/n/tool.pyc': '123',
      }),
    );
    expect(sizes(result)).toEqual(['n -: 15 B in 2', 'develop -: 3 B in 1']);
    expect(messages(result).filter((message) => message.includes('-info'))).toEqual([
      'p/develop.egg-info: has no installed-files.txt; which files belong to it is not known',
    ]);
  });

  it('as wheels list all of their files, or it is said', async () => {
    const said = async (files: Readonly<Record<string, string>>): Promise<string[]> => {
      const wheel = buildZip(Object.entries(files).map(([name, content]) => ({ name, content })));
      return messages(await rollup(wheel, 'x-1-py3-none-any.whl')).filter((message) => message.includes('RECORD'));
    };
    const files = { 'a.py': 'abc', 'x-1.dist-info/RECORD': 'a.py,,3\nx-1.dist-info/RECORD,,\n' };
    expect(await said({ ...files, 'a.pyc': '', 'x-1.dist-info/RECORD.jws': '{}' })).toEqual([]);
    expect(await said({ ...files, 'x-1.dist-info/RECORD': 'a.py,,3\n' })).toEqual([]);
    expect(await said({ ...files, 'b.py': 'abcd' })).toEqual([': no RECORD lists 1 file that is there (b.py)']);
    // It belongs to the package all the same.
    expect(await said({ ...files, 'x-1.dist-info/entry_points.txt': '[x]' })).toEqual([
      ': no RECORD lists 1 file that is there (x-1.dist-info/entry_points.txt)',
    ]);
    // A zip of several packages is none.
    expect(await said({ ...files, 'b.py': '', 'y-1.dist-info/RECORD': '' })).toEqual([]);
  });
});

describe('Debian packages', () => {
  const status = 'Package: a\nVersion: 1\nArchitecture: amd64\n\nPackage: d\nVersion: 2\nArchitecture: all\n';

  it('own what their lists name, through symlinked directories and diversions', async () => {
    const result = await rollup(
      tarOf(
        {
          'usr/lib/liba.so': '12',
          'usr/bin/sh.distrib': '123',
          'usr/bin/sh': '1234',
          'var/lib/dpkg/status': status,
          'var/lib/dpkg/diversions': '/bin/sh\n/bin/sh.distrib\nd\n',
          'var/lib/dpkg/info/a:amd64.list': '/.\n/lib\n/lib/liba.so\n/bin/sh\n/../../up\n/loop/x\n',
          'var/lib/dpkg/info/d.list': '/bin/sh\n',
          'etc/own': 'x',
        },
        [
          { name: 'lib', type: '2', link: 'usr/lib' },
          { name: 'bin', type: '2', link: '/usr/bin' },
          { name: 'loop', type: '2', link: 'loop' },
        ],
      ),
    );
    expect(sizes(result)).toEqual(['a:amd64 1: 5 B in 2', 'd 2: 4 B in 1']);
    expect(result.unowned.files).toBe(5);
  });

  it('lie below the directory that their database lies in, and stay where nothing is left of them', async () => {
    const result = await rollup(
      tarOf({
        'root/a': '123',
        a: '1',
        'root/var/lib/dpkg/status': status,
        'root/var/lib/dpkg/info/a:amd64.list': '/.\n/a\n',
        'root/var/lib/dpkg/info/d.list': '/gone\n',
        'var/lib/dpkg/info/e.list': '/a\n',
      }),
    );
    expect(sizes(result)).toEqual(['a:amd64 1: 3 B in 1', 'e -: 1 B in 1', 'd 2: 0 B in 0']);
  });

  it('share no file: it is that of the first by name, whatever their architectures', async () => {
    const list = '/usr/share/doc/x\n';
    const owner = async (...names: readonly string[]): Promise<string | undefined> => {
      const lists = names.map((name) => [`var/lib/dpkg/info/${name}.list`, list] as const);
      const { packages } = await rollup(tarOf({ 'usr/share/doc/x': '123', ...Object.fromEntries(lists) }));
      return packages.find(({ content }) => content > 0)?.name;
    };
    expect(await owner('x-dev', 'x')).toBe('x');
    expect(await owner('x-dev:amd64', 'x:i386', 'x:amd64')).toBe('x:amd64');
    expect(await owner('y', 'x+y', 'z')).toBe('x+y');
  });

  it('stand before Python packages, whose data dpkg installed without a list', async () => {
    const result = await rollup(
      tarOf({
        'var/lib/dpkg/info/python3-a.list': '/usr/a.py\n/usr/a-1.dist-info\n/usr/a-1.dist-info/METADATA\n',
        'usr/a.py': 'abc',
        'usr/__pycache__/a.cpython-39.pyc': '12',
        'usr/a-1.dist-info/METADATA': 'm',
      }),
    );
    expect(sizes(result)).toEqual(['python3-a -: 6 B in 3']);
    expect(messages(result).filter((message) => !message.includes('.pyc'))).toEqual([]);
  });

  it('as files are one package, whatever is in them', async () => {
    const control = buildTar([{ name: './control', content: 'Package: sample\nVersion: 1.2\n' }]);
    const data = buildTar([
      { name: './node_modules/x/package.json', content: '{"name":"x"}' },
      { name: './x-1.dist-info/RECORD', content: 'gone.py,,\n' },
    ]);
    const deb = buildDeb([version, { name: 'control.tar', content: control }, { name: 'data.tar', content: data }]);
    const result = await rollup(deb, 'sample.deb');
    expect(sizes(result)).toEqual(['sample 1.2: 51 B in 3']);
    expect(messages(result)).toEqual([]);
  });
});

describe('Node packages', () => {
  it('are directories with a package.json, nested ones apart, and broken ones by their names', async () => {
    const result = await rollup(
      tarOf({
        'app/index.js': '1',
        'app/node_modules/.bin/x': '12',
        'app/node_modules/a/package.json': '{"name":"a","version":"1.0.0"}',
        'app/node_modules/a/lib/package.json': '{"type":"module"}',
        'app/node_modules/a/node_modules/@s/b/package.json': '{"name":"@s/b"}',
        'app/node_modules/c/package.json': 'broken',
        'app/node_modules/d/index.js': '123',
        'app/node_modules/e/package.json/x': '1',
      }),
    );
    expect(sizes(result)).toEqual(['a 1.0.0: 47 B in 2', '@s/b -: 15 B in 1', 'c -: 6 B in 1']);
    expect(result.unowned).toEqual({ content: 7, files: 4, removable: 0 });
    expect(messages(result).at(-1)).toBe(
      'app/node_modules/c/package.json: is a broken package.json file: it is not JSON',
    );
  });

  it('are found where the artifact is itself what npm calls node_modules', async () => {
    const files = {
      '.package-lock.json': '{}',
      'a/package.json': '{"name":"a"}',
      '@s/b/package.json': '{"name":"@s/b"}',
    };
    expect(sizes(await rollup(tarOf(files)))).toEqual(['@s/b -: 15 B in 1', 'a -: 12 B in 1']);
    const { '.package-lock.json': _mark, ...others } = files;
    expect(sizes(await rollup(tarOf(others)))).toEqual([]);
  });

  it('are archives by npm pack, with what they bundle apart', async () => {
    const files = {
      'package/package.json': '{"name":"a","version":"1.0.0"}',
      'package/index.js': '123',
      'package/lib/package.json': '{"type":"module"}',
      'package/node_modules/b/package.json': '{"name":"b"}',
    };
    expect(sizes(await rollup(tarOf(files)))).toEqual(['a 1.0.0: 50 B in 3', 'b -: 12 B in 1']);
    // Beside others, or below, a directory of that name is anyone's.
    expect(sizes(await rollup(tarOf({ ...files, 'packages/x': '1' })))).toEqual(['b -: 12 B in 1']);
    expect(sizes(await rollup(tarOf({ 'x/package/package.json': '{"name":"a"}' })))).toEqual([]);
    expect(sizes(await rollup(tarOf({ 'package/x': '1' })))).toEqual([]);

    const made = join(work, 'packed');
    mkdirSync(made);
    writeFileSync(join(made, 'package.json'), '{"name":"@scope/made","version":"2.1.0"}');
    writeFileSync(join(made, 'index.js'), 'x'.repeat(10));
    run('npm', ['pack', '--silent', '--pack-destination', work], { cwd: made });
    expect(sizes(await rollupAt(join(work, 'scope-made-2.1.0.tgz')))).toEqual(['@scope/made 2.1.0: 50 B in 2']);
  });
});

/** Two packages that list one symlink, one of which a symlink is all that is left, and what belongs to none. */
const zipOfPackages = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    def link(name, to):
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, 0o120777 << 16
        z.writestr(info, to)
    z.writestr("a/x.py", "x = 1\\n" * 100)
    z.writestr("b/x.py", "y = 2\\n" * 300)
    z.writestr("a-1.dist-info/RECORD", "a/x.py,,\\nshared,,9\\n")
    z.writestr("b-1.dist-info/RECORD", "b/x.py,,\\nshared,,0\\n")
    z.writestr("own", "o" * 1000)
    link("shared", "a/x.py")
    link("alone", "b/x.py")
    link("c-1.dist-info/LICENSE", "../own")
`;

describe('files', () => {
  it('with several names belong to the owner of the first that has one, and count once', async () => {
    const result = await rollup(
      tarOf({ 'a/x': '12345', 'node_modules/p/package.json': '{"name":"p"}' }, [
        { name: 'node_modules/p/x', type: '1', link: 'a/x' },
      ]),
    );
    expect(sizes(result)).toEqual(['p -: 17 B in 2']);
    const owned = { 'node_modules/p/package.json': '{"name":"p"}', 'node_modules/q/package.json': '{"name":"q"}' };
    const links = ['b/x', 'node_modules/p/x', 'node_modules/q/x', 'z'].map((name) => ({
      name,
      type: '1',
      link: 'a/x',
    }));
    expect(sizes(await rollup(tarOf({ 'a/x': '12345', ...owned }, links)))).toEqual([
      'p -: 17 B in 2',
      'q -: 12 B in 1',
    ]);
    // The name of a symlink is none of what it leads to.
    const symlink = { name: 'node_modules/p/x', type: '2', link: 'a/x' };
    expect(sizes(await rollup(tarOf({ 'a/x': '12345', ...owned }, [symlink])))).toEqual([
      'p -: 12 B in 1',
      'q -: 12 B in 1',
    ]);
  });

  it.skipIf(!['python3', 'zipinfo'].every(requireTool))(
    'of a zip are stored as zipinfo says, symlinks included',
    async () => {
      const path = join(work, `stored-${number++}.zip`);
      run('python3', ['-c', zipOfPackages, path]);
      const snapshot = await scan(path, {
        ...defaultLimits,
        digests: 'auto',
        facts: 'needed',
        packages: true,
        stored: true,
      });
      const compressed = new Map<string, number>();
      for (const line of run('zipinfo', ['-l', path]).split('\n')) {
        const [mode, , , , , bytes, , , , name] = line.split(/\s+/);
        if (name !== undefined && mode !== 'Archive:') compressed.set(name, Number(bytes));
      }
      const of = (...names: readonly string[]): number =>
        names.reduce((sum, name) => sum + Number(compressed.get(name)), 0);
      const { packages, unowned } = packageRollup(snapshot);
      expect(packages.map(({ name, files, content, stored }) => [name, files, content, stored])).toEqual([
        ['b', 2, expect.any(Number), of('b/x.py', 'b-1.dist-info/RECORD')],
        ['a', 2, expect.any(Number), of('a/x.py', 'a-1.dist-info/RECORD', 'shared')],
        ['c', 0, 0, of('c-1.dist-info/LICENSE')],
      ]);
      expect(unowned).toEqual({ files: 1, content: 1000, removable: 0, stored: of('own', 'alone') });
      const { overhead, totals } = snapshot;
      const carried = [...packages, unowned].reduce((sum, { stored = 0 }) => sum + stored, 0);
      expect(carried + Object.values(overhead ?? {}).reduce((sum, bytes) => sum + bytes, 0)).toBe(totals.compressed);
      expect(packagesOf(snapshot)).toEqual(packageRollup(snapshot));
      const { packageLists, ...saved } = snapshot;
      expect(packageLists?.size).toBe(2);
      expect(packagesOf(saved)).toBeNull();
      expect(packagesOf({ ...saved, packages: { packages, unowned } })).toEqual({ packages, unowned });
    },
  );

  it('that are lists are those of each of their names, whichever was read', async () => {
    const root = join(work, `linked-${number++}`);
    const sources = {
      'p/x-1.dist-info/RECORD': 'x.py,,\nx-1.dist-info/RECORD,,\n',
      'p/x.py': 'abc',
      'm/node_modules/n/package.json': '{"name":"n","version":"2"}',
    };
    for (const [path, content] of Object.entries(sources)) {
      for (const side of ['a', 'b']) mkdirSync(join(root, side, dirname(path)), { recursive: true });
      writeFileSync(join(root, 'a', path), content);
      linkSync(join(root, 'a', path), join(root, 'b', path));
    }
    rmSync(join(root, 'b/p/x.py'));
    writeFileSync(join(root, 'b/p/x.py'), '12345');
    writeFileSync(join(root, 'b/m/node_modules/n/own.node'), '1234567');
    const record = sources['p/x-1.dist-info/RECORD'].length;
    const expected = [`x 1: ${record + 3} B in 2`, 'n 2: 26 B in 1', 'n 2: 7 B in 1', 'x 1: 5 B in 1'];
    const result = await rollupAt(root);
    expect(sizes(result)).toEqual(expected);
    expect(messages(result)).toEqual([]);
    const tar = `${root}.tar`;
    run('tar', ['-C', root, '-cf', tar, 'b', 'a']);
    expect(sizes(await rollupAt(tar))).toEqual(expected);
  });

  it('of one layer belong to packages by the lists of that layer, those of the image by what is left of all', async () => {
    const record = 'p/x-1.dist-info/RECORD';
    const path = join(work, 'image.tar');
    const layers = [
      [
        { name: 'p/a.py', content: 'abc' },
        { name: 'p/b.py', content: '12345' },
        { name: record, content: 'a.py,,\n' },
      ],
      [{ name: record, content: 'b.py,,\n' }],
      [{ name: record, type: '2', link: '/none' }],
    ].map((members) => ({ members }));
    const owned = async (more: Partial<ScanOptions>) => sizes(await rollupAt(path, more));
    writeFileSync(path, tarOfFiles(layoutFiles([buildImage({ layers: layers.slice(0, 2) })])));
    expect(await owned({})).toEqual(['x 1: 12 B in 2']);
    expect(await owned({ layer: 0 })).toEqual(['x 1: 10 B in 2']);
    expect(await owned({ layer: 1 })).toEqual(['x 1: 7 B in 1']);
    // Where the list was there is a symlink to nothing.
    writeFileSync(path, tarOfFiles(layoutFiles([buildImage({ layers })])));
    expect(await owned({})).toEqual([]);
  });

  it('belong to one package or to none, whatever lists say', async () => {
    const path = fc.constantFrom(
      'a.py',
      'b/c.py',
      'b',
      '../x',
      '/a.py',
      'l/c.py',
      'node_modules/p/i.js',
      'b/__pycache__/c.cpython-39.pyc',
    );
    const list = fc.array(path, { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(list, list, list, fc.boolean(), async (first, second, third, node) => {
        const rows = (paths: readonly string[]): string => paths.map((one) => `${one},,${one.length}\n`).join('');
        await rollup(
          tarOf(
            {
              'a.py': 'abcd',
              'b/c.py': 'abcdef',
              'b/__pycache__/c.cpython-39.pyc': 'abc',
              'node_modules/p/i.js': '12',
              ...(node ? { 'node_modules/p/package.json': '{}' } : {}),
              'x-1.dist-info/RECORD': rows(first),
              'y-1.dist-info/RECORD': rows(second),
              'var/lib/dpkg/info/z.list': third.map((one) => `/${one}\n`).join(''),
            },
            [{ name: 'l', type: '2', link: 'b' }],
          ),
          'property.tar',
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe('oddities of a list', () => {
  it('are one sentence, however long the names', () => {
    const tally = createTally();
    tally.count('missing', 'that is not there', 'x'.repeat(1_000_000));
    tally.count('missing', 'that is not there', 'y');
    expect(tally.text()).toBe(`2 files that are not there (first: ${'x'.repeat(200)}...)`);
    const short = createTally();
    short.count('missing', 'that is not there', 'x'.repeat(200));
    expect(short.text()).toBe(`1 file that is not there (${'x'.repeat(200)})`);
  });
});
