// Shares in percent, as tables print them.

/**
 * Share in percent, one decimal; `-` where there is no whole. Rounding makes neither nothing out of something nor all out of a part:
 * `<0.1%`, `99.9%`.
 */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '-';
  const share = (100 * part) / whole;
  if (part > 0 && share < 0.05) return '<0.1%';
  return `${(part < whole ? Math.min(99.9, share) : share).toFixed(1)}%`;
}
