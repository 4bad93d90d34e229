import { describe, expect, it } from 'vitest';
import { duplicateFile } from '../../src/rules/duplicate-file.ts';
import { judge } from '../../src/rules/index.ts';
import { optimizedBytecode } from '../../src/rules/optimized-bytecode.ts';
import { removableContent } from '../../src/rules/removable.ts';
import { digest, file, hardlink, snapshot } from '../build/snapshot.ts';

describe('duplicate-file', () => {
  it('claims all copies but the first, biggest first; links and empty files are none', () => {
    const small = { digest: digest('small') };
    const large = { digest: digest('large') };
    const empty = { digest: digest('empty') };
    const [found] = judge(
      snapshot([
        file('a', 10, small),
        file('b', 10, small),
        file('y', 500, large),
        file('x', 500, large),
        file('z', 500, large),
        hardlink('xx', 'x'),
        file('e1', 0, empty),
        file('e2', 0, empty),
        file('unknown1', 7),
        file('unknown2', 7),
      ]),
      [duplicateFile],
    );
    expect(found?.claims).toEqual([
      { path: 'y', part: null, bytes: 500, keeps: 'x' },
      { path: 'z', part: null, bytes: 500, keeps: 'x' },
      { path: 'b', part: null, bytes: 10, keeps: 'a' },
    ]);
    expect(found).toMatchObject({ bytes: 1010, severity: 'info' });
  });

  it('keeps a copy that no other rule removes', () => {
    const same = { digest: digest('m') };
    const all = snapshot([file('m.opt-1.pyc', 100, same), file('m.opt-2.pyc', 100, same), file('m.pyc', 100, same)]);
    const findings = judge(all, [optimizedBytecode, duplicateFile]);
    const claimed = new Set(findings.flatMap(({ claims }) => claims.map(({ path }) => path)));
    expect([...claimed].toSorted()).toEqual(['m.opt-1.pyc', 'm.opt-2.pyc']);
    expect(removableContent(all, findings)).toBe(200);
  });
});
