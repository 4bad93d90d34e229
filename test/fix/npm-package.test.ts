// What `fix` makes of a package as `npm pack` writes it: npm installs all files that it had but those that were to go, none of them a link.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { put } from '../build/commanded.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

it.skipIf(!['npm', 'gcc', 'tar', 'bash', 'strip'].every(requireTool))('leaves no file of a package of npm out', () => {
  const work = tempDirectory('npm-package');
  const made = join(work, 'made');
  put(made, 'package.json', '{"name":"made","version":"1.0.0"}');
  put(made, 'a.js', 'same '.repeat(1000));
  put(made, 'b.js', 'same '.repeat(1000));
  run('gcc', ['-shared', '-g', '-o', 'libq.so', '-x', 'c', '-'], { cwd: made, input: 'int q(void) { return 1; }' });
  copyFileSync(join(made, 'libq.so'), join(made, 'libq.so.1'));
  run('npm', ['pack', '--silent', '--pack-destination', work], { cwd: made });
  const installed = (archive: string) => {
    const user = join(work, `user-of-${archive}`);
    mkdirSync(user);
    writeFileSync(join(user, 'package.json'), '{}');
    run('npm', ['i', `../${archive}`, '--offline', '--no-audit', '--no-fund', '--silent'], { cwd: user });
    return (path: string): Buffer => readFileSync(join(user, 'node_modules/made', path));
  };
  const ran = sizecheck(['fix', 'made-1.0.0.tgz', '--out', 'fixed.tgz', '--apply', '--json'], { cwd: work });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const { actions, leftAlone } = JSON.parse(ran.stdout);
  expect(actions.map(({ kind, path }: { kind: string; path: string }) => `${kind} ${path}`)).toEqual([
    'strip package/libq.so',
    'strip package/libq.so.1',
  ]);
  const left = leftAlone.map(({ rule, reason }: { rule: string; reason: string }) => [rule, reason]);
  const reason = expect.stringContaining('npm unpacks no links');
  expect(left.toSorted()).toEqual([
    ['copied-shared-library', reason],
    ['duplicate-file', reason],
  ]);
  expect(run('tar', ['-tvf', 'fixed.tgz'], { cwd: work })).not.toMatch(/^[hl]/m);
  const script = sizecheck(['fix', 'made-1.0.0.tgz', '--out', 'script.tgz', '--format', 'shell'], { cwd: work });
  run('bash', ['-s'], { cwd: work, input: script.stdout });
  for (const archive of ['fixed.tgz', 'script.tgz']) {
    const fileOf = installed(archive);
    for (const name of ['a.js', 'b.js']) expect(fileOf(name)).toEqual(readFileSync(join(made, name)));
    expect(fileOf('libq.so.1')).toEqual(fileOf('libq.so'));
    expect(fileOf('libq.so').length).toBeLessThan(readFileSync(join(made, 'libq.so')).length);
  }
});
