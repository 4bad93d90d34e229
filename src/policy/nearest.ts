// The word that someone probably meant.

/** The known word that has all of this one as a part of it, where there is just one, or else that is at most two edits away; or null. */
export function nearest(given: string, known: readonly string[]): string | null {
  const word = given.toLowerCase();
  const whole = known.filter((candidate) => word.length > 3 && partsOf(candidate).has(word));
  if (whole.length === 1) return whole[0] ?? null;
  // No word that is much longer can be two edits away, and the comparison takes time by both lengths.
  const near = known.filter((candidate) => Math.abs(candidate.length - word.length) <= 2);
  const ranked = near.map((candidate) => ({ candidate, edits: editDistance(word, candidate) }));
  const best = ranked.reduce((a, b) => (b.edits < a.edits ? b : a), { candidate: '', edits: 3 });
  return best.edits <= 2 ? best.candidate : null;
}

/** `; did you mean "x"?`, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? '' : `; did you mean "${near}"?`;
}

/** `debug-symbols` is made of `debug` and `symbols`. */
function partsOf(word: string): ReadonlySet<string> {
  return new Set(word.split('-'));
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
