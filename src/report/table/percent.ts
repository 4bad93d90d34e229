// Shares in percent, as tables print them.

/** Share in percent, one decimal; `-` where there is no whole. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`;
}
