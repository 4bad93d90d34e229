// What the code of one pyc is made of, and how long the file would be if it were compiled with `-OO` and without columns.
import { FormatError } from '../../errors.ts';
import type { PycCode, PycLevel, UnreadCode } from '../../model/facts.ts';
import { understood } from './code.ts';
import { readMarshal, types } from './marshal.ts';
import type { Node } from './marshal.ts';
import { planOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { payload, viewCode } from './view.ts';
import type { CodeView, Stream } from './view.ts';
import { weigh } from './weigh.ts';

/** Longest pyc whose code is read; the largest known are below 5 MiB. */
export const maxLength = 16 * 1024 ** 2;

interface Tally {
  objects: number;
  docstrings: number;
  lineTables: number;
  exceptionTables: number;
  asserts: boolean;
}

/** `start` is the length of the header. */
export function measureCode(bytes: Uint8Array, start: number, magic: number): PycCode | UnreadCode {
  const version = understood.get(magic);
  if (version === undefined) return { unread: 'is of a version whose bytecode is not understood', broken: false };
  try {
    return measure({ bytes, layout: version.layout, minor: version.minor }, start);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const at = error.offset === undefined ? '' : ` (at byte ${error.offset})`;
    return { unread: `${error.message}${at}`, broken: true };
  }
}

function measure(stream: Stream, start: number): PycCode {
  const { bytes } = stream;
  const root = readMarshal(bytes, start, stream.layout);
  if (root.type !== types.code) throw new FormatError('bad-marshal', 'holds no code', { offset: start });
  const tally: Tally = { objects: 0, docstrings: 0, lineTables: 0, exceptionTables: 0, asserts: false };
  const plans = new Map<Node, Plan>();
  const seen = new Set<Node>();
  const codes = codesIn(root);
  checkWork(codes, stream);
  for (const node of codes) {
    const view = viewCode(node, stream, node === root);
    const plan = planOf(view);
    if (plan !== null) plans.set(node, plan);
    count(view, plan, seen, tally);
  }
  const filename = root.parts[stream.layout.fields.filename];
  const columnless = stream.minor < 11 ? bytes.length : start + weigh(root, stream, new Map());
  return {
    levels: levelsOf(tally),
    objects: tally.objects,
    docstrings: tally.docstrings,
    lineTables: tally.lineTables,
    columnTables: bytes.length - columnless,
    exceptionTables: tally.exceptionTables,
    filename: filename?.own ?? 0,
    optimized: plans.size === 0 ? columnless : start + weigh(root, stream, plans),
  };
}

/** Longest string of instructions that is taken apart; the largest known modules have some 200 KiB. */
const maxInstructions = 2 * 1024 ** 2;

/**
 * References let any number of code objects share a part, and each would look at all of it. What a compiler writes shares little.
 * @throws FormatError `bad-marshal`.
 */
function checkWork(codes: readonly Node[], { bytes, layout }: Stream): void {
  const most = 8 * bytes.length + 65_536;
  let work = 0;
  for (const { start, parts } of codes) {
    for (const part of parts) work += part.own + part.parts.length;
    if (work > most)
      throw new FormatError('bad-marshal', 'shares parts among too many code objects', { offset: start });
    const length = parts[layout.fields.code]?.own ?? 0;
    if (length > maxInstructions) {
      throw new FormatError('bad-marshal', `has ${length} bytes of instructions in one code object`, { offset: start });
    }
  }
}

/** Each code object once, a function's before what is defined in it. */
function codesIn(root: Node): Node[] {
  const codes: Node[] = [];
  const seen = new Set<Node>();
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    if (node.parts.length > 0) seen.add(node);
    if (node.type === types.code) codes.push(node);
    for (const part of node.parts) if (part.parts.length > 0) waiting.push(part);
  }
  return codes;
}

function count(view: CodeView, plan: Plan | null, seen: Set<Node>, tally: Tally): void {
  const { node, stream } = view;
  const { fields } = stream.layout;
  const length = (part: Node | undefined): number => {
    if (part === undefined || seen.has(part)) return 0;
    seen.add(part);
    return payload(part, stream.bytes).length;
  };
  tally.objects++;
  tally.lineTables += length(node.parts[fields.lines]);
  tally.exceptionTables += length(node.parts[fields.exceptions]);
  const docstring = plan?.docstring?.node;
  if (docstring !== undefined && !seen.has(docstring)) {
    seen.add(docstring);
    tally.docstrings += docstring.own;
  }
  tally.asserts ||= (plan?.asserts.length ?? 0) > 0;
}

function levelsOf({ asserts, docstrings }: Tally): readonly PycLevel[] {
  return asserts ? [0] : docstrings > 0 ? [0, 1] : [0, 1, 2];
}
