// Layers of two images in a comment: one line on what must be pulled, and the layer at which a build's cache ended.
import { groupDigits } from '../../bytes/size.ts';
import type { Diff } from '../../model/diff.ts';
import { markdownWord } from '../escape-markdown.ts';
import type { ReportOptions } from '../reporter.ts';
import { count, sizeCells } from './figures.ts';

export function imageLines({ image }: Diff, { units }: ReportOptions): string[] {
  if (image === undefined) return [];
  const { layers, shared, pulled, pull, cacheBroke } = image;
  const [size] = sizeCells([pull], units);
  const bytes = pull === null ? 'of unknown size (stored uncompressed)' : `**${size}**`;
  const what = pulled.length === 0 ? 'nothing to pull' : `${count(pulled.length, 'layer')} to pull, ${bytes}`;
  const line = `Layers: ${groupDigits(shared)} of ${groupDigits(layers)} shared, ${what}.`;
  if (cacheBroke === null) return [line];
  const { index, before, after } = cacheBroke;
  const change = before === after ? named(after) : `${named(before)} became ${named(after)}`;
  return [`${line} The cache ends at layer ${index}: ${change}.`];
}

function named(instruction: string | null): string {
  if (instruction === null) return 'an instruction that is not recorded';
  const chars = Array.from(instruction);
  return markdownWord(chars.length > 120 ? `${chars.slice(0, 119).join('')}…` : instruction);
}
