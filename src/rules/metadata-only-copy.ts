// metadata-only-copy: a layer that stores files again whose content it did not change; chown, chmod and touch do that.
import type { HiddenFile, ImageLayer } from '../model/snapshot.ts';
import { hiddenFindings } from './hidden.ts';
import { count } from './rule.ts';
import type { Rule } from './rule.ts';

export const metadataOnlyCopy: Rule = {
  id: 'metadata-only-copy',
  title: 'files that a layer stores again with the same content',
  severity: 'warn',
  check: (context) =>
    hiddenFindings(context, 'metadata', {
      title: ['is stored again with the same content', 'are stored again with the same content'],
      fix: (layer, stored, files) => `${instead(layer, files).join('; ')}, in ${stored}`,
    }),
};

function instead(layer: ImageLayer, files: readonly HiddenFile[]): string[] {
  const [given, timed, alike]: [HiddenFile[], HiddenFile[], HiddenFile[]] = [[], [], []];
  for (const file of files) {
    const { differs } = file;
    if (differs === undefined || differs.includes('mode') || differs.includes('owner')) given.push(file);
    else (differs.length > 0 ? timed : alike).push(file);
  }
  const told: string[] = [];
  if (given.length > 0) told.push(giveOnce(flagsOf(layer, given)));
  if (timed.length > 0) {
    const whose = `mode, owner and group of ${count(timed.length, 'file')} are the same and only times differ`;
    told.push(`${whose}: keep these, or set them in the RUN that makes the files`);
  }
  if (alike.length > 0) {
    const whose = `mode, owner, group and times of ${count(alike.length, 'file')} are the same`;
    const cause = 'a further hard link or extended attributes (as of setcap) make a layer store a file again';
    told.push(`${whose}: ${cause}, so make these in the RUN that makes the files`);
  }
  return told;
}

function giveOnce(flags: readonly string[]): string {
  return `give files their owner, mode and times where they are made: with COPY ${flags.join(' and ')}, or in the same RUN`;
}

/** As the copies have it; where that is not known, as the instruction says. */
function flagsOf({ instruction }: ImageLayer, files: readonly HiddenFile[]): string[] {
  const text = instruction ?? '';
  const known = files.some(({ differs }) => differs !== undefined);
  const is = (what: 'owner' | 'mode', word: RegExp): boolean =>
    known ? files.some(({ differs }) => differs?.includes(what) === true) : word.test(text);
  const flags = [...(is('owner', /\bchown\b/) ? ['--chown'] : []), ...(is('mode', /\bchmod\b/) ? ['--chmod'] : [])];
  return flags.length === 0 ? ['--chown', '--chmod'] : flags;
}
