// A project as the guides have it in mind: a repository whose `make dist` builds dist/layer.zip, on a branch that changed it, with
// `npx sizecheck` leading to this build.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDirectory } from '../build/temp.ts';
import { cli } from '../cli/run.ts';
import { run } from '../oracles.ts';
import type { Machine } from './workflow.ts';

/** Programs that the project is made with. */
export const projectTools = ['bash', 'git', 'make', 'zip'] as const;

export const budgets = {
  version: 1,
  artifacts: [
    {
      name: 'layer',
      path: 'dist/layer.zip',
      compressed: { max: '40 KiB' },
      uncompressed: { max: '200 KiB' },
      growth: { max: '10 KiB' },
    },
  ],
};

export interface Project {
  readonly machine: Machine;
  /** The commit that main stands at. */
  readonly base: string;
}

export interface ProjectOptions {
  /** Without budgets.json where a guide writes it. */
  readonly budgets?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Bytes that do not compress, the same for the same label. */
function noise(label: number, length: number): string {
  let state = label;
  let text = '';
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += state.toString(36);
  }
  return text.slice(0, length);
}

export function makeProject(label: string, { budgets: withBudgets = true, env = {} }: ProjectOptions = {}): Project {
  const temp = tempDirectory(`guide-${label}`);
  const origin = join(temp, 'origin.git');
  const cwd = join(temp, 'work/checkout');
  const home = join(temp, 'home');
  for (const folder of [home, join(temp, 'bin'), join(cwd, 'src/lib')]) mkdirSync(folder, { recursive: true });
  const git = (...args: string[]): string =>
    run(
      'git',
      ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main', ...args],
      { cwd },
    );
  run('git', ['init', '-q', '--bare', '-b', 'main', origin]);
  git('init', '-q');
  writeFileSync(
    join(cwd, 'Makefile'),
    'dist:\n\tmkdir -p dist && cd src && zip -qrX ../dist/layer.zip .\n.PHONY: dist\n',
  );
  writeFileSync(join(cwd, '.gitignore'), 'dist\nbaseline.json\n*.csv\n');
  writeFileSync(join(cwd, 'src/lib/core.py'), noise(1, 20_000));
  writeFileSync(join(cwd, 'src/lib/old.py'), noise(2, 3000));
  if (withBudgets) writeFileSync(join(cwd, 'budgets.json'), JSON.stringify(budgets, null, 2));
  git('add', '.');
  git('commit', '-qm', 'base');
  git('remote', 'add', 'origin', origin);
  git('push', '-q', 'origin', 'main');
  git('fetch', '-q', 'origin');
  const base = git('rev-parse', 'HEAD').trim();
  git('checkout', '-qb', 'change');
  writeFileSync(join(cwd, 'src/lib/new.py'), noise(3, 5000));
  git('rm', '-q', 'src/lib/old.py');
  git('add', '.');
  git('commit', '-qm', 'change');
  const npx = join(temp, 'bin/npx');
  writeFileSync(npx, `#!/bin/sh\n[ "$1" = sizecheck ] || exit 99\nshift\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(npx, 0o755);
  const path = `${join(temp, 'bin')}:${process.env['PATH'] ?? ''}`;
  return { machine: { cwd, temp, env: { PATH: path, HOME: home, RUNNER_TEMP: temp, ...env }, cacheHit: false }, base };
}
