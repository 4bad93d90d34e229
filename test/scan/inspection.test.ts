// What becomes of an inspector's errors: a remark for broken content, at hand or streaming; all else is a bug and is thrown.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import { pycInspector } from '../../src/inspectors/pyc/header.ts';
import { inspected } from '../../src/scan/inspection.ts';

const file = { path: 'a.pyc', size: 4, facts: 'needed' } as const;

function remarkOn(error: Error): unknown {
  const inspect = (): never => {
    throw error;
  };
  return inspected({ ...pycInspector, inspect }, memorySource(Buffer.alloc(4)), file).remark;
}

describe('errors of inspectors', () => {
  it('on content say where it is broken, if anywhere', () => {
    expect(remarkOn(new FormatError('bad', 'is odd', { offset: 0 }))).toEqual({
      code: 'bad',
      message: 'is a broken pyc file: it is odd (at byte 0)',
    });
    expect(remarkOn(new FormatError('bad', 'is odd'))).toEqual({
      code: 'bad',
      message: 'is a broken pyc file: it is odd',
    });
  });

  it('of any other kind are bugs', () => {
    expect(() => remarkOn(new RangeError('out of range'))).toThrow(RangeError);
  });
});
