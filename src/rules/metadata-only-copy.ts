// metadata-only-copy: a layer that stores files again whose content it did not change; chown, chmod and touch do that.
import type { ImageLayer } from '../model/snapshot.ts';
import { hiddenFindings } from './hidden.ts';
import type { Rule } from './rule.ts';

export const metadataOnlyCopy: Rule = {
  id: 'metadata-only-copy',
  title: 'files that a layer stores again with the same content',
  severity: 'warn',
  check: (context) =>
    hiddenFindings(context, 'metadata', {
      title: ['is stored again with the same content', 'are stored again with the same content'],
      fix: ({ instruction }, stored) => `${instead(instruction)}, in ${stored}`,
    }),
};

function instead(instruction: ImageLayer['instruction']): string {
  const text = instruction ?? '';
  const flags = [...(/\bchown\b/.test(text) ? ['--chown'] : []), ...(/\bchmod\b/.test(text) ? ['--chmod'] : [])];
  const how = flags.length === 0 ? '--chown and --chmod' : flags.join(' and ');
  return `give files their owner, mode and times where they are made: with COPY ${how}, or in the same RUN`;
}
