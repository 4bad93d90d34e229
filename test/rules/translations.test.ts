import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judge } from '../../src/rules/index.ts';
import { translations } from '../../src/rules/translations.ts';
import { commanded, put } from '../build/commanded.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { tempDirectory } from '../build/temp.ts';
import { scan } from '../../src/scan/scan.ts';
import { run } from '../oracles.ts';

describe('translations', () => {
  it('claims what its commands remove', async () => {
    const files = [
      'django/conf/locale/de/LC_MESSAGES/django.po',
      'usr/share/locale/de/LC_MESSAGES/ls.mo',
      'usr/share/locale/de/LC_MESSAGES/ls.po',
    ];
    const others = [
      'django/conf/locale/de/LC_MESSAGES/django.mo',
      'locale/a.mo',
      'share/x/locale/a.mo',
      'src/po/de.po',
      'src/po/linked.po',
      'usr/share/locale/locale.alias',
    ];
    const root = tempDirectory('translations');
    for (const [index, path] of [...files, ...others].entries()) put(root, path, '.'.repeat(100 - index));
    symlinkSync('../../usr/share/locale/de/LC_MESSAGES/ls.mo', join(root, 'src/po/linked.mo'));
    const before = await scan(root);
    const [found] = judge(before, [translations]);
    expect(claimedPaths(found)).toEqual(files);
    for (const command of found?.fix.commands ?? []) run('sh', ['-ec', command], { cwd: root });
    const after = await scan(root);
    const left = new Set(after.entries.map(({ path }) => path));
    expect(before.entries.map(({ path }) => path).filter((path) => !left.has(path))).toEqual(files);
    expect(before.totals.content - after.totals.content).toBe(found?.bytes);
  });

  it('claims a source of two names once', async () => {
    const root = tempDirectory('translations-linked');
    for (const path of ['a/de.mo', 'b/de.mo', 'a/de.po']) put(root, path, 'catalogue');
    linkSync(join(root, 'a/de.po'), join(root, 'b/de.po'));
    expect(await commanded(root, translations)).toEqual({ claimed: ['a/de.po'], removed: ['a/de.po', 'b/de.po'] });
    // Of none that stays under another name.
    put(root, 'a/fr.po', 'source');
    put(root, 'a/fr.mo', 'catalogue');
    linkSync(join(root, 'a/fr.po'), join(root, 'fr.txt'));
    expect(judge(await scan(root), [translations])).toEqual([]);
  });

  it('gives the commands that there is something for', () => {
    const commands = (...paths: string[]) => judge(tree(...paths), [translations])[0]?.fix.commands;
    expect(commands('usr/share/locale/de/a.mo')).toEqual(["find usr/share/locale -type f -name '*.mo' -delete"]);
    expect(commands('l/a.mo', 'l/a.po')).toEqual([expect.stringMatching(/^find \. -type f -name '\*\.po' -exec sh/)]);
    expect(commands('l/a.mo', 'l/b.po')).toBeUndefined();
  });
});
