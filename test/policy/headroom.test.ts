import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSize } from '../../src/bytes/size.ts';
import { parsePercent, readableLimit, withHeadroom } from '../../src/policy/headroom.ts';

describe('limits with headroom', () => {
  it.each([
    [0, 0],
    [1023, 1023],
    [1024, '1 KiB'],
    [1025, '1.01 KiB'],
    [10_241, '10.1 KiB'],
    [102_401, '101 KiB'],
    [5 * 1024 ** 2, '5 MiB'],
    [38_413_674, '36.7 MiB'],
    [2 ** 40 + 1, '1.01 TiB'],
  ] as const)('%d is %s', (bytes, text) => {
    expect(readableLimit(bytes)).toBe(text);
  });

  it('keep decimal units', () => {
    expect(readableLimit(5_000_001, 'si')).toBe('5.01 MB');
    expect(readableLimit(999, 'si')).toBe(999);
  });

  it('are never below the size, and at most 1.1 % above it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 45 }), fc.constantFrom('iec' as const, 'si' as const), (bytes, family) => {
        const limit = readableLimit(bytes, family);
        const back = typeof limit === 'number' ? limit : parseSize(limit);
        expect(back).toBeGreaterThanOrEqual(bytes);
        expect(back).toBeLessThanOrEqual(Math.ceil(bytes * 1.011));
      }),
    );
  });

  it('are percentages', () => {
    expect(withHeadroom(100, 5)).toBe(105);
    expect(withHeadroom(101, 5)).toBe(107);
    expect(parsePercent(' 7.5 % ', '--headroom')).toBe(7.5);
    expect(parsePercent('10', '--headroom')).toBe(10);
    expect(parsePercent('9999.999999', '--headroom')).toBe(9999.999999);
    for (const text of ['-1%', '', '%', '5%%', '10000%', '1.1234567%'])
      expect(() => parsePercent(text, '--headroom')).toThrow('--headroom takes a percentage');
  });
});
