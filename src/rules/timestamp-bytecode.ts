// timestamp-bytecode: pycs that are checked against their source's mtime and size (PEP 552). Normalised times make them stale:
// the interpreter compiles such a module again at every start, silently.
import type { Claim } from '../model/finding.ts';
import { addTo } from '../model/grouping.ts';
import { recompileFix } from './compile.ts';
import { behindLinks, count, fileOf } from './rule.ts';
import type { FindingDraft, Pyc, Rule, RuleContext } from './rule.ts';

export const timestampBytecode: Rule = {
  id: 'timestamp-bytecode',
  title: 'bytecode that is valid only while its source keeps its mtime and size',
  severity: 'warn',
  check(context) {
    const fresh: Claim[] = [];
    const stale = new Map<string, Claim[]>();
    const found: Pyc[] = [];
    for (const pyc of context.pycs) {
      // Of each content once.
      if (pyc.facts.mode !== 'timestamp' || pyc.entry.kind !== 'file' || !isChecked(pyc)) continue;
      found.push(pyc);
      const claim: Claim = { path: pyc.entry.path, part: 'header', bytes: 0 };
      const reason = staleness(context, pyc);
      if (reason === null) fresh.push(claim);
      else addTo(stale, reason, claim);
    }
    const fix = recompileFix(context, found);
    const drafts: FindingDraft[] = [...stale].map(([reason, claims]) => ({
      title: `${count(claims.length, 'pyc is', 'pycs are')} stale and compiled again at each start: ${reason}`,
      claims,
      fix,
    }));
    if (fresh.length > 0) {
      const howStale = fresh.length === 1 ? 'a changed time makes it stale' : 'changed times make them stale';
      const title = `${count(fresh.length, 'pyc is', 'pycs are')} checked by the source's time; ${howStale}`;
      drafts.push({ severity: 'info', title, claims: fresh, fix });
    }
    return drafts;
  },
};

/** A pyc outside of `__pycache__` is read where its source is missing, and then unchecked (PEP 3147); by Python 2.7 beside it, too. */
function isChecked({ facts, source }: Pyc): boolean {
  return !facts.legacy || (facts.python === '2.7' && source !== undefined);
}

/** Why the interpreter would not take the pyc, or null where it would or where that cannot be known. */
function staleness(context: RuleContext, { facts, source: named }: Pyc): string | null {
  const source = named === undefined ? undefined : behindLinks(context, named);
  const file = fileOf(context, source);
  if (source === undefined || file === null) return null;
  const { size } = file;
  const time = facts.sourceMtime !== null && source.mtime !== null && source.mtime >>> 0 !== facts.sourceMtime;
  const length = facts.sourceSize !== null && size % 2 ** 32 !== facts.sourceSize;
  if (time && length) return "the source's mtime and size differ from the header's";
  if (time) return "the source's mtime differs from the header's";
  return length ? "the source's size differs from the header's" : null;
}
