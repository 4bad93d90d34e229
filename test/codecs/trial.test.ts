// Trials of ways to compress, in the process of the test: what they say of lengths is what the programs of that name make, and the
// figures of the list of candidates are those of the formats.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { commandOf, memoryOf, parseCandidate, usualCandidates, windowOf } from '../../src/codecs/candidates.ts';
import { runTask } from '../../src/codecs/trial.ts';
import type { TrialResult } from '../../src/codecs/trial.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run, runRaw } from '../oracles.ts';
import { noise, prose } from './harness.ts';

const folder = tempDirectory('trial');
const content = Buffer.concat([prose(1_030_000), noise(30_000), prose(60_000)]);
const input = join(folder, 'input');
writeFileSync(input, content);
let count = 0;

async function compress(how: string, program: boolean): Promise<TrialResult & { readonly output: string }> {
  const output = join(folder, `output-${count++}`);
  const result = await runTask({ kind: 'compress', how: parseCandidate(how), input, output, program });
  expect(result.bytes).toBe(statSync(output).size);
  expect(result.seconds).toBeGreaterThan(0);
  return { ...result, output };
}

describe.each(['gzip:9', 'zstd:3:long=22', 'xz:2'])('%s', (how) => {
  const codec = how.startsWith('gzip') ? 'gzip' : how.startsWith('zstd') ? 'zstd' : 'xz';

  it.runIf(requireTool(codec))('makes what the program makes', async () => {
    const { output, memory } = await compress(how, true);
    expect(memory).toBeNull();
    const [name = '', ...args] = commandOf(parseCandidate(how)).split(' ');
    // What the program says without being asked, header with a name and all, may differ; its content may not.
    expect(runRaw(codec, ['-dc', output]).equals(content)).toBe(true);
    const own = codec === 'gzip' ? ['-n'] : codec === 'xz' ? ['-T1'] : ['-T1'];
    expect(readFileSync(output).equals(runRaw(name, [...args, ...own, '-q', '-c', input]))).toBe(true);
    const { seconds, bytes } = await runTask({ kind: 'decompress', codec, input: output, program: true });
    expect([bytes, seconds > 0]).toEqual([0, true]);
  });

  it.runIf(requireTool(codec))('is read back in this process', async () => {
    const { output } = await compress(how, codec === 'xz');
    expect(runRaw(codec, ['-dc', output]).equals(content)).toBe(true);
    const { bytes, window, memory } = await runTask({ kind: 'decompress', codec, input: output, program: false });
    expect(bytes).toBe(content.length);
    expect(memory).toBeGreaterThanOrEqual(0);
    // A frame whose length is known has no larger window than its content.
    if (codec === 'zstd') expect(window).toBe(content.length);
    else expect(window).toBeNull();
  });
});

it.each([1, 9])('brotli:%i is what node:zlib makes, and is read back', async (level) => {
  const { output, memory } = await compress(`brotli:${level}`, false);
  expect(memory).toBeGreaterThanOrEqual(0);
  expect(zlib.brotliDecompressSync(readFileSync(output)).equals(content)).toBe(true);
  const { bytes, window } = await runTask({ kind: 'decompress', codec: 'brotli', input: output, program: false });
  expect([bytes, window]).toEqual([content.length, null]);
});

it('counts what a cut brotli stream holds', async () => {
  const cut = join(folder, 'cut.br');
  writeFileSync(
    cut,
    zlib.brotliCompressSync(content, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } }).subarray(0, -1000),
  );
  const { bytes } = await runTask({ kind: 'decompress', codec: 'brotli', input: cut, program: false });
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(content.length);
});

it('says what a program that fails, or is missing, did', async () => {
  const broken = join(folder, 'broken.gz');
  writeFileSync(broken, 'no gzip at all');
  const task = { kind: 'decompress', codec: 'gzip', input: broken, program: true } as const;
  await expect(runTask(task)).rejects.toThrow('gzip exited 1');
  const path = process.env['PATH'];
  process.env['PATH'] = folder;
  try {
    await expect(runTask(task)).rejects.toMatchObject({ code: 'ENOENT' });
  } finally {
    process.env['PATH'] = path;
  }
});

it('is a process: a task as its argument, JSON on its output', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const argument = process.argv[2];
  try {
    const output = join(folder, 'output-process');
    process.argv[2] = JSON.stringify({
      kind: 'compress',
      how: parseCandidate('gzip:1'),
      input,
      output,
      program: false,
    });
    await import('../../src/codecs/trial-process.ts');
    const said = written.mock.calls.map(([text]) => String(text)).join('');
    expect(JSON.parse(said)).toMatchObject({ bytes: statSync(output).size, window: null });
  } finally {
    written.mockRestore();
    if (argument === undefined) process.argv.splice(2, 1);
    else process.argv[2] = argument;
  }
});

describe('candidates', () => {
  it('are those of each kind of file; the slowest only where it ends in time', () => {
    const ofTar = usualCandidates('tar', 1).map(({ text }) => text);
    expect(ofTar).toContain('xz:9');
    expect(ofTar.some((text) => text.startsWith('brotli'))).toBe(false);
    const brotli = (bytes: number): string[] =>
      usualCandidates('file', bytes).flatMap(({ text }) => (text.startsWith('brotli') ? [text] : []));
    expect(brotli(2 ** 25)).toEqual(['brotli:5', 'brotli:9', 'brotli:11']);
    expect(brotli(2 ** 25 + 1)).toEqual(['brotli:5', 'brotli:9']);
  });

  it('are written as they are called', () => {
    const commands = ['gzip:9', 'zstd:19', 'zstd:20', 'zstd:22:long', 'zstd:3:long=30', 'xz:0', 'brotli:11'];
    expect(commands.map((how) => commandOf(parseCandidate(how)))).toEqual([
      'gzip -9',
      'zstd -19',
      'zstd -20 --ultra',
      'zstd -22 --ultra --long',
      'zstd -3 --long=30',
      'xz -0',
      'brotli -q 11',
    ]);
  });

  it.each(['xz:10', 'brotli:12'])('has no %s', (how) => {
    expect(() => parseCandidate(how)).toThrow(/^levels of (?:xz|brotli) go from 0 to (?:9|11), not 1[02]$/);
  });

  it.each(['lzma:1', 'xz', 'brotli:-1'])('has no way to read "%s"', (how) => {
    expect(() => parseCandidate(how)).toThrow(/is no way to compress/);
  });

  it('know the window that a decoder needs', () => {
    expect(windowOf(parseCandidate('gzip:6'))).toBe(2 ** 15);
    expect(windowOf(parseCandidate('brotli:5'))).toBe(2 ** 24);
    expect(windowOf(parseCandidate('zstd:5'))).toBeNull();
  });

  it.runIf(requireTool('xz')).each([0, 1, 6, 9])('know the dictionary that xz -%i writes', (level) => {
    // Verbose listings of xz tell memory for decoding, which is the dictionary and a little.
    const file = join(folder, `dictionary-${level}.xz`);
    writeFileSync(file, runRaw('xz', [`-${level}`, '-c', '-T1'], { input: 'x' }));
    const listed = /--lzma2=dict=([0-9]+)(KiB|MiB)/.exec(run('xz', ['-lvv', file]));
    const unit = listed?.[2] === 'MiB' ? 2 ** 20 : 2 ** 10;
    expect(windowOf(parseCandidate(`xz:${level}`))).toBe(Number(listed?.[1]) * unit);
  });

  it('take more memory at higher levels and with longer windows, and less for little content', () => {
    const much = 2 ** 40;
    const rising = ['gzip:9', 'zstd:15', 'zstd:19', 'brotli:9', 'xz:9', 'zstd:20', 'zstd:22:long=31'];
    const memory = rising.map((how) => memoryOf(parseCandidate(how), much));
    expect(memory).toEqual(memory.toSorted((a, b) => a - b));
    expect(memoryOf(parseCandidate('zstd:22'), 0)).toBe(2 ** 25);
    // The manual of xz: 674 MiB for -9, 3 MiB for -0.
    expect(memoryOf(parseCandidate('xz:9'), much)).toBeGreaterThan(674 * 2 ** 20);
    expect(memoryOf(parseCandidate('xz:0'), much)).toBeGreaterThan(3 * 2 ** 20);
  });
});
