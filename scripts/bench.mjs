// npm run bench: times sizecheck against the commands that a user would run instead, in pairs within one run, and prints ratios.
// Corpora come from what the machine has: a CPython tree if there is one, else a Debian package; without either it says so.
// Usage: npm run bench [-- --runs N] [--only WORD] [--large]
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    large: { type: 'boolean', default: false },
  },
});
const runs = Math.max(5, Number(options.runs));
const cache = resolve(import.meta.dirname, '../.cache/bench');
const cli = resolve(import.meta.dirname, '../dist/cli/main.cjs');
const ours = `node ${quote(cli)} scan --quiet`;

if (!existsSync(cli)) fail('run "npm run build" first');
// Most machines do not set it. Where it is set, Node reads a file of certificates at each start, which takes longer than starting.
if (process.env.NODE_EXTRA_CA_CERTS !== undefined) {
  delete process.env.NODE_EXTRA_CA_CERTS;
  console.log('NODE_EXTRA_CA_CERTS is left out of the environment: it makes every start of Node slower');
}
mkdirSync(cache, { recursive: true });
const tree = corpus();
console.log(
  `corpus: ${tree} (${Math.round(treeBytes(tree) / 1e6)} MB), node ${process.versions.node}, ${runs} paired runs each\n`,
);
console.log(
  'sizecheck scan against                             ours s  theirs s   ratio (min-max)     bound  peak MiB ours/theirs',
);

const tar = made('tree.tar', (out) => `tar --format=pax -C ${quote(tree)} -cf ${out} .`);
const cases = [
  [
    'zst -19: zstd -dc | tar xO',
    'tree.tar.zst',
    (out) => `zstd -q -19 -T0 ${tar} -o ${out}`,
    (x) => `zstd -dc ${x} | tar xO >/dev/null`,
    1.75,
  ],
  [
    'zst -22 --ultra --long: zstd -dc --long | tar xO',
    'tree-22.tar.zst',
    (out) => `zstd -q -22 --ultra --long ${tar} -o ${out}`,
    (x) => `zstd -dc --long ${x} | tar xO >/dev/null`,
    1.75,
  ],
  ['tar.gz: gzip -dc', 'tree.tar.gz', (out) => `gzip -6 -c ${tar} > ${out}`, (x) => `gzip -dc ${x} >/dev/null`, 0.7],
  ['tar.gz: tar xzO', 'tree.tar.gz', (out) => `gzip -6 -c ${tar} > ${out}`, (x) => `tar xzOf ${x} >/dev/null`, null],
  [
    'tar.xz: xz -dc | tar xO',
    'tree.tar.xz',
    (out) => `xz -T0 -c ${tar} > ${out}`,
    (x) => `xz -dc ${x} | tar xO >/dev/null`,
    null,
  ],
  [
    'tar.bz2: bzip2 -dc | tar xO',
    'tree.tar.bz2',
    (out) => `bzip2 -c ${tar} > ${out}`,
    (x) => `bzip2 -dc ${x} | tar xO >/dev/null`,
    null,
  ],
  ['zip: unzip -t', 'tree.zip', (out) => `cd ${quote(tree)} && zip -qry ${out} .`, (x) => `unzip -tqq ${x}`, 0.8],
  ['tar: cat | tar xO', 'tree.tar', () => '', (x) => `cat ${x} | tar xO >/dev/null`, null],
  ['directory: du -S', null, null, () => `du -S ${quote(tree)} >/dev/null`, null],
  [
    'directory: read all bytes',
    null,
    null,
    () => `find ${quote(tree)} -type f -print0 | xargs -0 cat >/dev/null`,
    null,
  ],
  [
    'image of 20 gzip layers: gzip -dc | tar xO',
    'image-gzip',
    (out) => layered(out, 'gzip', [tree]),
    (x) => untarred(x, 'gzip'),
    1.3,
  ],
  [
    'image of 20 zstd layers: zstd -dc | tar xO',
    'image-zstd',
    (out) => layered(out, 'zstd', [tree]),
    (x) => untarred(x, 'zstd'),
    null,
  ],
  [
    'diff of two zst -19: scan of one',
    'tree.tar.zst',
    (out) => `zstd -q -19 -T0 ${tar} -o ${out}`,
    (x) => `${ours} ${x} >/dev/null`,
    1.6,
    (x) => `node ${quote(cli)} diff --quiet ${x} ${quote(copyOf('tree.tar.zst'))} >/dev/null`,
  ],
  ...('strip of ELF files: readelf -SW each'.includes(options.only) ? [elfCase()] : []),
  ...(options.large ? [largeCase(), ...largeImages()] : []),
];

for (const file of ['tree.tar.zst', 'tree-22.tar.zst', 'tree.tar.gz', 'tree.zip']) {
  const [, , make] = cases.find(([, other]) => other === file);
  const scanned = (x) => `${ours} ${x} >/dev/null`;
  const charged = (x) => `${ours} --size compressed ${x} >/dev/null`;
  cases.push([`${file} --size compressed: scan without`, file, make, scanned, 1.1, charged]);
}

for (const [name, file, make, theirs, bound, mine = (x) => `${ours} ${x} >/dev/null`] of cases) {
  if (!name.includes(options.only)) continue;
  const target = file === null ? tree : made(file, make);
  if (target === null) continue;
  compare(name, mine(quote(target)), theirs(quote(target)), bound);
}

/** Makes an OCI layout of 20 layers. */
function layered(out, packing, trees) {
  const script = quote(resolve(import.meta.dirname, 'bench-image.mjs'));
  return `node ${script} ${out} ${packing} 20 ${trees.map(quote).join(' ')}`;
}

/** Unpacks each layer of an OCI layout to nowhere. */
function untarred(layout, packing) {
  return `for blob in $(cat ${layout}/layers.txt); do ${packing} -dc ${layout}/$blob | tar xO >/dev/null; done`;
}

/** All CPython trees in images of gigabytes. */
function largeImages() {
  return ['gzip', 'zstd'].map((packing) => [
    `large image of 20 ${packing} layers: ${packing} -dc | tar xO`,
    `large-image-${packing}`,
    (out) => layered(out, packing, pythonTrees()),
    (x) => untarred(x, packing),
    1.3,
  ]);
}

/** The same file under another name. */
function copyOf(name) {
  return made(`copy-${name}`, (out) => `cp ${quote(join(cache, name))} ${out}`);
}

/** All ELF files of the CPython trees (else of the corpus) in one folder: lengths after strip against tables of sections. */
function elfCase() {
  const folder = join(cache, 'elf');
  if (!existsSync(folder)) {
    const partial = join(cache, 'part-elf');
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    const roots = pythonTrees().length > 0 ? pythonTrees() : [tree];
    let number = 0;
    for (const root of roots) {
      for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
        const path = join(item.parentPath, item.name);
        if (item.isFile() && isElf(path)) linkOrCopy(path, join(partial, `${number++}-${item.name}`));
      }
    }
    renameSync(partial, folder);
  }
  const theirs = () => `find ${quote(folder)} -type f -exec readelf -SW {} \\; >/dev/null 2>&1 || true`;
  const mine = () => `${ours} ${quote(folder)} >/dev/null`;
  return ['strip of ELF files: readelf -SW each', null, null, theirs, 3, mine];
}

function isElf(path) {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, head);
  closeSync(file);
  return head.readUInt32BE() === 0x7f454c46;
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** All CPython trees in one archive: a corpus of gigabytes. */
function largeCase() {
  const roots = pythonTrees().map(quote).join(' ');
  return [
    'large zst -3: zstd -dc | tar xO',
    'large.tar.zst',
    (out) => `tar -cf - ${roots} 2>/dev/null | zstd -q -3 -T0 -o ${out}`,
    (x) => `zstd -dc ${x} | tar xO >/dev/null`,
    1.1,
  ];
}

function compare(name, mine, theirs, bound) {
  const samples = [];
  // The first pair warms the caches and is not counted.
  for (let round = 0; round <= runs; round++) {
    const pair = [measure(mine), measure(theirs)];
    if (round > 0) samples.push(pair);
  }
  const ratios = samples.map(([a, b]) => a.seconds / b.seconds).toSorted((a, b) => a - b);
  const ratio = median(ratios);
  const seconds = (side) => median(samples.map((pair) => pair[side].seconds)).toFixed(2);
  const peak = (side) => Math.max(...samples.map((pair) => pair[side].peak ?? Number.NaN));
  const verdict = bound === null ? '' : `${bound.toFixed(2)} ${ratio <= bound ? 'ok' : 'OVER'}`;
  console.log(
    `${name.padEnd(48)} ${seconds(0).padStart(8)} ${seconds(1).padStart(9)}   ${ratio.toFixed(2)} (${ratios[0].toFixed(2)}-${ratios.at(-1).toFixed(2)})`.padEnd(
      88,
    ) + `${verdict.padEnd(10)}  ${megabytes(peak(0))}/${megabytes(peak(1))}`,
  );
}

/** Wall time of a shell command and the peak memory of its largest process, in KiB (null without python3). */
function measure(command) {
  const wrapper = `import resource,subprocess,sys,time
t=time.monotonic(); r=subprocess.run(['sh','-c',sys.argv[1]]); t=time.monotonic()-t
print(t, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, r.returncode)`;
  const result = spawnSync('python3', ['-c', wrapper, command], { encoding: 'utf8' });
  if (result.status === 0) {
    const [seconds, peak, code] = result.stdout.trim().split('\n').at(-1).split(' ').map(Number);
    if (code !== 0) fail(`${command} exited ${code}`);
    return { seconds, peak };
  }
  const startedAt = performance.now();
  if (spawnSync('sh', ['-c', command], { stdio: 'ignore' }).status !== 0) fail(`${command} failed`);
  return { seconds: (performance.now() - startedAt) / 1000, peak: null };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** A file of the cache, made where it is missing; null where the tool for it is. */
function made(name, make) {
  const path = join(cache, name);
  if (existsSync(path)) return path;
  const partial = join(cache, `part-${name}`);
  const result = spawnSync('sh', ['-c', make(quote(partial))], { stdio: ['ignore', 'ignore', 'inherit'] });
  // tar and zip exit 1 or more where single files could not be read; what they made still serves.
  if (!existsSync(partial) || (result.status !== 0 && statSync(partial).size === 0)) {
    console.log(`skipped: cannot make ${name} (is its program installed?)`);
    return null;
  }
  renameSync(partial, path);
  return path;
}

/** The smallest CPython tree of at least 100 MB, else the contents of a Debian package. */
function corpus() {
  const named = process.env.SIZECHECK_BENCH_TREE;
  if (named !== undefined) return resolve(named);
  const sized = pythonTrees().map((path) => ({ path, bytes: treeBytes(path) }));
  const best = sized.filter(({ bytes }) => bytes > 100e6).toSorted((a, b) => a.bytes - b.bytes);
  const preferred = best.find(({ path }) => /3\.9\./.test(path)) ?? best[0];
  if (preferred !== undefined) return preferred.path;
  const root = join(cache, 'package');
  if (!existsSync(root)) {
    const steps = `cd ${quote(cache)} && apt-get download libpython3-stdlib libstdc++-12-dev >/dev/null && for d in *.deb; do dpkg-deb -x "$d" package; done`;
    if (spawnSync('sh', ['-c', steps], { stdio: 'ignore' }).status !== 0) {
      console.log('skipped: no CPython tree (set SIZECHECK_BENCH_TREE) and no Debian package to be had');
      process.exit(0);
    }
  }
  return root;
}

function pythonTrees() {
  const roots = [process.env.PYENV_ROOT, join(homedir(), '.pyenv')]
    .filter((path) => path !== undefined)
    .map((path) => join(path, 'versions'));
  const root = roots.find((path) => existsSync(path));
  return root === undefined ? [] : readdirSync(root).map((name) => join(root, name));
}

function treeBytes(path) {
  return Number(execFileSync('du', ['-s', '--apparent-size', '-B1', path], { encoding: 'utf8' }).split('\t')[0]);
}

function megabytes(kilobytes) {
  return Number.isNaN(kilobytes) ? '-' : String(Math.round(kilobytes / 1024));
}

function quote(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(1);
}
