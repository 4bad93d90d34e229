// tool-cache: what tools of development keep beside the code to be faster the next time, and reports of their last run. Only what they write
// again without being asked to, in places that they document or that bear their names.
import { directoriesOf } from './named.ts';
import type { DirectoryKind } from './named.ts';
import { oddFilesOf, seek } from './odd-files.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';
import { removeWhole, wholeTreesOf } from './trees.ts';

/** Those that are known to keep nothing but a cache there: `node_modules/.cache` holds browsers, too, that others run from it. */
const inNodeModules = [
  'babel-loader',
  'css-minimizer-webpack-plugin',
  'default-development',
  'default-production',
  'eslint-loader',
  'nx',
  'nyc',
  'prettier',
  'rpt2',
  'terser-webpack-plugin',
  'turbo',
  'webpack',
];

const directories: readonly DirectoryKind[] = [
  { label: 'mypy', end: '.mypy_cache' },
  { label: 'pytest', end: '.pytest_cache' },
  { label: 'Ruff', end: '.ruff_cache' },
  { label: 'tox', end: '.tox' },
  { label: 'Nox', end: '.nox' },
  { label: 'Hypothesis', end: '.hypothesis' },
  { label: 'Jupyter', end: '.ipynb_checkpoints' },
  { label: 'coverage.py', end: 'htmlcov', marks: [['index.html', 'status.json']] },
  { label: 'pre-commit', end: '.cache/pre-commit', marks: [['db.db']] },
  { label: 'nyc', end: '.nyc_output' },
  { label: 'Parcel', end: '.parcel-cache' },
  { label: 'Turborepo', end: '.turbo/cache' },
  { label: 'Nx', end: '.nx/cache' },
  { label: 'Angular', end: '.angular/cache' },
  { label: 'Next.js', end: '.next/cache/webpack' },
  { label: 'Vite', end: 'node_modules/.vite' },
  ...inNodeModules.map((name) => ({ label: name, end: `node_modules/.cache/${name}` })),
  { label: 'Sass', end: '.sass-cache' },
];

const files = seek([
  { label: 'coverage.py', glob: '.coverage' },
  // One of a process: host, number and random letters follow.
  { label: 'coverage.py', glob: '.coverage.*.*.*' },
  { label: 'ESLint', glob: '.eslintcache' },
  { label: 'Stylelint', glob: '.stylelintcache' },
  { label: 'TypeScript', glob: '*.tsbuildinfo' },
  { label: 'PHPUnit', glob: '.phpunit.result.cache' },
  { label: 'PHP CS Fixer', glob: '.php-cs-fixer.cache' },
]);

export const toolCache: Rule = {
  id: 'tool-cache',
  title: 'caches and reports that development tools write again',
  severity: 'warn',
  check(context) {
    const found = directoriesOf(context, directories);
    const trees = wholeTreesOf(context, [...found.keys()]);
    const odd = oddFilesOf(context, files, new Set(trees.directories));
    const claims = entryClaims(context, [...trees.entries, ...odd.entries]);
    if (claims.length === 0) return [];
    const of = new Set([...trees.directories.map((path) => found.get(path) ?? ''), ...odd.labels]);
    const title = `${count(claims.length, 'file')} that development tools write again: ${[...of].join(', ')}`;
    const commands = [...(trees.entries.length > 0 ? removeWhole(trees) : []), ...odd.commands];
    const isImage = context.snapshot.image !== undefined;
    const advice = isImage ? '.dockerignore keeps them out of the image' : null;
    return [{ title, claims, fix: { commands, advice } }];
  },
};
