import { describe, expect, it } from 'vitest';
import { duplicateEntry } from '../../src/rules/duplicate-entry.ts';
import { judge } from '../../src/rules/index.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { file, snapshot } from '../build/snapshot.ts';

describe('duplicate-entry', () => {
  it('claims the earlier bytes, which are no content', () => {
    const twice = snapshot([file('a', 10)], { superseded: [{ path: 'a', size: 700 }] });
    const findings = judge(twice, [duplicateEntry]);
    expect(findings).toMatchObject([{ bytes: 700, claims: [{ path: 'a', part: 'superseded', bytes: 700 }] }]);
    expect(removableContent(twice, findings)).toBe(0);
  });

  it('says nothing where each path comes once', () => {
    expect(judge(snapshot([file('a', 10)]), [duplicateEntry])).toEqual([]);
  });
});
