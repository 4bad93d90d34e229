// What a user can give is written down: every option of every command on a page, those of a scan on its own, and its examples run.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { cli } from '../cli/run.ts';
import { commands } from '../../src/cli/registry.ts';
import { scanOptions } from '../../src/cli/options/shared.ts';

const root = resolve(import.meta.dirname, '../..');
const pages = ['README.md', ...['docs', 'docs/guides'].flatMap((folder) => pagesIn(folder))];
const scanPage = readFileSync(join(root, 'docs/scan.md'), 'utf8');

function pagesIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md') && name !== 'decisions.md')
    .map((name) => `${folder}/${name}`);
}

function isNamed(option: string, text: string): boolean {
  // `--no-progress` is the option, too.
  return new RegExp(`--(?:no-)?${option}(?![\\w-])`).test(text);
}

describe('a page names each option', () => {
  const all = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');

  it.each(commands)('of $name', ({ options }) => {
    expect(Object.keys(options).filter((option) => !isNamed(option, all))).toEqual([]);
  });

  it('of a scan on docs/scan.md', () => {
    expect(Object.keys(scanOptions).filter((option) => !isNamed(option, scanPage))).toEqual([]);
  });
});

describe('docs/scan.md', () => {
  const examples = [...scanPage.matchAll(/^ {4}((?:cat \S+ \| )?sizecheck .*)$/gm)].map(([, line = '']) => line);
  const work = tempDirectory('scan-page');
  const archive = gzipSync(
    buildTar(['lib/a.py', 'lib/x.bin', '.pytest_cache/a'].map((path) => ({ name: `app-1.0/${path}`, content: path }))),
  );
  writeFileSync(join(work, 'runtime.tar.gz'), archive);
  mkdirSync(join(work, 'dist'));
  const withCommand = `sizecheck() { "${process.execPath}" "${cli}" "$@"; }\n`;

  it('has examples', () => expect(examples).toHaveLength(6));

  it.each(examples)('runs %s', (line) => {
    const ran = spawnSync('bash', ['-c', `${withCommand}${line}`], { cwd: work, encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });

  it('says what globs match', () => {
    const filesOf = (glob: string): unknown => {
      const ran = spawnSync(process.execPath, [cli, 'runtime.tar.gz', '--json', '--include', glob], { cwd: work });
      return ran.status === 0 ? JSON.parse(ran.stdout.toString()).totals.files : null;
    };
    expect(['lib/**', '*/lib/**', 'app-1.0/lib', 'lib', '*.py'].map(filesOf)).toEqual([null, 2, 2, 2, 1]);
  });
});
