// npm run bench:stored -- DIRECTORY: holds what directories are charged of a compressed tar against the truth: the archive is packed and
// compressed again without each of the largest directories. Takes a compression of the whole tree for each.
// Usage: npm run bench:stored -- DIRECTORY [--with 'zstd -19'] [--top 10] [--jobs 2]; exits 1 where one is more than 10 % off.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const { values: options, positionals } = parseArgs({
  options: {
    with: { type: 'string', default: 'zstd -19' },
    top: { type: 'string', default: '10' },
    jobs: { type: 'string', default: '2' },
  },
  allowPositionals: true,
});
const cli = resolve(import.meta.dirname, '../dist/cli/main.cjs');
const allowed = 0.1;
if (positionals[0] === undefined || !existsSync(cli)) {
  console.error('usage: npm run bench:stored -- DIRECTORY [--with COMMAND] [--top N] [--jobs N]');
  process.exit(2);
}
const tree = resolve(positionals[0]);
const name = basename(tree);
const work = mkdtempSync(join(tmpdir(), 'bench-stored-'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function main() {
  const whole = join(work, 'whole');
  await pack(null, whole);
  const json = JSON.parse(execFileSync('node', [cli, 'snapshot', whole], { encoding: 'utf8', maxBuffer: 2 ** 30 }));
  const length = json.totals.compressed;
  const charged = json.tree.reduce((all, { own }) => all + own.stored, 0);
  const overhead = Object.values(json.overhead).reduce((all, bytes) => all + bytes, 0);
  console.log(`${name}, ${options.with}: ${length} B = ${charged} B of entries + ${overhead} B of overhead`);
  if (charged + overhead !== length) throw new Error('the sum is not the length of the file');
  // Directories around most of the tree say nothing: what is left out of them is the archive itself.
  const largest = json.tree
    .filter(({ path, stored }) => path.startsWith(`${name}/`) && stored < length / 2)
    .toSorted((a, b) => b.stored - a.stored)
    .slice(0, Number(options.top));
  console.log('    CHARGED        LOST      OFF  DIRECTORY');
  const rows = await inTurns(largest, Number(options.jobs), async ({ path, stored }) => {
    const without = join(work, path.replaceAll('/', '-'));
    await pack(path, without);
    const lost = length - statSync(without).size;
    rmSync(without);
    const off = stored / lost - 1;
    const percent = `${off < 0 ? '' : '+'}${(100 * off).toFixed(1)} %`;
    console.log(`${String(stored).padStart(11)} ${String(lost).padStart(11)} ${percent.padStart(8)}  ${path}`);
    return off;
  });
  return rows.every((off) => Math.abs(off) <= allowed);
}

/** The tree as a compressed tar at `out`, without the directory `left`. */
function pack(left, out) {
  const exclude = left === null ? [] : [`--exclude=${left}`, '--anchored', '--no-wildcards'];
  const packing = ['--sort=name', '--format=pax', '--pax-option=delete=atime,delete=ctime', ...exclude.toReversed()];
  const tar = ['tar', ...packing, '-C', dirname(tree), '-cf', '-', name].map(quote).join(' ');
  return promisify(execFile)('sh', ['-c', `${tar} | ${options.with} > ${quote(out)}`]);
}

async function inTurns(items, jobs, each) {
  const results = [];
  let next = 0;
  const one = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await each(items[at]);
  };
  await Promise.all(Array.from({ length: jobs }, one));
  return results;
}

function quote(text) {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
