// What a rule claims of a real tree, and what its printed command takes from it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { judge } from '../../src/rules/index.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';

/** Writes a file of the tree, with the directories above it. */
export function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Paths of the rule's first finding, and those that are gone once its commands have run without an error. */
export async function commanded(root: string, rule: Rule): Promise<{ claimed: string[]; removed: string[] }> {
  const options = { ...defaultLimits, maxWindow: 1 << 27, digests: 'auto', facts: 'needed' } as const;
  const before = await scan(root, options);
  const [found] = judge(before, [rule]);
  execFileSync('sh', ['-ec', found?.fix.commands.join('\n') ?? 'false'], { cwd: root });
  const after = new Set((await scan(root, options)).entries.map(({ path }) => path));
  return {
    claimed: (found?.claims ?? []).map(({ path }) => path),
    removed: before.entries.map(({ path }) => path).filter((path) => !after.has(path)),
  };
}
