// Where the figures of a comment come from: the commit that was measured, and the run that did it. Both come from a CI system's variables
// and stand inside HTML, so that only what cannot be anything else is shown.

/** Where the figures of a comment come from. */
export interface Origin {
  /** Full hash of the commit that was measured; null where nobody tells. */
  readonly commit: string | null;
  /** Address of the run; null where nobody tells. */
  readonly run: string | null;
}

/** One small line; nothing where nothing is known, or where it is not what it should be. */
export function originLine({ commit, run }: Origin): string[] {
  const hash = commit !== null && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit) ? commit.slice(0, 7) : null;
  const address = run !== null && isPlainAddress(run) ? run : null;
  const measured = hash === null ? [] : [`Measured at <code>${hash}</code>`];
  const link = address === null ? [] : [`<a href="${address}">${hash === null ? 'Run' : 'run'}</a>`];
  const parts = [...measured, ...link];
  return parts.length === 0 ? [] : [`<sub>${parts.join(' · ')}</sub>`];
}

/** No name, password, query or fragment, and no character with a meaning in HTML or Markdown. */
function isPlainAddress(address: string): boolean {
  return address.length <= 500 && /^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~-]+)*\/?$/.test(address);
}
