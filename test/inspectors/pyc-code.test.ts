// What is read of the code of pycs, against samples of ten versions of Python.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { pycCodeInspector } from '../../src/inspectors/pyc/inspector.ts';
import type { PycCode, PycFacts } from '../../src/model/facts.ts';
import { pycSamples } from '../build/pyc-samples.ts';

function factsOf(bytes: Uint8Array, path = 'm.pyc'): PycFacts {
  const facts = pycCodeInspector.inspect(memorySource(bytes), { path, size: bytes.length, facts: 'needed' });
  if (facts.type !== 'pyc') throw new Error('no pyc');
  return facts;
}

function codeOf(bytes: Uint8Array): PycCode {
  const { code } = factsOf(bytes);
  if (code === undefined || 'unread' in code) throw new Error(code?.unread ?? 'not read');
  return code;
}

describe('code of a sample', () => {
  it.each(pycSamples)('of Python $python', ({ python, pyc, optimized }) => {
    const bytes = Buffer.from(pyc, 'base64');
    expect(factsOf(bytes).python).toBe(python);
    const code = codeOf(bytes);
    expect(code.levels).toEqual([0]);
    expect(code.optimized).toBe(optimized);
    // Texts of below 256 characters have a length of one byte, byte strings of Python 2 of four.
    const texts = [
      "The module's docstring.",
      "The class's docstring.",
      'Nothing but a docstring.',
      methodDocstring(python),
    ];
    const each = python === '2.7' ? 5 : 2;
    expect(code.docstrings).toBe(texts.reduce((sum, text) => sum + each + text.length, 0));
    expect(code.columnTables > 0).toBe(Number(python.slice(2)) >= 11);
    if (Number(python.slice(2)) < 11) expect(code.exceptionTables).toBe(0);
  });
});

/** Since 3.13 the compiler strips the indent of docstrings. */
function methodDocstring(python: string): string {
  const indent = Number(python.slice(2)) >= 13 ? '' : '        ';
  return `Docstring of a method,\n\n${indent}with more than one line.\n${indent}`;
}
