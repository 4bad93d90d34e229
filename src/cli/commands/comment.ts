// `comment`: renders a saved report and makes it the one comment of its key on a pull request. The token is read from a variable,
// sent to one host only, and never printed.
import { ServiceError, SizecheckError, UsageError } from '../../errors.ts';
import type { Connection, Forge } from '../../forge/forge.ts';
import type { Posted } from '../../forge/upsert.ts';
import type { CheckReport } from '../../report/reporter.ts';
import type { SavedReport } from '../../report/json/read/index.ts';
import { inertLine, terminalText } from '../../report/escape.ts';
import { originOf } from './comment-origin.ts';
import { forgeOf, targetOf } from './comment-target.ts';
import type { Environment, Target } from './comment-target.ts';
import { exitCodes } from '../errors.ts';
import { toReportOptions } from '../options/shared.ts';
import { writeStdout } from '../output/streams.ts';
import type { CommentValues } from '../options/report.ts';
import { readReports } from './saved-report.ts';
import { appendSummary } from '../output/summary.ts';
import { tool } from '../tool.ts';

interface Text {
  readonly body: string;
  /** Its first line. */
  readonly marker: string;
}

/** Returns the exit code. */
export async function runComment(
  files: readonly string[],
  values: CommentValues,
  onArtifact: (name: string) => void,
): Promise<number> {
  if (files.length === 0) {
    throw new UsageError(
      'comment takes --from FILE, what "diff --json" or "check --json" printed, or --from - for standard input',
    );
  }
  const saved = await readTrusted(files, values, onArtifact);
  // From here on, errors are not about a file.
  onArtifact('');
  const text = await render(saved, values);
  if (values.summary && !values['dry-run']) appendSummary(text.body);
  const token = tokenOf(values, process.env);
  try {
    return values['dry-run']
      ? await rehearse(text, saved, values, token)
      : await postAndTell(text, saved, values, token);
  } catch (error) {
    throw withoutToken(error, token);
  }
}

/** Without what a report of another run says should be done, unless somebody vouches for it. */
async function readTrusted(
  files: readonly string[],
  values: CommentValues,
  onArtifact: (name: string) => void,
): Promise<SavedReport> {
  const saved = await readReports(files, values.size, onArtifact);
  const { isOwnRun, withoutInstructions } = await import('./foreign-report.ts');
  return values['trust-report'] || isOwnRun(process.env) ? saved : withoutInstructions(saved);
}

async function render({ report }: SavedReport, values: CommentValues): Promise<Text> {
  const { markdownOf } = await import('../../report/markdown/index.ts');
  const { defaultKey, marker } = await import('../../report/markdown/marker.ts');
  const key = values.key ?? defaultKey(report);
  const options = toReportOptions({ ...values, color: 'never', verbose: false, output: undefined });
  return { body: markdownOf(report, options, key, originOf(process.env)), marker: marker(key) };
}

function tokenOf(values: CommentValues, env: Environment): string | null {
  const name = tokenName(values, env);
  const token = (env[name] ?? '').trim();
  if (/[^\x21-\x7e]/.test(token)) throw new UsageError(`${name} holds characters that no token has`);
  return token === '' ? null : token;
}

function tokenName(values: CommentValues, env: Environment): string {
  return values['token-env'] ?? (forgeOf(values.forge, env) === 'gitlab' ? 'GITLAB_TOKEN' : 'GITHUB_TOKEN');
}

async function postAndTell(
  text: Text,
  saved: SavedReport,
  values: CommentValues,
  token: string | null,
): Promise<number> {
  const target = targetOf(values, process.env);
  if (token === null) {
    throw new UsageError(
      `${tokenName(values, process.env)} holds no token; set it, or name another variable with --token-env`,
    );
  }
  const done = describe(await post(text, saved, values, target, token), target);
  if (!values.quiet) await writeStdout([`${inertLine(terminalText(done))}\n`]);
  return exitCodes.fine;
}

/** Prints the text; says on standard error what would be done, as far as that can be found out by reading alone. */
async function rehearse(text: Text, saved: SavedReport, values: CommentValues, token: string | null): Promise<number> {
  await writeStdout([text.body]);
  try {
    const target = targetOf(values, process.env);
    if (values.quiet) return exitCodes.fine;
    if (token === null)
      say(`would post to ${placeOf(target)}; without a token it is not known whether there is a comment yet`);
    else say(`dry run: would have ${describe(await post(text, saved, values, target, token), target)}`);
    return exitCodes.fine;
  } catch (error) {
    if (!(error instanceof SizecheckError)) throw error;
    const reason = withoutToken(error, token);
    if (!values.quiet) say(`dry run: ${reason instanceof Error ? reason.message : ''}`);
    // Who names no target at all wants the text alone; any other error would be one without --dry-run, too.
    const named = [values.repo, values.pr, values['api-url']].some((value) => value !== undefined);
    return error instanceof UsageError && !named ? exitCodes.fine : exitCodes.failed;
  }
}

function say(line: string): void {
  process.stderr.write(`${inertLine(`sizecheck: ${terminalText(line)}`)}\n`);
}

/** null: the pull request is gone, or has newer commits than the report is of. */
async function post(
  text: Text,
  saved: SavedReport,
  values: CommentValues,
  target: Target,
  token: string,
): Promise<Posted | null> {
  const { sleep } = await import('../../forge/http.ts');
  const { upsert } = await import('../../forge/upsert.ts');
  const forge = await connect(target, values, token);
  if (forge === null) return null;
  const create = !values['only-on-change'] || isWorthTelling(saved);
  return upsert(forge, text.marker, text.body, { create, dryRun: values['dry-run'], wait: sleep });
}

async function connect(target: Target, values: CommentValues, token: string): Promise<Forge | null> {
  const { createSend, sleep } = await import('../../forge/http.ts');
  const service = target.forge === 'github' ? 'GitHub' : 'GitLab';
  const timeLimit = values.timeout * 1000;
  const send = createSend({ service, api: target.api, timeLimit, requestLimit: 30_000, wait: sleep, now: Date.now });
  const connection: Connection = {
    api: target.api,
    token,
    tokenName: tokenName(values, process.env),
    agent: `${tool.name}/${tool.version}`,
    send,
  };
  if (target.forge === 'gitlab') {
    const { gitlabForge } = await import('../../forge/gitlab.ts');
    return gitlabForge(connection, target);
  }
  const { findPullRequest, githubForge } = await import('../../forge/github.ts');
  const { owner, repo, pull } = target;
  const number = typeof pull === 'number' ? pull : await findPullRequest(connection, { owner, repo }, pull);
  return number === null ? null : githubForge(connection, { owner, repo, number });
}

/** Whether anything changed, is new, or does not hold. */
function isWorthTelling(saved: SavedReport): boolean {
  const diffs = saved.kind === 'diff' ? [saved.report.diff] : saved.report.artifacts.map(({ diff }) => diff);
  if (saved.kind === 'check' && isGateWorthTelling(saved.report)) return true;
  return diffs.some(
    (diff) =>
      diff !== null &&
      (diff.changes.length > 0 ||
        diff.directories.length > 0 ||
        diff.findings.new.length > 0 ||
        diff.findings.fixed.length > 0 ||
        (diff.delta.compressed ?? 0) !== 0),
  );
}

/** What the budgets file was may be unknown, too. */
function isGateWorthTelling({ gate, budgetChanges }: CheckReport): boolean {
  return gate.status !== 'pass' || (budgetChanges !== undefined && budgetChanges?.length !== 0);
}

function describe(posted: Posted | null, target: Target): string {
  if (posted === null)
    return `posted nothing: no open pull request of ${placeOf(target)} is at the commit that was measured`;
  const { action, comment } = posted;
  if (action === 'left') return `posted nothing: nothing changed, and there is no comment yet on ${placeOf(target)}`;
  const where = comment === null ? placeOf(target) : (comment.url ?? `${placeOf(target)}, note ${comment.id}`);
  return action === 'unchanged' ? `left the comment as it is: ${where}` : `${action} the comment: ${where}`;
}

function placeOf(target: Target): string {
  if (target.forge === 'gitlab') return `${target.project}!${target.iid}`;
  const { owner, repo, pull } = target;
  return typeof pull === 'number' ? `${owner}/${repo}#${pull}` : `${owner}/${repo} from ${pull.owner}:${pull.branch}`;
}

/** No error text repeats the token, whatever a server or a library put into it. */
function withoutToken(error: unknown, token: string | null): unknown {
  if (token === null || !(error instanceof Error) || !`${error.message}${error.stack}`.includes(token)) return error;
  const message = error.message.replaceAll(token, '***');
  return new ServiceError('refused', message, error instanceof ServiceError ? error.status : null);
}
