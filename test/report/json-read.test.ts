// Saved reports: what our reporters print comes back the same, and what nobody printed is refused with the path that is wrong.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { nameFromBytes } from '../../src/model/name.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { mostReportBytes, parseReport } from '../../src/report/json/read/index.ts';
import type { Diff } from '../../src/model/diff.ts';
import type { ReportKind, Reports } from '../../src/report/reporter.ts';
import { changed } from '../build/json.ts';
import {
  change,
  checkReport,
  checked,
  diffReport,
  directoryChange,
  emptyDiff,
  finding,
  plainOptions,
  side,
  testTool,
  totals,
} from '../build/report.ts';

async function json<Kind extends ReportKind>(kind: Kind, report: Reports[Kind]): Promise<string> {
  const reporter = await reporterNamed('json', kind);
  if (reporter === null) throw new Error(`no JSON of ${kind}`);
  return [...reporter(report, plainOptions)].join('');
}

function read(text: string) {
  return parseReport(Buffer.from(text));
}

function refusal(text: string | Uint8Array): string {
  try {
    parseReport(typeof text === 'string' ? Buffer.from(text) : text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.message).not.toContain('\n');
    expect(error.message.length).toBeLessThan(400);
    return error.message;
  }
  throw new Error('was not refused');
}

/** A diff of images with all that may be there. */
const layered: Diff = {
  ...emptyDiff(),
  delta: { content: 0, disk: 0, archive: 0, compressed: 5 },
  after: side('new', totals(182_321_152, { compressed: 36_464_235 })),
  changes: [change('lib/a', 5, 5, { stored: { before: 4, after: 6, delta: 2 } })],
  image: {
    layers: 2,
    shared: 1,
    pulled: [{ index: 1, digest: `sha256:${'0'.repeat(64)}`, instruction: null, compressed: 7, content: 9 }],
    pull: 7,
    waste: { before: 1, after: 2 },
    cacheBroke: { index: 1, before: 'RUN a', after: null },
  },
  stored: {
    directories: [{ path: 'lib', from: null, before: 4, after: 6, delta: 2 }],
    overhead: { before: 1, after: 4 },
  },
  packages: [
    {
      name: 'one',
      kind: 'node',
      before: null,
      after: { versions: ['1'], content: 8, stored: 6 },
      delta: 8,
    },
    {
      name: null,
      kind: 'unowned',
      before: { versions: [], content: 8, stored: 4 },
      after: null,
      delta: -8,
    },
  ],
};

describe('round trip', () => {
  it('of diffs', async () => {
    for (const report of [
      diffReport(),
      { tool: testTool, diff: emptyDiff() },
      diffReport({
        notices: [
          { code: 'x', path: null, message: 'm' },
          { code: 'x', path: 'p\xe9', message: 'm' },
        ],
      }),
    ]) {
      expect(read(await json('diff', report))).toEqual({ kind: 'diff', report });
    }
  });

  it('of checks', async () => {
    const report = checkReport();
    expect(read(await json('check', report))).toEqual({ kind: 'check', report });
    const [first, ...others] = report.artifacts;
    const [found] = first?.findings ?? [];
    if (first === undefined || found === undefined) throw new Error('no finding');
    const findings = [{ ...found, claims: found.claims.map((claim) => ({ ...claim, layer: 0 })) }];
    const ofImage = { ...report, artifacts: [{ ...first, findings }, ...others] };
    expect(read(await json('check', ofImage))).toEqual({ kind: 'check', report: ofImage });
  });

  it('of diffs of images, of packages and of bytes stored', async () => {
    const report = { tool: testTool, diff: layered };
    expect(read(await json('diff', report))).toEqual({ kind: 'diff', report });
    const { packages: _, ...noPackages } = layered;
    const untold = layered.image?.pulled.map((layer) => ({ ...layer, compressed: null })) ?? [];
    for (const diff of [noPackages, { ...layered, image: { ...layered.image, pulled: untold, pull: null } }]) {
      const text = changed({ ...JSON.parse(await json('diff', report)) }, 'packages', undefined);
      expect(read(changed(JSON.parse(text), 'image', diff.image)).report).toMatchObject({
        diff: { image: diff.image },
      });
    }
    // In a check, too.
    const gate = checkReport(undefined, [checked({ diff: layered })]);
    expect(read(await json('check', gate))).toEqual({ kind: 'check', report: gate });
    const same = { ...layered.image, cacheBroke: null };
    const unbroken = changed(JSON.parse(await json('diff', report)), 'image', same);
    expect(read(unbroken).report).toMatchObject({ diff: { image: same } });
    const check = checkReport();
    const artifacts = check.artifacts.map((artifact) => ({ ...artifact, diff: null }));
    expect(read(await json('check', { ...check, artifacts }))).toEqual({
      kind: 'check',
      report: { ...check, artifacts },
    });
  });

  it('of what is in no archive, on one side or both', async () => {
    const tree = (name: string, content: number) => side(name, totals(content, { archive: null, compressed: null }));
    const [old, now] = [side('a.tar', totals(5)), tree('b', 5)];
    const delta = { content: 0, disk: 0, archive: null, compressed: null };
    for (const sides of [
      { before: old, after: now },
      { before: now, after: old },
      { before: now, after: tree('c', 5) },
    ]) {
      // All of it can go.
      const findings = { ...emptyDiff().findings, removable: { before: 5, after: 5 } };
      const report = { tool: testTool, diff: { ...emptyDiff(), ...sides, delta, findings } };
      expect(read(await json('diff', report))).toEqual({ kind: 'diff', report });
      // Packages, and no bytes stored.
      const sizes = { versions: ['1'], content: 8 };
      const packages = [{ name: 'one', kind: 'node', before: sizes, after: sizes, delta: 0 } as const];
      const some = { tool: testTool, diff: { ...report.diff, packages } };
      expect(read(await json('diff', some))).toEqual({ kind: 'diff', report: some });
    }
  });

  it('of a gate that judged nothing, and of findings that keep a copy', async () => {
    const report = checkReport();
    const none = { ...report, gate: { status: 'warn', verdicts: [] } } as const;
    expect(read(await json('check', none))).toEqual({ kind: 'check', report: none });
    const claims = [{ path: 'a', part: null, bytes: 5, keeps: 'b' }];
    const kept = diffReport({ findings: { ...emptyDiff().findings, new: [finding('duplicate-file', 5, { claims })] } });
    expect(read(await json('diff', kept))).toEqual({ kind: 'diff', report: kept });
  });

  it('of sections that are null, as an older version wrote them', async () => {
    const document: unknown = JSON.parse(await json('diff', diffReport()));
    const { report } = read(changed(document, 'changes[0].sections', null));
    const [first] = 'diff' in report ? report.diff.changes : [];
    expect(first?.sections).toBe(null);
  });

  it('of any name', async () => {
    const anyName = fc
      .uint8Array({ minLength: 1, maxLength: 20 })
      .map((bytes) => nameFromBytes(bytes.map((byte) => byte || 1)));
    await fc.assert(
      fc.asyncProperty(anyName, anyName, async (path, from) => {
        const diff = {
          ...emptyDiff(),
          changes: [change(path, 1, 2, { from })],
          directories: [{ ...directoryChange(path, 5, 5), from }],
        };
        expect(read(await json('diff', { tool: testTool, diff }))).toEqual({
          kind: 'diff',
          report: { tool: testTool, diff },
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('refused', () => {
  it.each([
    ['', /^is empty$/],
    ['not json', /^is not JSON: /],
    ['{"schema":1', /^is not JSON: /],
    ['[]', /^has no object at \$$/],
    ['{}', /^has no schema; this version reads reports of schema 1$/],
    ['{"schema":2}', /^has another schema; this version reads reports of schema 1$/],
    ['{"schema":1}', /^has no object at tool$/],
    [
      '{"schema":1,"tool":{"name":"sizecheck","version":"1"},"tree":[]}',
      /^is no report of a diff or a check; make it with "sizecheck diff --json"/,
    ],
  ])('%j', (text, says) => {
    expect(refusal(text)).toMatch(says);
  });

  it('bytes that are no UTF-8', () => {
    expect(refusal(Uint8Array.of(0x22, 0xff, 0x22))).toBe('is not JSON');
    // It may be a link to what nobody wants printed.
    for (const text of ['SECRET=key', '"a" SECRET', '{"a":SECRET}', '[1,2 SECRET', 'SECRET'.repeat(20)])
      expect(refusal(text)).toMatch(/^is not JSON: (?!.*(?:SE|ECRET))/);
    expect(refusal('undefined')).toBe('is not JSON');
  });

  it.each([
    ['before.content', -1, /^has -1 at before\.content, which is less than 0$/],
    ['before.content', 1.5, /^has 1\.5 at before\.content, which is not a whole number$/],
    ['before.content', '1', /^has "1" at before\.content, which is not a whole number$/],
    ['before.content', 2 ** 60, /which is not a whole number$/],
    ['before.content', { deep: [1] }, /^has an object or list at before\.content/],
    ['before.content', null, /^has null at before\.content/],
    ['before.archive', undefined, /^has nothing at before\.archive/],
    ['before.artifact.format', 'iso', /^has "iso" at before\.artifact\.format, which is none of directory, tar/],
    ['before.artifact.name', 7, /^has no text at before\.artifact\.name$/],
    ['before.artifact.codecs', ['lz4'], /^has "lz4" at before\.artifact\.codecs\[0\]/],
    ['delta.content', 1, /^has a delta\.content that is not the difference of the totals$/],
    ['delta.compressed', null, /^has a delta\.compressed that is not the difference/],
    ['directories[0].delta', 1, /^has a directories\[0\]\.delta that is not the difference of before and after$/],
    ['directories[0].before', null, /^has one size but not the other at directories\[0\]\.before$/],
    ['directories[0].path', undefined, /^has no name at directories\[0\]\.path$/],
    ['directories', {}, /^has no list at directories$/],
    ['directories', [], /^has directories whose content does not sum to delta\.content$/],
    ['changes[0].kind', '<script>', /^has "<script>" at changes\[0\]\.kind/],
    ['changes[0].aspects', ['all'], /^has "all" at changes\[0\]\.aspects\[0\]/],
    ['changes[0].sections[0].delta', 0, /not the difference/],
    ['findings.new[0].severity', 'fatal', /^has "fatal" at findings\.new\[0\]\.severity/],
    ['findings.new[0].fix.commands', [1], /^has no text at findings\.new\[0\]\.fix\.commands\[0\]$/],
    ['findings.rules[0].before', 'x', /^has "x" at findings\.rules\[0\]\.before/],
    ['findings.removable', undefined, /^has no object at findings\.removable$/],
    ['findings.removable.before', -1, /^has -1 at findings\.removable\.before, which is less than 0$/],
    ['findings.removable.after', 94_821_301, /^has a findings\.removable\.after that is more than the content$/],
    ['notices', undefined, /^has no list at notices$/],
    ['tool', 'sizecheck', /^has no object at tool$/],
  ])('a diff with %s = %j', async (path, value, says) => {
    const document: unknown = JSON.parse(await json('diff', diffReport()));
    expect(refusal(changed(document, path, value))).toMatch(says);
  });

  it.each([
    ['gate.status', 'pass', /^has gate\.status pass, but a verdict of fail$/],
    ['gate.status', 'fine', /^has "fine" at gate\.status/],
    ['gate.verdicts[0].measure', 'weight', /^has "weight" at gate\.verdicts\[0\]\.measure/],
    ['gate.verdicts[0].actual', '5', /^has "5" at gate\.verdicts\[0\]\.actual, which is not a number$/],
    ['gate.verdicts[0].top[0].bytes', null, /^has null at gate\.verdicts\[0\]\.top\[0\]\.bytes/],
    ['artifacts[0].diff.delta.disk', 1, /^has a artifacts\[0\]\.diff\.delta\.disk that is not the difference/],
    ['artifacts[0].removable', 5, /^has no object at artifacts\[0\]\.removable$/],
  ])('a check with %s = %j', async (path, value, says) => {
    const document: unknown = JSON.parse(await json('check', checkReport()));
    expect(refusal(changed(document, path, value))).toMatch(says);
  });

  it.each([
    ['image.pull', 8, /^has a image\.pull that its layers do not sum to$/],
    ['image.pull', null, /^has a image\.pull that its layers do not sum to$/],
    ['image.pulled[0].compressed', null, /^has a image\.pull that its layers do not sum to$/],
    ['image.cacheBroke', 7, /^has no object at image\.cacheBroke$/],
    ['overhead.after', 5, /^has stored bytes that do not sum to delta\.compressed$/],
    ['packages[0].kind', 'gem', /^has "gem" at packages\[0\]\.kind/],
    ['packages[0].delta', 7, /^has a packages\[0\]\.delta that is not the difference/],
    ['packages[1]', undefined, /^has no object at packages\[1\]$/],
    ['packages', [], /^has packages whose stored bytes do not sum to delta\.compressed$/],
    ['packages[0].after.stored', 5, /^has packages whose stored bytes do not sum to delta\.compressed$/],
    ['packages[0].after.versions', [1], /^has no text at packages\[0\]\.after\.versions\[0\]$/],
    [
      'directories',
      [{ path: 'a', before: 1, after: 1, delta: 0, disk: { before: 1, after: null, delta: -1 } }],
      /one size/,
    ],
    ['before', null, /^has no object at before$/],
    ['changes[0].stored', null, /^has no object at changes\[0\]\.stored$/],
  ])('a diff of images with %s = %j', async (path, value, says) => {
    const document: unknown = JSON.parse(await json('diff', { tool: testTool, diff: layered }));
    expect(refusal(changed(document, path, value))).toMatch(says);
  });

  it('packages whose content is not that of the diff', async () => {
    const packages = layered.packages?.slice(0, 1) ?? [];
    const text = await json('diff', { tool: testTool, diff: { ...layered, packages } });
    expect(refusal(text)).toBe('has packages whose content does not sum to delta.content');
  });

  it.each(['gate', 'artifacts', 'before', 'after'])('a report with %s alone', (key) => {
    const tool = { name: 'sizecheck', version: '1' };
    expect(refusal(JSON.stringify({ schema: 1, tool, [key]: {} }))).toMatch(/^is no report of a diff or a check/);
  });

  it('the status of a gate that is better than the worst verdict', async () => {
    const report = checkReport();
    const [first] = report.gate.verdicts;
    if (first === undefined) throw new Error('no verdict');
    const verdicts = (['pass', 'warn'] as const).map((status) => ({ ...first, status }));
    const text = await json('check', { ...report, gate: { status: 'pass', verdicts } });
    expect(refusal(text)).toBe('has gate.status pass, but a verdict of warn');
  });

  it('a report of 128 MiB and a byte', () => {
    expect(refusal(Buffer.alloc(mostReportBytes + 1, ' '))).toBe(`is longer than ${mostReportBytes} bytes`);
    expect(refusal(Buffer.alloc(mostReportBytes, ' '))).toMatch(/^is not JSON/);
  });

  it('any document of the wrong shape, with one line', async () => {
    const whole = await json('diff', diffReport());
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.constantFrom('', '0', '"', '{', '[', 'null', ',', '\\u0000'),
        (index, piece) => {
          try {
            read(whole.slice(0, index) + piece + whole.slice(index + 1));
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
