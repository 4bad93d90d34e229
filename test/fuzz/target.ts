// What one case goes through: everything that a command would do with these bytes. It may end with an error that sizecheck raises on
// purpose; anything else that it throws, and any figure that contradicts another, is a finding.
import { writeFileSync } from 'node:fs';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { bytecodeRollup } from '../../src/compare/bytecode.ts';
import { packageRollup } from '../../src/compare/packages/index.ts';
import { rollup } from '../../src/compare/rollup.ts';
import { sectionRollup } from '../../src/compare/section-rollup.ts';
import { describeError } from '../../src/cli/errors.ts';
import { SizecheckError } from '../../src/errors.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import { readDiveCi } from '../../src/policy/dive-ci.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import type { ReportKind, Reports, ScanReport } from '../../src/report/reporter.ts';
import { judge } from '../../src/rules/index.ts';
import { removableByPath, removableContent } from '../../src/compare/removable.ts';
import { storedSavings } from '../../src/rules/stored-savings.ts';
import { defaultLimits } from '../../src/scan/limits.ts';
import { scan } from '../../src/scan/scan.ts';
import type { ScanOptions } from '../../src/scan/scan.ts';
import { parseSnapshot } from '../../src/scan/snapshot-file.ts';
import { plainOptions, testTool } from '../build/report.ts';
import { samplesOf } from './samples.ts';
import type { Family, Sample } from './samples.ts';

const plain: ScanOptions = { ...defaultLimits, digests: 'auto', facts: 'needed' };
const everything: ScanOptions = {
  ...plain,
  digests: 'all',
  facts: 'all',
  packages: true,
  bytecode: true,
  compressDebug: true,
  stored: true,
  sample: true,
};

/** The samples of a family, those included that only a scan makes. @param file a scratch file. */
export async function preparedSamples(family: Family, file: string): Promise<Sample[]> {
  const samples = samplesOf(family);
  if (family !== 'snapshot' && family !== 'report') return samples;
  const made: Sample[] = [];
  for (const { label, bytes } of samples) {
    writeFileSync(file, bytes);
    const report = reportOf(await scan(file, everything));
    const before = await scan(file, plain);
    const text =
      family === 'snapshot'
        ? await printed('snapshot', 'scan', report)
        : await printed('json', 'diff', { tool: testTool, diff: diffOf(before, report.snapshot) });
    made.push({ label, bytes: Buffer.from(text), wrap: null });
  }
  return made;
}

/** Runs one case; returns a word for its outcome. @throws whatever is not an error on purpose. */
export async function runCase(family: Family, { wrap }: Sample, bytes: Buffer, file: string): Promise<string> {
  try {
    if (family === 'budgets') return readDocuments(bytes);
    if (family === 'report') {
      parseReport(bytes);
      return 'ok';
    }
    writeFileSync(file, wrap === null ? bytes : wrap(bytes));
    return await scanned(file);
  } catch (error) {
    return outcomeOf(error);
  }
}

function readDocuments(bytes: Buffer): string {
  try {
    readDiveCi(bytes.toString('utf8'));
  } catch (error) {
    outcomeOf(error);
  }
  readBudgets(bytes);
  return 'ok';
}

/** The code of an error on purpose, after its line was found inert. */
function outcomeOf(error: unknown): string {
  if (!(error instanceof SizecheckError)) throw error;
  const line = describeError(error, 'artifact');
  if (/[^\P{Cc}]|\p{Cf}/u.test(line))
    throw new Error(`raw controls in the error line ${JSON.stringify(line)}`, { cause: error });
  if (line.length > 2000) throw new Error(`an error line of ${line.length} characters`, { cause: error });
  return error.code;
}

async function scanned(file: string): Promise<string> {
  const [first, second] = [await attempt(file, plain), await attempt(file, everything)];
  if (typeof first === 'string' || typeof second === 'string') {
    const [one, other] = [damageOf(wordFor(first)), damageOf(wordFor(second))];
    if (one !== other) throw new Error(`plain scan: ${one}; with all facts: ${other}`);
    return one;
  }
  checkSums(second);
  checkStored(second);
  if (JSON.stringify(first.totals) !== JSON.stringify(second.totals))
    throw new Error('totals depend on the facts wanted');
  const report = reportOf(second);
  if (report.removable > second.totals.content) throw new Error('more is removable than there is');
  for (const name of ['table', 'json', 'du', 'csv', 'github'] as const)
    checkInert(name, await printed(name, 'scan', report));
  if (second.image !== undefined) checkInert('dive', await printed('dive', 'scan', report));
  const text = await printed('snapshot', 'scan', report);
  checkInert('snapshot', text);
  const again = parseSnapshot(text);
  if (JSON.stringify(again.totals) !== JSON.stringify(second.totals))
    throw new Error('a snapshot read back has other totals');
  if (again.entries.length !== second.entries.length) throw new Error('a snapshot read back has other entries');
  const diff = { tool: testTool, diff: diffOf(first, again) };
  for (const name of ['table', 'markdown', 'json'] as const) checkInert(name, await printed(name, 'diff', diff));
  return 'ok';
}

async function attempt(file: string, options: ScanOptions): Promise<Snapshot | string> {
  try {
    return await scan(file, options);
  } catch (error) {
    return outcomeOf(error);
  }
}

/** A damaged frame may show in a block that its decoder refuses, or in the header of the next one, whichever is read first. */
function damageOf(word: string): string {
  return word === 'bad-block' ? 'bad-frame' : word;
}

function wordFor(outcome: Snapshot | string): string {
  return typeof outcome === 'string' ? outcome : 'ok';
}

function checkSums({ entries, totals }: Snapshot): void {
  let content = 0;
  for (const { size, disk, kind, facts } of entries) {
    if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(disk) || disk < 0)
      throw new Error(`a size of ${size}`);
    if (kind === 'file') content += size;
    if (facts?.type === 'elf' && facts.sections !== undefined) {
      const sum = facts.sections.reduce((total, { bytes }) => total + bytes, 0);
      if (sum !== size) throw new Error(`sections sum to ${sum} in a file of ${size} bytes`);
      if (facts.debugBytes > size) throw new Error('more debug data than file');
    }
    if (facts?.type === 'elf' || facts?.type === 'ar') {
      // Strip may make a file larger, but of no length that is none.
      for (const left of [facts.strip.debug, facts.strip.unneeded, facts.strip.all]) {
        if (left !== null && !(Number.isSafeInteger(left) && left >= 0)) throw new Error(`strip leaves ${left}`);
      }
    }
  }
  if (content !== totals.content) throw new Error('entries do not sum to the content');
}

/** Every byte of an archive is charged once, and what findings are said to save of them is no more than they are. */
function checkStored(snapshot: Snapshot): void {
  const { entries, overhead, totals } = snapshot;
  if (overhead === undefined) return;
  const parts = [...entries.map(({ stored = 0 }) => stored), ...Object.values(overhead)];
  if (parts.some((bytes) => !Number.isSafeInteger(bytes) || bytes < 0)) throw new Error('stored bytes are no sizes');
  const sum = parts.reduce((total, bytes) => total + bytes, 0);
  if (sum !== totals.compressed) throw new Error(`stored bytes and overhead sum to ${sum}, not ${totals.compressed}`);
  for (const bytes of storedSavings(snapshot, judge(snapshot)))
    if (bytes !== null && !(bytes >= 0 && bytes <= sum)) throw new Error(`a finding saves ${bytes} of ${sum} bytes`);
}

function reportOf(snapshot: Snapshot): ScanReport {
  const findings = judge(snapshot);
  return {
    tool: testTool,
    snapshot,
    tree: rollup(snapshot),
    findings,
    removable: removableContent(snapshot, findings),
    sections: sectionRollup(snapshot),
    bytecode: bytecodeRollup(snapshot),
    ...(snapshot.packageLists === undefined
      ? {}
      : { packages: packageRollup(snapshot, { removable: removableByPath(snapshot, findings) }) }),
  };
}

function diffOf(before: Snapshot, after: Snapshot): Reports['diff']['diff'] {
  const judged = (snapshot: Snapshot) => ({ snapshot, findings: judge(snapshot) });
  return diffSnapshots(judged(before), judged(after), { stripComponents: 'auto', maps: [], sections: true });
}

async function printed<Kind extends ReportKind>(name: string, kind: Kind, report: Reports[Kind]): Promise<string> {
  const reporter = await reporterNamed(name, kind);
  if (reporter === null) throw new Error(`no reporter ${name}`);
  return [...reporter(report, { ...plainOptions, verbose: true, sort: kind === 'diff' ? 'delta' : 'size' })].join('');
}

function checkInert(name: string, text: string): void {
  // CSV ends its lines with CRLF, GitHub's commands begin with "::" on purpose.
  const raw = /(?!\r\n)[^\P{Cc}\n\t]|\p{Cf}/u.exec(text);
  if (raw !== null) throw new Error(`raw ${JSON.stringify(raw[0])} in the ${name} report`);
  if (name !== 'github' && /^\s*(?:::|##\[|##vso)/m.test(text))
    throw new Error(`a workflow command in the ${name} report`);
}
