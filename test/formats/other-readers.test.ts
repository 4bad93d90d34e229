// Archives as GNU tar, bsdtar, unzip and Python's tarfile and zipfile list them: files and their sizes are the same, whoever wrote the
// archive, and for the odd ones of test/hostile, too, but for the differences that docs/reliability.md tells.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../src/bytes/source.ts';
import { tarReader } from '../../src/formats/tar/tar.ts';
import { zipFormat } from '../../src/formats/zip.ts';
import { recordingSink } from '../build/sink.ts';
import { tempDirectory } from '../build/temp.ts';
import { noise, prose } from '../codecs/harness.ts';
import { tarCases } from '../hostile/tar-cases.ts';
import { zipCases } from '../hostile/zip-cases.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('other-readers');
const page = readFileSync(join(import.meta.dirname, '../../docs/reliability.md'), 'utf8');

type Reader = 'GNU tar' | 'bsdtar' | 'unzip' | 'Python';

/** `name size` of each file, sorted; names as text where they are UTF-8. */
type Listing = readonly string[];

async function listedByUs(path: string): Promise<Listing> {
  const bytes = readFileSync(path);
  // Sizes are told before the content, of which there may be more than memory holds.
  const sink = { ...recordingSink(), data() {}, hole() {} };
  if (path.endsWith('.tar')) {
    const reader = tarReader(sink);
    reader.write(bytes);
    reader.finish();
  } else {
    const limits = { maxEntries: 1e5, maxUnpacked: 1e9, maxWindow: 2 ** 27 };
    await zipFormat.read(memorySource(bytes), sink, limits, { name: 'x.zip' });
  }
  return sink.records
    .filter(({ member }) => member.kind === 'file')
    .map(({ member }) => `${member.name} ${member.size}`)
    .toSorted();
}

/** What a program prints, whatever it thinks of the archive. */
function printed(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { env: { ...process.env, LC_ALL: 'C' }, timeout: 20_000 });
  return result.stdout.toString('latin1');
}

function matches(text: string, line: RegExp): Listing {
  return text
    .split('\n')
    .flatMap((one) => {
      const [, size, name] = line.exec(one) ?? [];
      return size === undefined || name === undefined ? [] : [`${name} ${size}`];
    })
    .toSorted();
}

/** Octal escapes are how bsdtar spells bytes that the locale does not know. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

const python = `
import json, sys, tarfile, zipfile
def listed(path):
    if path.endswith('.tar'):
        with tarfile.open(path, encoding='latin1') as archive:
            return [f'{m.name} {m.size}' for m in archive if m.isfile()]
    with zipfile.ZipFile(path) as archive:
        def name(m):
            return m.filename.encode('utf-8').decode('latin1')
        return [f'{name(m)} {m.file_size}' for m in archive.infolist() if not m.is_dir() and (m.external_attr >> 28) != 10]
def outcome(path):
    try:
        return sorted(listed(path))
    except Exception as error:
        return [type(error).__name__]
print(json.dumps([outcome(path) for path in sys.argv[1:]]))
`;

/** One call for each archive. */
function each(list: (path: string) => Listing): (paths: readonly string[]) => readonly Listing[] {
  return (paths) => paths.map(list);
}

const readers: Readonly<
  Record<Reader, { readonly tool: string; readonly list: (paths: readonly string[]) => readonly Listing[] }>
> = {
  'GNU tar': {
    tool: 'tar',
    // Contiguous files have a letter of their own, and so have types that it does not know.
    list: each((path) =>
      matches(
        printed('tar', ['-tvf', path, '--numeric-owner', '--quoting-style=literal']),
        /^[-C?]\S+\s+\S+\s+(\d+)\s+\S+\s+\S+\s(.*?)(?: unknown file type '.')?$/,
      ),
    ),
  },
  bsdtar: {
    tool: 'bsdtar',
    list: each((path) =>
      matches(
        unescaped(printed('bsdtar', ['-tvf', path])),
        /^-\S+\s+\d+\s+\S+\s+\S+\s+(\d+)\s+\w+\s+\d+\s+\S+ (?!.* link to )(.*)$/,
      ),
    ),
  },
  unzip: {
    tool: 'unzip',
    list: each((path) =>
      matches(printed('unzip', ['-Z', '-l', path]), /^-\S+\s+\S+\s+\S+\s+(\d+)\s+\S+\s+\d+\s+\S+\s+\S+\s+\S+ (.*)$/),
    ),
  },
  Python: {
    tool: 'python3',
    list: (paths) => {
      const found: string[][] = JSON.parse(run('python3', ['-c', python, ...paths]));
      return found;
    },
  },
};

const forTar: readonly Reader[] = ['GNU tar', 'bsdtar', 'Python'];
const forZip: readonly Reader[] = ['bsdtar', 'unzip', 'Python'];

describe('one tree, packed by every program', () => {
  const tree = join(work, 'tree');
  mkdirSync(join(tree, 'directory', 'n'.repeat(120)), { recursive: true });
  writeFileSync(join(tree, 'empty'), '');
  writeFileSync(join(tree, 'block'), noise(512));
  writeFileSync(join(tree, 'directory', 'text'), prose(100_000));
  writeFileSync(join(tree, 'directory', 'n'.repeat(120), 'long'), prose(513));
  symlinkSync('block', join(tree, 'link'));
  const tarfile = (format: string): string =>
    `python3 -c "import tarfile; t = tarfile.open('../python-${format}.tar', 'w', format=tarfile.${format}_FORMAT); t.add('.'); t.close()"`;
  const archives: readonly (readonly [file: string, tool: string, script: string])[] = [
    ['gnu.tar', 'tar', 'tar --format=gnu -cf ../gnu.tar .'],
    ['pax.tar', 'tar', 'tar --format=pax -cf ../pax.tar .'],
    ['bsd-pax.tar', 'bsdtar', 'bsdtar --format=pax -cf ../bsd-pax.tar .'],
    ['bsd-gnu.tar', 'bsdtar', 'bsdtar --format=gnutar -cf ../bsd-gnu.tar .'],
    ['python-GNU.tar', 'python3', tarfile('GNU')],
    ['python-PAX.tar', 'python3', tarfile('PAX')],
    ['info.zip', 'zip', 'zip -qry ../info.zip .'],
    ['bsd.zip', 'bsdtar', 'bsdtar --format=zip -cf ../bsd.zip .'],
    ['python.zip', 'python3', 'python3 -m zipfile -c ../python.zip *'],
  ];

  describe.each(archives)('%s', (file, tool, script) => {
    const path = join(work, file);
    const usable = requireTool(tool);
    if (usable) run('sh', ['-c', script], { cwd: tree });

    it.skipIf(!usable).each(file.endsWith('.tar') ? forTar : forZip)('is listed as by %s', async (reader) => {
      const { tool: program, list } = readers[reader];
      if (!requireTool(program)) return;
      const ours = await listedByUs(path);
      // The module zipfile follows symlinks.
      expect(ours).toHaveLength(file === 'python.zip' ? 5 : 4);
      expect(list([path])).toEqual([ours]);
    });
  });
});

/** Why listings of odd archives differ: words of the table on the page, and the samples (`case what`) that each is about. */
const differences: Readonly<Record<Reader, Readonly<Record<string, readonly string[]>>>> = {
  'GNU tar': {
    'a blank size field': ['8 blank'],
    'an empty pax record': ['14 a size and its cancellation'],
    'a symlink with a size': ['16 symlink'],
    'the rest of a file from another volume': ['17 multi-volume part'],
  },
  bsdtar: {
    'a NUL inside a number': ['8 NUL inside'],
    'global path and size': ['12 global size', '12 global path'],
    'an empty pax record': ['14 a size and its cancellation'],
    'the rest of a file from another volume': ['17 multi-volume part'],
    'an empty name': ['22 empty'],
    'headers of a zip that contradict its directory': ['37 name', '37 size'],
    'an end record inside the comment': ['37 end record in the comment'],
    'names in code page 437': ['42 CP437'],
    'a broken extra field': ['42 broken extra field'],
  },
  unzip: {
    'an end record inside the comment': ['37 end record in the comment'],
    'names in code page 437': ['42 CP437'],
  },
  Python: {
    'padding that is missing at the end': [
      '1 cut at 612',
      '1 cut at 1023',
      '1 cut at 5220',
      '1 cut at 5631',
      '3 5 bytes',
      '3 1,000 bytes',
    ],
    'two headers that name one member': ['12 two pax', '12 two GNU names'],
    'an empty pax record': ['14 a size and its cancellation'],
    'a hard link with its body': ['16 hard link with its body'],
    'an unknown type': ['17 Q'],
    'the rest of a file from another volume': ['17 multi-volume part'],
    'an end record inside the comment': ['37 end record in the comment'],
  },
};

/** Those of which the differences were looked at; other releases may have others. */
const releases: Readonly<Record<Reader, readonly [args: readonly string[], release: RegExp]>> = {
  'GNU tar': [['--version'], /^tar \(GNU tar\) 1\.34/],
  bsdtar: [['--version'], /^bsdtar 3\.6\./],
  unzip: [['-v'], /^UnZip 6\.00/],
  Python: [['--version'], /^Python 3\.(?:9|1[0-3])\./],
};

describe.each(['GNU tar', 'bsdtar', 'unzip', 'Python'] as const)('odd archives, as %s lists them', (reader) => {
  const { tool, list } = readers[reader];
  const [args, release] = releases[reader];
  const known = requireTool(tool) && release.test(printed(tool, args));
  if (!known) console.warn(`skipped: odd archives as ${reader} lists them, which is of another release`);
  const kinds = [
    ['tar', forTar, tarCases],
    ['zip', forZip, zipCases],
  ] as const;
  const samples = kinds.flatMap(([kind, all, cases]) =>
    all.includes(reader)
      ? cases.flatMap(({ number, samples: some = [] }) =>
          some.flatMap((sample) =>
            'content' in sample.expect ? [{ ...sample, kind, label: `${number} ${sample.what}` }] : [],
          ),
        )
      : [],
  );
  const told = differences[reader];
  const excepted = new Set(Object.values(told).flat());

  it.skipIf(!known)('are the same but for what the page tells', async () => {
    const chosen: (readonly [label: string, path: string])[] = [];
    for (const [index, { kind, label, make }] of samples.entries()) {
      const bytes = make();
      if (bytes.length > 500_000 || excepted.has(label)) continue;
      const path = join(work, `odd-${index}.${kind}`);
      writeFileSync(path, bytes);
      chosen.push([label, path]);
    }
    const theirs = list(chosen.map(([, path]) => path));
    const differing: string[] = [];
    for (const [index, [label, path]] of chosen.entries()) {
      const ours = await listedByUs(path);
      if (JSON.stringify(ours) !== JSON.stringify(theirs[index]))
        differing.push(`${label}: ${ours.join()} is ${theirs[index]?.join()}`);
    }
    expect(samples.length).toBeGreaterThan(20);
    expect(differing).toEqual([]);
  });

  it('are excepted by name, and the page says why', () => {
    const labels = new Set(samples.map(({ label }) => label));
    expect([...excepted].filter((label) => !labels.has(label))).toEqual([]);
    for (const why of Object.keys(told)) expect(page).toContain(why);
  });
});
