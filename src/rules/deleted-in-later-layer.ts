// deleted-in-later-layer: files that a later layer of an image removes; the layer that stores them is pulled with them all the same.
import { hiddenFindings } from './hidden.ts';
import type { Rule } from './rule.ts';

export const deletedInLaterLayer: Rule = {
  id: 'deleted-in-later-layer',
  title: 'files of an image that a later layer removes',
  severity: 'warn',
  check: (context) =>
    hiddenFindings(context, 'deleted', {
      title: ['is stored below and removed', 'are stored below and removed'],
      fix: (_, stored) =>
        `remove them in the RUN that makes them, ${stored}, or copy only what is needed from a build stage`,
    }),
};
