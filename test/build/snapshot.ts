// Builds snapshots for tests of rules and reports.
import type { ArFacts, ElfFacts, PycFacts } from '../../src/model/facts.ts';
import type { Entry, HiddenFile, Image, Snapshot } from '../../src/model/snapshot.ts';
import { sortEntries, totalsOf } from '../../src/scan/entries.ts';

export function file(path: string, size: number, more: Partial<Entry> = {}): Entry {
  return {
    path,
    kind: 'file',
    size,
    disk: Math.ceil(size / 4096) * 4096,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 1_700_000_000,
    digest: null,
    link: null,
    facts: null,
    ...more,
  };
}

export function directory(path: string): Entry {
  return file(path, 0, { kind: 'directory', disk: 4096, mode: 0o755 });
}

export function hardlink(path: string, link: string): Entry {
  return file(path, 0, { kind: 'hardlink', link });
}

export function snapshot(entries: readonly Entry[], more: Partial<Snapshot> = {}): Snapshot {
  const sorted = sortEntries(entries.some(({ path }) => path === '.') ? entries : [directory('.'), ...entries]);
  return {
    artifact: { name: 'test.tar', format: 'tar', codecs: [], length: 10_240 },
    totals: totalsOf(sorted, 10_240, 10_240),
    entries: sorted,
    superseded: [],
    notices: [],
    ...more,
  };
}

/** `sha256:` and a made-up digest that is the same for the same label. */
export function digest(label: string): string {
  return `sha256:${Buffer.from(label).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}

export function elf(strip: Partial<ElfFacts['strip']>, more: Partial<ElfFacts> = {}): ElfFacts {
  return {
    type: 'elf',
    class: 64,
    endian: 'little',
    machine: 62,
    elfType: 'DYN',
    buildId: null,
    debugBytes: 0,
    compressedDebug: false,
    strip: { debug: null, unneeded: null, all: null, ...strip },
    unsafe: [],
    ...more,
  };
}

export function ar(debug: number | null, more: Partial<ArFacts> = {}): ArFacts {
  const strip = { debug, unneeded: debug, all: debug };
  return { type: 'ar', thin: false, variant: 'gnu', members: 1, objects: 1, strip, unsafe: [], ...more };
}

export function pyc(more: Partial<PycFacts> = {}): PycFacts {
  return {
    type: 'pyc',
    magic: 3425,
    python: '3.9',
    mode: 'timestamp',
    sourceMtime: 1_700_000_000,
    sourceSize: 10,
    optimization: '',
    legacy: false,
    source: 'm.py',
    ...more,
  };
}

/** An image of these instructions; what the layers hold matters to no rule. */
export function image(instructions: readonly (string | null)[], more: Partial<Image> = {}): Image {
  const layers = instructions.map((instruction, index) => {
    const sizes = { compressed: 0, content: 0, added: 0, changed: 0, deleted: 0, waste: 0 };
    return { index, digest: digest(`blob ${index}`), diffId: digest(`tar ${index}`), instruction, ...sizes };
  });
  const figures = { efficiency: 1, sizeBytes: 0, userSizeBytes: 0, wastedBytes: 0, userWastedPercent: null };
  const dive = { ...figures, layers: instructions.map(() => 0), inefficientFiles: [] };
  return { platform: 'linux/amd64', layers, layerBytes: 0, visibleBytes: 0, hiddenBytes: 0, dive, ...more };
}

export function hidden(
  path: string,
  size: number,
  stored: number,
  layer: number,
  cause: HiddenFile['cause'],
): HiddenFile {
  return { path, size, stored, layer, cause };
}
