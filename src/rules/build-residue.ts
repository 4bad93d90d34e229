// build-residue: what a build wrote on its way and nobody took along: temporary files, logs, histories, what package managers keep of
// their own lists, core dumps. Where things lie says so only in the tree of a whole system: an image, or the tar of a root file system.
import { baseName } from '../model/name.ts';
import type { Name } from '../model/name.ts';
import { removeCommands } from '../model/shell.ts';
import type { Entry } from '../model/snapshot.ts';
import { oddFilesOf, seek } from './odd-files.ts';
import { count, entryClaims, fileOf } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { someBelow, treeCommands } from './trees.ts';

/** Directories of which no file is meant to stay, by what it is called in titles. */
const folders: readonly { readonly label: string; readonly path: Name }[] = [
  { label: 'temporary files', path: 'tmp' },
  { label: 'temporary files', path: 'var/tmp' },
  { label: 'logs', path: 'var/log' },
];

/** What shells and programs note of what was typed, in the homes of users. */
const histories = [
  '.ash_history',
  '.bash_history',
  '.lesshst',
  '.mysql_history',
  '.node_repl_history',
  '.psql_history',
  '.python_history',
  '.sqlite_history',
  '.viminfo',
  '.wget-hsts',
  '.zsh_history',
];

/** The state before the last change, which programs write beside their own. */
const backups: readonly Name[] = [
  ...['group', 'gshadow', 'passwd', 'shadow', 'subgid', 'subuid'].map((name) => `etc/${name}-`),
  ...['config', 'passwords', 'templates'].map((name) => `var/cache/debconf/${name}.dat-old`),
  ...['available', 'diversions', 'statoverride', 'status'].map((name) => `var/lib/dpkg/${name}-old`),
  'var/cache/ldconfig/aux-cache',
];

const failures = seek(
  ['lerna-debug.log', 'npm-debug.log', 'pnpm-debug.log', 'yarn-debug.log', 'yarn-error.log'].map((glob) => ({
    label: 'logs of failed installs',
    glob,
  })),
);

export const buildResidue: Rule = {
  id: 'build-residue',
  title: 'temporary files, logs and histories that a build left',
  severity: 'warn',
  check(context) {
    const { snapshot, paths, elfFiles } = context;
    const linked = new Set(context.symlinks.map(({ target }) => target));
    const isLeft = (entry: Entry | undefined): entry is Entry =>
      (fileOf(context, entry)?.size ?? 0) > 0 && !linked.has(entry?.path ?? '');
    const found = new Map<Entry, string>();
    const whole: Name[] = [];
    const single: Name[] = [];
    if (isSystem(context)) {
      for (const { label, path } of folders) {
        const inside = allBelow(context, path);
        const left = inside.filter(isLeft);
        for (const entry of left) found.set(entry, label);
        if (left.length > 0 && !inside.some(({ path: one }) => linked.has(one))) whole.push(path);
        else for (const entry of left) single.push(entry.path);
      }
      const named = [
        ...homes(context).flatMap((home) => histories.map((name) => ({ label: 'histories', path: `${home}/${name}` }))),
        ...backups.map((path) => ({ label: 'backups of lists', path })),
      ];
      for (const { label, path } of named) {
        const entry = paths.get(path);
        if (!isLeft(entry)) continue;
        found.set(entry, label);
        single.push(path);
      }
    }
    for (const { entry, facts } of elfFiles) {
      if (facts.elfType !== 'CORE' || found.has(entry) || !isLeft(entry)) continue;
      found.set(entry, 'core dumps');
      single.push(entry.path);
    }
    const failed = oddFilesOf(context, failures, new Set(whole));
    for (const entry of failed.entries) found.set(entry, 'logs of failed installs');
    const claims = entryClaims(context, [...found.keys()]);
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'file')} left by a build: ${[...new Set(found.values())].join(', ')}`;
    const commands = [
      // Empty ones may have been made for their permissions.
      ...treeCommands({ directories: whole }, (words) => `find ${words} -type f -size +0 -delete`),
      ...removeCommands(single),
      ...failed.commands,
    ];
    const mounts = 'RUN --mount=type=tmpfs,target=/tmp keeps temporary files out of the image';
    return [{ title, claims, fix: { commands, advice: snapshot.image === undefined ? null : mounts } }];
  },
};

/** A directory on disk may be a system that runs. */
function isSystem({ snapshot: { artifact, image }, paths }: RuleContext): boolean {
  if (image !== undefined) return true;
  return (
    artifact.format === 'tar' && ['etc/os-release', 'etc/passwd', 'usr/lib/os-release'].some((name) => paths.has(name))
  );
}

function allBelow(context: RuleContext, path: Name): Entry[] {
  const inside: Entry[] = [];
  someBelow(context, path, (entry) => {
    inside.push(entry);
    return false;
  });
  return inside;
}

function homes({ directories }: RuleContext): Name[] {
  const users = directories.filter((path) => path.startsWith('home/') && path === `home/${baseName(path)}`);
  return ['root', ...users];
}
