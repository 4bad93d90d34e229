// Any bytes into any parser: it parses or throws one of our own errors, soon. The fuzzer goes further and longer (npm run fuzz).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { memorySource } from '../../src/bytes/source.ts';
import { codecs } from '../../src/codecs/index.ts';
import { defaultMaxWindow } from '../../src/codecs/codec.ts';
import { SizecheckError } from '../../src/errors.ts';
import { formats } from '../../src/formats/index.ts';
import { inspectorsFor, packageInspectors } from '../../src/inspectors/index.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import { readDiveCi } from '../../src/policy/dive-ci.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { recordingSink } from '../build/sink.ts';
import { mutate, repairTar } from '../fuzz/mutate.ts';
import { randomFrom } from '../fuzz/random.ts';
import { families, samplesOf } from '../fuzz/samples.ts';

type Parse = (bytes: Buffer) => unknown;

const file = { facts: 'all', compressDebug: true } as const;
const listPaths: Readonly<Record<string, string>> = {
  record: 'x-1.dist-info/RECORD',
  'file-list': 'var/lib/dpkg/info/a.list',
  control: 'var/lib/dpkg/status',
  diversions: 'var/lib/dpkg/diversions',
};

const parsers: readonly (readonly [name: string, parse: Parse])[] = [
  ...formats.map(({ format }): [string, Parse] => [
    `format ${format.name}`,
    async (bytes) => {
      if (format.access === 'random') {
        await format.read(memorySource(bytes), recordingSink(), defaultLimits, { name: 'x' });
        return;
      }
      const reader = format.reader(recordingSink(), defaultLimits);
      for (let at = 0; at < bytes.length; at += 511) reader.write(bytes.subarray(at, at + 511));
      reader.finish();
    },
  ]),
  ...codecs.map((codec): [string, Parse] => [
    `codec ${codec.name}`,
    async (bytes) => {
      await codec.prepare();
      const decoder = codec.create({ maxWindow: defaultMaxWindow, takeBuffer: () => new Uint8Array(1 << 16) });
      const nowhere = (): void => {};
      try {
        decoder.write(bytes, nowhere);
        decoder.finish(nowhere);
      } finally {
        decoder.close();
      }
    },
  ]),
  ...[...inspectorsFor(false), ...inspectorsFor(true)].map((inspector): [string, Parse] => [
    `inspector ${inspector.name}, ${inspector.needs}`,
    (bytes) => inspector.inspect(memorySource(bytes), { path: 'lib/m.pyc', size: bytes.length, ...file }),
  ]),
  ...packageInspectors.map((inspector): [string, Parse] => [
    `list ${inspector.name}`,
    (bytes) => {
      const path = listPaths[inspector.name] ?? 'node_modules/x/package.json';
      return inspector.inspect(memorySource(bytes), { path, size: bytes.length, ...file });
    },
  ]),
  ['snapshot', (bytes) => parseSnapshot(bytes.toString('utf8'))],
  ['report', (bytes) => parseReport(bytes)],
  ['budgets', (bytes) => readBudgets(bytes)],
  ['.dive-ci', (bytes) => readDiveCi(bytes.toString('utf8'))],
];

const samples = families.flatMap((family) => samplesOf(family)).filter(({ bytes }) => bytes.length < 200_000);
const heads = [
  '',
  '\u001f\u008b\u0008\0',
  '(\u00b5/\u00fd',
  '\u00fd7zXZ\0',
  'BZh9',
  'PK\u0003\u0004',
  '!<arch>\n',
  '\u007fELF\u0002\u0001\u0001',
  'a\r\r\n',
  '{"schema": 1,',
  '{"version":1,',
  '"a",,\n',
].map((head) => Buffer.from(head, 'latin1'));

/** Any bytes, bytes behind a magic, and damaged samples of any format, because parsers meet what others expected to be theirs. */
const inputs: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 300 }))
    .map(([head, bytes]) => Buffer.concat([head, bytes])),
  fc.tuple(fc.nat(samples.length - 1), fc.nat(samples.length - 1), fc.nat(2 ** 30)).map(([at, other, seed]) => {
    const [sample, second] = [samples[at], samples[other]];
    if (sample === undefined || second === undefined) return Buffer.alloc(0);
    return repairTar(mutate(sample.bytes, randomFrom(seed, 0), second.bytes));
  }),
);

describe('any bytes', () => {
  it.each(parsers)('%s', async (_name, parse) => {
    await fc.assert(
      fc.asyncProperty(inputs, async (bytes) => {
        const started = cpuTime();
        try {
          await parse(bytes);
        } catch (error) {
          if (!(error instanceof SizecheckError)) throw error;
          expect(error.message).not.toBe('');
          if (error.offset !== undefined) expect(error.offset).toBeGreaterThanOrEqual(0);
        }
        expect(cpuTime() - started).toBeLessThan(5000);
      }),
      { numRuns: 150 },
    );
  });
});
