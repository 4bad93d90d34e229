// docs/api.md and the README's lines on the library: every example runs against the built package, every option is told.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const blocksOf = (text: string): string[] => [...text.matchAll(/```js\n(.*?)```/gs)].map(([, block = '']) => block);

const page = read('docs/api.md');
const [scanning = '', judging = '', comparing = '', gating = '', printing = ''] = blocksOf(page);
const work = tempDirectory('api');

function run(code: string): string {
  const ran = spawnSync(process.execPath, ['--input-type=module', '-'], { cwd: work, input: code, encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return ran.stdout;
}

/** Names in the first column of the table below a heading. */
function told(heading: string): string[] {
  const [, section = ''] = new RegExp(`\n## ${heading}\n(.*?)(?:\n## |$)`, 's').exec(page) ?? [];
  return [...section.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);
}

/** Fields of an interface, by its source. */
function fieldsOf(path: string, name: string): string[] {
  const [, body = ''] = new RegExp(`export interface ${name}[^{]*\\{\n(.*?)\n\\}`, 's').exec(read(path)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)/gm)].map(([, field = '']) => field);
}

beforeAll(() => {
  mkdirSync(join(work, 'node_modules'));
  symlinkSync(root, join(work, 'node_modules/sizecheck'));
  const archive = (content: string) => gzipSync(buildTar([{ name: 'lib/a', content }, { name: 'é' }]));
  // First bytes tell what a file is, not its name.
  for (const name of ['runtime.tar.gz', 'runtime.tar.zst', 'old.tar.gz'])
    writeFileSync(join(work, name), archive('12345'));
  writeFileSync(join(work, 'new.tar.gz'), archive('54321!'));
  writeFileSync(join(work, 'service.tar.gz'), gzipSync(buildTar([{ name: 'lib/b.tgz', content: '1234567' }])));
  const limit = { name: 'layer', path: 'new.tar.gz', uncompressed: { max: 5 } };
  writeFileSync(join(work, 'budgets.json'), JSON.stringify({ version: 1, artifacts: [limit] }));
});

describe('docs/api.md', () => {
  it('has examples that scan, judge, compare, gate and print', () => {
    expect(blocksOf(page)).toHaveLength(5);
    expect(run(scanning)).toBe('5 0\n5 .\n5 lib\n');
    expect(run(judging)).toBe('');
    expect(run(judging.replace('runtime.tar.gz', 'service.tar.gz'))).toBe('shipped-archive warn 7\n');
    expect(run(comparing)).toBe('1\nchanged lib/a 1\n');
    expect(run(gating)).toBe('fail\nfail layer uncompressed 1\n');
    expect(run(printing)).toContain('`runtime.tar.gz`');
  });

  it('tells each option of a scan and of a report', () => {
    const asked = told('Scan');
    // Without what only the command line needs.
    const own = fieldsOf('src/scan/options.ts', 'ScanOptions').filter(
      (field) => !['knownFacts', 'compressDebug'].includes(field),
    );
    expect(asked.toSorted()).toEqual(own.toSorted());
    expect(told('Print').toSorted()).toEqual(fieldsOf('src/report/reporter.ts', 'ReportOptions').toSorted());
  });
});

it('docs/api.md names every function and value that the package exports', async () => {
  const exported = Object.keys(await import(pathToFileURL(join(root, 'dist/index.js')).href));
  expect(exported.length).toBeGreaterThan(40);
  expect(exported.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
});

/** What a library of rules, or one that comments on pull requests, is made of. */
const extending = `import { htmlReporter, judge, markdownOf, selectEntries, parseSelection, tableReporter } from 'sizecheck';
import type { FindingDraft, Origin, ReportOptions, Rule, RuleContext, ScanReport, DiffReport, Selection } from 'sizecheck';

const draft = (context: RuleContext): FindingDraft[] =>
  context.files.map(({ path }) => ({ title: 'x', claims: [{ path, part: null, bytes: 0 }], fix: { commands: [], advice: null } }));
export const rule: Rule = { id: 'x', title: 'X', severity: 'info', check: draft };

export function printed(report: ScanReport, options: ReportOptions): string {
  const chosen: Selection | null = parseSelection(['lib/**'], []);
  judge(selectEntries(report.snapshot, chosen), [rule]);
  return [...tableReporter.scan(report, options), ...htmlReporter.scan(report, options)].join('');
}

export function comment(report: DiffReport, options: ReportOptions): string {
  const origin: Origin = { commit: null, run: null };
  return markdownOf(report, options, 'key', origin);
}
`;

describe('examples', () => {
  const examples = [...blocksOf(page), ...blocksOf(read('README.md')), extending];

  // As a project would be set up that copies them; `skipLibCheck` is off, so the package's own declarations are checked, too.
  it.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('are free of type errors with module %s and resolution %s', (module, moduleResolution) => {
    const names = examples.map((code, index) => {
      writeFileSync(join(work, `${module}-${index}.mts`), code);
      return `${module}-${index}.mts`;
    });
    const compilerOptions = {
      strict: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      skipLibCheck: false,
      target: 'es2022',
      module,
      moduleResolution,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    writeFileSync(join(work, `${module}.json`), JSON.stringify({ compilerOptions, files: names }));
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', `${module}.json`];
    const checked = spawnSync(process.execPath, tsc, { cwd: work, encoding: 'utf8' });
    expect(checked).toMatchObject({ stdout: '', status: 0 });
  });
});

it('the README has a library example that runs', () => {
  expect(blocksOf(read('README.md')).map(run)).toEqual(['5 0\n']);
});
