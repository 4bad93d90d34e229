// Runs each test once to learn which mutants it would see: those whose comparison gives another result somewhere in it. Then again for
// each of these that no test has noticed yet. A mutant that no test sees needs no run.
import { appendFileSync } from 'node:fs';
import { TestRunner } from 'vitest';
import { flipped, sitesOf } from './mutate-sites.mjs';

const { sources, log, skip, slow } = JSON.parse(process.env.MUTATE);
const sites = sitesOf(sources);
/** Comparisons after which a mutant hangs, which is noticed, too; a test may make as many times more than without it. */
const longest = { more: 2_000_000, times: 20 };

/** Milliseconds from which on a test waits until the others have noticed what they can. */
const longTest = 300;

const operators = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '===': (a, b) => a === b,
  '!==': (a, b) => a !== b,
};
const decisions = sites.map(({ operator, variants }) => ({
  test: operators[operator],
  flip: variants.includes('flip') ? operators[flipped[operator]] : null,
}));
const seen = {
  flip: new Uint8Array(sites.length),
  true: new Uint8Array(sites.length),
  false: new Uint8Array(sites.length),
};
const mutants = {
  on: false,
  /** The one that is tried; null while a test is watched. */
  active: null,
  left: Infinity,
  count: 0,
  decide(id, left, right) {
    const { test, flip } = decisions[id];
    const result = test(left, right);
    mutants.count++;
    if (mutants.active === null) {
      seen[result ? 'false' : 'true'][id] = 1;
      if (flip !== null && flip(left, right) !== result) seen.flip[id] = 1;
      return result;
    }
    if (mutants.count > mutants.left) throw new Error('this mutant does not end');
    if (mutants.active.id !== id) return result;
    return mutants.active.variant === 'flip' ? flip(left, right) : mutants.active.variant === 'true';
  },
};
globalThis.mutants ??= mutants;
const noticed = (globalThis.noticedMutants ??= new Set(skip));

/** Hooks that stand before or after each test, of the outermost suite first. */
function hooksOf({ suite, file }, kind) {
  const above = suite === undefined || suite === file ? [] : hooksOf({ suite: suite.suite ?? file, file }, kind);
  return [...above, ...TestRunner.getSuiteHooks(suite ?? file)[kind]];
}

/** Makes what a test has used up anew. @throws where the hooks behind the test find fault with it. */
async function renew(test) {
  globalThis.mutants.on = false;
  try {
    for (const hook of hooksOf(test, 'afterEach').toReversed()) await hook(test.context, test.suite);
  } finally {
    for (const hook of hooksOf(test, 'beforeEach')) await hook(test.context, test.suite);
  }
}

function tell(what) {
  appendFileSync(log, `${JSON.stringify(what)}\n`);
}

/** The name of a mutant if the test would see it and none has noticed it. */
function candidates() {
  return sites.flatMap(({ id, variants }) =>
    variants
      .filter((variant) => seen[variant][id] === 1)
      .map((variant) => ({ id, variant, key: `${id}:${variant}` }))
      .filter(({ key }) => !noticed.has(key)),
  );
}

export default class MutateRunner extends TestRunner {
  async runTask(test) {
    const run = TestRunner.getTestFn(test);
    const name = test.fullName ?? test.name;
    if (slow !== null && !slow.includes(name)) return;
    const started = performance.now();
    tell({ begins: name });
    for (const marks of Object.values(seen)) marks.fill(0);
    Object.assign(globalThis.mutants, { on: true, active: null, left: Infinity, count: 0 });
    try {
      await run();
    } finally {
      globalThis.mutants.on = false;
    }
    const own = candidates();
    if (own.length === 0) return;
    const { count } = globalThis.mutants;
    tell({ seen: own.map(({ key }) => key) });
    if (slow === null && performance.now() - started > longTest) {
      tell({ slow: name });
      return;
    }
    const runAnew = async () => {
      try {
        await run();
      } finally {
        await renew(test);
      }
    };
    try {
      await renew(test);
      await runAnew();
    } catch (error) {
      tell({ again: name, error: String(error) });
      return;
    }
    for (const one of own) {
      tell({ tries: one.key });
      const left = count * longest.times + longest.more;
      Object.assign(globalThis.mutants, { on: true, active: one, left, count: 0 });
      try {
        await runAnew();
      } catch {
        noticed.add(one.key);
        tell({ noticed: one.key });
      } finally {
        globalThis.mutants.on = false;
      }
      tell({ done: one.key });
    }
  }
}
