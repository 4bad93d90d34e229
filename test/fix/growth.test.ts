// A tar that was compressed more tightly than `fix` is told to: the result is larger though content went, and the report says so.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';

it('says that a result is not smaller, and what helps', () => {
  const work = tempDirectory('fix-growth');
  const sizeOf = (name: string): string => statSync(join(work, name)).size.toLocaleString('en-US');
  const numbers = Array.from({ length: 4000 }, (_, at) => `line ${at * at}, `).join('');
  const copy = '01234567'.repeat(100);
  const members = [
    { name: 'a', content: copy },
    { name: 'b', content: copy },
    { name: 'c', content: numbers },
  ];
  writeFileSync(join(work, 'in.tar.gz'), gzipSync(buildTar(members), { level: 9 }));
  const applied = (out: string, ...more: readonly string[]) =>
    sizecheck(['fix', 'in.tar.gz', '--out', out, '--apply', ...more], { cwd: work, env: { COLUMNS: '200' } });
  const loose = applied('loose.tar.gz', '--compress-with', 'gzip:1');
  expect(loose).toMatchObject({ code: 0, stderr: '' });
  expect(loose.stdout).toContain('Achieved: 800 B, as promised\n');
  expect(loose.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `The result is not smaller than the artifact (${sizeOf('in.tar.gz')} B → ${sizeOf('loose.tar.gz')} B): packing it anew with gzip:1 added no less than what went had taken; --compress-with gzip:9 packs tighter.`,
  );
  const plain = applied('plain.tar');
  expect(plain.stdout.replaceAll(/\s+/g, ' ')).toContain('it is not compressed, and the artifact is in gzip.');
  expect(applied('tight.tar.zst').stdout).not.toContain('not smaller');
});
