// `fix --format shell`: the plan as a script. It makes OUT from a copy, so the artifact is never touched.
import { exactBytes } from '../bytes/size.ts';
import { parseCompression } from '../codecs/compress.ts';
import type { Compression } from '../codecs/compress.ts';
import { fixCommands, shellText, unpackCommands } from '../fix/commands.ts';
import type { Fix } from '../model/fix.ts';
import type { ReporterOf } from './reporter.ts';
import { wrapCommand } from './table/style.ts';

const width = 120;

export const shellReporter: ReporterOf<'fix'> = {
  *fix({ tool, fix }) {
    yield '#!/usr/bin/env bash\n';
    yield `# Written by ${tool.name} ${tool.version}; removes ${exactBytes(fix.plan.promised)} of content.\n`;
    yield 'set -euo pipefail\n';
    yield 'export LC_ALL=C\n';
    const isDirectory = fix.artifact.format === 'directory';
    yield* lines(unpackCommands(fix));
    if (!isDirectory) yield `out=${fix.out.startsWith('/') ? '' : '"$PWD"/'}${shellText(fix.out)}\n`;
    yield* lines([isDirectory ? `cd -- ${shellText(fix.out)}` : 'cd -- "$tree"']);
    for (const { title, commands } of fixCommands(fix.plan.actions)) {
      yield `\n# ${title}\n`;
      yield* lines(commands);
    }
    if (!isDirectory) yield* lines(['', ...packCommands(fix)]);
  },
};

function* lines(commands: readonly string[]): Iterable<string> {
  for (const command of commands) yield `${wrapCommand(command, width).join('\n  ')}\n`;
}

function packCommands({ artifact, compression, root }: Fix): string[] {
  // zip adds .zip to a name without an ending, and adds to what is there.
  if (artifact.format === 'zip')
    return [
      ...wheelNote(artifact.name),
      'zip -q -r -y "$temporary/result.zip" .',
      'mv -f -- "$temporary/result.zip" "$out"',
    ];
  const filter = compression === null ? '' : ` | ${packer(parseCompression(compression))}`;
  // npm takes the first component off each name: of `./package/a` it would leave `package/a`.
  return [`tar -cf - --sort=name --format=pax ${root ?? '.'}${filter} > "$out"`];
}

function packer({ codec, level, long }: Compression): string {
  if (codec === 'gzip') return `gzip -n -${level}`;
  return `zstd -q --ultra -${level}${long === null ? '' : ` --long=${long}`}`;
}

function wheelNote(name: string): string[] {
  return name.endsWith('.whl')
    ? ['# The RECORD of the wheel is not brought up to date here; "fix --apply" does that.']
    : [];
}
