// Packages of Node: each directory in `node_modules` that holds a `package.json`, with all below it but packages nested in it; and what
// `npm pack` makes, all of which lies in a directory `package`.
import { modulesMarks, nodePackageOf } from '../../inspectors/packages/node-package.ts';
import { spellBytes } from '../../model/json-name.ts';
import { isPacked, packedDirectory } from '../../model/link-loss.ts';
import { baseName, compareNames, parentPath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Owners } from './owners.ts';
import type { View } from './view.ts';

const manifest = '/package.json';

export function claimNodePackages({ snapshot, paths, lists }: View, owners: Owners): void {
  const isModules = modulesMarks.some((name) => paths.has(name));
  const packed = isPacked(snapshot) ? packedDirectory : null;
  // One whose manifest is broken is a package all the same.
  const manifests = snapshot.entries.filter(
    ({ path, kind }) => (kind === 'file' || kind === 'hardlink') && path.endsWith(manifest),
  );
  for (const { path } of manifests.toSorted((a, b) => compareNames(a.path, b.path))) {
    const directory = path.slice(0, -manifest.length);
    const isPackage =
      nodePackageOf(isModules ? `node_modules/${path}` : path) ===
      (isModules ? `node_modules/${directory}` : directory);
    if (!isPackage && directory !== packed) continue;
    const facts = lists.get(path);
    const known = facts?.type === 'node-package' ? facts : null;
    const name = known?.name ?? spellBytes(nameOf(directory));
    owners.claimBelow(directory, owners.add({ name, version: known?.version ?? null, kind: 'node', path: directory }));
  }
}

/** `NAME` or `@SCOPE/NAME`. */
function nameOf(directory: Name): Name {
  const scope = baseName(parentPath(directory) ?? '.');
  return /^@./.test(scope) ? `${scope}/${baseName(directory)}` : baseName(directory);
}
