// Reads zip bytes into a recording sink.
import { memorySource } from '../../src/bytes/source.ts';
import { FormatError } from '../../src/errors.ts';
import type { ReadOptions } from '../../src/formats/format.ts';
import { zipFormat } from '../../src/formats/zip.ts';
import { recordingSink } from './sink.ts';
import type { RecordingSink } from './sink.ts';

const unlimited: ReadOptions = {
  maxEntries: Number.MAX_SAFE_INTEGER,
  maxUnpacked: Number.MAX_SAFE_INTEGER,
  maxWindow: 1 << 27,
};

export async function readZip(archive: Uint8Array, options: Partial<ReadOptions> = {}): Promise<RecordingSink> {
  const sink = recordingSink();
  await zipFormat.read(memorySource(archive), sink, { ...unlimited, ...options }, { name: 'test.zip' });
  return sink;
}

/** The error that reading must end with. */
export async function refusal(archive: Uint8Array, options: Partial<ReadOptions> = {}): Promise<FormatError> {
  try {
    await readZip(archive, options);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error('the archive was read without an error');
}
