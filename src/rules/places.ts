// Where Python and Node keep code, told by what lies there and not by where it lies: trees of all layouts hold them.
import { nodePackageOf } from '../inspectors/packages/node-package.ts';
import { baseName, parentPath, pathIn } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { RuleContext } from './rule.ts';
import { above } from './trees.ts';

export interface Places {
  /** Directories that are the standard library of a Python: they hold `os`, `site` and `encodings`. */
  readonly libraries: ReadonlySet<Name>;
  /** Directories that Python packages are installed into: by their usual names, and wherever the data of a package stands. */
  readonly folders: ReadonlySet<Name>;
}

/** Several rules ask for the places of one artifact. */
const known = new WeakMap<RuleContext, Places>();

export function placesOf(context: RuleContext): Places {
  const found = known.get(context) ?? findPlaces(context);
  known.set(context, found);
  return found;
}

function findPlaces({ directories, paths }: RuleContext): Places {
  const libraries = new Set<Name>();
  const folders = new Set<Name>();
  const has = (directory: Name, module: string): boolean => {
    const path = pathIn(directory, module);
    return paths.has(`${path}.py`) || paths.has(`${path}.pyc`);
  };
  for (const path of directories) {
    const parent = (): Name => parentPath(path) ?? '.';
    if (path.endsWith('encodings')) {
      const library = parent();
      if (baseName(path) === 'encodings' && has(library, 'os') && has(library, 'site')) libraries.add(library);
    } else if (path.endsWith('-packages')) {
      if (/(?:^|\/)(?:site|dist)-packages$/.test(path)) folders.add(path);
    } else if (path.endsWith('-info') && /\.(?:dist|egg)-info$/.test(path)) folders.add(parent());
  }
  return { libraries, folders };
}

/**
 * The directory of the package that `path` lies in: of a Node package `…/node_modules/NAME` or `…/node_modules/@SCOPE/NAME`, of a
 * Python package the one right below one of `folders`. A Node package inside of a Python package is part of it.
 */
export function packageOf(path: Name, folders: ReadonlySet<Name>): Name | null {
  const node = nodePackageOf(path);
  const folder = above(node ?? path, folders);
  if (folder === null) return node;
  const slash = path.indexOf('/', folder === '.' ? 0 : folder.length + 1);
  return slash < 0 ? null : path.slice(0, slash);
}
