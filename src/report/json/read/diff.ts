// A diff read back from `diff --json`, or from its place in a check. What can be computed again has to come out the same.
import { entryKinds } from '../../../model/snapshot.ts';
import type {
  Change,
  Diff,
  DirectoryChange,
  ImageChange,
  PackageChange,
  PackageSide,
  RuleChange,
  SectionChange,
  Side,
  StoredChange,
  StoredChanges,
  StoredSizes,
  TotalsDelta,
} from '../../../model/diff.ts';
import { packageKinds } from '../../../model/packages.ts';
import * as read from './fields.ts';
import type { Node } from './fields.ts';
import { artifactOf, findingOf, noticeOf, totalsOf } from './values.ts';

const kinds = ['added', 'removed', 'changed', 'moved'] as const;
const aspects = ['content', 'kind', 'mode', 'owner', 'link'] as const;

export function diffOf(node: Node): Diff {
  const before = sideOf(read.object(node, 'before'));
  const after = sideOf(read.object(node, 'after'));
  const findings = read.object(node, 'findings');
  const diff: Diff = {
    before,
    after,
    delta: deltaOf(read.object(node, 'delta'), before, after),
    directories: read.list(node, 'directories', directoryOf),
    changes: read.list(node, 'changes', changeOf),
    findings: {
      new: read.list(findings, 'new', findingOf),
      fixed: read.list(findings, 'fixed', findingOf),
      rules: read.list(findings, 'rules', ruleOf),
      removable: removableOf(read.object(findings, 'removable'), before, after),
    },
    notices: read.list(node, 'notices', noticeOf),
    ...(node.json['image'] === undefined ? {} : { image: imageOf(read.object(node, 'image')) }),
    ...(node.json['stored'] === undefined ? {} : { stored: storedOf(node) }),
    ...(node.json['packages'] === undefined ? {} : { packages: read.list(node, 'packages', packageOf) }),
  };
  for (const size of ['content', 'disk'] as const) {
    const sum = diff.directories.reduce((all, { delta }) => all + delta[size], 0);
    if (sum !== diff.delta[size]) throw read.bad(`has directories whose ${size} does not sum to delta.${size}`);
  }
  if (diff.stored !== undefined && storedDelta(diff.stored) !== diff.delta.compressed)
    throw read.bad('has stored bytes that do not sum to delta.compressed');
  const { packages } = diff;
  if (packages !== undefined && packages.reduce((sum, { delta }) => sum + delta, 0) !== diff.delta.content)
    throw read.bad('has packages whose content does not sum to delta.content');
  if (packages !== undefined && diff.stored !== undefined && storedIn(packages, diff.stored) !== diff.delta.compressed)
    throw read.bad('has packages whose stored bytes do not sum to delta.compressed');
  return diff;
}

function storedIn(packages: readonly PackageChange[], { overhead }: StoredChanges): number {
  return packages.reduce(
    (sum, { before, after }) => sum + (after?.stored ?? 0) - (before?.stored ?? 0),
    overhead.after - overhead.before,
  );
}

function packageOf(node: Node): PackageChange {
  const sizesOf = (key: 'before' | 'after'): PackageSide | null => {
    const side = read.nullableObject(node, key);
    if (side === null) return null;
    const stored = side.json['stored'] === undefined ? {} : { stored: read.size(side, 'stored') };
    return { versions: read.texts(side, 'versions'), content: read.size(side, 'content'), ...stored };
  };
  const [before, after] = [sizesOf('before'), sizesOf('after')];
  return {
    name: read.nullableText(node, 'name'),
    kind: read.word(node, 'kind', [...packageKinds, 'unowned']),
    before,
    after,
    delta: difference(node, before?.content, after?.content),
  };
}

function storedDelta({ directories, overhead }: StoredChanges): number {
  return directories.reduce((sum, { delta }) => sum + delta, overhead.after - overhead.before);
}

function storedOf(node: Node): StoredChanges {
  const overhead = read.object(node, 'overhead');
  return {
    directories: read.list(node, 'stored', storedChangeOf),
    overhead: { before: read.size(overhead, 'before'), after: read.size(overhead, 'after') },
  };
}

function storedChangeOf(node: Node): StoredChange {
  return { path: read.name(node, 'path'), from: read.optionalName(node, 'from'), ...storedSizesOf(node) };
}

function storedSizesOf(node: Node): StoredSizes {
  const [before, after] = [read.nullableSize(node, 'before'), read.nullableSize(node, 'after')];
  return { before, after, delta: difference(node, before, after) };
}

function imageOf(node: Node): ImageChange {
  const broke = read.nullableObject(node, 'cacheBroke');
  const pulled = read.list(node, 'pulled', (layer) => ({
    index: read.size(layer, 'index'),
    digest: read.text(layer, 'digest'),
    instruction: read.nullableText(layer, 'instruction'),
    compressed: read.nullableSize(layer, 'compressed'),
    content: read.size(layer, 'content'),
  }));
  const known = pulled.every(({ compressed }) => compressed !== null);
  const pull = read.nullableSize(node, 'pull');
  if (pull !== (known ? pulled.reduce((sum, { compressed }) => sum + (compressed ?? 0), 0) : null)) {
    throw read.bad(`has a ${read.place(node, 'pull')} that its layers do not sum to`);
  }
  const waste = read.object(node, 'waste');
  return {
    layers: read.size(node, 'layers'),
    shared: read.size(node, 'shared'),
    pulled,
    pull,
    waste: { before: read.size(waste, 'before'), after: read.size(waste, 'after') },
    cacheBroke:
      broke === null
        ? null
        : {
            index: read.size(broke, 'index'),
            before: read.nullableText(broke, 'before'),
            after: read.nullableText(broke, 'after'),
          },
  };
}

function sideOf(node: Node): Side {
  return {
    artifact: artifactOf(read.object(node, 'artifact')),
    totals: totalsOf(node),
    stripped: read.size(node, 'stripped'),
  };
}

function deltaOf(node: Node, before: Side, after: Side): TotalsDelta {
  const delta: TotalsDelta = {
    content: read.integer(node, 'content'),
    disk: read.integer(node, 'disk'),
    archive: read.nullableInteger(node, 'archive'),
    compressed: read.nullableInteger(node, 'compressed'),
  };
  for (const size of ['content', 'disk', 'archive', 'compressed'] as const) {
    const [old, now] = [before.totals[size], after.totals[size]];
    if (delta[size] !== (old === null || now === null ? null : now - old)) {
      throw read.bad(`has a ${read.place(node, size)} that is not the difference of the totals`);
    }
  }
  return delta;
}

function directoryOf(node: Node): DirectoryChange {
  const disk = read.object(node, 'disk');
  const sizes = (key: 'before' | 'after') => {
    const [content, blocks] = [read.nullableSize(node, key), read.nullableSize(disk, key)];
    if (content === null && blocks === null) return null;
    if (content === null || blocks === null)
      throw read.bad(`has one size but not the other at ${read.place(node, key)}`);
    return { content, disk: blocks };
  };
  const [before, after] = [sizes('before'), sizes('after')];
  return {
    path: read.name(node, 'path'),
    from: read.optionalName(node, 'from'),
    before,
    after,
    delta: {
      content: difference(node, before?.content, after?.content),
      disk: difference(disk, before?.disk, after?.disk),
    },
  };
}

function changeOf(node: Node): Change {
  const [before, after] = [read.nullableSize(node, 'before'), read.nullableSize(node, 'after')];
  return {
    path: read.name(node, 'path'),
    kind: read.word(node, 'kind', kinds),
    entryKind: read.word(node, 'entryKind', entryKinds),
    before,
    after,
    delta: difference(node, before, after),
    from: read.optionalName(node, 'from'),
    aspects: read.optionalWords(node, 'aspects', aspects),
    sections:
      node.json['sections'] === undefined || node.json['sections'] === null
        ? null
        : read.list(node, 'sections', sectionOf),
    stored: node.json['stored'] === undefined ? null : storedSizesOf(read.object(node, 'stored')),
  };
}

function sectionOf(node: Node): SectionChange {
  const [before, after] = [read.nullableSize(node, 'before'), read.nullableSize(node, 'after')];
  return { name: read.text(node, 'name'), before, after, delta: difference(node, before, after) };
}

/** The node's `delta`, which must be what its two sides make. */
function difference(node: Node, before: number | null | undefined, after: number | null | undefined): number {
  const delta = read.integer(node, 'delta');
  if (delta !== (after ?? 0) - (before ?? 0)) {
    throw read.bad(`has a ${read.place(node, 'delta')} that is not the difference of before and after`);
  }
  return delta;
}

function removableOf(node: Node, before: Side, after: Side): Diff['findings']['removable'] {
  const removable = { before: read.size(node, 'before'), after: read.size(node, 'after') };
  for (const [side, { totals }] of [['before', before] as const, ['after', after] as const]) {
    if (removable[side] > totals.content)
      throw read.bad(`has a ${read.place(node, side)} that is more than the content`);
  }
  return removable;
}

function ruleOf(node: Node): RuleChange {
  return { rule: read.text(node, 'rule'), before: read.size(node, 'before'), after: read.size(node, 'after') };
}
