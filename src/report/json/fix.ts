// `fix --json`: the plan with its promises, and what came of them. Paths as everywhere; bytes where nothing was done are null.
import { nameToJson } from '../../model/json-name.ts';
import type { FixAction, LeftAlone } from '../../model/fix.ts';
import type { FixReport } from '../reporter.ts';
import { list, member, opening } from './text.ts';

export function* fixJson({ tool, fix }: FixReport): Iterable<string> {
  const { artifact, before, plan, out, compression, exact, outcome } = fix;
  yield opening(tool);
  yield member('artifact', artifact);
  yield member('out', out);
  yield member('applied', outcome !== null);
  yield member('compression', compression);
  yield member('before', before);
  yield member('after', outcome?.totals ?? null);
  yield member('promised', { content: plan.promised });
  yield member('achieved', outcome === null ? null : { content: outcome.achieved });
  if (exact !== undefined) yield member('exact', { base: exact.base, saved: exact.union });
  const rules = plan.rules.map((rule, index) => ({ ...rule, compressed: exact?.rules[index] }));
  yield* list('rules', rules, (rule) => rule);
  yield* list('actions', plan.actions, actionToJson);
  yield* list('leftAlone', plan.leftAlone, leftToJson);
  if (outcome !== null && outcome.updated.length > 0) {
    yield* list('updated', outcome.updated, ({ path, ...sizes }) => ({ ...nameToJson('path', path), ...sizes }));
  }
  yield* list('broken', outcome?.broken ?? [], ({ path, message }) => ({ ...nameToJson('path', path), message }));
  yield '\n}\n';
}

function actionToJson(action: FixAction): object {
  const { kind, path } = action;
  const named = { kind, ...nameToJson('path', path) };
  switch (action.kind) {
    case 'strip':
      return { ...named, mode: action.mode, program: action.program, before: action.before, after: action.after };
    case 'hard-link':
    case 'symlink':
      return { ...named, ...nameToJson('target', action.target) };
    case 'drop-superseded':
      return { ...named, bytes: action.bytes };
    case 'remove':
    case 'remove-directory':
      break;
  }
  return named;
}

function leftToJson({ rule, reason, files, bytes, example }: LeftAlone): object {
  return { rule, reason, files, bytes, ...nameToJson('example', example) };
}
