// `fetch` with manners: a time limit for everything together, waits as rate limits ask for, and another try where a fault may pass.
// Requests go to one origin only, whatever redirects and links say, so that the token never leaves it.
import { ServiceError, systemCode } from '../errors.ts';
import { faultWait, isPassing, rateLimitWait } from './waiting.ts';
import type { Answer } from './waiting.ts';

export interface HttpOptions {
  /** For messages: `GitHub`. */
  readonly service: string;
  readonly api: string;
  /** Milliseconds for all requests and waits together. */
  readonly timeLimit: number;
  /** Milliseconds that one request may take. */
  readonly requestLimit: number;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly now: () => number;
}

const mostTries = 5;
const mostRedirects = 5;
/** Longest answer in bytes: a page of a hundred comments of 64 KiB each, and as much again. */
const longestAnswer = 16 * 1024 * 1024;

/** A `fetch` for the clients of the forges. @throws ServiceError where no answer comes in time, `rate-limited` where a limit lasts. */
export function createSend(options: HttpOptions): typeof fetch {
  const { now, wait, service } = options;
  const end = now() + options.timeLimit;
  return async (input, init = {}) => {
    const url = addressOf(input);
    const repeatable = isRepeatable(init, url);
    for (let tries = 0; ; tries++) {
      const answer = await follow(url, init, options, end).catch((error: unknown) => asFault(error, service));
      const pause =
        answer instanceof ServiceError
          ? pauseAfterFault(tries, repeatable)
          : pauseAfter(answer, tries, repeatable, now());
      if (pause === null) {
        if (answer instanceof ServiceError) throw answer;
        if (rateLimitWait(answer, now(), tries) !== null) throw stillLimited(service, answer);
        return toResponse(answer);
      }
      if (now() + pause >= end) throw tooLong(answer, options, pause);
      await wait(pause);
    }
  };
}

/** Waiting for real. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function addressOf(input: string | URL | Request): URL {
  return new URL(input instanceof Request ? input.url : input);
}

/** A request that failed may have been carried out: one that creates something is never sent twice on a guess. GraphQL is only asked. */
function isRepeatable({ method = 'GET' }: RequestInit, { pathname }: URL): boolean {
  return method.toUpperCase() !== 'POST' || pathname.endsWith('/graphql');
}

function pauseAfterFault(tries: number, repeatable: boolean): number | null {
  return repeatable && tries + 1 < mostTries ? faultWait(tries) : null;
}

function pauseAfter(answer: Answer, tries: number, repeatable: boolean, now: number): number | null {
  const asked = tries + 1 < mostTries ? rateLimitWait(answer, now, tries) : null;
  if (asked !== null) return asked;
  return isPassing(answer.status) ? pauseAfterFault(tries, repeatable) : null;
}

async function follow(start: URL, init: RequestInit, options: HttpOptions, end: number): Promise<Answer> {
  const origin = new URL(options.api).origin;
  let url = start;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    if (url.origin !== origin) {
      throw new ServiceError(
        'redirected',
        `${options.service} points to another host, ${url.host}, where the token must not go`,
        null,
      );
    }
    const left = Math.max(1, Math.min(options.requestLimit, end - options.now()));
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(left) });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || response.status === 304 || location === null) {
      return { status: response.status, headers: response.headers, text: await boundedText(response, options.service) };
    }
    await response.body?.cancel();
    // Every kind of redirect repeats the method: an API that moved still wants the same request.
    url = new URL(location, url);
  }
  throw new ServiceError('redirected', `${options.service} redirects in a circle`, null);
}

async function boundedText(response: Response, service: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // A body is an async iterable of bytes in Node; the DOM's type does not say so for every version.
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > longestAnswer)
      throw new ServiceError('too-long', `${service} answers with more than ${longestAnswer} bytes`, response.status);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function toResponse({ status, headers, text }: Answer): Response {
  const kept = new Headers(headers);
  // The text is decoded already.
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
  return new Response(status === 204 || status === 205 || status === 304 ? null : text, { status, headers: kept });
}

/** What `fetch` throws, in a sentence. Refusals of ours pass as they are. */
function asFault(error: unknown, service: string): ServiceError {
  if (error instanceof ServiceError) throw error;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const why = timedOut ? 'no answer in time' : systemCode(cause).slice(0, 200);
  return new ServiceError('unreachable', `${service} cannot be reached (${why})`, null, { cause: error });
}

function stillLimited(service: string, { status }: Answer): ServiceError {
  const message = `${service} limits requests (HTTP ${status}), and still does after ${mostTries} tries`;
  return new ServiceError('rate-limited', message, status);
}

function tooLong(answer: Answer | ServiceError, { service, timeLimit, now }: HttpOptions, pause: number): ServiceError {
  const seconds = Math.round(timeLimit / 1000);
  if (answer instanceof ServiceError) return answer;
  if (isPassing(answer.status)) {
    return new ServiceError(
      'failing',
      `${service} fails (HTTP ${answer.status}), and --timeout ${seconds} leaves no time for another try`,
      answer.status,
    );
  }
  const until = new Date(now() + pause).toISOString().slice(0, 19);
  const message = `${service} limits requests (HTTP ${answer.status}) until ${until}Z, longer than --timeout ${seconds}`;
  return new ServiceError('rate-limited', message, answer.status);
}
