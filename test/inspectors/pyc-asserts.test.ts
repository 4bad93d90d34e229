// Asserts before Python 3.9, which nothing but jumps and lines tell from other code: whose jump leads where a jump behind it leads, as at
// the end of loops and branches, and those of `not`, which jump the other way since 3.7.
import { expect, it } from 'vitest';
import { measureCode } from '../../src/inspectors/pyc/measure.ts';
import { headerLength } from '../../src/inspectors/pyc/header.ts';
import { code39 } from '../build/pyc-code.ts';
import { buildPyc } from '../build/pyc.ts';

/** Compiled by each Python, and the length that the same Python gives with -OO. */
const source = `def f(a, b):
    for x in a:
        if b:
            assert x, 'a'
        else:
            if x:
                raise AssertionError
    while a:
        try:
            a = b
        except b:
            assert a == b
        if not a:
            raise AssertionError
    assert not b
`;

const samples: readonly (readonly [python: string, optimized: number, pyc: string])[] = [
  [
    '2.7',
    353,
    [
      'A/MNCgAAAABjAAAAAAAAAAABAAAAQAAAAHMNAAAAZAAAhAAAWgAAZAEAUygCAAAAYwIAAAADAAAABQAAAEMAAABzmAAAAHg4AHwAAERdMAB9AgB8AQB',
      'yKAB8AgBzNwB0AABkAQCDAQCCAQBxBwB8AgByBwB0AACCAQBxBwBxBwBXeEkAfAAAcoYAeQoAfAEAfQAAV24jAAR8AQBrCgBycwABAQF8AAB8AQBrAg',
      'BzdAB0AACCAQBuAQBYfAAAcz4AdAAAggEAcT4AcT4AV3wBAAxzlAB0AACCAQBkAABTKAIAAABOdAEAAABhKAEAAAB0DgAAAEFzc2VydGlvbkVycm9yK',
      'AMAAABSAAAAAHQBAAAAYnQBAAAAeCgAAAAAKAAAAABzCQAAAHNhbXBsZS5weXQBAAAAZgEAAABzGgAAAAABDQEGARUCBgENAQkBAwEKAQ0BFgEGAQ0B',
      'TigBAAAAUgQAAAAoAAAAACgAAAAAKAAAAABzCQAAAHNhbXBsZS5weXQIAAAAPG1vZHVsZT4BAAAAdAAAAAA=',
    ].join(''),
  ],
  [
    '3.6',
    298,
    [
      'Mw0NCgAAAAAAAAAA4wAAAAAAAAAAAAAAAAIAAABAAAAAcwwAAABkAGQBhABaAGQCUwApA2MCAAAAAAAAAAMAAAALAAAAQwAAAHNyAAAAeCZ8AEQAXR5',
      '9AnwBchx8AnMkdABkAYMBggFxBnwCcgZ0AIIBcQZXAHg6fAByYnkIfAF9AFcAbiAEAHwBawpyVgEAAQABAHwAfAFrAnNSdACCAVkAbgJYAHwAcyp0AI',
      'IBcSpXAHwBDABzbnQAggFkAFMAKQJO2gFhKQHaDkFzc2VydGlvbkVycm9yKQNyAQAAANoBYtoBeKkAcgUAAAD6CXNhbXBsZS5wedoBZgEAAABzGgAAA',
      'AABCgEEAQ4CBAEIAQYBAgEIAQ4BEgEEAQgBcgcAAABOKQFyBwAAAHIFAAAAcgUAAAByBQAAAHIGAAAA2gg8bW9kdWxlPgEAAABzAAAAAA==',
    ].join(''),
  ],
  [
    '3.7',
    302,
    [
      'Qg0NCgAAAAAAAAAAAAAAAGMAAAAAAAAAAAAAAAACAAAAQAAAAHMMAAAAZABkAYQAWgBkAlMAKQNjAgAAAAAAAAADAAAACAAAAEMAAABzcAAAAHgmfAB',
      'EAF0efQJ8AXIcfAJzJHQAZAGDAYIBcQZ8AnIGdACCAXEGVwB4OnwAcmJ5CHwBfQBXAG4gBAB8AWsKclYBAAEAAQB8AHwBawJzUnQAggFZAG4CWAB8AH',
      'MqdACCAXEqVwB8AXJsdACCAWQAUwApAk7aAWEpAdoOQXNzZXJ0aW9uRXJyb3IpA3IAAAAA2gFi2gF4qQByBAAAAPoJc2FtcGxlLnB52gFmAQAAAHMaA',
      'AAAAAEKAQQBDgIEAQgBBgECAQgBDgESAQQBCAFyBgAAAE4pAXIGAAAAcgQAAAByBAAAAHIEAAAAcgUAAADaCDxtb2R1bGU+AQAAAPMAAAAA',
    ].join(''),
  ],
  [
    '3.8',
    302,
    [
      'VQ0NCgAAAAAAAAAAAAAAAGMAAAAAAAAAAAAAAAAAAAAAAgAAAEAAAABzDAAAAGQAZAGEAFoAZAJTACkDYwIAAAAAAAAAAAAAAAMAAAAIAAAAQwAAAHN',
      'oAAAAfABEAF0efQJ8AXIafAJzInQAZAGDAYIBcQR8AnIEdACCAXEEfAByXHoIfAF9AFcAbiAEAHwBawpyUAEAAQABAHwAfAFrAnNMdACCAVkAbgJYAH',
      'wAcyR0AIIBcSR8AXJkdACCAWQAUwApAk7aAWEpAdoOQXNzZXJ0aW9uRXJyb3IpA3IAAAAA2gFi2gF4qQByBAAAAPoJc2FtcGxlLnB52gFmAQAAAHMaA',
      'AAAAAEIAQQBDgIEAQYBBAECAQgBDgESAQQBBgFyBgAAAE4pAXIGAAAAcgQAAAByBAAAAHIEAAAAcgUAAADaCDxtb2R1bGU+AQAAAPMAAAAA',
    ].join(''),
  ],
];

it.each(samples)('are found by Python %s, and nothing that only looks like them', (_, optimized, pyc) => {
  const bytes = Buffer.from(pyc, 'base64');
  const magic = bytes.readUInt16LE(0);
  expect(measureCode(bytes, headerLength(magic), magic)).toMatchObject({ levels: [0], optimized });
  expect(source.match(/assert /g)).toHaveLength(3);
});

it('are left with no jump of another place, whatever their line', () => {
  // By hand in 3.10: a statement, an assert in the line below it, and a jump without a line behind that.
  const code = Buffer.from([101, 0, 1, 0, 101, 0, 115, 6, 74, 0, 130, 1, 110, 0, 100, 0, 83, 0]);
  const lengths = [-2, -1, 0, 1, 2].map((line) => {
    const lines = Buffer.from([4, (line + 255) % 256, 8, 1, 2, 0x80, 4, 9]);
    const bytes = buildPyc({ magic: 3439, words: [0, 1, 2], rest: code39({ code, lines }) });
    return measureCode(bytes, 16, 3439);
  });
  for (const one of lengths) expect(one).toEqual(lengths.at(-1));
  expect(lengths[0]).toMatchObject({ levels: [0] });
});
