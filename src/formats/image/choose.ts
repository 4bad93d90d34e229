// Which image of several: one by name, number or platform, else the only one. Several are never summed and never guessed among.
import { FormatError } from '../../errors.ts';
import type { ImageChoice } from '../format.ts';
import { matchesPlatform } from './config.ts';

/** An image that could be meant. */
export interface Candidate {
  /** Equal for candidates that are the same image. */
  readonly id: string;
  /** Position in the list that people see, counted from 1. */
  readonly number: number;
  readonly names: readonly string[];
  readonly platform: string | null;
}

/** Most images that an error lists. */
const mostListed = 6;

/** @throws FormatError `which-image` where none or more than one is meant. */
export function chooseImage<One extends Candidate>(candidates: readonly One[], choice: ImageChoice): One {
  const { name, platform } = choice;
  const named = name === undefined ? candidates : candidates.filter((one) => isNamed(one, name));
  if (named.length === 0) throw none(candidates, `no image "${cut(name ?? '')}"`);
  const fitting = platform === undefined ? named : named.filter((one) => matchesPlatform(one.platform, platform));
  if (fitting.length === 0) throw none(named, `no image for the platform "${cut(platform ?? '')}"`);
  const [first, ...others] = fitting;
  if (first !== undefined && others.every(({ id }) => id === first.id)) return first;
  const byPlatform = new Set(fitting.map((one) => one.platform)).size === fitting.length;
  const how = byPlatform ? '--platform' : '--image TAG, or --image with its number';
  throw new FormatError('which-image', `holds ${fitting.length} images, ${listed(fitting)}; choose one with ${how}`);
}

/** A name may leave out the registry, or the repository before a tag. */
function isNamed({ number, names }: Candidate, wanted: string): boolean {
  return String(number) === wanted || names.some((name) => name === wanted || name.endsWith(`/${wanted}`));
}

function none(candidates: readonly Candidate[], what: string): FormatError {
  return new FormatError('which-image', `holds ${what}; it holds ${listed(candidates)}`);
}

function listed(candidates: readonly Candidate[]): string {
  const shown = candidates.slice(0, mostListed).map(({ number, names, platform }) => {
    const name = names[0] === undefined ? `number ${number}` : `${number}: ${cut(names[0])}`;
    return platform === null ? name : `${name} (${cut(platform)})`;
  });
  const more = candidates.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
