// What is run after an artifact was read is run once, and cold: of a scan of 190 MB V8 takes a quarter of that time to compile it. So it is
// run before on a made-up tree, while the decoding thread starts and there is nothing else to do. Nothing is kept of it.
import type { ArFacts, ElfFacts, Facts, PycFacts } from '../../model/facts.ts';
import type { Entry, Snapshot } from '../../model/snapshot.ts';
import type { Reporter, ReportOptions, ScanReport } from '../../report/reporter.ts';

/**
 * Returns what is printed, nothing of which is wanted.
 * @param judged what will judge the artifact.
 * @param report of the format that will be printed; null where that is not worth it.
 */
export function warmUp(
  judged: (snapshot: Snapshot) => ScanReport,
  report: Reporter['scan'] | null,
  options: ReportOptions,
): readonly string[] {
  const whole = judged(sample());
  return [...(report?.(whole, options) ?? [])];
}

const strip = { debug: 500, unneeded: 400, all: 300 };
const target = { class: 64, endian: 'little', machine: 62 } as const;

const elf: ElfFacts = {
  type: 'elf',
  ...target,
  elfType: 'DYN',
  buildId: null,
  debugBytes: 500,
  compressedDebug: false,
  strip,
  unsafe: [],
};

const ar: ArFacts = { type: 'ar', thin: false, variant: 'gnu', members: 1, objects: 1, target, strip, unsafe: [] };

function pyc(optimization: string, source: string): PycFacts {
  const header = { magic: 3531, python: '3.12', mode: 'timestamp', sourceMtime: 7, sourceSize: 10 } as const;
  return { type: 'pyc', ...header, optimization, legacy: false, source };
}

/** A small Python, in which most rules find something. */
function sample(): Snapshot {
  const python = 'lib/python3.12';
  const modules = ['os', 'site', 'test/__init__', 'test/test_os'].flatMap((name) => {
    const source = `${python}/${name}.py`;
    const cached = `${python}/${name.replace(/[^/]*$/, '__pycache__/$&')}.cpython-312`;
    return [
      file(source, 10, 'source', null),
      file(`${cached}.pyc`, 100, name, pyc('', source)),
      file(`${cached}.opt-1.pyc`, 100, name, pyc('1', source)),
    ];
  });
  const entries: Entry[] = [
    ...['.', 'bin', 'include', 'lib', python, `${python}/__pycache__`, `${python}/config`].map(directory),
    ...[`${python}/test`, `${python}/test/__pycache__`, 'share', 'share/doc'].map(directory),
    ...modules,
    file('bin/python3.12', 1000, 'program', elf),
    file('include/a.h', 10, 'header', null),
    file('lib/libpython3.12.a', 900, 'archive', ar),
    file(`${python}/config/libpython3.12.a`, 900, 'archive', ar),
    file('lib/libpython3.12.so.1.0', 1000, 'library', elf),
    { ...directory('lib/libpython3.12.so'), kind: 'symlink', link: 'libpython3.12.so.1.0' },
    file('share/doc/a.1', 5, 'page', null),
    file('share/b.js.map', 5, 'map', null),
  ];
  return {
    artifact: { name: 'sample.tar.zst', format: 'tar', codecs: ['zstd'], length: 500 },
    totals: {
      content: entries.reduce((sum, { size }) => sum + size, 0),
      disk: 4096 * entries.length,
      archive: 20_480,
      compressed: 500,
      files: entries.filter(({ kind }) => kind === 'file').length,
      directories: entries.filter(({ kind }) => kind === 'directory').length,
      symlinks: 1,
      hardlinks: 0,
      other: 0,
    },
    entries: entries.toSorted((a, b) => (a.path === '.' || (b.path !== '.' && a.path < b.path) ? -1 : 1)),
    superseded: [],
    notices: [],
  };
}

function directory(path: string): Entry {
  return { ...file(path, 0, '', null), kind: 'directory', digest: null };
}

/** Members in the order in which a scan makes them, so that V8 takes them for the same. */
function file(path: string, size: number, digest: string, facts: Facts | null): Entry {
  return { path, kind: 'file', size, disk: 4096, mode: 0o644, uid: 0, gid: 0, mtime: 7, digest, link: null, facts };
}
