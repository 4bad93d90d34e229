// Images at the command line: through pipes, with layers large enough for the decoding thread, and as a gate.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { blobOf, buildImage, layoutFiles, legacyFiles, tarOf, writeFiles } from '../build/image.ts';
import type { Packing } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { tempDirectory } from '../build/temp.ts';
import { scanJson, sizecheck } from './run.ts';
import type { ScanJson } from './run.ts';

const work = tempDirectory('cli-image');

const large = noise(18 * 1024 * 1024);

function image(packing: Packing) {
  return buildImage({
    layers: [
      { packing, createdBy: 'COPY data /data', members: [{ name: 'data/a', content: large }] },
      { packing, createdBy: 'RUN chmod 600 /data/a', members: [{ name: 'data/a', content: large, mode: 0o600 }] },
      { packing, createdBy: 'RUN true', members: [{ name: 'data/b', content: 'b' }] },
    ],
  });
}

function comparable({ image: found, tree, findings }: ScanJson): object {
  const layers = found?.layers.map((layer) => ({ ...layer, digest: null, compressed: null }));
  return { image: { ...found, layers }, tree, findings };
}

describe('an image at the command line', () => {
  const built = image('gzip');
  const files = layoutFiles([built]);
  const path = join(work, 'image.tar');
  writeFileSync(path, tarOf(files));
  const reference = scanJson([path]);

  it('says what its layers hide', () => {
    expect(reference.image).toMatchObject({ layerBytes: 2 * large.length + 1, hiddenBytes: large.length });
    expect(reference.findings).toMatchObject([
      { rule: 'metadata-only-copy', bytes: large.length, claims: [{ path: 'data/a', part: 'hidden', layer: 1 }] },
    ]);
    expect(reference.removable.content).toBe(0);
  });

  it('says where commands must be run, if it prints any', () => {
    const where = 'Run commands in the RUN that makes the files: a later layer frees nothing.\n';
    expect(sizecheck([path]).stdout).not.toContain(where);
    const copies = ['a', 'b'].map((name) => ({ name, content: 'copied' }));
    const two = join(work, 'copies.tar');
    writeFileSync(two, tarOf(layoutFiles([buildImage({ layers: [{ members: copies }] })])));
    expect(sizecheck([two]).stdout).toContain(where);
    expect(sizecheck([two, '--as', 'files']).stdout).not.toContain(where);
  });

  it.each([
    ['zstd layers', () => tarOf(layoutFiles([image('zstd')]))],
    ['raw layers', () => tarOf(layoutFiles([image('raw')]))],
    ['a docker archive', () => tarOf(legacyFiles([built]))],
    ['a compressed archive', () => gzipSync(tarOf(files), { level: 1 })],
  ])('is the same with %s, from a file and through a pipe', (name, make) => {
    const bytes = make();
    const file = join(work, `${name}.bin`);
    writeFileSync(file, bytes);
    expect(comparable(scanJson([file]))).toEqual(comparable(reference));
    expect(comparable(scanJson(['-'], { input: bytes }))).toEqual(comparable(reference));
  });

  it('is an error with one line where a large layer is damaged', () => {
    const blob = Buffer.from(built.layers[0]?.blob ?? []);
    const middle = Math.floor(blob.length / 2);
    blob[middle] = (blob[middle] ?? 0) ^ 1;
    const damaged = writeFiles(
      join(work, 'damaged'),
      new Map([...files, [blobOf(built.layers[0]?.blob ?? blob), blob]]),
    );
    const ran = sizecheck([damaged]);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^sizecheck: [^\n]+sha256:[0-9a-f]{64}[^\n]*\n$/);
  });

  it('is judged by a file of dive', () => {
    writeFileSync(join(work, '.dive-ci'), 'rules:\n  lowestEfficiency: 0.5\n  highestWastedBytes: disabled\n');
    const ran = sizecheck(['check', 'image.tar', '--dive-ci', '.dive-ci', '--json'], { cwd: work });
    expect(ran.code).toBe(1);
    const { verdicts } = JSON.parse(ran.stdout).gate;
    expect(verdicts).toMatchObject([
      { measure: 'highestUserWastedPercent', budget: 'highestUserWastedPercent', limit: 0.1, status: 'fail' },
      { measure: 'lowestEfficiency', limit: 0.5, status: 'pass' },
    ]);
    writeFileSync(join(work, 'bad'), 'lowestEfficiency: 2\n');
    const bad = sizecheck(['check', 'image.tar', '--dive-ci', 'bad'], { cwd: work });
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain('--dive-ci "bad": lowestEfficiency');
  });

  it.each([
    ['', 1, { lowestEfficiency: 0.9, highestUserWastedPercent: 0.1 }],
    ['highestWastedBytes: 20MB\n', 1, { highestWastedBytes: '20MB' }],
    ['highestWastedBytes: 1MB\nhighestUserWastedPercent: off\nlowestEfficiency: 0\n', 1, { highestWastedBytes: '1MB' }],
    ['highestUserWastedPercent: off\nlowestEfficiency: 0.95\n', 1, { lowestEfficiency: 0.95 }],
    ['highestUserWastedPercent: disabled\nlowestEfficiency: 0.1\n', 0, { lowestEfficiency: 0.1 }],
  ])('writes a budgets file that judges as dive would by %j', (text, code, dive) => {
    const root = tempDirectory('dive-init');
    writeFileSync(join(root, '.dive-ci'), `rules:\n${text}`);
    writeFileSync(join(root, 'image.tar'), tarOf(files));
    const asked = sizecheck(['check', 'image.tar', '--dive-ci', '.dive-ci', '--json'], { cwd: root });
    const init = sizecheck(['init', 'image.tar', '--from-dive-ci', '.dive-ci'], { cwd: root });
    expect(init).toMatchObject({ code: 0, stdout: expect.stringContaining('became dive.') });
    expect(JSON.parse(readFileSync(join(root, 'budgets.json'), 'utf8')).artifacts[0]).toMatchObject({ dive });
    const ran = sizecheck(['check', '--json'], { cwd: root });
    expect([asked.code, ran.code]).toEqual([code, code]);
    const failed = (json: string) =>
      JSON.parse(json)
        .gate.verdicts.filter(({ status }: { status: string }) => status === 'fail')
        .map(({ measure, actual, limit }: Record<string, unknown>) => [measure, actual, limit]);
    expect(failed(ran.stdout)).toEqual(failed(asked.stdout));
  });

  it('says what one layer of all would weigh, beside a single one, too', () => {
    const args = [path, '--compress-with', 'gzip:9', '--units', 'bytes'];
    const { flattened } = scanJson([path, '--compress-with', 'gzip:9']);
    const bytes = flattened?.compressed.toLocaleString('en-US');
    for (const more of [[], ['--layer', '0']]) {
      expect(sizecheck([...args, ...more]).stdout).toMatch(
        new RegExp(`^ {2}flattened +${bytes} B .*one layer, gzip:9$`, 'm'),
      );
    }
  });

  it('refuses what does not fit together', () => {
    for (const [args, says] of [
      [['scan', path, '--layer', '3'], 'there is no layer 3'],
      [['scan', path, '--layer', 'x'], '--layer takes the index of a layer'],
      [['scan', work, '--layer', '0'], '--layer is for images'],
      [['scan', work, '--format', 'dive'], '--format dive is for images'],
      [['scan', path, '--compress-with', 'gzip', '--format', 'html'], 'of an image has no effect with --format html'],
      [['scan', path, '--platform', 'linux/s390x'], 'no image for the platform "linux/s390x"'],
      [['scan', path, '--image', '2'], 'no image "2"'],
      [['scan', work, '--as', 'image'], 'is no image'],
    ] as const) {
      const ran = sizecheck(args);
      expect([ran.code, ran.stdout], args.join(' ')).toEqual([2, '']);
      expect(ran.stderr).toContain(says);
    }
  });

  it('refuses a layer of a snapshot, and to compress a directory that holds an image', () => {
    const saved = join(work, 'snapshot.json');
    expect(sizecheck(['snapshot', path, '-o', saved]).code).toBe(0);
    const layout = writeFiles(tempDirectory('layout'), files);
    const budgets = join(work, 'new-budgets.json');
    for (const [args, says] of [
      [['scan', saved, '--layer', '0'], '--layer needs the image itself'],
      [['compress', layout], 'a directory that holds an image is not compressed as one'],
      [['init', layout, '--compress-with', 'gzip', '--budgets', budgets], 'this one holds an image'],
    ] as const) {
      const ran = sizecheck(args, { cwd: work });
      expect([ran.code, ran.stdout], args.join(' ')).toEqual([2, '']);
      expect(ran.stderr).toContain(says);
    }
    const checked = sizecheck(['check', layout, '--compress-with', 'gzip', '--max-compressed', '1 MiB']);
    expect(checked.stdout.replaceAll(/\s+/g, ' ')).toContain('a directory with an image has no compressed size');
  });
});
