// Members of static libraries that are too large to be read at once, between others that are not: from memory and from a file, against
// GNU strip and ar.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileSource, memorySource } from '../../src/bytes/source.ts';
import type { ByteSource } from '../../src/bytes/source.ts';
import { arInspector } from '../../src/inspectors/ar.ts';
import type { ArFacts } from '../../src/model/facts.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

describe.skipIf(!['gcc', 'ar', 'strip'].every((name) => requireTool(name)))('a library with large members', () => {
  const work = tempDirectory('ar-large');
  const library = join(work, 'libparts.a');
  const largest = 4 * 1024 * 1024;
  const sizes = { 'a.o': 100, 'b.o': largest + 5000, 'c.o': 20_000, 'd.o': 2 * largest };
  const inspect = (source: ByteSource): ArFacts => {
    const facts = arInspector.inspect(source, { path: 'libparts.a', size: source.size, facts: 'all' });
    if (facts.type !== 'ar') throw new Error('not an archive');
    return facts;
  };
  let facts: ArFacts;

  beforeAll(() => {
    for (const [name, size] of Object.entries(sizes)) {
      const data = `char ${name[0]}[${size}] = { 1, 2, 3 };`;
      writeFileSync(join(work, 'part.c'), `${data} int ${name[0]}1(int x) { return x * ${size}; }`);
      run('gcc', ['-g', '-c', '-o', name, 'part.c'], { cwd: work });
    }
    run('ar', ['rcs', library, ...Object.keys(sizes)], { cwd: work });
    facts = inspect(memorySource(readFileSync(library)));
  });

  it('is stripped to the length that GNU strip makes', () => {
    for (const [option, mode] of [
      ['-g', 'debug'],
      ['--strip-unneeded', 'unneeded'],
    ] as const) {
      run('strip', [option, '-o', 'stripped.a', library], { cwd: work });
      expect(facts.strip[mode], mode).toBe(statSync(join(work, 'stripped.a')).size);
    }
  });

  it('has the checksums of what ar takes out of it', () => {
    const members = Object.keys(sizes).map((name) =>
      execFileSync('ar', ['p', library, name], { maxBuffer: 4 * largest }),
    );
    const large = members.filter(({ length }) => length >= 4096);
    expect(large.length).toBe(3);
    expect(facts.contents?.map(({ size: length, crc32: sum }) => [length, sum])).toEqual(
      large.map((bytes) => [bytes.length, crc32(bytes)]),
    );
  });

  it('is the same read from a file', () => {
    const fd = openSync(library, 'r');
    try {
      expect(inspect(fileSource(fd, statSync(library).size))).toEqual(facts);
    } finally {
      closeSync(fd);
    }
  });
});
