// development-files: what is needed only to build against the artifact: headers, pkg-config and CMake files, aclocal macros, libtool
// archives, and CPython's own build configuration. Static libraries have rules of their own.
import { baseName, parentPath } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { placesOf } from './places.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { keepLicences, someBelow, treeCommands, treesOf } from './trees.ts';

/** Directories by name, each with the suffix that a file in it must have: others may be called so. */
const kinds: ReadonlyMap<string, RegExp> = new Map([
  ['include', /\.(?:h|hh|hpp|hxx)$/],
  ['pkgconfig', /\.pc$/],
  ['cmake', /\.cmake$/],
  ['aclocal', /\.m4$/],
]);

/** A directory called `include` with any of these is part of a program. */
const program = /\.(?:pyc?|[cm]?js|rb|pl|pm|php|so|node)$/;

/** Libtool archives of libraries. */
const libtoolName = /(?:^|\/)lib[^/]*\.la$/;

export const developmentFiles: Rule = {
  id: 'development-files',
  title: 'headers and other files needed only to build against the artifact',
  severity: 'info',
  leftover: true,
  check(context) {
    const { libraries } = placesOf(context);
    const folders = context.directories.filter((path) => isDevelopment(context, path, libraries));
    const trees = treesOf(context, folders, (path) => !path.endsWith('.a'));
    const libtool = libtoolFiles(context);
    const claims = entryClaims(context, [...new Set([...trees.entries, ...libtool])]);
    if (claims.length === 0) return [];
    const keep = keepLicences(trees);
    const commands = treeCommands(trees, (words) => `find ${words} -type f ! -name '*.a'${keep} -delete`);
    if (libtool.length > 0) commands.push(`find . -type f -name 'lib*.la' -delete`);
    const advice = 'needed to build extensions or programs with it';
    const title = `${count(claims.length, 'file')} needed only to build against it`;
    return [{ title, claims, fix: { commands, advice } }];
  },
};

function isDevelopment(context: RuleContext, path: Name, libraries: ReadonlySet<Name>): boolean {
  const last = path.charCodeAt(path.length - 1);
  // "include" and "cmake", "pkgconfig", "aclocal".
  if (last === 0x65 || last === 0x67 || last === 0x6c) {
    const suffix = kinds.get(baseName(path));
    if (suffix !== undefined) return holds(context, path, suffix);
  }
  if (!path.includes('config')) return false;
  return libraries.has(parentPath(path) ?? '.') && /^config(?:-|$)/.test(baseName(path));
}

function holds(context: RuleContext, path: Name, suffix: RegExp): boolean {
  return (
    someBelow(context, path, (entry) => suffix.test(entry.path)) &&
    !someBelow(context, path, (entry) => program.test(entry.path))
  );
}

/** Plugins are called otherwise: programs that load theirs with libltdl read these archives to do so (ImageMagick's `coders/png.la`). */
function libtoolFiles({ snapshot }: RuleContext): Entry[] {
  return snapshot.entries.filter(
    ({ path, kind }) =>
      path.charCodeAt(path.length - 1) === 0x61 && libtoolName.test(path) && (kind === 'file' || kind === 'hardlink'),
  );
}
