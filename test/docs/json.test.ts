// docs/json.md tells the codes that facts may hold.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { debugAlone } from '../../src/model/facts.ts';

const root = resolve(import.meta.dirname, '../..');

it('docs/json.md has every reason why strip would damage a file', () => {
  const codesOf = (file: string): (string | undefined)[] =>
    [...readFileSync(`${root}/src/inspectors/${file}`, 'utf8').matchAll(/code: '([a-z-]+)'/g)].map(([, code]) => code);
  const codes = [...codesOf('elf/unsafe.ts'), ...codesOf('ar.ts')];
  expect(codes).toHaveLength(6);
  const [, table = ''] =
    /\n\| code in `unsafe\[\]` \|.*?\n(.*?)\n\n/s.exec(readFileSync(`${root}/docs/json.md`, 'utf8')) ?? [];
  const told = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code]) => code);
  expect(new Set(told)).toEqual(new Set([...codes, debugAlone]));
});
