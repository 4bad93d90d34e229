// Takes the layers of an image one after the other: each is collected like an artifact of its own, then laid on those before it. Only
// the merged tree is kept.
import { tooManyEntries } from '../../errors.ts';
import type { ImageHead, LayerRead, LayerSink, MemberSink } from '../../formats/format.ts';
import { normalizePath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import type { Entry, HiddenFile, Image, ImageLayer, Notice, Superseded } from '../../model/snapshot.ts';
import { createCollector } from '../collector.ts';
import type { Collected, Collector, CollectorOptions } from '../collector.ts';
import type { Draft } from '../draft.ts';
import { impliedDirectories, sortEntries } from '../entries.ts';
import { chargeMembers } from '../stored.ts';
import { createDive } from './dive.ts';
import type { Dive } from './dive.ts';
import { mergedEntries } from './entries.ts';
import { createMerge } from './merge.ts';
import type { LayerContent, Whiteout } from './merge.ts';
import { markOf } from './whiteouts.ts';

export interface ImageRead {
  /** Of the merged tree, or of the one layer that was asked for. */
  readonly entries: readonly Entry[];
  readonly image: Image;
  readonly hidden: readonly HiddenFile[];
  readonly superseded: readonly Superseded[];
}

export interface LayerStack extends LayerSink {
  /** null where the artifact was no image. */
  finish(): ImageRead | null;
}

export interface LayerStackOptions extends CollectorOptions {
  /** Index of the layer to take alone; undefined for the merged tree. */
  readonly layer?: number | undefined;
}

export function createLayerStack(options: LayerStackOptions, notices: Notice[]): LayerStack {
  const knownFacts = options.knownFacts ?? new Map();
  /** Directories that only paths tell of. */
  let implied = 0;
  const onImplied = (path: Name): void => {
    if (++implied + taken > options.maxEntries) throw tooManyEntries(options.maxEntries, { path });
  };
  const merge = createMerge((code, path, message) => notices.push({ code, path, message }), onImplied);
  const isBelow = (path: Name): boolean => merge.has(path);
  const dive = createDive();
  const layers: ImageLayer[] = [];
  const superseded: Superseded[] = [];
  let head: ImageHead | null = null;
  let collector: Collector | null = null;
  let alone: Entry[] | null = null;
  let taken = 0;
  let members = 0;
  /** Whether another layer is asked for: then what is told of this one's files would be told of that one's. */
  const isOther = (index: number): boolean => (options.layer ?? index) !== index;

  return {
    image(given) {
      head = given;
    },
    begin() {
      const packageLists = isOther(layers.length) ? undefined : options.packageLists;
      collector = createCollector({ ...options, packageLists, knownFacts, taken, isLayer: true, isBelow });
      return withDive(collector, dive);
    },
    end(read: LayerRead) {
      if (collector === null) throw new Error('a layer ended that was not begun');
      const collected = collector.collected();
      collector = null;
      const charges = options.ledger?.charges() ?? null;
      if (charges !== null) chargeMembers(collected.members, charges, members);
      members += collected.members.length;
      taken += collected.drafts.size;
      dive.endLayer();
      const index = layers.length;
      const content = contentOf(collected, index);
      // Before merging, which settles links to other layers.
      if (options.layer === index) alone = aloneOf(collected, content, options.maxEntries);
      const instruction = head?.instructions[index] ?? null;
      layers.push({ index, ...read, instruction, ...merge.add(content) });
      // Pushed one by one: there may be more than a call takes arguments.
      for (const notice of collected.notices) notices.push(notice);
      if (!isOther(index)) for (const lost of collected.superseded) superseded.push(lost);
    },
    finish() {
      if (head === null) return null;
      const entries = mergedEntries(merge.root);
      const layerBytes = sum(layers.map(({ content }) => content));
      const visibleBytes = sum(entries.map(({ size }) => size));
      return {
        entries: alone ?? entries,
        image: {
          platform: head.platform,
          layers,
          layerBytes,
          visibleBytes,
          hiddenBytes: layerBytes - visibleBytes,
          dive: dive.figures(),
        },
        hidden: alone === null ? merge.hidden : merge.hidden.filter(({ layer }) => layer === options.layer),
        superseded,
      };
    },
  };
}

/** Every member goes to dive's figures, too, in the order of the tar. */
function withDive(collector: Collector, dive: Dive): MemberSink {
  return {
    begin(member) {
      const size = member.kind === 'file' ? member.size : 0;
      dive.member(normalizePath(member.name).path, size, member.kind === 'directory');
      collector.begin(member);
    },
    data: (piece) => collector.data(piece),
    hole: (count) => collector.hole(count),
    end: () => collector.end(),
    file: (member, open) => collector.file(member, open),
    notice: (notice) => collector.notice(notice),
  };
}

/** Tells whiteouts from entries, and settles hard links among the latter. */
function contentOf(collected: Collected, index: number): LayerContent {
  const { drafts, links, notices } = collected;
  // Nothing takes the place of the directory that layers are extracted into.
  if (drafts.get('.')?.kind !== 'directory') drafts.delete('.');
  const kept: Draft[] = [];
  const whiteouts: Whiteout[] = [];
  const marks = new Set<Draft>();
  for (const draft of drafts.values()) {
    const mark = markOf(draft.path);
    if (mark === null) {
      kept.push(draft);
      continue;
    }
    marks.add(draft);
    if (mark.kind === 'gone' || mark.kind === 'opaque') whiteouts.push({ after: kept.length, mark });
    // What AUFS kept is content that other names lead to.
    if (draft.size > 0 && mark.kind !== 'aufs') {
      const message = `is a mark of layer ${index} on other files, and holds ${draft.size} bytes; they are not counted`;
      notices.push({ code: 'whiteout-content', path: draft.path, message });
    }
  }
  links.settle((draft) => drafts.get(draft.path) === draft && !marks.has(draft));
  const unresolved = collected.unresolved.filter(({ draft }) => !marks.has(draft));
  return { drafts: kept, unresolved, whiteouts };
}

function aloneOf({ drafts, parents, notices }: Collected, { drafts: kept }: LayerContent, maxEntries: number): Entry[] {
  const all: Entry[] = [];
  // Copies: merging changes the records.
  for (const draft of kept) all.push({ ...draft });
  return sortEntries(all.concat(impliedDirectories({ drafts, parents, notices }, maxEntries)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
