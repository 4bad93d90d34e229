// A wheel that `fix` made is one that can be installed: its RECORD says what it holds, as Python's csv and hashlib see it.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempDirectory } from '../build/temp.ts';
import { buildZip } from '../build/zip.ts';
import { sizecheck } from '../cli/run.ts';
import { requireTool, run } from '../oracles.ts';

const work = tempDirectory('wheel');
const ready = ['gcc', 'strip', 'ar', 'python3'].every((name) => requireTool(name));

/** What is wrong with the RECORD of a wheel, and its names; as `wheel unpack` looks at it. */
const oracle = `
import base64, csv, hashlib, io, json, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
names = [name for name in wheel.namelist() if not name.endswith('/')]
record = next(name for name in names if name.endswith('.dist-info/RECORD'))
rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(wheel.read(record).decode(), newline=''))}
wrong = sorted(set(names) ^ set(rows))
for name in set(names) & set(rows):
    digest, size = rows[name]
    content = wheel.read(name)
    own = 'sha256=' + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip('=')
    if name != record and (digest, size) != (own, str(len(content))):
        wrong.append(name)
print(json.dumps({'wrong': wrong, 'names': sorted(names), 'damaged': wheel.testzip()}))
`;

interface Judged {
  readonly wrong: readonly string[];
  readonly names: readonly string[];
  readonly damaged: string | null;
}

function judged(wheel: string): Judged {
  return JSON.parse(run('python3', ['-c', oracle, wheel]));
}

const info = 'demo-1.0.dist-info';
/** Names that a row of CSV has to quote, and content that is stripped or goes. */
const contents = new Map<string, Buffer>();

beforeAll(() => {
  if (!ready) return;
  mkdirSync(join(work, 'made'));
  writeFileSync(join(work, 'made/x.c'), 'static int two(int x) { return x * 2; } int twice(int x) { return two(x); }');
  const at = (name: string): string => join(work, 'made', name);
  run('gcc', ['-g', '-shared', '-fPIC', '-o', at('libx.so'), at('x.c')]);
  run('gcc', ['-g', '-fPIC', '-c', '-o', at('x.o'), at('x.c')]);
  run('ar', ['rcs', at('libx.a'), at('x.o')]);
  contents.set('demo/__init__.py', Buffer.from('x = 1\n'));
  contents.set('demo/a, "b".so', readFileSync(at('libx.so')));
  contents.set('demo/libx.so', readFileSync(at('libx.so')));
  contents.set('demo/libx.a', readFileSync(at('libx.a')));
  contents.set(`${info}/WHEEL`, Buffer.from('Wheel-Version: 1.0\n'));
});

function rowOf(name: string, content: Buffer, ending: string): string {
  const spelled = /[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
  return `${spelled},sha256=${createHash('sha256').update(content).digest('base64url')},${content.length}${ending}`;
}

/** A wheel whose RECORD stands first, as no rule forbids. */
function writeWheel(name: string, ending: string, without = '', change = (record: string): string => record): string {
  const rows = [...contents].map(([path, content]) => rowOf(path, content, ending)).join('');
  const record = change(`${rows}${info}/RECORD,,${ending}`);
  const members = [[`${info}/RECORD`, Buffer.from(record)] as const, ...contents].filter(([path]) => path !== without);
  const path = join(work, name);
  writeFileSync(path, buildZip(members.map(([member, content]) => ({ name: member, content }))));
  return path;
}

/** `fix --apply --json` of a wheel. */
function fixed(wheel: string, code = 0) {
  const out = wheel.replace(/\.whl$/, '-fixed.whl');
  const ran = sizecheck(['fix', wheel, '--out', out, '--apply', '--json']);
  expect(ran.stderr).toBe('');
  expect(ran.code).toBe(code);
  return { out, report: JSON.parse(ran.stdout) };
}

function memberOf(wheel: string, name: string): string {
  return run('python3', [
    '-c',
    'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))',
    wheel,
    name,
  ]);
}

describe.skipIf(!ready)('the RECORD of a wheel', () => {
  it.each([
    ['lf', '\n'],
    ['crlf', '\r\n'],
  ])('is brought up to date: %s', (name, ending) => {
    const wheel = writeWheel(`${name}.whl`, ending);
    expect(judged(wheel)).toMatchObject({ wrong: [], damaged: null });
    const { out, report } = fixed(wheel);
    const { wrong, names, damaged } = judged(out);
    expect({ wrong, damaged }).toEqual({ wrong: [], damaged: null });
    expect(names).not.toContain('demo/libx.a');
    expect(report.rules.map(({ rule }: { rule: string }) => rule).toSorted()).toEqual([
      'debug-symbols',
      'static-library',
    ]);
    // What was promised is of findings alone; the list says its own lengths.
    expect(report.achieved).toEqual(report.promised);
    const [before, after] = [wheel, out].map((path) => memberOf(path, `${info}/RECORD`));
    expect(report.updated).toEqual([{ path: `${info}/RECORD`, before: before?.length, after: after?.length }]);
    expect(report.before.content - report.after.content).toBe(
      report.promised.content + (before?.length ?? 0) - (after?.length ?? 0),
    );
    // What nothing is to be said of is spelled as it was.
    expect(after).toContain(rowOf('demo/__init__.py', Buffer.from('x = 1\n'), ending));
    expect(sizecheck(['fix', wheel, '--format', 'shell', '--out', `${name}.out`]).stdout).toContain(
      '# The RECORD of the wheel',
    );
  });

  it('says so in a terminal', () => {
    const wheel = writeWheel('told.whl', '\n');
    const ran = sizecheck(['fix', wheel, '--out', join(work, 'told-fixed.whl'), '--apply']);
    expect(ran.stdout).toMatch(/^ {2}demo-1\.0\.dist-info\/RECORD: brought up to date, \d+ B → \d+ B$/m);
  });

  it('stays as it is in a zip that is no wheel', () => {
    const wheel = writeWheel('no-wheel.whl', '\n', `${info}/WHEEL`);
    const { out, report } = fixed(wheel);
    expect(memberOf(out, `${info}/RECORD`)).toBe(memberOf(wheel, `${info}/RECORD`));
    expect(report).not.toHaveProperty('updated');
  });

  it('stays as it is where it cannot be read, and the result says so', () => {
    const wheel = writeWheel('odd.whl', '\n', '', (record) => `"x"y,,\n${record}`);
    const { out, report } = fixed(wheel, 1);
    expect(memberOf(out, `${info}/RECORD`)).toBe(memberOf(wheel, `${info}/RECORD`));
    expect(report.broken).toEqual([
      { path: `${info}/RECORD`, message: 'has a stray quote in line 1, so it is not brought up to date' },
    ]);
  });

  it('stays as it is where its lines end in a bare carriage return, and the result says so', () => {
    const wheel = writeWheel('bare.whl', '\r');
    const { out, report } = fixed(wheel, 1);
    expect(memberOf(out, `${info}/RECORD`)).toBe(memberOf(wheel, `${info}/RECORD`));
    expect(report.broken).toEqual([
      {
        path: `${info}/RECORD`,
        message: 'has lines that end in a bare carriage return, so it is not brought up to date',
      },
    ]);
  });

  it('stays as it is where it is too long to be read', () => {
    const wheel = writeWheel('long.whl', '\n', '', (record) => record + '\n'.repeat(64 * 1024 ** 2));
    const { report } = fixed(wheel, 1);
    expect(report.broken).toEqual([
      { path: `${info}/RECORD`, message: 'is longer than 67108864 bytes, so it is not brought up to date' },
    ]);
    expect(report).not.toHaveProperty('updated');
  });

  it('stays as it is where it cannot be unpacked, and the result says so', () => {
    const wheel = join(work, 'packed.whl');
    const packed = { name: `${info}/RECORD`, method: 12, data: Buffer.from('BZh9'), size: 9 };
    writeFileSync(wheel, buildZip([...[...contents].map(([name, content]) => ({ name, content })), packed]));
    const { report } = fixed(wheel, 1);
    expect(report.actions.length).toBeGreaterThan(0);
    expect(report.broken).toEqual([
      { path: `${info}/RECORD`, message: 'cannot be unpacked, so it is not brought up to date' },
    ]);
  });
});
