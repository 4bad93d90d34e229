// documentation: manual pages, info pages and other documents in the places that Unix has for them. Licence texts among them stay.
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { exceptLicences } from './licences.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { treesOf, treeCommands } from './trees.ts';

const names: ReadonlySet<string> = new Set(['man', 'doc', 'info', 'gtk-doc']);

export const documentation: Rule = {
  id: 'documentation',
  title: 'manual pages, info pages and other documents',
  severity: 'info',
  leftover: true,
  check(context) {
    const folders = context.directories.filter((path) => isDocumentation(context, path));
    const trees = treesOf(context, folders);
    const claims = entryClaims(context, trees.entries);
    if (claims.length === 0) return [];
    const advice = 'needed by man, info and help; licences stay';
    const commands = treeCommands(trees, (words) => `find ${words} -type f ${exceptLicences} -delete`);
    const fix = { commands, advice };
    return [{ title: `${count(claims.length, 'file')} of manual pages and documents`, claims, fix }];
  },
};

/** In `share`, or manual pages by the sections that they lie in. */
function isDocumentation({ paths }: RuleContext, path: Name): boolean {
  const last = path.charCodeAt(path.length - 1);
  if (last !== 0x6e && last !== 0x63 && last !== 0x6f) return false;
  const name = baseName(path);
  if (!names.has(name)) return false;
  if (baseName(parentPath(path) ?? '.') === 'share') return true;
  return name === 'man' && ['man1', 'man3', 'man5', 'man7', 'man8'].some((section) => paths.has(`${path}/${section}`));
}
