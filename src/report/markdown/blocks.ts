// Markdown's building blocks: tables, folded details, and a document that never grows beyond what GitHub takes. Text that is put
// in must be inert already (escape-markdown.ts).

export type Column = 'left' | 'right' | 'center';

const rulers: Readonly<Record<Column, string>> = { left: ':--', right: '--:', center: ':-:' };

export function table(
  columns: readonly Column[],
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  return [header, columns.map((column) => rulers[column]), ...rows].map(tableRow);
}

function tableRow(cells: readonly string[]): string {
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
}

/** A part that opens on a click. Blank lines around it let Markdown go on inside and after. `summary` is HTML. */
export function details(summary: string, lines: readonly string[]): string[] {
  return ['<details>', `<summary>${summary}</summary>`, '', ...lines, '', '</details>'];
}

/** Parts with a blank line between; empty ones are left out. */
export function paragraphs(parts: readonly (readonly string[])[]): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    if (part.length > 0 && lines.length > 0) lines.push('');
    for (const line of part) lines.push(line);
  }
  return lines;
}

/** How much a document shows. */
export interface Limits {
  /** Most rows of a table. */
  readonly rows: number;
  /** Most artifacts with sections of their own. */
  readonly artifacts: number;
}

/** GitHub takes 65,536 characters; bytes of UTF-8 are never fewer than characters however they are counted. */
export const mostBytes = 65_000;

/** The document with as many rows as fit: all tables shrink alike, then artifacts lose their sections. */
export function fit(draw: (limits: Limits) => readonly string[], top: number): string {
  let text = '';
  for (const limits of shrinking(top)) {
    text = `${draw(limits).join('\n')}\n`;
    if (Buffer.byteLength(text) <= mostBytes) break;
  }
  return text;
}

function* shrinking(top: number): Iterable<Limits> {
  let artifacts = 32;
  // No more rows than could fit are ever tried.
  for (let rows = Math.min(top, 400); rows > 1; rows = Math.floor(rows / 2)) yield { rows, artifacts };
  for (; artifacts >= 1; artifacts /= 2) yield { rows: 1, artifacts };
  yield { rows: 1, artifacts: 0 };
  yield { rows: 0, artifacts: 0 };
}
