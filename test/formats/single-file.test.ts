// Artifacts that are a single file: an ELF file as it is, a static library only if it is sound.
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import type { RandomFormat } from '../../src/formats/format.ts';
import { arFormat, elfFormat } from '../../src/formats/single-file.ts';
import { buildAr } from '../build/ar.ts';
import { recordingSink } from '../build/sink.ts';
import type { RecordingSink } from '../build/sink.ts';

async function read(format: RandomFormat, bytes: Uint8Array, name: string): Promise<RecordingSink> {
  const sink = recordingSink();
  await format.read(memorySource(bytes), sink, { maxEntries: 9, maxUnpacked: 9, maxWindow: 9 }, { name });
  return sink;
}

describe('elf', () => {
  const bytes = Buffer.from('\x7fELF and whatever follows', 'latin1');

  it('bids by its magic', () => {
    expect([bytes, Buffer.from('\x7fEL'), Buffer.alloc(0)].map((head) => elfFormat.bid(head))).toEqual([32, 0, 0]);
  });

  it('is one file of its own name, broken or not', async () => {
    const sink = await read(elfFormat, bytes, 'pythön');
    expect(sink.records).toMatchObject([
      { member: { name: 'pyth\xc3\xb6n', kind: 'file', size: bytes.length }, content: bytes },
    ]);
    expect(sink.notices).toEqual([]);
  });
});

describe('ar', () => {
  const library = buildAr([
    { name: '/', content: 'index' },
    { name: 'a.o/', content: 'object' },
  ]);

  it('bids by its magic', () => {
    const heads = ['!<arch>\n', '!<thin>\n', '!<arch>', ''];
    expect(heads.map((head) => arFormat.bid(Buffer.from(head)))).toEqual([64, 64, 0, 0]);
  });

  it('is one file of its own name', async () => {
    const sink = await read(arFormat, library, 'lib.a');
    expect(sink.records).toMatchObject([
      { member: { name: 'lib.a', kind: 'file', size: library.length }, content: library },
    ]);
    expect(sink.notices).toEqual([]);
  });

  it('is told where it is thin', async () => {
    const sink = await read(
      arFormat,
      buildAr(
        [
          { name: '/', content: '\0\0\0\0' },
          { name: 'a.o/', size: 1000 },
        ],
        '!<thin>\n',
      ),
      'thin.a',
    );
    expect(sink.records.length).toBe(1);
    expect(sink.notices).toMatchObject([
      { code: 'thin-archive', path: 'thin.a', message: expect.stringContaining('1 members') },
    ]);
  });

  it.each([['-1'], ['text'], ['0x10'], ['4e0'], [''], ['999999']])('is refused with a size of "%s"', async (size) => {
    const broken = buildAr([{ name: 'a.o/', content: 'x', size }]);
    await expect(read(arFormat, broken, 'lib.a')).rejects.toBeInstanceOf(FormatError);
  });

  it('is refused where it is cut, except between members', async () => {
    const whole = new Set([8, 8 + 60 + 6]);
    for (let length = 0; length < library.length; length++) {
      const done = read(arFormat, library.subarray(0, length), 'lib.a').then(
        () => true,
        (error: unknown) => !(error instanceof FormatError),
      );
      expect([length, await done]).toEqual([length, whole.has(length)]);
    }
  });
});
