// The commands of a plan, run by bash on trees of awkward names.
import { chmodSync, existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixCommands, unpackCommands } from '../../src/fix/commands.ts';
import type { FixAction } from '../../src/model/fix.ts';
import { buildTar } from '../build/tar.ts';
import { snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('fix-commands');
let count = 0;

function folder(): string {
  const path = join(work, `${count++}`);
  mkdirSync(path);
  return path;
}

describe('fixCommands', () => {
  const odd = ["it's", '-r', 'new\nline', '$HOME', ' ', 'tab\t*'];

  it('removes, links and strips what the plan says, whatever its name', () => {
    const tree = folder();
    const path = (name: string): string => join(tree, name);
    for (const name of odd) {
      mkdirSync(path(`d${name}`));
      for (const file of ['gone', 'kept', 'hard', 'soft', 'bare']) writeFileSync(path(`d${name}/${file}${name}`), file);
    }
    // Notes what it is asked for, and does nothing.
    const strip = path('fake-strip');
    writeFileSync(strip, '#!/bin/sh\nprintf "%s\\n" "$#" >> asked\n');
    chmodSync(strip, 0o755);
    mkdirSync(path('-e'));
    const actions = odd.flatMap((name): FixAction[] => [
      { kind: 'remove', path: `d${name}/gone${name}` },
      { kind: 'hard-link', path: `d${name}/hard${name}`, target: `d${name}/kept${name}` },
      { kind: 'symlink', path: `d${name}/soft${name}`, target: `d${name}/kept${name}` },
      { kind: 'strip', path: `d${name}/kept${name}`, program: './fake-strip', mode: '-g', before: 2, after: 1 },
      {
        kind: 'strip',
        path: `d${name}/bare${name}`,
        program: './fake-strip',
        mode: '--strip-unneeded',
        before: 2,
        after: 1,
      },
    ]);
    const groups = fixCommands([...actions, { kind: 'remove-directory', path: '-e' }]);
    run('bash', ['-e'], {
      cwd: tree,
      input: Buffer.from(groups.flatMap(({ commands }) => commands).join('\n'), 'latin1'),
    });
    for (const name of odd) {
      const stat = (file: string) => lstatSync(path(`d${name}/${file}${name}`), { throwIfNoEntry: false });
      expect([stat('gone'), stat('kept')?.nlink, stat('bare')?.nlink]).toEqual([undefined, 2, 1]);
      expect(stat('hard')?.ino).toBe(stat('kept')?.ino);
      expect(readlinkSync(path(`d${name}/soft${name}`))).toBe(`kept${name}`);
    }
    expect(existsSync(path('-e'))).toBe(false);
    // One command for each mode: itself, what stands before the names, and these.
    expect(run('cat', [path('asked')])).toBe(`${odd.length + 3}\n`.repeat(2));
    expect(groups.map(({ title }) => title)).toHaveLength(4);
  });

  it('has no group without commands, and none that a system refuses', () => {
    const paths = Array.from({ length: 3000 }, (_, index) => `${'directory/'.repeat(6)}${index}`);
    const groups = fixCommands(paths.map((path) => ({ kind: 'remove', path })));
    expect(groups.map(({ title }) => title)).toEqual(['files that can go']);
    const { commands } = groups[0] ?? { commands: [] };
    // As few as keep below 60,000 characters and one word.
    expect(commands).toHaveLength(Math.ceil((paths.join(' ').length + 1) / 60_000));
    for (const command of commands) expect(command.length).toBeLessThanOrEqual(60_001);
    expect(commands.join(' ').match(/\d+/g)).toEqual(paths.map((_, index) => `${index}`));
    expect(fixCommands([])).toEqual([]);
    // A word that is too long all the same has a command of its own.
    const long = 'l'.repeat(60_000);
    const both = fixCommands([long, 'short'].map((path) => ({ kind: 'remove', path })));
    expect(both[0]?.commands).toEqual([`rm -f -- ${long}`, 'rm -f -- short']);
  });
});

describe('unpackCommands', () => {
  it.skipIf(!['tar', 'unzip'].every(requireTool)).each([
    ['directory', 'of'],
    ['tar', 'a:b.tar'],
    ['zip', 'x[1].zip'],
    ['zip', 'prefixed.zip'],
  ] as const)('brings a %s where it is said: %s', (format, name) => {
    const at = folder();
    const members = [{ name: 'in', content: 'text' }];
    if (format === 'directory') {
      mkdirSync(join(at, name));
      writeFileSync(join(at, name, 'in'), 'text');
    } else
      writeFileSync(
        join(at, name),
        format === 'tar' ? buildTar(members) : buildZip(members, name === 'prefixed.zip' ? { prefix: '#!' } : {}),
      );
    const { artifact, totals } = snapshot([]);
    const plan = { actions: [], rules: [], promised: 0, leftAlone: [] };
    const fix = {
      artifact: { ...artifact, name, format },
      before: totals,
      plan,
      out: 'out',
      inPlace: false,
      compression: null,
      outcome: null,
    };
    const commands = unpackCommands(fix);
    const read = () =>
      run('sh', ['-e', '-c', [...commands, format === 'directory' ? 'cat out/in' : 'cat "$tree/in"'].join('\n')], {
        cwd: at,
      });
    if (name === 'prefixed.zip') expect(read).toThrow('fix --apply keeps it');
    else expect(read()).toBe('text');
  });
});
