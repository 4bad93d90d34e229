// missing-bytecode: sources without a pyc in a package that ships bytecode. Where its directory is read-only (Lambda, images) such a
// module is compiled again at each start. Nothing to remove: the claims have no bytes.
import type { Claim } from '../model/finding.ts';
import type { Name } from '../model/name.ts';
import { compileFix } from './compile.ts';
import { count, fileOf } from './rule.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Never imported by what the artifact is for; lib2to3's and the test suite's hold sources that do not compile. */
const aside = /(?:^|\/)(?:tests?|idle_test|testing|data|templates?|examples?)\/|(?:^|\/)bad[^/]*\.py$|\btemplate\b/;

export const missingBytecode: Rule = {
  id: 'missing-bytecode',
  title: 'sources without bytecode in a package that ships bytecode',
  severity: 'info',
  byAbsence: true,
  check(context) {
    if (context.pycs.length === 0) return [];
    const compiled = new Set<Name>();
    for (const { source } of context.pycs) if (source !== undefined) compiled.add(source.path);
    const packages = new Map<Name, { compiled: number; missing: Name[] }>();
    for (const path of sources(context)) {
      const name = packageOf(path);
      const known = packages.get(name) ?? { compiled: 0, missing: [] };
      packages.set(name, known);
      if (compiled.has(path)) known.compiled++;
      else known.missing.push(path);
    }
    const claims: Claim[] = [];
    for (const known of packages.values()) {
      // Where most have none, it was not meant to.
      if (known.compiled <= known.missing.length) continue;
      for (const path of known.missing) claims.push({ path, part: 'bytecode', bytes: 0 });
    }
    if (claims.length === 0) return [];
    const title = `${count(claims.length, 'source has', 'sources have')} no bytecode, while the rest of the package has; compiled at each start where the directory is read-only`;
    const versions = new Set(context.pycs.map(({ facts }) => facts.python));
    return [{ title, claims, fix: compileFix(versions) }];
  },
};

/** Modules with anything to compile. */
function* sources(context: RuleContext): Iterable<Name> {
  for (const entry of context.snapshot.entries) {
    const { path } = entry;
    if (!path.endsWith('.py') || aside.test(path)) continue;
    if ((fileOf(context, entry)?.size ?? 0) > 0) yield path;
  }
}

/** The directory below the root of a module search path, or the one that holds the module. */
function packageOf(path: Name): Name {
  const root = /^(?:.*\/)?(?:site-packages|dist-packages|python\d(?:\.\d+)?|python)\//.exec(path)?.[0] ?? '';
  const end = path.indexOf('/', root.length);
  return end < 0 ? root : path.slice(0, end);
}
