// The zip reader against Info-ZIP, CPython and bsdtar on archives that those tools wrote themselves, and against the builder on
// random members.
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, record, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromBytes, nameFromText } from '../../src/model/name.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { readZip } from '../build/zip-read.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

const work = tempDirectory('zip');
const tree = join(work, 'tree');
const mtime = 1_700_000_000;

function makeTree(): void {
  mkdirSync(join(tree, 'dir/empty'), { recursive: true });
  writeFileSync(join(tree, 'dir/text'), 'some text '.repeat(10_000));
  writeFileSync(join(tree, 'dir/zero'), '');
  writeFileSync(join(tree, 'script.sh'), '#!/bin/sh\n');
  writeFileSync(join(tree, 'naïve Ω'), 'unicode');
  writeFileSync(join(tree, 'big'), Buffer.alloc(5_000_000, 'big content '));
  chmodSync(join(tree, 'script.sh'), 0o750);
  symlinkSync('dir/text', join(tree, 'link'));
  for (const name of ['dir/text', 'dir/zero', 'script.sh', 'naïve Ω', 'big'])
    utimesSync(join(tree, name), mtime, mtime);
}

makeTree();

const faithful = {
  files: 5,
  wrong: [],
  link: ['link', 'dir/text'],
  script: [0o750, mtime],
  notices: [],
};

/** Name and content of every regular file of the tree. */
function expectedFiles(): [string, Buffer][] {
  const names = ['big', 'dir/text', 'dir/zero', 'naïve Ω', 'script.sh'];
  return names.map((name) => [nameFromText(name), readFileSync(join(tree, name))]);
}

/** What the reader makes of an archive of the tree. */
async function digestOf(archive: Uint8Array): Promise<object> {
  const { records, notices } = await readZip(archive);
  const files = records.filter(({ member }) => member.kind === 'file');
  const contents = new Map(files.map(({ member, content }) => [member.name, content]));
  const wrong = expectedFiles().filter(([name, content]) => contents.get(name)?.equals(content) !== true);
  const link = records.find(({ member }) => member.kind === 'symlink')?.member;
  const script = records.find(({ member }) => member.name === 'script.sh')?.member;
  return {
    files: files.length,
    wrong: wrong.map(([name]) => name),
    link: [link?.name, link?.link],
    script: [script?.mode, script?.mtime],
    notices,
  };
}

/** Output of a command line run in the tree. */
function shell(line: string): Buffer {
  return runRaw('sh', ['-c', line], { cwd: tree });
}

function python(script: string, path: string): void {
  run('python3', ['-c', `import sys, zipfile\n${script}`, path]);
}

describe.skipIf(!requireTool('zip'))('archives by Info-ZIP zip', () => {
  it.each([['-0'], ['-1'], ['-9'], ['-fz'], ['-D'], ['-UN=UTF8']])('with %s', async (...options) => {
    const path = join(work, `infozip${options.join('')}.zip`);
    shell(`zip -qry ${options.join(' ')} '${path}' . </dev/null`);
    expect(await digestOf(readFileSync(path))).toEqual(faithful);
  });

  it.each(['-q', '-fd -q'])('with data descriptors, by %s', async (options) => {
    // zip cannot write what it stores, such as a symlink, with a descriptor.
    const archive = shell(`zip -r ${options} - big dir script.sh na* </dev/null | cat`);
    expect(await digestOf(archive)).toEqual({ ...faithful, link: [undefined, undefined] });
  });

  it('from a pipe to a pipe', async () => {
    const { records, notices } = await readZip(shell('printf "piped in" | zip -q - - | cat'));
    expect(records.map(({ member, content }) => [member.name, content.toString()])).toEqual([['-', 'piped in']]);
    expect(notices).toEqual([]);
  });

  it('behind a prefix, before and after its offsets are adjusted', async () => {
    const path = join(work, 'prefixed.zip');
    run('zip', ['-qry', path, '.'], { cwd: tree });
    writeFileSync(path, Buffer.concat([Buffer.from('#!/bin/interpreter\n'), readFileSync(path)]));
    expect(await digestOf(readFileSync(path))).toEqual(faithful);
    run('zip', ['-qA', path]);
    expect(await digestOf(readFileSync(path))).toEqual(faithful);
  });

  it('encrypted', async () => {
    const path = join(work, 'encrypted.zip');
    run('zip', ['-q', '-P', 'secret', path, 'script.sh'], { cwd: tree });
    const { records } = await readZip(readFileSync(path));
    expect(records[0]?.member).toMatchObject({ size: 10, unreadable: 'is encrypted' });
  });

  it('encrypted into a pipe, with the time where the checksum belongs', async () => {
    const { records, notices } = await readZip(shell('zip -q -P secret - script.sh | cat'));
    expect(records[0]?.member).toMatchObject({ size: 10, unreadable: 'is encrypted' });
    expect(notices).toEqual([]);
  });

  it('the same sizes as unzip lists', async () => {
    const path = join(work, 'listed.zip');
    run('zip', ['-qry', path, '.'], { cwd: tree });
    const { records } = await readZip(readFileSync(path));
    const summary = /(\d+) files?, (\d+) bytes/.exec(run('unzip', ['-Zt', path]));
    const bytes = records.reduce((sum, { member }) => sum + (member.link?.length ?? member.size), 0);
    expect([records.length, bytes]).toEqual([Number(summary?.[1]), Number(summary?.[2])]);
    for (const { member, content } of records.filter(
      (one) => one.member.kind === 'file' && !/[^ -~]/.test(one.member.name),
    )) {
      expect(runRaw('unzip', ['-p', path, member.name]).equals(content)).toBe(true);
    }
  });
});

describe.skipIf(!requireTool('bsdtar'))('archives by bsdtar', () => {
  it.each([['deflate'], ['store']])('with %s', async (compression) => {
    const options = ['--format', 'zip', '--options', `zip:compression=${compression}`];
    const path = join(work, `bsdtar-${compression}.zip`);
    run('bsdtar', ['-cf', path, ...options, 'dir', 'link', 'script.sh', 'naïve Ω', 'big'], { cwd: tree });
    expect(await digestOf(readFileSync(path))).toEqual(faithful);
  });
});

describe.skipIf(!requireTool('python3'))('archives by CPython', () => {
  it.each(['ZIP_STORED', 'ZIP_DEFLATED'])('of %s, written to a stream that cannot seek', async (method) => {
    const path = join(work, `${method}.zip`);
    python(
      `class Pipe:
    def __init__(self, f): self.f = f
    def write(self, b): return self.f.write(b)
    def flush(self): pass
with open(sys.argv[1], 'wb') as f, zipfile.ZipFile(Pipe(f), 'w', zipfile.${method}) as z:
    z.writestr('a', 'text' * 1000)
    z.writestr('é', b'')
    with z.open('wide', 'w', force_zip64=True) as m: m.write(b'wide')`,
      path,
    );
    const { records, notices } = await readZip(readFileSync(path));
    expect(records.map(({ member }) => [member.name, member.size])).toEqual([
      ['a', 4000],
      [nameFromText('é'), 0],
      ['wide', 4],
    ]);
    expect(notices).toEqual([]);
  });

  it.each(['ZIP_BZIP2', 'ZIP_LZMA'])('of %s count by the directory', async (method) => {
    const path = join(work, `${method}.zip`);
    python(`zipfile.ZipFile(sys.argv[1], 'w', zipfile.${method}).writestr('a', 'text' * 1000)`, path);
    const { records } = await readZip(readFileSync(path));
    expect(records[0]?.member).toMatchObject({ size: 4000, unreadable: expect.stringContaining('method') });
  });

  it('a zipapp', async () => {
    const source = join(work, 'app');
    mkdirSync(source);
    writeFileSync(join(source, '__main__.py'), 'print(1)\n');
    run('python3', ['-m', 'zipapp', source, '-o', join(work, 'app.pyz'), '-p', '/usr/bin/env python3']);
    const { records, notices } = await readZip(readFileSync(join(work, 'app.pyz')));
    expect(records.map(({ content }) => content.toString())).toEqual(['print(1)\n']);
    expect(notices).toEqual([]);
  });

  it('reads code page 437 as Python does', async () => {
    const bytes = Buffer.from(Array.from({ length: 128 }, (_, index) => 128 + index));
    const path = join(work, 'cp437.zip');
    writeFileSync(path, buildZip([{ name: nameFromBytes(bytes), host: 0 }]));
    const script = 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).namelist()[0].encode())';
    const { records } = await readZip(readFileSync(path));
    expect(records[0]?.member.name).toBe(nameFromBytes(runRaw('python3', ['-c', script, path])));
  });
});

describe('random members', () => {
  const spec = record({
    name: array(constantFrom('a', '/', '.', '\xe9', '\n', ' '), { minLength: 1, maxLength: 9 }).map(
      (text) => `n${text.join('')}x`,
    ),
    content: uint8Array({ maxLength: 3000 }),
    method: constantFrom(0, 8),
    zip64: constantFrom(false, true),
    mode: constantFrom(0o644, 0o755, 0o4711),
    descriptor: constantFrom(null, 'signed' as const, 'bare' as const),
  });

  it('come back as they were put in', async () => {
    const property = asyncProperty(array(spec), constantFrom(false, true), async (members, zip64) => {
      const specs = members.map(({ name, content, method, mode, descriptor, ...rest }) => ({
        name,
        content,
        method,
        external: ((0o100000 | mode) << 16) >>> 0,
        zip64: rest.zip64,
        ...(descriptor === null || rest.zip64 ? {} : { descriptor }),
      }));
      const { records, notices } = await readZip(buildZip(specs, { zip64 }));
      expect(notices).toEqual([]);
      const got = records.map(({ member, content }) => [member.name, member.mode, content.toString('hex')]);
      expect(got).toEqual(members.map(({ name, mode, content }) => [name, mode, Buffer.from(content).toString('hex')]));
    });
    await expect(assert(property)).resolves.toBeUndefined();
  });
});

it.skipIf(!requireTool('unzip'))('tells of names that unzip takes for others, and of no more', async () => {
  const specs = [
    { name: String.raw`dos\a.txt`, host: 0, content: 'a' },
    { name: String.raw`dos\deep\b.txt`, host: 0, content: 'b' },
    { name: String.raw`mixed\c/d.txt`, host: 0, content: 'c' },
    { name: String.raw`unix\e.txt`, host: 3, content: 'e' },
    { name: 'plain.txt', host: 0, content: 'f' },
  ];
  const archive = buildZip(specs);
  const path = join(work, 'backslashes.zip');
  writeFileSync(path, archive);
  const out = join(work, 'backslashes');
  // It warns, and exits 1 for it.
  run('sh', ['-c', 'unzip -q "$0" -d "$1" || [ $? = 1 ]', path, out]);
  const found = new Set(run('find', [out, '-type', 'f', '-printf', String.raw`%P\n`]).split('\n'));
  const names = specs.map(({ name }) => name);
  expect(names.filter((name) => !found.has(name))).toEqual(names.slice(0, 2));
  const { records, notices } = await readZip(archive);
  expect(records.map(({ member }) => member.name)).toEqual(names);
  expect(notices).toMatchObject([
    { code: 'backslash-name', path: names[0], message: expect.stringContaining('like 1 more: unzip') },
  ]);
});
