// The digest of what strip keeps: the same before and after it, and another for every other change.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { keptDigestOf } from '../../src/inspectors/elf/kept-digest.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const digest = (bytes: Uint8Array): string => keptDigestOf(memorySource(bytes), defaultStripVersion, 'equality');

describe.skipIf(!['gcc', 'strip'].every((name) => requireTool(name)))('the digest of what strip keeps', () => {
  const work = tempDirectory('kept');
  const compile = (name: string, ...flags: readonly string[]): Buffer => {
    writeFileSync(join(work, 'x.c'), 'int x(int a) { return a; } int main(int c, char **v) { return x(c); }');
    run('gcc', ['-o', name, 'x.c', ...flags], { cwd: work });
    return readFileSync(join(work, name));
  };

  it.each([
    ['a program', ['-g']],
    ['a library', ['-g', '-shared', '-fPIC']],
    // The relocations of debug data that the linker keeps go with it.
    [
      'a program with relocations of its debug data',
      [
        '-g',
        '-nostdlib',
        '-static',
        '-Wl,-q',
        '-Wl,-e,main',
        '-fno-asynchronous-unwind-tables',
        '-fcf-protection=none',
        '-O2',
      ],
    ],
  ])('%s', (_, flags) => {
    const whole = compile('whole', ...flags);
    for (const mode of ['-g', '--strip-unneeded']) {
      run('strip', [mode, '-o', 'stripped', 'whole'], { cwd: work });
      expect(digest(readFileSync(join(work, 'stripped'))), mode).toBe(digest(whole));
    }
    const changed = Buffer.from(whole);
    const entry = Number(changed.readBigUInt64LE(24)) % 0x1_0000 || 0x1000;
    changed[entry] = (changed[entry] ?? 0) ^ 1;
    expect(digest(changed)).not.toBe(digest(whole));
  });
});
