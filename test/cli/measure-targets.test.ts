// What a gate measures of each artifact and its baseline, and what is wrong with one that does not hide the others.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/options/arguments.ts';
import { measureTargets } from '../../src/cli/measuring/measure-targets.ts';
import { hasPackages, withPackages } from '../../src/cli/measuring/packages.ts';
import { isDirectoryOnDisk } from '../../src/cli/measuring/packing.ts';
import { checkOptions } from '../../src/cli/options/policy.ts';
import { targetsOf } from '../../src/cli/measuring/targets.ts';
import { InputError, UsageError } from '../../src/errors.ts';
import type { Diff } from '../../src/model/diff.ts';
import type { Measured, Unmeasured } from '../../src/policy/evidence.ts';
import { readBudgets } from '../../src/policy/budgets.ts';
import { snapshotReporter } from '../../src/report/json/index.ts';
import { scan } from '../../src/scan/scan.ts';
import { buildImage, layoutFiles, tarOf, writeFiles } from '../build/image.ts';
import { plainOptions, testTool } from '../build/report.ts';
import { buildTar } from '../build/tar.ts';
import { tempDirectory } from '../build/temp.ts';
import { told } from './in-process.ts';
import { sizecheck } from './run.ts';

const root = tempDirectory('measure-targets');
const here = process.cwd();
const twins = ['a', 'b'].map((name) => ({ name, content: 'same '.repeat(3000) }));
const app = buildTar([...twins, { name: 'c', content: 'c' }]);

async function saveSnapshot(name: string, more: object = {}): Promise<void> {
  const snapshot = { ...(await scan('app.tar', { digests: 'all', facts: 'needed' })), ...more };
  const { scan: print } = snapshotReporter;
  const report = { tool: testTool, snapshot, tree: [], findings: [], removable: 0 };
  writeFileSync(name, [...(print?.(report, plainOptions) ?? [])].join(''));
}

beforeAll(async () => {
  process.chdir(root);
  for (const name of ['app.tar', 'same.tar']) writeFileSync(name, app);
  writeFileSync('old.tar', buildTar([...twins.slice(1), { name: 'c', content: 'c' }]));
  writeFileSync('cut.tar', app.subarray(0, 700));
  mkdirSync('tree');
  writeFileSync('tree/a', 'a'.repeat(1000));
  mkdirSync('-');
  symlinkSync('app.tar', 'link.tar');
  symlinkSync('gone', 'dangling');
  symlinkSync('loop', 'loop');
  const base = { members: twins.map(({ name, content }) => ({ name: `base/${name}`, content })) };
  const own = { members: [{ name: 'own/file', content: 'own' }] };
  const image = layoutFiles([buildImage({ layers: [base, own] })]);
  writeFileSync('image.tar', tarOf(image));
  writeFiles('layout', image);
  await saveSnapshot('part.json', { isPart: true });
  await saveSnapshot('whole.json');
});
afterAll(() => process.chdir(here));

interface Result {
  readonly measured: readonly Measured[];
  readonly broken: readonly Unmeasured[];
  readonly stderr: string;
  /** The artifacts that were named, in order. */
  readonly named: readonly string[];
}

async function measured(
  artifacts: readonly object[],
  line: readonly string[] = [],
  more: object = {},
): Promise<Result> {
  const text = JSON.stringify({
    version: 1,
    artifacts: artifacts.map((artifact, index) => ({ name: `n${index}`, uncompressed: { max: 1 }, ...artifact })),
    ...more,
  });
  const { budgets } = readBudgets(Buffer.from(text));
  const { values } = parseArguments(line, checkOptions);
  const named: string[] = [];
  const run = {
    values,
    budgets,
    pairing: { stripComponents: 0, maps: [] },
    today: '2026-01-01',
    onArtifact: (name: string) => void named.push(name),
  };
  const { targets } = targetsOf('budgets.json', budgets, []);
  const { result, stderr } = await told(() => measureTargets(targets, run));
  return { ...result, stderr, named };
}

async function only(artifact: object, line?: readonly string[], more?: object): Promise<Measured & { stderr: string }> {
  const { measured: all, stderr } = await measured([artifact], line, more);
  const [first] = all;
  if (first === undefined) throw new Error('nothing is measured');
  return { ...first, stderr };
}

function diffOf({ baseline }: Measured): Diff {
  if (baseline?.kind !== 'diff') throw new Error(baseline?.reason);
  return baseline.diff;
}

describe('an artifact that is measured', () => {
  it('has its content, its findings, and what file it is', async () => {
    const found = await only({ path: 'app.tar' });
    expect(found.snapshot.totals).toMatchObject({ content: 30_001, compressed: app.length });
    expect(found.judged.findings.map(({ rule }) => rule)).toEqual(['duplicate-file']);
    expect(found.baseline).toMatchObject({ kind: 'missing', reason: expect.stringContaining('no baseline is named') });
    expect((await only({ path: 'link.tar' })).identity).toBe(found.identity);
    // Where compressed bytes are not judged nothing is charged to files.
    expect(found.snapshot.overhead).toBeUndefined();
    expect(found.stderr).toBe('');
  });

  it('has the compressed bytes of its files where these are judged', async () => {
    const paths = [{ match: 'c', max: 1, compressed: true }];
    for (const limits of [{ compressed: { max: 1 } }, { paths }, { compressed: { max: 1 }, paths }])
      expect((await only({ path: 'app.tar', ...limits })).snapshot.overhead, JSON.stringify(limits)).toBeDefined();
    const content = { paths: [{ match: 'c', max: 1 }] };
    expect((await only({ path: 'app.tar', ...content })).snapshot.overhead).toBeUndefined();
  });

  it('that is broken does not hide the others', async () => {
    const found = await measured(['cut.tar', 'app.tar', 'dangling'].map((path) => ({ path })));
    expect(found.measured.map(({ name }) => name)).toEqual(['n1']);
    expect(found.broken).toMatchObject([
      { kind: 'broken', budget: { name: 'n0' } },
      { kind: 'broken', budget: { name: 'n2' } },
    ]);
    expect(found.broken[0]?.reason).toMatch(/^"cut\.tar" a: is cut short.* \(at byte 700\)$/);
    expect(found.broken[1]?.reason).toBe('"dangling" does not exist');
    expect(found.named).toEqual(['cut.tar', 'app.tar', 'dangling']);
  });

  it('may be none', async () => {
    const found = await measured([{ path: 'none.tar', optional: true }]);
    expect([found.measured, found.broken, found.named]).toEqual([[], [], []]);
  });

  it('has digests of all files where it is compared', async () => {
    const digests = ({ snapshot }: Measured): unknown[] =>
      snapshot.entries.map(({ kind, digest }) => [kind, digest === null]);
    expect(digests(await only({ path: 'tree' }))).toEqual([
      ['directory', true],
      ['file', true],
    ]);
    expect(digests(await only({ path: 'tree', baseline: 'tree' }))).toEqual([
      ['directory', true],
      ['file', false],
    ]);
  });
});

describe('a directory', () => {
  const packed = { path: 'tree', compressWith: 'gzip:9' };

  it.each([
    ['is packed where its compressed size is judged', { compressed: { max: 1 } }, {}, true],
    ['is not packed for nothing', {}, {}, false],
    ['is packed for its group', {}, { groups: [{ name: 'g', members: ['n*'], compressed: { max: 1 } }] }, true],
    [
      'is not packed for a group of other limits',
      {},
      { groups: [{ name: 'g', members: ['n0'], uncompressed: { max: 1 } }] },
      false,
    ],
  ])('%s', async (_, limits, more, expected) => {
    const { totals } = (await only({ ...packed, ...limits }, [], more)).snapshot;
    expect(totals.compressed !== null).toBe(expected);
    expect(totals.content).toBe(1000);
  });

  it('is not packed for the group of another', async () => {
    const groups = [{ name: 'g', members: ['n1'], compressed: { max: 1 } }];
    const { measured: found } = await measured([packed, { path: 'app.tar' }], [], { groups });
    expect(found.map(({ snapshot }) => snapshot.totals.compressed)).toEqual([null, app.length]);
  });

  it('is nothing else than a directory, and no layout', async () => {
    const limits = { compressed: { max: 1 }, compressWith: 'gzip:9' };
    expect((await only({ path: 'app.tar', ...limits })).snapshot.totals.compressed).toBe(app.length);
    const { totals, notices } = (await only({ path: 'layout', ...limits })).snapshot;
    expect([totals.compressed, notices]).toEqual([null, []]);
    // By this name it is standard input.
    expect([isDirectoryOnDisk('-'), isDirectoryOnDisk('./-')]).toEqual([false, true]);
    expect((await only({ path: 'tree', compressed: { max: 1 } })).snapshot.totals.compressed).toBeNull();
  });
});

describe('a baseline', () => {
  it('is compared', async () => {
    const diff = diffOf(await only({ path: 'app.tar', baseline: 'old.tar' }));
    expect(diff.delta.content).toBe(15_000);
    expect(diff.findings.new.map(({ rule }) => rule)).toEqual(['duplicate-file']);
    expect(diffOf(await only({ path: 'app.tar', baseline: 'whole.json' })).delta.content).toBe(0);
  });

  it.each([
    ['none.tar', 'missing', 'the baseline "none.tar" does not exist', '; there is nothing to compare with'],
    ['cut.tar', 'unusable', 'the baseline "cut.tar" a: is cut short', '; there is nothing to compare with'],
    ['loop', 'unusable', 'the baseline "loop" cannot be read (ELOOP)', '; there is nothing to compare with'],
    ['part.json', 'unusable', 'the baseline "part.json" is a snapshot of a part', '; it is not compared'],
  ])('%s is %s', async (baseline, kind, reason, advice) => {
    const judged = await only({ path: 'app.tar', baseline, growth: { max: 1 } });
    expect(judged.baseline).toMatchObject({ kind, reason: expect.stringContaining(reason) });
    // The verdict on growth says it.
    expect(judged.stderr).toBe('');
    const unjudged = await only({ path: 'app.tar', baseline });
    expect(unjudged.baseline).toMatchObject({ kind });
    expect(unjudged.stderr).toContain(`sizecheck: warning: ${reason}`);
    expect(unjudged.stderr).toContain(advice);
    expect((await only({ path: 'app.tar', baseline }, ['--quiet'])).stderr).toBe('');
  });

  it('that is a part is compared with a part', async () => {
    const found = await only({ path: 'part.json', baseline: 'part.json' });
    expect(diffOf(found).delta.content).toBe(0);
    // A command for all of an artifact would take more than is known of it here.
    expect(found.judged.findings[0]?.fix).toMatchObject({
      commands: [],
      advice: expect.stringContaining('a part of one'),
    });
    const { judged } = await only({ path: 'app.tar' });
    expect(judged.findings[0]?.fix).toMatchObject({ commands: [expect.any(String)], advice: null });
  });

  it('of an image is judged without its base layers, too', async () => {
    const same = { path: 'image.tar', baseline: 'image.tar' };
    const above = await only({ ...same, layers: { max: 9 }, baseLayers: 1 });
    expect(above.judged.findings).toEqual([]);
    expect(diffOf(above).findings).toMatchObject({ new: [], fixed: [], removable: { before: 0, after: 0 } });
    const whole = await only({ ...same, layers: { max: 9 } });
    expect(whole.judged.findings.map(({ rule }) => rule)).toEqual(['duplicate-file']);
    expect(diffOf(whole).findings.removable).toEqual({ before: 15_000, after: 15_000 });
  });
});

describe('an image of several', () => {
  const [amd64, arm64] = ['linux/amd64', 'linux/arm64'];
  beforeAll(() => {
    const [one, other] = [
      { platform: amd64, length: 1000 },
      { platform: arm64, length: 2000 },
    ].map(({ platform, length }, at) => {
      const [os = '', architecture = ''] = platform.split('/');
      const layers = [{ members: [{ name: 'bin', content: 'b'.repeat(length) }] }];
      return buildImage({ layers, platform: { os, architecture }, tags: [`app:${at + 1}`] });
    });
    if (one === undefined || other === undefined) throw new Error('no image');
    writeFiles('index', layoutFiles([one, other]));
  });
  const contents = async (artifacts: readonly object[], line: readonly string[] = []) => {
    const { measured: all, broken } = await measured(artifacts, line);
    return [all.map(({ snapshot }) => snapshot.totals.content), broken.map(({ reason }) => reason)];
  };

  it('is the one that its budget chooses', async () => {
    const platforms = [arm64, amd64].map((platform) => ({ path: 'index', platform }));
    expect(await contents(platforms)).toEqual([[2000, 1000], []]);
    expect(await contents([{ path: 'index', image: 'app:2' }])).toEqual([[2000], []]);
    // What the file says of an artifact is not overridden by what the command line says of all.
    expect(await contents([...platforms, { path: 'index' }], ['--platform', amd64])).toEqual([[2000, 1000, 1000], []]);
    const [first] = (await measured([{ path: 'index', platform: arm64, baseline: 'index' }])).measured;
    expect(first?.baseline).toMatchObject({ kind: 'diff', diff: { delta: { content: 0 } } });
  });

  it('is unknown where nothing chooses, and where there is no image to choose', async () => {
    expect(await contents([{ path: 'app.tar' }, { path: 'index' }])).toEqual([
      [30_001],
      [expect.stringContaining('choose one with --platform')],
    ]);
    expect(await contents([{ path: 'tree' }, { path: 'app.tar', platform: arm64 }])).toEqual([
      [1000],
      ['"app.tar" is no image, and "image" and "platform" of its budget choose one'],
    ]);
  });

  it('has to be that of a snapshot, which has one image only', async () => {
    for (const platform of [amd64, arm64]) {
      const { stdout } = sizecheck(['snapshot', 'index', '--platform', platform]);
      writeFileSync(`${platform.replace('/', '-')}.json`, stdout);
    }
    const saved = { path: 'linux-amd64.json', platform: amd64 };
    expect(await contents([saved])).toEqual([[1000], []]);
    expect(await contents([{ path: 'tree' }, { ...saved, platform: arm64 }])).toEqual([
      [1000],
      ['"linux-amd64.json" is of an image for linux/amd64, and the platform "linux/arm64" is asked for'],
    ]);
    const [first] = (await measured([{ path: 'index', platform: arm64, baseline: 'linux-amd64.json' }])).measured;
    expect(first?.baseline).toMatchObject({ kind: 'unusable', reason: expect.stringContaining('for linux/amd64') });
    writeFileSync(
      'untold.json',
      readFileSync('linux-arm64.json', 'utf8').replace(/"platform":\s*"[^"]*"/, '"platform":null'),
    );
    const { broken } = await measured([{ path: 'untold.json', platform: arm64 }]);
    expect(broken.map(({ reason }) => reason)).toEqual([expect.stringContaining('does not say its platform')]);
  });

  it('may stand beside what is no image', async () => {
    expect(await contents([{ path: 'index' }, { path: 'app.tar' }], ['--platform', arm64])).toEqual([
      [2000, 30_001],
      [],
    ]);
    const none = [{ path: 'app.tar' }, { path: 'tree' }];
    await expect(measured(none.slice(1), ['--platform', arm64])).rejects.toThrow(
      '--platform is for images; this is none',
    );
    await expect(measured(none, ['--image', 'x'])).rejects.toThrow('--image is for images; neither is one');
    await expect(measured([...none, { path: 'same.tar' }], ['--image', 'x'])).rejects.toThrow('none of these is one');
  });
});

describe('packages', () => {
  const by = ['--by', 'package'];
  const two = { path: 'app.tar', baseline: 'old.tar' };

  it('tell compressed bytes where these are judged', async () => {
    const stored = async (limits: object): Promise<boolean[] | undefined> =>
      diffOf(await only({ ...two, ...limits }, by)).packages?.map(({ after }) => after?.stored !== undefined);
    expect(await stored({ compressed: { max: 1 } })).toEqual([true]);
    expect(await stored({})).toEqual([false]);
    // Not where one side alone tells them.
    const [plain, charged] = [await only(two, by), await only({ ...two, compressed: { max: 1 } }, by)];
    const { packages } = withPackages(diffOf(plain), plain.snapshot, charged.snapshot);
    expect(packages?.map(({ after }) => after?.stored)).toEqual([undefined]);
  });

  it('are told where both tell them', async () => {
    const [asked, unasked] = [await only(two, by), await only(two)];
    expect([diffOf(asked).packages === undefined, diffOf(unasked).packages === undefined]).toEqual([false, true]);
    expect([hasPackages(asked.snapshot), hasPackages(unasked.snapshot)]).toEqual([true, false]);
    expect(hasPackages((await only({ path: 'app.tar' }, by)).snapshot)).toBe(false);
    expect([asked.stderr, unasked.stderr]).toEqual(['', '']);
  });

  it.each([
    [{ path: 'app.tar', baseline: 'part.json' }, null],
    [{ path: 'whole.json', baseline: 'old.tar' }, 'whole.json'],
    [{ path: 'app.tar', baseline: 'whole.json' }, 'whole.json'],
    [{ path: 'part.json', baseline: 'whole.json' }, 'whole.json'],
  ])('are not told of %j', async (artifact, without) => {
    const found = await only(artifact, by);
    if (without === null) return;
    expect(diffOf(found)).not.toHaveProperty('packages');
    const says = `sizecheck: warning: "${without}" was saved without packages: what changed is shown by directory\n`;
    expect(found.stderr).toBe(says);
    expect((await only(artifact, [...by, '--quiet'])).stderr).toBe('');
  });
});

describe('what cannot be measured', () => {
  it('comes with its error, in the order of the targets', async () => {
    const found = await measured([{ path: 'cut.tar' }, { path: 'dangling' }]);
    expect(found.measured).toEqual([]);
    expect(found.broken).toMatchObject([
      { kind: 'broken', path: 'cut.tar', error: { code: 'truncated', offset: 700 } },
      { kind: 'broken', path: 'dangling', error: expect.any(InputError) },
    ]);
  });

  it('of a baseline that a symlink should lead to is no first run', async () => {
    const reason = 'the baseline "dangling" is a symlink that leads nowhere';
    expect((await only({ path: 'app.tar', baseline: 'dangling' })).baseline).toEqual({ kind: 'unusable', reason });
    expect((await only({ path: 'app.tar', baseline: 'gone.tar' })).baseline?.kind).toBe('missing');
  });
});

describe('what is no fault of an artifact ends the gate', () => {
  it('where an option takes no effect', async () => {
    const image = ['--image', '1'];
    await expect(measured([{ path: 'app.tar', baseline: 'image.tar' }], image)).rejects.toThrow(UsageError);
    // An image may have had none as its baseline.
    const { baseline } = await only({ path: 'image.tar', baseline: 'app.tar' }, image);
    expect(baseline?.kind).toBe('diff');
  });
});
