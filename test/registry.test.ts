// What CONTRIBUTING.md says that each rule, format, codec, inspector and reporter needs is there; a failure names what is not.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codecs } from '../src/codecs/index.ts';
import { inspectors, packageInspectors } from '../src/inspectors/index.ts';
import { codecNames } from '../src/model/snapshot.ts';
import type { FormatName } from '../src/model/snapshot.ts';
import { formatNames, reporters } from '../src/report/index.ts';
import { rules } from '../src/rules/index.ts';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Lines or words that a page lacks: short, where an assertion on the page would print all of it. */
function missingIn(text: string, wanted: readonly string[]): string[] {
  return wanted.filter((one) => !text.includes(one));
}

const [readme = '', leftoversOfReadme = ''] = read('README.md').split('\nand leftovers, ');

const sections = ['What it finds', 'Why it is waste', 'How to remove it', 'When to keep it'];

describe('registry of rules', () => {
  it('has unique kebab-case ids', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });

  it.each(rules)('$id has a docs page with every section', ({ id }) => {
    const page = readFileSync(join(root, 'docs/rules', `${id}.md`), 'utf8');
    expect(page.startsWith(`# ${id}\n`)).toBe(true);
    const headings = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(sections);
  });

  it.each(rules)('$id says of commands that remove files what becomes of symlinks to them', ({ id }) => {
    const page = readFileSync(join(root, 'docs/rules', `${id}.md`), 'utf8');
    // An instruction of a Dockerfile is no command on the tree.
    const removes = /^ {4}(?!RUN ).*(?:\brm |-delete\b)/m.test(page);
    expect(!removes || page.includes('Symlinks to what goes are left dangling')).toBe(true);
  });

  it.each(rules)('$id stands in the index of docs pages', ({ id, title }) => {
    expect(missingIn(read('docs/rules/README.md'), [`[${id}](${id}.md) | ${title} |`])).toEqual([]);
  });

  it.each(rules)('$id stands in the README, among leftovers where it is one', ({ id, leftover }) => {
    const [own, other] = leftover === true ? [leftoversOfReadme, readme] : [readme, leftoversOfReadme];
    const line = `\n[${id}](docs/rules/${id}.md)`;
    expect(missingIn(own, [line])).toEqual([]);
    expect(missingIn(other, [line])).toEqual([line]);
  });

  it.each(rules)('$id stands in the schema of budgets files', ({ id }) => {
    expect(missingIn(read('docs/budgets.schema.json'), [`"${id}"`])).toEqual([]);
  });

  it('has rules on copies behind those that remove files by what they are, and rules on the archive last', () => {
    const last = rules.findLastIndex(({ remedy, needs }) => remedy === undefined && needs === undefined);
    const needy = rules.findIndex(({ needs }) => needs !== undefined);
    expect(rules.slice(needy).map(({ needs }) => needs)).not.toContain(undefined);
    expect(rules.slice(last + 1, needy).every(({ remedy }) => remedy !== undefined)).toBe(true);
  });

  it.each(rules)('$id has a test', ({ id }) => {
    expect(existsSync(join(root, 'test/rules', `${id}.test.ts`))).toBe(true);
  });
});

/** Bases of the modules that hold what a list of a registry names: `tar` for `./tar/tar.ts`. */
function modulesOf(registry: string, list: string): { base: string }[] {
  const source = read(registry);
  const [, body = ''] = new RegExp(`export const ${list}: [^=]*= \\[([^\\]]*)\\]`).exec(source) ?? [];
  // Of a line that says more than the name, that of the format.
  const lines = [...body.matchAll(/\bformat: (\w+)/g)].map(([, name = '']) => name);
  const names = lines.length > 0 ? lines : (body.match(/\w+/g) ?? []);
  const found = names.map((name) => {
    const [, base] = new RegExp(`\\b${name}\\b[^;]* from '\\./([^/']+?)(?:\\.ts'|/)`).exec(source) ?? [];
    if (base === undefined) throw new Error(`${registry} imports no ${name}`);
    return base;
  });
  return [...new Set(found)].map((base) => ({ base }));
}

/** What the README and docs/scan.md call them. */
const formatWords = {
  directory: ['directories', 'a directory'],
  tar: ['tar (v7', 'tar'],
  zip: ['zip with zip64', 'zip'],
  deb: ['Debian packages', 'deb'],
  ar: ['static libraries', 'static library'],
  elf: ['ELF files', 'ELF file'],
  'docker-archive': ['container images', 'image'],
  'oci-archive': ['container images', 'image'],
  'oci-layout': ['container images', 'image'],
  'image-directory': ['container images', 'image'],
} satisfies Record<FormatName, readonly [readme: string, scan: string]>;

const [formatsOfReadme = ''] = /^Formats are found by first bytes.*?\n\n/ms.exec(read('README.md')) ?? [];
const [formatsOfScan = ''] = /An artifact is .*?\.\s/s.exec(read('docs/scan.md')) ?? [];

describe('registry of formats', () => {
  it.each(modulesOf('src/formats/index.ts', 'formats'))('$base has a test', ({ base }) => {
    expect(existsSync(join(root, `test/formats/${base}.test.ts`))).toBe(true);
  });

  it.each(Object.entries(formatWords))('%s is told of in the README and in docs/scan.md', (_, [inReadme, inScan]) => {
    expect(missingIn(formatsOfReadme, [inReadme])).toEqual([]);
    expect(missingIn(formatsOfScan, [inScan])).toEqual([]);
  });
});

describe('registry of codecs', () => {
  it('has all that a snapshot may name', () => {
    expect(codecs.map(({ name }) => name)).toEqual([...codecNames]);
  });

  it.each(modulesOf('src/codecs/index.ts', 'codecs'))('$base has a test', ({ base }) => {
    expect(existsSync(join(root, `test/codecs/${base}.test.ts`))).toBe(true);
  });

  it.each(codecNames)('%s is told of in the README, in docs/scan.md and in docs/compressed.md', (name) => {
    expect(missingIn(formatsOfReadme, [name])).toEqual([]);
    expect(missingIn(formatsOfScan, [name])).toEqual([]);
    expect(missingIn(read('docs/compressed.md'), [`| ${name} `])).toEqual([]);
  });
});

describe('registry of inspectors', () => {
  const known = ['inspectors', 'packageInspectors'].flatMap((list) => modulesOf('src/inspectors/index.ts', list));

  it.each(known)('$base has a test', ({ base }) => {
    expect(existsSync(join(root, `test/inspectors/${base}.test.ts`))).toBe(true);
  });

  it.each(inspectors)('$name has its facts in docs/json.md', ({ name }) => {
    expect(missingIn(read('docs/json.md'), [`\`${name}\``])).toEqual([]);
  });

  it.each(packageInspectors)('$name has what it reads in docs/packages.md', ({ name }) => {
    const words = new Map([
      ['control', '`DEBIAN/control`'],
      ['list of diversions', 'diversions'],
      ['file list', '`var/lib/dpkg/info`'],
    ]);
    expect(missingIn(read('docs/packages.md'), [words.get(name) ?? `\`${name}\``])).toEqual([]);
  });
});

describe('registry of reporters', () => {
  it('has unique names, and the table first for every command', () => {
    const names = reporters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(formatNames('scan')[0]).toBe('table');
  });

  it.each(reporters)('$name has its row in docs/reports.md', ({ name }) => {
    expect(missingIn(read('docs/reports.md'), [`\n| \`${name}\` | `])).toEqual([]);
  });

  it.each(reporters)('$name shows details in kinds of reports that it prints', ({ kinds, details }) => {
    for (const kind of Object.keys(details)) expect(kinds).toContain(kind);
  });

  it.each(reporters)('$name prints the kinds of reports that it says', async ({ kinds, load }) => {
    expect(Object.keys(await load()).toSorted()).toEqual([...kinds].toSorted());
  });
});
