// Options of the commands that take a saved report: report, comment.
import { formatNames } from '../../report/index.ts';
import type { Values } from './arguments.ts';
import { diffOptions } from './shared.ts';
import { summaryOption } from '../output/summary.ts';

const choices = [...new Set([...formatNames('diff'), ...formatNames('check')])];

/** How tables of a saved report are laid out. */
const layoutOptions = {
  size: diffOptions.size,
  units: diffOptions.units,
  depth: diffOptions.depth,
  top: diffOptions.top,
  sort: diffOptions.sort,
  'min-change': diffOptions['min-change'],
} as const;

export const reportOptions = {
  format: { kind: 'choice', choices, default: 'table', describe: 'how to print it' },
  json: diffOptions.json,
  ...layoutOptions,
  color: diffOptions.color,
  output: diffOptions.output,
  quiet: { kind: 'flag', short: 'q', default: false, describe: 'no warnings' },
  verbose: diffOptions.verbose,
} as const;

export const commentOptions = {
  from: {
    kind: 'list',
    describe: 'report to post: a file of diff --json or check --json, or - for standard input; several checks make one',
  },
  key: {
    kind: 'text',
    describe: 'which comment to update; one a key (default: the names of the artifacts)',
  },
  repo: { kind: 'text', describe: 'OWNER/NAME, or the GitLab project (default: as the CI system says)' },
  pr: { kind: 'text', describe: 'number of the pull or merge request (default: as the CI system says)' },
  forge: {
    kind: 'choice',
    choices: ['auto', 'github', 'gitlab'],
    default: 'auto',
    describe: 'where the pull request is',
  },
  'token-env': { kind: 'text', describe: 'variable that holds the token (default GITHUB_TOKEN or GITLAB_TOKEN)' },
  'api-url': { kind: 'text', describe: 'address of the API (default: as the CI system says)' },
  'only-on-change': {
    kind: 'flag',
    default: false,
    describe: 'create no comment where nothing changed and nothing fails',
  },
  'trust-report': {
    kind: 'flag',
    default: false,
    describe: 'repeat commands and advice of a report that this run did not make',
  },
  summary: summaryOption,
  'dry-run': { kind: 'flag', default: false, describe: 'print the text and what would be done; change nothing' },
  timeout: { kind: 'number', default: 120, least: 1, describe: 'most seconds for all requests and waits' },
  ...layoutOptions,
  quiet: { kind: 'flag', short: 'q', default: false, describe: 'say nothing on success' },
} as const;

export type SavedReportValues = Values<typeof reportOptions>;
export type CommentValues = Values<typeof commentOptions>;
