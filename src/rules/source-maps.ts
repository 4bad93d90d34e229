// source-maps: which line of which source a line of JavaScript or CSS was made of.
import { endingIn } from '../model/shell.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';

const suffixes = 'js mjs cjs jsx css ts mts cts tsx wasm'.split(' ');
const sourceMap = new RegExp(`\\.(?:${suffixes.join('|')})\\.map$`);

export const sourceMaps: Rule = {
  id: 'source-maps',
  title: 'source maps of JavaScript, TypeScript declarations and CSS',
  severity: 'info',
  leftover: true,
  check(context) {
    const maps = context.snapshot.entries.filter(
      ({ path, kind }) =>
        // Most names end otherwise.
        path.charCodeAt(path.length - 1) === 0x70 && sourceMap.test(path) && (kind === 'file' || kind === 'hardlink'),
    );
    const claims = entryClaims(context, maps);
    if (claims.length === 0) return [];
    const endings = suffixes.map((suffix) => `.${suffix}.map`);
    const found = endings.filter((ending) => maps.some(({ path }) => path.endsWith(ending)));
    const commands = [`find . -type f ${endingIn(found)} -delete`];
    const advice = "needed by debuggers, node --enable-source-maps, trackers of errors, Django's collectstatic";
    return [{ title: count(claims.length, 'source map'), claims, fix: { commands, advice } }];
  },
};
