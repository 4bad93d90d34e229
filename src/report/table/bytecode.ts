// How much of an artifact is Python bytecode, for `scan --bytecode`: by version, by part, and what the tree would take in other forms.
import { exactBytes, formatSize, formatSizes, groupDigits } from '../../bytes/size.ts';
import type { BytecodeRollup, BytecodeTree, OptimizedTree } from '../../compare/bytecode.ts';
import { terminalText } from '../escape.ts';
import type { ReportOptions } from '../reporter.ts';
import { columns } from './grid.ts';
import { percent } from './percent.ts';
import { wrap, wrapCommand } from './style.ts';
import type { Style } from './style.ts';

export function* bytecodeTable(rollup: BytecodeRollup, options: ReportOptions, style: Style): Iterable<string> {
  const { versions, unread } = rollup;
  if (versions.length === 0) {
    yield `${style.bold('Python bytecode')}  none\n\n`;
    return;
  }
  yield `${style.bold('Python bytecode')}\n`;
  const sizes = formatSizes(
    versions.map(({ bytes }) => bytes),
    options.units,
  );
  const rows = versions.map(({ python, files }, index) => [
    `  ${sizes[index]}`,
    groupDigits(files),
    python === null ? 'unknown' : terminalText(python),
  ]);
  yield* columns([heads(style, '  SIZE', 'FILES', 'PYTHON'), ...rows], ['right', 'right', 'left']);
  yield '\n';
  yield* partsOf(rollup, options, style);
  if (unread.files > 0) {
    const files = `${groupDigits(unread.files)} ${unread.files === 1 ? 'file' : 'files'}`;
    yield style.dim(`  not read: ${files}, ${formatSize(unread.bytes, options.units)}\n\n`);
  }
  yield* treesOf(rollup, options, style);
}

function heads(style: Style, ...texts: readonly string[]): string[] {
  return texts.map((text) => style.dim(text));
}

function* partsOf({ parts }: BytecodeRollup, options: ReportOptions, style: Style): Iterable<string> {
  if (parts.files === 0) return;
  const rows = [
    [parts.docstrings, 'docstrings (-OO leaves them out)'],
    [parts.lineTables, 'line tables'],
    [parts.columnTables, 'of these, columns (PYTHONNODEBUGRANGES=1 leaves them out)'],
    [parts.exceptionTables, 'exception tables'],
  ] as const;
  const shown = rows.filter(([bytes]) => bytes !== 0);
  const sizes = formatSizes(
    shown.map(([bytes]) => bytes),
    options.units,
  );
  yield* columns(
    [
      heads(style, '  SIZE', '%', 'PART OF THE BYTECODE'),
      ...shown.map(([bytes, text], index) => [`  ${sizes[index]}`, percent(bytes, parts.bytes), text]),
    ],
    ['right', 'right', 'left'],
  );
  yield '\n';
}

const treeNames: Readonly<Record<BytecodeTree['tree'], string>> = {
  shipped: 'as shipped',
  'level-0': 'level 0 only (no .opt-1, no .opt-2)',
  optimized: '-OO, no sources, no columns (about)',
  sources: 'sources without bytecode (slower to start)',
};

/** The same above their commands. */
const shortNames: Readonly<Record<BytecodeTree['tree'], string>> = {
  ...treeNames,
  'level-0': 'level 0 only',
  optimized: '-OO, no sources',
  sources: 'sources without bytecode',
};

function* treesOf({ trees }: BytecodeRollup, options: ReportOptions, style: Style): Iterable<string> {
  const [shipped, , optimized] = trees;
  const sizes = formatSizes(
    trees.map(({ content }) => content),
    options.units,
  );
  const saves = formatSizes(
    trees.map((tree) => tree.saves),
    options.units,
  );
  yield* columns(
    [
      heads(style, '  CONTENT', 'SAVES', '%', 'WHOLE TREE'),
      ...trees.map((tree, index) => [
        `  ${sizes[index]}`,
        tree.saves === 0 ? '-' : (saves[index] ?? ''),
        tree.saves === 0 ? '' : percent(tree.saves, shipped.content),
        treeNames[tree.tree],
      ]),
    ],
    ['right', 'right', 'right', 'left'],
  );
  for (const tree of trees) if (tree.saves !== 0) yield* commandsOf(tree, options, style);
  if (optimized.compiled > 0) {
    for (const line of wrap(noteOn(optimized), options.width - 2)) yield style.dim(`  ${line}\n`);
  }
  yield '\n';
}

function* commandsOf({ tree, commands }: BytecodeTree, options: ReportOptions, style: Style): Iterable<string> {
  yield style.dim(`  ${shortNames[tree]}:\n`);
  for (const command of commands) {
    for (const [index, line] of wrapCommand(terminalText(command), options.width - 6).entries()) {
      yield style.dim(`    ${index === 0 ? '$ ' : '  '}${line}\n`);
    }
  }
}

function noteOn({ kept }: OptimizedTree): string {
  const [have, stay] = kept.files === 1 ? ['source has', 'stays'] : ['sources have', 'stay'];
  const left = `${groupDigits(kept.files)} ${have} no bytecode to compute it from and ${stay} (${exactBytes(kept.bytes)}).`;
  const note = "Computed from the files; -OO is right within 0.1 % on CPython's own libraries";
  return kept.files === 0 ? `${note}.` : `${note}; ${left}`;
}
