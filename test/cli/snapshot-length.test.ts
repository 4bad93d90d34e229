// A snapshot that is too long to be read back is told of when it is made.
import { describe, expect, it, vi } from 'vitest';
import { warnOfLength } from '../../src/cli/measuring/measure.ts';
import { counting } from '../../src/cli/output/streams.ts';
import { longestSnapshot } from '../../src/scan/snapshot-file.ts';

function warned(bytes: number, limit?: number): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    warnOfLength(bytes, limit);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

describe('length of a snapshot', () => {
  it('is counted in bytes of UTF-8, pieces unchanged', () => {
    const pieces = ['{"a":', '', '"ü\u{1f600}"', '}'];
    const through = counting(pieces);
    expect(through.bytes).toBe(0);
    expect([...through]).toEqual(pieces);
    expect(through.bytes).toBe(new TextEncoder().encode(pieces.join('')).length);
  });

  it('is warned of above what is read back, and not at it', () => {
    expect(warned(longestSnapshot)).toBe('');
    expect(warned(longestSnapshot + 1)).toBe(
      'sizecheck: warning: the snapshot takes 536870849 bytes; no command reads one of more than 536870848 back\n',
    );
    expect(warned(11, 10)).toContain(' takes 11 bytes; ');
  });
});
