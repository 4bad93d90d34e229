// system-files: what desktops, archivers and file systems leave in directories without being asked, and what editors and merges leave there
// for their users. Of the latter names say too little: they count only beside the file that they are of.
import { baseName, parentPath, pathIn } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { directoriesOf, directoryNames } from './named.ts';
import type { DirectoryKind } from './named.ts';
import { oddFilesOf, seek } from './odd-files.ts';
import type { FileKind } from './odd-files.ts';
import { count, entryClaims, fileOf } from './rule.ts';
import type { FindingDraft, Rule, RuleContext } from './rule.ts';
import { removeWhole, wholeTreesOf } from './trees.ts';

/** What the trash of a desktop holds, in whatever place. */
const marks = [['files'], ['info']];

const directories: readonly DirectoryKind[] = [
  { label: 'macOS', end: '.DocumentRevisions-V100' },
  { label: 'macOS', end: '.Spotlight-V100' },
  { label: 'macOS', end: '.TemporaryItems' },
  { label: 'macOS', end: '.fseventsd' },
  { label: 'trash', end: '.Trashes' },
  { label: 'trash', end: '$RECYCLE.BIN' },
  { label: 'trash', end: '.local/share/Trash', marks },
];

/** The header of AppleDouble, and of one entry in it. */
const appleDouble = 26 + 12;

const systems = seek([
  { label: 'macOS', glob: '.DS_Store' },
  {
    label: 'macOS',
    glob: '._*',
    accept: (context, entry) =>
      (fileOf(context, entry)?.size ?? 0) >= appleDouble &&
      (/(?:^|\/)__MACOSX\//.test(entry.path) || isBeside(context, entry, 2, 0)),
  },
  { label: 'Windows', glob: 'Thumbs.db' },
  { label: 'Windows', glob: 'ehthumbs.db' },
  { label: 'Windows', glob: 'ehthumbs_vista.db' },
  { label: 'NFS', glob: '.nfs*', accept: (_, { path }) => /^\.nfs[0-9a-f]{16,24}$/.test(baseName(path)) },
  { label: 'FUSE', glob: '.fuse_hidden*', accept: (_, { path }) => /^\.fuse_hidden[0-9a-f]{16}$/.test(baseName(path)) },
]);

/** Named like the file beside it, but for so many characters before and behind. */
function of(label: string, glob: string, before: number, behind: number): FileKind {
  return { label, glob, accept: (context, entry) => isBeside(context, entry, before, behind) };
}

/** As `of`, but no program: one that another took the place of is called by that (`mv ls ls.orig`). */
function ofData(label: string, glob: string, behind: number): FileKind {
  return {
    label,
    glob,
    accept: (context, entry) => !isProgram(context, entry) && isBeside(context, entry, 0, behind),
  };
}

const editors = seek([
  ofData('merges', '*.orig', 5),
  ofData('merges', '*.rej', 4),
  of('editors', '*~', 0, 1),
  of('Vim', '.*.swp', 1, 4),
  of('Vim', '.*.swo', 1, 4),
  of('Vim', '.*.swn', 1, 4),
  of('Emacs', '#*#', 1, 1),
]);

export const systemFiles: Rule = {
  id: 'system-files',
  title: 'files that desktops, editors and merges leave',
  severity: 'warn',
  check(context) {
    const found = directoriesOf(context, [...directories, ...trashOfUsers(context)]);
    const trees = wholeTreesOf(context, [...found.keys()]);
    const gone = new Set(trees.directories);
    const left = oddFilesOf(context, systems, gone);
    const edited = oddFilesOf(context, editors, gone);
    const labels = new Set([...trees.directories.map((path) => found.get(path) ?? ''), ...left.labels]);
    const commands = [...(trees.entries.length > 0 ? removeWhole(trees) : []), ...left.commands];
    return [
      ...draft(context, [...trees.entries, ...left.entries], 'warn', 'desktops and file systems', labels, commands),
      ...draft(context, edited.entries, 'info', 'editors and merges', edited.labels, edited.commands),
    ];
  },
};

function draft(
  context: RuleContext,
  entries: readonly Entry[],
  severity: 'warn' | 'info',
  who: string,
  labels: ReadonlySet<string>,
  commands: readonly string[],
): FindingDraft[] {
  const claims = entryClaims(context, entries);
  if (claims.length === 0) return [];
  const title = `${count(claims.length, 'file')} left by ${who}: ${[...labels].join(', ')}`;
  return [{ title, severity, claims, fix: { commands, advice: null } }];
}

/** At the top of a volume, by number of the user. */
function trashOfUsers(context: RuleContext): DirectoryKind[] {
  const names = [...directoryNames(context).keys()].filter((name) => name.startsWith('.Trash-'));
  return names.filter((name) => /^\.Trash-\d+$/.test(name)).map((end) => ({ label: 'trash', end, marks }));
}

function isBeside({ paths }: RuleContext, { path }: Entry, before: number, behind: number): boolean {
  const name = baseName(path);
  const other = name.slice(before, name.length - behind);
  return paths.has(pathIn(parentPath(path) ?? '.', other));
}

function isProgram(context: RuleContext, entry: Entry): boolean {
  const file = fileOf(context, entry);
  return ((file?.mode ?? 0) & 0o111) !== 0 || (file?.facts ?? null) !== null;
}
