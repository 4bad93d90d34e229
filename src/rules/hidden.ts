// What layers of an image store and the merged tree does not show, as findings: one for each of the layers that hid most, one for all
// others together. Every claim names the layer that is charged.
import { hiddenPart } from '../model/finding.ts';
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import type { HiddenFile, Image, ImageLayer } from '../model/snapshot.ts';
import { shortInstruction } from '../model/instruction.ts';
import type { FindingDraft, RuleContext } from './rule.ts';
import { advice, count } from './rule.ts';

/** Layers that advice names. */
const mostNamed = 2;

/** Layers with a finding of their own. */
const mostApart = 5;

/** How a rule words its findings. */
export interface Wording {
  /** "is stored again", "are stored again", as they follow a number of files. */
  readonly title: readonly [one: string, many: string];
  /** What to do instead. @param stored how to name the layers that store it. @param files that the finding is on. */
  readonly fix: (layer: ImageLayer, stored: string, files: readonly HiddenFile[]) => string;
}

export function hiddenFindings(
  { snapshot }: RuleContext,
  cause: HiddenFile['cause'],
  wording: Wording,
): FindingDraft[] {
  const { image, hidden } = snapshot;
  if (image === undefined || hidden === undefined) return [];
  const byLayer = new Map<number, HiddenFile[]>();
  for (const file of hidden) {
    if (file.cause === cause) addTo(byLayer, file.layer, file);
  }
  const groups = [...byLayer.entries()].toSorted(([a, left], [b, right]) => bytesOf(right) - bytesOf(left) || a - b);
  const apart = groups.length > mostApart + 1 ? mostApart : groups.length;
  const drafts = groups.slice(0, apart).flatMap(([layer, files]) => findingOf(image, layer, files, wording));
  const others = groups.slice(apart).flatMap(([, files]) => files);
  if (others.length === 0) return drafts;
  const title = `${numbered(others, wording)} by ${count(groups.length - apart, 'other layer')}`;
  return [
    ...drafts,
    { title, claims: others.map(claimOf), fix: advice('see the layers with "sizecheck scan --layers"') },
  ];
}

function findingOf(image: Image, index: number, files: readonly HiddenFile[], wording: Wording): FindingDraft[] {
  const layer = image.layers[index];
  if (layer === undefined) return [];
  const stored = namesOfStoring(image, files);
  const title = `${numbered(files, wording)} by ${nameOf(image, index)}`;
  return [{ title, claims: files.map(claimOf), fix: advice(wording.fix(layer, stored, files)) }];
}

function numbered(files: readonly HiddenFile[], { title: [one, many] }: Wording): string {
  return count(files.length, `file ${one}`, `files ${many}`);
}

function claimOf({ path, size, layer }: HiddenFile): Claim {
  return { path, part: hiddenPart, bytes: size, layer };
}

function bytesOf(files: readonly HiddenFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** The layers that these bytes are stored in, the most first. */
function namesOfStoring(image: Image, files: readonly HiddenFile[]): string {
  const bytes = new Map<number, number>();
  for (const { stored, size } of files) bytes.set(stored, (bytes.get(stored) ?? 0) + size);
  const storing = [...bytes].toSorted(([a, left], [b, right]) => right - left || a - b).map(([layer]) => layer);
  const names = storing.slice(0, mostNamed).map((layer) => nameOf(image, layer));
  const more = storing.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${count(more, 'other layer')}` : names.join(' and ');
}

/** `layer 3 (RUN chown -R app /app)`. */
export function nameOf(image: Image, index: number): string {
  const instruction = image.layers[index]?.instruction ?? null;
  return instruction === null ? `layer ${index}` : `layer ${index} (${cut(shortInstruction(instruction))})`;
}

function cut(text: string): string {
  const chars = Array.from(text);
  return chars.length > 100 ? `${chars.slice(0, 99).join('')}…` : text;
}
