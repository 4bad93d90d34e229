// overwritten-in-later-layer: files that a later layer of an image replaces by others; both are stored, pulled and kept.
import { hiddenFindings } from './hidden.ts';
import type { Rule } from './rule.ts';

export const overwrittenInLaterLayer: Rule = {
  id: 'overwritten-in-later-layer',
  title: 'files of an image that a later layer replaces',
  severity: 'info',
  check: (context) =>
    hiddenFindings(context, 'overwritten', {
      title: ['is replaced by another', 'are replaced by others'],
      fix: (_, stored) => `write the files once: make the change in ${stored}, or in the same RUN`,
    }),
};
