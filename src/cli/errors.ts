// Errors as a person and a log see them: one inert line, and the exit code that goes with it.
import { OutputError, ServiceError, SizecheckError } from '../errors.ts';
import { inertLine, terminalName, terminalText } from '../report/escape.ts';

/** Exit codes: 0 fine, 1 violated, 2 could not be measured, 130 interrupted, 129 and 143 ended by a signal. */
export const exitCodes = { fine: 0, violated: 1, failed: 2, hungUp: 129, interrupted: 130, terminated: 143 } as const;

/** One line that names artifact, member and offset; for an unexpected error (a bug) the stack follows. */
export function describeError(error: unknown, artifact: string | null): string {
  if (!(error instanceof SizecheckError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `sizecheck: internal error, please report it: ${stack.split('\n').map(terminalText).join('\n')}`;
  }
  const place = [placeOf(error, artifact)];
  if (error.path !== undefined) place.push(cut(terminalName(error.path)));
  const at = error.offset === undefined ? '' : ` (at byte ${error.offset})`;
  const where = place.filter((part) => part !== null).join(': ');
  return inertLine(`sizecheck: ${where === '' ? '' : `${where}: `}${terminalText(error.message)}${at}`);
}

/** Characters of a name that an error line shows: names may be as long as their archive likes. */
const mostShown = 1000;

/** The beginning and the end tell which name it is. */
function cut(name: string): string {
  if (name.length <= mostShown) return name;
  // Halves of a character that was cut in two are left out.
  const [begin, end] = [name.slice(0, mostShown / 2), name.slice(-mostShown / 2)];
  return `${begin.replace(/[\ud800-\udbff]$/, '')}…${end.replace(/^[\udc00-\udfff]/, '')}`;
}

/** What an error is about: a service names itself in its message. */
function placeOf(error: SizecheckError, artifact: string | null): string | null {
  if (error instanceof ServiceError) return null;
  return error instanceof OutputError ? terminalText(error.target) : nameOf(artifact);
}

/** One inert line on standard error, for what does not change the result. */
export function warnLine(message: string): void {
  process.stderr.write(`${inertLine(`sizecheck: warning: ${terminalText(message)}`)}\n`);
}

function nameOf(artifact: string | null): string | null {
  if (artifact === null) return null;
  return artifact === '-' ? 'standard input' : terminalText(artifact);
}
