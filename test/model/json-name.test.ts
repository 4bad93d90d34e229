// Names that are no UTF-8: spelled as Python spells them, whatever their bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromJson, nameToJson, spellBytes } from '../../src/model/json-name.ts';
import { nameFromBytes } from '../../src/model/name.ts';
import { requireTool, run } from '../oracles.ts';

/** Bytes of characters, cut, mixed and stray. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => Buffer.from(text)),
      fc.constantFrom(
        [0xed, 0xa0, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xc0, 0xaf],
        [0xe0, 0x80, 0xaf],
        [0xef, 0xbb, 0xbf],
      ),
      fc.integer({ min: 0x80, max: 0x10_ff_ff }).map((code) => {
        const whole = Buffer.from(String.fromCodePoint(code));
        return whole.subarray(0, whole.length - 1);
      }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))));

describe('a name', () => {
  it.skipIf(!requireTool('python3'))('is spelled as Python spells what it cannot decode', () => {
    const samples = fc.sample(bytes, 5000);
    const script = `
import re, sys
for line in sys.stdin:
    text = bytes.fromhex(line.strip()).decode('utf-8', 'surrogateescape')
    print(''.join(f'\\\\x{ord(c) - 0xdc00:02X}' if 0xdc80 <= ord(c) <= 0xdcff else c for c in text).encode().hex())
`;
    const input = samples.map((sample) => `${sample.toString('hex')}\n`).join('');
    const expected = run('python3', ['-c', script], { input }).split('\n').slice(0, -1);
    const spelled = samples.map((sample) => Buffer.from(spellBytes(nameFromBytes(sample))).toString('hex'));
    expect(spelled).toEqual(expected);
    // Both kinds were among them.
    expect(new Set(samples.map((sample) => spellBytes(nameFromBytes(sample)).includes('\\x'))).size).toBe(2);
  });

  it('comes back from JSON byte for byte', () => {
    fc.assert(
      fc.property(bytes, (sample) => {
        const name = nameFromBytes(sample);
        expect(nameFromJson(JSON.parse(JSON.stringify(nameToJson('path', name))), 'path')).toBe(name);
      }),
    );
  });

  it('is spelled in time by its length', () => {
    for (const unit of ['\xff', '\xe2\x82', '\xf0\x9f\x98']) {
      const name = unit.repeat(2_000_000);
      expect(spellBytes(name)).toHaveLength(4 * name.length);
    }
  });
});
