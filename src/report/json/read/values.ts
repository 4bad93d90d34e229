// The values that reports of diffs and checks share, read back from JSON.
import type { Claim, Finding } from '../../../model/finding.ts';
import { codecNames, formatNames, isPackedWith } from '../../../model/snapshot.ts';
import type { ArtifactIdentity, Notice, Totals } from '../../../model/snapshot.ts';
import * as read from './fields.ts';
import type { Node } from './fields.ts';

const severities = ['info', 'warn', 'error'] as const;

export function artifactOf(node: Node): ArtifactIdentity {
  const packedWith = read.optionalText(node, 'packedWith');
  if (packedWith !== null && !isPackedWith(packedWith)) throw read.bad(`has a bad ${read.place(node, 'packedWith')}`);
  return {
    name: read.text(node, 'name'),
    format: read.word(node, 'format', formatNames),
    codecs: read.words(node, 'codecs', codecNames),
    length: read.nullableSize(node, 'length'),
    ...(packedWith === null ? {} : { packedWith }),
  };
}

export function totalsOf(node: Node): Totals {
  return {
    content: read.size(node, 'content'),
    disk: read.size(node, 'disk'),
    archive: read.nullableSize(node, 'archive'),
    compressed: read.nullableSize(node, 'compressed'),
    files: read.size(node, 'files'),
    directories: read.size(node, 'directories'),
    symlinks: read.size(node, 'symlinks'),
    hardlinks: read.size(node, 'hardlinks'),
    other: read.size(node, 'other'),
  };
}

export function findingOf(node: Node): Finding {
  const fix = read.object(node, 'fix');
  return {
    rule: read.text(node, 'rule'),
    severity: read.word(node, 'severity', severities),
    title: read.text(node, 'title'),
    bytes: read.size(node, 'bytes'),
    claims: read.list(node, 'claims', claimOf),
    fix: { commands: read.texts(fix, 'commands'), advice: read.nullableText(fix, 'advice') },
  };
}

function claimOf(node: Node): Claim {
  const keeps = read.optionalName(node, 'keeps');
  return {
    path: read.name(node, 'path'),
    part: read.nullableText(node, 'part'),
    bytes: read.size(node, 'bytes'),
    ...(keeps === null ? {} : { keeps }),
    ...(node.json['layer'] === undefined ? {} : { layer: read.size(node, 'layer') }),
  };
}

export function noticeOf(node: Node): Notice {
  return {
    code: read.text(node, 'code'),
    path: read.optionalName(node, 'path'),
    message: read.text(node, 'message'),
  };
}
