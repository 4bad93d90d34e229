// Packages of dpkg: installed ones by their lists of files, and the one that a `.deb` is.
import { dpkgList } from '../../inspectors/packages/file-list.ts';
import type { ControlledPackage } from '../../model/facts.ts';
import { spellBytes } from '../../model/json-name.ts';
import { compareNames } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Owners } from './owners.ts';
import type { View } from './view.ts';

const ownControl = 'DEBIAN/control';

/** A package laid out as `dpkg-deb --raw-extract` does owns all of the artifact. @returns whether there is one. */
export function claimPackageFile({ lists }: View, owners: Owners): boolean {
  const facts = lists.get(ownControl);
  const [only] = facts?.type === 'control' ? facts.packages : [];
  if (only === undefined) return false;
  owners.claimBelow('.', owners.add({ name: only.name, version: only.version, kind: 'debian', path: ownControl }));
  return true;
}

/** Of a path that several packages list, the first by name owns it: it is shared by the architectures of one package. */
export function claimInstalled(view: View, owners: Owners): void {
  for (const [path, facts] of [...view.lists].toSorted(([a], [b]) => compareNames(nameIn(a), nameIn(b)))) {
    const match = dpkgList.exec(path);
    if (facts.type !== 'file-list' || match === null) continue;
    const [, prefix = '', listed = ''] = match;
    const known = statusOf(view, prefix).get(listed);
    const name = spellBytes(listed);
    const owner = owners.add({ name, version: known?.version ?? null, kind: 'debian', path });
    const diverted = diversionsOf(view, prefix);
    for (const file of facts.paths) {
      const diversion = diverted.get(file);
      const real = diversion === undefined || diversion.by === (known?.name ?? name) ? file : diversion.to;
      const found = view.resolve(prefix === '' ? '.' : prefix.slice(0, -1), real.slice(1));
      if (found !== null) owners.claim(found, owner);
    }
  }
}

/** Of the path of a list what sorts by package, then by architecture: `libc6-dev` comes after `libc6:amd64`. */
function nameIn(path: Name): Name {
  return path.replace(/(:[^:/]*)?\.list$/, '\0$1');
}

const statuses = new WeakMap<object, Map<string, ControlledPackage>>();

/** By the names that lists have: `libc6:amd64` where several architectures can be installed side by side, else `bash`. */
function statusOf({ lists }: View, prefix: Name): ReadonlyMap<string, ControlledPackage> {
  const facts = lists.get(`${prefix}var/lib/dpkg/status`);
  if (facts?.type !== 'control') return new Map();
  const known = statuses.get(facts);
  if (known !== undefined) return known;
  const byName = new Map<string, ControlledPackage>();
  for (const one of facts.packages) {
    byName.set(`${one.name}:${one.architecture ?? ''}`, one);
    byName.set(one.name, one);
  }
  statuses.set(facts, byName);
  return byName;
}

const diversions = new WeakMap<object, Map<Name, { to: Name; by: string }>>();

function diversionsOf({ lists }: View, prefix: Name): ReadonlyMap<Name, { to: Name; by: string }> {
  const facts = lists.get(`${prefix}var/lib/dpkg/diversions`);
  if (facts?.type !== 'diversions') return new Map();
  const known = diversions.get(facts) ?? new Map(facts.moves.map(({ from, to, by }) => [from, { to, by }]));
  diversions.set(facts, known);
  return known;
}
