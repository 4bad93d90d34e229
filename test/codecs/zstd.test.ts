// All zstd backends against the zstd program, hand-made frames and broken data.
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { zstdBackend, zstdBackends, zstdCodec } from '../../src/codecs/zstd.ts';
import { requireTool, runRaw } from '../oracles.ts';
import { decodeAll, decodeAway, expectFlips, expectTruncations, formatErrorOf, noise, prose } from './harness.ts';
import { block, emptyFrame, frame, skippable } from '../build/zstd.ts';

const hasZstd = requireTool('zstd');
const content = Buffer.concat([prose(300_000), noise(100_000), Buffer.alloc(200_000), prose(50_000)]);
const small = prose(300);

function compress(input: Uint8Array, ...args: string[]): Buffer {
  return runRaw('zstd', ['-q', '-c', ...args], { input });
}

const settings = [
  '--fast=5',
  '-1',
  '-3',
  '-12 --no-check',
  '-19',
  '-22 --ultra --long',
  '-3 --long=27',
  '-1 -T2 -B65536',
  '-3 --single-thread',
];

const loaded = new Set<string>();
beforeAll(async () => {
  for (const backend of zstdBackends) if (await backend.load()) loaded.add(backend.name);
});

it('uses the first backend that loads', async () => {
  const first = zstdBackends.find((backend) => loaded.has(backend.name));
  expect(await zstdBackend()).toBe(first?.name);
  expect(loaded).toContain('wasm');
});

it('says what is missing where none loads', async () => {
  const spies = zstdBackends.map((backend) => vi.spyOn(backend, 'load').mockResolvedValue(false));
  const message: unknown = expect.stringMatching(/WebAssembly; use Node 22\.15 .* zstd-napi$/);
  await expect(zstdCodec().prepare()).rejects.toMatchObject({ name: 'InputError', code: 'no-decoder', message });
  for (const spy of spies) spy.mockRestore();
});

describe.each(zstdBackends.map((backend) => backend.name))('zstd by %s', (name) => {
  const codec = zstdCodec(name);
  beforeAll(async () => {
    for (const backend of zstdBackends) if (await backend.load()) loaded.add(backend.name);
  });
  const test = it.extend<{ available: undefined }>({
    available: [
      async ({ task: _task, skip }, use) => {
        skip(!loaded.has(name), `zstd backend ${name} is not available`);
        await use(undefined);
      },
      { auto: true },
    ],
  });

  test.skipIf(!hasZstd).for(settings)('decodes what zstd %s wrote', async (args) => {
    const encoded = compress(content, ...args.split(' '));
    for (const step of [encoded.length, 511, 1]) {
      const { bytes } = await decodeAll(codec, encoded, { step });
      expect(bytes.equals(content)).toBe(true);
    }
  });

  test.skipIf(!hasZstd)('decodes known and unknown content sizes, checksums and the empty input', async () => {
    for (const input of [Buffer.alloc(0), Buffer.from('x'), prose(255), prose(256), prose(65_791), prose(65_792)]) {
      for (const args of [[], [`--stream-size=${input.length}`], ['--no-check']]) {
        const { bytes } = await decodeAll(codec, compress(input, ...args), { step: 7 });
        expect(bytes.equals(input)).toBe(true);
      }
    }
  });

  test.skipIf(!hasZstd)('decodes frames one after the other, skippable ones between them', async () => {
    const encoded = Buffer.concat([
      skippable(0, noise(10)),
      compress(small),
      skippable(15, Buffer.alloc(0)),
      compress(content),
      emptyFrame,
      compress(small, '--no-check'),
      skippable(7, noise(1000)),
    ]);
    for (const step of [encoded.length, 511, 1]) {
      const { bytes } = await decodeAll(codec, encoded, { step });
      expect(bytes.equals(Buffer.concat([small, content, small]))).toBe(true);
    }
  });

  test('decodes hand-made raw and run-length blocks', async () => {
    const encoded = frame({ window: 1 << 17 }, [
      block('raw', small),
      block('rle', 65, 1000),
      block('raw', Buffer.alloc(0)),
    ]);
    const { bytes } = await decodeAll(codec, encoded, { step: 1 });
    expect(bytes.equals(Buffer.concat([small, Buffer.alloc(1000, 65)]))).toBe(true);
  });

  test('takes 100,000 empty frames and 300,000 empty blocks', async () => {
    const frames = Buffer.concat(Array.from({ length: 100_000 }, () => emptyFrame));
    expect((await decodeAll(codec, frames, { step: 65_536 })).bytes).toHaveLength(0);
    const blocks = frame(
      { window: 1 << 17 },
      Array.from({ length: 300_000 }, () => block('raw', Buffer.alloc(0))),
    );
    expect((await decodeAll(codec, blocks, { step: 65_536 })).bytes).toHaveLength(0);
  });

  test('decodes a gigabyte from 32 KB with flat memory', async () => {
    const bomb = frame(
      { window: 1 << 17 },
      Array.from({ length: 8192 }, () => block('rle', 0, 131_072)),
    );
    const before = process.memoryUsage().rss;
    expect(await decodeAway(codec, bomb)).toBe(2 ** 30);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  test.skipIf(!hasZstd)('refuses every truncation', async () => {
    await expectTruncations(codec, compress(small));
    const two = Buffer.concat([compress(small), compress(small)]);
    await expectTruncations(codec, two, [two.length / 2]);
  });

  test.skipIf(!hasZstd)('never decodes flipped bits to something else', async () => {
    expect(await expectFlips(codec, compress(small), small)).toBeGreaterThan(1000);
    await expectFlips(codec, compress(content), content, 40_009);
  });

  test.skipIf(!hasZstd)('checks the checksum', async () => {
    const encoded = compress(content);
    encoded[encoded.length - 2] = (encoded.at(-2) ?? 0) ^ 1;
    expect((await formatErrorOf(codec, encoded)).code).toBe('bad-frame');
  });

  test.skipIf(!hasZstd)('says what is wrong in the same words as every other backend', async () => {
    const encoded = compress(content);
    const flipped = Buffer.from(encoded);
    flipped[encoded.length - 2] = (encoded.at(-2) ?? 0) ^ 1;
    const sum = /^has a corrupt zstd frame \(Restored data doesn't match checksum\)$/;
    expect((await formatErrorOf(codec, flipped)).message).toMatch(sum);
    const corrupt = frame({ window: 1 << 17 }, [block('compressed', Buffer.alloc(200, 0x5a))]);
    const data = /^has a corrupt zstd frame \(Data corruption detected\)$/;
    expect((await formatErrorOf(codec, corrupt)).message).toMatch(data);
  });

  test('refuses content sizes that lie', async () => {
    const raw = [block('raw', small)];
    for (const contentSize of [small.length - 1, small.length + 1, 2 ** 40]) {
      const error = await formatErrorOf(codec, frame({ window: 1 << 17, contentSize }, raw));
      expect(['bad-length', 'bad-frame']).toContain(error.code);
    }
    expect((await decodeAll(codec, frame({ window: 1 << 17, contentSize: small.length }, raw))).bytes).toHaveLength(
      300,
    );
  });

  test('holds windows to the limit', async () => {
    const blocks = [block('raw', small)];
    expect((await decodeAll(codec, frame({ window: 2 ** 27 }, blocks))).bytes).toHaveLength(300);
    for (const window of [2 ** 28, 2 ** 31, 3.75 * 2 ** 40]) {
      const error = await formatErrorOf(codec, frame({ window }, blocks));
      expect(error.code).toBe('window-too-large');
      expect(error.message).toContain('--max-window');
    }
    expect((await formatErrorOf(codec, frame({ window: 2 ** 27 }, blocks), { maxWindow: 2 ** 26 })).offset).toBe(0);
    const wide = frame({ window: 2 ** 28 }, blocks);
    if (name === 'wasm')
      expect((await formatErrorOf(codec, wide, { maxWindow: 2 ** 31 })).code).toBe('window-too-large');
    else expect((await decodeAll(codec, wide, { maxWindow: 2 ** 31 })).bytes).toHaveLength(300);
  });

  test('refuses broken frames and says where', async () => {
    const good = frame({ window: 1 << 17 }, [block('raw', small)]);
    const cases: readonly [Buffer, string][] = [
      [Buffer.from('this is text, not zstd'), 'bad-magic'],
      [Buffer.concat([good, Buffer.from('trailing text')]), 'bad-magic'],
      [frame({ window: 1 << 17 }, [block('reserved', small)]), 'bad-block'],
      [frame({ window: 1 << 10 }, [block('raw', noise(1025))]), 'bad-block'],
      [frame({ window: 1 << 20 }, [block('rle', 1, 131_073)]), 'bad-block'],
      [frame({ window: 1 << 17 }, [block('compressed', noise(50))]), 'bad-frame'],
      [frame({ window: 1 << 17, descriptor: 0x08 }, [block('raw', small)]), 'bad-header'],
      [frame({ window: 1 << 17, dictionary: 7 }, [block('raw', small)]), 'unsupported'],
      [Buffer.alloc(0), 'truncated'],
    ];
    for (const [input, code] of cases) {
      for (const step of [1 << 20, 1]) expect((await formatErrorOf(codec, input, { step })).code).toBe(code);
    }
    expect((await formatErrorOf(codec, Buffer.concat([good, Buffer.from('tail')]))).offset).toBe(good.length);
  });

  test('survives anything', async () => {
    const base = frame({ window: 1 << 17 }, [block('raw', small), block('rle', 1, 900)]);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(base.length), async (bytes, at) => {
        for (const input of [bytes, Buffer.concat([base.subarray(0, at), bytes]), Buffer.concat([base, bytes])]) {
          await decodeAll(codec, input, { step: 13 }).catch((error: unknown) => {
            if (!(error instanceof FormatError)) throw error;
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
