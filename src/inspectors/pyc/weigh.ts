// How long a file would be: its objects are counted as marshal writes them, the second time an object comes as a reference. What
// the compiler makes anew is merged with equal objects where the release does so (merge_const_one in Python/compile.c).
import { byteAt } from '../../bytes/at.ts';
import { editSpans, lengthBefore } from './edit.ts';
import type { Edit } from './edit.ts';
import { exceptionsLength } from './exceptions.ts';
import { columnlessLength, tableLength } from './lines.ts';
import { referenceLength, types } from './marshal.ts';
import type { Node } from './marshal.ts';
import type { Plan } from './plan.ts';
import { isNamed, payload } from './view.ts';
import type { Stream } from './view.ts';

/** What becomes of a code object; null for one that stays as it is. */
export type Plans = ReadonlyMap<Node, Plan>;

/** Bytes of the stream with these plans carried out and, since 3.11, without columns. */
export function weigh(root: Node, stream: Stream, plans: Plans): number {
  const { minor, bytes, layout } = stream;
  const { fields } = layout;
  const seen = new Set<Node>();
  const merged = new Map<string, Node>();
  const numbers = new Map<Node, number>();
  const wholes = new Map<Node, Node>();
  const lengths = lengthsOfTuples(plans);

  function identity(node: Node): string {
    if (node.own === 1) return String.fromCharCode(node.type);
    const known = numbers.get(node);
    if (known !== undefined) return String(known);
    numbers.set(node, numbers.size);
    return String(numbers.size - 1);
  }

  /** The object that stands for all that are equal to it. */
  function merge(key: string, node: Node): Node {
    const known = merged.get(key);
    if (known === undefined) merged.set(key, node);
    return known ?? node;
  }

  /** There is one empty tuple; others are merged since 3.8. Python 2 refers to none, but an empty one is as long as a reference. */
  function tuple(parts: readonly Node[], node: Node): Node {
    const isMerged = lengths.has(parts.length) && (minor >= 8 || parts.length === 0);
    return isMerged ? merge(parts.map(identity).join(' '), node) : node;
  }

  function fresh(length: number, key: string | null): Node {
    const node = made(5 + length);
    return key === null ? node : merge(key, node);
  }

  /** Since 3.14 the first variable of annotations is renamed when all tuples are merged: it was `.format`. */
  function own(part: Node, index: number, { start }: Node): Node {
    const isRenamed = minor >= 14 && index === fields.names + 1 && isNamed(part.parts[0], 'format', bytes);
    // By the number of positional-only parameters: hardly anybody else calls the only one so.
    return isRenamed && byteAt(bytes, start + 5) === 1 ? part : whole(part);
  }

  /** Found once for each tuple, however often it is referred to. */
  function whole(part: Node): Node {
    if (part.type !== types.smallTuple) return part;
    const known = wholes.get(part) ?? tuple(part.parts, part);
    wholes.set(part, known);
    return known;
  }

  function partsOf(code: Node, plan: Plan | undefined): readonly Node[] {
    return code.parts.map((part, index) => {
      if (minor >= 11 && index === fields.lines) return fresh(linesLength(part, plan), null);
      if (plan === undefined) return own(part, index, code);
      switch (index) {
        case fields.code:
          return changed(part, lengthBefore(plan.edit, part.own - 5), plan);
        case fields.lines:
          return changed(part, part.own - 5 + linesDelta(plan), plan, plan.edit.nop?.line);
        case fields.exceptions:
          return exceptions(part, plan.edit);
        case fields.consts:
          return remade(plan.consts, part);
        case fields.names:
          return remade(plan.names, part);
        default:
          return own(part, index, code);
      }
    });
  }

  function linesLength(part: Node, plan: Plan | undefined): number {
    if (plan === undefined) return columnlessLength(payload(part, bytes));
    return tableLength(editSpans(plan.spans, plan.edit, minor), minor, false) + plan.moreLines;
  }

  function linesDelta({ spans, edit, isModule }: Plan): number {
    return tableLength(editSpans(spans, edit, minor), minor, isModule) - tableLength(spans, minor, isModule);
  }

  /** 3.10 merges strings of code and lines, too. */
  function changed(part: Node, length: number, { edit }: Plan, line = 0): Node {
    return fresh(length, minor === 10 ? `${line} ${keyOf(part, edit)}` : null);
  }

  /** Exception tables are merged in every version. */
  function exceptions(part: Node, edit: Edit): Node {
    if (edit.gone.length === 0 && edit.nop === null) return part;
    return fresh(exceptionsLength(payload(part, bytes), edit), keyOf(part, edit));
  }

  /** Strings that are equal stay so where they are changed alike. */
  function keyOf(part: Node, { gone, nop }: Edit): string {
    return `${identity(part)} ${nop?.at ?? ''} ${gone.map(({ at }) => at).join(' ')}`;
  }

  function remade(parts: readonly Node[], part: Node): Node {
    const isSame = parts.length === part.parts.length && parts.every((node, index) => node === part.parts[index]);
    const small = minor > 0 && parts.length < 256;
    return tuple(parts, isSame ? part : { type: types.tuple, start: -1, own: small ? 2 : 5, parts });
  }

  /** Depth is that of the objects that were read, which is bounded. */
  function count(node: Node): number {
    if (node.own > 1) {
      if (seen.has(node)) return referenceLength;
      seen.add(node);
    }
    let length = node.own;
    const isCode = node.type === types.code;
    const parts = isCode ? partsOf(node, plans.get(node)) : node.parts;
    // Since 3.10 constants that are tuples are merged with the others.
    for (const part of parts) length += count(isCode || minor < 10 ? part : whole(part));
    return length;
  }

  return count(root);
}

/** Only a tuple of a length that some plan makes can be equal to one that is made. */
function lengthsOfTuples(plans: Plans): ReadonlySet<number> {
  const lengths = new Set<number>();
  for (const { consts, names } of plans.values()) lengths.add(consts.length).add(names.length);
  return lengths;
}

function made(own: number): Node {
  return { type: types.bytes, start: -1, own, parts: [] };
}
