// --strip-version beside saved snapshots, which hold lengths and no content to predict others from: refused where it would do nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildElf } from '../build/elf.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const cwd = tempDirectory('strip-version');
mkdirSync(join(cwd, 'tree'));
writeFileSync(join(cwd, 'tree/program'), buildElf({ sections: [{ name: '.debug_info', content: Buffer.alloc(500) }] }));
writeFileSync(join(cwd, 'tree/data'), 'data');

function save(name: string, ...options: readonly string[]): string {
  expect(sizecheck(['snapshot', 'tree', '-o', name, ...options], { cwd }).code).toBe(0);
  return name;
}

const saved = save('saved.json');
const of244 = save('2.44.json', '--strip-version', '2.44');
// As saved before snapshots said it.
const old = 'old.json';
writeFileSync(join(cwd, old), readFileSync(join(cwd, saved), 'utf8').replace(/^ {2}"stripVersion": ?"2\.40",\n/m, ''));
const budget = { name: 'tree', path: 'tree', uncompressed: { max: '1 GiB' }, baseline: saved };
writeFileSync(join(cwd, 'budgets.json'), JSON.stringify({ version: 1, artifacts: [budget] }));
writeFileSync(
  join(cwd, 'saved-budgets.json'),
  JSON.stringify({
    version: 1,
    artifacts: [{ ...budget, path: saved, uncompressed: { max: 1 }, baseline: undefined }],
  }),
);

const limit = ['--max-uncompressed', '1GiB'];

describe('--strip-version', () => {
  it.each([
    [saved, 'it holds lengths after strip 2.40', ['scan', saved]],
    [saved, 'it holds lengths after strip 2.40', [saved]],
    [old, 'it does not say of which strip', ['scan', old, '--json']],
    [saved, 'it holds lengths after strip 2.40', ['snapshot', saved]],
    [saved, 'it holds lengths after strip 2.40', ['diff', saved, 'tree']],
    [saved, 'it holds lengths after strip 2.40', ['diff', 'tree', saved]],
    [saved, 'it holds lengths after strip 2.40', ['diff', saved, of244]],
    [saved, 'it holds lengths after strip 2.40', ['check', saved, ...limit]],
    [saved, 'it holds lengths after strip 2.40', ['check', 'tree', '--baseline', saved, ...limit]],
    [saved, 'it holds lengths after strip 2.40', ['check']],
    [saved, 'it holds lengths after strip 2.40', ['init', saved, '--budgets', 'new.json']],
    [
      'saved-budgets.json',
      'it holds lengths after strip 2.40',
      ['budget', 'raise', 'tree', '--reason', 'x', '--budgets', 'saved-budgets.json'],
    ],
  ])('is refused with %s: %s, by %j', (artifact, why, words) => {
    const { code, stdout, stderr } = sizecheck([...words, '--strip-version', '2.44'], { cwd });
    const says = '--strip-version 2.44 needs the artifact itself, not a snapshot of it';
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `sizecheck: ${artifact}: ${says}: ${why}\n`,
    });
    // It is the option that is refused.
    expect(sizecheck(words, { cwd }).code).toBe(0);
  });

  it('is taken where the snapshot is of that version, and beside artifacts', () => {
    for (const words of [
      ['scan', of244],
      ['scan', 'tree'],
      ['diff', of244, 'tree'],
      ['diff', 'tree', 'tree'],
      ['check', 'tree', '--baseline', of244, ...limit],
    ]) {
      expect(sizecheck([...words, '--strip-version', '2.44'], { cwd }), words.join(' ')).toMatchObject({ code: 0 });
    }
  });

  it('has a snapshot with what is no release refused', () => {
    for (const version of ['"newest"', '2.4', 'null']) {
      const input = readFileSync(join(cwd, saved), 'utf8').replace(/("stripVersion": ?)"2\.40"/, `$1${version}`);
      const { code, stderr } = sizecheck(['scan', '-'], { input });
      expect([code, stderr]).toEqual([
        2,
        `sizecheck: standard input: has stripVersion ${version}, which is no release\n`,
      ]);
    }
  });

  it('is kept when a snapshot is saved again, and no option of fix, which has that of the strip it runs', () => {
    expect(sizecheck(['snapshot', of244], { cwd }).stdout).toBe(readFileSync(join(cwd, of244), 'utf8'));
    expect(sizecheck(['fix', of244], { cwd }).code).toBe(0);
    expect(sizecheck(['fix', saved], { cwd }).code).toBe(0);
  });
});

it('is told where two snapshots were measured for different ones', () => {
  const notices = (before: string, after: string): unknown =>
    JSON.parse(sizecheck(['diff', before, after, '--json'], { cwd }).stdout).notices;
  const message =
    'the old one was measured for strip 2.40, the new one for strip 2.44: findings of debug data may differ for that alone';
  expect(notices(saved, of244)).toEqual([{ code: 'strip-version', path: null, message }]);
  expect(notices(of244, of244)).toEqual([]);
  expect(notices(old, of244)).toEqual([]);
});
