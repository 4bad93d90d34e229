// bundled-wheels: the wheels of pip and setuptools that Python keeps for ensurepip, mostly of a pip that is installed beside them.
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule } from './rule.ts';
import { keepLicences, treeCommands, treesOf } from './trees.ts';

export const bundledWheels: Rule = {
  id: 'bundled-wheels',
  title: 'wheels of pip and setuptools kept for ensurepip',
  severity: 'info',
  leftover: true,
  check(context) {
    const folders = context.directories.filter(isBundle);
    const trees = treesOf(context, folders, (path) => path.endsWith('.whl'));
    const claims = entryClaims(context, trees.entries);
    if (claims.length === 0) return [];
    const advice = 'needed by ensurepip, which python -m venv runs';
    const title = `${count(claims.length, 'wheel')} for ensurepip`;
    const keep = keepLicences(trees);
    return [
      {
        title,
        claims,
        fix: { commands: treeCommands(trees, (words) => `find ${words} -name '*.whl'${keep} -delete`), advice },
      },
    ];
  },
};

function isBundle(path: Name): boolean {
  if (path.endsWith('_bundled'))
    return baseName(path) === '_bundled' && baseName(parentPath(path) ?? '.') === 'ensurepip';
  return path.endsWith('share/python-wheels');
}
