// Columns of text without borders, laid out by cli-table3, which knows the width of wide and combining characters.
import Table from 'cli-table3';

export type Align = 'left' | 'right';

/** One line a row; columns are separated by two spaces. */
export function* columns(rows: readonly (readonly string[])[], align: readonly Align[]): Iterable<string> {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const table = new Table({
    chars: none,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: [...align],
  });
  for (const row of rows) table.push([...row]);
  for (const line of table.toString().split('\n')) yield `${line.trimEnd()}\n`;
}
