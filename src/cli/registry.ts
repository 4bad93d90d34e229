// The registry of commands: what each is called, takes and does. Dispatches one command line.
import { existsSync } from 'node:fs';
import { UsageError } from '../errors.ts';
import { nearest } from '../policy/nearest.ts';
import { parseArguments } from './options/arguments.ts';
import type { OptionSpecs, Values } from './options/arguments.ts';
import { exitCodes } from './errors.ts';
import { runDiff } from './commands/diff.ts';
import { compressOptions } from './options/compress.ts';
import { fixOptions } from './options/fix.ts';
import { anyArtifact, diffOptions, scanOptions, snapshotOptions } from './options/shared.ts';
import { writeStdout } from './output/streams.ts';
import { policyCommands } from './policy-commands.ts';
import { reportCommands } from './report-commands.ts';
import { runScan, runSnapshot } from './commands/scan.ts';

export interface Command {
  readonly name: string;
  readonly describe: string;
  /** What it takes, for help texts: `ARTIFACT`. */
  readonly takes: string;
  /** What may stand for that, as a line of the help; absent where it takes nothing that is read. */
  readonly accepts?: string;
  /** What exit code 1 means; absent where it never exits so. */
  readonly violated?: string;
  readonly options: OptionSpecs;
  /** Returns the exit code. */
  run(argv: readonly string[], onArtifact: (name: string) => void): Promise<number>;
}

const scanCommand = artifactCommand(
  { name: 'scan', accepts: anyArtifact, violated: 'a finding is as grave as --fail-on' },
  'sizes by directory, and what can be removed (the default)',
  scanOptions,
  runScan,
);

const snapshotCommand = artifactCommand(
  { name: 'snapshot', accepts: anyArtifact },
  'save all that is known of an artifact as JSON; takes every digest',
  snapshotOptions,
  runSnapshot,
);

const diffCommand: Command = {
  name: 'diff',
  describe: 'what changed between two artifacts, directory by directory and file by file',
  takes: 'OLD NEW',
  accepts: anyArtifact.replace('ARTIFACT', 'OLD, NEW'),
  violated: 'something differs (with --exit-code)',
  options: diffOptions,
  run(argv, onArtifact) {
    const { values, positionals } = parseArguments(argv, diffOptions);
    return runDiff(bothArtifacts(positionals), values, onArtifact);
  },
};

const fixCommand = artifactCommand(
  {
    name: 'fix',
    accepts: 'ARTIFACT: a directory, tar or zip; of a snapshot file there is a plan only.',
    violated: 'the result differs from the plan, or the old directory could not be removed',
  },
  'plan the removal of what can go; with --apply do it on a copy and prove the result',
  fixOptions,
  async (artifact, values) => (await import('./commands/fix.ts')).runFixCommand(artifact, values),
);

const compressCommand = artifactCommand(
  { name: 'compress', accepts: 'ARTIFACT: a directory, tar or single file, compressed or not.' },
  'try other codecs and levels: size, time and memory of each, and which to take',
  compressOptions,
  async (artifact, values) => (await import('./commands/compress.ts')).runCompress(artifact, values),
);

/** A command on one artifact. */
function artifactCommand<const Specs extends OptionSpecs>(
  about: Pick<Command, 'name' | 'accepts' | 'violated'>,
  describe: string,
  options: Specs,
  run: (artifact: string, values: Values<Specs>) => Promise<number>,
): Command {
  return {
    ...about,
    describe,
    takes: 'ARTIFACT',
    options,
    run(argv, onArtifact) {
      const { values, positionals } = parseArguments(argv, options);
      const artifact = onlyArtifact(positionals);
      onArtifact(artifact);
      return run(artifact, values);
    },
  };
}

export const commands: readonly Command[] = [
  scanCommand,
  diffCommand,
  fixCommand,
  compressCommand,
  ...policyCommands,
  snapshotCommand,
  ...reportCommands,
];

/** Runs the command that `argv` asks for and returns the exit code. @throws UsageError where it asks for nonsense. */
export async function runCommand(argv: readonly string[], onArtifact: (name: string) => void): Promise<number> {
  const named = commands.find(({ name }) => name === argv[0]);
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  if (argv.length === 0 || words.includes('--help') || words.includes('-h') || argv[0] === 'help') {
    const { helpText } = await import('./options/help.ts');
    const about = argv[0] === 'help' ? aboutNamed(argv[1]) : (named ?? null);
    await writeStdout([await helpText(commands, about)]);
    return argv.length === 0 ? exitCodes.failed : exitCodes.fine;
  }
  if (named !== undefined) return named.run(argv.slice(1), onArtifact);
  refuseMisspelt(argv[0] ?? '');
  return scanCommand.run(argv, onArtifact);
}

/** @throws UsageError for a first word that is nearly a command and no artifact. */
function refuseMisspelt(word: string): void {
  const near = word.startsWith('-') ? null : nearCommand(word);
  if (near !== null && !existsSync(word))
    throw new UsageError(`"${word}" does not exist; did you mean the command "${near}"?`);
}

/** The command that help is asked about; null for all. @throws UsageError where there is none of the name. */
function aboutNamed(word: string | undefined): Command | null {
  if (word === undefined || word.startsWith('-')) return null;
  const command = commands.find(({ name }) => name === word);
  if (command !== undefined) return command;
  const near = nearCommand(word);
  throw new UsageError(
    `there is no command "${word}"; ${near === null ? 'see sizecheck --help' : `did you mean "${near}"?`}`,
  );
}

function nearCommand(word: string): string | null {
  return nearest(
    word,
    commands.map(({ name }) => name),
  );
}

/** @throws UsageError unless there is exactly one. */
function onlyArtifact(positionals: readonly string[]): string {
  const [artifact, second] = positionals;
  if (artifact === undefined)
    throw new UsageError('which artifact? Give a path, or - for standard input; see sizecheck --help');
  if (second === undefined) return artifact;
  const near = nearCommand(artifact);
  const hint = near === null ? 'one at a time' : `did you mean the command "${near}"?`;
  throw new UsageError(`"${artifact}" and "${second}" are given as artifacts; ${hint}`);
}

/** @throws UsageError unless there are exactly two, and at most one on standard input. */
function bothArtifacts(positionals: readonly string[]): readonly [before: string, after: string] {
  const [before, after, third] = positionals;
  if (before === undefined || after === undefined || third !== undefined) {
    const given = positionals.length === 1 ? 'one is given' : `${positionals.length} are given`;
    throw new UsageError(
      `diff takes two artifacts, OLD and NEW; ${positionals.length === 0 ? 'none is given' : given}`,
    );
  }
  if (before === '-' && after === '-') throw new UsageError('only one of OLD and NEW can be standard input');
  return [before, after];
}
