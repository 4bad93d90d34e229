// STORED_CORPUS=DIR[:DIR…]: every archive below these folders is charged to its last byte. Without it there is nothing to do.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sizecheck } from '../cli/run.ts';

const folders = (process.env['STORED_CORPUS'] ?? '').split(':').filter((folder) => folder !== '');
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map(({ parentPath, name }) => join(parentPath, name)),
);

interface Stored {
  readonly overhead?: Readonly<Record<string, number>>;
  readonly tree: readonly { readonly path: string; readonly stored?: number }[];
  readonly entries: readonly { readonly stored?: number }[];
}

it.skipIf(files.length === 0)('entries and overhead are the length of the file', { timeout: 3_600_000 }, () => {
  const unread: string[] = [];
  let told = 0;
  for (const file of files) {
    const ran = sizecheck(['snapshot', file]);
    if (ran.code !== 0) {
      unread.push(ran.stderr.trim());
      continue;
    }
    const json: Stored = JSON.parse(ran.stdout);
    if (json.overhead === undefined) {
      unread.push(`${file}: stored bytes are not known`);
      continue;
    }
    const entries = json.entries.reduce((sum, { stored = 0 }) => sum + stored, 0);
    const overhead = Object.values(json.overhead).reduce((sum, bytes) => sum + bytes, 0);
    expect.soft([file, entries + overhead]).toEqual([file, statSync(file).size]);
    expect.soft([file, json.tree[0]?.stored]).toEqual([file, entries]);
    told++;
  }
  console.log(`${told} archives add up to their length; ${unread.length} have no stored bytes\n${unread.join('\n')}`);
});
