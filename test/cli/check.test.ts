// The gate at the command line: every way a budget can hold, warn, fail or stay unknown, with the exit code that goes with it.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import zlib, { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { noise } from '../build/noise.ts';
import { buildTar } from '../build/tar.ts';
import { buildZip } from '../build/zip.ts';
import { cli, sizecheck } from './run.ts';
import type { Ran } from './run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('check');

const old = buildTar([
  { name: 'app/main.js', content: 'm'.repeat(6000) },
  { name: 'app/util.js', content: 'u'.repeat(2000) },
]);
/** 10,000 bytes of content, 2,000 more than before. */
const now = buildTar([
  { name: 'app/main.js', content: 'm'.repeat(7500) },
  { name: 'app/util.js', content: 'u'.repeat(2000) },
  { name: 'app/new.so', content: 'n'.repeat(500) },
]);
const zip = buildZip([
  { name: 'a.txt', content: 'text '.repeat(1000) },
  { name: 'b.txt', content: 'b'.repeat(3000) },
]);

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder with `dist/app.tar`, `old.tar` and what the case adds. */
function folder(files: Files): string {
  const root = mkdtempSync(join(work, 'case-'));
  for (const [path, content] of Object.entries({ 'dist/app.tar': now, 'old.tar': old, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

function budgets(artifact: object, root: object = {}): string {
  return JSON.stringify({ version: 1, artifacts: [{ name: 'app', path: 'dist/app.tar', ...artifact }], ...root });
}

interface Case {
  readonly name: string;
  /** The budgets file, or the keys of its only artifact. */
  readonly budgets?: string | object;
  readonly files?: Files;
  readonly args?: readonly string[];
  readonly code: 0 | 1 | 2;
  /** Words of the report, or of the error line where there is no report. */
  readonly says?: string | readonly string[];
  /** Whether there is nothing but one line on standard error. */
  readonly error?: true;
}

const snapshotOfOld = sizecheck(['snapshot', 'old.tar'], { cwd: folder({}) }).stdout;
const duplicates = {
  'dist/app.tar': buildTar([
    { name: 'x', content: 'same '.repeat(100) },
    { name: 'y', content: 'same '.repeat(100) },
  ]),
};
const rules = { rules: { 'duplicate-file': 'error' } };
const until = (day: string) => ({
  ...rules,
  ignore: [{ rule: 'duplicate-file', match: 'y', reason: 'twins', until: day }],
});

const cases: readonly Case[] = [
  { name: 'within', budgets: { uncompressed: { max: '1 MiB' } }, code: 0, says: ['pass', '1 within'] },
  {
    name: 'at the limit',
    budgets: { uncompressed: { max: 10_000 }, compressed: { max: now.length } },
    code: 0,
    says: '0 B',
  },
  {
    name: 'one byte over',
    budgets: { uncompressed: { max: 9999 } },
    code: 1,
    says: ['FAIL', '+1 B', '10,000 B', 'app/main.js'],
  },
  {
    name: 'one byte over, compressed',
    budgets: { compressed: { max: now.length - 1 } },
    code: 1,
    says: 'artifacts[0].compressed.max',
  },
  { name: 'limit 0', budgets: { uncompressed: { max: 0 } }, code: 1, says: '10,000 B over' },
  { name: 'at warnAt', budgets: { uncompressed: { max: 20_000, warnAt: 10_000 } }, code: 0, says: 'pass' },
  { name: 'at warnAt in percent', budgets: { uncompressed: { max: 20_000, warnAt: '50%' } }, code: 0, says: 'pass' },
  {
    name: 'one byte above warnAt',
    budgets: { uncompressed: { max: 20_000, warnAt: 9999 } },
    code: 0,
    says: ['warn', '10,000 B left'],
  },
  { name: 'above warnAt, and over', budgets: { uncompressed: { max: 9999, warnAt: '1%' } }, code: 1, says: 'FAIL' },
  {
    name: 'why a limit is there',
    budgets: { uncompressed: { max: 1 }, reason: 'cold start' },
    code: 1,
    says: 'limit because: cold start',
  },

  {
    name: 'missing artifact',
    budgets: { path: 'dist/none.zip', compressed: { max: 1 } },
    code: 2,
    error: true,
    says: 'artifacts[0].path: "dist/none.zip" matches nothing',
  },
  {
    name: 'missing glob',
    budgets: { path: 'dist/*.zip', compressed: { max: 1 } },
    code: 2,
    error: true,
    says: 'artifacts[0].path: "dist/*.zip" matches nothing',
  },
  {
    name: 'optional and missing',
    budgets: { path: 'dist/none.zip', optional: true, compressed: { max: 1 } },
    code: 0,
    says: 'is optional, and not there',
  },
  {
    name: 'missing on the command line',
    budgets: { compressed: { max: 1 } },
    args: ['none.tar'],
    code: 2,
    error: true,
    says: '"none.tar" cannot be read (ENOENT)',
  },
  {
    name: 'one of two broken, the other over',
    budgets: budgets(
      { uncompressed: { max: 1 } },
      {
        artifacts: [
          { name: 'app', path: 'dist/app.tar', uncompressed: { max: 1 } },
          { name: 'cut', path: 'cut.tar', uncompressed: { max: 1 } },
        ],
      },
    ),
    files: { 'cut.tar': now.subarray(0, 5000) },
    code: 1,
    says: ['1 over', '1 unknown', 'is cut short'],
  },
  {
    name: 'one of two broken, the other within',
    budgets: budgets(
      {},
      {
        artifacts: [
          { name: 'app', path: 'dist/app.tar', uncompressed: { max: '1 MB' } },
          { name: 'cut', path: 'cut.tar', uncompressed: { max: 1 } },
        ],
      },
    ),
    files: { 'cut.tar': now.subarray(0, 5000) },
    code: 2,
    says: ['1 unknown', '1 within'],
  },
  {
    name: 'broken',
    budgets: { uncompressed: { max: 1 } },
    files: { 'dist/app.tar': now.subarray(0, 5000) },
    code: 2,
    error: true,
    says: 'dist/app.tar: app/main.js: is cut short',
  },

  { name: 'growth within', budgets: { baseline: 'old.tar', growth: { max: 2000 } }, code: 0, says: '+2.0 KiB' },
  {
    name: 'growth one byte over',
    budgets: { baseline: 'old.tar', growth: { max: 1999 } },
    code: 1,
    says: ['1 B over', '+1,500 B  app/main.js', '+500 B  app/new.so'],
  },
  {
    name: 'growth in percent, at the limit',
    budgets: { baseline: 'old.tar', growth: { maxPercent: 25 } },
    code: 0,
    says: '25%',
  },
  {
    name: 'growth in percent, over',
    budgets: { baseline: 'old.tar', growth: { maxPercent: 24.99 } },
    code: 1,
    says: '0.01 points over',
  },
  {
    name: 'growth by both, one over',
    budgets: { baseline: 'old.tar', growth: { max: 2000, maxPercent: 1, mode: 'both' } },
    code: 1,
    says: ['1 over', '1 within'],
  },
  {
    name: 'growth above warnAt',
    budgets: { baseline: 'old.tar', growth: { maxPercent: 30, warnAt: '80%' } },
    code: 0,
    says: 'warn',
  },
  {
    name: 'shrinking',
    budgets: { path: 'old.tar', baseline: 'dist/app.tar', growth: { max: 0, maxPercent: 0 } },
    code: 0,
    says: '-20%',
  },
  {
    name: 'growth from a snapshot',
    budgets: { baseline: 'old.json', growth: { max: 1999 } },
    files: { 'old.json': snapshotOfOld },
    code: 1,
    says: '1 B over',
  },
  {
    name: 'growth from nothing',
    budgets: { baseline: 'empty.tar', growth: { maxPercent: 5 } },
    files: { 'empty.tar': buildTar([]) },
    code: 2,
    says: 'holds 0 bytes, of which there is no percentage',
  },
  ...([0, -1] as const).map((less): Case => ({
    name: `compressed growth ${less === 0 ? 'at the limit' : 'one byte over'}`,
    budgets: { baseline: 'old.tar', compressedGrowth: { max: now.length - old.length + less } },
    code: less === 0 ? 0 : 1,
    says: less === 0 ? ['1 within', 'compressed growth'] : ['compressed growth, 1 B over', 'app/main.js'],
  })),
  {
    name: 'compressed growth in percent, of a snapshot, on the command line',
    budgets: {},
    files: { 'old.json': snapshotOfOld },
    args: ['dist/app.tar', '--baseline', 'old.json', '--max-compressed-growth', '1%'],
    code: 1,
    says: ['compressed growth in %', `+${((100 * (now.length - old.length)) / old.length).toFixed(1)}`],
  },
  {
    name: 'compressed growth against a directory',
    budgets: { baseline: 'tree', compressedGrowth: { max: 1 } },
    files: { 'tree/x': 'x' },
    code: 2,
    says: 'the baseline has no compressed size',
  },
  {
    name: 'compressed growth of a directory',
    budgets: { path: 'tree', baseline: 'old.tar', compressedGrowth: { max: 1 } },
    files: { 'tree/x': 'x' },
    code: 2,
    says: 'say how to compress it',
  },
  {
    name: 'compressed growth from what was not there yet',
    budgets: { baseline: 'none.tar', compressedGrowth: { max: 1, missingBaseline: 'pass' } },
    code: 0,
    says: ['1 skipped', 'does not exist'],
  },
  { name: 'no baseline', budgets: { growth: { max: 1 } }, code: 2, says: ['unknown', 'no baseline is named'] },
  {
    name: 'missing baseline',
    budgets: { baseline: 'none.json', growth: { max: 1 } },
    code: 2,
    says: 'the baseline "none.json" does not exist',
  },
  {
    name: 'missing baseline that may',
    budgets: { baseline: 'none.json', growth: { max: 1, missingBaseline: 'pass' } },
    code: 0,
    says: 'does not exist',
  },
  {
    name: 'missing baseline, and over',
    budgets: { baseline: 'none.json', growth: { max: 1 }, uncompressed: { max: 1 } },
    code: 1,
    says: ['1 over', '1 unknown'],
  },
  {
    name: 'baseline of another schema',
    budgets: { baseline: 'old.json', growth: { max: 9999, missingBaseline: 'pass' } },
    files: { 'old.json': snapshotOfOld.replace('"schema": 1', '"schema": 2') },
    code: 2,
    says: 'has schema 2',
  },
  {
    name: 'stale baseline',
    budgets: { baseline: 'old.json', growth: { max: 9999 } },
    files: { 'old.json': snapshotOfOld.replace('"content":8000', '"content":7000') },
    code: 2,
    says: 'has totals.content 7000',
  },
  {
    name: 'broken baseline',
    budgets: { baseline: 'cut.tar', growth: { max: 9999 } },
    files: { 'cut.tar': old.subarray(0, 4000) },
    code: 2,
    says: 'the baseline "cut.tar" app/main.js: is cut short',
  },
  {
    name: 'growth with versioned directories',
    budgets: { path: 'new.tar', baseline: 'old.tar', growth: { max: 0 } },
    files: {
      'old.tar': buildTar([{ name: 'lib/py3.9/a', content: 'a'.repeat(9000) }]),
      'new.tar': buildTar([{ name: 'lib/py3.10/a', content: 'b'.repeat(9007) }]),
    },
    args: ['--map', 'py3.*'],
    code: 1,
    says: '+7 B  lib/py3.10/a',
  },
  {
    name: 'standard input twice',
    budgets: { growth: { max: 0 } },
    args: ['-', '--baseline', '-'],
    code: 2,
    error: true,
    says: 'standard input can be only one',
  },
  {
    name: 'one artifact given twice',
    budgets: { uncompressed: { max: 1 } },
    args: ['app=old.tar', 'app=old.tar'],
    code: 1,
    says: '1 over\n',
  },
  {
    name: '--baseline before that of the file',
    budgets: { baseline: 'none.json', growth: { max: 2000 } },
    args: ['--baseline', 'old.tar'],
    code: 0,
  },
  { name: '--baseline by name', budgets: { growth: { max: 1999 } }, args: ['--baseline', 'app=old.tar'], code: 1 },

  { name: 'path within', budgets: { paths: [{ match: '**/*.js', max: 7500 }] }, code: 0 },
  {
    name: 'path over',
    budgets: { paths: [{ match: '*.js', max: 1000 }] },
    code: 1,
    says: ['2 files are over', '6,500 B over', '7,500 B  app/main.js'],
  },
  {
    name: 'paths together',
    budgets: { paths: [{ match: '*.js', total: 9499 }] },
    code: 1,
    says: ['2 files together', '1 B over'],
  },
  {
    name: 'glob that matches nothing',
    budgets: { paths: [{ match: '*.dll', max: 1 }] },
    code: 2,
    says: 'matches no file',
  },
  {
    name: 'glob that matches nothing and may',
    budgets: { paths: [{ match: '*.dll', max: 1, optional: true }] },
    code: 0,
  },
  { name: 'glob of a directory', budgets: { paths: [{ match: 'app', max: 1 }] }, code: 2, says: 'write app/**' },

  {
    name: 'rule violated',
    budgets: budgets({}, rules),
    files: duplicates,
    code: 1,
    says: ['duplicate-file', '+500 B', '500 B  y'],
  },
  {
    name: 'rule violated, warned of',
    budgets: budgets({}, { rules: { 'duplicate-file': 'warn' } }),
    files: duplicates,
    code: 0,
    says: 'warn',
  },
  {
    name: 'rule off',
    budgets: budgets({ uncompressed: { max: 9999 } }, { rules: { 'duplicate-file': 'off' } }),
    files: duplicates,
    code: 0,
    says: '1 within',
  },
  { name: 'rule kept', budgets: budgets({}, { rules: { 'debug-symbols': 'error' } }), code: 0, says: 'debug-symbols' },
  { name: 'ignore', budgets: budgets({}, until('2999-01-01')), files: duplicates, code: 0, says: 'pass' },
  {
    name: 'expired ignore',
    budgets: budgets({}, until('2020-01-01')),
    files: duplicates,
    code: 1,
    says: ['expired on 2020-01-01 (twins)', 'counts again'],
  },
  {
    name: 'ignore of nothing',
    budgets: budgets({}, { ...rules, ignore: [{ rule: '*', match: 'nowhere/**', reason: 'r' }] }),
    code: 0,
    says: ['warn', 'covers nothing'],
  },

  {
    name: 'group at its limit',
    budgets: budgets(
      { uncompressed: { max: '1 MB' } },
      {
        artifacts: [
          { name: 'layer-a', path: 'dist/app.tar', uncompressed: { max: '1 MB' } },
          { name: 'layer-b', path: 'old.tar', uncompressed: { max: '1 MB' } },
        ],
        groups: [{ name: 'all', members: ['layer-*'], uncompressed: { max: 18_000 } }],
      },
    ),
    code: 0,
  },
  {
    name: 'group one byte over',
    budgets: budgets(
      {},
      {
        artifacts: [
          { name: 'layer-a', path: 'dist/app.tar', uncompressed: { max: '1 MB' } },
          { name: 'layer-b', path: 'old.tar', uncompressed: { max: '1 MB' } },
        ],
        groups: [{ name: 'all', members: ['layer-*'], uncompressed: { max: 17_999 } }],
      },
    ),
    code: 1,
    says: ['all: uncompressed, 1 B over', '10,000 B  layer-a', '8,000 B  layer-b'],
  },
  {
    name: 'group of which two budgets cover one file, each in its own words',
    budgets: budgets(
      {},
      {
        artifacts: [
          { name: 'layer-a', path: 'dist/*.tar', uncompressed: { max: '1 MB' } },
          { name: 'layer-b', path: './dist/../dist/app.tar', uncompressed: { max: '1 MB' } },
        ],
        groups: [{ name: 'all', members: ['layer-*'], uncompressed: { max: 9999 } }],
      },
    ),
    code: 1,
    says: ['all: uncompressed, 1 B over', '10,000 B  layer-a'],
  },
  {
    name: 'group with an optional member that is missing',
    budgets: budgets(
      {},
      {
        artifacts: [
          { name: 'layer-a', path: 'dist/app.tar', uncompressed: { max: '1 MB' } },
          { name: 'layer-b', path: 'none.tar', optional: true, uncompressed: { max: '1 MB' } },
        ],
        groups: [{ name: 'all', members: ['layer-*'], uncompressed: { max: 10_000 } }],
      },
    ),
    code: 0,
  },
  {
    name: 'group of which one member is given',
    budgets: budgets(
      {},
      {
        artifacts: [
          { name: 'layer-a', path: 'dist/app.tar', uncompressed: { max: '1 MB' } },
          { name: 'layer-b', path: 'old.tar', uncompressed: { max: '1 MB' } },
        ],
        groups: [{ name: 'all', members: ['layer-*'], uncompressed: { max: 1 } }],
      },
    ),
    args: ['dist/app.tar'],
    code: 0,
  },

  {
    name: 'several files of one glob',
    budgets: { path: '{dist,.}/*.tar', uncompressed: { max: 9000 } },
    code: 1,
    says: ['1 over, 1 within', 'app (dist/app.tar)', 'app (old.tar)'],
  },
  {
    name: 'several files and one baseline',
    budgets: { path: '{dist,.}/*.tar', baseline: 'old.tar', uncompressed: { max: 9000 } },
    code: 2,
    error: true,
    says: 'artifacts[0].baseline',
  },
  {
    name: 'several files and one baseline, on the command line',
    budgets: { path: '{dist,.}/*.tar', baseline: 'old.tar', uncompressed: { max: 9000 } },
    args: ['dist/app.tar', 'old.tar'],
    code: 2,
    error: true,
    says: 'artifacts[0].baseline',
  },
  {
    name: 'several files and one --baseline',
    budgets: { path: '{dist,.}/*.tar', growth: { max: 9000 } },
    args: ['dist/app.tar', 'old.tar', '--baseline', 'app=old.tar'],
    code: 2,
    error: true,
    says: '--baseline "app=old.tar" is for 2 artifacts',
  },
  {
    name: 'artifact of another name than that of the only budget',
    budgets: { uncompressed: { max: 8000 } },
    args: ['old.tar'],
    code: 2,
    error: true,
    says: 'covers "old.tar"; it has app ("',
  },
  { name: 'artifact by name', budgets: { uncompressed: { max: 7999 } }, args: ['app=old.tar'], code: 1 },
  {
    name: 'artifact that no budget covers',
    budgets: budgets(
      {},
      {
        artifacts: [
          { name: 'a', path: 'dist/app.tar', uncompressed: { max: 1 } },
          { name: 'b', path: 'dist/b.tar', uncompressed: { max: 1 } },
        ],
      },
    ),
    args: ['old.tar'],
    code: 2,
    error: true,
    says: 'covers "old.tar"; it has a ("dist/app.tar"), b ("dist/b.tar")',
  },

  {
    name: 'directory without a codec',
    budgets: { path: 'dist', compressed: { max: 99_999 } },
    code: 2,
    says: ['unknown', '--compress-with'],
  },
  {
    name: 'directory with a codec',
    budgets: { path: 'dist', compressed: { max: 99_999 }, compressWith: 'gzip:9' },
    code: 0,
    says: 'compressed',
  },
  {
    name: 'directory with a codec, over',
    budgets: { path: 'dist', compressed: { max: 10 } },
    args: ['--compress-with', 'gzip:1'],
    code: 1,
    says: 'packed as tar, gzip:1',
  },
  {
    name: 'unknown codec',
    budgets: { path: 'dist', compressed: { max: 10 } },
    args: ['--compress-with', 'lz4'],
    code: 2,
    error: true,
    says: '"lz4" is no way to compress',
  },
  {
    name: 'codec for a file',
    budgets: { path: 'dist/app.tar', compressed: { max: 99_999 } },
    args: ['--compress-with', 'gzip:9'],
    code: 2,
    error: true,
    says: '--compress-with is for directories, and none of the artifacts is one',
  },
  {
    name: 'codec for what is not there',
    budgets: { path: 'nowhere', compressed: { max: 99_999 } },
    args: ['--compress-with', 'gzip:9'],
    code: 2,
    error: true,
    says: 'nowhere',
  },
  {
    name: 'snapshot of a directory',
    budgets: { path: 'tree.json', compressed: { max: 10 }, compressWith: 'gzip:9' },
    files: { 'tree.json': sizecheck(['snapshot', 'dist'], { cwd: folder({}) }).stdout },
    code: 2,
    says: 'a snapshot of a directory cannot be compressed',
  },

  { name: '--exit-zero', budgets: { uncompressed: { max: 1 } }, args: ['--exit-zero'], code: 0, says: 'FAIL' },
  {
    name: '--exit-zero forgives nothing unknown',
    budgets: { growth: { max: 1 } },
    args: ['--exit-zero'],
    code: 2,
    says: 'unknown',
  },
  {
    name: '--exit-zero forgives nothing unknown beside what is over',
    budgets: { uncompressed: { max: 1 }, growth: { max: 1 } },
    args: ['--exit-zero'],
    code: 2,
    says: 'unknown',
  },
  {
    name: 'what is over counts before what is unknown',
    budgets: { uncompressed: { max: 1 }, growth: { max: 1 } },
    code: 1,
    says: 'unknown',
  },
  {
    name: 'unwritable -o',
    budgets: { uncompressed: { max: 1 } },
    args: ['-o', 'none/report.txt'],
    code: 2,
    error: true,
    says: 'none/report.txt: cannot be written',
  },
  {
    name: '-o over the budgets',
    budgets: { uncompressed: { max: 1 } },
    args: ['-o', 'budgets.json'],
    code: 2,
    error: true,
    says: 'would be overwritten',
  },
  {
    name: '-o over the artifact',
    budgets: { uncompressed: { max: 1 } },
    args: ['-o', 'dist/app.tar'],
    code: 2,
    error: true,
    says: 'would be overwritten',
  },
  {
    name: 'NAME= without a path',
    budgets: { growth: { max: 1, missingBaseline: 'pass' } },
    args: ['app='],
    code: 2,
    error: true,
    says: '"app=" names no path',
  },
  {
    name: '--baseline NAME= without a path',
    budgets: { growth: { max: 1, missingBaseline: 'pass' } },
    args: ['--baseline', 'app='],
    code: 2,
    error: true,
    says: '"app=" names no path',
  },

  {
    name: 'no budgets file',
    code: 2,
    error: true,
    says: 'budgets.json: cannot be read (ENOENT); make it with "sizecheck init"',
  },
  {
    name: 'malformed',
    budgets: '{"version": 1,\n  "artifacts": [}',
    code: 2,
    error: true,
    says: ['budgets.json: ', '(line 2, column 17)'],
  },
  { name: 'trailing comma', budgets: '{"version": 1,}', code: 2, error: true, says: 'a comma after the last item' },
  { name: 'comment', budgets: '// budgets\n{}', code: 2, error: true, says: 'a comment' },
  { name: 'YAML', budgets: 'version: 1\n', code: 2, error: true, says: 'is not a value of JSON' },
  {
    name: 'unknown key',
    budgets: { uncompresed: { max: 1 } },
    code: 2,
    error: true,
    says: 'artifacts[0].uncompresed: there is no such key; did you mean "uncompressed"?',
  },
  {
    name: 'duplicate key',
    budgets: '{"version": 1, "version": 1, "artifacts": []}',
    code: 2,
    error: true,
    says: 'the key "version" stands twice',
  },
  {
    name: 'duplicate key, disguised',
    budgets: String.raw`{"version": 1, "\u0076ersion": 1}`,
    code: 2,
    error: true,
    says: 'stands twice',
  },
  {
    name: '200,000 brackets',
    budgets: '['.repeat(200_000),
    code: 2,
    error: true,
    says: 'nests more than 100 levels deep',
  },
  {
    name: 'an error line that no CI takes for a command',
    budgets: '{"\\n::error::x": 1}',
    code: 2,
    error: true,
    says: String.raw`\n::error::x`,
  },

  { name: 'limits of the command line, within', args: ['dist/app.tar', '--max-uncompressed', '10000'], code: 0 },
  {
    name: 'limits of the command line, over',
    args: ['dist/app.tar', '--max-uncompressed', '9999', '--max-compressed', '1MiB'],
    code: 1,
    says: '--max-uncompressed',
  },
  {
    name: 'growth on the command line',
    args: ['dist/app.tar', '--baseline', 'old.tar', '--max-growth', '25%', '--max-growth', '1 KiB'],
    code: 1,
    says: '976 B over',
  },
  {
    name: 'growth on the command line without a baseline',
    args: ['dist/app.tar', '--max-growth', '25%'],
    code: 2,
    says: 'no baseline is named',
  },
  {
    name: 'two baselines for one artifact',
    budgets: { growth: { max: 1 } },
    args: ['--baseline', 'old.tar', '--baseline', 'app=dist/app.tar'],
    code: 2,
    error: true,
    says: '--baseline "old.tar" and "app=dist/app.tar" are for one artifact',
  },
  {
    name: 'a name that no artifact has',
    budgets: { uncompressed: { max: 1 } },
    args: ['ap=dist/app.tar'],
    code: 2,
    error: true,
    says: '"ap=dist/app.tar" cannot be read (ENOENT); no artifact is called "ap": there is "app"',
  },
  {
    name: 'a baseline for a name that no artifact has, which is no first run',
    budgets: { growth: { max: 1, missingBaseline: 'pass' } },
    args: ['--baseline', 'ap=old.tar'],
    code: 2,
    error: true,
    says: '--baseline "ap=old.tar" is not there; no artifact is called "ap": there is "app"',
  },
  {
    name: 'a baseline whose path holds "=" on a first run',
    budgets: { growth: { max: 1, missingBaseline: 'pass' } },
    args: ['--baseline', 'main=1/old.tar'],
    code: 0,
    says: 'the baseline "main=1/old.tar" does not exist',
  },
  {
    name: 'a directory that is packed for the limit of its group alone',
    budgets: budgets(
      { path: 'dist', compressWith: 'gzip:9', uncompressed: { max: '1 MiB' } },
      { groups: [{ name: 'all', members: ['app'], compressed: { max: '1 MiB' } }] },
    ),
    code: 0,
    says: '2 within',
  },
  { name: 'limits for nothing', args: ['--max-compressed', '1MiB'], code: 2, error: true, says: 'which artifact' },
  {
    name: 'limits from both',
    budgets: { uncompressed: { max: 1 } },
    args: ['dist/app.tar', '--budgets', 'budgets.json', '--max-compressed', '1MiB'],
    code: 2,
    error: true,
    says: 'not from both',
  },
  {
    name: 'a size without a meaning',
    args: ['dist/app.tar', '--max-compressed', '5M'],
    code: 2,
    error: true,
    says: '5 MiB (1024)',
  },
  {
    name: 'growth twice',
    args: ['dist/app.tar', '--max-growth', '5%', '--max-growth', '6%'],
    code: 2,
    error: true,
    says: 'one of each',
  },
];

function runCase(one: Case): { readonly ran: Ran; readonly root: string } {
  const file = typeof one.budgets === 'object' ? budgets(one.budgets) : one.budgets;
  const root = folder({ ...(file === undefined ? {} : { 'budgets.json': file }), ...one.files });
  return { ran: sizecheck(['check', ...(one.args ?? [])], { cwd: root }), root };
}

describe('check', () => {
  it.each(cases)('$name: exit $code', (one) => {
    const { ran, root } = runCase(one);
    expect(ran.code, ran.stdout + ran.stderr).toBe(one.code);
    const words = one.says === undefined ? [] : [one.says].flat();
    for (const word of words) expect(one.error === true ? ran.stderr : ran.stdout).toContain(word);
    if (one.error === true) {
      expect(ran.stdout).toBe('');
      expect(ran.stderr).toMatch(/^sizecheck: [^\n]+\n$/);
    } else {
      expect(ran.stdout).toMatch(/^(?:pass|warn|FAIL|unknown|skip) {2}/);
      for (const line of ran.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    expect(readdirSync(root).filter((name) => name.startsWith('.sizecheck'))).toEqual([]);
  });

  it('counts a file once that is given by several names', () => {
    const root = folder({ 'budgets.json': budgets({ uncompressed: { max: 1 } }) });
    symlinkSync('old.tar', join(root, 'latest.tar'));
    const args = ['check', 'app=latest.tar', 'app=./old.tar', 'app=old.tar', '--json'];
    const { gate }: { gate: { verdicts: { artifact: string }[] } } = JSON.parse(sizecheck(args, { cwd: root }).stdout);
    expect(gate.verdicts.map(({ artifact }) => artifact)).toEqual(['app']);
  });

  it('keeps a report of what could not be measured at all, beside the error', () => {
    const root = folder({ 'budgets.json': budgets({ uncompressed: { max: 1 } }) });
    rmSync(join(root, 'dist/app.tar'));
    const error =
      'sizecheck: budgets.json: artifacts[0].path: "dist/app.tar" matches nothing (in the folder of the file)';
    const unknown = { status: 'unknown', verdicts: [{ artifact: 'app', actual: null, status: 'unknown' }] };
    for (const args of [
      ['-o', 'size.json'],
      ['-o', 'size.json', '--exit-zero'],
    ]) {
      const ran = sizecheck(['check', '--json', ...args], { cwd: root });
      expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(error) });
      const saved = JSON.parse(readFileSync(join(root, 'size.json'), 'utf8'));
      expect(saved).toMatchObject({ gate: unknown, artifacts: [] });
    }
    const { stdout } = sizecheck(['report', 'size.json', '--format', 'markdown'], { cwd: root });
    expect(stdout).toMatch(/^### ❓ Not measured: `?app`? uncompressed is unknown/m);
    for (const format of ['html', 'junit', 'github', 'csv', 'markdown', 'table'])
      expect(sizecheck(['report', 'size.json', '--format', format], { cwd: root })).toMatchObject({
        code: 0,
        stderr: '',
      });
    const named = sizecheck(['check', 'dist/app.tar', '--json'], { cwd: root });
    expect(named).toMatchObject({ code: 2, stderr: 'sizecheck: dist/app.tar: cannot be read (ENOENT)\n' });
    expect(JSON.parse(named.stdout)).toMatchObject({ gate: unknown });
  });

  it('judges what is there beside what is missing', () => {
    const artifacts = ['dist/app.tar', 'gone.tar', 'none-*.tar'].map((path) => ({
      name: path.slice(0, 4),
      path,
      uncompressed: { max: 1 },
    }));
    const groups = [{ name: 'all', members: ['*'], uncompressed: { max: 99_999_999 } }];
    const root = folder({ 'budgets.json': JSON.stringify({ version: 1, artifacts, groups }) });
    const ran = sizecheck(['check', '--json'], { cwd: root });
    const { gate }: { gate: { verdicts: { artifact: string; status: string; reason?: string | null }[] } } = JSON.parse(
      ran.stdout,
    );
    const where = 'matches nothing (in the folder of the file)';
    expect(gate.verdicts.map(({ artifact, status, reason = null }) => [artifact, status, reason])).toEqual([
      ['dist', 'fail', null],
      ['gone', 'unknown', `"gone.tar" ${where}`],
      ['none', 'unknown', `"none-*.tar" ${where}`],
      ['all', 'unknown', `"gone" was not measured: "gone.tar" ${where}`],
    ]);
    expect(ran).toMatchObject({ code: 1, stderr: '' });
    expect(sizecheck(['check', '--exit-zero'], { cwd: root }).code).toBe(2);
  });

  it('says the same in JSON, twice', () => {
    const root = folder({
      'budgets.json': budgets({
        baseline: 'old.tar',
        growth: { max: 1999 },
        uncompressed: { max: 1 },
        paths: [{ match: '*.so', max: 1 }],
      }),
    });
    const ran = sizecheck(['check', '--json'], { cwd: root });
    expect(ran.code).toBe(1);
    const json = JSON.parse(ran.stdout);
    expect(json).toMatchObject({
      schema: 1,
      gate: {
        status: 'fail',
        verdicts: [
          {
            artifact: 'app',
            budget: 'artifacts[0].uncompressed.max',
            measure: 'uncompressed',
            actual: 10_000,
            limit: 1,
            over: 9999,
            status: 'fail',
          },
          {
            budget: 'artifacts[0].paths[0].max',
            measure: 'path',
            path: '*.so',
            actual: 500,
            over: 499,
            top: [{ path: 'app/new.so', bytes: 500 }],
          },
          { budget: 'artifacts[0].growth.max', measure: 'growth', actual: 2000, limit: 1999, over: 1 },
        ],
      },
      artifacts: [
        {
          name: 'app',
          artifact: { format: 'tar' },
          totals: { content: 10_000 },
          removable: { content: 0 },
          diff: { delta: { content: 2000 } },
        },
      ],
    });
    const { tool, ...diff } = JSON.parse(
      sizecheck(['diff', '--json', 'old.tar', 'dist/app.tar'], { cwd: root }).stdout,
    );
    expect(tool.name).toBe('sizecheck');
    expect({ schema: 1, ...json.artifacts[0].diff }).toEqual(diff);
    expect(sizecheck(['check', '--json'], { cwd: root }).stdout).toBe(ran.stdout);
  });

  it('reads the budgets of another folder, with paths seen from there', () => {
    const root = folder({
      'budgets.json': budgets({ uncompressed: { max: 10_000 }, baseline: 'old.tar', growth: { max: 2000 } }),
    });
    const elsewhere = folder({});
    expect(sizecheck(['check', '--budgets', join(root, 'budgets.json')], { cwd: elsewhere }).code).toBe(0);
    expect(
      sizecheck(['check', '--budgets', join(root, 'budgets.json'), join(root, 'dist/app.tar')], { cwd: elsewhere })
        .code,
    ).toBe(0);
  });

  it('reads standard input where one budget is', () => {
    const root = folder({ 'budgets.json': budgets({ uncompressed: { max: 9999 } }) });
    expect(sizecheck(['check', '-'], { cwd: root, input: now }).code).toBe(1);
    expect(sizecheck(['check', '-', '--max-uncompressed', '10 kB'], { cwd: root, input: now }).code).toBe(0);
  });

  it('writes its report to a file', () => {
    const root = folder({ 'budgets.json': budgets({ uncompressed: { max: 9999 } }) });
    const ran = sizecheck(['check', '-o', 'report.txt'], { cwd: root });
    expect(ran).toMatchObject({ code: 1, stdout: '', stderr: '' });
    expect(readFileSync(join(root, 'report.txt'), 'utf8')).toContain('FAIL');
  });

  it('tells of a group that it could not judge', () => {
    const one = cases.find(({ name }) => name === 'group of which one member is given');
    const { ran } = runCase(one ?? { name: '', code: 0 });
    expect(ran.stderr).toBe('sizecheck: warning: group "all" is not judged: not all of its members are given\n');
  });

  it('judges no group by some of the files of a member, and asks for no ignore to be taken out', () => {
    const root = folder({
      'budgets.json': JSON.stringify({
        version: 1,
        artifacts: [{ name: 'l', path: 'dist/*.bin', uncompressed: { max: 9999 } }],
        groups: [{ name: 'all', members: ['l'], uncompressed: { max: 1000 } }],
        ignore: [{ rule: '*', match: 'x', reason: 'of another file' }],
      }),
    });
    for (const name of ['a', 'b']) {
      mkdirSync(join(root, 'dist', `${name}.bin`), { recursive: true });
      writeFileSync(join(root, 'dist', `${name}.bin`, 'data'), name.repeat(600));
    }
    const whole = sizecheck(['check', 'dist/a.bin', 'dist/b.bin'], { cwd: root });
    expect([whole.code, whole.stderr]).toEqual([1, '']);
    expect(
      sizecheck(['check', 'dist/a.bin', './dist/b.bin', 'l=dist/a.bin', 'dist//b.bin'], { cwd: root }).stdout,
    ).toContain('uncompressed  1,200 B  1,000 B');
    for (const given of ['dist/a.bin', 'l=dist/b.bin']) {
      const part = sizecheck(['check', given, '--json'], { cwd: root });
      expect([part.code, part.stderr]).toEqual([
        0,
        'sizecheck: warning: group "all" is not judged: not all of its members are given\n',
      ]);
      const { gate }: { gate: { verdicts: object[] } } = JSON.parse(part.stdout);
      expect(gate.verdicts).toMatchObject([
        { budget: 'artifacts[0].uncompressed.max', actual: 600 },
        // Whoever reads the result alone has to see it, too.
        {
          budget: 'groups[0].uncompressed.max',
          actual: null,
          status: 'pass',
          reason: 'it is not judged: not all of its members are given',
        },
      ]);
      const told = sizecheck(['check', given, '--format', 'markdown', '--quiet'], { cwd: root }).stdout;
      expect(told).toContain('not all of its members are given');
      expect(told).toContain('1 limit holds, 1 had nothing to measure');
    }
  });

  it('lists all violations of all artifacts, worst first', () => {
    const artifacts = ['dist/app.tar', 'old.tar'].map((path) => ({
      name: path,
      path,
      uncompressed: { max: 100 },
      compressed: { max: 50 },
    }));
    const root = folder({ 'budgets.json': JSON.stringify({ version: 1, artifacts }) });
    const { verdicts } = JSON.parse(sizecheck(['check', '--json'], { cwd: root }).stdout).gate;
    const over = verdicts.map((verdict: { over: number }) => verdict.over);
    expect(over).toHaveLength(4);
    expect(over).toEqual(over.toSorted((a: number, b: number) => b - a));
  });
});

describe.skipIf(!['unzip', 'stat'].every(requireTool))(
  'the example of the README: 5 MiB zipped, 12 MiB unzipped',
  () => {
    /** Text of the README's example; the guides test it where it stands. */
    const file = budgets({ path: 'layer.zip', compressed: { max: '5 MiB' }, uncompressed: { max: '12 MiB' } });
    const line = ['layer.zip', '--max-compressed', '5MiB', '--max-uncompressed', '12MiB'];
    const mebibyte = 1024 ** 2;

    /** A zip of exactly these lengths: one member is stored, the other deflates well. */
    function layer(zipped: number, unzipped: number): Buffer {
      const build = (stored: number): Buffer => {
        const full = Buffer.alloc(stored, 7);
        const members = [
          { name: 'noise', content: full, method: 0 },
          { name: 'zeros', content: Buffer.alloc(unzipped - stored) },
        ];
        return buildZip(members);
      };
      let stored = zipped - 10_000;
      for (let length = build(stored).length; length !== zipped; length = build(stored).length)
        stored += zipped - length;
      return build(stored);
    }

    it.each([
      [5 * mebibyte, 12 * mebibyte, 0],
      [5 * mebibyte + 1, 12 * mebibyte, 1],
      [5 * mebibyte, 12 * mebibyte + 1, 1],
      [zip.length, 8000, 0],
    ] as const)('%d zipped, %d unzipped: exit %d', (zipped, unzipped, code) => {
      const bytes = unzipped === 8000 ? zip : layer(zipped, unzipped);
      const root = folder({ 'layer.zip': bytes, 'budgets.json': file });
      expect(Number(run('stat', ['-c', '%s', join(root, 'layer.zip')]))).toBe(zipped);
      expect(run('unzip', ['-l', join(root, 'layer.zip')])).toContain(` ${unzipped} `);
      expect(sizecheck(['check'], { cwd: root }).code).toBe(code);
      expect(sizecheck(['check', ...line], { cwd: root }).code).toBe(code);
    });
  },
);

describe.skipIf(process.getuid?.() !== 0)('a directory that cannot be read whole', () => {
  const open = tempDirectory('gate-unreadable');
  chmodSync(open, 0o755);
  writeFileSync(join(open, 'secret'), 'x'.repeat(100));
  writeFileSync(join(open, 'known'), 'y'.repeat(100));
  chmodSync(join(open, 'secret'), 0);
  const program = tempDirectory('gate-program');
  chmodSync(program, 0o755);
  const root = join(cli, '../../..');
  for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(program, name), { recursive: true });
  cpSync(join(root, 'node_modules/zstddec'), join(program, 'node_modules/zstddec'), { recursive: true });

  function asNobody(args: readonly string[]): Ran {
    const ran = spawnSync(process.execPath, [join(program, 'dist/cli/main.cjs'), 'check', '--json', open, ...args], {
      encoding: 'utf8',
      uid: 65_534,
      cwd: '/',
    });
    return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  }

  it('is unknown where it would pass', () => {
    // Equal sizes: to find duplicates both have to be read.
    const ran = asNobody(['--max-uncompressed', '1MiB']);
    expect(ran.stderr).toBe('');
    expect(ran.code).toBe(2);
    const [verdict] = JSON.parse(ran.stdout).gate.verdicts;
    expect(verdict).toMatchObject({ status: 'unknown', actual: null, over: null });
    expect(verdict.reason).toContain('not all of it could be measured: secret cannot be opened (EACCES)');
  });

  it('fails where what was read is over already', () => {
    expect(asNobody(['--max-uncompressed', '199']).code).toBe(1);
  });

  it('has no compressed size', () => {
    const ran = asNobody(['--max-compressed', '1MiB', '--compress-with', 'gzip']);
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.stdout).gate.verdicts[0].reason).toContain('secret');
  });
});

describe('zstd', () => {
  const program = tempDirectory('gate-no-zstd');
  const root = join(cli, '../../..');
  for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(program, name), { recursive: true });

  it.skipIf('createZstdCompress' in zlib)('is asked for by name where this machine cannot compress with it', () => {
    const args = [
      join(program, 'dist/cli/main.cjs'),
      'check',
      '--json',
      work,
      '--max-compressed',
      '1MiB',
      '--compress-with',
      'zstd',
    ];
    const ran = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toContain('needs Node 22.15 or later, or the optional package zstd-napi');
  });
});

describe('a compressed artifact', () => {
  const members = [
    { name: 'zeros', content: Buffer.alloc(900_000) },
    { name: 'noise', content: noise(20_000) },
  ];

  it.each([
    ['app.zip', buildZip(members)],
    ['app.tgz', gzipSync(buildTar(members))],
  ])('%s names what takes its bytes, not what is large unpacked', (name, bytes) => {
    const root = folder({ [name]: bytes });
    const topOf = (option: string): unknown => {
      const { gate } = JSON.parse(sizecheck(['check', name, option, '9000', '--json'], { cwd: root }).stdout);
      return gate.verdicts[0].top[0].path;
    };
    expect([topOf('--max-compressed'), topOf('--max-uncompressed')]).toEqual(['noise', 'zeros']);
  });

  it('is gated by its own length', () => {
    const bytes = gzipSync(now);
    const root = folder({ 'app.tgz': bytes });
    expect(sizecheck(['check', 'app.tgz', '--max-compressed', String(bytes.length)], { cwd: root }).code).toBe(0);
    expect(sizecheck(['check', 'app.tgz', '--max-compressed', String(bytes.length - 1)], { cwd: root }).code).toBe(1);
  });
});
