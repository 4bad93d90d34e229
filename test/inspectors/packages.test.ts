// What package managers' files say: read strictly, because a guess would give a package files that are not its own.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { packageInspectors } from '../../src/inspectors/index.ts';
import { nodePackageOf } from '../../src/inspectors/packages/node-package.ts';
import { recordRows } from '../../src/inspectors/packages/record.ts';
import type { PackageFacts } from '../../src/model/facts.ts';
import { requireTool, run } from '../oracles.ts';

function inspect(path: string, content: string | Uint8Array): PackageFacts {
  const bytes = Buffer.from(content);
  const inspector = packageInspectors.find((one) => one.matches(bytes.subarray(0, 64), { path }));
  if (inspector === undefined) throw new Error(`no inspector for ${path}`);
  return inspector.inspect(memorySource(bytes), { path, size: bytes.length, facts: 'needed' });
}

const record = (content: string): PackageFacts => inspect('x-1.dist-info/RECORD', content);
const rowsOf = (content: string): [string, string | null, number | null][] => {
  const facts = record(content);
  return facts.type === 'record' ? facts.files.map(({ path, digest, size }) => [path, digest, size]) : [];
};

describe('RECORD', () => {
  it('has a path, a hash and a size a row', () => {
    expect(rowsOf('a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\nx-1.dist-info/RECORD,,\n')).toEqual([
      ['a.py', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0],
      ['x-1.dist-info/RECORD', null, null],
    ]);
  });

  it('keeps the name of a hash that cannot be compared', () => {
    const hex = createHash('sha256').update('x').digest('hex');
    const digest = Buffer.from(hex, 'hex').toString('base64url');
    expect(record(`a,SHA256=${digest},\nb,sha3_256=${digest},\nc,md5x,\nd,=${digest},\n`)).toMatchObject({
      files: [
        { algorithm: 'sha256', digest: `sha256:${hex}` },
        { algorithm: 'sha3_256', digest: null },
        { algorithm: '', digest: null },
        { algorithm: '', digest: null },
      ],
    });
    expect(record('a,md5=abc,1\nb,sha256=short,1\nc,sha512=xyz,\n')).toMatchObject({
      files: [
        { algorithm: 'md5', digest: null, size: 1 },
        { algorithm: 'sha256', digest: null },
        { algorithm: 'sha512', digest: null, size: null },
      ],
    });
  });

  it.skipIf(!requireTool('python3'))("reads CSV as Python's csv module does", () => {
    const text = '\na.py,,1\n"b,c.py",,2\r\n"say ""hi"".py",,3\n"two\nlines",,4\n\n\r\n__proto__,,5\nlast,,';
    const program =
      'import csv,io,json,sys; print(json.dumps(list(r for r in csv.reader(io.StringIO(sys.stdin.read(), newline="")) if r)))';
    for (const end of ['', '\n', '\n"quoted",,', '\n"quoted",,"6"', '\r\n"quoted",,\r\n']) {
      const input = text + end;
      const expected: string[][] = JSON.parse(run('python3', ['-c', program], { input }));
      const read = rowsOf(input).map(([path, , size]) => [path, '', size === null ? '' : String(size)]);
      expect(read).toEqual(expected);
    }
  });

  it('is read with fields of any length, and paths up to 16,383 bytes', () => {
    const [plain, doubled] = ['a'.repeat(12_000_000), '""'.repeat(6_000_000)];
    const rows = [...recordRows(`"${plain}",,\n"${doubled}",,1\n"b",,"2"\n${plain},,"3"\n`)];
    expect(rows.map(({ fields: [path, , size] }) => [path?.length, size])).toEqual([
      [plain.length, ''],
      [doubled.length / 2, '1'],
      [1, '2'],
      [plain.length, '3'],
    ]);
    expect(rowsOf(`a,,\n${'b'.repeat(16_383)},${'h'.repeat(20_000)},\n`)).toHaveLength(2);
    expect(() => record(`a,,\n"${'b'.repeat(16_384)}",,\n`)).toThrow(
      'has a path of 16384 bytes in line 2, more than 16383',
    );
    expect(() => record(`"${plain}`)).toThrow('has a stray quote in line 1');
  });

  it.each([
    ['a row of two fields', 'a,,1\nb,c\n', 'has no 3 fields in line 2, but 2'],
    ['prose', '<html>\n', 'has no 3 fields in line 1, but 1'],
    ['an open quote', '"a,,1\n', 'has a stray quote in line 1'],
    ['text behind a quote', '"a"b,,1\n', 'has a stray quote in line 1'],
    ['a size in words', 'a,,many\n', 'has a size in line 1 that is no number'],
    ['a size below 0', 'a,,-1\n', 'has a size in line 1 that is no number'],
    ['a row without a path', ',,1\n', 'has no path in line 1'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => record(text)).toThrow(message);
  });

  it('is empty where it is empty', () => {
    expect(record('')).toEqual({ type: 'record', files: [] });
  });
});

describe('package.json', () => {
  const json = (content: string | Uint8Array): PackageFacts => inspect('node_modules/x/package.json', content);
  const nothing = { type: 'node-package', name: null, version: null };

  it('gives name and version, and nothing that only looks like them', () => {
    expect(json('\ufeff{"name":"a","version":"1.0.0","dependencies":{"name":"no"}}')).toEqual({
      ...nothing,
      name: 'a',
      version: '1.0.0',
    });
    expect(json('{"__proto__":{"name":"b"},"version":3}')).toEqual(nothing);
    expect(json('{"name":"__proto__","version":["1"]}')).toEqual({ ...nothing, name: '__proto__' });
    expect(json(`{"name":"${'x'.repeat(2000)}"}`)).toEqual({ ...nothing, name: 'x'.repeat(1024) });
    expect(json('{"name":"","version":""}')).toEqual(nothing);
    expect(json('[]')).toEqual(nothing);
    expect(json(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toEqual(nothing);
  });

  it.each([
    ['no JSON', '{name:1}', 'is not JSON'],
    ['no object', 'null', 'holds no object'],
    ['a number', '3', 'holds no object'],
    ['no UTF-8', Buffer.from('{"name":"\xff"}', 'latin1'), 'is not UTF-8'],
  ])('refuses %s', (_what, content, message) => {
    expect(() => json(content)).toThrow(message);
  });

  it.each([
    ['node_modules/a/package.json', true],
    ['a/package.json', true],
    ['@s/a/package.json', true],
    ['package.json', false],
    ['s/a/package.json', false],
    ['node_modules/a/lib/package.json', false],
    ['node_modules/a/package.json.old', false],
  ])('%s may be one: %s', (path, expected) => {
    expect(packageInspectors.some((one) => one.matches(Buffer.from('{}'), { path }))).toBe(expected);
  });

  it('refuses one that is too long', () => {
    expect(json(' '.repeat(4 * 1024 ** 2 - 2) + '{}')).toEqual(nothing);
    expect(() => json(' '.repeat(4 * 1024 ** 2 + 1))).toThrow('is longer than 4194304 bytes');
  });

  it.each([
    ['node_modules/a/b.js', 'node_modules/a'],
    ['x/node_modules/@s/a/lib/b.js', 'x/node_modules/@s/a'],
    ['node_modules/a/node_modules/b/c', 'node_modules/a/node_modules/b'],
    ['node_modules/a', null],
    ['node_modules/@s/a', null],
    ['node_modules/@s', null],
    ['x/node_modules/@s', null],
    ['my_node_modules/a/b', null],
    ['src/a', null],
  ])('the package of %s is %s', (path, expected) => {
    expect(nodePackageOf(path)).toBe(expected);
  });
});

describe("dpkg's files", () => {
  it('status has a paragraph a package', () => {
    const text =
      'Package: a\nVersion: 1:2-3\nArchitecture: amd64\nDescription: x\n Package: not\n .\n\nPackage: b\n\n\n';
    expect(inspect('x/var/lib/dpkg/status', text)).toEqual({
      type: 'control',
      packages: [
        { name: 'a', version: '1:2-3', architecture: 'amd64' },
        { name: 'b', version: null, architecture: null },
      ],
    });
  });

  it.each([
    ['var/lib/dpkg/status', 'Version: 1\n', 'has a paragraph without a package'],
    ['DEBIAN/control', '<html>\n', 'has the line "<html>", which is no field'],
    ['DEBIAN/control', 'Package: a\n: b\n', 'has the line ": b", which is no field'],
    ['var/lib/dpkg/info/a.list', '/.\n\n/b\n', 'has an empty line 2'],
    ['var/lib/dpkg/info/a.list', 'b\n', 'has no absolute path in line 1'],
    ['var/lib/dpkg/diversions', '/a\n/b\n', 'has 2 lines, which is not 3 each'],
  ])('refuses %s with %j', (path, text, message) => {
    expect(() => inspect(path, text)).toThrow(message);
  });

  it('may name paths of up to 16,383 bytes, and packages that are known by 1,024 characters', () => {
    const [most, more] = [`/${'n'.repeat(16_382)}`, `/${'n'.repeat(16_383)}`];
    expect(inspect('var/lib/dpkg/info/a.list', `/a\n${most}\n`)).toMatchObject({ paths: ['/a', most] });
    expect(inspect('var/lib/dpkg/diversions', `${most}\n${most}\n${more}\n`)).toMatchObject({ moves: [{ by: more }] });
    for (const [path, text, line] of [
      ['var/lib/dpkg/info/a.list', `/a\n${more}\n`, 2],
      ['x.egg-info/installed-files.txt', `${more}\n`, 1],
      ['var/lib/dpkg/diversions', `/a\n/b\n:\n${more}\n/b\n:\n`, 4],
      ['var/lib/dpkg/diversions', `/a\n${more}\n:\n`, 2],
    ] as const) {
      expect(() => inspect(path, text)).toThrow(`has a path of 16384 bytes in line ${line}, more than 16383`);
    }
    const text = `Package: ${'p'.repeat(1025)}\nVersion: ${'1'.repeat(1025)}\nDescription: ${'d'.repeat(20_000)}\n`;
    expect(inspect('DEBIAN/control', text)).toMatchObject({
      packages: [{ name: 'p'.repeat(1024), version: '1'.repeat(1024) }],
    });
  });

  it('diversions are three lines each', () => {
    const text = '/a\n/a.real\n:\n/b\n/b.real\nlib\xe9\n';
    expect(inspect('x/var/lib/dpkg/diversions', Buffer.from(text, 'latin1'))).toEqual({
      type: 'diversions',
      moves: [
        { from: '/a', to: '/a.real', by: ':' },
        { from: '/b', to: '/b.real', by: String.raw`lib\xE9` },
      ],
    });
    expect(inspect('var/lib/dpkg/diversions', '')).toEqual({ type: 'diversions', moves: [] });
  });

  it('lists keep names as bytes', () => {
    // The last line needs no end.
    expect(inspect('x.egg-info/installed-files.txt', '../a.py\r\n../b.py')).toMatchObject({
      paths: ['../a.py', '../b.py'],
    });
    expect(inspect('var/lib/dpkg/info/a:amd64.list', Buffer.from('/caf\xe9\n', 'latin1'))).toEqual({
      type: 'file-list',
      paths: ['/caf\xe9'],
    });
  });
});
