// Makes an OCI layout for the benchmark: the files of some trees spread over layers of about equal size.
// Usage: node scripts/bench-image.mjs OUT gzip|zstd LAYERS TREE...
import { createHash } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [out, packing, layerCount, ...trees] = process.argv.slice(2);
const blobs = join(out, 'blobs/sha256');
mkdirSync(blobs, { recursive: true });
const programs = { gzip: 'gzip -1', zstd: 'zstd -q -3' };

const listed = execFileSync('find', [...trees, '-type', 'f', '-printf', '%s\t%p\n'], {
  encoding: 'utf8',
  maxBuffer: 1 << 30,
});
const files = listed
  .trimEnd()
  .split('\n')
  .map((line) => ({ size: Number(line.slice(0, line.indexOf('\t'))), path: line.slice(line.indexOf('\t') + 1) }));
const most = files.reduce((sum, { size }) => sum + size, 0) / Number(layerCount);
const groups = [[]];
let filled = 0;
for (const { size, path } of files) {
  if (filled + size > most && groups.at(-1).length > 0 && groups.length < Number(layerCount)) {
    groups.push([]);
    filled = 0;
  }
  groups.at(-1).push(path);
  filled += size;
}

const layers = groups.map((paths) => {
  const [list, raw, blob] = ['list', 'layer.tar', 'layer.blob'].map((name) => join(out, name));
  writeFileSync(list, paths.join('\n'));
  const made = spawnSync('sh', [
    '-c',
    `tar -cf "$2" -T "$1" 2>/dev/null; ${programs[packing]} -c "$2" > "$3"`,
    'sh',
    list,
    raw,
    blob,
  ]);
  if (made.status !== 0) throw new Error(`cannot make a layer: ${made.stderr.toString()}`);
  const diffId = digestOf(raw);
  const layer = described(blob, `application/vnd.oci.image.layer.v1.tar+${packing}`);
  execFileSync('rm', [list, raw]);
  return { ...layer, diffId };
});
const config = stored(
  { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) } },
  'config',
);
const manifest = stored(
  { schemaVersion: 2, config, layers: layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size })) },
  'manifest',
);
writeFileSync(join(out, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
writeFileSync(join(out, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
writeFileSync(join(out, 'layers.txt'), layers.map(({ digest }) => `blobs/sha256/${digest.slice(7)}\n`).join(''));

function stored(value, kind) {
  const file = join(out, kind);
  writeFileSync(file, JSON.stringify(value));
  return described(file, `application/vnd.oci.image.${kind}.v1+json`);
}

/** Moves a file to its place among the blobs. */
function described(file, mediaType) {
  const digest = digestOf(file);
  const size = Number(execFileSync('stat', ['-c', '%s', file], { encoding: 'utf8' }));
  renameSync(file, join(blobs, digest.slice(7)));
  return { mediaType, digest, size };
}

function digestOf(file) {
  return `sha256:${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}
