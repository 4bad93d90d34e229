// Symlinks around what fix removes: none leads nowhere afterwards that led somewhere before. GNU find tells which do.
import { existsSync, mkdirSync, readlinkSync, rmSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFix } from '../../src/fix/plan.ts';
import { noTangles } from '../../src/fix/tangles.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FixPlan } from '../../src/model/fix.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-symlinks');
const ready = ['find', 'tar', 'zip', 'unzip'].every(requireTool);

/** A value of null makes a directory, a name with `->` a symlink. */
function makeTree(root: string, given: Readonly<Record<string, string | null>>): void {
  for (const [name, content] of Object.entries(given)) {
    const [path = '', link] = name.split(' -> ');
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (link !== undefined) symlinkSync(link, join(root, path));
    else if (content === null) mkdirSync(join(root, path), { recursive: true });
    else writeFileSync(join(root, path), content);
  }
}

/** Symlinks that lead nowhere. */
function dangling(root: string): string[] {
  // Not -xtype l, which is an error of circles.
  const tests = ['.', '-type', 'l', '!', '-exec', 'test', '-e', '{}', ';', '-print'];
  return run('find', tests, { cwd: root }).split('\n').slice(0, -1).toSorted();
}

function all(root: string): string[] {
  return run('find', ['.', '-mindepth', '1', '-printf', '%P\n'], { cwd: root }).trim().split('\n').toSorted();
}

const documents = {
  'share/doc/app/README': 'read me',
  'share/doc/app/again -> README': '',
  'share/doc/other -> app': '',
  'share/man/man1/a.1': 'manual',
  'share/man/man1/b.1 -> a.1': '',
  'share/doc-kept/file': 'x',
  'lib/doc/LICENSE': 'not in share',
  // To directories, to files, through directories and through each other.
  'docs -> share/doc': '',
  'docs-again -> docs': '',
  'lib/manual -> ../docs/../man/man1/b.1': '',
  'lib/readme -> ../docs-again/other/README': '',
  'only/links/to -> ../../docs': '',
  'kept -> share/doc-kept': '',
  // It goes through a directory that would be empty, and leads to what stays.
  'detour -> share/info/../doc-kept': '',
  'share/info/a': '',
  'dangles -> nowhere': '',
};

describe.skipIf(!ready)('symlinks to what fix removes', () => {
  const tree = join(work, 'tree');
  makeTree(tree, documents);
  const tar = join(work, 'tree.tar');
  run('tar', ['-C', tree, '-cf', tar, '.']);
  const zip = join(work, 'tree.zip');
  run('zip', ['-qry', zip, '.'], { cwd: tree });

  it.each([
    ['directory', tree, 'out'],
    ['tar', tar, 'out.tar'],
    ['zip', zip, 'out.zip'],
  ])('go with it: %s', (_, artifact, name) => {
    expect(dangling(tree)).toEqual(['./dangles']);
    const out = join(work, name);
    const ran = sizecheck(['fix', artifact, '--rules', 'documentation', '--out', out, '--apply', '--json']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    const fix = JSON.parse(ran.stdout);
    expect([fix.promised.content, fix.achieved.content]).toEqual([13, 13]);
    const result = name === 'out' ? out : join(work, `unpacked-${name}`);
    if (name.endsWith('.tar')) run('sh', ['-c', 'mkdir "$0" && tar -C "$0" -xf "$1"', result, out]);
    if (name.endsWith('.zip')) run('unzip', ['-q', out, '-d', result]);
    expect(all(result)).toEqual(
      [
        'dangles',
        'detour',
        'kept',
        'lib',
        'lib/doc',
        'lib/doc/LICENSE',
        'share',
        'share/doc-kept',
        'share/doc-kept/file',
        'share/info',
      ].toSorted(),
    );
    expect(dangling(result)).toEqual(['./dangles']);
  });

  it('go in the script, too', () => {
    const script = sizecheck(['fix', tree, '--rules', 'documentation', '--out', 'by-script', '--format', 'shell'], {
      cwd: work,
    });
    run('bash', ['-s'], { cwd: work, input: script.stdout });
    run('diff', ['-r', '--no-dereference', 'by-script', 'out'], { cwd: work });
  });

  it('stay with directories that hold something still', () => {
    const root = join(work, 'licensed');
    makeTree(root, { ...documents, 'share/doc/app/COPYING': 'terms' });
    const out = join(work, 'licensed-out');
    expect(sizecheck(['fix', root, '--rules', 'documentation', '--out', out, '--apply']).code).toBe(0);
    expect(dangling(out)).toEqual(['./dangles']);
    expect(readlinkSync(join(out, 'docs'))).toBe('share/doc');
    expect(readlinkSync(join(out, 'only/links/to'))).toBe('../../docs');
    expect(existsSync(join(out, 'lib/readme'))).toBe(false);
  });

  it('keep the directories that they pass on their way out of the artifact', () => {
    const root = join(work, 'outside');
    makeTree(root, {
      'share/doc/passed/gone': 'gone',
      'share/doc/other/gone': 'gone',
      'bin/out -> ../share/doc/passed/../../../..': '',
    });
    expect(dangling(root)).toEqual([]);
    const out = join(work, 'outside-out');
    expect(sizecheck(['fix', root, '--rules', 'documentation', '--out', out, '--apply']).code).toBe(0);
    expect(dangling(out)).toEqual([]);
    expect(all(out).filter((path) => path.startsWith('share'))).toEqual(['share', 'share/doc', 'share/doc/passed']);
  });

  it('keep what they lead to where they are absolute, with the reason', () => {
    const root = join(work, 'absolute');
    makeTree(root, {
      'share/doc/file': 'file',
      'share/doc/gone': 'gone!',
      'share/doc/dir/gone': 'gone too',
      'share/doc/elsewhere': 'elsewhere',
      'etc/alternatives/file -> /share/doc/file': '',
      'etc/alternatives/dir -> /share/doc/dir': '',
      'etc/alternatives/elsewhere -> /usr/share/doc/elsewhere': '',
      'through -> etc/alternatives/file': '',
    });
    const out = join(work, 'absolute-out');
    const ran = sizecheck(['fix', root, '--rules', 'documentation', '--out', out, '--apply', '--json']);
    const fix = JSON.parse(ran.stdout);
    expect(fix.leftAlone).toEqual([
      {
        rule: 'documentation',
        reason: expect.stringContaining('a symlink leads to it by an absolute path'),
        files: 1,
        bytes: 4,
        example: 'share/doc/file',
      },
    ]);
    expect(fix.achieved.content).toBe(22);
    expect(all(out).filter((path) => path.startsWith('share'))).toEqual([
      'share',
      'share/doc',
      'share/doc/dir',
      'share/doc/file',
    ]);
    expect(all(out).filter((path) => !path.startsWith('share'))).toHaveLength(6);
  });
});

describe.skipIf(!ready)('symlinks at random', () => {
  const place = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join('/'));
  const step = fc.constantFrom('a', 'b', 'c', '..');
  const text = fc.array(step, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const members = fc.array(
    fc.oneof(
      fc.tuple(fc.constant('file' as const), place, text),
      fc.tuple(fc.constantFrom('symlink' as const, 'absolute' as const), place, text),
    ),
    { maxLength: 14 },
  );
  let count = 0;

  function put(root: string, kind: string, path: string, link: string): void {
    try {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      if (kind === 'file') writeFileSync(join(root, path), 'x', { flag: 'wx' });
      else symlinkSync(kind === 'absolute' ? `${root}/${link}` : link, join(root, path));
    } catch {
      // There is something else already.
    }
  }

  /** As if the folder were the root of a system, which it cannot be for find. */
  function asRoot(snapshot: Snapshot, root: string): Snapshot {
    const entries = snapshot.entries.map((entry) =>
      entry.link?.startsWith(`${root}/`) === true ? { ...entry, link: entry.link.slice(root.length) } : entry,
    );
    return { ...snapshot, entries };
  }

  function carryOut(root: string, { actions }: FixPlan): void {
    for (const { kind, path } of actions) {
      if (kind === 'remove') rmSync(join(root, path));
      if (kind === 'remove-directory') rmdirSync(join(root, path));
    }
  }

  it('dangle afterwards only where they did before, whatever goes', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }), async (given, claimed) => {
        // Deep in a folder of its own: links lead, and files are put, out of it by some levels, where nothing of another case may be.
        const root = join(work, `random-${count++}`, 'up/up/up/up/up/up/up/up/root');
        mkdirSync(root, { recursive: true });
        for (const [kind, path, link] of given) put(root, kind, path, link);
        const snapshot = asRoot(await scan(root, { ...defaultLimits, digests: 'all', facts: 'needed' }), root);
        const files = snapshot.entries.filter(({ kind }, index) => kind === 'file' && claimed[index % 14] === true);
        const claims = files.map(({ path, size }) => ({ path, part: null, bytes: size }));
        const fix = { commands: [], advice: null };
        const finding: Finding = { rule: 'any', severity: 'warn', title: '', bytes: files.length, claims, fix };
        const before = dangling(root);
        const plan = planFix(snapshot, [finding], {
          strip: null,
          remedyOf: () => undefined,
          tangles: noTangles,
        });
        carryOut(root, plan);
        const after = dangling(root);
        expect(after.filter((path) => !before.includes(path))).toEqual([]);
        // What is not left alone is gone.
        const left = plan.leftAlone.reduce((sum, { files: some }) => sum + some, 0);
        expect(plan.promised).toBe(files.length - left);
        expect(files.filter(({ path }) => existsSync(join(root, path)))).toHaveLength(left);
        rmSync(root, { recursive: true });
      }),
      { numRuns: 150 },
    );
  });
});
