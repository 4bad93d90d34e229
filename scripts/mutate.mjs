// npm run mutate: changes comparisons of parsers, scans, some rules, diffs, gates, fixes and forges one at a time (a bound by one, a condition to
// true or false), runs the tests of the area that would see it, and lists the mutants that no test notices and that
// scripts/mutants-known.json does not explain.
// Usage: npm run mutate [-- --only WORD] [--lines N,N] [--verbose]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, sitesOf, spell } from './mutate-sites.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    lines: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
/** Milliseconds without a sign of life after which a mutant hangs, which is noticed, too. */
const longest = 120_000;

const codecTests = readdirSync(join(root, 'test/codecs')).toSorted();
const copyRules = [
  'copied-shared-library',
  'duplicate-across-layers',
  'duplicate-entry',
  'duplicate-member',
  'linked-static-library',
  'missing-bytecode',
  'optimized-bytecode',
  'same-build',
  'static-library',
];
/** Rules of which each has its own tests alone. */
const ownRules = [
  'debug-symbols',
  'demo-modules',
  'leftover-pycache',
  'test-suite',
  'timestamp-bytecode',
  'build-sources',
  'package-cache',
  'tool-cache',
  'version-control',
  'system-files',
  'build-residue',
  'source-maps',
  'translations',
  'type-declarations',
  'foreign-binaries',
];
/** Odd files, each against strip itself. */
const stripTests = ['elf', 'strip-ar', 'strip-bounds', 'strip-odd', 'strip-refusal', 'strip-segments', 'strip-tables'];
/** What decides a gate. */
const policies = [
  'budgets',
  'evaluate',
  'verdicts',
  'image-verdicts',
  'select',
  'limits',
  'fields',
  'json',
  'image-limits',
  'path-verdicts',
  'path-budgets',
  'growth-verdicts',
  'budget-changes',
  'rule-verdicts',
  'severities',
];
/** What decides what goes, and makes the result. */
const fixes = ['plan', 'tangles', 'aftermath', 'verify', 'tar', 'tar-headers', 'raw-queue', 'linking', 'commands'];
/** What tells two snapshots apart, and sums up one. */
const comparisons = [
  'claims',
  'removable',
  'tree',
  'diff',
  'changes',
  'links',
  'moves',
  'pair',
  'wrapper',
  'rollup',
  'share',
  'image',
  'sections',
  'section-rollup',
];
/** All tests of a folder. */
const allTests = (folder) =>
  readdirSync(join(root, 'test', folder))
    .filter((name) => name.endsWith('.test.ts'))
    .toSorted()
    .map((name) => `test/${folder}/${name}`);
const areas = [
  { sources: ['src/bytes/reader.ts'], tests: ['test/bytes/reader.test.ts'], hostile: false },
  {
    sources: ['header', 'pax', 'extensions', 'sparse', 'member', 'state', 'tar'].map(
      (name) => `src/formats/tar/${name}.ts`,
    ),
    tests: ['tar', 'tar-bounds', 'tar-body-bounds', 'ledger'].map((name) => `test/formats/${name}.test.ts`),
  },
  {
    sources: ['zip-directory', 'zip-end', 'zip-content', 'zip-names', 'zip-member', 'zip'].map(
      (name) => `src/formats/${name}.ts`,
    ),
    tests: ['zip', 'zip-hostile', 'zip-bounds', 'zip-fields-bounds'].map((name) => `test/formats/${name}.test.ts`),
  },
  {
    sources: ['src/inspectors/ar-members.ts', 'src/formats/deb.ts'],
    tests: ['inspectors/ar', 'inspectors/ar-bounds', 'formats/deb', 'formats/deb-bounds'].map(
      (name) => `test/${name}.test.ts`,
    ),
  },
  {
    sources: ['src/inspectors/elf/file.ts'],
    tests: ['elf', 'section-sizes', 'elf-bounds'].map((name) => `test/inspectors/${name}.test.ts`),
  },
  {
    // What strip would leave, held against strip itself.
    sources: ['src/inspectors/ar.ts'],
    tests: ['ar', 'ar-stream', 'strip-ar', 'strip-share', 'symbol-sample'].map(
      (name) => `test/inspectors/${name}.test.ts`,
    ),
  },
  { sources: ['src/inspectors/pdb.ts'], tests: ['test/rules/debug-files.test.ts'], hostile: false },
  {
    sources: ['src/inspectors/elf/segments.ts'],
    tests: ['elf', 'strip-segments'].map((name) => `test/inspectors/${name}.test.ts`),
  },
  {
    // Lengths after strip, held against strip itself.
    sources: ['src/inspectors/elf/strip-symbols.ts'],
    tests: [...stripTests, 'strip', 'strip-share', 'build-notes'].map((name) => `test/inspectors/${name}.test.ts`),
  },
  ...Object.entries({
    'build-notes': ['build-notes', 'strip-odd'],
    inspector: ['elf', 'elf-bounds', 'elf-facts', 'strip-odd'],
    'program-headers': ['elf', 'strip-segments', 'strip-odd', 'strip-refusal'],
    'section-sizes': ['section-sizes'],
    'string-table': ['string-table', 'strip-ar', 'strip-odd'],
    'strip-groups': ['strip-bounds', 'strip-odd', 'strip-tables'],
    'strip-relocations': ['strip-bounds', 'strip-odd', 'strip-tables'],
    strip: [...stripTests, 'strip-share', 'build-notes', 'elf-facts'],
    'strip-layout': ['elf', 'strip-layout', 'strip-segments', 'strip-refusal', 'unsafe', 'strip'],
    'strip-refusal': stripTests,
    'strip-sections': stripTests,
    'strip-share': ['strip-share'],
    'symbol-sample': ['symbol-sample', 'symbol-sample-bounds'],
    symbols: ['symbols', 'elf', 'strip-bounds', 'strip-odd', 'strip-refusal', 'strip-tables', 'symbol-sample'],
    unsafe: ['elf', 'unsafe', 'unsafe-bounds'],
    words: ['words', 'strip-odd'],
  }).map(([name, tests]) => ({
    // What strip says of executables and objects, one by one: each is seen by others.
    sources: [`src/inspectors/elf/${name}.ts`],
    tests: tests.map((test) => `test/inspectors/${test}.test.ts`),
  })),
  ...Object.entries({
    bzip2: ['bit-reader', 'fields', 'output', 'bzip2', 'bzip2-block'],
    gzip: ['gzip'],
    zstd: ['zstd-frames'],
    xz: ['xz-header', 'xz-filters', 'xz-branches', 'xz', 'lzma2', 'lzma'],
  }).map(([test, names]) => ({
    sources: names.map((name) => `src/codecs/${name}.ts`),
    tests: [`${test}.test.ts`, ...codecTests.filter((name) => name.startsWith(`${test}-`))].map(
      (name) => `test/codecs/${name}`,
    ),
  })),
  {
    // Rules on copies and what they share, and some others.
    sources: [...copyRules, 'copies', 'hidden', 'linking', 'strippable'].map((name) => `src/rules/${name}.ts`),
    tests: [...copyRules, 'debug-symbols', 'deleted-in-later-layer', 'duplicate-file'].map(
      (name) => `test/rules/${name}.test.ts`,
    ),
    hostile: false,
  },
  {
    // Some share how directories and files are found by their names.
    sources: [...ownRules, 'named', 'odd-files', 'machine'].map((name) => `src/rules/${name}.ts`),
    tests: ownRules.map((name) => `test/rules/${name}.test.ts`),
    hostile: false,
  },
  {
    sources: ['src/rules/compile.ts'],
    tests: ['missing-bytecode', 'timestamp-bytecode'].map((name) => `test/rules/${name}.test.ts`),
    hostile: false,
  },
  // Commands that are printed for a shell, run by one.
  {
    sources: ['src/rules/strip-command.ts'],
    tests: ['debug-symbols', 'debug-symbols-zip', 'strip-command'].map((name) => `test/rules/${name}.test.ts`),
    hostile: false,
  },
  {
    sources: ['src/model/shell.ts'],
    tests: ['model/shell', 'report/escape', 'fix/commands', 'rules/debug-symbols', 'rules/strip-command'].map(
      (name) => `test/${name}.test.ts`,
    ),
    hostile: false,
  },
  {
    // Names, and where links lead.
    sources: ['instruction', 'json-name', 'name', 'paths', 'symlink'].map((name) => `src/model/${name}.ts`),
    tests: [...allTests('model'), 'test/report/escape.test.ts'],
    hostile: false,
  },
  {
    // What makes a gate unknown, and where no links may be made.
    sources: ['src/policy/doubts.ts', 'src/model/link-loss.ts', 'src/policy/nearest.ts'],
    tests: ['policy/evaluate', 'policy/doubts', 'policy/nearest', 'model/link-loss', 'cli/arguments'].map(
      (name) => `test/${name}.test.ts`,
    ),
    hostile: false,
  },
  {
    sources: ['src/inspectors/elf/kept-digest.ts', 'src/inspectors/elf/compressed-debug.ts'],
    tests: ['inspectors/compressed-debug', 'inspectors/elf-facts', 'inspectors/kept', 'rules/same-build'].map(
      (name) => `test/${name}.test.ts`,
    ),
    hostile: false,
  },
  {
    sources: policies.map((name) => `src/policy/${name}.ts`),
    tests: [
      ...readdirSync(join(root, 'test/policy')).map((name) => `test/policy/${name}`),
      'test/report/check.test.ts',
    ].toSorted(),
    hostile: false,
  },
  { sources: ['src/fix/zip.ts'], tests: ['test/fix/zip.test.ts'], hostile: false },
  {
    // What of users' data goes and stays.
    sources: fixes.map((name) => `src/fix/${name}.ts`),
    tests: ['plan', 'aftermath', 'verify', 'tangles', 'tar', 'linking', 'commands'].map(
      (name) => `test/fix/${name}.test.ts`,
    ),
    hostile: false,
  },
  {
    // What a scan keeps of members.
    sources: ['collector', 'content', 'draft', 'entries', 'hashing', 'inspection', 'links'].map(
      (name) => `src/scan/${name}.ts`,
    ),
    tests: [
      ...[
        'collector',
        'collector-bounds',
        'content',
        'hashing',
        'inspection',
        'linked-symlinks',
        'image-layers',
        'known-facts',
        'options',
        'progress',
        'stored-image',
      ].map((name) => `test/scan/${name}.test.ts`),
      ...['directory', 'ledger', 'single-file', 'zip'].map((name) => `test/formats/${name}.test.ts`),
      ...['ar-stream', 'packages', 'pyc-code', 'pyc-library', 'pyc'].map((name) => `test/inspectors/${name}.test.ts`),
    ],
    hostile: false,
  },
  {
    sources: ['clear', 'dive', 'entries', 'flatten', 'layers', 'merge', 'tree', 'whiteouts'].map(
      (name) => `src/scan/image/${name}.ts`,
    ),
    tests: [...allTests('scan').filter((name) => name.includes('image')), 'test/formats/image.test.ts'],
    hostile: false,
  },
  {
    sources: readdirSync(join(root, 'src/formats/image'))
      .toSorted()
      .map((name) => `src/formats/image/${name}`),
    tests: [
      ...allTests('formats').filter((name) => name.includes('image')),
      ...['image-layers', 'stored-image'].map((name) => `test/scan/${name}.test.ts`),
    ],
  },
  {
    sources: ['directory', 'ledger', 'single-file'].map((name) => `src/formats/${name}.ts`),
    tests: [
      ...['directory', 'ledger', 'single-file'].map((name) => `test/formats/${name}.test.ts`),
      'test/scan/hashing.test.ts',
    ],
    hostile: false,
  },
  {
    // What is written on GitHub and GitLab.
    sources: readdirSync(join(root, 'src/forge'))
      .toSorted()
      .map((name) => `src/forge/${name}`),
    tests: allTests('forge'),
    hostile: false,
  },
  {
    // What comments and pages say. What a page takes along as text has no mutants there.
    sources: [
      ...['figures', 'gate-text', 'verdict-text'].map((name) => `src/report/${name}.ts`),
      ...['markdown', 'html'].flatMap((folder) =>
        readdirSync(join(root, 'src/report', folder))
          .filter((name) => !['page.ts', 'page-figures.ts', 'squarify.ts', 'read-tree.ts'].includes(name))
          .toSorted()
          .map((name) => `src/report/${folder}/${name}`),
      ),
    ],
    tests: allTests('report'),
    hostile: false,
  },
  {
    sources: readdirSync(join(root, 'src/report/table'))
      .toSorted()
      .map((name) => `src/report/table/${name}`),
    tests: allTests('report').concat('test/compare/bytecode.test.ts'),
    hostile: false,
  },
  {
    // JSON as it is documented, and read back.
    sources: ['check', 'compress', 'diff', 'fix', 'scan', 'text'].map((name) => `src/report/json/${name}.ts`),
    tests: allTests('report').concat(
      ['scan/snapshot-file', 'scan/snapshot-facts', 'compare/image'].map((name) => `test/${name}.test.ts`),
    ),
    hostile: false,
  },
  {
    // The other forms of reports, and what several of them say alike.
    sources: readdirSync(join(root, 'src/report'))
      .filter((name) => name.endsWith('.ts') && !['figures.ts', 'gate-text.ts', 'verdict-text.ts'].includes(name))
      .toSorted()
      .map((name) => `src/report/${name}`),
    tests: allTests('report'),
    hostile: false,
  },
  { sources: ['src/formats/unknown.ts'], tests: ['test/formats/unknown.test.ts'], hostile: false },
  {
    sources: ['made', 'stored'].map((name) => `src/scan/${name}.ts`),
    tests: ['test/scan/made.test.ts', 'test/scan/stored-image.test.ts'],
    hostile: false,
  },
  {
    // What snapshot files say, which anybody may have written.
    sources: [
      ...['file', 'facts', 'values', 'packages'].map((name) => `src/scan/snapshot-${name}.ts`),
      'src/scan/json-list.ts',
      'src/scan/image/snapshot-image.ts',
    ],
    tests: [
      ...allTests('scan').filter((name) => /(?:snapshot|json-list)/.test(name)),
      'test/compare/image.test.ts',
      'test/report/bytecode.test.ts',
    ],
    hostile: false,
  },
  {
    sources: readdirSync(join(root, 'src/report/json/read'))
      .toSorted()
      .map((name) => `src/report/json/read/${name}`),
    tests: ['json-read', 'budget-changes'].map((name) => `test/report/${name}.test.ts`),
    hostile: false,
  },
  // What changed, and where bytes are. One by one: what a comparison of many trees came to, in all files at once, takes too much memory.
  ...comparisons.map((name) => ({
    sources: [`src/compare/${name}.ts`],
    tests: ['diff', 'diff-properties', 'image', 'moves', 'removable', 'rollup', 'section-rollup', 'share'].map(
      (test) => `test/compare/${test}.test.ts`,
    ),
    hostile: false,
  })),
  {
    sources: ['src/compare/packages/changes.ts'],
    tests: ['test/compare/package-changes.test.ts'],
    hostile: false,
  },
  {
    // Which package owns which file.
    sources: ['debian', 'index', 'node', 'owners', 'python', 'tally', 'view'].map(
      (name) => `src/compare/packages/${name}.ts`,
    ),
    tests: ['compare/packages', 'compare/packages-deep', 'compare/packages-view'].map((name) => `test/${name}.test.ts`),
    hostile: false,
  },
  { sources: ['src/compare/bytecode.ts'], tests: ['test/compare/bytecode.test.ts'], hostile: false },
  {
    sources: ['src/scan/pack.ts'],
    tests: ['test/scan/pack.test.ts', 'test/scan/image-flatten.test.ts'],
    hostile: false,
  },
  {
    sources: ['src/scan/scan.ts'],
    tests: [
      ...['options', 'scan', 'builds', 'snapshot-file', 'known-facts', 'image-layers', 'stored-image'].map(
        (name) => `scan/${name}`,
      ),
      'formats/directory',
      'compare/packages',
    ].map((name) => `test/${name}.test.ts`),
    hostile: false,
  },
  { sources: ['src/compare/best-codec.ts'], tests: ['test/compare/best-codec.test.ts'], hostile: false },
  { sources: ['src/scan/options.ts'], tests: ['test/scan/options.test.ts'], hostile: false },
  { sources: ['src/formats/tar/writer.ts'], tests: ['test/scan/pack.test.ts'], hostile: false },
  {
    sources: ['src/scan/builds.ts'],
    tests: ['test/scan/builds.test.ts', 'test/rules/same-build.test.ts'],
    hostile: false,
  },
  {
    // What an artifact is, from its name to its members.
    sources: ['open', 'sample', 'index'].map((name) => `src/formats/${name}.ts`),
    tests: ['artifact-bytes', 'unknown', 'open', 'image-detect', 'image']
      .map((name) => `test/formats/${name}.test.ts`)
      .concat(['test/scan/scan.test.ts', 'test/scan/stored-image.test.ts']),
    hostile: false,
  },
  {
    sources: ['src/inspectors/index.ts'],
    tests: ['scan/known-facts', 'scan/snapshot-facts', 'compare/bytecode'].map((name) => `test/${name}.test.ts`),
    hostile: false,
  },
  {
    sources: ['control', 'diversions', 'file-list', 'node-package', 'record', 'text'].map(
      (name) => `src/inspectors/packages/${name}.ts`,
    ),
    tests: ['inspectors/packages', 'compare/packages', 'fix/wheel-record'].map((name) => `test/${name}.test.ts`),
    hostile: false,
  },
  {
    // Lengths of bytecode, held against what its Python made of the same source.
    sources: readdirSync(join(root, 'src/inspectors/pyc'))
      .toSorted()
      .map((name) => `src/inspectors/pyc/${name}`),
    tests: allTests('inspectors').filter((name) => name.includes('/pyc') && !name.includes('library')),
  },
  {
    sources: ['decisions', 'directory', 'wheel'].map((name) => `src/fix/${name}.ts`),
    tests: ['decisions', 'linking', 'tar', 'zip', 'implied', 'tangles', 'aftermath', 'wheel-record', 'directory'].map(
      (name) => `test/fix/${name}.test.ts`,
    ),
    hostile: false,
  },
  // Arguments, targets and results of commands, as far as they are decided in the process: what is only wired up is tested by the built program.
  ...Object.entries({
    'options/arguments': ['arguments'],
    'commands/budget': ['budget-raise'],
    'commands/comment-target': ['comment-target'],
    errors: ['error-line'],
    'measuring/find-artifacts': ['find-artifacts'],
    'commands/fix-result': ['fix-result'],
    'options/format': ['options'],
    'commands/init': ['init'],
    'measuring/measure-targets': ['measure-targets'],
    'options/shared': ['options'],
    'commands/order-trial': ['order-trial'],
    'output/streams': ['output'],
    'measuring/packages': ['measure-targets'],
    'measuring/packing': ['measure-targets', 'init'],
    'measuring/require-stored': ['options'],
    'commands/saved-report': ['saved-report'],
    'output/summary': ['summary'],
    'measuring/limit-options': ['target-options'],
    'measuring/targets': ['targets', 'target-options'],
    'commands/trials': ['trials'],
  }).map(([name, tests]) => ({
    sources: [`src/cli/${name}.ts`],
    tests: tests.map((test) => `test/cli/${test}.test.ts`),
    hostile: false,
  })),
];

/** Mutants that change nothing: file, comparison, what it becomes, and why that changes nothing. */
const known = JSON.parse(readFileSync(join(root, 'scripts/mutants-known.json'), 'utf8'));
const lines = options.lines
  .split(',')
  .filter((line) => line !== '')
  .map(Number);
const sum = { mutants: 0, noticed: 0, known: 0 };
for (const area of areas) {
  const sources = area.sources.filter((name) => name.includes(options.only));
  if (sources.length > 0) await report(sources, area);
}
console.log(`${sum.mutants} mutants, ${sum.noticed} noticed, ${sum.known} change nothing`);
if (sum.noticed + sum.known < sum.mutants) process.exitCode = 1;
// Code goes, and what was said of it stays behind.
const present = sitesOf([...new Set(known.map(({ file }) => file))]);
for (const { file, from, to } of known.filter((entry) => !present.some((site) => isOf(entry, site)))) {
  console.log(`scripts/mutants-known.json explains what is not there: ${file}: ${from}  ->  ${to}`);
  process.exitCode = 1;
}

async function report(sources, area) {
  const sites = sitesOf(sources).filter(({ line }) => lines.length === 0 || lines.includes(line));
  const { noticed, seen } = await run(sources, area);
  for (const source of sources) {
    const own = { mutants: 0, noticed: 0, known: 0 };
    for (const site of sites.filter((one) => one.source === source)) {
      for (const variant of site.variants) {
        own.mutants++;
        if (noticed.has(`${site.id}:${variant}`)) own.noticed++;
        else if (isKnown(site, variant)) own.known++;
        else {
          const how = seen.has(`${site.id}:${variant}`) ? '' : ' (no test sees it)';
          console.log(`${source}:${site.line}: ${site.text}  ->  ${spell(site, variant)}${how}`);
        }
      }
    }
    console.log(`${source}: ${own.mutants} mutants, ${own.noticed} noticed, ${own.known} change nothing`);
    for (const key of Object.keys(sum)) sum[key] += own[key];
  }
}

function isKnown(site, variant) {
  return known.some((entry) => isOf(entry, site) && entry.to === spell(site, variant));
}

function isOf({ file, from }, site) {
  return file === site.source && from === site.text;
}

/** The area's own tests first, the slow ones last; then the hostile samples that are quick. */
async function run(sources, { tests, hostile = true }) {
  const found = { noticed: new Set(), seen: new Set(), slow: [] };
  await runTests(tests, sources, null, found);
  const { slow } = found;
  found.slow = [];
  if (hostile) await runTests(['test/hostile/hostile.test.ts'], sources, null, found);
  if (slow.length > 0) await runTests(tests, sources, slow, found);
  return found;
}

/** What hangs is killed and left out of the next run. */
async function runTests(files, sources, slow, found) {
  const folder = mkdtempSync(join(tmpdir(), 'mutate-'));
  const log = join(folder, 'log');
  try {
    for (let isOver = false; !isOver;) {
      writeFileSync(log, '');
      const code = await vitest(files, { sources, log, slow, skip: [...found.noticed] }, folder);
      isOver = code === 0;
      const events = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      let last = null;
      for (const event of events.map((line) => JSON.parse(line))) {
        for (const key of event.seen ?? []) found.seen.add(key);
        if ('tries' in event) last = event.tries;
        if ('done' in event) last = null;
        if ('noticed' in event) found.noticed.add(event.noticed);
        if ('slow' in event) found.slow.push(event.slow);
        if ('again' in event) console.log(`cannot run twice: ${event.again}: ${event.error.split('\n')[0]}`);
      }
      // One that runs for ever was killed, or took all memory.
      if (!isOver && last === null)
        throw new Error(
          code === null
            ? `tests of ${sources[0]} hang without any change`
            : `tests of ${sources[0]} fail without any change; --verbose shows which`,
        );
      if (!isOver) found.noticed.add(last);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exit code; null where it was killed. What tests make then stays in `folder`. */
function vitest(tests, settings, folder) {
  return new Promise((done) => {
    const args = ['run', '--config', join(root, 'scripts/mutate-config.mjs'), '--reporter', 'dot', ...tests];
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      stdio: options.verbose ? 'inherit' : 'ignore',
      detached: true,
      env: { ...process.env, MUTATE: JSON.stringify(settings), TMPDIR: folder },
    });
    const stop = () => process.kill(-Number(child.pid), 'SIGKILL');
    const watch = setInterval(() => {
      if (Date.now() - statSync(settings.log).mtimeMs > longest) stop();
    }, 1000);
    const giveUp = () => {
      stop();
      process.exit(1);
    };
    process.once('SIGTERM', giveUp).once('SIGINT', giveUp);
    child.on('exit', (code) => {
      process.off('SIGTERM', giveUp).off('SIGINT', giveUp);
      clearInterval(watch);
      done(code);
    });
  });
}
