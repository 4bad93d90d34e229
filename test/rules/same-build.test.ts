import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import type { FindingDraft, Rule } from '../../src/rules/rule.ts';
import { sameBuild } from '../../src/rules/same-build.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { digest, elf, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const build = (kept: string | null, id: string | null = 'abc') =>
  elf({ unneeded: 60 }, { buildId: id, ...(kept === null ? {} : { kept: digest(kept) }) });
const bare = file('bin/prog', 60, { digest: digest('bare'), facts: build('code') });

describe('same-build', () => {
  it('claims the files with symbols', () => {
    const [found] = judge(
      snapshot([
        bare,
        file('bin/prog.copy', 60, { digest: digest('bare'), facts: build('code') }),
        file('build/prog', 100, { digest: digest('full'), facts: build('code') }),
        file('build/prog.map', 80, { digest: digest('part'), facts: build('code') }),
      ]),
      [sameBuild],
    );
    expect(found?.claims).toEqual([
      { path: 'build/prog', part: null, bytes: 100, keeps: 'bin/prog' },
      { path: 'build/prog.map', part: null, bytes: 80, keeps: 'bin/prog' },
    ]);
  });

  it.each([
    ['another build id', build('code', 'def')],
    ['no build id', build('code', null)],
    ['other code, as patching leaves it', build('other code')],
    ['unknown code', build(null)],
  ])('says nothing of a file with %s', (_what, facts) => {
    expect(judge(snapshot([bare, file('x', 100, { digest: digest('x'), facts })]), [sameBuild])).toEqual([]);
    if (facts.buildId !== null && facts.kept !== undefined) return;
    expect(judge(snapshot([file('x', 100, { facts }), file('y', 60, { facts })]), [sameBuild])).toEqual([]);
  });
});

it('keeps the smallest, whatever comes first, and also where other rules remove all', () => {
  const full = file('a/prog', 100, { facts: build('code') });
  const claims = [{ path: full.path, part: null, bytes: 100, keeps: bare.path }];
  expect(judge(snapshot([full, bare]), [sameBuild])[0]?.claims).toEqual(claims);
  const removed: Rule = { ...sameBuild, id: 'test-suite', check: () => [removal(full.path), removal(bare.path)] };
  const found = judge(snapshot([full, bare]), [removed, sameBuild]);
  expect(found.find(({ rule }) => rule === 'same-build')?.claims).toEqual(claims);
});

it('needs no digests: files of different length differ', () => {
  const plain = file('bin/prog', 60, { facts: build('code') });
  const full = file('build/prog', 100, { facts: build('code') });
  expect(judge(snapshot([plain, full]), [sameBuild])[0]?.bytes).toBe(100);
});

it('keeps a copy that no other rule removes', () => {
  const small = file('lib/test/prog', 60, { facts: build('code') });
  const large = file('lib/prog', 100, { facts: build('code') });
  const larger = file('lib/prog.full', 200, { facts: build('code') });
  const first: Rule = { ...sameBuild, id: 'test-suite', check: () => [removal(small.path)] };
  expect(judge(snapshot([small, large, larger]), [first, sameBuild])[0]?.claims).toEqual([
    { path: larger.path, part: null, bytes: 200, keeps: large.path },
  ]);
});

function removal(path: string): FindingDraft {
  return { title: 'gone', claims: [{ path, part: null, bytes: 60 }], fix: { commands: [], advice: 'none' } };
}

describe.skipIf(!['gcc', 'strip', 'objcopy', 'tar'].every((name) => requireTool(name)))(
  'on what gcc and strip write',
  () => {
    const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'compare', facts: 'needed' } as const;

    function compile(work: string): void {
      const source = 'const char where[] = "/opt/here"; int main(int c, char **v) { return where[c] == v[0][0]; }';
      writeFileSync(join(work, 'full.c'), source);
      run('gcc', ['-g', '-Wl,--build-id', '-o', 'full', 'full.c'], { cwd: work });
    }

    /** What the rule claims of the directory, and the same of a tar of it. */
    async function claimsOf(work: string, names: readonly string[]): Promise<string[]> {
      const claims: string[][] = [];
      const tar = join(tempDirectory('same-build-tar'), 'it.tar');
      run('tar', ['-cf', tar, '-C', work, ...names]);
      for (const artifact of [work, tar]) {
        const found = judge(await scan(artifact, options), [sameBuild]);
        claims.push(found.flatMap((each) => each.claims.map(({ path, keeps }) => `${path} = ${keeps}`)));
      }
      expect(claims[1]).toEqual(claims[0]);
      return claims[0] ?? [];
    }

    it('knows a file that was stripped in any way', async () => {
      const work = tempDirectory('same-build');
      compile(work);
      for (const [option, name] of [
        ['-g', 'no-debug'],
        ['--strip-unneeded', 'unneeded'],
        ['-s', 'bare'],
      ] as const) {
        run('strip', [option, '-o', name, 'full'], { cwd: work });
      }
      expect(await claimsOf(work, ['full', 'no-debug', 'unneeded', 'bare'])).toEqual([
        'full = bare',
        'no-debug = bare',
      ]);
    });

    it('takes no two files for one that differ in what strip keeps', async () => {
      const work = tempDirectory('same-build');
      compile(work);
      run('strip', ['-o', 'bare', 'full'], { cwd: work });
      const patched = readFileSync(join(work, 'bare'));
      patched.write('/opt/HERE', patched.indexOf('/opt/here'));
      writeFileSync(join(work, 'patched'), patched);
      for (const name of ['one', 'two']) {
        writeFileSync(join(work, `${name}.txt`), name);
        run('objcopy', ['--add-section', `payload=${name}.txt`, name === 'one' ? 'full' : 'bare', name], { cwd: work });
        writeFileSync(
          join(work, `${name}-appended`),
          Buffer.concat([readFileSync(join(work, 'bare')), Buffer.from(name)]),
        );
      }
      // OSABI, ABI version, e_entry: in the file header, which is part of no section.
      const headers = [7, 8, 24].map((at) => {
        const changed = readFileSync(join(work, 'bare'));
        changed[at] = (changed[at] ?? 0) ^ 1;
        writeFileSync(join(work, `header-${at}`), changed);
        return `header-${at}`;
      });
      run('rm', ['bare'], { cwd: work });
      const names = ['full', 'patched', 'one', 'two', 'one-appended', 'two-appended', ...headers];
      expect(await claimsOf(work, names)).toEqual([]);
    });
  },
);
