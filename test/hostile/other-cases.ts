// Cases 59 to 86: directories, the world around the program, images and budgets. Their tests are elsewhere.
import type { Covered, HostileCase } from './case.ts';

const bad = 'cli/bad-input.test.ts';
const faults = 'cli/faults.test.ts';
const image = 'formats/image.test.ts';

function covered(number: number, what: string, outcome: string, ...tests: readonly Covered[]): HostileCase {
  return { number, what, outcome, tests };
}

export const otherCases: readonly HostileCase[] = [
  covered(
    59,
    'fifos, sockets and devices in a directory or as the artifact',
    'notice `special-file`, never opened; error as the artifact',
    [bad, 'with loops, fifos and odd names'],
    [bad, 'a missing path, a device, a fifo'],
    [faults, 'a socket, inside a directory and as the artifact'],
  ),
  covered(60, 'symlinks that loop, lead up, to / or to /dev/zero, or nowhere', 'not followed', [
    bad,
    'with loops, fifos and odd names',
  ]),
  covered(
    61,
    'hard links in a directory',
    'counted once',
    [bad, 'a hard-linked file counts as long as one of its names is selected'],
    ['scan/wrappings.test.ts', 'content is the sum of find, each inode once'],
  ),
  covered(
    62,
    'files with holes',
    'logical length; above 1 GiB of holes a notice',
    [bad, 'count holes by their logical length'],
    [bad, 'holes of files on disk'],
  ),
  covered(
    63,
    'what may not be read',
    'notice that makes a gate unknown; error as the artifact',
    [bad, 'that cannot be read say so and are never silently smaller'],
    ['policy/evaluate.test.ts', 'makes unknown whatever would pass or warn'],
  ),
  covered(
    64,
    'files that grow, shrink, vanish or are replaced while they are read',
    'notice',
    [faults, 'files that change while they are read'],
    ['codecs/decode.test.ts', 'notices a file that shrinks while it is read'],
  ),
  covered(
    65,
    'many files, deep and long paths',
    'plain result; above PATH_MAX a notice',
    ['scan/collector.test.ts', 'may be as deep as a system call takes'],
    [bad, 'paths of absurd length or depth'],
  ),
  covered(
    66,
    'a million entries',
    'memory grows with entries only',
    ['scan/collector.test.ts', 'members by --max-entries'],
    ['hostile/hostile.test.ts', 'with little memory'],
  ),
  covered(
    67,
    'SIGINT and SIGTERM',
    '130 and 143, no half file',
    [bad, 'while standard input is silent exits'],
    [faults, 'signals at any moment'],
  ),
  covered(
    68,
    'standard streams that are closed, full or slow',
    'quiet end, or error',
    [bad, 'to a pipe that is closed early ends quietly'],
    [bad, 'to a full device fails'],
    [faults, 'standard streams'],
  ),
  covered(
    69,
    'output file in a missing, read-only or full place, or a directory',
    'error, no half file',
    [bad, 'to a file that cannot be written fails and leaves nothing'],
    [faults, 'output files'],
  ),
  covered(70, 'odd environments', 'the same result', [faults, 'the environment']),
  covered(
    71,
    'the same input twice',
    'the same bytes',
    ['scan/wrappings.test.ts', 'the same text from run to run'],
    ['bytes/source.test.ts', 'leaves nothing behind in the temporary directory'],
  ),
  covered(
    72,
    'files of /proc, names that begin with a dash, a missing path',
    'error or plain result',
    [faults, 'names that begin with a dash, files of /proc'],
    [bad, 'a missing path, a device, a fifo'],
  ),
  covered(
    73,
    'seven forms of one image',
    'equal numbers',
    [image, 'one image in every wrapping'],
    ['scan/image-oracles.test.ts', 'one image of several layers in all wrappings of skopeo'],
  ),
  covered(
    74,
    'missing, cut or flipped layers, configs, manifests',
    'error that names the digest',
    [image, 'of other bytes or of another length'],
    [image, 'with a layer that is no tar, or is cut short'],
    [image, 'with a DiffID that is not that of the layer'],
  ),
  covered(
    75,
    'digests and paths that lead elsewhere',
    'error',
    [image, 'with a link out of the archive'],
    [image, 'with parts of a layout that are no regular files'],
  ),
  covered(76, 'foreign and encrypted layers, media types that lie', 'notice, or read by magic', [
    image,
    'with layers of other media types',
  ]),
  covered(
    77,
    'whiteouts of every kind',
    'applied before the layer itself',
    ['scan/image-layers.test.ts', 'what layers hide'],
    ['scan/image-oracles.test.ts', 'merged trees as umoci unpacks them'],
  ),
  covered(78, 'layers that change owners only', 'told as copies with the same content', [
    'scan/image-layers.test.ts',
    'chown, chmod, touch',
  ]),
  covered(
    79,
    'indexes of several platforms, nested or looping',
    'one image, or error',
    [image, 'never takes an attestation for an image'],
    [image, 'goes into nested indexes, so deep and no deeper'],
    [image, 'says what an index without an image is'],
  ),
  covered(
    80,
    'broken manifest.json, configs, histories',
    'error',
    [image, 'with manifest.json twice'],
    [image, 'with tags, history and config that are made up'],
  ),
  covered(81, 'no layers, empty ones, one twice', 'plain result', [
    image,
    'takes images of no layers, of an empty one, and of one twice',
  ]),
  covered(82, 'zstd:chunked, estargz', 'plain result', [image, 'one image in every wrapping']),
  covered(
    83,
    'budgets that are no JSON',
    'error with line and column; a byte order mark is fine',
    ['policy/json.test.ts', 'takes and refuses what JSON.parse takes and refuses'],
    ['policy/json.test.ts', 'takes a byte order mark'],
    ['policy/budgets.test.ts', 'are text in UTF-8'],
  ),
  covered(
    84,
    'budgets of a wrong shape, misspelt or repeated keys',
    'error with the key',
    ['policy/budgets.test.ts', 'invalid: %s'],
    ['policy/json.test.ts', 'keeps __proto__ and its kind as keys'],
  ),
  covered(
    85,
    'values that are no sizes',
    'error; what is decided, by test',
    ['policy/budgets.test.ts', 'invalid beyond the schema'],
    ['bytes/size.test.ts', 'parseSize'],
  ),
  covered(
    86,
    'globs and documents that take for ever',
    'bounded time',
    ['policy/glob.test.ts', 'is not slow on patterns that catch others'],
    ['policy/glob.test.ts', 'refuses %s'],
    ['policy/evaluate.test.ts', 'of 50,000 rules come in seconds'],
    ['policy/json.test.ts', 'bounds its depth and its time'],
  ),
];
