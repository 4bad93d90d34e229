// Which commit a comment is about, and the run that measured it, by the variables and the event of a CI system. Nothing of a report says
// it: a forged one would name another commit.
import type { Origin } from '../../report/markdown/origin.ts';
import { fieldOf, readEvent } from './comment-target.ts';
import type { Environment } from './comment-target.ts';

/** Nulls where the environment does not tell; the values are as they were found, and `originLine` judges them. */
export function originOf(env: Environment): Origin {
  return env['GITLAB_CI'] === 'true' ? gitlabOrigin(env) : githubOrigin(env);
}

/** A `workflow_run` posts what another run measured, so that one counts. */
function githubOrigin(env: Environment): Origin {
  const event = eventOf(env);
  const workflow = fieldOf(event, 'workflow_run');
  const isOther = Object.keys(workflow).length > 0;
  const head = fieldOf(fieldOf(event, 'pull_request'), 'head')['sha'];
  const commit = isOther
    ? workflow['head_sha']
    : (head ?? (env['GITHUB_EVENT_NAME'] === 'push' ? env['GITHUB_SHA'] : null));
  const id = isOther ? workflow['id'] : env['GITHUB_RUN_ID'];
  const server = (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, '');
  const place = env['GITHUB_REPOSITORY'] ?? '';
  const isKnown = place !== '' && /^[1-9]\d{0,19}$/.test(String(id));
  return {
    commit: typeof commit === 'string' ? commit : null,
    run: isKnown ? `${server}/${place}/actions/runs/${String(id)}` : null,
  };
}

/** In a pipeline of merged results the commit is a merge that nobody else knows; then the head of the branch is told beside it. */
function gitlabOrigin(env: Environment): Origin {
  return {
    commit: env['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA'] || env['CI_COMMIT_SHA'] || null,
    run: env['CI_PIPELINE_URL'] || env['CI_JOB_URL'] || null,
  };
}

/** Whoever names the pull request needs no event. */
function eventOf(env: Environment): unknown {
  try {
    return readEvent(env['GITHUB_EVENT_PATH']);
  } catch {
    return {};
  }
}
