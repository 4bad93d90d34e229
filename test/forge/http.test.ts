// What comes of the statuses, headers and lengths that a server may answer with.
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../src/errors.ts';
import { createSend } from '../../src/forge/http.ts';
import { refusal } from '../../src/forge/refusal.ts';
import { faultWait, isPassing, rateLimitWait } from '../../src/forge/waiting.ts';
import { listen } from './github-server.ts';

let server: Server | null = null;
let asked: string[] = [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

interface Clock {
  readonly now?: () => number;
  readonly timeLimit?: number;
}

/** What `fetch` gives of a server that answers so. */
async function sendTo(listener: RequestListener, init: RequestInit = {}, clock: Clock = {}): Promise<Response> {
  asked = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  const api = await listen(server);
  const { now = () => Date.now(), timeLimit = 60_000 } = clock;
  const wait = async (): Promise<void> => {};
  return createSend({ service: 'GitHub', api, timeLimit, requestLimit: 10_000, wait, now })(`${api}/a`, init);
}

const answering =
  (status: number, headers: Record<string, string> = {}, text = ''): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(text);
  };

async function failed(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'did not fail',
    (caught: unknown) => caught,
  );
  return error instanceof ServiceError ? error.message : String(error);
}

describe('answers', () => {
  // GitHub says where a comment is that it created.
  it.each([200, 201, 299, 304, 400, 404])('%d is one, whatever location it names', async (status) => {
    const response = await sendTo(answering(status, { location: '/elsewhere' }));
    expect(response.status).toBe(status);
    expect(asked).toEqual(['GET /a']);
  });

  it.each([204, 205, 304])('%d has no body', async (status) => {
    const response = await sendTo(answering(status));
    expect([response.status, response.body]).toEqual([status, null]);
  });

  it.each([300, 302, 399])('%d without a location is one', async (status) => {
    const response = await sendTo(answering(status, {}, 'gone'));
    expect([response.status, await response.text()]).toEqual([status, 'gone']);
  });

  it.each([300, 302, 399])('%d with a location leads there', async (status) => {
    const response = await sendTo(
      (request, answer) => {
        if (request.url === '/a') answer.writeHead(status, { location: '/b' }).end();
        else answer.end('here');
      },
      { method: 'POST' },
    );
    expect(await response.text()).toBe('here');
    expect(asked).toEqual(['POST /a', 'POST /b']);
  });

  it('are followed five times', async () => {
    const chain = (length: number): RequestListener => {
      let left = length;
      return (_request, response) => {
        if (left-- > 0) response.writeHead(302, { location: `/${left}` });
        response.end('here');
      };
    };
    expect(await (await sendTo(chain(5))).text()).toBe('here');
    server?.close();
    expect(await failed(sendTo(chain(6)))).toBe('GitHub redirects in a circle');
    expect(asked).toHaveLength(6);
  });

  it('are read up to 16 MiB', async () => {
    const most = 16 * 1024 * 1024;
    const ofLength =
      (length: number): RequestListener =>
      (_request, response) => {
        response.end(Buffer.alloc(length, 0x20));
      };
    expect((await (await sendTo(ofLength(most))).text()).length).toBe(most);
    server?.close();
    expect(await failed(sendTo(ofLength(most + 1), { method: 'POST' }))).toBe(
      'GitHub answers with more than 16777216 bytes',
    );
  });
});

describe('tries', () => {
  it('are five', async () => {
    const response = await sendTo(answering(503, {}, 'busy'));
    expect([response.status, await response.text(), asked.length]).toEqual([503, 'busy', 5]);
  });

  it('of a limit are five, and then it is one', async () => {
    expect(await failed(sendTo(answering(429, { 'retry-after': '1' })))).toBe(
      'GitHub limits requests (HTTP 429), and still does after 5 tries',
    );
    expect(asked).toHaveLength(5);
  });

  it('end where the wait would end with the time', async () => {
    // The clock stands still: 1 s of wait is all that 1 s leaves.
    const message = 'GitHub fails (HTTP 503), and --timeout 1 leaves no time for another try';
    expect(await failed(sendTo(answering(503), {}, { now: () => 5000, timeLimit: 1000 }))).toBe(message);
    expect(asked).toHaveLength(1);
  });

  it('of what cannot be sent say why', async () => {
    expect(await failed(sendTo(answering(200), { headers: { 'x-a': 'a\u2019' } }))).toMatch(
      /^GitHub cannot be reached \(TypeError: .*ByteString/,
    );
  });
});

describe('waits', () => {
  const ofAnswer = (status: number, headers: Record<string, string>, text = ''): number | null =>
    rateLimitWait({ status, headers: new Headers(headers), text }, 50_000, 1);

  it('are what a limit names', () => {
    expect(ofAnswer(429, { 'retry-after': '7' })).toBe(7000);
    expect(ofAnswer(403, { 'retry-after': '-7' })).toBe(0);
    expect(ofAnswer(429, { 'retry-after': 'soon' })).toBe(60_000);
    expect(ofAnswer(429, { 'retry-after': new Date(53_000).toUTCString() })).toBe(3000);
    expect(ofAnswer(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' })).toBe(11_000);
    expect(ofAnswer(429, { 'ratelimit-remaining': '0', 'ratelimit-reset': '40' })).toBe(1000);
  });

  it('grow where it names no time', () => {
    expect(ofAnswer(429, {})).toBe(120_000);
    expect(ofAnswer(429, { 'ratelimit-remaining': '0' })).toBe(120_000);
    expect(ofAnswer(429, { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '60' })).toBe(120_000);
    expect(ofAnswer(403, {}, 'You have exceeded a secondary rate limit.')).toBe(120_000);
  });

  it('are none where there is no limit', () => {
    expect(ofAnswer(403, { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '60' })).toBeNull();
    expect(ofAnswer(403, {}, 'Resource not accessible by integration')).toBeNull();
    expect(ofAnswer(503, { 'retry-after': '7' })).toBeNull();
    expect(ofAnswer(200, { 'retry-after': '7', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' })).toBeNull();
  });

  it('follow faults that pass', () => {
    const passing = [400, 408, 409, 499, 500, 501, 502, 504, 505, 599].filter((status) => isPassing(status));
    expect(passing).toEqual([408, 500, 502, 504, 599]);
    expect([0, 1, 2, 3].map((attempt) => faultWait(attempt))).toEqual([1000, 2000, 4000, 8000]);
  });
});

describe('refusals', () => {
  const says = (status: number, said: string): string =>
    refusal({ service: 'GitLab', tokenName: 'T', place: 'o!1', status, said }).message;

  it('tell faults from requests that are refused', () => {
    expect(says(500, '')).toBe('GitLab fails for o!1 (HTTP 500)');
    expect(says(499, ' a\n b : ')).toBe('GitLab refuses the request for o!1 (HTTP 499, a b)');
  });
});
