// Reads every import of src/ and fails on one that runs against the order of docs/architecture.md.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Folders and files of src/, earliest first; those of one level know nothing of each other. */
const levels: readonly (readonly string[])[] = [
  ['errors.ts'],
  ['model'],
  ['bytes'],
  ['codecs', 'inspectors'],
  ['formats'],
  ['scan'],
  ['rules', 'compare'],
  ['policy'],
  ['fix'],
  ['report', 'forge'],
  ['index.ts'],
  ['cli'],
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => relative(src, resolve(src, dirname(file), specifier)));
}

function partOf(file: string): string {
  return file.split('/')[0] ?? file;
}

function levelOf(part: string): number {
  return levels.findIndex((level) => level.includes(part));
}

/** What a part may not import: what stands at its level or after it; nothing of `src/` but errors for what knows no artifacts. */
function forbiddenTo(part: string): string[] {
  const folders = levels.flat().filter((other) => !other.includes('.') && other !== part);
  return part === 'forge' ? folders : folders.filter((other) => levelOf(other) >= levelOf(part));
}

interface LintOverride {
  readonly files: readonly string[];
  readonly rules: { readonly 'no-restricted-imports'?: readonly [string, { patterns: readonly [{ regex: string }] }] };
}

const lint: { readonly overrides: readonly LintOverride[] } = JSON.parse(
  readFileSync(join(src, '../.oxlintrc.json'), 'utf8'),
);

/** The pattern of imports that the linter forbids to the files of a folder. */
function lintPattern(part: string): RegExp {
  const found = lint.overrides.filter(({ files: globs }) => globs.includes(`src/${part}/**`));
  const [regex, ...others] = found.flatMap(
    ({ rules }) => rules['no-restricted-imports']?.[1].patterns.map((pattern) => pattern.regex) ?? [],
  );
  if (regex === undefined || others.length > 0) throw new Error(`.oxlintrc.json needs one pattern for src/${part}`);
  return new RegExp(regex);
}

const folders = levels.flat().filter((part) => !part.includes('.'));

describe('the order of parts', () => {
  it('is that of docs/architecture.md', () => {
    const page = readFileSync(join(src, '../docs/architecture.md'), 'utf8');
    const [line = ''] = /^ {4}errors, model → .*$/m.exec(page) ?? [];
    // What stands side by side is in brackets, or first.
    const told = line
      .trim()
      .split(' → ')
      .flatMap((level) => (level.startsWith('[') ? [level.slice(1, -1).split(' | ')] : [level.split(', ')]));
    const known = levels.map((level) => level.map((part) => part.replace(/\.ts$/, '')));
    expect(told).toEqual([known.slice(0, 2).flat(), ...known.slice(2)]);
  });

  // The last folder may import everything.
  it.each(folders.filter((part) => part !== 'cli'))('is what the linter forbids to src/%s', (part) => {
    const pattern = lintPattern(part);
    const forbidden = folders.filter((other) => pattern.test(`../${other}/any.ts`));
    const expected = part === 'model' ? folders : forbiddenTo(part);
    expect(forbidden.toSorted()).toEqual([...expected].toSorted());
    const deeper = folders.filter((other) => pattern.test(`../../${other}/any.ts`));
    expect(deeper.toSorted()).toEqual([...expected].toSorted());
  });

  it('is known to the linter for every folder', () => {
    expect(folders.toSorted()).toEqual(
      [...new Set(files.map(partOf))].filter((part) => !part.includes('.')).toSorted(),
    );
  });

  it('keeps artifacts and fixes out of what speaks to services', () => {
    const used = files.filter((file) => partOf(file) === 'forge').flatMap(importsOf);
    expect(used.length).toBeGreaterThan(10);
    expect([...new Set(used.map(partOf))].toSorted()).toEqual(['errors.ts', 'forge']);
  });
});

describe('architecture', () => {
  it('finds imports at all', () => {
    expect(importsOf('cli/main.ts')).toContain('cli/errors.ts');
    expect(importsOf('scan/scan.ts')).toContain('formats/index.ts');
  });

  it.each(files)('%s stands at a known level', (file) => {
    expect(levelOf(partOf(file))).toBeGreaterThanOrEqual(0);
  });

  it.each(files)('%s imports nothing that comes after it', (file) => {
    const own = partOf(file);
    const against = importsOf(file).filter((target) => {
      const part = partOf(target);
      return part !== own && levelOf(part) >= levelOf(own);
    });
    expect(against).toEqual([]);
  });

  it('lets no command load the whole library', () => {
    const commands = files.filter((file) => file.startsWith('cli/'));
    expect(commands.length).toBeGreaterThan(40);
    expect(commands.filter((file) => importsOf(file).includes('index.ts'))).toEqual([]);
  });

  it('would notice an import against the order', () => {
    expect(levelOf('bytes')).toBeLessThan(levelOf('compare'));
    expect(levelOf('report')).toBeLessThan(levelOf('cli'));
  });

  it.each(files)('%s has a head line and at most 300 lines', (file) => {
    const lines = readFileSync(join(src, file), 'utf8').split('\n');
    expect(lines.length - 1).toBeLessThanOrEqual(300);
    expect(lines[lines[0]?.startsWith('#!') ? 1 : 0]).toMatch(/^\/\/ /);
  });
});
