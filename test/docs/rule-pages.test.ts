// The commands that pages of rules print do what the rules claim, and no more: on a tree with licence texts, and with a compiler.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { scanJson } from '../cli/run.ts';
import { isLicence } from '../../src/rules/licences.ts';

const pages = resolve(import.meta.dirname, '../../docs/rules');
const work = tempDirectory('rule-pages');

const licences = ['copyright', 'COPYING.LIB', 'LICENSE', 'UNLICENSE', 'MIT-LICENSE.txt', 'NOTICE', 'licenses/mit'];
const declared = ['typescript/lib/lib.es5.d.ts', 'typescript/lib/a.d.ts', 'typescript/lib/tsc.js', 'a/index.d.ts'];

function page(rule: string): string {
  return readFileSync(join(pages, `${rule}.md`), 'utf8');
}

/** What stands indented below "How to remove it". */
function commandsOf(rule: string): string {
  const [, section = ''] = /## How to remove it\n(.*?)\n## /s.exec(page(rule)) ?? [];
  return [...section.matchAll(/^ {4}(.*)$/gm)].map(([, line = '']) => line).join('\n');
}

function makeTree(name: string, files: readonly string[]): string {
  const root = join(work, name);
  for (const path of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  return root;
}

function filesIn(root: string): string[] {
  const found = spawnSync('find', ['.', '-type', 'f', '-printf', '%P\n'], { cwd: root, encoding: 'utf8' });
  return found.stdout.trimEnd().split('\n').toSorted();
}

const inside = (folder: string, names: readonly string[]): string[] => names.map((name) => `${folder}/${name}`);

describe('the command on the page of', () => {
  it.each([
    ['documentation', inside('usr/share/doc/x', ['README', ...licences]), ['usr/share/man/man1/x.1']],
    ['package-cache', inside('root/.cache/pip', ['a', ...licences]), ['var/lib/apt/lists/x']],
    [
      'development-files',
      inside('include', ['x.h', 'sub/x.a', ...licences]),
      ['lib/pkgconfig/x.pc', 'lib/cmake/x.cmake', 'lib/libx.la', 'lib/python3.12/os.py'],
    ],
    ['type-declarations', inside('node_modules', declared), []],
  ])('%s removes what the rule claims', (rule, files, more) => {
    const root = makeTree(rule, [...files, ...more]);
    const [found] = scanJson([root, '--rules', rule]).findings;
    const claimed = new Set(found?.claims.map(({ path }) => path));
    expect(claimed.size).toBeGreaterThan(0);
    const left = filesIn(root).filter((path) => !claimed.has(path));
    expect(left.length).toBeGreaterThan(1);
    // It names directories that an artifact may have, and this one may not.
    spawnSync('sh', ['-c', commandsOf(rule)], { cwd: root, encoding: 'utf8' });
    expect(filesIn(root)).toEqual(left);
  });
});

describe('the pages on rules', () => {
  it('name the licence texts that stay', () => {
    const [, named = ''] = /## Licence texts\n(.*)/s.exec(page('README')) ?? [];
    const [beginnings = '', others = ''] = named.split('or end in');
    const words = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    expect(words(beginnings)).toHaveLength(7);
    for (const word of words(beginnings)) expect(isLicence(`a/${word.toUpperCase()}-x.txt`), word).toBe(true);
    const [ending = '', otherEnding = '', ...directories] = words(others);
    for (const word of [ending, otherEnding]) expect(isLicence(`a/mit${word}.txt`), word).toBe(true);
    expect(directories).toEqual(['licences', 'licenses']);
    for (const word of directories) expect(isLicence(`${word}/x`), word).toBe(true);
  });

  it.each(['documentation', 'package-cache', 'test-suite', 'demo-modules', 'development-files'])(
    '%s says that licence texts stay',
    (rule) => {
      expect(page(rule)).toContain('(README.md#licence-texts)');
    },
  );
});
