// What a forge's refusals mean, in one sentence each, with the fix where it is known.
import { ServiceError } from '../errors.ts';

export interface Refusal {
  readonly service: 'GitHub' | 'GitLab';
  readonly tokenName: string;
  /** `owner/repo#12` */
  readonly place: string;
  readonly status: number;
  /** The service's own words. */
  readonly said: string;
}

export function refusal(refused: Refusal): ServiceError {
  const { service, place, status, said } = refused;
  const words = said
    .replace(/\s+/g, ' ')
    .replace(/^ |(?<![\s:])[\s:]+$/g, '')
    .slice(0, 300);
  const quoted = words === '' ? `HTTP ${status}` : `HTTP ${status}, ${words}`;
  return new ServiceError('refused', `${service} ${sentence(refused)} ${place} (${quoted})${hint(refused)}`, status);
}

/** Whether the service does not let this token, or does not know what it is about (403, 404); a rate limit is no refusal. */
export function isRefused(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.code === 'refused' && (error.status === 403 || error.status === 404);
}

function sentence({ status, tokenName }: Refusal): string {
  switch (status) {
    case 401:
      return `does not accept the token in ${tokenName} for`;
    case 403:
      return 'does not let this token comment on';
    case 404:
    case 410:
      return 'does not know, or hides from this token,';
    case 422:
      return 'rejects the comment on';
    default:
      return status >= 500 ? 'fails for' : 'refuses the request for';
  }
}

const remedies = {
  GitHub:
    '; give the job "permissions: pull-requests: write"; for pull requests from forks, whose tokens only read, see "Pull requests from forks" in docs/guides/github-actions.md',
  GitLab: '; the token needs the scope "api" and at least the role Reporter (CI_JOB_TOKEN cannot comment)',
} as const;

/** The services' words for what a token lacks. Others (a locked pull request, an archived repository, SSO) need no other permission. */
const lacking = {
  GitHub: /resource not accessible|must have|permission/i,
  GitLab: /forbidden|scope|permission/i,
} as const;

function hint({ status, service, said }: Refusal): string {
  const isLacking = status === 403 && (said.trim() === '' || lacking[service].test(said));
  return isLacking || (status === 401 && service === 'GitLab') ? remedies[service] : '';
}
