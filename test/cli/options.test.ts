// What options mean that several commands share, and which are refused where they would take no effect.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseArguments } from '../../src/cli/options/arguments.ts';
import { formatOf, requireShown } from '../../src/cli/options/format.ts';
import {
  diffOptions,
  inputOptions,
  parseLayer,
  selectRules,
  toReportOptions,
  toScanOptions,
} from '../../src/cli/options/shared.ts';
import { requireStored } from '../../src/cli/measuring/require-stored.ts';
import { UsageError } from '../../src/errors.ts';
import type { ArtifactIdentity, Snapshot } from '../../src/model/snapshot.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { rules } from '../../src/rules/index.ts';
import { image, snapshot } from '../build/snapshot.ts';

function report(...line: readonly string[]): ReportOptions {
  return toReportOptions(parseArguments(line, diffOptions).values);
}

describe('options of reports', () => {
  it('take compressed sizes for content that tells them', () => {
    expect(report('--size', 'compressed')).toMatchObject({ size: 'content', stored: true });
    expect(report('--size', 'disk').size).toBe('disk');
    expect(report('--size', 'disk')).not.toHaveProperty('stored');
    expect(report('--min-change', '2kB')).toMatchObject({ minChange: 2000, sort: 'delta' });
    const { 'min-change': _none, ...values } = parseArguments([], diffOptions).values;
    expect(toReportOptions(values)).toMatchObject({ minChange: 0 });
  });

  describe('of a terminal', () => {
    const { stdout } = process;
    const own = { isTTY: stdout.isTTY, columns: stdout.columns };
    afterEach(() => {
      Object.assign(stdout, own);
      vi.unstubAllEnvs();
    });

    it.each([
      [59, 60],
      [60, 60],
      [61, 61],
      [140, 140],
      [141, 140],
    ])('of %d columns are %d wide, and a file is 80', (columns, width) => {
      Object.assign(stdout, { isTTY: true, columns });
      expect(report().width).toBe(width);
      expect(report('-o', 'file').width).toBe(80);
      Object.assign(stdout, { isTTY: false });
      expect(report().width).toBe(80);
    });

    it.each([
      ['auto', true, {}, [], true],
      ['auto', true, {}, ['-o', 'file'], false],
      ['auto', false, {}, [], false],
      ['auto', true, { NO_COLOR: '1' }, [], false],
      // https://no-color.org: an empty one says nothing.
      ['auto', true, { NO_COLOR: '' }, [], true],
      ['auto', true, { TERM: 'dumb' }, [], false],
      ['always', false, { NO_COLOR: '1' }, [], true],
      ['never', true, {}, [], false],
    ] as const)('%s, on a terminal: %j, with %j and %j', (color, isTTY, env, line, expected) => {
      Object.assign(stdout, { isTTY, columns: 80 });
      vi.stubEnv('NO_COLOR', undefined);
      vi.stubEnv('TERM', 'xterm');
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      expect(report('--color', color, ...line).color).toBe(expected);
    });
  });
});

describe('options of reading', () => {
  it('are limits in bytes, and the image that is meant', () => {
    const line = ['--max-window', '1 MiB', '--max-unpacked', '2kB', '--image', 'a:b', '--as', 'files'];
    expect(toScanOptions(parseArguments(line, inputOptions).values, { digests: 'all', facts: 'needed' })).toEqual({
      digests: 'all',
      facts: 'needed',
      maxWindow: 1024 ** 2,
      maxEntries: inputOptions['max-entries'].default,
      maxUnpacked: 2000,
      image: { name: 'a:b', platform: undefined, as: 'files' },
      stripVersion: undefined,
    });
    const { values } = parseArguments(['--max-window', '1M'], inputOptions);
    expect(() => toScanOptions(values, { digests: 'all', facts: 'needed' })).toThrow('--max-window: "1M"');
  });

  it('name a layer by its index', () => {
    expect(parseLayer(undefined)).toBeUndefined();
    expect(parseLayer('0')).toBe(0);
    expect(parseLayer('99999')).toBe(99_999);
    for (const text of ['-1', '1.0', 'x', '100000', ' 1'])
      expect(() => parseLayer(text)).toThrow(`--layer takes the index of a layer, counted from 0, not "${text}"`);
  });

  it('select rules, in their own order', () => {
    const [first, second] = rules;
    expect(selectRules(undefined)).toBe(rules);
    expect(selectRules(undefined, [])).toEqual([]);
    expect(selectRules(`${second?.id}, ${first?.id}`)).toEqual([first, second]);
    expect(() => selectRules('debug-symbol')).toThrow('there is no rule "debug-symbol"; did you mean "debug-symbols"?');
    expect(() => selectRules('')).toThrow('"sizecheck explain" lists the rules');
  });
});

describe('a format', () => {
  it('may be said twice, and not in two ways', () => {
    expect(formatOf({ json: false, format: 'csv' })).toBe('csv');
    expect(formatOf({ json: true, format: 'table' })).toBe('json');
    expect(formatOf({ json: true, format: 'json' })).toBe('json');
    expect(() => formatOf({ json: true, format: 'csv' })).toThrow('--json is short for --format json');
  });

  it('has to show what is asked for', () => {
    expect(() => requireShown('scan', 'du', {})).not.toThrow();
    expect(() => requireShown('scan', 'du', { '--sections': false })).not.toThrow();
    expect(() => requireShown('scan', 'table', { '--sections': true })).not.toThrow();
    expect(() => requireShown('scan', 'du', { '--sections': true })).toThrow(
      '--sections has no effect with --format du; formats that show it: table, json',
    );
  });
});

describe('compressed sizes', () => {
  const none = { compressed: 1 };
  function why(artifact: Partial<ArtifactIdentity>, totals: object = none, more: Partial<Snapshot> = {}): string {
    const plain = snapshot([], more);
    try {
      requireStored({ ...plain, artifact: { ...plain.artifact, ...artifact }, totals: { ...plain.totals, ...totals } });
    } catch (error) {
      if (error instanceof UsageError) return error.message.replace('--size compressed needs ', '');
    }
    return 'fine';
  }
  it('are known, or it is told why not', () => {
    const each = 'the compressed bytes of each file, which are not known';
    expect(why({}, none, { overhead: {} })).toBe('fine');
    expect(why({ format: 'oci-layout' })).toBe('an image in one file: pack the layout with tar');
    expect(why({ format: 'directory' }, { compressed: null })).toMatch(/^an archive: the files of a directory/);
    expect(why({ format: 'zip', codecs: ['gzip', 'xz'] })).toBe(`${each} of a zip in gzip in xz`);
    expect(why({ format: 'docker-archive', codecs: ['gzip'] }, none, { image: image([]) })).toBe(
      `${each} of an image in gzip`,
    );
    const saved = `${each}: the snapshot was saved without them; save it again`;
    expect(why({ format: 'tar', codecs: ['gzip'] })).toBe(saved);
    expect(why({ format: 'zip', codecs: [] })).toBe(saved);
  });
});
