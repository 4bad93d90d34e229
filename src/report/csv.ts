// `--format csv`: RFC 4180 with a header line, figures in bytes, for spreadsheets and scripts. No text is a formula: what begins
// like one gets a leading apostrophe, as spreadsheets ask for.
import type { Name } from '../model/name.ts';
import { terminalName, terminalText } from './escape.ts';
import type { ReporterOf } from './reporter.ts';

type Cell = string | number | null;

const diffHeader = 'path from content_before content_after content_delta disk_before disk_after disk_delta'.split(' ');

/** `--format csv`: sizes are bytes. */
export const csvReporter: ReporterOf<'scan' | 'diff' | 'check'> = {
  *scan({ tree }, { stored: tells }) {
    const more = tells === true ? ['compressed', 'own_compressed'] : [];
    yield line(['path', 'content', 'disk', 'files', 'own_content', 'own_disk', ...more]);
    for (const { path, content, disk, stored, files, own } of tree) {
      const compressed = tells === true ? [stored ?? null, own.stored ?? null] : [];
      yield line([nameCell(path), content, disk, files, own.content, own.disk, ...compressed]);
    }
  },
  *diff({ diff }) {
    yield line(diffHeader);
    for (const { path, from, before, after, delta } of diff.directories) {
      const content = [before?.content ?? null, after?.content ?? null, delta.content];
      const disk = [before?.disk ?? null, after?.disk ?? null, delta.disk];
      yield line([nameCell(path), from === null ? null : nameCell(from), ...content, ...disk]);
    }
  },
  *check({ gate }) {
    yield line(['artifact', 'status', 'measure', 'path', 'actual', 'limit', 'over', 'budget', 'reason']);
    for (const { artifact, status, measure, path, actual, limit, over, budget, reason } of gate.verdicts) {
      const text = [artifact, status, measure, path].map(textCell);
      yield line([...text, actual, limit, over, textCell(budget), textCell(reason)]);
    }
  },
};

function line(cells: readonly Cell[]): string {
  return `${cells.map((cell) => (typeof cell === 'string' ? quotedWhereNeeded(cell) : String(cell ?? ''))).join(',')}\r\n`;
}

function nameCell(name: Name): string {
  return inert(terminalName(name));
}

function textCell(text: string | null): string | null {
  return text === null ? null : inert(terminalText(text));
}

function inert(text: string): string {
  // Spreadsheets take a formula also behind spaces, and these characters in their full width; CI systems take a line that begins
  // with "::" or "##" for a command.
  return /^\s*(?:[=+\-@|%\uff1d\uff0b\uff0d\uff20]|::|##)/.test(text) ? `'${text}` : text;
}

function quotedWhereNeeded(text: string): string {
  return /[",\r\n;\t]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
