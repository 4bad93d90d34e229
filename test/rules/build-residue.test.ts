import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entry, Snapshot } from '../../src/model/snapshot.ts';
import { buildResidue } from '../../src/rules/build-residue.ts';
import { judge } from '../../src/rules/index.ts';
import { directory, elf, file, hardlink, image, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const symlink = (path: string, link: string): Entry => ({ ...file(path, 0), kind: 'symlink', link });
const entriesOf = (items: readonly (string | Entry)[]): Entry[] =>
  items.map((item) => (typeof item === 'string' ? file(item, 10) : item));
const inImage = (...items: readonly (string | Entry)[]): Snapshot =>
  snapshot(entriesOf(items), { image: image(['RUN a']) });
const found = (of: Snapshot) => judge(of, [buildResidue]);
const paths = (of: Snapshot) => found(of).flatMap(({ claims }) => claims.map(({ path }) => path).toSorted());

describe('build-residue', () => {
  it('finds what lies where nothing is meant to stay', () => {
    const residue = ['tmp/a', 'tmp/pip-build/b', 'var/log/apt/term.log', 'var/log/dpkg.log', 'var/tmp/c'];
    const others = ['app/tmp/a', 'usr/tmp/b', 'var/logs/c', 'tmpfile', 'var/lib/dpkg/status', 'opt/var/log/d'];
    const [finding, ...more] = found(inImage(directory('tmp'), ...residue, ...others));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'warn',
      title: '5 files left by a build: temporary files, logs',
      bytes: 50,
      fix: {
        commands: ['find tmp var/tmp var/log -type f -size +0 -delete'],
        advice: expect.stringContaining('--mount=type=tmpfs'),
      },
    });
    expect(finding?.claims.map(({ path }) => path)).toEqual(residue);
  });

  it('finds histories in homes, and backups of lists', () => {
    const homes = [directory('home'), directory('home/me'), directory('home/me/home'), directory('root')];
    const residue = [
      'home/me/.python_history',
      'root/.bash_history',
      'etc/passwd-',
      'var/cache/debconf/config.dat-old',
    ];
    const others = [
      '.bash_history',
      'etc/.bash_history',
      'home/me/home/.bash_history',
      'etc/hosts-',
      'var/cache/debconf/config.dat',
    ];
    const of = inImage(...homes, ...residue, ...others);
    expect(paths(of)).toEqual(residue.toSorted());
    expect(found(of)[0]?.title).toBe('4 files left by a build: histories, backups of lists');
    expect(found(of)[0]?.fix.commands).toEqual([
      'rm -f -- root/.bash_history home/me/.python_history etc/passwd- var/cache/debconf/config.dat-old',
    ]);
  });

  it('leaves what is empty, what a symlink leads to, and what is no file', () => {
    const histories = [symlink('root/.bash_history', '/dev/null'), directory('root/.viminfo')];
    const kept = [
      file('var/log/btmp', 0),
      symlink('var/log/access.log', '/dev/stdout'),
      directory('tmp/d'),
      ...histories,
    ];
    expect(found(inImage(...kept))).toEqual([]);
    const parents = ['srv', 'var', 'var/log'].map((path) => directory(path));
    const of = inImage(...parents, ...kept, 'var/log/a', 'var/log/needed', symlink('srv/log', '../var/log/needed'));
    expect(paths(of)).toEqual(['var/log/a']);
    expect(found(of)[0]?.fix.commands).toEqual(['rm -f -- var/log/a']);
    // Files with another name elsewhere free nothing, those with all names there do.
    expect(paths(inImage('tmp/a', hardlink('var/tmp/b', 'tmp/a')))).toEqual(['tmp/a']);
    expect(found(inImage('srv/data', hardlink('tmp/data', 'srv/data')))).toEqual([]);
  });

  it.each(['etc/passwd', 'etc/os-release', 'usr/lib/os-release'])('knows the tar of a system by %s', (sign) => {
    const tree = snapshot(entriesOf(['tmp/a', sign]));
    expect(paths(tree)).toEqual(['tmp/a']);
    expect(found(tree)[0]?.fix.advice).toBeNull();
    expect(found(snapshot(entriesOf(['tmp/a'])))).toEqual([]);
    // One on disk may run.
    expect(found({ ...tree, artifact: { ...tree.artifact, format: 'directory' } })).toEqual([]);
  });

  it('finds core dumps and logs of failed installs anywhere', () => {
    const core = { facts: { ...elf({}), elfType: 'CORE' } };
    const residue = [file('app/core.12', 9, core), 'app/npm-debug.log', 'yarn-error.log', 'pnpm-debug.log'];
    const others = [
      file('app/lib.so', 9, { facts: elf({}) }),
      'app/core.13',
      'app/my-npm-debug.log.md',
      'app/debug.log',
    ];
    const of = snapshot(entriesOf([...residue, ...others]));
    expect(paths(of)).toEqual(['app/core.12', 'app/npm-debug.log', 'pnpm-debug.log', 'yarn-error.log']);
    expect(found(of)[0]?.title).toBe('4 files left by a build: core dumps, logs of failed installs');
    expect(found(of)[0]?.fix.commands).toEqual([
      'rm -f -- app/core.12',
      `find . -type f \\( -name 'npm-debug.log' -o -name 'pnpm-debug.log' -o -name 'yarn-error.log' \\) -delete`,
    ]);
    // One of them that goes with its directory is told once.
    expect(paths(inImage('tmp/yarn-error.log', file('tmp/core', 9, core)))).toEqual(['tmp/core', 'tmp/yarn-error.log']);
  });

  it.skipIf(!requireTool('find'))('is what its commands remove, and nothing else is', () => {
    const root = tempDirectory('build-residue');
    const names = [
      'tmp/a',
      'tmp/d/b c',
      'var/log/apt/x.log',
      'var/tmp/-e',
      'root/.lesshst',
      'etc/passwd',
      'yarn-error.log',
    ];
    const write = (path: string, text: string): void => {
      mkdirSync(join(root, dirname(path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    for (const name of names) write(name, 'x');
    write('var/log/btmp', '');
    const tree = snapshot([...names.map((name) => file(name, 1)), file('var/log/btmp', 0)]);
    expect(paths(tree)).toEqual(names.filter((name) => name !== 'etc/passwd').toSorted());
    for (const command of found(tree)[0]?.fix.commands ?? []) run('sh', ['-c', command], { cwd: root });
    expect(run('find', ['.', '-type', 'f'], { cwd: root }).split('\n').toSorted().filter(Boolean)).toEqual([
      './etc/passwd',
      './var/log/btmp',
    ]);
    rmSync(root, { recursive: true });
  });
});
