// Layers of two images in a comment: one line on what must be pulled, and the layer at which a build's cache ended.
import { groupDigits } from '../../bytes/size.ts';
import type { Units } from '../../bytes/size.ts';
import type { Diff, ImageChange } from '../../model/diff.ts';
import { shortInstruction } from '../../model/instruction.ts';
import { markdownWord } from '../escape-markdown.ts';
import type { ReportOptions } from '../reporter.ts';
import { count, sizeCells } from '../figures.ts';

export function imageLines({ image }: Diff, { units }: ReportOptions): string[] {
  if (image === undefined) return [];
  const { layers, shared, pulled, pull, cacheBroke, waste } = image;
  const [size] = sizeCells([pull], units);
  const bytes = pull === null ? 'of unknown size (stored uncompressed)' : `**${size}**`;
  const what = pulled.length === 0 ? 'nothing to pull' : `${count(pulled.length, 'layer')} to pull, ${bytes}`;
  const line = `Layers: ${groupDigits(shared)} of ${groupDigits(layers)} shared, ${what}.`;
  if (cacheBroke === null) return [`${line}${wasted(waste, units)}`];
  const { index, before, after } = cacheBroke;
  const change = before === after ? named(after) : `${named(before)} became ${named(after)}`;
  return [`${line} The cache ends at layer ${index}: ${change}.${wasted(waste, units)}`];
}

/** What layers store and the tree does not show: the one figure of an image that no other line tells. */
function wasted({ before, after }: ImageChange['waste'], units: Units): string {
  const [bytes, change] = sizeCells([after, Math.abs(after - before)], units);
  if (after !== before)
    return ` Waste in layers: **${bytes}**, ${change} ${after > before ? 'more' : 'less'} than before.`;
  return after === 0 ? '' : ` Waste in layers: ${bytes}, as before.`;
}

function named(instruction: string | null): string {
  return instruction === null ? 'an instruction that is not recorded' : markdownWord(shortInstruction(instruction));
}
