// foreign-binaries: addons of Node packages for platforms other than the artifact's, in the directories that loaders choose from by the
// names of platform and processor. The artifact's own is told by its other ELF files: where there are none, nothing is said.
import { toolsOf } from '../model/machines.ts';
import type { ElfTarget } from '../model/facts.ts';
import { parentPath, pathIn } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { above, removeTrees, someBelow, treesOf } from './trees.ts';

export const foreignBinaries: Rule = {
  id: 'foreign-binaries',
  title: 'addons of Node packages for other platforms',
  severity: 'info',
  leftover: true,
  check(context) {
    const choices = choicesIn(context);
    const own = choices.length === 0 ? null : ownProcessor(context, choices);
    if (own === null) return [];
    const settled = new Set<Name>();
    const foreign: Choice[] = [];
    for (const choice of choices) {
      if (isOwn(choice, own)) settled.add(choice.group);
      else if (isKnown(choice)) foreign.push(choice);
    }
    const folders = foreign
      .filter(({ group }) => settled.has(group) || isBuilt(context, group))
      .map(({ path }) => path);
    const trees = treesOf(context, folders);
    const claims = entryClaims(context, trees.entries);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'file')} of addons for platforms other than linux-${own}`;
    const advice = 'needed where the same tree is run on other platforms';
    return [{ title, claims, fix: { commands: removeTrees(trees), advice } }];
  },
};

/** A directory with an addon for one platform. */
interface Choice {
  readonly path: Name;
  /** The directory that a loader looks for it in. */
  readonly group: Name;
  readonly platform: string;
  /** More than one in files for several: `x64+arm64`. */
  readonly processors: readonly string[];
}

/** Where loaders look for addons; a platform and its processors are what the pattern finds. */
interface Layout {
  /** In every such path; searching for it is faster than the pattern. */
  readonly mark: string;
  readonly pattern: RegExp;
  /** Directories up to that which holds all choices. */
  readonly up: 1 | 2;
  /** What lies in that one. */
  readonly beside?: Name;
}

const layouts: readonly Layout[] = [
  // As node-gyp-build and prebuildify name them: `prebuilds/linux-x64`.
  {
    mark: 'prebuilds/',
    pattern: /(?:^|\/)prebuilds\/([a-z0-9]+)-([a-z0-9]+(?:\+[a-z0-9]+)*)(?:-simulator|-musl|-glibc)?$/,
    up: 1,
  },
  // As onnxruntime-node does: `bin/napi-v6/linux/x64`.
  { mark: 'bin/napi-v', pattern: /(?:^|\/)bin\/napi-v\d+\/([a-z0-9]+)\/([a-z0-9]+)$/, up: 2 },
  // As cmake-ts does: `build/linux/x64`, and a list of all that says what each is for.
  { mark: 'build/', pattern: /(?:^|\/)build\/([a-z0-9]+)\/([a-z0-9]+)$/, up: 2, beside: 'manifest.json' },
];

const addon = /\.(?:node|bare)$/;

function choicesIn(context: RuleContext): Choice[] {
  const found: Choice[] = [];
  for (const path of context.directories) {
    for (const { mark, pattern, up, beside } of layouts) {
      if (!path.includes(mark)) continue;
      const [, platform, processors] = pattern.exec(path) ?? [];
      if (platform === undefined || processors === undefined) continue;
      const parent = parentPath(path) ?? '.';
      const group = up === 1 ? parent : (parentPath(parent) ?? '.');
      if (beside !== undefined && !context.paths.has(pathIn(group, beside))) continue;
      if (!someBelow(context, path, (entry) => addon.test(entry.path))) continue;
      found.push({ path, group, platform, processors: processors.split('+') });
    }
  }
  return found;
}

/** What Node calls platforms and processors: of another name nothing is known. */
const platforms = new Set('aix android darwin freebsd ios linux linuxmusl openbsd sunos win32'.split(' '));
const processorNames = new Set('arm arm64 ia32 loong64 mips mipsel ppc64 riscv64 s390x x64'.split(' '));

/** ELF says no more of the platform than that it is no macOS or Windows; Linux is what such trees are for. */
function isOwn({ platform, processors }: Choice, own: string): boolean {
  return (platform === 'linux' || platform === 'linuxmusl') && processors.includes(own);
}

function isKnown({ platform, processors }: Choice): boolean {
  return platforms.has(platform) && processors.every((one) => processorNames.has(one));
}

/** Whether the package was compiled where it was installed: loaders take that first. */
function isBuilt(context: RuleContext, group: Name): boolean {
  const home = parentPath(group) ?? '.';
  return someBelow(
    context,
    pathIn(home, 'build/Release'),
    ({ path, facts }) => path.endsWith('.node') && facts?.type === 'elf',
  );
}

/** The processor of most executables and shared libraries that are no such choice, as Node calls it; null where it is not clear. */
function ownProcessor({ elfFiles }: RuleContext, choices: readonly Choice[]): string | null {
  const groups = new Set(choices.map(({ group }) => group));
  const counts = new Map<string | null, number>();
  let all = 0;
  for (const { entry, facts } of elfFiles) {
    if ((facts.elfType !== 'EXEC' && facts.elfType !== 'DYN') || above(entry.path, groups) !== null) continue;
    const name = processorOf(facts);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    all++;
  }
  for (const [name, number] of counts) if (number * 2 > all) return name;
  return null;
}

/** By the first word of its triplet. */
const names: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'x64'],
  ['i686', 'ia32'],
  ['aarch64', 'arm64'],
  ['arm', 'arm'],
  ['powerpc64le', 'ppc64'],
  ['s390x', 's390x'],
  ['riscv64', 'riscv64'],
]);

function processorOf(target: ElfTarget): string | null {
  return names.get(toolsOf(target)?.triplet.split('-')[0] ?? '') ?? null;
}
