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
