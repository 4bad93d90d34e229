// The default key of a comment on a gate: the same in every run of one pull request, whatever of its artifacts is there.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from './run.ts';

const work = tempDirectory('comment-key');
const tar = buildTar([{ name: 'a', content: 'a' }]);

/** The marker of the comment on a check of these files. */
function markerOf(artifacts: readonly object[], files: readonly string[], root: object = {}): string {
  const place = mkdtempSync(join(work, 'run-'));
  mkdirSync(join(place, 'dist'));
  for (const file of files) writeFileSync(join(place, file), tar);
  writeFileSync(join(place, 'budgets.json'), JSON.stringify({ version: 1, artifacts, ...root }));
  const check = sizecheck(['check', '--json'], { cwd: place });
  expect(check.stderr).toBe('');
  const comment = sizecheck(['comment', '--from', '-', '--dry-run', '--quiet'], { cwd: place, input: check.stdout });
  return comment.stdout.split('\n', 1)[0] ?? '';
}

const max = { max: '1 MB' };
const app = { name: 'app', path: 'dist/app*.tar', uncompressed: max, compressed: { max: 1 } };
const extra = { name: 'extra', path: 'extra.tar', optional: true, uncompressed: max };

it.each([
  [['dist/app.tar', 'extra.tar']],
  [['dist/app.tar']],
  [['dist/app-1.tar', 'extra.tar']],
  [['dist/app-1.tar', 'dist/app-2.tar']],
  [['dist/app-1 (b).tar', 'dist/app-1 (c).tar', 'dist/app-2.tar', 'extra.tar']],
  [['dist/app-1 (b).tar', 'dist/app-1 (c).tar']],
])('of %j', (files) => {
  expect(markerOf([app, extra], files)).toBe('<!-- sizecheck:app%2Bextra -->');
  expect(markerOf([{ ...app, name: 'app (arm)' }], files.slice(0, 2))).toBe('<!-- sizecheck:app%20%28arm%29 -->');
});

it('names artifacts that are judged by rules alone, and no groups and ignores', () => {
  const group = { name: 'all', members: ['app'], uncompressed: max };
  const ignore = [{ match: 'gone', rule: 'duplicate-file', reason: 'x', until: '2020-01-01' }];
  const root = { rules: { 'duplicate-entry': 'error' }, groups: [group], ignore };
  const bare = { name: 'bare', path: 'extra.tar' };
  const found = markerOf([bare, app], ['dist/app.tar', 'extra.tar'], root);
  expect(found).toBe('<!-- sizecheck:app%2Bbare -->');
});
