// What `fix`, `compress` and "made as" say, one decision after the other.
import { describe, expect, it } from 'vitest';
import type { Compressions, Trial } from '../../src/model/compression.ts';
import type { Fix, FixOutcome } from '../../src/model/fix.ts';
import { compressTable } from '../../src/report/table/compress.ts';
import { fixTable } from '../../src/report/table/fix.ts';
import { madeText } from '../../src/report/table/made.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { plainOptions, testTool, totals } from '../build/report.ts';

const options: ReportOptions = { ...plainOptions, units: 'bytes', width: 100 };

describe('made as', () => {
  const archive = { dialect: 'pax', sorted: true, times: 3, owners: 1, reproducible: false };

  it('says of the codec what is known', () => {
    const codec = { frames: 1, blocks: 2000, window: 8_388_608, checksum: true, contentSize: true };
    expect(madeText({ codec, archive }, ['zstd'])).toBe(
      'zstd: 1 frame, 2,000 blocks, window 8.0 MiB, checksum; pax headers, sorted, 3 times, 1 owner',
    );
    expect(madeText({ codec: { checksum: false, contentSize: false, dictionary: 1024 }, archive: {} }, ['xz'])).toBe(
      'xz: dictionary 1.0 KiB, no checksum, length not stated; not sorted',
    );
    expect(madeText({ codec: { members: 2, effort: 'best', level: 9, name: true }, archive }, ['gzip'])).toMatch(
      /^gzip: 2 members, effort "best", level 9, name or time in the header;/,
    );
    expect(madeText({ codec: { streams: 1, time: true }, archive }, ['gzip'])).toMatch(
      /^gzip: 1 stream, name or time in the header;/,
    );
    expect(madeText({ codec: { level: null, effort: null, name: false, time: false }, archive }, ['gzip'])).toMatch(
      /^gzip: ; pax/,
    );
  });

  it('says of the archive what is known', () => {
    const of = (facts: typeof archive | { times: number; reproducible: boolean }): string =>
      madeText({ codec: null, archive: facts }, []);
    expect(of({ ...archive, reproducible: true })).toBe('pax headers, sorted, 3 times, 1 owner: reproducible');
    expect(of({ ...archive, sorted: false, owners: 2 })).toBe('pax headers, not sorted, 3 times, 2 owners');
    expect(of({ times: 1, reproducible: false })).toBe('not sorted, 1 time');
  });
});

const trial = (command: string, bytes: number, more: Partial<Trial> = {}): Trial => ({
  how: command,
  command,
  bytes,
  compress: 1,
  decompress: 1,
  compressMemory: null,
  decompressMemory: 1_048_576,
  window: 1_048_576,
  ...more,
});

function compressed(more: Partial<Compressions>): string {
  const compressions: Compressions = {
    artifact: { name: 'a.tar.gz', length: 1000 },
    stream: { kind: 'tar', bytes: 4000 },
    today: trial('gzip', 1000, { compress: null, decompress: 2 }),
    trials: [],
    untried: [],
    best: null,
    order: null,
    interrupted: false,
    ...more,
  };
  return [...compressTable({ tool: testTool, compressions }, { ...options, units: 'bytes' })].join('');
}

/** Cells of the rows below the head. */
function cells(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => / B .*%/.test(line))
    .map((line) => line.trim().split(/ {2,}/));
}

describe('compress', () => {
  it('has a row for today and each way that was tried', () => {
    const text = compressed({
      trials: [
        trial('zstd -19', 800, { compress: 12.4, decompress: 0.123 }),
        trial('xz -9', 900, { compress: 9.996, decompressMemory: null, window: null }),
      ],
      best: 'zstd -19',
    });
    expect(text).toContain('OF TODAY');
    expect(cells(text)).toEqual([
      ['1,000 B', '100.0%', '-', '2.00 s', '1.0 MiB', '1.0 MiB', 'gzip (today)'],
      ['800 B', '80.0%', '12 s', '0.12 s', '1.0 MiB', '1.0 MiB', 'zstd -19'],
      ['900 B', '90.0%', '10.00 s', '1.00 s', '-', '-', 'xz -9'],
    ]);
  });

  it('measures what is not compressed against its own bytes', () => {
    const text = compressed({ today: null, trials: [trial('zstd -3', 1000, { compress: 10 })], best: 'zstd -3' });
    expect(text).toContain('OF RAW');
    expect(cells(text)).toEqual([['1,000 B', '25.0%', '10 s', '1.00 s', '1.0 MiB', '1.0 MiB', 'zstd -3']]);
    expect(text).toContain('  zstd -3: 25.0% of 3.9 KiB\n');
  });

  it('says how much faster or slower the best is', () => {
    const says = (decompress: number | null, today: number | null = 2): string | undefined =>
      compressed({
        today: trial('gzip', 1000, { decompress: today }),
        trials: [trial('zstd', 740, { decompress })],
        best: 'zstd',
      })
        .split('\n')
        .find((line) => line.startsWith('  zstd: '));
    const smaller = "  zstd: 26% smaller than today's gzip";
    expect(says(0.5)).toBe(`${smaller}, decompresses 4.0 times as fast`);
    expect(says(2)).toBe(`${smaller}, decompresses as fast`);
    expect(says(2.2, 2.42)).toBe(`${smaller}, decompresses as fast`);
    expect(says(1.9, 2.1)).toBe(`${smaller}, decompresses 1.1 times as fast`);
    expect(says(2.2)).toBe(`${smaller}, decompresses as fast`);
    expect(says(2, 2.2)).toBe(`${smaller}, decompresses as fast`);
    expect(says(2, 1.8)).toBe(`${smaller}, decompresses as fast`);
    expect(says(5)).toBe(`${smaller}, takes 2.5 times as long to decompress`);
    expect(says(null)).toBe(smaller);
    expect(says(1, null)).toBe(smaller);
  });

  it('has a blank line between its parts, and none where a part is missing', () => {
    const lines = (more: Partial<Compressions>): string =>
      compressed(more)
        .split('\n')
        .slice(3)
        .map((line) => (line === '' ? '_' : ''))
        .join('');
    // The row of today, what the times are of, and the sentence.
    expect(lines({})).toBe('__');
    expect(lines({ untried: [{ how: 'xz:9', reason: 'no xz' }] })).toBe('___');
    expect(lines({ today: trial('zstd', 9, { window: 10_000_000 }) })).toBe('___');
  });

  it('has the best in bold, where there is colour', () => {
    const trials = [trial('zstd', 800), trial('gzip -9', 900)];
    const compressions = { today: null, trials, untried: [], best: 'zstd', order: null, interrupted: false };
    const stream = { kind: 'tar', bytes: 4000 } as const;
    const report = { tool: testTool, compressions: { ...compressions, artifact: { name: 'a', length: 1 }, stream } };
    const text = [...compressTable(report, { ...options, color: true })].join('');
    expect(text).toContain('\u001b[1mzstd\u001b[22m\n');
    expect(text).not.toContain('\u001b[1mgzip');
  });

  it('says why none is recommended', () => {
    const large = trial('zstd -22', 10, { window: 268_435_456 });
    const none = 'None is recommended: decoders refuse the windows of all that were tried.';
    const nothing = "Nothing that was tried is more than 1% smaller than today's file.";
    expect(compressed({ trials: [large] })).toContain(none);
    expect(compressed({ today: null, trials: [large] })).toContain(none);
    expect(compressed({ trials: [large, trial('gzip -9', 999, { window: null })] })).toContain(nothing);
    expect(compressed({ trials: [trial('zstd -3', 999, { window: 134_217_728 })] })).toContain(nothing);
  });

  it('tells windows that decoders refuse', () => {
    const [fits, http, program] = [8_388_608, 8_388_609, 134_217_729];
    const of = (...windows: (number | null)[]): string =>
      compressed({ trials: windows.map((window, at) => trial(`zstd -${at}`, 900 + at, { window })) });
    expect(of(fits, null)).not.toContain('the window is above');
    expect(of(fits, http)).toContain('zstd -1: the window is above 8 MiB; browsers refuse it as Content-Encoding\n\n');
    const both = of(http, 134_217_728, program);
    expect(both).toContain('zstd -2: the window is above 128 MiB; zstd -d needs --long=31\n');
    expect(both).toContain('zstd -0, zstd -1: the window is above 8 MiB');
    expect(of(program)).not.toContain('above 8 MiB');
    // Only of zstd.
    expect(compressed({ trials: [trial('xz -9', 9, { window: program })] })).not.toContain('the window is above');
    expect(compressed({ today: trial('zstd', 9, { window: program }) })).toContain('zstd: the window is above 128 MiB');
  });

  it('says what was not tried, by reason, and where it was interrupted', () => {
    const untried = ['xz:6', 'xz:9'].map((how) => ({ how, reason: 'no xz' })).concat({ how: 'bzip2:9', reason: 'no' });
    const text = compressed({ untried, trials: [trial('zstd', 999)] });
    expect(text).toContain('  Not tried: xz:6, xz:9 (no xz)\n  Not tried: bzip2:9 (no)\n\n  Nothing');
    expect(compressed({ untried, interrupted: true, best: 'zstd', trials: [trial('zstd', 9)] })).toMatch(
      /Not tried: bzip2:9 \(no\)\n {2}Interrupted; these rows were finished\.\n$/,
    );
    expect(compressed({})).not.toContain('Not tried');
    expect(compressed({ today: null, interrupted: true }).split('\n').filter(Boolean)).toEqual([
      'a.tar.gz  tar of 4,000 B',
      '  Interrupted; these rows were finished.',
    ]);
  });

  it('says what another order of the members gains', () => {
    const trials = [trial('zstd -19', 800)];
    const of = (order: Compressions['order']): string => compressed({ trials, best: 'zstd -19', order });
    const sorted = (order: 'name' | 'type') => ({ how: 'zstd -19', bytes: 800, better: { order, bytes: 700 } });
    expect(of(sorted('type'))).toContain(
      'Members sorted by type (extension, then name): zstd -19 makes 700 B, 12.5% less.',
    );
    expect(of(sorted('name'))).toContain('Members sorted by name: zstd -19 makes 700 B');
    const named = compressed({
      trials: [trial('zstd -19', 800, { how: 'zstd:19' })],
      order: { ...sorted('name'), how: 'zstd:19' },
    });
    expect(named).toContain('zstd -19 makes');
    expect(of({ ...sorted('name'), how: 'other' })).toContain('sorted by name: other makes');
    expect(of({ ...sorted('name'), better: null })).toContain('by name or by type: no gain of 1% or more.');
    expect(of({ ...sorted('name'), bytes: null })).not.toContain('sorted');
    expect(of(null)).not.toContain('sorted');
  });
});

const plan: Fix['plan'] = {
  actions: [{ kind: 'remove', path: 'a' }],
  rules: [{ rule: 'documentation', files: 1200, promised: 500, achieved: null }],
  promised: 500,
  leftAlone: [],
};

function fixed(more: Partial<Fix> = {}, width = 100, verbose = false): string {
  const fix: Fix = {
    artifact: { name: 'in.tar.zst', format: 'tar', codecs: ['zstd'], length: 900 },
    before: totals(1000, { archive: 2000, compressed: 900 }),
    plan,
    out: 'out.tar.zst',
    inPlace: false,
    compression: 'zstd:19',
    outcome: null,
    ...more,
  };
  return [...fixTable({ tool: testTool, fix }, { ...options, width, verbose })].join('');
}

const outcome: FixOutcome = {
  out: 'out.tar.zst',
  totals: totals(500, { archive: 1500, compressed: 400 }),
  achieved: 500,
  updated: [],
  broken: [],
  leftBehind: null,
};
const done = { ...plan, rules: plan.rules.map((rule) => ({ ...rule, achieved: 500 })) };

describe('fix', () => {
  it('has a plan with its commands, and how to carry it out', () => {
    const text = fixed();
    expect(text).toMatch(/^in\.tar\.zst {2}plan, nothing is changed\n/);
    expect(text).toMatch(/RULE +FILES +PROMISED\n {2}documentation +1,200 +500 B\n/);
    expect(text).toContain('Promised: 500 B (50.0% of content)');
    expect(text).not.toMatch(/Achieved|ACHIEVED|COMPRESSED|Left alone|Not as predicted/);
    expect(text).toMatch(/\$ rm .*a\n/);
    expect(text).toMatch(/\n--out out\.tar\.zst --apply carries this out on a copy\.\n$/);
    expect(fixed({ inPlace: true })).toMatch(
      /\n--in-place --apply carries this out on a copy that then replaces the artifact\.\n$/,
    );
    const words = '--out out.tar.zst --apply carries this out on a copy.';
    expect(fixed({}, words.length)).toContain(`\n${words}\n`);
    expect(fixed({}, words.length - 1)).toContain('\n--out out.tar.zst --apply\ncarries this out on a copy.\n');
  });

  it('cuts long commands, and counts their lines', () => {
    const commands = (count: number): string =>
      fixed({
        plan: { ...plan, actions: Array.from({ length: count }, (_, at) => ({ kind: 'remove', path: `p${at}` })) },
      });
    expect(commands(1)).not.toContain('…');
    expect(commands(400)).toMatch(/\n {4}… \d+ more lines\n/);
    expect(commands(400).match(/^ {2}\$ /gm)).toHaveLength(1);
    const numbers = Array.from({ length: 200 }, (_, at) => / {4}… ([\d,]+ more lines?)\n/.exec(commands(at + 1))?.[1]);
    // From four lines that need no count to the first that does.
    expect([...new Set(numbers)].slice(0, 3)).toEqual([undefined, '1 more line', '2 more lines']);
    const shown = commands(400)
      .split('\n')
      .filter((line) => /^ {2}[$ ] /.test(line) && !line.includes('…'));
    expect(shown).toHaveLength(4);
  });

  it('of nothing says so', () => {
    const nothing = { ...plan, actions: [], rules: [], promised: 0 };
    const text = fixed({ plan: nothing, before: totals(0) });
    expect(text).toContain('No finding that can be fixed.\n');
    expect(text).toContain('Promised: 0 B');
    expect(text).not.toMatch(/of content|--apply|Commands|RULE/);
  });

  it('shows promised against achieved, and whether it was kept', () => {
    const text = fixed({ plan: done, outcome });
    expect(text).toMatch(/^in\.tar\.zst {2}written to out\.tar\.zst\n/);
    expect(text).toMatch(/PROMISED +ACHIEVED\n {2}documentation +1,200 +500 B +500 B\n/);
    expect(text).toContain('Achieved: 500 B, as promised\n');
    expect(text).toContain(
      '  content 1,000 B → 500 B, archive 2,000 B → 1,500 B, compressed 900 B → 400 B (zstd:19)\n',
    );
    expect(text).not.toMatch(/--apply|Commands/);
    expect(fixed({ plan: done, outcome: { ...outcome, achieved: 499 } })).toContain('499 B, NOT as promised\n');
  });

  it('puts sizes on lines of their own where one does not hold them', () => {
    const line = '  content 1,000 B → 500 B, archive 2,000 B → 1,500 B, compressed 900 B → 400 B (zstd:19)';
    expect(fixed({ plan: done, outcome }, line.length)).toContain(`${line}\n`);
    expect(fixed({ plan: done, outcome }, line.length - 1)).toContain(
      '  content 1,000 B → 500 B\n  archive 2,000 B → 1,500 B\n  compressed 900 B → 400 B (zstd:19)\n',
    );
  });

  it('names sizes that both have, and those of a bare archive once', () => {
    const bare = { before: totals(1000, { archive: 2000, compressed: 2000 }), compression: null, plan: done };
    const after = (archive: number | null, file: number | null): FixOutcome => ({
      ...outcome,
      totals: totals(500, { archive, compressed: file }),
    });
    expect(fixed({ ...bare, outcome: after(1500, 1500) })).toContain(
      '  content 1,000 B → 500 B, compressed 2,000 B → 1,500 B\n',
    );
    expect(fixed({ ...bare, outcome: after(1500, 400) })).toContain(
      'archive 2,000 B → 1,500 B, compressed 2,000 B → 400 B\n',
    );
    expect(fixed({ ...bare, outcome: after(null, null) })).toContain('  content 1,000 B → 500 B\n');
    const directory = { ...bare, before: totals(1000, { archive: null, compressed: null }) };
    expect(fixed({ ...directory, outcome: after(1500, 1500) })).toContain('  content 1,000 B → 500 B\n');
    const packed = { ...bare, before: totals(1000, { archive: 2000, compressed: 900 }) };
    expect(fixed({ ...packed, outcome: after(1500, 1500) })).toContain('archive 2,000 B → 1,500 B');
  });

  it.each<[what: string, more: Partial<Fix>, after: number | null, said: string | null]>([
    ['is smaller', {}, 899, null],
    [
      'is as large',
      {},
      900,
      '(900 B): packing it anew with zstd:19 added no less than what went had taken; --compress-with zstd:22:long packs tighter.',
    ],
    [
      'is larger though packed as tightly as can be',
      { compression: 'zstd:22:long' },
      1234,
      '(900 B → 1,234 B): packing it anew with zstd:22:long added no less than what went had taken.',
    ],
    [
      'is in gzip, as the artifact is',
      { artifact: { name: 'in.tar.gz', format: 'tar', codecs: ['gzip'], length: 900 }, compression: 'gzip:9' },
      901,
      'with gzip:9 added no less than what went had taken; --compress-with zstd:22:long packs tighter, where what unpacks it knows zstd.',
    ],
    ['is packed at a lower level', { compression: 'gzip:6' }, 901, '; --compress-with gzip:9 packs tighter.'],
    [
      'is in zstd at a lower level',
      { compression: 'zstd:3' },
      901,
      'taken; --compress-with zstd:22:long packs tighter.',
    ],
    ['has a window alone', { compression: 'zstd:19:long' }, 901, 'taken; --compress-with zstd:22:long packs tighter.'],
    ['has no window', { compression: 'zstd:22' }, 901, 'taken; --compress-with zstd:22:long packs tighter.'],
    [
      'was a plain tar',
      { artifact: { name: 'in.tar', format: 'tar', codecs: [], length: 900 }, compression: 'gzip:9' },
      901,
      'what went had taken; --compress-with zstd:22:long packs tighter, where',
    ],
    ['has nothing to be held against', { before: totals(1000, { compressed: null }) }, 901, null],
    [
      'is in another codec',
      { artifact: { name: 'in.tar.xz', format: 'tar', codecs: ['xz'], length: 900 } },
      901,
      'what went had taken, and the artifact is in xz; --compress-with zstd:22:long packs tighter.',
    ],
    [
      'is for npm',
      {
        artifact: { name: 'in.tgz', format: 'tar', codecs: ['gzip'], length: 900 },
        compression: 'gzip:9',
        root: 'package',
      },
      901,
      '(900 B → 901 B): packing it anew with gzip:9 added no less than what went had taken.',
    ],
    ['is not compressed', { compression: null }, 2000, 'it is not compressed, and the artifact is in zstd.'],
    [
      'is a zip',
      { artifact: { name: 'in.zip', format: 'zip', codecs: [], length: 900 }, compression: null },
      900,
      'The result is not smaller than the artifact (900 B).',
    ],
    ['is a directory', { compression: null }, null, null],
  ])('says that the result is not smaller where it %s', (_what, more, after, said) => {
    const grown = { ...outcome, totals: totals(500, { archive: 1500, compressed: after }) };
    const lines = fixed({ plan: done, outcome: grown, ...more }, 300);
    if (said === null) expect(lines).not.toContain('not smaller');
    else expect(lines).toContain(said);
    const narrow = fixed({ plan: done, outcome: grown, ...more }, 60);
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    // What was promised is kept all the same.
    expect(lines).toContain('as promised');
  });

  it('says that nothing but packing anew made the result larger where nothing went', () => {
    const nothing = { ...outcome, achieved: 0, totals: totals(1000, { archive: 2000, compressed: 901 }) };
    const text = fixed({ plan: { ...done, actions: [], rules: [], promised: 0 }, outcome: nothing }, 200);
    expect(text).toContain('(900 B → 901 B): it was packed anew with zstd:19; --compress-with zstd:22:long packs');
  });

  it('has exact compressed bytes where these were measured', () => {
    const exact = { base: 800, rules: [200], union: 200 };
    const text = fixed({ exact });
    expect(text).toMatch(/PROMISED +COMPRESSED\n {2}documentation +1,200 +500 B +200 B\n/);
    expect(text).toContain('Compressed (zstd:19): 200 B (25.0% of 800 B)\n');
    expect(fixed({ exact, compression: null })).toContain('Compressed (archive): 200 B');
  });

  it('says what was left alone, what was brought up to date, and what broke', () => {
    const leftAlone = [
      { rule: 'duplicate-file', reason: 'differ in rights', files: 1, bytes: 0, example: 'x' },
      { rule: 'test-suite', reason: 'not asked for', files: 2000, bytes: 70, example: 'y' },
    ];
    expect(fixed({ plan: { ...plan, leftAlone } })).toContain(
      'Left alone\n  duplicate-file: x: differ in rights\n  test-suite: 70 B, 2,000 files: not asked for\n',
    );
    const updated = [{ path: 'p/RECORD', before: 1000, after: 900 }];
    const broken = [{ path: 'lib/a.so', message: 'is longer than promised' }];
    const text = fixed({ plan: done, outcome: { ...outcome, updated, broken } });
    expect(text).toContain('  p/RECORD: brought up to date, 1,000 B → 900 B\n');
    expect(text).toContain('Not as predicted\n  lib/a.so: is longer than promised\n');
    const many = Array.from({ length: 30 }, (_, index) => ({ path: `lib/${index}.a`, message: 'is too long' }));
    const told = (verbose: boolean): string =>
      fixed({ plan: done, outcome: { ...outcome, updated, broken: many } }, 100, verbose);
    expect(told(false)).toMatch(/lib\/11\.a: is too long\n {2}18 more: --verbose, --json\n/);
    expect(told(false)).not.toContain('lib/12.a');
    expect(told(true)).toMatch(/lib\/29\.a: is too long\n(?! {2}\d)/);
  });
});
