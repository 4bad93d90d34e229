// The page that the built program writes: its program runs as it stands in the file, and lists what du says of the tree.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { named, textOf } from '../build/render.ts';
import { fakePage } from '../build/page.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('html');

describe.runIf(requireTool('du'))('scan --format html', () => {
  it('lists each directory as du has it', () => {
    const tree = join(work, 'tree');
    for (const [name, size] of Object.entries({ 'a/b/x': 70_000, 'a/b/y': 3, 'a/z': 41_000, 'c/<b>': 5000, d: 17 })) {
      mkdirSync(join(tree, name, '..'), { recursive: true });
      writeFileSync(join(tree, name), Buffer.alloc(size, 7));
    }
    const page = join(work, 'page.html');
    const ran = sizecheck(['scan', tree, '--size=disk', '--units=bytes', '--format=html', '-o', page]);
    expect(ran).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const html = readFileSync(page, 'utf8');
    const fake = fakePage(html);
    const programs = named(html, 'script').filter(({ attrs }) => attrs.length === 0);
    for (const program of programs)
      runInNewContext(textOf(program), { document: fake.document, window: fake.window, decodeURIComponent });
    for (const [directory, bytes] of du(tree)) {
      fake.go(`#${encodeURIComponent(directory)}`);
      const rows = fake.byId('list').children.map((row) => (typeof row === 'string' ? [] : row.children));
      const sum = rows.at(-1)?.map((cell) => (typeof cell === 'string' ? cell : cell.textContent));
      expect([directory, sum?.[0]?.replaceAll(/[, B]/g, '')]).toEqual([directory, bytes]);
      expect(sum?.[5]).toBe('all');
    }
    expect(statSync(page).size).toBeLessThan(40_000);
  });
});

/** Bytes by directory. */
function du(tree: string): [directory: string, bytes: string][] {
  const lines = run('du', ['-B1', '.'], { cwd: tree }).trim().split('\n');
  return lines.map((line) => {
    const [bytes = '', path = ''] = line.split('\t');
    return [path.replace(/^\.\//, ''), bytes];
  });
}
