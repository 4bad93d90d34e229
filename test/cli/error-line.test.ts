// Error lines: one line that can be read, however long the name that it is about.
import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/cli/errors.ts';
import { FormatError, InputError, OutputError, ServiceError, UsageError } from '../../src/errors.ts';

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

  it.each([
    [new InputError('unreadable', 'is gone'), 'a.tar', 'a.tar: is gone'],
    [new InputError('unreadable', 'is gone'), '-', 'standard input: is gone'],
    [new UsageError('is wrong'), null, 'is wrong'],
    [new UsageError('is wrong', { path: 'dir/file' }), null, 'dir/file: is wrong'],
    [new OutputError('out.json', 'is full'), 'a.tar', 'out.json: is full'],
    [new ServiceError('refused', 'GitHub refuses', 403), 'a.tar', 'GitHub refuses'],
    [new FormatError('broken', 'is cut short', { offset: 0 }), 'a.tar', 'a.tar: is cut short (at byte 0)'],
  ])('says what is known of its place: %s', (error, artifact, line) => {
    expect(describeError(error, artifact)).toBe(`sizecheck: ${line}`);
  });
});
