// npm run mutate: changes comparisons of the parsers one at a time (a bound by one, a condition to true or false), runs the tests of the
// area, and lists the mutants that no test notices. Usage: npm run mutate [-- --only WORD] [--lines N,N]
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAst } from 'rolldown/parseAst';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    lines: { type: 'string', default: '' },
  },
});
const root = resolve(import.meta.dirname, '..');
/** Milliseconds after which a mutant hangs, which is noticed, too. */
const longest = 90_000;

/** Cases of test/hostile by number; the rest of an area's tests goes by file. */
const hostile = (...numbers) => `case (?:${numbers.join('|')}): (?!.*at the command line)`;
const areas = [
  { sources: ['src/bytes/reader.ts'], tests: ['test/bytes/reader.test.ts'] },
  {
    sources: ['header', 'pax', 'extensions', 'sparse', 'member', 'state', 'tar'].map(
      (name) => `src/formats/tar/${name}.ts`,
    ),
    tests: ['test/formats/tar.test.ts', 'test/formats/tar-bounds.test.ts'],
    cases: Array.from({ length: 24 }, (_, at) => at + 1),
  },
  {
    sources: ['zip-directory', 'zip-end', 'zip-content', 'zip-names', 'zip-member', 'zip'].map(
      (name) => `src/formats/${name}.ts`,
    ),
    tests: ['test/formats/zip.test.ts', 'test/formats/zip-hostile.test.ts', 'test/formats/zip-bounds.test.ts'],
    cases: [35, 36, 37, 38, 39, 40, 41, 42],
  },
  {
    sources: ['src/inspectors/ar-members.ts', 'src/inspectors/ar.ts', 'src/formats/deb.ts'],
    tests: ['test/inspectors/ar.test.ts', 'test/formats/deb.test.ts', 'test/inspectors/ar-bounds.test.ts'],
    cases: [44, 45],
  },
  {
    sources: ['src/inspectors/elf/file.ts', 'src/inspectors/elf/segments.ts'],
    tests: [
      'test/inspectors/elf.test.ts',
      'test/inspectors/section-sizes.test.ts',
      'test/inspectors/elf-bounds.test.ts',
    ],
    cases: [46, 47, 48, 49],
  },
  {
    sources: [
      'bit-reader',
      'fields',
      'output',
      'gzip',
      'zstd-frames',
      'xz-header',
      'xz',
      'lzma2',
      'lzma',
      'bzip2',
      'bzip2-block',
    ].map((name) => `src/codecs/${name}.ts`),
    tests: ['gzip', 'zstd', 'xz', 'bzip2'].map((name) => `test/codecs/${name}.test.ts`),
    cases: [25, 26, 27, 28, 29, 30, 32],
  },
];

const flipped = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const equal = new Set(['===', '!==']);

const lines = options.lines
  .split(',')
  .filter((line) => line !== '')
  .map(Number);
let [ran, caught] = [0, 0];
for (const area of areas) {
  if (!area.sources.some((name) => name.includes(options.only))) continue;
  // Tests that fail anyway would notice anything.
  if (await isNoticed({ file: '', start: 0, end: 0, text: '' }, area))
    throw new Error(`tests of ${area.sources[0]} fail`);
  for (const source of area.sources.filter((name) => name.includes(options.only))) {
    for (const mutant of mutantsOf(source)) {
      if (lines.length > 0 && !lines.includes(mutant.line)) continue;
      ran++;
      const noticed = await isNoticed(mutant, area);
      if (noticed) caught++;
      else console.log(`${source}:${mutant.line}: ${mutant.before}  ->  ${mutant.text}`);
    }
    console.log(`${source}: done; ${caught} of ${ran} so far were noticed`);
  }
}
if (caught < ran) process.exitCode = 1;

/** Bounds move by one; conditions become true and false, but for those of loops, which would only never end. */
function mutantsOf(source) {
  const file = join(root, source);
  const code = readFileSync(file, 'utf8');
  const mutants = [];
  visit(parseAst(code, { lang: 'ts' }), false, (node, loops) => {
    const { start, end, operator, left, right } = node;
    const line = code.slice(0, start).split('\n').length;
    const before = code.slice(start, end);
    const add = (text) => mutants.push({ file, start, end, text, line, before });
    if (operator in flipped) add(`${code.slice(...range(left))} ${flipped[operator]} ${code.slice(...range(right))}`);
    if (operator in flipped || equal.has(operator)) {
      add('false');
      if (!loops) add('true');
    }
  });
  return mutants;
}

function range({ start, end }) {
  return [start, end];
}

function visit(node, loops, found) {
  if (node.type === 'BinaryExpression') found(node, loops);
  for (const [key, value] of Object.entries(node)) {
    const isTest = key === 'test' && /^(?:For|While|DoWhile)Statement$/.test(node.type);
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof child.type === 'string')
        visit(child, isTest || (loops && key !== 'body'), found);
    }
  }
}

/** The area's own tests first, which are quicker; then its hostile samples. */
async function isNoticed(mutant, { tests, cases }) {
  if (await fails(mutant, tests, undefined)) return true;
  return cases !== undefined && (await fails(mutant, ['test/hostile/hostile.test.ts'], hostile(...cases)));
}

function fails(mutant, tests, pattern) {
  return new Promise((done) => {
    const args = ['run', '--config', join(root, 'scripts/mutate-config.mjs'), '--reporter', 'dot', ...tests];
    const env = {
      ...process.env,
      MUTANT: JSON.stringify(mutant),
      ...(pattern === undefined ? {} : { MUTANT_TESTS: pattern }),
    };
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      stdio: 'ignore',
      detached: true,
      env,
    });
    const timer = setTimeout(() => process.kill(-Number(child.pid), 'SIGKILL'), longest);
    child.on('exit', (code) => {
      clearTimeout(timer);
      done(code !== 0);
    });
  });
}
