// `diff --size compressed`: by directory what `scan --size compressed` says of either side, and all of it the difference of the files.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildImage, layoutFiles, tarOf } from '../build/image.ts';
import { noise } from '../build/noise.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('diff-stored');
const ready = ['tar', 'gzip', 'zstd'].every(requireTool);

interface Sizes {
  before: number | null;
  after: number | null;
  delta: number;
}

interface Json {
  delta: { compressed: number };
  changes: { path: string; kind: string; stored: Sizes }[];
  overhead: { before: number; after: number };
  stored: { path: string; before: number | null; after: number | null; delta: number }[];
}

function json(args: readonly string[]): unknown {
  const ran = sizecheck([...args, '--json'], { cwd: work });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  return JSON.parse(ran.stdout);
}

function ownOf(file: string): Map<string, number> {
  // Sound: the tree of `scan --json`, as docs/json.md has it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { tree } = json(['scan', file, '--size', 'compressed']) as {
    tree: { path: string; own: { stored: number } }[];
  };
  return new Map(tree.map(({ path, own }) => [path, own.stored]));
}

describe.skipIf(!ready)('compressed bytes of two archives', () => {
  const pack = (name: string, dirs: Readonly<Record<string, Buffer>>, program: string): void => {
    const root = join(work, `tree-${name}`);
    for (const [dir, content] of Object.entries(dirs)) {
      mkdirSync(join(root, dir), { recursive: true });
      writeFileSync(join(root, dir, 'file'), content);
    }
    run('sh', ['-c', `tar --sort=name -C tree-${name} -cf - . | ${program} > ${name}`], { cwd: work });
  };

  it('by directory, with the overhead', () => {
    pack('old.tar.gz', { lib: noise(40_000, 1), gone: noise(9000, 2), same: noise(5000, 3) }, 'gzip -9');
    pack('new.tar.zst', { lib: noise(60_000, 1), fresh: noise(7000, 4), same: noise(5000, 3) }, 'zstd -q -19');
    // Sound: docs/json.md.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const diff = json(['diff', 'old.tar.gz', 'new.tar.zst', '--size', 'compressed']) as Json;
    const lengths = ['old.tar.gz', 'new.tar.zst'].map((name) => statSync(join(work, name)).size);
    expect(diff.delta.compressed).toBe((lengths[1] ?? 0) - (lengths[0] ?? 0));
    const sum = diff.stored.reduce((all, { delta }) => all + delta, diff.overhead.after - diff.overhead.before);
    expect(sum).toBe(diff.delta.compressed);
    const [old, now] = [ownOf('old.tar.gz'), ownOf('new.tar.zst')];
    for (const { path, before, after } of diff.stored)
      expect([path, before, after]).toEqual([path, old.get(path) ?? null, now.get(path) ?? null]);
    expect(diff.stored.map(({ path }) => path)).toEqual(expect.arrayContaining(['fresh', 'gone', 'lib']));
  });

  it('are not asked of a saved report without them', () => {
    const saved = sizecheck(['diff', 'old.tar.gz', 'new.tar.zst', '--json'], { cwd: work }).stdout;
    const checked = sizecheck(['check', 'new.tar.zst', '--baseline', 'old.tar.gz', '--max-growth', '0', '--json'], {
      cwd: work,
    });
    for (const input of [saved, checked.stdout]) {
      for (const command of [
        ['report', '-', '--format', 'markdown'],
        ['comment', '--from', '-', '--dry-run'],
      ]) {
        const ran = sizecheck([...command, '--size', 'compressed'], { cwd: work, input });
        expect([ran.code, ran.stdout]).toEqual([2, '']);
        expect(ran.stderr).toContain('--size compressed needs a report of');
      }
    }
  });

  it('tables and comments, also of a saved report', () => {
    const table = sizecheck(['diff', 'old.tar.gz', 'new.tar.zst', '--size', 'compressed'], { cwd: work }).stdout;
    expect(table).toContain('Directories (own compressed bytes; new and gone ones with all in them)');
    expect(table).toMatch(/\[new\].* fresh\n/);
    expect(table).toContain('(headers, padding, framing)');
    // What is in no directory is not folded into one; all four directories differ, as each has its own codec, and in one nothing changed.
    const flat = ['diff', 'old.tar.gz', 'new.tar.zst', '--size', 'compressed', '--depth', '0'];
    expect(sizecheck(flat, { cwd: work }).stdout).toMatch(
      / \. \(and 3 below\)\n.* \(headers, padding, framing\)\n.* \(unchanged, compressed differently\)\n.* TOTAL\n/,
    );
    const markdown = ['--size', 'compressed', '--format', 'markdown'];
    const comment = sizecheck(['diff', 'old.tar.gz', 'new.tar.zst', ...markdown], { cwd: work }).stdout;
    expect(comment).toContain('Directory (own compressed)');
    sizecheck(['diff', 'old.tar.gz', 'new.tar.zst', '--size', 'compressed', '--json', '-o', 'saved.json'], {
      cwd: work,
    });
    const again = sizecheck(['report', 'saved.json', '--format', 'json'], { cwd: work });
    expect(JSON.parse(again.stdout)).toEqual(json(['diff', 'old.tar.gz', 'new.tar.zst', '--size', 'compressed']));
  });

  it('of images, whose layers hide bytes that are none of headers', () => {
    const members = [{ name: 'a', content: noise(40_000, 1) }];
    for (const [name, layers] of [
      ['old-image.tar', [{ members }]],
      ['new-image.tar', [{ members }, { members: [{ name: '.wh.a', content: '' }] }]],
    ] as const)
      writeFileSync(join(work, name), tarOf(layoutFiles([buildImage({ layers })])));
    const { stdout } = sizecheck(['diff', 'old-image.tar', 'new-image.tar', '--size', 'compressed'], { cwd: work });
    expect(stdout).toMatch(/\+\d\S+ KiB .* \(hidden by layers, headers, framing\)\n/);
  });

  it('an archive and itself, and what cannot be told', () => {
    const same = sizecheck(['diff', 'old.tar.gz', 'old.tar.gz', '--size', 'compressed', '--exit-code'], { cwd: work });
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('no differences')]);
    const directory = sizecheck(['diff', 'old.tar.gz', 'tree-new.tar.zst', '--size', 'compressed'], { cwd: work });
    expect([directory.code, directory.stdout]).toEqual([2, '']);
    const needs = '--size compressed needs an archive: the files of a directory are not compressed yet\n';
    expect(directory.stderr).toBe(`sizecheck: tree-new.tar.zst: ${needs}`);
    const other = sizecheck(['diff', 'tree-old.tar.gz', 'new.tar.zst', '--size', 'compressed'], { cwd: work });
    expect(other).toEqual({ code: 2, stdout: '', stderr: `sizecheck: tree-old.tar.gz: ${needs}` });
  });
});

describe.skipIf(!['zip', 'zipinfo', 'tar'].every(requireTool))('compressed bytes of files', () => {
  const text = (words: number): string =>
    Array.from({ length: words }, (_, at) => `word ${(at * 7919) % 1009}`).join('\n');

  function write(tree: string, files: Readonly<Record<string, Buffer | string>>): void {
    mkdirSync(join(work, tree), { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(work, tree, name), content);
  }

  /** Compressed sizes by name, as zipinfo tells them. */
  function compressedIn(zip: string): Map<string, number> {
    const lines = run('zipinfo', ['-l', zip], { cwd: work }).trim().split('\n').slice(2, -1);
    return new Map(lines.map((line) => line.split(/\s+/)).map((cells) => [cells.at(-1) ?? '', Number(cells[5])]));
  }

  function filesOf(old: string, now: string): Json {
    // Sound: docs/json.md.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return json(['diff', old, now, '--size', 'compressed']) as Json;
  }

  it('of a zip are those of its members', () => {
    write('one', { big: text(9000), gone: noise(700, 1), same: text(4000), was: text(500) });
    write('two', { big: text(12_000), fresh: noise(900, 2), same: text(4000), is: text(500) });
    for (const [tree, level] of Object.entries({ one: '-1', two: '-9' }))
      run('sh', ['-c', `cd ${tree} && zip -q ${level} ../${tree}.zip *`], { cwd: work });
    const [old, now] = [compressedIn('one.zip'), compressedIn('two.zip')];
    const { changes, delta, overhead } = filesOf('one.zip', 'two.zip');
    const sizes = (before?: number, after?: number): Sizes => ({
      before: before ?? null,
      after: after ?? null,
      delta: (after ?? 0) - (before ?? 0),
    });
    expect(changes.map(({ path, kind, stored }) => [path, kind, stored])).toEqual([
      ['big', 'changed', sizes(old.get('big'), now.get('big'))],
      ['fresh', 'added', sizes(undefined, now.get('fresh'))],
      ['gone', 'removed', sizes(old.get('gone'))],
      ['is', 'moved', sizes(old.get('was'), now.get('is'))],
    ]);
    const told = changes.reduce((sum, { stored }) => sum + stored.delta, 0);
    const unchanged = (now.get('same') ?? 0) - (old.get('same') ?? 0);
    expect(unchanged).toBeLessThan(0);
    expect(told + unchanged + overhead.after - overhead.before).toBe(delta.compressed);

    const shown = (format: string): string =>
      sizecheck(['diff', 'one.zip', 'two.zip', '--size', 'compressed', '--units', 'bytes', '--format', format], {
        cwd: work,
      })
        .stdout.replaceAll(',', '')
        .replaceAll('\u00a0', ' ');
    const table = shown('table');
    expect(table).toContain(`\nUnchanged  ${unchanged} B compressed: equal content that compressed differently\n`);
    expect(table).toContain(`\nAdded (1)  +${now.get('fresh')} B compressed\n  +${now.get('fresh')} B  fresh\n`);
    const markdown = shown('markdown');
    expect(markdown).toContain('| File (compressed) |');
    expect(markdown).toContain(`| ${old.get('big')} B | ${now.get('big')} B | \`big\` |`);
    expect(markdown).toContain(`| \u2212${-unchanged} B | | | | unchanged files which compressed differently |`);
  });

  it('are those of all its names once, and content where disk usage is shown', () => {
    write('linked', { a: noise(3000, 5) });
    run(
      'sh',
      ['-c', 'tar -cf first.tar linked && ln linked/a linked/b && ln linked/a linked/c && tar -cf later.tar linked'],
      {
        cwd: work,
      },
    );
    const { changes } = filesOf('first.tar', 'later.tar');
    expect(changes.map(({ path, stored }) => [path, stored.delta])).toEqual([
      ['linked/b', 0],
      ['linked/c', 0],
    ]);
    write('linked', { d: 'four' });
    run('tar', ['-cf', 'last.tar', 'linked'], { cwd: work });
    const { stdout } = sizecheck(['diff', 'later.tar', 'last.tar', '--size', 'disk'], { cwd: work });
    expect(stdout).toContain('\nAdded (1)  +4 B content\n  +4 B  linked/d\n');
  });

  it('are those of the tables where a limit on compressed bytes alone is broken', () => {
    const tables = (...limits: readonly string[]): RegExpMatchArray | null =>
      sizecheck(['check', 'two.zip', '--baseline', 'one.zip', '--format', 'markdown', ...limits], {
        cwd: work,
      }).stdout.match(/(?:Directory|File) ?(?:\(.*\))?(?= \|$)/gm);
    const content = ['Directory (own content)', 'File'];
    expect(tables('--max-compressed', '7 kB')).toEqual(['Directory (own compressed)', 'File (compressed)']);
    expect(tables('--max-compressed', '8 kB')).toEqual(content);
    expect(tables('--max-compressed', '7 kB', '--max-growth', '0')).toEqual(content);
    expect(tables('--max-compressed', '7 kB', '--max-uncompressed', '1 kB')).toEqual(content);
    expect(tables('--max-growth', '0')).toEqual(content);
    // Of several artifacts each shows its own; a limit that is near counts, too.
    const artifacts = ['95%', '1%'].map((warnAt) => {
      const compressed = { max: '80 kB', warnAt };
      return { name: `at ${warnAt}`, path: 'two.zip', baseline: 'one.zip', compressed };
    });
    writeFileSync(join(work, 'near.json'), JSON.stringify({ version: 1, artifacts }));
    const near = ['Directory (own compressed)', 'File (compressed)'];
    const both = sizecheck(['check', '--budgets', 'near.json', '--format', 'markdown'], { cwd: work }).stdout;
    expect(both.match(/(?:Directory|File) ?(?:\(.*\))?(?= \|$)/gm)).toEqual([...content, ...near]);
    // What is read back of the gate shows the same.
    const gate = sizecheck(['check', 'two.zip', '--baseline', 'one.zip', '--max-compressed', '7 kB', '--json'], {
      cwd: work,
    });
    const again = sizecheck(['report', '-', '--format', 'markdown'], { cwd: work, input: gate.stdout }).stdout;
    expect(again).toContain('| File (compressed) |');
    expect(again).toContain('unchanged files, which compressed differently');
  });

  it('that all are the same', () => {
    run('sh', ['-c', 'cd one && zip -q -9 ../again.zip *'], { cwd: work });
    const args = ['diff', 'one.zip', 'again.zip', '--size', 'compressed', '--format'];
    const table = sizecheck([...args, 'table'], { cwd: work }).stdout;
    expect(table).toMatch(/^Unchanged {2}-\d\.\d KiB compressed: /m);
    expect(sizecheck([...args, 'markdown'], { cwd: work }).stdout).toContain('<summary>Files: none changed</summary>');
  });
});
