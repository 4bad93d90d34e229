// Where the result of a fix goes and how a new archive is compressed. A name that says what the result is in is never given to anything
// else.
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseCompression } from '../../codecs/compress.ts';
import type { Compression } from '../../codecs/compress.ts';
import { UsageError } from '../../errors.ts';
import type { ArtifactIdentity } from '../../model/snapshot.ts';
import type { FixValues } from '../options/fix.ts';

/** What the end of a name says: a container, null where it may be any, and a codec around it, null for none. */
type Ending = readonly [suffix: string, container: string | null, codec: string | null];

/** Longer ones before those that they end in. */
const endings: readonly Ending[] = [
  ['.tar.gz', 'tar', 'gzip'],
  ['.tgz', 'tar', 'gzip'],
  ['.tar.zst', 'tar', 'zstd'],
  ['.tzst', 'tar', 'zstd'],
  ['.tar.xz', 'tar', 'xz'],
  ['.txz', 'tar', 'xz'],
  ['.tar.bz2', 'tar', 'bzip2'],
  ['.tbz2', 'tar', 'bzip2'],
  ['.tbz', 'tar', 'bzip2'],
  ['.tar.br', 'tar', 'brotli'],
  ['.tar.lz4', 'tar', 'lz4'],
  ['.tar', 'tar', null],
  ['.gz', null, 'gzip'],
  ['.zst', null, 'zstd'],
  ['.xz', null, 'xz'],
  ['.bz2', null, 'bzip2'],
  ['.br', null, 'brotli'],
  ['.lz4', null, 'lz4'],
  ['.zip', 'zip', null],
  ['.whl', 'zip', null],
  ['.jar', 'zip', null],
  ['.deb', 'deb', null],
  ['.7z', '7z', null],
];

/** As strong as is usual for what is shipped. */
const usual = new Map([
  ['gzip', 'gzip:9'],
  ['zstd', 'zstd:19'],
]);

/** Where the result goes. @throws UsageError where something is there already that was not said to be replaced. */
export function outOf(artifact: string, values: FixValues): string {
  if (artifact === '-') throw new UsageError('fix reads the artifact more than once: give a path, not standard input');
  if (values['in-place']) {
    if (values.out !== undefined) throw new UsageError('--out and --in-place exclude each other');
    // The target of a symlink is replaced, not the link.
    return existsSync(artifact) ? realpathSync(artifact) : artifact;
  }
  if (values.out === undefined && values.apply)
    throw new UsageError('--apply needs --out PATH for the result, or --in-place');
  const out = values.out ?? proposedOut(artifact);
  if (values.out !== undefined && lstatSync(out, { throwIfNoEntry: false }) !== undefined) {
    throw new UsageError(`--out ${out} exists already; fix never overwrites`);
  }
  if (values.output !== undefined && resolve(values.output) === resolve(out))
    throw new UsageError('--out and --output name the same file');
  // Else it is the artifact that is not there, which is told where it is read.
  if (values.out !== undefined && !existsSync(dirname(out)))
    throw new UsageError(`--out ${out}: there is no directory ${dirname(out)}`);
  if (isInside(dirname(out), artifact)) throw new UsageError(`--out ${out} lies inside the artifact`);
  return out;
}

/**
 * `dist/app.tar.gz` becomes `dist/app-fixed.tar.gz`. The name of a wheel says what it is, and installers refuse others: there it is a
 * build tag (PEP 427), so that `a-1.0-py3-none-any.whl` becomes `a-1.0-1fixed-py3-none-any.whl`.
 */
function proposedOut(artifact: string): string {
  const given = artifact.replace(/\/+$/, '');
  // What has no name of its own, `.`, has the one that its parent knows it by.
  const path = /(?:^|\/)\.\.?$/.test(given) && existsSync(given) ? realpathSync(given) : given;
  const [wheel, project, build, tags] = /^([^-]+-[^-]+)(?:-(\d[^-]*))?((?:-[^-]+){3}\.whl)$/.exec(basename(path)) ?? [];
  if (wheel !== undefined) return join(dirname(path), `${project}-${build ?? 1}fixed${tags}`);
  const isDirectory = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const suffix = isDirectory ? '' : (/(?<=.)(?:\.tar)?\.[A-Za-z0-9]+$/s.exec(basename(path))?.[0] ?? '');
  const stem = basename(path, suffix);
  // Nothing here writes xz and bzip2.
  const written = /^\.(?:tar\.(?:xz|bz2)|txz|tbz2?)$/i.test(suffix) ? '.tar.zst' : suffix;
  return join(dirname(path), `${stem}-fixed${written}`);
}

function isInside(directory: string, artifact: string): boolean {
  if (!existsSync(artifact)) return false;
  // Everything is inside `/`, whose name ends in a slash already.
  return `${realpathSync(directory)}/`.startsWith(`${realpathSync(artifact)}/`.replace('//', '/'));
}

/**
 * How the result is compressed: as was said, as its name says, as the artifact was; null for what is not.
 * @throws UsageError where that cannot be done, or where the name says something else.
 */
export function compressionOf(artifact: ArtifactIdentity, out: string, values: FixValues): Compression | null {
  const { format } = artifact;
  const given = values['compress-with'];
  if (given !== undefined && format !== 'tar') {
    const why = format === 'zip' ? 'a zip, whose members are compressed one by one' : 'a directory';
    throw new UsageError(`--compress-with is for tar archives; this is ${why}`);
  }
  const ending = endings.find(([suffix]) => out.toLowerCase().endsWith(suffix)) ?? null;
  const compression = format === 'tar' ? compressionFor(artifact, ending, values) : null;
  // What is replaced may have any name, as long as it stays what it was.
  const isNamed = values.out !== undefined || (values['in-place'] && given !== undefined);
  if (ending !== null && isNamed) checkEnding(ending, out, format, compression);
  return compression;
}

function checkEnding(
  [, container, codec]: Ending,
  out: string,
  format: ArtifactIdentity['format'],
  compression: Compression | null,
): void {
  const written = compression?.codec ?? null;
  // No ending is that of a directory.
  if ((container ?? format) === format && codec === written) return;
  const [said, is] = [described(container, codec), described(format, written)];
  throw new UsageError(`${out} says ${said}, but the result is ${is}; choose another ending`);
}

function described(container: string | null, codec: string | null): string {
  if (container === null) return codec ?? '';
  return codec === null ? `a ${container}` : `a ${container} in ${codec}`;
}

/** @throws UsageError where the archive's codec has no encoder here and no other is named. */
function compressionFor({ codecs }: ArtifactIdentity, ending: Ending | null, values: FixValues): Compression | null {
  const given = values['compress-with'];
  if (given !== undefined) return parseCompression(given);
  const [codec] = codecs;
  const [, container, said] = ending ?? [];
  const wanted = container === 'tar' && (said === null || usual.has(said ?? '')) ? said : codec;
  if (wanted === undefined || wanted === null) return null;
  const text = usual.get(wanted);
  if (text !== undefined) return parseCompression(text);
  const way = values['in-place']
    ? ', so this cannot be done in place: give --out NAME.tar.gz or NAME.tar.zst'
    : ': name the result .tar.gz or .tar.zst, or give --compress-with';
  throw new UsageError(`no encoder for ${wanted} is there${way}`);
}
