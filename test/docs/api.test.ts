// docs/api.md and the README's lines on the library: every example runs against the built package, every option is told.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const blocksOf = (text: string): string[] => [...text.matchAll(/```js\n(.*?)```/gs)].map(([, block = '']) => block);

const page = read('docs/api.md');
const [scanning = '', comparing = '', gating = '', printing = ''] = blocksOf(page);
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
  const limit = { name: 'layer', path: 'new.tar.gz', uncompressed: { max: 5 } };
  writeFileSync(join(work, 'budgets.json'), JSON.stringify({ version: 1, artifacts: [limit] }));
});

describe('docs/api.md', () => {
  it('has examples that scan, compare, gate and print', () => {
    expect(blocksOf(page)).toHaveLength(4);
    expect(run(scanning)).toBe('5 0\n5 .\n5 lib\n');
    expect(run(comparing)).toBe('1\nchanged lib/a 1\n');
    expect(run(gating)).toBe('fail\nfail layer uncompressed 1\n');
    expect(run(printing)).toContain('`runtime.tar.gz`');
  });

  it('tells each option of a scan and of a report', () => {
    const asked = told('Scan');
    // Those of the interface that it extends, and what only the command line needs.
    const inherited = ['sample', 'image', 'maxWindow', 'maxEntries', 'maxUnpacked'];
    const own = fieldsOf('src/scan/scan.ts', 'ScanOptions').filter(
      (field) => !['knownFacts', 'compressDebug'].includes(field),
    );
    expect(asked.toSorted()).toEqual([...own, ...inherited].toSorted());
    expect(told('Print').toSorted()).toEqual(fieldsOf('src/report/reporter.ts', 'ReportOptions').toSorted());
  });
});

describe('examples', () => {
  const examples = [...blocksOf(page), ...blocksOf(read('README.md'))];

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
