// Leftovers stand apart: what nobody asked for counts nowhere, and does not change what other rules say.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/policy/severities.ts';
import { countedRules, judge, rules } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { ar, digest, file } from '../build/snapshot.ts';
import { library, tree } from '../build/leftovers.ts';

const same = { digest: digest('same') };
const suite = tree(
  ...library('lib/python3.9'),
  file('lib/python3.9/test/a.py', 100, same),
  file('lib/python3.9/z.py', 100, same),
  file('lib/python3.9/test/b.py', 50),
);

describe('leftovers', () => {
  it('count nowhere, and leave the copies alone that other rules keep', () => {
    const findings = judge(suite);
    expect(findings.map(({ rule, bytes, leftover }) => [rule, bytes, leftover])).toEqual([
      ['test-suite', 150, true],
      ['duplicate-file', 100, undefined],
    ]);
    expect(findings[1]?.claims[0]).toMatchObject({ path: 'lib/python3.9/z.py', keeps: 'lib/python3.9/test/a.py' });
    expect(removableContent(suite, findings)).toBe(100);
  });

  it('asked for, they count, and the copy outside of them stays', () => {
    const findings = judge(suite, rules, 'counted');
    expect(findings.find(({ rule }) => rule === 'duplicate-file')?.claims[0]).toMatchObject({
      path: 'lib/python3.9/test/a.py',
      keeps: 'lib/python3.9/z.py',
    });
    expect(findings.some(({ leftover }) => leftover === true)).toBe(false);
    expect(removableContent(suite, findings)).toBe(150);
  });

  it('asked for, they do not take the last copy of a static library with them', () => {
    const shared = { digest: digest('ar'), facts: ar(10) };
    const snapshot = tree(...library('lib'), file('lib/test/liba.a', 100, shared), file('lib/z/liba.a', 100, shared));
    // Those without a shared library beside have a rule of their own.
    const others = rules.filter(({ id }) => id !== 'static-library');
    const found = judge(snapshot, others, 'counted').find(({ rule }) => rule === 'duplicate-static-library');
    expect(found?.claims).toEqual([{ path: 'lib/test/liba.a', part: null, bytes: 100, keeps: 'lib/z/liba.a' }]);
  });

  it('change nothing of what the other rules find', () => {
    const name = fc.constantFrom('test', 'tests', 'include', 'man', 'a.h', 'test_a.py', 'x.so', 'node_modules', 'p');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => `site-packages/${parts.join('/')}.x`);
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 30 }), (paths) => {
        const snapshot = tree(...paths.map((one) => file(one, one.length % 7, same)));
        const all = judge(snapshot);
        expect(all.filter(({ leftover }) => leftover !== true)).toEqual(judge(snapshot, countedRules));
        expect(removableContent(snapshot, all)).toBe(removableContent(snapshot, judge(snapshot, countedRules)));
      }),
    );
  });

  it('each say who needs them, beside a command that names no file twice', () => {
    for (const { fix } of judge(suite).filter(({ leftover }) => leftover === true)) {
      expect(fix.advice).toMatch(/^needed /);
      expect(fix.commands.length).toBeGreaterThan(0);
    }
  });

  it('judge in a gate only where its file names them', () => {
    const ids = (severities: [string, 'off' | 'info' | 'warn' | 'error'][]): string[] =>
      rulesOf({ rules: new Map(severities) }).map(({ id }) => id);
    expect(ids([])).toEqual(countedRules.map(({ id }) => id));
    expect(ids([['test-suite', 'off']])).not.toContain('test-suite');
    expect(ids([['test-suite', 'warn']])).toContain('test-suite');
  });
});
