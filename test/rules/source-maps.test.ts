import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { sourceMaps } from '../../src/rules/source-maps.ts';
import { commanded, put } from '../build/commanded.ts';
import { tree } from '../build/leftovers.ts';
import { tempDirectory } from '../build/temp.ts';

const maps = ['app/static/main.css.map', 'node_modules/a/dist/a.js.map', 'node_modules/a/dist/types/a.d.mts.map'];
const others = ['node_modules/a/dist/a.js', 'node_modules/a/world.map', 'lib/linker.map', 'a.js.map.txt', 'js.map'];

describe('source-maps', () => {
  it('claims what its command removes', async () => {
    const root = tempDirectory('source-maps');
    for (const [index, path] of [...maps, ...others].entries()) put(root, path, '.'.repeat(100 - index));
    symlinkSync('lib/linker.map', join(root, 'link.js.map'));
    mkdirSync(join(root, 'directory.js.map'));
    expect(await commanded(root, sourceMaps)).toEqual({ claimed: maps, removed: maps });
  });

  it('claims a file of two names once, and none of which another name stays', async () => {
    const root = tempDirectory('source-maps-linked');
    put(root, 'a.js.map', 'both names are those of maps');
    linkSync(join(root, 'a.js.map'), join(root, 'b.js.map'));
    put(root, 'c.js.map', 'stays under another name');
    linkSync(join(root, 'c.js.map'), join(root, 'c.json'));
    const removed = ['a.js.map', 'b.js.map', 'c.js.map'];
    expect(await commanded(root, sourceMaps)).toEqual({ claimed: ['a.js.map'], removed });
  });

  it('names the suffixes that are there', () => {
    const [found] = judge(tree(...maps, ...others), [sourceMaps]);
    const tests = String.raw`\( -name '*.js.map' -o -name '*.css.map' -o -name '*.mts.map' \)`;
    expect(found).toMatchObject({ title: '3 source maps', fix: { commands: [`find . -type f ${tests} -delete`] } });
    // Its storage that hashes names wants the maps that comments point to.
    expect(found?.fix.advice).toContain("Django's collectstatic");
    expect(judge(tree('a.wasm.map'), [sourceMaps])[0]?.fix.commands).toEqual([
      "find . -type f -name '*.wasm.map' -delete",
    ]);
    expect(judge(tree(...others), [sourceMaps])).toEqual([]);
  });
});
