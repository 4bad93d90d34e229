// Error lines: one line that can be read, however long the name that it is about.
import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/cli/errors.ts';
import { FormatError } from '../../src/errors.ts';

describe('an error line', () => {
  const lineFor = (path: string): string =>
    describeError(new FormatError('broken', 'is broken', { path, offset: 7 }), 'a.tar');

  it('names artifact, member and offset', () => {
    expect(lineFor('dir/file')).toBe('sizecheck: a.tar: dir/file: is broken (at byte 7)');
    const long = 'x'.repeat(1000);
    expect(lineFor(long)).toBe(`sizecheck: a.tar: ${long}: is broken (at byte 7)`);
  });

  // Found by fuzzing: a manifest may name a layer by thousands of characters.
  it('shows both ends of a name that is very long', () => {
    const line = lineFor(`begin${'x'.repeat(4000)}end`);
    expect(line.length).toBeLessThan(1100);
    expect(line).toMatch(/^sizecheck: a\.tar: beginx+…x+end: is broken \(at byte 7\)$/);
    const wide = lineFor('\u00f0\u009f\u0098\u0080'.repeat(1500));
    expect(wide).not.toMatch(/\p{Cs}/u);
  });
});
