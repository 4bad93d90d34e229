// The process that runs cases. It writes each case to disk before it runs it, so that its parent has the bytes whatever happens to it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutate, repairTar } from './mutate.ts';
import { randomFrom } from './random.ts';
import { families, isFamily } from './samples.ts';
import type { Family, Sample } from './samples.ts';
import { preparedSamples, runCase } from './target.ts';

/** Arguments: family, seed, first index, scratch directory; or `replay`, family, label, file, scratch directory; or `families`. */
async function main(args: readonly string[]): Promise<void> {
  if (args[0] === 'families') process.stdout.write(families.join(' '));
  else if (args[0] === 'replay') await replay(args.slice(1));
  else await loop(args);
}

async function loop([family = '', seed = '1', first = '0', scratch = '.']: readonly string[]): Promise<void> {
  if (!isFamily(family)) throw new Error(`there is no family "${family}"`);
  const file = join(scratch, 'artifact.bin');
  const samples = await preparedSamples(family, file);
  process.send?.({ kind: 'ready', samples: samples.length });
  if (samples.length === 0) return;
  for (const [at, sample] of samples.entries()) await one(family, sample, sample.bytes, -1 - at, scratch);
  for (let index = Number(first); ; index++) {
    const random = randomFrom(Number(seed), index);
    const sample = samples[random.below(samples.length)];
    const other = samples[random.below(samples.length)];
    if (sample === undefined || other === undefined) return;
    const mutated = mutate(sample.bytes, random, other.bytes);
    const bytes = (family === 'tar' || family === 'image') && random.below(4) > 0 ? repairTar(mutated) : mutated;
    await one(family, sample, bytes, index, scratch);
    // Lets the messages out.
    if (index % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function one(family: Family, sample: Sample, bytes: Buffer, index: number, scratch: string): Promise<void> {
  writeFileSync(join(scratch, 'case.bin'), bytes);
  writeFileSync(join(scratch, 'case.json'), JSON.stringify({ index, label: sample.label }));
  const started = performance.now();
  let outcome: string;
  try {
    outcome = await runCase(family, sample, bytes, join(scratch, 'artifact.bin'));
    if (index < 0 && outcome !== 'ok' && sample.label !== 'dive')
      throw new Error(`the good sample "${sample.label}" ends with ${outcome}`);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ kind: 'finding', index, label: sample.label, text, bytes: bytes.toString('base64') });
    await new Promise((resolve) => setImmediate(resolve));
    return;
  }
  const took = performance.now() - started;
  process.send?.({ kind: 'done', index, label: sample.label, outcome, took, resident: process.memoryUsage.rss() });
}

async function replay([family = '', label = '', path = '', scratch = '.']: readonly string[]): Promise<void> {
  if (!isFamily(family)) throw new Error(`there is no family "${family}"`);
  const file = join(scratch, 'artifact.bin');
  const samples = await preparedSamples(family, file);
  const sample = samples.find((candidate) => candidate.label === label) ?? samples[0];
  if (sample === undefined) throw new Error(`the family "${family}" has no samples here`);
  const started = performance.now();
  const outcome = await runCase(family, sample, readFileSync(path), file);
  console.log(
    `${path}: ${outcome} after ${Math.round(performance.now() - started)} ms, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
  );
}

await main(process.argv.slice(2));
