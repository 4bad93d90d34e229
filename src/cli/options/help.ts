// `--help`: the registry of commands and their options, laid out by yargs. Loaded only when asked for.
import type { Argv } from 'yargs';
import type { OptionSpec, OptionSpecs } from './arguments.ts';
import type { Command } from '../registry.ts';
import { anyArtifact } from './shared.ts';

/** Help for one command, or for all of them with the options of the default one. */
export async function helpText(commands: readonly Command[], command: Command | null): Promise<string> {
  // yargs is an ES module, which the bundle (CommonJS) can only load this way.
  const { default: createYargs } = await import('yargs');
  // It asks for the working directory, which may be gone, unless it is given one; it reads nothing there.
  const yargs = createYargs([], '/')
    .scriptName('sizecheck')
    // Else its own words would be in the language of the machine, and ours in English.
    .locale('en')
    .version(false)
    .help(false)
    .wrap(Math.min(100, process.stdout.columns ?? 80))
    .exitProcess(false);
  const shown = command ?? commands[0];
  if (command === null) {
    yargs.usage(
      'sizecheck [COMMAND] ARTIFACT\n\nSays where every byte of an artifact goes, which bytes can go away, and what changed.',
    );
    for (const { name, describe, takes } of commands) yargs.command(`${name} ${takes}`, describe);
    yargs.example('sizecheck python-3.12.tar.zst', 'where its bytes go, and which can go away');
    yargs.example('sizecheck dist/ --format du --units bytes', 'the lines of du -S -B1');
    yargs.example('sizecheck diff old.tar.zst new.tar.zst', 'what grew, what shrank');
    yargs.example('curl -sL URL | sizecheck -', 'read standard input');
  } else {
    yargs.usage(`sizecheck ${command.name} ${command.takes}\n\n${command.describe}`);
  }
  if (command === null)
    yargs.option('version', { type: 'boolean', describe: 'print the version; with --verbose also what decodes zstd' });
  if (shown !== undefined) addOptions(yargs, shown.options);
  yargs.epilogue((command === null ? overview() : remarks(command)).join('\n'));
  return `${(await yargs.getHelp()).split('\n').map(apart).join('\n')}\n`;
}

/** Below the help for all commands. */
function overview(): readonly string[] {
  return [
    'These options are those of scan; "sizecheck COMMAND --help" has those of the others.',
    anyArtifact,
    exitCodesText('a limit is broken, or what --fail-on or --exit-code asks about'),
  ];
}

/** Below the help for one. */
function remarks({ accepts, violated }: Command): readonly string[] {
  return [...(accepts === undefined ? [] : [accepts]), exitCodesText(violated)];
}

function exitCodesText(violated: string | undefined): string {
  const one = violated === undefined ? '' : `, 1 ${violated}`;
  return `Exit codes: 0 fine${one}, 2 could not be done or measured, 130 interrupted (129 hung up, 143 terminated).`;
}

/** yargs leaves no space between a description and the type where both fill the line exactly. */
function apart(line: string): string {
  const [, text, type] = /^(.*[^\s\]])(\[(?:string|number|boolean|array|choices)\b.*)$/.exec(line) ?? [];
  return text === undefined || type === undefined ? line : `${text}\n${type.padStart(line.length)}`;
}

function addOptions(yargs: Argv, specs: OptionSpecs): void {
  yargs.option('help', { alias: 'h', type: 'boolean', describe: 'print this' });
  for (const [name, spec] of Object.entries(specs)) {
    yargs.option(name, {
      describe: spec.describe,
      ...(spec.short === undefined ? {} : { alias: spec.short }),
      ...typed(spec),
    });
  }
}

function typed(spec: OptionSpec) {
  switch (spec.kind) {
    case 'flag':
      return { type: 'boolean', default: spec.default } as const;
    case 'list':
      return { type: 'string', array: true } as const;
    case 'number':
      return { type: 'number', default: spec.default } as const;
    case 'choice':
      return { choices: spec.choices, default: spec.default } as const;
    case 'text':
      return { type: 'string', default: spec.default } as const;
  }
  return {};
}
