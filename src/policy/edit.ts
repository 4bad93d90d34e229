// Changes to a budgets file that someone wrote: only the values that change are replaced, every other byte stays as it is.
import { ConfigError } from '../errors.ts';
import type { JsonArray, JsonDocument, JsonMember, JsonNode, JsonObject } from './json.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Editor {
  /** Replaces a value. */
  readonly replace: (node: JsonNode, value: string | number) => void;
  /** Sets a member of an object, behind the others and laid out as they are where it is new. */
  readonly set: (object: JsonObject, key: string, value: string | number) => void;
  /** Puts values, written as JSON of several lines, behind the others of a list, and laid out as they are. */
  readonly append: (list: JsonArray, values: readonly string[]) => void;
  /** The text with all changes. */
  readonly text: () => string;
}

export function createEditor({ text }: JsonDocument): Editor {
  const edits: Edit[] = [];
  const editor: Editor = {
    replace(node, value) {
      edits.push({ start: node.start, end: node.end, text: JSON.stringify(value) });
    },
    set(object, key, value) {
      const there = object.members.find((member) => member.key === key);
      const last = object.members.at(-1);
      if (there !== undefined) editor.replace(there.value, value);
      else if (last === undefined) {
        edits.push({ start: object.start, end: object.end, text: `{ ${pair(key, ': ', value)} }` });
      } else {
        const { before, colon } = layoutOf(text, object, last);
        edits.push({ start: last.value.end, end: last.value.end, text: `,${before}${pair(key, colon, value)}` });
      }
    },
    append(list, values) {
      const last = list.items.at(-1);
      const before = last === undefined ? '\n    ' : (/\s*$/.exec(text.slice(0, last.start))?.[0] ?? '');
      // The end of a line and its margin; without one all stands on one line.
      const margin = /\r?\n[^\n]*$/.exec(before)?.[0] ?? null;
      const laidOut = values.map((value) =>
        margin === null ? value.replaceAll(/\n\s*/g, ' ') : value.replaceAll('\n', margin),
      );
      const added = laidOut.map((value) => before + value).join(',');
      if (last === undefined) edits.push({ start: list.start, end: list.end, text: `[${added}\n  ]` });
      else edits.push({ start: last.end, end: last.end, text: `,${added}` });
    },
    text() {
      let result = '';
      let at = 0;
      for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
        if (edit.start < at) throw new ConfigError('two changes concern the same value');
        result += text.slice(at, edit.start) + edit.text;
        at = edit.end;
      }
      return result + text.slice(at);
    },
  };
  return editor;
}

/** What stands before the last key of an object, and between it and its value. */
function layoutOf(text: string, object: JsonObject, last: JsonMember): { before: string; colon: string } {
  const previous = object.members.at(-2);
  const from = previous === undefined ? object.start + 1 : previous.value.end;
  const before = text.slice(from, last.start).replace(/^\s*,/, '');
  const between = text.slice(last.start, last.value.start);
  return { before, colon: /\s*:\s*$/.exec(between)?.[0] ?? ': ' };
}

function pair(key: string, colon: string, value: string | number): string {
  return `${JSON.stringify(key)}${colon}${JSON.stringify(value)}`;
}
