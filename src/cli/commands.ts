// The commands and their arguments, parsed by yargs; each command's work is in a file of its own, loaded when it runs.
import createYargs from 'yargs';
import type { Argv } from 'yargs';
import { UsageError } from '../errors.ts';
import { exitCodes } from './errors.ts';
import { inputOptions, scanOptions } from './options.ts';
import { runScan, runSnapshot } from './scan.ts';

/** Runs the command that `argv` asks for and returns the exit code. @throws UsageError where it asks for nonsense. */
export async function runCommand(argv: readonly string[], onArtifact: (name: string) => void): Promise<number> {
  let exitCode: number = exitCodes.fine;
  const parser = createYargs([...argv])
    .scriptName('sizecheck')
    .usage('$0 [scan] ARTIFACT\n\nSays where every byte of an artifact goes, and which bytes can go away.')
    .command(
      ['scan <artifact>', '$0 <artifact>'],
      'sizes by directory, and what can be removed',
      (yargs) => scanOptions(artifactArgument(yargs)),
      async (args) => {
        onArtifact(args.artifact);
        exitCode = await runScan({ ...args, format: args.json ? 'json' : args.format });
      },
    )
    .command(
      'snapshot <artifact>',
      'save all that is known of an artifact as JSON',
      (yargs) =>
        inputOptions(artifactArgument(yargs)).option('output', {
          alias: 'o',
          type: 'string',
          describe: 'file to write',
        }),
      async (args) => {
        onArtifact(args.artifact);
        exitCode = await runSnapshot(args);
      },
    )
    .example('$0 python-3.12.tar.zst', 'where its bytes go')
    .example('$0 dist/ --format du --units bytes', 'as du -S would print it')
    .example('curl -sL URL | $0 -', 'read standard input')
    .demandCommand(0)
    .strict()
    .recommendCommands()
    .parserConfiguration({ 'duplicate-arguments-array': false, 'populate--': true })
    .version(false)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(100, process.stdout.columns ?? 80))
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new UsageError(`${message ?? 'unknown arguments'}; see sizecheck --help`);
    });
  await parser.parseAsync();
  return exitCode;
}

function artifactArgument(yargs: Argv) {
  return yargs.positional('artifact', {
    type: 'string',
    demandOption: true,
    describe: 'directory, archive, package, library, snapshot file, or - for standard input',
  });
}
