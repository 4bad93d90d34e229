// translations: message catalogues of programs, which speak English without them, and the sources of catalogues. Those in other
// places stay: Django does not start without that of its language.
import { baseName, parentPath } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { keepLicences, treeCommands, treesOf } from './trees.ts';

/** Sources of which a catalogue stands beside; asked of files before those go. */
const removeSources =
  "find . -type f -name '*.po' -exec sh -c " +
  `'for f; do m="\${f%.po}.mo"; if [ -f "$m" ] && [ ! -h "$m" ]; then rm -- "$f"; fi; done' sh {} +`;

export const translations: Rule = {
  id: 'translations',
  title: 'translations of programs, and sources of message catalogues',
  severity: 'info',
  leftover: true,
  check(context) {
    const folders = context.directories.filter(
      (path) => path.endsWith('/locale') && baseName(parentPath(path) ?? '.') === 'share',
    );
    const trees = treesOf(context, folders, (path) => path.endsWith('.mo'));
    const sources = sourcesIn(context);
    const claims = entryClaims(context, [...trees.entries, ...sources]);
    if (claims.length === 0) return [];
    const keep = keepLicences(trees);
    const commands = [
      ...(sources.length > 0 ? [removeSources] : []),
      ...treeCommands(trees, (words) => `find ${words} -type f -name '*.mo'${keep} -delete`),
    ];
    const advice = 'needed where messages shall be in other languages, or translated';
    return [
      {
        title: count(claims.length, 'message catalogue or source of one', 'message catalogues and sources'),
        claims,
        fix: { commands, advice },
      },
    ];
  },
};

/** Beside the catalogue that is made of each. */
function sourcesIn({ snapshot, paths }: RuleContext): Entry[] {
  return snapshot.entries.filter(
    ({ path, kind }) =>
      path.charCodeAt(path.length - 1) === 0x6f &&
      path.endsWith('.po') &&
      isFile(kind) &&
      isFile(paths.get(`${path.slice(0, -3)}.mo`)?.kind),
  );
}

function isFile(kind: Entry['kind'] | undefined): boolean {
  return kind === 'file' || kind === 'hardlink';
}
