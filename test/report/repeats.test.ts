// Findings of several rules on the same files: the command is printed once, and what is printed runs as one script.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkedStaticLibrary } from '../../src/rules/linked-static-library.ts';
import { duplicateStaticLibrary } from '../../src/rules/duplicate-static-library.ts';
import { judge } from '../../src/rules/index.ts';
import { staticLibrary } from '../../src/rules/static-library.ts';
import { htmlReporter } from '../../src/report/html/index.ts';
import { jsonReporter } from '../../src/report/json/index.ts';
import { markdownReporter } from '../../src/report/markdown/index.ts';
import { withoutRepeats } from '../../src/report/repeats.ts';
import { tableReporter } from '../../src/report/table/index.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { put } from '../build/commanded.ts';
import { checked, checkReport, finding, plainOptions, testTool } from '../build/report.ts';
import { ar, digest, elf, file, snapshot } from '../build/snapshot.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool, run } from '../oracles.ts';

const symbols = { rate: 1, hashes: Array.from({ length: 100 }, (_, at) => at * 1000) };
const library = (path: string, label: string) => file(path, 100, { digest: digest(label), facts: ar(10, { symbols }) });
const program = file('bin/app', 900, { facts: elf({}, { symbols }) });
const selected = [staticLibrary, linkedStaticLibrary, duplicateStaticLibrary];

describe('withoutRepeats', () => {
  const fix = { commands: ['rm -f -- a'], advice: null };
  const of = (paths: readonly string[], more = {}) =>
    finding('one', 1, { claims: paths.map((path) => ({ path, part: null, bytes: 1 })), fix, ...more });

  it('names the first finding with the command', () => {
    const found = [of(['a', 'b']), of(['a', 'b'], { rule: 'two' }), of(['a', 'b'], { rule: 'three' })];
    expect(withoutRepeats(found).map((one) => one.fix)).toEqual([
      fix,
      { commands: [], advice: 'same files as one' },
      { commands: [], advice: 'same files as one' },
    ]);
  });

  it('keeps advice, and all that is not the same', () => {
    const advised = of(['a', 'b'], { fix: { ...fix, advice: 'Think.' } });
    expect(withoutRepeats([of(['a', 'b']), advised])[1]?.fix.advice).toBe('same files as one; Think.');
    const others = [
      of(['a', 'b']),
      of(['a', 'c']),
      of(['a']),
      of(['a', 'b', 'c']),
      of(['a', 'b'], { claims: ['a', 'b'].map((path) => ({ path, part: 'debug', bytes: 1 })) }),
      of(['a', 'b'], { fix: { commands: ['rm -f -- a b'], advice: null } }),
      of(['a', 'b'], { fix: { commands: [], advice: 'None.' } }),
      of(['a', 'b'], { fix: { commands: [], advice: 'None.' } }),
    ];
    expect(withoutRepeats(others)).toEqual(others);
  });
});

describe('the same library by two signs', () => {
  const tree = snapshot([library('lib/a.a', 'a'), program]);
  const findings = judge(tree, selected);
  const report = { tool: testTool, snapshot: tree, tree: rollup(tree), findings, removable: 100 };
  const command = 'rm -f -- lib/a.a';

  it.each([
    ['table', tableReporter],
    ['markdown', markdownReporter],
    ['html', htmlReporter],
  ])('has its command once in a %s', (_name, reporter) => {
    expect(findings.map(({ rule }) => rule)).toEqual(['linked-static-library', 'static-library']);
    const text = [...(reporter.scan?.(report, plainOptions) ?? [])].join('').replaceAll('&#45;', '-');
    expect(text.split(command)).toHaveLength(2);
    expect(text).toContain('same files as linked-static-library');
  });

  it('has the command of each rule in JSON', () => {
    const checks = checkReport([], [checked({ findings })]);
    const text = [...(jsonReporter.check?.(checks, plainOptions) ?? [])].join('');
    expect(text.split(command)).toHaveLength(3);
  });
});

it.skipIf(!requireTool('rm'))('commands on overlapping files run one after another', () => {
  const root = tempDirectory('repeats');
  const paths = ['a/libx.a', 'b/libx.a', 'c/liby.a'];
  for (const path of paths) put(root, path, 'x');
  const tree = snapshot([
    library('a/libx.a', 'x'),
    library('b/libx.a', 'x'),
    file('c/liby.a', 9, { facts: ar(1) }),
    program,
  ]);
  const lines = judge(tree, selected).flatMap(({ fix }) => fix.commands);
  expect(lines).toHaveLength(3);
  for (const order of [lines, lines.toReversed()]) {
    for (const path of paths) put(root, path, 'x');
    run('sh', ['-e'], { cwd: root, input: order.join('\n') });
    expect(paths.filter((path) => existsSync(join(root, path)))).toEqual([]);
  }
});
