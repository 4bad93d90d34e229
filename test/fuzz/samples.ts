// The good samples that are damaged, by family, made by the builders of the tests. A compressor that is not installed costs its family.
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { buildAr } from '../build/ar.ts';
import { buildDeb, control, data, dataTar, version } from '../build/deb.ts';
import { buildElf } from '../build/elf.ts';
import {
  buildImage,
  descriptor,
  docker25Files,
  json,
  layoutFiles,
  legacyFiles,
  ociTypes,
  tarOf,
} from '../build/image.ts';
import type { Files } from '../build/image.ts';
import { code39, marshal } from '../build/pyc-code.ts';
import { buildPyc } from '../build/pyc.ts';
import { pycSamples } from '../build/pyc-samples.ts';
import { base256, buildTar, gnuLong, pax, paxRecord } from '../build/tar.ts';
import { buildZip, extraField, u64 } from '../build/zip.ts';
import { block, emptyFrame, frame, skippable } from '../build/zstd.ts';

export interface Sample {
  readonly label: string;
  readonly bytes: Buffer;
  /** Puts the damaged bytes where they belong, all around them sound; null where they are an artifact or a document themselves. */
  readonly wrap: ((bytes: Buffer) => Buffer) | null;
}

export const families = [
  'tar',
  'zip',
  'gzip',
  'zstd',
  'xz',
  'bzip2',
  'ar',
  'deb',
  'image',
  'elf',
  'pyc',
  'packages',
  'snapshot',
  'report',
  'budgets',
] as const;
export type Family = (typeof families)[number];

export function isFamily(word: string): word is Family {
  return families.some((family) => family === word);
}

function sample(label: string, bytes: Uint8Array | string, wrap: Sample['wrap'] = null): Sample {
  return { label, bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes), wrap };
}

/** A file of a tar, with files that lists of packages may speak of. */
function inFile(name: string): (content: Buffer) => Buffer {
  return (content) =>
    buildTar([
      { name, content },
      { name: 'a.py', content: '' },
      { name: 'usr/bin/a', content: 'a' },
      { name: 'lib/sample.py', content: 'source' },
    ]);
}

const names = ['lib/python3.9/os.py', 'bin/python3', 'a b', 'caf\xc3\xa9', 'caf\xe9', 'x'.repeat(99)];

const elf = buildElf({
  type: 3,
  load: true,
  symbols: [{ name: 'one' }, { name: 'two', bind: 0 }, { name: 'three', type: 2 }],
  sections: [
    { name: '.text', flags: 6, content: Buffer.alloc(200, 0x90) },
    {
      name: '.note.gnu.build-id',
      type: 7,
      flags: 2,
      content: Buffer.from('040000000400000003000000474e5500deadbeef', 'hex'),
    },
    { name: '.debug_info', content: 'debug '.repeat(100) },
    { name: '.debug_str', flags: 0x30, content: 'text\0'.repeat(40), entsize: 1 },
    { name: '.gnu_debuglink', content: 'x.debug\0\x01\x02\x03\x04' },
    { name: '.comment', flags: 0x30, content: 'GCC\0', entsize: 1 },
    { name: '.bss', type: 8, flags: 3, size: 4096 },
  ],
});

function tarSamples(): Sample[] {
  const plain = names.map((name, at) => ({ name, content: Buffer.alloc(at * 300, name) }));
  const sparse = Buffer.from(`2\n0\n10\n1000\n10\n`.padEnd(512, '\0') + 'x'.repeat(20), 'latin1');
  const sparseHeader = (header: Buffer): void => {
    header.write('00000000000\0'.concat('00000000100\0', '00000002000\0', '00000000100\0'), 386, 'latin1');
    header.write('00000010000\0', 483, 'latin1');
  };
  return [
    sample('ustar', buildTar(plain)),
    sample('v7', buildTar(plain.map((spec) => ({ ...spec, magic: 'v7' as const })))),
    sample(
      'gnu',
      buildTar([
        gnuLong('L', `deep/${'n'.repeat(200)}`),
        { name: 'deep/n', content: 'long', magic: 'gnu' },
        gnuLong('K', 't'.repeat(150)),
        { name: 'soft', type: '2', link: 't', magic: 'gnu' },
        { name: 'size', content: 'x'.repeat(700), size: base256(700n), magic: 'gnu' },
      ]),
    ),
    sample(
      'gnu-sparse',
      buildTar([{ name: 'sparse', type: 'S', magic: 'gnu', content: 'x'.repeat(128), edit: sparseHeader }]),
    ),
    sample(
      'pax',
      buildTar([
        pax({ mtime: 1, comment: 'all' }, 'g'),
        pax({ path: 'p/caf\xc3\xa9', size: 5, mtime: '1.5', linkpath: 'x' }),
        { name: 'short', content: 'hello' },
        pax(paxRecord('SCHILY.xattr.user.a', 'b') + paxRecord('size', '3')),
        { name: 'other', content: 'abc' },
      ]),
    ),
    sample(
      'pax-sparse',
      buildTar([
        pax({ 'GNU.sparse.major': 1, 'GNU.sparse.minor': 0, 'GNU.sparse.name': 's', 'GNU.sparse.realsize': 1010 }),
        { name: 'GNUSparseFile.0/s', content: sparse },
        pax({ 'GNU.sparse.size': 100, 'GNU.sparse.numblocks': 1, 'GNU.sparse.map': '10,5' }),
        { name: 'old', content: 'hello' },
      ]),
    ),
    sample(
      'kinds',
      buildTar([
        { name: 'd/', type: '5' },
        { name: 'd/file', content: 'content' },
        { name: 'd/hard', type: '1', link: 'd/file' },
        { name: 'd/soft', type: '2', link: '../x' },
        { name: 'd/device', type: '3' },
        { name: 'd/fifo', type: '6' },
        { name: './d//file', content: 'again' },
        { name: 'volume', type: 'V' },
      ]),
    ),
    sample(
      'inspected',
      buildTar([
        { name: 'lib/x.so', content: elf },
        { name: 'm.pyc', content: buildPyc({ magic: 3425, words: [0, 1, 2], rest: code39({}) }) },
      ]),
    ),
  ];
}

function zipSamples(): Sample[] {
  const plain = names.map((name, at) => ({ name, content: Buffer.alloc(at * 300, name) }));
  return [
    sample('deflated', buildZip(plain)),
    sample('stored', buildZip(plain.map((spec) => ({ ...spec, method: 0 })))),
    sample(
      'zip64',
      buildZip(
        plain.map((spec) => ({ ...spec, zip64: true })),
        { zip64: true },
      ),
    ),
    sample(
      'descriptors',
      buildZip(
        [
          { name: 'a', content: 'x'.repeat(500), descriptor: 'signed' },
          { name: 'b', content: 'y', descriptor: 'bare' },
          { name: 'c', content: 'z', descriptor: 'signed64', zip64: true },
        ],
        {},
      ),
    ),
    sample(
      'prefix',
      buildZip(
        [
          { name: 'd/', content: '' },
          { name: 'd/x', content: elf, gap: 'gap' },
        ],
        { prefix: '#!/bin/sh\n', absolute: true, comment: 'comment' },
      ),
    ),
    sample(
      'extra',
      buildZip([
        {
          name: 'caf\xc3\xa9',
          flags: 0x800,
          content: 'x',
          extra: extraField(0x7075, Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from('name')])),
        },
        { name: 'locked', flags: 1, content: 'x' },
        { name: 'odd', method: 12, data: Buffer.from('x'), content: 'x', extra: extraField(1, u64(1)) },
        { name: 'soft', external: (0o120777 << 16) >>> 0, method: 0, content: '../target' },
      ]),
    ),
    sample(
      'wheel',
      buildZip([
        { name: 'x/__init__.py', content: '' },
        {
          name: 'x-1.dist-info/RECORD',
          content: 'x/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nx-1.dist-info/RECORD,,\n',
        },
        { name: 'x-1.dist-info/WHEEL', content: 'Wheel-Version: 1.0\n' },
      ]),
    ),
  ];
}

/** What a compressor makes of a tar; nothing where it is not installed. */
function compressed(program: string, ...options: readonly (readonly string[])[]): Sample[] {
  const input = buildTar([
    ...names.map((name, at) => ({ name, content: Buffer.alloc(at * 700, `${name} ${at}`) })),
    { name: 'elf', content: elf },
  ]);
  return options.flatMap((args) => {
    const { status, stdout } = spawnSync(program, ['-c', ...args], { input });
    return status === 0 ? [sample(`${program} ${args.join(' ')}`, stdout)] : [];
  });
}

function arSamples(): Sample[] {
  const object = buildElf({
    sections: [
      { name: '.text', content: 'code' },
      { name: '.debug_line', content: 'lines' },
    ],
    symbols: [{ name: 'f' }],
  });
  return [
    sample(
      'gnu',
      buildAr([
        { name: '/', content: Buffer.alloc(12) },
        { name: '//', content: `${'n'.repeat(40)}.o/\n` },
        { name: '/0', content: object },
        { name: 'b.o/', content: object },
        { name: 'text/', content: 'odd' },
      ]),
    ),
    sample(
      'bsd',
      buildAr([
        { name: '__.SYMDEF', content: Buffer.alloc(8) },
        { name: '#1/20', content: Buffer.concat([Buffer.from('long-name.o'.padEnd(20, '\0')), object]) },
      ]),
    ),
    sample('thin', buildAr([{ name: '//', content: 'dir/a.o/\n' }], '!<thin>\n')),
    sample('nested', buildAr([{ name: 'in.a/', content: buildAr([{ name: 'a.o/', content: object }]) }])),
  ];
}

function debSamples(): Sample[] {
  const packed = (program: string, name: string): Sample[] => {
    const { status, stdout } = spawnSync(program, ['-c'], { input: dataTar });
    return status === 0 ? [sample(program, buildDeb([version, control, { name, content: stdout }]))] : [];
  };
  return [
    sample('gzip', buildDeb()),
    sample(
      'plain',
      buildDeb([
        version,
        { name: 'control.tar/', content: dataTar },
        { name: 'data.tar/', content: dataTar },
        { name: '_gpgorigin', content: 'x' },
      ]),
    ),
    sample('signed', buildDeb([version, { name: '_gpgbuilder', content: 'sig' }, control, data])),
    ...packed('xz', 'data.tar.xz'),
    ...packed('zstd', 'data.tar.zst'),
  ];
}

function elfSamples(): Sample[] {
  const sections = [
    { name: '.text', flags: 6, content: Buffer.alloc(64, 0x90) },
    { name: '.debug_abbrev', content: Buffer.alloc(100, 1) },
    {
      name: '.zdebug_info',
      content: Buffer.concat([Buffer.from('ZLIB'), Buffer.from('0000000000000064', 'hex'), Buffer.alloc(20)]),
    },
    {
      name: '.debug_line',
      flags: 0x800,
      content: Buffer.concat([Buffer.from('0100000000000000640000000000000001', 'hex'), Buffer.alloc(30)]),
    },
    { name: '.rela.text', type: 4, link: 6, info: 1, entsize: 24, content: Buffer.alloc(48) },
    { name: '.group', type: 17, link: 6, info: 1, entsize: 4, content: Buffer.alloc(8) },
  ];
  const symbols = [
    { name: 'alpha' },
    { name: 'beta', bind: 0, type: 3 },
    { name: 'gamma', shndx: 0 },
    { name: 'delta', shndx: 0xfff2 },
  ];
  const many = Array.from({ length: 300 }, (_, at) => ({ name: `symbol_${at}`, type: at % 3 }));
  return [
    sample('shared', elf),
    sample('object', buildElf({ sections, symbols })),
    sample('object-32', buildElf({ class: 32, sections, symbols })),
    sample('big-endian', buildElf({ endian: 'big', type: 3, sections, symbols, load: true })),
    sample('big-endian-32', buildElf({ class: 32, endian: 'big', type: 2, sections, symbols, load: true })),
    sample('extended', buildElf({ sections, symbols, extended: true })),
    sample('appended', buildElf({ type: 2, load: true, sections, symbols, appended: 'payload' })),
    sample(
      'large',
      buildElf({
        type: 3,
        load: true,
        symbols: many,
        sections: [{ name: '.text', flags: 6, content: Buffer.alloc(300_000, 0x90) }],
      }),
    ),
    sample('stripped', buildElf({ type: 2, load: true, sections: [], shoff: 0, shnum: 0, shstrndx: 0 })),
  ];
}

function pycFamily(): Sample[] {
  const place = (python: string) => inFile(`lib/__pycache__/sample.cpython-${python.replace('.', '')}.pyc`);
  const recursive = code39({
    consts: [
      marshal.flagged(marshal.tuple(marshal.text('x'), marshal.none)),
      marshal.reference(0),
      code39({ code: Buffer.from([116, 0, 130, 1, 100, 0, 83, 0]) }),
    ],
    names: [marshal.text('AssertionError')],
  });
  return [
    ...pycSamples.map(({ python, pyc }) => sample(`python ${python}`, Buffer.from(pyc, 'base64'), place(python))),
    sample('by hand', buildPyc({ magic: 3425, words: [0, 1, 2], rest: recursive }), place('3.9')),
  ];
}

function packageSamples(): Sample[] {
  const record =
    'a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n"b,c.py",,\n../../bin/x,sha256=abc,12\nx-1.dist-info/RECORD,,\n';
  const status =
    'Package: a\nStatus: install ok installed\nVersion: 1:2-3\nArchitecture: amd64\nDescription: x\n more\n .\n\nPackage: b\nVersion: 2\n';
  return [
    sample('RECORD', record, inFile('x-1.dist-info/RECORD')),
    sample('installed-files', record, inFile('lib/python3.9/site-packages/x-1.dist-info/RECORD')),
    sample('status', status, inFile('var/lib/dpkg/status')),
    sample('control', status.split('\n\n')[0] ?? '', inFile('DEBIAN/control')),
    sample('list', '/.\n/usr\n/usr/bin\n/usr/bin/a\n', inFile('var/lib/dpkg/info/a:amd64.list')),
    sample('diversions', '/usr/bin/a\n/usr/bin/a.real\nb\n', inFile('var/lib/dpkg/diversions')),
    sample(
      'package.json',
      '{"name":"@scope/x","version":"1.2.3","dependencies":{"y":"*"}}',
      inFile('node_modules/@scope/x/package.json'),
    ),
  ];
}

function imageSamples(): Sample[] {
  const below = [
    { name: 'etc/', type: '5' },
    { name: 'etc/passwd', content: 'root' },
    { name: 'app/data', content: 'x'.repeat(5000) },
    { name: 'app/link', type: '1', link: 'app/data' },
    { name: 'app/old', content: 'old' },
    { name: 'lib', type: '2', link: 'usr/lib' },
  ];
  const above = [
    { name: 'app/', type: '5' },
    { name: 'app/data', content: 'x'.repeat(5000), mode: 0o600 },
    { name: 'app/.wh.old' },
    { name: 'etc/.wh..wh..opq' },
    { name: 'etc/new', content: 'new!' },
    { name: 'lib/x', content: 'y' },
  ];
  const spec = { tags: ['registry.example/app:1'], platform: { os: 'linux', architecture: 'arm64' } };
  const image = (tar: Buffer) =>
    buildImage({ ...spec, layers: [{ members: below }, { members: [], tar, packing: 'raw' }, { members: above }] });
  const tar = buildTar(above);
  const built = image(tar);
  const layout = layoutFiles([built]);
  const legacy = legacyFiles([built]);
  const withFile = (files: Files, path: string) => (bytes: Buffer) => tarOf(new Map([...files, [path, bytes]]));
  const withConfig = (config: Buffer): Buffer => {
    const manifest = json({
      ...JSON.parse(built.manifest.toString('utf8')),
      config: descriptor(config, ociTypes.config),
    });
    return tarOf(layoutFiles([{ ...built, config, manifest }]));
  };
  return [
    sample('layer', tar, (bytes) => tarOf(legacyFiles([image(bytes)]))),
    sample('layer of a layout', tar, (bytes) => tarOf(layoutFiles([image(bytes)]))),
    sample('config', built.config, withConfig),
    sample('manifest', built.manifest, (manifest) => tarOf(layoutFiles([{ ...built, manifest }]))),
    sample('index.json', layout.get('index.json') ?? '', withFile(layout, 'index.json')),
    sample('manifest.json', legacy.get('manifest.json') ?? '', withFile(legacy, 'manifest.json')),
    sample('Docker 25', tarOf(docker25Files([built]))),
    sample('OCI', tarOf(layout)),
    sample('Docker', tarOf(legacy)),
  ];
}

const budgets = {
  $schema: './budgets.schema.json',
  version: 1,
  artifacts: [
    {
      name: 'layer',
      path: 'dist/*.tar.zst',
      baseline: 'old.json',
      compressed: { max: '12 MiB', warnAt: '95%' },
      uncompressed: { max: 1e9 },
      growth: { max: '1 KiB', maxPercent: 2.5, mode: 'both', missingBaseline: 'pass' },
      paths: [{ match: '{a,b}/**/*.so', max: '6 MiB', total: 9, reason: 'r' }],
      compressWith: 'zstd:22:long',
      optional: true,
    },
  ],
  groups: [{ name: 'g', members: ['*'], compressed: { max: 1 } }],
  rules: { 'debug-symbols': 'error', 'duplicate-file': 'off' },
  ignore: [{ rule: '*', match: '**/[a-z]?.so', reason: 'because', until: '2028-02-29' }],
};

function budgetSamples(): Sample[] {
  return [
    sample('all', JSON.stringify(budgets)),
    sample('indented', JSON.stringify(budgets, null, 2)),
    sample('bom', Buffer.from(`\ufeff${JSON.stringify(budgets, null, 1)}`)),
    sample('dive', 'rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: 0.20\n'),
  ];
}

/** Snapshots and reports need a scan, so target.ts makes theirs from these. */
const makers: Readonly<Record<Family, () => Sample[]>> = {
  tar: () => tarSamples(),
  zip: () => zipSamples(),
  gzip: () => [
    sample('level 9', gzipSync(tarSamples()[0]?.bytes ?? '')),
    sample('two members', Buffer.concat([gzipSync(dataTar.subarray(0, 700)), gzipSync(dataTar.subarray(700))])),
    sample('stored', gzipSync(dataTar, { level: 0 })),
    ...compressed('gzip', ['-9']),
  ],
  zstd: () => [
    ...compressed(
      'zstd',
      ['-q', '-1'],
      ['-q', '-19'],
      ['-q', '--no-check', '-3'],
      ['-q', '--ultra', '-22', '--long=27'],
    ),
    sample(
      'by hand',
      Buffer.concat([
        skippable(3, Buffer.from('x')),
        emptyFrame,
        frame({ window: 1024 }, [block('raw', dataTar.subarray(0, 1024)), block('rle', 0, 1024)]),
      ]),
    ),
  ],
  xz: () =>
    compressed(
      'xz',
      ['-6'],
      ['-0', '--check=sha256'],
      ['-3', '--check=none', '--block-size=4000'],
      ['--lzma2=preset=6,lc=0,lp=4,pb=0'],
      ['--check=none', '--x86', '--lzma2=preset=0'],
      ['--check=none', '--delta=dist=3', '--arm64', '--ia64', '--lzma2=preset=0'],
    ),
  bzip2: () => compressed('bzip2', ['-9'], ['-1']),
  ar: () => arSamples(),
  deb: () => debSamples(),
  image: () => imageSamples(),
  elf: () => elfSamples(),
  pyc: () => pycFamily(),
  packages: () => packageSamples(),
  snapshot: () => [...tarSamples(), ...elfSamples().slice(0, 1), ...zipSamples().slice(-1)],
  report: () => tarSamples(),
  budgets: () => budgetSamples(),
};

export function samplesOf(family: Family): Sample[] {
  return makers[family]();
}
