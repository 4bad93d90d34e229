// package-cache: what package managers keep of what they downloaded or built: archives, indexes, compiled wheels. They fetch it again when
// they need it.
import type { Name } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { directoriesOf } from './named.ts';
import type { DirectoryKind } from './named.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { above, keepLicences, treeCommands, treesOf } from './trees.ts';

/** By manager, the ends of its directories' paths: homes and roots differ. */
const managers: Readonly<Record<string, readonly string[]>> = {
  apt: ['var/cache/apt', 'var/lib/apt/lists'],
  apk: ['etc/apk/cache', 'var/cache/apk'],
  dnf: ['var/cache/dnf', 'var/cache/libdnf5', 'var/cache/yum'],
  pacman: ['var/cache/pacman/pkg', 'var/lib/pacman/sync'],
  zypper: ['var/cache/zypp'],
  cargo: ['.cargo/registry', 'usr/local/cargo/registry'],
  composer: ['.cache/composer', '.composer/cache'],
  conda: ['conda', '.conda', 'miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba'].map(
    (home) => `${home}/pkgs`,
  ),
  cpan: ['.cpan/build', '.cpan/sources', '.cpanm/work'],
  gem: ['usr/local/bundle/cache', '.bundle/cache'],
  go: ['.cache/go-build', 'go/pkg/mod/cache'],
  gradle: ['.gradle/caches'],
  ivy: ['.ivy2/cache'],
  maven: ['.m2/repository'],
  npm: ['.npm/_cacache', '.npm/_logs', '.cache/node-gyp'],
  nuget: ['.local/share/NuGet/http-cache', '.local/share/NuGet/v3-cache', '.nuget/packages'],
  pip: ['.cache/pip'],
  pipenv: ['.cache/pipenv'],
  pnpm: ['.cache/pnpm', '.local/share/pnpm/store'],
  poetry: ['.cache/pypoetry/artifacts', '.cache/pypoetry/cache'],
  uv: ['.cache/uv'],
  yarn: ['.cache/yarn', '.yarn/berry/cache'],
};

const kinds: readonly DirectoryKind[] = Object.entries(managers).flatMap(([label, ends]) =>
  ends.map((end) => ({ label, end })),
);

/** Caches that what is installed may run from, and the files that say it does: of Plug'n'Play, of tools and builds of .NET. */
const inPlace = [
  { ends: managers['yarn'] ?? [], sign: /(?:^|\/)\.pnp\.c?js$/ },
  { ends: ['.nuget/packages'], sign: /(?:^|\/)dotnet-tools\.json$|\.runtimeconfig\.dev\.json$/ },
];

export const packageCache: Rule = {
  id: 'package-cache',
  title: 'downloads and indexes that package managers keep',
  severity: 'warn',
  check(context) {
    const found = cachesIn(context);
    if (found.size === 0) return [];
    const trees = treesOf(context, [...found.keys()]);
    const claims = entryClaims(context, trees.entries);
    if (claims.length === 0) return [];
    const of = [...new Set(trees.directories.map((path) => found.get(path) ?? ''))].join(', ');
    const title = `${count(claims.length, 'file')} in caches of package managers: ${of}`;
    const keep = keepLicences(trees);
    const isImage = context.snapshot.image !== undefined;
    const advice = isImage ? 'RUN --mount=type=cache keeps them out of the image' : null;
    const commands = treeCommands(trees, (words) => `find ${words} -type f${keep} -delete`);
    return [{ title, claims, fix: { commands, advice } }];
  },
};

/** Directories of caches, with their managers. Some managers install nothing elsewhere: what they fetched runs from where it lies. */
function cachesIn(context: RuleContext): Map<Name, string> {
  const found = directoriesOf(context, kinds);
  if (found.size === 0) return found;
  const { entries } = context.snapshot;
  for (const { ends, sign } of inPlace) {
    const caches = [...found.keys()].filter((path) => ends.some((end) => path === end || path.endsWith(`/${end}`)));
    // What is in a cache itself tells nothing of what is installed.
    const isSign = ({ path }: Entry): boolean => sign.test(path) && above(path, found) === null;
    if (caches.length > 0 && entries.some(isSign)) for (const path of caches) found.delete(path);
  }
  return found;
}
