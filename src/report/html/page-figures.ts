// Figures as the page's own program prints them. The class is put into the page as text, so it uses nothing from outside of itself.
import type { MapData } from './data.ts';

export class Figures {
  readonly #units: MapData['units'];

  constructor(units: MapData['units']) {
    this.#units = units;
  }

  /** As tables print it. */
  percent(part: number, whole: number): string {
    if (part > 0 && 2000 * part < whole) return '<0.1%';
    return part < whole ? `${Math.min(99.9, (100 * part) / whole).toFixed(1)}%` : this.share(part, whole);
  }

  /** For a length in the page's styles. */
  share(part: number, whole: number): string {
    return `${whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1)}%`;
  }

  grouped(number: number): string {
    return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
  }

  /** As tables print it. */
  sized(bytes: number): string {
    const { base, names } = this.#units;
    if (names.length === 0) return `${this.grouped(bytes)} B`;
    if (bytes < base) return `${bytes} B`;
    let value = bytes;
    let unit = -1;
    while (Math.round(value * 10) / 10 >= base && unit < names.length - 1) {
      value /= base;
      unit++;
    }
    return `${value.toFixed(1)} ${names[unit] ?? ''}`;
  }

  /** Of one column: those that would print alike though they differ are printed exactly. */
  sizes(all: readonly number[]): string[] {
    const first = new Map<string, number>();
    const ambiguous = new Set<string>();
    for (const size of all) {
      const text = this.sized(size);
      if ((first.get(text) ?? size) !== size) ambiguous.add(text);
      first.set(text, size);
    }
    return all.map((size) => {
      const text = this.sized(size);
      return ambiguous.has(text) ? `${this.grouped(size)} B` : text;
    });
  }
}
