// `package.json` of a Node package: name and version, nothing else. The file is anyone's, so what is no text is passed over.
import { FormatError } from '../../errors.ts';
import type { NodePackageFacts, PackageFacts } from '../../model/facts.ts';
import { nameToText } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { longestPackageName } from '../../model/packages.ts';
import type { Inspector } from '../inspector.ts';
import { boundedText } from './text.ts';

const longest = 4 * 1024 ** 2;

/** What npm, pnpm and Yarn leave in a directory `node_modules`, by which an artifact is known that is one itself. */
export const modulesMarks = ['.package-lock.json', '.modules.yaml', '.yarn-integrity', '.yarn-state.yml'];

export const nodePackageInspector: Inspector<PackageFacts> = {
  name: 'package.json',
  needs: 'all',
  // The second form is for an artifact that is itself a directory `node_modules`.
  matches: (_head, { path }) =>
    path.endsWith('/package.json') &&
    (nodePackageOf(path) === path.slice(0, -'/package.json'.length) ||
      /^(?:@[^/]+\/)?[^/]+\/package\.json$/.test(path)),
  inspect(source): NodePackageFacts {
    const text = nameToText(boundedText(source, longest));
    if (text === null) throw new FormatError('bad-package-json', 'is not UTF-8');
    const json = parse(text.replace(/^\ufeff/, ''));
    if (typeof json !== 'object' || json === null) throw new FormatError('bad-package-json', 'holds no object');
    return { type: 'node-package', name: textAt(json, 'name'), version: textAt(json, 'version') };
  },
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FormatError('bad-package-json', 'is not JSON', { cause: error });
  }
}

/** A member of the object itself: `__proto__` and what is inherited are none. */
function textAt(json: object, key: string): string | null {
  const value: unknown = Object.getOwnPropertyDescriptor(json, key)?.value;
  return typeof value === 'string' && value !== '' ? value.slice(0, longestPackageName) : null;
}

/** The directory of the innermost Node package that `path` lies in; null outside of `node_modules`. */
export function nodePackageOf(path: Name): Name | null {
  const nested = path.lastIndexOf('/node_modules/');
  if (nested < 0 && !path.startsWith('node_modules/')) return null;
  // Where nothing is before it, there is no slash before it, either: -1.
  const start = nested + '/node_modules/'.length;
  const slash = path.indexOf('/', start);
  const end = path[start] === '@' && slash >= 0 ? path.indexOf('/', slash + 1) : slash;
  return end < 0 ? null : path.slice(0, end);
}
