import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { optimizedBytecode } from '../../src/rules/optimized-bytecode.ts';
import { directory, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { run } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]) => judge(snapshot(entries), [optimizedBytecode]);

describe('optimized-bytecode', () => {
  it('claims levels 1 and 2 where the plain pyc is there', () => {
    const [found] = check([
      file('__pycache__/m.cpython-39.pyc', 100),
      file('__pycache__/m.cpython-39.opt-1.pyc', 90),
      file('__pycache__/m.cpython-39.opt-2.pyc', 80),
      file('__pycache__/only.cpython-39.opt-2.pyc', 70),
      file('__pycache__/other.cpython-310.pyc', 60),
      file('__pycache__/other.cpython-39.opt-1.pyc', 50),
    ]);
    expect(found?.claims).toEqual([
      { path: '__pycache__/m.cpython-39.opt-1.pyc', part: null, bytes: 90 },
      { path: '__pycache__/m.cpython-39.opt-2.pyc', part: null, bytes: 80 },
    ]);
    expect(found?.bytes).toBe(170);
  });

  it.each([
    ['to nowhere', 'nowhere', 0],
    ['somewhere only where the artifact is the root', '/real.pyc', 0],
    ['to a file', '../real.pyc', 1],
  ])('with a symlink %s in place of the plain pyc', (_what, link, findings) => {
    const entries = [
      directory('__pycache__'),
      file('real.pyc', 5),
      file('__pycache__/m.cpython-39.opt-2.pyc', 90),
      file('__pycache__/m.cpython-39.pyc', 0, { kind: 'symlink', link }),
    ];
    expect(check(entries)).toHaveLength(findings);
  });

  it('counts no symlinks, and knows a module by that name', () => {
    const link = file('m.opt-2.pyc', 0, { kind: 'symlink', link: 'm.pyc' });
    const [found] = check([file('m.pyc', 120), file('m.opt-1.pyc', 100), link, file('m.opt-1.opt-1.pyc', 90)]);
    expect(found).toMatchObject({ title: '2 optimised pycs shipped beside the plain one', bytes: 190 });
  });

  it('leaves what is read through a symlink in place of the plain pyc, and says so in place of its command', () => {
    const [found] = check([
      file('m.opt-1.pyc', 100),
      file('m.opt-2.pyc', 90),
      file('m.pyc', 0, { kind: 'symlink', link: 'm.opt-1.pyc' }),
      file('n.opt-1.pyc', 80),
      hardlink('n.pyc', 'm.opt-1.pyc'),
    ]);
    expect(found?.claims).toEqual([{ path: 'n.opt-1.pyc', part: null, bytes: 80 }]);
    expect(found?.fix).toMatchObject({ commands: [], advice: expect.stringContaining('symlinks') });
  });

  it('says nothing of further names of the plain one (compileall --hardlink-dupes)', () => {
    const found = check([
      file('m.opt-1.pyc', 100),
      hardlink('m.opt-2.pyc', 'm.opt-1.pyc'),
      hardlink('m.pyc', 'm.opt-1.pyc'),
    ]);
    expect(found).toEqual([]);
  });

  it('claims a file once whose names all go', () => {
    const [found] = check([file('m.opt-1.pyc', 100), hardlink('m.opt-2.pyc', 'm.opt-1.pyc'), file('m.pyc', 120)]);
    expect(found?.bytes).toBe(100);
  });

  it('is removed by its command, which fails neither where the last one found stays nor when it runs again', () => {
    const root = tempDirectory('optimized');
    const names = ['m.opt-1.pyc', 'm.opt-2.pyc', 'm.options.opt-1.pyc', 'm.options.pyc', 'm.pyc', 'only.opt-2.pyc'];
    for (const name of names) writeFileSync(join(root, name), '1234567890');
    const [found] = check(names.map((name) => file(name, 10)));
    expect(found?.bytes).toBe(30);
    for (let times = 0; times < 2; times++) {
      for (const command of found?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: root });
      expect(readdirSync(root).toSorted()).toEqual(['m.options.pyc', 'm.pyc', 'only.opt-2.pyc']);
    }
  });
});
