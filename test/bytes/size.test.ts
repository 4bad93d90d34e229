import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bothSizes,
  duSize,
  formatDeltas,
  formatSize,
  formatSizes,
  parseSize,
  percentChange,
  percentIn,
  roundSize,
} from '../../src/bytes/size.ts';
import { UsageError } from '../../src/errors.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool } from '../oracles.ts';

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 * 1024 - 1, '1.0 MiB'],
    [190_735_123, '181.9 MiB'],
    [-2048, '-2.0 KiB'],
    [2 ** 53 - 1, '8.0 PiB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatSize(bytes, 'iec')).toBe(text);
  });

  it('knows powers of 1000 and exact bytes', () => {
    expect(formatSize(5_000_000, 'si')).toBe('5.0 MB');
    expect(formatSize(1500, 'si')).toBe('1.5 kB');
    expect(formatSize(1_234_567, 'bytes')).toBe('1,234,567 B');
  });
});

describe('formatDeltas', () => {
  it('signs growth and shrinkage, and prints exactly what would print alike', () => {
    expect(formatDeltas([2048, -2048, 0, 17], 'iec')).toEqual(['+2.0 KiB', '-2.0 KiB', '0 B', '+17 B']);
    expect(formatDeltas([1_048_576, 1_048_577, -123_456], 'iec')).toEqual([
      '+1,048,576 B',
      '+1,048,577 B',
      '-120.6 KiB',
    ]);
    expect(formatDeltas([-123_456, 1234], 'bytes')).toEqual(['-123,456 B', '+1,234 B']);
  });
});

describe('percentChange', () => {
  it.each([
    [100, 100, ''],
    [0, 0, ''],
    [0, 5, 'new'],
    [5, 0, '-100.0%'],
    [100, 112, '+12.0%'],
    [3, 2, '-33.3%'],
    // Rounding makes neither something of nothing nor nothing of something.
    [1_000_000, 1_000_001, '+<0.1%'],
    [1_000_000, 999_999, '-<0.1%'],
    [1_000_000, 1, '-99.9%'],
    [10, 99, '+890.0%'],
    [10, 100, '10x'],
    [100, 1_099, '11x'],
    [100, 1_990, '20x'],
    [1, 1_234_567, '1,234,567x'],
  ])('from %d to %d is "%s"', (before, after, text) => {
    expect(percentChange(before, after)).toBe(text);
  });
});

describe('formatSizes', () => {
  it('prints exact bytes where two different sizes would print alike', () => {
    expect(formatSizes([1_048_576, 1_048_577, 2_097_152], 'iec')).toEqual(['1,048,576 B', '1,048,577 B', '2.0 MiB']);
  });

  it('leaves equal sizes short', () => {
    expect(formatSizes([1_048_576, 1_048_576], 'iec')).toEqual(['1.0 MiB', '1.0 MiB']);
  });
});

describe.skipIf(!requireTool('du'))('duSize prints as du does', () => {
  const path = join(tempDirectory('du'), 'file');
  writeFileSync(path, '');
  const sizes = [
    0,
    1,
    999,
    1000,
    1001,
    1023,
    1024,
    1025,
    10_137,
    10_138,
    10_239,
    10_240,
    10_241,
    99_999,
    102_400,
    1_023_999,
    1_047_552,
    1_047_553,
    1_048_575,
    1_048_576,
    1_048_577,
    10_480_000,
    10_485_759,
    10_485_761,
    190_735_123,
    1_073_741_823,
    1_073_741_825,
    5_368_709_120,
    999_999_999,
    1_000_000_001,
    9_949_999,
    9_950_001,
    2 ** 42 + 1,
  ];
  it.each(sizes)('%d', (bytes) => {
    truncateSync(path, bytes);
    const du = (option: string): string =>
      execFileSync('du', ['--apparent-size', option, path], { encoding: 'utf8' }).split('\t')[0] ?? '';
    expect(duSize(bytes, 'iec')).toBe(du('-h'));
    expect(duSize(bytes, 'si')).toBe(du('--si'));
    expect(duSize(bytes, 'bytes')).toBe(du('-B1'));
  });
});

describe('parseSize', () => {
  it.each([
    ['0', 0],
    ['5242880', 5_242_880],
    ['5 MiB', 5_242_880],
    ['5MB', 5_000_000],
    ['1.5 KiB', 1536],
    [' 12 kB ', 12_000],
    ['12.0', 12],
    ['7.00 B', 7],
    ['1 GiB', 1_073_741_824],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.skipIf(!requireTool('python3'))('takes decimals as they are written', () => {
    const units = { kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
    const texts = Array.from({ length: 1500 }, (_, index) => [
      (index / 10).toFixed(1),
      (index / 100).toFixed(2),
    ]).flat();
    const program =
      'import sys, decimal, json\nprint(json.dumps([int(decimal.Decimal(t) * u) for u in json.loads(sys.argv[1]) for t in sys.argv[2:]]))';
    const exact: unknown = JSON.parse(
      execFileSync('python3', ['-c', program, JSON.stringify(Object.values(units)), ...texts]).toString(),
    );
    expect(Object.keys(units).flatMap((unit) => texts.map((text) => parseSize(`${text} ${unit}`)))).toEqual(exact);
  });

  it.each([
    '',
    'MiB',
    '-5',
    '1.5',
    '0.3 B',
    '5M',
    '5 K',
    '1e3',
    '0x10',
    '1,5 MB',
    '1.5.2 MB',
    '5 mib',
    '５ MB',
    'NaN',
    '99999999999999999999',
    '9007 TiB',
  ])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(UsageError);
  });

  it('tells what 5M could mean', () => {
    expect(() => parseSize('5M')).toThrow('5 MiB (1024) or 5 MB (1000)');
  });

  it('repeats no more than 60 characters of what is none', () => {
    expect(() => parseSize('x'.repeat(60))).toThrow(`"${'x'.repeat(60)}" is not a size`);
    expect(() => parseSize('x'.repeat(61))).toThrow(`"${'x'.repeat(60)}…" is not a size`);
  });
});

describe('a round size', () => {
  it.each([
    [5_242_880, '5 MiB'],
    [12_582_912, '12 MiB'],
    [204_800, '200 KiB'],
    [1_572_864, '1.5 MiB'],
    [5_000_000, '5 MB'],
    [12_500_000, '12.5 MB'],
    [300_000, '300 kB'],
    [1_073_741_824, '1 GiB'],
    [10_000, '10 kB'],
    [10_240, '10 KiB'],
    [512_000, '500 KiB'],
    [1_024_000, '1000 KiB'],
    [128_000_000, '128 MB'],
    [9999, null],
    [8192, null],
    [5_242_881, null],
    [1_310_720, '1280 KiB'],
    [0, null],
    [-5_242_880, null],
    [Number.MAX_SAFE_INTEGER, null],
  ])('of %d bytes: %s', (bytes, text) => {
    expect(roundSize(bytes)).toBe(text);
    if (text !== null) expect(parseSize(text)).toBe(bytes);
  });
});

describe('percentages', () => {
  it.each([
    ['5%', 5],
    [' 0.000001 % ', 0.000001],
    ['0000000005%', null],
    ['999999999%', 999_999_999],
    ['1.1234567%', null],
    ['.5%', null],
    ['-1%', null],
    ['5', null],
    ['%', null],
  ])('of %j: %s', (text, percent) => {
    expect(percentIn(text)).toBe(percent);
  });
});

describe('both ways', () => {
  it('says a size once where rounded and exact are one', () => {
    expect(bothSizes(472, 'iec')).toBe('472 B');
    expect(bothSizes(1023, 'bytes')).toBe('1,023 B');
    expect(bothSizes(1023, 'iec')).toBe('1,023 B');
    expect(bothSizes(1000, 'si')).toBe('1.0 kB = 1,000 B');
    expect(bothSizes(1536, 'iec')).toBe('1.5 KiB = 1,536 B');
  });
});
