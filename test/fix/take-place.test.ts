// The last step of `fix --in-place`: a directory is moved aside, and the result takes its name; where that fails, it comes back.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { cli, sizecheck } from '../cli/run.ts';

function tree(folder: string, name: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  for (const file of ['a', 'b']) writeFileSync(join(folder, name, file), 'same '.repeat(1000));
}

describe('a directory in its own place', () => {
  it('comes back where the result cannot take it', () => {
    const work = tempDirectory('take-place');
    tree(work, 'tree');
    // The second of the two renames fails, as where a quota or another program gets in between.
    const hook = join(work, 'hook.cjs');
    writeFileSync(
      hook,
      `const fs = require('node:fs');
       const { renameSync } = fs;
       let count = 0;
       fs.renameSync = (from, to) => {
         if (++count === 2) throw Object.assign(new Error('no'), { code: 'EDQUOT', syscall: 'rename' });
         renameSync(from, to);
       };`,
    );
    const args = ['--require', hook, cli, 'fix', 'tree', '--in-place', '--apply'];
    const ran = spawnSync(process.execPath, args, { cwd: work, encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^sizecheck: [^:\n]*\/tree: cannot take its place \(EDQUOT\)\n$/);
    expect(readdirSync(work).toSorted()).toEqual(['hook.cjs', 'tree']);
    expect(readFileSync(join(work, 'tree/b'), 'utf8')).toBe('same '.repeat(1000));
  });

  it('may have a name as long as names can be', () => {
    const work = tempDirectory('take-place-long');
    const name = 'n'.repeat(255);
    tree(work, name);
    const ran = sizecheck(['fix', name, '--in-place', '--apply'], { cwd: work });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(readdirSync(work)).toEqual([name]);
  });
});
