// Every rule has its docs page with the four sections and its test; every reporter prints what it says that it does.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNames, reporters } from '../src/report/index.ts';
import { rules } from '../src/rules/index.ts';

const root = resolve(import.meta.dirname, '..');

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
    expect(readFileSync(join(root, 'docs/rules/README.md'), 'utf8')).toContain(`[${id}](${id}.md) | ${title} |`);
  });

  it.each(rules)('$id has a test', ({ id }) => {
    expect(existsSync(join(root, 'test/rules', `${id}.test.ts`))).toBe(true);
  });
});

describe('registry of reporters', () => {
  it('has unique names, and the table first for every command', () => {
    const names = reporters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(formatNames('scan')[0]).toBe('table');
  });

  it.each(reporters)('$name shows details in kinds of reports that it prints', ({ kinds, details }) => {
    for (const kind of Object.keys(details)) expect(kinds).toContain(kind);
  });

  it.each(reporters)('$name prints the kinds of reports that it says', async ({ kinds, load }) => {
    expect(Object.keys(await load()).toSorted()).toEqual([...kinds].toSorted());
  });
});
