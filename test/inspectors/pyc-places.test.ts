// When two stretches of bytecode have one place in the source: the compiler writes them as one then.
import { expect, it } from 'vitest';
import { isSamePlace } from '../../src/inspectors/pyc/lines.ts';
import type { Span } from '../../src/inspectors/pyc/lines.ts';

const span = (more: Partial<Span>): Span => ({
  at: 0,
  end: 2,
  line: 3,
  endLine: 4,
  column: 5,
  endColumn: 6,
  ...more,
});

it('is one where lines and columns are, and where neither has a line', () => {
  const one = span({});
  const other = { at: 2, end: 8 };
  expect(isSamePlace(one, span(other))).toBe(true);
  for (const more of [{ line: 2 }, { endLine: 5 }, { column: 4 }, { endColumn: 7 }])
    expect(isSamePlace(one, span({ ...other, ...more })), JSON.stringify(more)).toBe(false);
  expect(isSamePlace(span({ column: 0 }), span({ ...other, column: 0 }))).toBe(true);
  // Without columns no one knows.
  const unknown = { column: -1, endColumn: -1 };
  expect(isSamePlace(span(unknown), span({ ...other, ...unknown }))).toBe(false);
  const nowhere = { line: null, endLine: 0 };
  expect(isSamePlace(span(nowhere), span({ ...other, ...nowhere, column: 9 }))).toBe(true);
  expect(isSamePlace(span(nowhere), span(other))).toBe(false);
  expect(isSamePlace(one, span({ ...other, line: null }))).toBe(false);
});
