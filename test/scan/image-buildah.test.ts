// An image that buildah built from a Containerfile, COPY and then chown, in every wrapping: the same findings, the tree that umoci
// unpacks, and as waste just what buildah's own flattening saves. Sums come from GNU tar's listings of the layers.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noise } from '../build/noise.ts';
import { tempDirectory } from '../build/temp.ts';
import { withoutCharges } from '../build/charges.ts';
import { snapshotJson } from '../cli/run.ts';
import type { ScanJson } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('buildah');
/** Storage of its own, without overlay mounts; RUN in a changed root, which needs no namespaces. */
const storage = ['--storage-driver', 'vfs', '--root', join(work, 'storage'), '--runroot', join(work, 'run')];
const bud = ['bud', '-q', '--isolation', 'chroot', '--layers', '--format', 'oci'];
const steps = { copy: 'COPY --chown=1000:1000 tree /srv', run: 'RUN chown -R 1000:1000 /srv/app' } as const;
type Step = keyof typeof steps;

/** Bytes of the files below /srv/app: hard links once. */
const served = [70_000, 30_001, 4096, 1];
const servedBytes = served.reduce((all, size) => all + size, 0);

const ready = ['buildah', 'umoci', 'skopeo', 'find', 'tar', 'gzip', 'zstd'].map(requireTool).every(Boolean);
/** Steps that this machine lets buildah take. */
const possible: readonly Step[] = ready ? prepare() : [];

function prepare(): Step[] {
  const root = join(work, 'context/root');
  mkdirSync(join(root, 'tmp'), { recursive: true });
  // What RUN needs: the programs and the libraries that they load.
  const programs = ['/bin/sh', '/bin/chown'];
  const libraries = run('ldd', programs).match(/\/[^\s:]+(?= \()/g) ?? [];
  for (const path of new Set([...programs, ...libraries])) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(path, join(root, path));
    chmodSync(join(root, path), 0o755);
  }
  const app = join(work, 'context/tree/app');
  mkdirSync(join(app, 'sub/empty'), { recursive: true });
  for (const [at, size] of served.entries()) writeFileSync(join(app, at % 2 === 0 ? '' : 'sub', `f${at}`), noise(size));
  linkSync(join(app, 'f0'), join(app, 'sub/again'));
  symlinkSync('sub/f1', join(app, 'link'));
  writeFileSync(join(app, 'nothing'), '');
  writeFileSync(join(work, 'context/tree/beside'), noise(5000));
  return (['copy', 'run'] as const).filter((step) => {
    const file = join(work, `${step}.containerfile`);
    writeFileSync(file, `FROM scratch\nCOPY root /\nCOPY tree /srv\n${steps[step]}\n`);
    const made = spawnSync('buildah', [...storage, ...bud, '-f', file, '-t', step, join(work, 'context')], {
      encoding: 'utf8',
    });
    if (made.status !== 0) console.warn(`skipped: buildah cannot take the step "${steps[step]}" here: ${made.stderr}`);
    return made.status === 0;
  });
}

/** Sizes of all regular files in the layers of an OCI layout, by path and layer, hard links left out. */
function storedIn(layout: string): Map<string, number>[] {
  const blob = (digest: string): string => join(work, layout, 'blobs', digest.replace(':', '/'));
  const read = (path: string): { manifests: { digest: string }[]; layers: { digest: string }[] } =>
    JSON.parse(readFileSync(path, 'utf8'));
  const [manifest] = read(join(work, layout, 'index.json')).manifests;
  return read(blob(manifest?.digest ?? '')).layers.map(({ digest }) => {
    const list = run('tar', ['--numeric-owner', '--quoting-style=literal', '-tvf', blob(digest)]);
    const files = list.split('\n').filter((line) => line.startsWith('-'));
    return new Map(
      files.map((line) => {
        const [, , size, , , path = ''] = line.split(/\s+/);
        return [path, Number(size)];
      }),
    );
  });
}

interface Wrapping {
  readonly format: string;
  readonly layers: 'gzip' | 'zstd' | 'raw';
  /** FROM is the image, TO the path. */
  readonly command: readonly [program: string, ...args: string[]];
}

const push = ['buildah', ...storage, 'push', '-q'] as const;
const copy = ['skopeo', 'copy', '-q', '--insecure-policy'] as const;
const zstd = ['--dest-compress', '--dest-compress-format', 'zstd'];
const chunked = ['--dest-compress', '--dest-compress-format', 'zstd:chunked'];
const wrappings: readonly Wrapping[] = [
  { format: 'docker-archive', layers: 'raw', command: [...push, 'FROM', 'docker-archive:TO:a/b:t'] },
  { format: 'oci-archive', layers: 'gzip', command: [...push, 'FROM', 'oci-archive:TO:t'] },
  { format: 'docker-archive', layers: 'raw', command: [...copy, 'oci:FROM:t', 'docker-archive:TO:a/b:t'] },
  { format: 'oci-layout', layers: 'gzip', command: [...copy, 'oci:FROM:t', 'oci:TO:t'] },
  { format: 'oci-layout', layers: 'zstd', command: [...copy, ...zstd, 'oci:FROM:t', 'oci:TO:t'] },
  { format: 'oci-layout', layers: 'zstd', command: [...copy, ...chunked, 'oci:FROM:t', 'oci:TO:t'] },
  { format: 'oci-archive', layers: 'zstd', command: [...copy, ...zstd, 'oci:FROM:t', 'oci-archive:TO:t'] },
  { format: 'image-directory', layers: 'gzip', command: [...copy, 'oci:FROM:t', 'dir:TO'] },
  { format: 'image-directory', layers: 'zstd', command: [...copy, ...zstd, 'oci:FROM:t', 'dir:TO'] },
];
/** First bytes in hex. */
const magics: Readonly<Record<string, string>> = { gzip: '1f8b0800', zstd: '28b52ffd' };
let wrapped = 0;

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((all, one) => all + one, 0);
}

it.skipIf(possible.length > 0)('buildah cannot build here', () => {
  expect(possible).toEqual([]);
});

describe.each(possible)('COPY and %s of what was copied', (step) => {
  const layout = `${step}-oci`;
  run('buildah', [...storage, 'push', '-q', step, `oci:${join(work, layout)}:t`]);
  const snapshot = snapshotJson(join(work, layout));
  const again = step === 'copy' ? servedBytes + 5000 : servedBytes;

  it('reports exactly the bytes that came again, by the instruction that stored them', () => {
    const [found, ...others] = snapshot.findings.filter(({ rule }) => rule === 'metadata-only-copy');
    expect(others).toEqual([]);
    expect(found?.bytes).toBe(again);
    expect(sum((found?.claims ?? []).map(({ bytes }) => bytes))).toBe(again);
    const rules = new Set(snapshot.findings.map(({ rule }) => rule));
    expect([...rules].filter((rule) => /^(?:overwritten|deleted)-in-later-layer$/.test(rule))).toEqual([]);
    const { layers = [] } = snapshot.image ?? {};
    expect(layers.map(({ waste }) => waste)).toEqual([0, 0, again]);
    expect(layers[2]).toMatchObject({ changed: again, added: 0, deleted: 0 });
    // The builder writes what it copies by digest.
    expect(layers[2]?.instruction).toMatch(step === 'run' ? /^RUN chown -R 1000:1000 \/srv\/app$/ : /^COPY .* \/srv$/);
  });

  it('stores what GNU tar lists in its layers', () => {
    const stored = storedIn(layout);
    expect(snapshot.image?.layers.map(({ content }) => content)).toEqual(stored.map((files) => sum(files.values())));
  });

  it('wastes what flattening it with buildah saves', () => {
    const container = run('buildah', [...storage, 'from', step]).trim();
    const flat = `${step}-flat`;
    run('buildah', [...storage, 'commit', '-q', '--squash', '--format', 'oci', container, `oci:${join(work, flat)}:t`]);
    const [before, after] = [layout, flat].map((name) => storedIn(name).flatMap((files) => [...files.values()]));
    expect(storedIn(flat).length).toBe(1);
    expect(snapshot.image?.hiddenBytes).toBe(sum(before ?? []) - sum(after ?? []));
    const flattened = snapshotJson(join(work, flat));
    expect(flattened.image).toMatchObject({ hiddenBytes: 0, layerBytes: snapshot.image?.visibleBytes });
    expect(flattened.totals['content']).toBe(snapshot.totals['content']);
  });

  it('merges to the tree that umoci unpacks', () => {
    const bundle = join(work, `${step}-bundle`);
    run('umoci', ['unpack', '--rootless', '--image', `${join(work, layout)}:t`, bundle]);
    const listed = run('find', [join(bundle, 'rootfs'), '-printf', String.raw`%P\t%y\t%s\t%i\n`]);
    const rows = listed
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const sizes = new Map(rows.filter(([, type]) => type === 'f').map(([path, , size]) => [path, Number(size)]));
    const once = new Map(rows.filter(([, type]) => type === 'f').map(([, , size, inode]) => [inode, Number(size)]));
    const letters: Readonly<Record<string, string>> = { directory: 'd', symlink: 'l', other: 'p' };
    const entries = snapshot.entries ?? [];
    const bytes = new Map(entries.map(({ path, size }) => [path, size]));
    const ours = entries.map(({ path, kind, size, link }): readonly [string, string, number | null] => {
      const name = path === '.' ? '' : path;
      if (kind === 'file') return [name, 'f', size];
      return kind === 'hardlink' ? [name, 'f', bytes.get(link ?? '') ?? null] : [name, letters[kind] ?? kind, null];
    });
    const theirs = rows.map(([path = '', type = '']) => [path, type, sizes.get(path) ?? null] as const);
    expect(ours.map(String).toSorted()).toEqual(theirs.map(String).toSorted());
    expect(snapshot.totals['content']).toBe(sum(once.values()));
    expect(snapshot.totals['files']).toBe(once.size);
  });

  it.each(wrappings)('is the same as $format of $layers layers, by $command.0', ({ format, layers, command }) => {
    const name = `${step}-${wrapped++}`;
    const [program, ...args] = command;
    run(
      program,
      args.map((arg) => arg.replace('FROM', program === 'buildah' ? step : layout).replace('TO', name)),
      {
        cwd: work,
      },
    );
    const other = snapshotJson(join(work, name));
    expect(other.artifact.format).toBe(format);
    expect(comparable(other)).toEqual(comparable(snapshot));
    if (format === 'oci-layout') {
      for (const { digest } of other.image?.layers ?? []) {
        const blob = readFileSync(join(work, name, 'blobs', digest.replace(':', '/')));
        expect(blob.toString('hex', 0, 4)).toBe(magics[layers]);
      }
    }
  });
});

/** What does not depend on the wrapping. */
function comparable({ entries, image, hidden, findings, notices }: ScanJson): object {
  const layers = image?.layers.map((layer) => ({ ...layer, digest: null, compressed: null }));
  return { ...withoutCharges({ entries, hidden, findings }), image: { ...image, layers }, notices };
}
