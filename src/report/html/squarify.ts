// Where the tiles of a map lie. Put into the page as text, so it uses nothing from outside of itself.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Boxes of these areas' shares, as square as they come, that fill the box: rows along its shorter side, each taken as long as one
 * more makes its boxes squarer (Bruls, Huizing and van Wijk, "Squarified Treemaps", 2000). Sizes are positive, largest first.
 */
export function squarify(sizes: readonly number[], box: Box): Box[] {
  let { left, top, width, height } = box;
  let total = 0;
  for (const size of sizes) total += size;
  const boxes: Box[] = [];
  for (let from = 0; from < sizes.length && width > 0 && height > 0;) {
    const scale = (width * height) / total;
    const side = Math.min(width, height);
    let until = from;
    let sum = 0;
    let worst = Infinity;
    while (until < sizes.length) {
      const next = sum + (sizes[until] ?? 0);
      const thick = (next * scale) / side;
      const [most, least] = [sizes[from] ?? 0, sizes[until] ?? 0];
      const ratio = Math.max((most * scale) / thick / thick, (thick * thick) / (least * scale));
      if (ratio > worst) break;
      worst = ratio;
      sum = next;
      until++;
    }
    const thick = until === sizes.length ? Math.max(width, height) : (sum * scale) / side;
    let at = 0;
    for (; from < until; from++) {
      const long = ((sizes[from] ?? 0) / sum) * side;
      boxes.push(
        width < height
          ? { left: left + at, top, width: long, height: thick }
          : { left, top: top + at, width: thick, height: long },
      );
      at += long;
    }
    if (width < height) [top, height] = [top + thick, height - thick];
    else [left, width] = [left + thick, width - thick];
    total -= sum;
  }
  return boxes;
}
