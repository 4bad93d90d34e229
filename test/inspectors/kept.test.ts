// The digest of what strip keeps: the same before and after it, and another for every other change.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { keptDigestOf } from '../../src/inspectors/elf/kept-digest.ts';
import { defaultStripVersion } from '../../src/inspectors/elf/strip-version.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSectionSpec, ElfSpec } from '../build/elf.ts';
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

describe('the digest of files made up', () => {
  const text: ElfSectionSpec = { name: '.text', flags: 6, addr: 64 + 56, content: 'some code' };
  const debug: ElfSectionSpec = { name: '.debug_info', content: 'debug data' };
  const symbols = [{ name: 'f' }, { name: 'g' }];
  const linked = (sections: readonly ElfSectionSpec[], more: ElfSpec = {}): Buffer =>
    buildElf({ type: 2, load: true, sections, symbols, ...more });

  it.skipIf(!requireTool('strip'))(
    'is the same after strip, in either class and with numbers of sections beside the symbols',
    () => {
      const work = tempDirectory('kept-built');
      const numbers = { name: '.symtab_shndx', type: 18, link: 4, align: 4, entsize: 4, content: Buffer.alloc(12) };
      for (const bytes of [
        linked([text, debug]),
        linked([text, debug, numbers]),
        linked([{ ...text, addr: 52 + 32 }, debug], { class: 32 }),
      ]) {
        writeFileSync(join(work, 'whole'), bytes);
        for (const mode of ['-g', '--strip-unneeded']) {
          run('strip', [mode, '-o', 'stripped', 'whole'], { cwd: work });
          const stripped = readFileSync(join(work, 'stripped'));
          // strip writes a segment that covered all of the file as long as it leaves that; all else is as before.
          const at = bytes[4] === 2 ? [64 + 32, 64 + 48] : [52 + 16, 52 + 24];
          stripped.set(bytes.subarray(...at), at[0]);
          expect(digest(stripped), mode).toBe(digest(bytes));
        }
      }
    },
  );

  it('is another where anything is that stays, whatever it refers to', () => {
    const rela = { name: '.rela.text', type: 4, link: 4, info: 1, align: 8, entsize: 24, content: Buffer.alloc(24) };
    expect(digest(linked([text, debug, rela]))).not.toBe(
      digest(linked([text, debug, { ...rela, content: Buffer.alloc(24, 1) }])),
    );
    const note = { name: '.comment', info: 2, content: 'this' };
    expect(digest(linked([text, debug, note]))).not.toBe(digest(linked([text, debug, { ...note, content: 'that' }])));
  });

  it('says nothing of where numbers of sections stand', () => {
    expect(digest(linked([text, debug], { extended: true }))).toBe(digest(linked([text, debug])));
  });
});
