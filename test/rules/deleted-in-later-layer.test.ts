import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { deletedInLaterLayer } from '../../src/rules/deleted-in-later-layer.ts';
import { hidden, image, snapshot } from '../build/snapshot.ts';

describe('deleted-in-later-layer', () => {
  it('charges the layer that did it, and names the one that stores the bytes', () => {
    const found = judge(
      snapshot([], {
        image: image(['RUN apt-get install a', 'RUN apt-get install b']),
        hidden: [hidden('var/status', 300, 0, 1, 'deleted'), hidden('var/other', 20, 0, 1, 'overwritten')],
      }),
      [deletedInLaterLayer],
    );
    expect(found).toMatchObject([
      {
        title: '1 file is stored below and removed by layer 1 (RUN apt-get install b)',
        bytes: 300,
        claims: [{ path: 'var/status', part: 'hidden', bytes: 300, layer: 1 }],
      },
    ]);
    expect(found[0]?.fix.advice).toBe(
      'remove them in the RUN that makes them, layer 0 (RUN apt-get install a), or copy only what is needed from a build stage',
    );
  });
});
