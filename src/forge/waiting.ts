// When to ask a service again: rate limits as GitHub and GitLab announce them, and faults that pass. A pure function of responses.

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** GitHub asks for at least a minute where a secondary limit names no time. */
const secondaryWait = 60_000;

/** Milliseconds to wait as a rate limit asks for; null where the answer is none. */
export function rateLimitWait({ status, headers, text }: Answer, now: number, attempt: number): number | null {
  if (status !== 429 && status !== 403) return null;
  const retryAfter = headers.get('retry-after');
  if (retryAfter !== null) return afterText(retryAfter, now);
  if ((headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining')) === '0') {
    const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? Number.NaN);
    // A second more, since clocks differ.
    if (Number.isFinite(reset)) return Math.max(0, reset * 1000 - now) + 1000;
  }
  if (status === 429 || /secondary rate limit|abuse detection/i.test(text)) return secondaryWait * 2 ** attempt;
  return null;
}

/** Seconds or a date (RFC 9110, section 10.2.3). */
function afterText(value: string, now: number): number {
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? secondaryWait : Math.max(0, date - now);
}

/** Whether the same request may succeed a little later. */
export function isPassing(status: number): boolean {
  return status === 408 || (status >= 500 && status !== 501 && status !== 505);
}

/** Milliseconds before the next attempt: 1, 2, 4, 8 s. */
export function faultWait(attempt: number): number {
  return 1000 * 2 ** attempt;
}
