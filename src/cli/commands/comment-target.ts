// Where a comment goes: what the command line says, else what the CI system says in its variables. Nothing of a report decides it,
// so an untrusted report cannot pick another pull request.
import { readFileSync } from 'node:fs';
import { UsageError, systemCode } from '../../errors.ts';
import type { Head } from '../../forge/github.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface TargetValues {
  readonly forge: string;
  readonly repo: string | undefined;
  readonly pr: string | undefined;
  readonly 'api-url': string | undefined;
}

export type Target =
  | {
      readonly forge: 'github';
      readonly api: string;
      readonly owner: string;
      readonly repo: string;
      /** A number, or the branch whose pull request is to be found. */
      readonly pull: number | Head;
    }
  | { readonly forge: 'gitlab'; readonly api: string; readonly project: string; readonly iid: number };

/** @throws UsageError where neither the command line nor the environment says. */
export function targetOf(values: TargetValues, env: Environment): Target {
  return forgeOf(values.forge, env) === 'gitlab' ? gitlabTarget(values, env) : githubTarget(values, env);
}

export function forgeOf(forge: string, env: Environment): 'github' | 'gitlab' {
  if (forge === 'github' || forge === 'gitlab') return forge;
  return env['GITLAB_CI'] === 'true' ? 'gitlab' : 'github';
}

/** A value and who gave it, for messages: an option, or a variable. */
interface Given {
  readonly name: string;
  readonly value: string;
}

/** What the option says, else the first of the variables that is not empty; null of none. */
function given(option: string, value: string | undefined, env: Environment, names: readonly string[]): Given | null {
  if (value !== undefined) return { name: option, value };
  const name = names.find((one) => (env[one] ?? '') !== '');
  return name === undefined ? null : { name, value: env[name] ?? '' };
}

function githubTarget(values: TargetValues, env: Environment): Target {
  const place = given('--repo', values.repo, env, ['GITHUB_REPOSITORY']);
  if (place === null || place.value === '') throw new UsageError('which repository? Give --repo OWNER/NAME');
  // Dots alone would lead to another address of the API.
  const match = /^(?!\.{1,2}\/)([\w.-]+)\/(?!\.{1,2}$)([\w.-]+)$/.exec(place.value);
  if (match === null) throw new UsageError(`${place.name} takes OWNER/NAME, not "${place.value}"`);
  const [, owner = '', repo = ''] = match;
  const api = apiOf(given('--api-url', values['api-url'], env, ['GITHUB_API_URL']), 'https://api.github.com');
  const pull = values.pr === undefined ? pullOfEvent(env) : numberOf({ name: '--pr', value: values.pr });
  return { forge: 'github', api, owner, repo, pull };
}

function gitlabTarget(values: TargetValues, env: Environment): Target {
  // For a merge request from a fork the pipeline may run in the fork; the merge request is in the target project.
  const project = given('--repo', values.repo, env, ['CI_MERGE_REQUEST_PROJECT_ID', 'CI_PROJECT_ID']);
  if (project === null || project.value === '')
    throw new UsageError('which project? Give --repo GROUP/PROJECT or its number');
  if (/^\.{1,2}$/.test(project.value))
    throw new UsageError(`${project.name} takes GROUP/PROJECT or its number, not "${project.value}"`);
  const iid = given('--pr', values.pr, env, ['CI_MERGE_REQUEST_IID']);
  if (iid === null) throw new UsageError('which merge request? Give --pr N, or run in a merge-request pipeline');
  const api = apiOf(given('--api-url', values['api-url'], env, ['CI_API_V4_URL']), 'https://gitlab.com/api/v4');
  return { forge: 'gitlab', api, project: project.value, iid: numberOf(iid) };
}

function apiOf(address: Given | null, standard: string): string {
  const { name, value } = address ?? { name: '', value: standard };
  const { protocol, username, password } = parseAddress(value);
  // The address is not repeated: it holds a secret.
  if (username + password !== '')
    throw new UsageError(`the address of the API in ${name} holds a name or password; leave it out`);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new UsageError(`${name}: "${value}" is not the address of an API, such as ${standard}`);
  return value.replace(/\/+$/, '');
}

function parseAddress(address: string): Pick<URL, 'protocol' | 'username' | 'password'> {
  try {
    return new URL(address);
  } catch {
    return { protocol: '', username: '', password: '' };
  }
}

function numberOf({ name, value }: Given): number {
  if (/^[1-9][0-9]{0,9}$/.test(value)) return Number(value);
  throw new UsageError(`${name} takes the number of a pull request, not "${value}"`);
}

/** The pull request that the workflow runs for: of its event, of its ref, or the one whose head a `workflow_run` measured. */
function pullOfEvent(env: Environment): number | Head {
  const event = readEvent(env['GITHUB_EVENT_PATH']);
  const pull = fieldOf(event, 'pull_request');
  const issue = fieldOf(event, 'issue');
  const direct = pull['number'] ?? (issue['pull_request'] === undefined ? undefined : issue['number']);
  if (typeof direct === 'number') return direct;
  const [, ofRef] = /^refs\/pull\/([0-9]+)\//.exec(env['GITHUB_REF'] ?? '') ?? [];
  if (ofRef !== undefined) return Number(ofRef);
  const workflow = fieldOf(event, 'workflow_run');
  const owner = fieldOf(fieldOf(workflow, 'head_repository'), 'owner')['login'];
  const { head_branch: branch, head_sha: sha } = workflow;
  if (typeof owner === 'string' && typeof branch === 'string' && typeof sha === 'string') return { owner, branch, sha };
  throw new UsageError('which pull request? Give --pr N; this run is not of a pull request');
}

/** The event of the run as GitHub wrote it down; an empty object where there is none. @throws UsageError */
export function readEvent(path: string | undefined): unknown {
  if (path === undefined || path === '') return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`GITHUB_EVENT_PATH cannot be read (${systemCode(error)}); give --pr N`, { cause: error });
  }
}

/** The object at a key; an empty one where there is none. */
export function fieldOf(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const inner: unknown = Object.entries(value ?? {}).find(([name]) => name === key)?.[1];
  return Object.fromEntries(Object.entries(inner ?? {}));
}
