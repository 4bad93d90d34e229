// Links of all pages lead to files and headings that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folders = ['.', 'docs', 'docs/rules', 'docs/guides'];
const pages = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** What GitHub calls a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsIn(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

describe('links of', () => {
  it.each(pages)('%s lead somewhere', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [, target = '', anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)) {
      const path = target === '' ? join(root, page) : join(root, dirname(page), target);
      expect(existsSync(path), target).toBe(true);
      if (anchor !== undefined) expect(anchorsIn(path), `${target}#${anchor}`).toContain(anchor);
    }
  });

  it('the README lead to every page of docs/', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const page of pages.filter((path) => /^docs\/[^/]+$/.test(path))) expect(readme).toContain(`(${page})`);
  });
});
