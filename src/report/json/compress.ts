// `compress --json`: every trial, smallest first. Seconds and memory are of this machine.
import type { CompressReport } from '../reporter.ts';
import { list, member, opening } from './text.ts';

export function* compressJson({ tool, compressions }: CompressReport): Iterable<string> {
  const { artifact, stream, today, trials, untried, best, order, interrupted } = compressions;
  yield opening(tool);
  yield member('artifact', artifact);
  yield member('stream', stream);
  yield member('today', today);
  yield* list('trials', trials, (trial) => trial);
  yield* list('untried', untried, (one) => one);
  yield member('best', best);
  yield member('order', order);
  yield member('interrupted', interrupted);
  yield '\n}\n';
}
