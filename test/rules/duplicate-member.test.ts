import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ArFacts } from '../../src/model/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import { duplicateMember } from '../../src/rules/duplicate-member.ts';
import { judge, rules } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import { ar, digest, elf, file, hardlink, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw } from '../oracles.ts';

const check = (entries: Parameters<typeof snapshot>[0]): Finding[] => judge(snapshot(entries), [duplicateMember]);

/** A library with members of these CRCs, 5,000 bytes each, of which 1,000 are debug data. */
function library(...crcs: readonly number[]): { facts: ArFacts } {
  return { facts: ar(null, { contents: crcs.map((crc32) => ({ size: 5000, crc32, debug: 1000 })) }) };
}

describe('duplicate-member', () => {
  it('claims what an earlier library holds, debug data apart', () => {
    const [found, ...others] = check([
      file('a.a', 20_000, library(1, 2, 3)),
      file('b.a', 20_000, library(4, 2)),
      file('c.a', 20_000, library(4, 1, 5)),
      hardlink('d.a', 'a.a'),
    ]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ severity: 'info', bytes: 3 * 5060 });
    expect(found?.title).toBe('2 static libraries hold 3 objects that another one holds too');
    expect(found?.claims).toEqual([
      { path: 'c.a', part: 'members', bytes: 2 * 4060 }, // of a.a and b.a
      { path: 'b.a', part: 'members', bytes: 4060, keeps: 'a.a' },
      { path: 'c.a', part: 'debug', bytes: 2000 },
      { path: 'b.a', part: 'debug', bytes: 1000, keeps: 'a.a' },
    ]);
  });

  it('counts the byte behind a member of odd length', () => {
    const odd = { facts: ar(null, { contents: [{ size: 5001, crc32: 1, debug: 0 }] }) };
    expect(check([file('a.a', 9000, odd), file('b.a', 9000, odd)])[0]?.claims).toEqual([
      { path: 'b.a', part: 'members', bytes: 60 + 5002, keeps: 'a.a' },
    ]);
  });

  it('needs size and CRC to agree, in two libraries', () => {
    const other = ar(null, { contents: [{ size: 5001, crc32: 1, debug: 0 }] });
    expect(check([file('a.a', 9000, library(1, 1)), file('b.a', 9000, { facts: other })])).toEqual([]);
    expect(check([file('a.a', 9000, library(1)), file('b.a', 9000, library(2))])).toEqual([]);
    expect(check([file('a.a', 9000, { facts: ar(1) }), file('b.a', 9000, { facts: ar(1) })])).toEqual([]);
  });

  it('leaves out libraries that go as a whole', () => {
    const copy = { digest: digest('x'), ...library(1) };
    expect(check([file('a.a', 9000, copy), file('b.a', 9000, copy)])).toEqual([]);
    const beside = [file('a.a', 9000, library(1)), file('a.so', 10, { facts: elf({}) }), file('b.a', 9000, library(1))];
    expect(check(beside)).toEqual([]);
  });

  it('is a union with the symbols that strip removes', () => {
    const facts = (crc32: number): ArFacts => ar(8000, { contents: [{ size: 5000, crc32, debug: 1000 }] });
    const tree = snapshot([file('a.a', 10_000, { facts: facts(1) }), file('b.a', 10_000, { facts: facts(1) })]);
    const judged = judge(
      tree,
      rules.filter(({ id }) => id === 'debug-symbols' || id === 'duplicate-member'),
    );
    expect(judged.map(({ rule, bytes }) => [rule, bytes])).toEqual([
      ['duplicate-member', 5060],
      ['debug-symbols', 4000],
    ]);
    expect(removableContent(tree, judged)).toBe(4000 + 4060);
  });
});

describe.skipIf(!['gcc', 'ar', 'strip'].every((name) => requireTool(name)))(
  'duplicate-member on what ar writes',
  () => {
    const work = tempDirectory('duplicate-member');
    const names = ['common', 'another-object-with-a-long-name', 'one', 'two', 'small'];

    /** Digest and content of every member, read by ar. */
    function members(archive: string): Map<string, Buffer> {
      const all = run('ar', ['t', archive], { cwd: work }).trim().split('\n');
      const contents = all.map((name) => runRaw('ar', ['p', archive, name], { cwd: work }));
      return new Map(contents.map((bytes) => [createHash('sha256').update(bytes).digest('hex'), bytes]));
    }

    it('says what sha256sum of the members says', async () => {
      for (const name of names) {
        const pad = name === 'small' ? '' : `int data_${name.length}[5000] = { ${name.length} };`;
        writeFileSync(join(work, `${name}.c`), `${pad} int f_${name.length}(int a) { return a + ${name.length}; }`);
      }
      const objects = names.map((name) => `${name}.o`);
      run('gcc', ['-g', '-c', ...names.map((name) => `${name}.c`)], { cwd: work });
      const [common = '', long = '', one = '', two = '', small = ''] = objects;
      run('ar', ['rcs', 'a.a', common, long, one, small], { cwd: work });
      run('ar', ['rcs', 'b.a', two, long, common, small], { cwd: work });

      const first = members('a.a');
      const shared = [...members('b.a')].filter(([sha, bytes]) => first.has(sha) && bytes.length >= 4096);
      const stripped = shared.map(([, bytes], index) => {
        writeFileSync(join(work, `shared${index}`), bytes);
        return runRaw('sh', ['-c', `strip -g -o out shared${index} && cat out`], { cwd: work }).length;
      });
      const total = shared.reduce((sum, [, { length }]) => sum + 60 + length + (length % 2), 0);
      const left = stripped.reduce((sum, length) => sum + 60 + length + (length % 2), 0);
      expect(shared).toHaveLength(2);

      const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;
      const found = judge(await scan(work, options), [duplicateMember]);
      expect(found).toMatchObject([{ bytes: total }]);
      expect(found[0]?.claims).toEqual([
        { path: 'b.a', part: 'members', bytes: left, keeps: 'a.a' },
        { path: 'b.a', part: 'debug', bytes: total - left, keeps: 'a.a' },
      ]);
    });
  },
);
