#!/usr/bin/env node
// The command line: argv in, exit code out. Loads little before it knows what is asked.
import { anticipateDecoding } from './start/anticipate.ts';
import { describeError, exitCodes } from './errors.ts';
import { keepYoungHeapSmall } from './start/garbage.ts';
import { removeUnfinished } from './output/streams.ts';
import { optimizeLate } from './start/tune.ts';

/** Set as soon as it is known, for error lines. */
let artifact: string | null = null;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--version') && !argv.includes('--')) {
    const { printVersion } = await import('./version.ts');
    return printVersion(argv.includes('--verbose'));
  }
  const decoding = anticipateDecoding(argv, tune);
  const { runCommand } = await import('./registry.ts');
  if (decoding === 0) tune(0);
  return runCommand(argv, (name) => {
    artifact = name;
  });
}

/** Once Node's own modules are loaded, in the `decoding` threads, too. */
function tune(decoding: number): void {
  optimizeLate(1 + decoding);
  keepYoungHeapSmall();
}

function onSignal(code: number): () => void {
  return () => {
    removeUnfinished();
    process.exit(code);
  };
}

process.on('SIGINT', onSignal(exitCodes.interrupted));
process.on('SIGTERM', onSignal(exitCodes.terminated));
// A terminal or connection that goes away; under nohup, too, as Node ends by this signal there, anyway.
process.on('SIGHUP', onSignal(exitCodes.hungUp));
// Should ever nothing be left to wait for before the end, then the program must not look as if all were fine.
process.exitCode = exitCodes.failed;
const early = (): void => {
  process.stderr.write(`${describeError(new Error('it ended before it was done'), artifact)}\n`);
};
process.once('beforeExit', early);

main(process.argv.slice(2)).then(
  (code) => {
    // A signal that came during the last step is handled in the next round of events, and decides the code.
    setImmediate(() =>
      setImmediate(() => {
        process.off('beforeExit', early);
        process.exitCode = code;
      }),
    );
  },
  (error: unknown) => {
    process.off('beforeExit', early);
    fail(error);
  },
);

/** Another artifact may still be read, by this thread or another one, or waited for: there is nothing to finish any more. */
function fail(error: unknown): void {
  process.stderr.write(`${describeError(error, artifact)}\n`, () => process.exit(exitCodes.failed));
}

// What nobody waits for may fail, too (a file of ours that cannot be opened): Node would exit 1 then, which says that a budget is broken.
process.on('uncaughtException', (error) => {
  removeUnfinished();
  fail(error);
});

// Errors of single writes are handled where they are made; without a listener they would also be thrown here.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
