// Saved reports: what our reporters print comes back the same, and what nobody printed is refused with the path that is wrong.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/errors.ts';
import { nameFromBytes } from '../../src/model/name.ts';
import { reporterNamed } from '../../src/report/index.ts';
import { parseReport } from '../../src/report/json/read/index.ts';
import type { ReportKind, Reports } from '../../src/report/reporter.ts';
import { changed } from '../build/json.ts';
import {
  change,
  checkReport,
  diffReport,
  directoryChange,
  emptyDiff,
  plainOptions,
  testTool,
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

describe('round trip', () => {
  it('of diffs', async () => {
    for (const report of [
      diffReport(),
      { tool: testTool, diff: emptyDiff() },
      diffReport({
        notices: [
          { code: 'x', path: null, message: 'm' },
          { code: 'x', path: 'p', message: 'm' },
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
