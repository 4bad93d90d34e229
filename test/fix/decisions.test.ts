// What a plan means for the members of a tar, carried out in this process and unpacked by GNU tar: replaced members, links to what comes
// later, symlinks, and what is stripped.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveDecisions, reportStrip } from '../../src/fix/decisions.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { FixAction } from '../../src/model/fix.ts';
import { judge, rules } from '../../src/rules/index.ts';
import { applyFix } from '../build/fix.ts';
import { finding } from '../build/report.ts';
import { file as entry, snapshot } from '../build/snapshot.ts';
import { buildTar } from '../build/tar.ts';
import type { TarSpec } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-decisions');
const at = (name: string): string => join(work, name);
const long = 'long '.repeat(800);
const file = (name: string, content = long): TarSpec => ({ name, content });
const link = (name: string, target: string): TarSpec => ({ name, type: '1', link: target });
const symlink = (name: string, target: string): TarSpec => ({ name, type: '2', link: target });

/** Each path with what it is; names of one file share a number. */
function tree(root: string): Record<string, string> {
  const inodes: number[] = [];
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    paths.map((path) => {
      const status = lstatSync(join(root, path));
      if (status.isSymbolicLink()) return [path, `-> ${readlinkSync(join(root, path))}`];
      if (status.isDirectory()) return [path, 'directory'];
      if (!inodes.includes(status.ino)) inodes.push(status.ino);
      return [path, `${inodes.indexOf(status.ino)} ${readFileSync(join(root, path), 'latin1').slice(0, 5)}`];
    }),
  );
}

async function fixed(members: readonly TarSpec[], wanted: readonly string[] | Finding) {
  writeFileSync(at('a.tar'), buildTar(members));
  for (const path of ['b.tar', 'out']) rmSync(at(path), { recursive: true, force: true });
  const chosen = Array.isArray(wanted) ? rules.filter(({ id }) => wanted.includes(id)) : [];
  const { plan, outcome } = await applyFix(at('a.tar'), at('b.tar'), (before) =>
    'rule' in wanted ? [wanted] : judge(before, chosen),
  );
  mkdirSync(at('out'));
  run('tar', ['-xpf', at('b.tar'), '-C', at('out')]);
  const list = run('tar', ['-tf', at('b.tar')])
    .trimEnd()
    .split('\n');
  return { kinds: plan.actions.map(({ kind }) => kind), promised: plan.promised, outcome, list, tree: tree(at('out')) };
}

describe.skipIf(!requireTool('tar'))('decisions on members of a tar', () => {
  it('leaves out what later members replace, and nothing else', async () => {
    const members = [
      { name: 'd/', type: '5', mode: 0o755 },
      file('x', 'first'),
      symlink('s', 'x'),
      { name: 'd/', type: '5', mode: 0o755 },
      file('x', 'second'),
      file('s', 'third'),
      file('x', 'last'),
    ];
    const { kinds, list, tree: made, outcome } = await fixed(members, ['duplicate-entry']);
    expect(kinds).toEqual(['drop-superseded']);
    expect(list).toEqual(['d/', 's', 'd/', 's', 'x']);
    expect(made).toEqual({ d: 'directory', s: '0 third', x: '1 last' });
    expect(outcome.broken).toEqual([]);
  });

  it('keeps what was replaced where nobody asked', async () => {
    const members = [file('c'), file('x'), file('x', 'short'), file('x'), link('y', 'x')];
    const { kinds, list, tree: made } = await fixed(members, ['duplicate-file']);
    expect(kinds).toEqual([]);
    expect(list).toEqual(['c', 'x', 'x', 'x', 'y']);
    expect(made).toEqual({ c: '0 long ', x: '1 long ', y: '1 long ' });
  });

  it.each([
    [['a', 'b', 'c'], 'a'],
    [['c', 'b', 'a'], 'c'],
  ])('makes links of all copies but the first in the archive: %j', async (order, first) => {
    const members = [...order.map((name) => file(name)), link('z', 'c'), file('other', 'other')];
    const { kinds, tree: made } = await fixed(members, ['duplicate-file']);
    expect(kinds).toContain('hard-link');
    expect(made).toEqual({ a: '0 long ', b: '0 long ', c: '0 long ', other: '1 other', z: '0 long ' });
    const verbose = run('tar', ['-tvf', at('b.tar')]).split('\n');
    expect(verbose.filter((line) => line.startsWith('-')).map((line) => line.split(' ').at(-1))).toEqual([
      first,
      'other',
    ]);
  });

  it('keeps an earlier member that was something else, and directories that come again', async () => {
    const members = [symlink('x', 'y'), file('x', 'first'), file('x', 'last')];
    expect((await fixed(members, ['duplicate-entry'])).list).toEqual(['x', 'x']);
    expect(run('tar', ['-tvf', at('b.tar')]).match(/^./gm)).toEqual(['l', '-']);
    const folder = { name: 'x/', type: '5', mode: 0o755 };
    const turned = await fixed(
      [folder, file('x', 'first'), folder, folder, file('x', 'last'), file('y', 'last')],
      ['duplicate-entry', 'duplicate-file'],
    );
    expect(turned.list).toEqual(['x/', 'x/', 'x/', 'x', 'y']);
    expect(turned.tree).toEqual({ x: '0 last', y: '0 last' });
    const often = [folder, file('x', 'first'), folder, folder, file('x', 'second'), file('x', 'last')];
    expect((await fixed(often, ['duplicate-entry'])).list).toEqual(['x/', 'x/', 'x/', 'x']);
    const back = await fixed([file('x', 'first'), folder, folder, file('y')], ['duplicate-entry']);
    expect([back.list, back.tree]).toEqual([['x/', 'x/', 'y'], { x: 'directory', y: '0 long ' }]);
  });

  it('brings the content of the copy that stays where the other one differs', async () => {
    const claims = [{ path: 'a', part: null, bytes: 4000, keeps: 'b' }];
    const builds = finding('same-build', 4000, { claims });
    const { tree: made, list } = await fixed([file('a'), file('b', 'short'), link('c', 'a')], builds);
    expect(made).toEqual({ a: '0 short', b: '0 short', c: '0 short' });
    expect(list).toEqual(['b', 'a', 'c']);
  });

  it('leaves nothing of an archive all of which goes', async () => {
    const claims = [{ path: 'only', part: null, bytes: 4000 }];
    const all = finding('any', 4000, { claims });
    expect(await fixed([file('only')], all)).toMatchObject({ kinds: ['remove'], list: [''], tree: {} });
  });

  it('writes no second member for a directory that has one', async () => {
    const claims = [{ path: 'd/a', part: null, bytes: 4000 }];
    const gone = finding('any', 4000, { claims });
    const members = [{ name: 'd/', type: '5', mode: 0o700 }, file('d/a'), file('kept'), symlink('l', 'd/../kept')];
    expect((await fixed(members, gone)).list).toEqual(['d/', 'kept', 'l']);
    expect((await fixed(members.slice(1), gone)).list).toEqual(['./d/', 'kept', 'l']);
  });

  it('takes names that are oddly spelled for those that they are', async () => {
    const { kinds, tree: made } = await fixed([file('/a'), file('/b')], ['duplicate-file']);
    expect(kinds).toEqual(['hard-link']);
    expect(made).toEqual({ a: '0 long ', b: '0 long ' });
  });

  it('makes symlinks to the name beside it, and removes what leads to what goes', async () => {
    const claims = [{ path: 'lib/a.so', part: null, bytes: 4000, keeps: 'lib/a.so.1' }];
    const common = { severity: 'info', title: '', fix: { commands: [], advice: null } } as const;
    const copied = { ...common, rule: 'copied-shared-library', bytes: 4000, claims };
    const soft = await fixed([file('lib/a.so'), file('lib/a.so.1')], copied);
    expect(soft.tree).toEqual({ lib: 'directory', 'lib/a.so': '-> a.so.1', 'lib/a.so.1': '0 long ' });
    const members = [file('d/x'), symlink('d/to', 'x'), link('also', 'd/to'), link('kept', 'd/x'), file('d/k', 'k')];
    const gone = { ...common, rule: 'any', bytes: 4000, claims: [{ path: 'd/x', part: null, bytes: 4000 }] };
    const removal = await fixed(members, gone);
    // A hard link to a symlink is one itself; what it led to from its own place was never there.
    expect(removal.tree).toMatchObject({ also: '-> x', d: 'directory', 'd/k': '0 k' });
    expect(Object.keys(removal.tree)).not.toContain('d/x');
  });

  it.skipIf(!['gcc', 'strip'].every(requireTool))('strips the member that counts, and links to it', async () => {
    writeFileSync(at('x.c'), 'int main(void) { return 0; }');
    run('gcc', ['-g', '-o', 'x', 'x.c'], { cwd: work });
    const content = readFileSync(at('x'));
    run('strip', ['x'], { cwd: work });
    const binary = (name: string): TarSpec => ({ name, content, mode: 0o755 });
    const { outcome, promised, list } = await fixed(
      [binary('x'), file('x'), binary('x'), binary('y')],
      ['debug-symbols', 'duplicate-file'],
    );
    expect(outcome.broken).toEqual([]);
    expect(outcome.achieved).toBe(promised);
    expect(list).toEqual(['x', 'x', 'x', 'y']);
    expect(readFileSync(at('out/x')).equals(readFileSync(at('x')))).toBe(true);
    expect(lstatSync(at('out/x')).nlink).toBe(2);
    const named = await fixed([binary('x'), link('z', 'x')], ['debug-symbols']);
    expect([named.list, named.outcome.broken, named.outcome.achieved]).toEqual([['x', 'z'], [], named.promised]);
    // The first name is not always the member that brings the content.
    const later = await fixed([binary('z'), link('x', 'z')], ['debug-symbols']);
    expect([later.list, later.outcome.broken, later.outcome.achieved]).toEqual([['z', 'x'], [], later.promised]);
    expect(readFileSync(at('out/x')).equals(readFileSync(at('x')))).toBe(true);
  });
});

it('takes down in the list of a wheel what strip left, and nothing of what it refuses', () => {
  const entries = ['x-1.dist-info/RECORD', 'x-1.dist-info/WHEEL', 'x.so', 'y.so'].map((path) => entry(path, 9));
  const wheel = snapshot(entries);
  const zip = { ...wheel, artifact: { ...wheel.artifact, format: 'zip' as const } };
  const strip = (path: string): FixAction => {
    return { kind: 'strip', path, mode: '--strip-unneeded', program: 'strip', before: 9, after: 3 };
  };
  const broken: string[] = [];
  const none = { content: null, refused: 'no reason' };
  const whole = (content: Buffer) => ({ length: content.length, pieces: () => [content] });
  const input = () => {
    let held = Buffer.alloc(0);
    return {
      write: (piece: Uint8Array) => (held = Buffer.from(piece)),
      hole() {},
      strip: () => (held[0] === 0 ? none : { content: whole(held.subarray(0, 3)), refused: '' }),
      whole: () => whole(held),
    };
  };
  const stripper = { input, file: () => none, close() {} };
  const plan = { actions: [strip('x.so'), strip('y.so')], rules: [], promised: 12, leftAlone: [] };
  const { decide, record } = archiveDecisions(plan, zip, stripper, (path) => broken.push(path));
  const rewritten = (path: string, content: Buffer): string | undefined => {
    const member = {
      name: path,
      kind: 'file' as const,
      size: 9,
      disk: 0,
      inode: null,
      mode: null,
      uid: null,
      gid: null,
      mtime: null,
      link: null,
      offset: 0,
    };
    const decision = decide(member);
    return decision.kind === 'rewrite' ? decision.rewrite(content)?.toString() : decision.kind;
  };
  expect(rewritten('x.so', Buffer.from('123456789'))).toBe('123');
  expect(rewritten('y.so', Buffer.alloc(9))).toBeUndefined();
  expect(broken).toEqual(['y.so']);
  const row = `sha256=${createHash('sha256').update('123').digest('base64url')},3`;
  expect(rewritten('x-1.dist-info/RECORD', Buffer.from('x.so,,9\ny.so,,9\n'))).toBe(`x.so,${row}\ny.so,,9\n`);
  expect(record?.path).toBe('x-1.dist-info/RECORD');
  expect(rewritten('x-1.dist-info/WHEEL', Buffer.from('w'))).toBe('keep');
});

it('tells where strip did otherwise than predicted', () => {
  const told = (stripped: Buffer | null): string[] => {
    const messages: string[] = [];
    reportStrip('x', stripped, 'no reason', 3, (path, message) => messages.push(`${path} ${message}`));
    return messages;
  };
  expect(told(Buffer.alloc(3))).toEqual([]);
  expect(told(Buffer.alloc(2))).toEqual(['x strip left 2 bytes, not 3 as predicted']);
  expect(told(null)).toEqual(['x strip refuses it: no reason']);
});
