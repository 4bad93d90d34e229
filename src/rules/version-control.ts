// version-control: what version control systems keep beside the files that they check out. A directory is known by its name and by what its
// system cannot do without in it: a name alone may be anyone's.
import type { Fix } from '../model/finding.ts';
import { directoriesOf } from './named.ts';
import type { DirectoryKind } from './named.ts';
import { advice, count, entryClaims } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';
import { removeWhole, wholeTreesOf } from './trees.ts';
import type { Trees } from './trees.ts';

const kinds: readonly DirectoryKind[] = [
  // `refs` is no mark: in an archive without members for directories it is missing where all refs are packed.
  { label: 'git', end: '.git', marks: [['HEAD', 'objects']] },
  { label: 'Mercurial', end: '.hg', marks: [['requires'], ['00changelog.i'], ['store/00changelog.i']] },
  { label: 'Subversion', end: '.svn', marks: [['wc.db'], ['entries']] },
  { label: 'Bazaar', end: '.bzr', marks: [['branch-format']] },
  { label: 'Darcs', end: '_darcs', marks: [['format'], ['hashed_inventory'], ['inventory']] },
  { label: 'Jujutsu', end: '.jj', marks: [['repo', 'working_copy']] },
  { label: 'CVS', end: 'CVS', marks: [['Entries', 'Repository', 'Root']] },
];

export const versionControl: Rule = {
  id: 'version-control',
  title: 'repositories and other data of version control systems',
  severity: 'warn',
  sparedInPlace:
    'it may be the only copy of the history; to remove it in place name the rule (--rules version-control)',
  check(context) {
    const found = directoriesOf(context, kinds);
    const trees = wholeTreesOf(context, [...found.keys()]);
    const claims = entryClaims(context, trees.entries);
    if (claims.length === 0) return [];
    const of = [...new Set(trees.directories.map((path) => found.get(path) ?? ''))].join(', ');
    const title = `${count(claims.length, 'file')} of version control, which may tell history and secrets: ${of}`;
    return [{ title, claims, fix: fixOf(context, trees) }];
  },
};

function fixOf({ snapshot: { artifact, image } }: RuleContext, trees: Trees): Fix {
  // Nobody who scans a checkout wants to read a command that destroys its history.
  if (artifact.format === 'directory' && trees.directories.some((path) => !path.includes('/')))
    return advice('this is a working copy: pack it without them, as git archive does');
  const hint = image === undefined ? null : '.dockerignore keeps them out of the image';
  return { commands: removeWhole(trees), advice: hint };
}
