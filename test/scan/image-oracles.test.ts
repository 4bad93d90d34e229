// Images made by umoci, skopeo and buildah: the merged tree is what umoci unpacks, and all wrappings that skopeo makes say the same.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { withoutCharges } from '../build/charges.ts';
import { scanJson, snapshotJson } from '../cli/run.ts';
import type { ScanJson } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('umoci');
const ready = ['umoci', 'skopeo', 'find'].every(requireTool);
let count = 0;

/** An OCI layout of these layers, made by umoci. */
function umociImage(layers: readonly (readonly TarSpec[])[]): string {
  const name = `image-${count++}`;
  run('umoci', ['init', '--layout', name], { cwd: work });
  run('umoci', ['new', '--image', `${name}:t`], { cwd: work });
  for (const [index, members] of layers.entries()) {
    writeFileSync(join(work, 'layer.tar'), buildTar(members));
    const by = `--history.created_by=RUN step ${index}`;
    run('umoci', ['raw', 'add-layer', '--image', `${name}:t`, by, 'layer.tar'], { cwd: work });
  }
  return name;
}

/** Paths with type, and size of files, once an inode; as umoci unpacks it. */
function unpacked(name: string): string[] {
  const bundle = `${name}-bundle`;
  run('umoci', ['unpack', '--rootless', '--image', `${name}:t`, bundle], { cwd: work });
  const seen = new Set<string>();
  return run('find', [join(work, bundle, 'rootfs'), '-mindepth', '1', '-printf', String.raw`%P\t%y\t%s\t%i\n`])
    .split('\n')
    .filter((line) => line !== '')
    .toSorted()
    .map((line) => {
      const [path = '', type, size, inode = ''] = line.split('\t');
      const again = seen.has(inode);
      seen.add(inode);
      return `${path} ${type === 'f' ? (again ? 'further name' : size) : type}`;
    });
}

function listing({ entries = [] }: ScanJson): string[] {
  const types: Readonly<Record<string, string>> = {
    directory: 'd',
    symlink: 'l',
    hardlink: 'further name',
    other: 'p',
  };
  return entries
    .filter(({ path }) => path !== '.')
    .map(({ path, kind, size }) => `${path} ${kind === 'file' ? size : types[kind]}`)
    .toSorted();
}

const file = (name: string, content: string): TarSpec => ({ name, content });
const directory = (name: string): TarSpec => ({ name: `${name}/`, type: '5', mode: 0o755 });
const link = (name: string, target: string): TarSpec => ({ name, type: '2', link: target });
const hard = (name: string, target: string): TarSpec => ({ name, type: '1', link: target });

const base = [
  directory('etc'),
  file('etc/a', 'aaaa'),
  file('etc/b', 'bbb'),
  directory('usr'),
  directory('usr/lib'),
  file('usr/lib/one', '1'.repeat(600)),
  link('lib', 'usr/lib'),
  directory('deep'),
  directory('deep/er'),
  file('deep/er/est', 'est'),
  file('deep/other', 'other'),
];

const cases: readonly (readonly [string, readonly (readonly TarSpec[])[]])[] = [
  ['a file removed', [base, [file('etc/.wh.a', '')]]],
  ['a directory removed', [base, [file('.wh.deep', '')]]],
  ['a file removed and made again', [base, [file('etc/.wh.a', '')], [file('etc/a', 'again')]]],
  ['a file removed and made in one layer', [base, [file('etc/.wh.a', ''), file('etc/a', 'again!')]]],
  ['a file made and removed in one layer', [base, [file('etc/a', 'again!'), file('etc/.wh.a', '')]]],
  ['an opaque directory', [base, [directory('deep'), file('deep/.wh..wh..opq', ''), file('deep/new', 'new')]]],
  [
    'an opaque mark behind its entries',
    [base, [directory('deep'), file('deep/new', 'n'), file('deep/.wh..wh..opq', '')]],
  ],
  ['a whiteout of nothing', [base, [file('etc/.wh.nothing', ''), file('nowhere/.wh.x', '')]]],
  ['a file over a directory', [base, [file('deep', 'flat')]]],
  ['a file over a directory and back', [base, [file('deep', 'flat')], [directory('deep'), file('deep/again', 'x')]]],
  ['a directory over a file', [base, [directory('etc/a'), file('etc/a/in', 'inside')]]],
  ['a symlink over a directory', [base, [link('deep', 'etc')]]],
  ['a directory over a symlink', [base, [directory('lib'), file('lib/two', '22')]]],
  ['hard links in one layer', [[file('one', 'one'), hard('two', 'one'), hard('also', 'one')]]],
  ['one name of several replaced', [[file('one', 'one'), hard('two', 'one')], [file('one', 'other')]]],
  ['one name of several removed', [[file('one', 'one'), hard('two', 'one')], [file('.wh.one', '')]]],
  ['all names removed', [[file('one', 'one'), hard('two', 'one')], [file('.wh.one', '')], [file('.wh.two', '')]]],
  ['a hard link to a file below', [base, [hard('etc/c', 'etc/a')]]],
  ['a hard link to a file below, which is removed', [base, [hard('etc/c', 'etc/a')], [file('etc/.wh.a', '')]]],
  ['a directory listed again', [base, [directory('etc'), file('etc/c', 'c')]]],
  ['members without their directories', [base, [file('new/sub/x', 'x'), file('etc/c', 'c')]]],
  ['members below a symlink', [base, [file('lib/two', '22')]]],
  ['a whiteout below a symlink', [base, [file('lib/.wh.one', '')]]],
  ['one file by two paths in one layer', [base, [file('usr/lib/two', '22'), file('lib/two', 'twice')]]],
  ['one file by two paths, the other way round', [base, [file('lib/two', 'twice'), file('usr/lib/two', '22')]]],
  ['a hard link by way of a symlink, then a file there', [base, [hard('usr/lib/c', 'etc/a'), file('lib/c', 'mine')]]],
  [
    'names of one file by two paths',
    [base, [file('z', 'zzz'), hard('lib/n', 'z'), hard('usr/lib/m', 'z'), file('usr/lib/n', 'n')]],
  ],
  ['a file over the directory of a hard link to a file below', [base, [hard('new/c', 'etc/a'), file('new', 'flat')]]],
  [
    'a directory becomes a symlink, then a file through it is removed',
    [base, [link('deep', 'etc'), file('deep/.wh.a', '')]],
  ],
  ['a file removed, then its directory becomes a symlink', [base, [file('deep/.wh.other', ''), link('deep', 'etc')]]],
  ['a symlink leads elsewhere, then a file below it is removed', [base, [link('lib', 'etc'), file('lib/.wh.a', '')]]],
  ['a symlink removed between two files below', [base, [file('lib/x', 'x'), file('.wh.lib', ''), file('lib/y', 'yy')]]],
  ['a hard link, then its target removed', [base, [hard('c', 'etc/a'), file('etc/.wh.a', '')]]],
  ['a hard link, then its target made again', [base, [hard('c', 'etc/a'), file('etc/a', 'again!')]]],
  ['a hard link in a directory that is then emptied', [base, [hard('etc/c', 'etc/a'), file('etc/.wh..wh..opq', '')]]],
  [
    'a directory made and removed in one layer',
    [base, [directory('deep'), file('deep/new', 'n'), file('.wh.deep', '')]],
  ],
  ['a file made far below what is then removed', [base, [file('deep/er/new', 'n'), file('.wh.deep', '')]]],
  ['a file made far below what is then emptied', [base, [file('deep/er/new', 'n'), file('deep/.wh..wh..opq', '')]]],
  ['an opaque mark in a symlink', [base, [file('lib/.wh..wh..opq', ''), file('lib/new', 'n')]]],
  ['an opaque mark in a symlink of its own', [base, [link('here', 'deep'), file('here/.wh..wh..opq', '')]]],
  ['a symlink over members that came before it', [base, [file('new/in', 'lost'), link('new', 'etc')]]],
];

describe.skipIf(!ready)('merged trees as umoci unpacks them', () => {
  it.each(cases)('%s', (_, layers) => {
    const name = umociImage(layers);
    const snapshot = snapshotJson(join(work, name));
    expect(listing(snapshot)).toEqual(unpacked(name));
    const { image, totals } = snapshot;
    expect(image?.visibleBytes).toBe(totals['content']);
    expect(image?.hiddenBytes).toBe(image?.layers.reduce((sum, { waste }) => sum + waste, 0));
    const stored = layers.map((members) => members.reduce((sum, { content = '' }) => sum + content.length, 0));
    expect(image?.layers.map(({ content }) => content)).toEqual(stored);
  });
});

describe.skipIf(!ready)('one image of several layers in all wrappings of skopeo', () => {
  let reference: ScanJson;

  beforeAll(() => {
    const root = join(work, 'root/app');
    mkdirSync(root, { recursive: true });
    for (let at = 0; at < 20; at++) writeFileSync(join(root, `file-${at}`), `${at}`.repeat(1000 + at));
    run('umoci', ['init', '--layout', 'oci'], { cwd: work });
    run('umoci', ['new', '--image', 'oci:t'], { cwd: work });
    const by = '--history.created_by=COPY app /app # buildkit';
    run('umoci', ['insert', '--rootless', '--image', 'oci:t', by, 'root', '/'], { cwd: work });
    run('umoci', ['unpack', '--rootless', '--image', 'oci:t', 'bundle'], { cwd: work });
    run('sh', ['-c', 'chmod -R 700 bundle/rootfs/app && rm bundle/rootfs/app/file-0'], { cwd: work });
    const then = '--history.created_by=RUN /bin/sh -c chmod -R 700 /app && rm /app/file-0 # buildkit';
    run('umoci', ['repack', '--image', 'oci:t', then, 'bundle'], { cwd: work });
    reference = snapshotJson(join(work, 'oci'));
  });

  it('reports exactly the bytes that came again, and the instruction', () => {
    const sizes = Array.from({ length: 20 }, (_, at) => `${at}`.length * (1000 + at));
    const all = sizes.reduce((sum, size) => sum + size, 0);
    const kept = all - (sizes[0] ?? 0);
    const { image } = reference;
    expect(image).toMatchObject({ layerBytes: all + kept, visibleBytes: kept, hiddenBytes: all });
    expect(image?.layers).toMatchObject([
      { instruction: 'COPY app /app', content: all, added: all, waste: 0 },
      { instruction: 'RUN chmod -R 700 /app && rm /app/file-0', content: kept, changed: kept, waste: all },
    ]);
    run('umoci', ['unpack', '--rootless', '--image', 'oci:t', 'again'], { cwd: work });
    const files = run('find', [join(work, 'again/rootfs'), '-type', 'f', '-printf', String.raw`%s\n`]);
    const flat = files.split('\n').reduce((sum, size) => sum + Number(size), 0);
    expect(image?.layerBytes).toBe(flat + (image?.hiddenBytes ?? 0));
  });

  it('predicts what the flattened image weighs, as a tar of the unpacked one does', () => {
    run('umoci', ['unpack', '--rootless', '--image', 'oci:t', 'flat'], { cwd: work });
    const tar =
      'tar --format=pax --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --pax-option=delete=atime,delete=ctime -C flat/rootfs -cf flat.tar .';
    run('sh', ['-c', `${tar} && gzip -9 -c flat.tar > flat.tar.gz`], { cwd: work });
    const { flattened, image } = scanJson([join(work, 'oci'), '--compress-with', 'gzip:9']);
    expect(flattened?.content).toBe(image?.visibleBytes);
    expect(flattened?.archive).toBe(statSync(join(work, 'flat.tar')).size);
    // Another build of zlib, and a name in the header.
    const compressed = statSync(join(work, 'flat.tar.gz')).size;
    expect(Math.abs((flattened?.compressed ?? 0) - compressed)).toBeLessThan(compressed * 0.03 + 20);
  });

  it.each([
    ['docker-archive', 'docker-archive:docker.tar:name/x:t', 'docker.tar', []],
    ['oci-archive', 'oci-archive:oci.tar:t', 'oci.tar', []],
    ['oci-layout', 'oci:copy:t', 'copy', []],
    ['oci-layout', 'oci:zstd:t', 'zstd', ['--dest-compress-format', 'zstd', '--dest-compress']],
  ])('%s by skopeo copy to %s', (format, target, path, more) => {
    run('skopeo', ['copy', '-q', '--insecure-policy', ...more, 'oci:oci:t', target], { cwd: work });
    const snapshot = snapshotJson(join(work, path));
    expect(snapshot.artifact.format).toBe(format);
    expect(comparable(snapshot)).toEqual(comparable(reference));
    if (format !== 'oci-layout') {
      const input = run('cat', [join(work, path)]);
      expect(input.length).toBeGreaterThan(0);
      run('sh', ['-c', `gzip -c ${path} > ${path}.gz`], { cwd: work });
      expect(comparable(snapshotJson(join(work, `${path}.gz`)))).toEqual(comparable(reference));
    }
  });
});

/** What does not depend on the wrapping. */
function comparable({ entries, image, hidden, findings }: ScanJson): object {
  const layers = image?.layers.map((layer) => ({ ...layer, digest: null, compressed: null }));
  return { ...withoutCharges({ entries, hidden, findings }), image: { ...image, layers } };
}
