// Which files of a directory are looked at once more, to learn whether they come from one build: those that strip may make equal, and
// no others. An archive, of which each file is looked at once, has the same for all of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ElfFacts } from '../../src/model/facts.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildElf } from '../build/elf.ts';
import type { ElfSpec } from '../build/elf.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const work = tempDirectory('builds');
let number = 0;

const id = (text: string): Buffer =>
  Buffer.concat([Buffer.from('040000000400000003000000474e5500', 'hex'), Buffer.from(text)]);

/** With so much debug data, which strip takes away. */
function elf(
  debug: number | string,
  { of = 'ours', addr = 120, ...more }: Partial<ElfSpec> & { of?: string | null; addr?: number } = {},
): Buffer {
  const note = { name: '.note.gnu.build-id', type: 7, flags: 2, addr: addr + 4, content: id(of ?? ''), align: 4 };
  const content = typeof debug === 'string' ? debug : Buffer.alloc(debug, 1);
  const sections = [
    { name: '.text', flags: 6, addr, content: 'code' },
    ...(of === null ? [] : [note]),
    { name: '.debug_info', content },
    ...(more.sections ?? []),
  ];
  return buildElf({ type: 3, segments: [{ flags: 5, filesz: 200, align: 4096 }], ...more, sections });
}

async function factsOf(files: readonly Uint8Array[]): Promise<readonly (readonly (ElfFacts | null)[])[]> {
  const root = join(work, `${number++}`);
  mkdirSync(root);
  const members = files.map((content, index) => ({ name: `f${index}`, content }));
  for (const { name, content } of members) writeFileSync(join(root, name), content);
  writeFileSync(`${root}.tar`, buildTar(members));
  const all = [scan(root), scan(root, { facts: 'all' }), scan(`${root}.tar`)].map(async (scanned) =>
    (await scanned).entries.flatMap(({ kind, facts }) =>
      kind === 'file' ? [facts?.type === 'elf' ? facts : null] : [],
    ),
  );
  return await Promise.all(all);
}

const object = { type: 1, segments: [], symbols: [{ name: 'f' }] };
/** Its sections do not lie where their addresses say. */
const damaged = { addr: 0 };
const refused = { sections: [{ name: '.other', type: 11, entsize: 7, content: '12345678' }] };

it.each<readonly [what: string, files: readonly Buffer[], once: boolean, again: boolean]>([
  ['of one build', [elf(10), elf(900)], true, true],
  ['of one build, three of them', [elf(10), elf(900), elf('x'.repeat(10))], true, true],
  ['of one build and one length', [elf('x'.repeat(10)), elf('y'.repeat(10))], true, false],
  ['of two builds', [elf(10), elf(900, { of: 'else' })], true, false],
  ['without a build id', [elf(10, { of: null }), elf(900, { of: null })], false, false],
  ['that are not linked', [elf(10, object), elf(900, object)], false, false],
  ['that strip would damage', [elf(10, damaged), elf(900, damaged)], false, false],
  ['that strip refuses', [elf(10, refused), elf(900, refused)], false, false],
  [
    'of other lengths after strip',
    [elf(10), elf(900, { sections: [{ name: '.rodata', flags: 2, content: 'more' }] })],
    true,
    false,
  ],
])('files %s', async (what, files, once, again) => {
  const [directory = [], whole = [], archive = []] = await factsOf(files);
  expect(archive.map((facts) => facts?.kept !== undefined)).toEqual(files.map(() => once));
  expect(whole.map((facts) => facts?.kept)).toEqual(archive.map((facts) => facts?.kept));
  expect(directory.map((facts) => facts?.kept)).toEqual(archive.map((facts) => (again ? facts?.kept : undefined)));
  expect(whole.every((facts) => facts?.strip.unneeded === null)).toBe(what === 'that strip refuses');
});
