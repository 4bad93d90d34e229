// What notices leave open, by their code and by what the artifact is.
import { expect, it } from 'vitest';
import { doubtOfContent, doubtOfLength, doubtOfSizes } from '../../src/policy/doubts.ts';
import type { Noticed } from '../../src/policy/doubts.ts';

const plain: Noticed['artifact'] = { format: 'tar', codecs: [] };
const packed: Noticed['artifact'] = { format: 'tar', codecs: ['gzip'] };
const image: Noticed['artifact'] = { format: 'oci-archive', codecs: [] };

const open = (code: string, artifact: Noticed['artifact']): boolean[] =>
  [doubtOfLength, doubtOfSizes, doubtOfContent].map(
    (doubtOf) => doubtOf({ notices: [{ code, path: null, message: 'is odd' }], artifact }) !== null,
  );

it.each([
  ['unreadable', [true, true, true]],
  ['changed', [true, true, true]],
  ['vanished', [true, true, true]],
  ['unreadable-content', [false, true, true]],
  ['ambiguous-whiteout', [false, true, true]],
  ['sparse-not-hashed', [false, false, true]],
  ['content-unknown', [false, false, true]],
  ['data-after-end', [false, false, false]],
])('%s leaves open the length, the sizes, the content: %j', (code, expected) => {
  for (const artifact of [plain, packed, image]) expect(open(code, artifact)).toEqual(expected);
});

it('a missing end is a doubt where nothing else tells that all is there', () => {
  expect(open('no-end-of-archive', plain)).toEqual([false, true, true]);
  for (const artifact of [packed, image]) expect(open('no-end-of-archive', artifact)).toEqual([false, false, false]);
});
