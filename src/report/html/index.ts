// `--format html`: one file without anything from outside, to be opened in a browser or kept with a build. All figures stand in it as
// text; the map and the list of directories are drawn by the program in the page (page.ts).
import type { ReporterOf } from '../reporter.ts';
import { checkPage } from './check.ts';
import { diffPage } from './diff.ts';
import { scanPage } from './scan.ts';

/** `--format html`: a page in one piece, with a map of all bytes, or of what changed. */
export const htmlReporter: ReporterOf<'scan' | 'diff' | 'check'> = {
  *scan(report, options) {
    yield scanPage(report, options);
  },
  *diff(report, options) {
    yield diffPage(report, options);
  },
  *check(report, options) {
    yield checkPage(report, options);
  },
};
