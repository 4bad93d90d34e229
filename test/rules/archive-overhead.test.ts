// What another dialect would take, held against GNU tar that packs the same members in it.
import { linkSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MadeFacts } from '../../src/model/snapshot.ts';
import { archiveOverhead } from '../../src/rules/archive-overhead.ts';
import { judge } from '../../src/rules/index.ts';
import { storedSavings } from '../../src/rules/stored-savings.ts';
import { tempDirectory } from '../build/temp.ts';
import { sizecheck } from '../cli/run.ts';
import { file, snapshot } from '../build/snapshot.ts';
import { requireTool, run } from '../oracles.ts';

function tarOf(archive: MadeFacts, length = 10_000_000) {
  const plain = snapshot([file('a', 5)]);
  return {
    ...plain,
    artifact: { ...plain.artifact, format: 'tar' } as const,
    totals: { ...plain.totals, archive: length },
    overhead: { extensions: 30_000 },
    made: { codec: null, archive },
  };
}

const facts = { headers: 400_000, extensions: 300_000, fineTimes: 90, sideRecords: 0 };
const check = (...args: Parameters<typeof tarOf>) => judge(tarOf(...args), [archiveOverhead]);

describe('archive-overhead', () => {
  it('names the dialect that needs least, and what is lost with pax', () => {
    const [found] = check({ ...facts, asUstar: 100_000, asGnu: 110_000 });
    expect(found).toMatchObject({ severity: 'info', bytes: 0, claims: [] });
    expect(found?.title).toBe(
      'Headers take 390.6 KiB of the archive; in the ustar format the same members need 97.7 KiB',
    );
    expect(found?.fix.advice).toBe(
      'Make it with tar --format=ustar. Lost would be the fractions of a second in the times of 90 members.',
    );
    expect(check({ ...facts, asUstar: null, asGnu: 110_000, fineTimes: 0 })[0]?.fix.advice).toBe(
      'Make it with tar --format=gnu. Nothing is lost.',
    );
  });

  it('is not known of a tar whose headers were not taken down', () => {
    const { made: _none, ...bare } = tarOf(facts);
    expect(archiveOverhead.doubt?.(bare)).toBe('what its headers take was not taken down');
    expect(archiveOverhead.doubt?.(tarOf(facts))).toBeNull();
    expect(archiveOverhead.doubt?.(tarOf({ dialect: 'pax' }))).toBe('what its headers take was not taken down');
    expect(archiveOverhead.doubt?.({ ...bare, artifact: { ...bare.artifact, format: 'zip' } })).toBeNull();
  });

  it('saves of the compressed file what extensions are charged', () => {
    const wrapped = tarOf({ ...facts, asUstar: null, asGnu: 200_000 });
    expect(storedSavings(wrapped, judge(wrapped, [archiveOverhead]))).toEqual([20_000]);
  });

  it('is silent where little is saved, only pax can hold all, or nothing is known', () => {
    expect(check({ ...facts, asUstar: 336_000, asGnu: 336_000 })).toEqual([]);
    expect(check({ ...facts, asUstar: 100_000, asGnu: 110_000 }, 100_000_000)).toEqual([]);
    expect(check({ ...facts, asUstar: null, asGnu: null })).toEqual([]);
    expect(check({ dialect: 'pax' })).toEqual([]);
    expect(judge(snapshot([file('a', 5)]), [archiveOverhead])).toEqual([]);
  });
});

const work = tempDirectory('archive-overhead');
const tree = join(work, 'tree');

/** Names up to, at and beyond what fields hold; `long` also such that no split makes fit. */
function makeTree(long: boolean): void {
  const names = [1, 60, 98, 99, 100, 101, 120, 150, ...(long ? [170, 230] : [])];
  for (const [index, length] of names.entries()) {
    const most = long ? 120 : 90;
    const folder = join(tree, 'd'.repeat(Math.min(length, most)));
    mkdirSync(folder, { recursive: true });
    for (let number = 0; number < 12; number++) {
      const path = join(folder, `${number}${'f'.repeat(Math.max(0, Math.min(95, length - most)) + index)}`);
      writeFileSync(path, 'x'.repeat(number * 100));
      utimesSync(path, 1_700_000_000 + number, 1_700_000_000.25 + number / 2);
    }
  }
  symlinkSync('t'.repeat(100), join(tree, 'at-limit'));
  if (long) symlinkSync('t'.repeat(101), join(tree, 'beyond'));
  linkSync(join(tree, 'd', '0'), join(tree, 'again'));
}

function madeOf(archive: string): MadeFacts {
  return JSON.parse(sizecheck(['snapshot', archive]).stdout).made.archive;
}

/** Members without the end mark: blocks of 512, as many as `tar` writes without filling up a record. */
function pack(format: string, ...more: string[]): string {
  const path = join(work, `${format}.tar`);
  run('tar', ['-b1', '--sort=name', `--format=${format}`, ...more, '-C', work, '-cf', path, 'tree']);
  return path;
}

describe.skipIf(!requireTool('tar'))('against GNU tar', () => {
  it('GNU and ustar take what is said, from whichever dialect', () => {
    run('rm', ['-rf', tree]);
    makeTree(false);
    const [pax, gnu, ustar] = [pack('pax'), pack('gnu'), pack('ustar')];
    for (const from of [pax, gnu, ustar]) {
      const { headers, asUstar, asGnu, extensions } = madeOf(from);
      const others = statSync(from).size - Number(headers);
      expect([Number(asUstar) + others, Number(asGnu) + others]).toEqual([statSync(ustar).size, statSync(gnu).size]);
      expect(Number(headers) - Number(extensions)).toBe(asUstar);
    }
    expect(madeOf(pax)).toMatchObject({ fineTimes: Number(run('sh', ['-c', fineTimes])) });
    expect(Number(madeOf(pax)['sideRecords'])).toBeGreaterThan(90);
    expect(madeOf(gnu)).toMatchObject({ fineTimes: 0, sideRecords: 0 });
  });

  it('names that ustar cannot hold leave GNU', () => {
    run('rm', ['-rf', tree]);
    makeTree(true);
    const [pax, gnu] = [pack('pax', '--pax-option=delete=atime,delete=ctime'), pack('gnu')];
    const { headers, asUstar, asGnu, sideRecords } = madeOf(pax);
    expect([asUstar, Number(asGnu) + statSync(pax).size - Number(headers)]).toEqual([null, statSync(gnu).size]);
    expect(sideRecords).toBe(0);
  });

  it('what only pax holds leaves none', () => {
    const path = pack('pax', '--pax-option=VENDOR.key:=value');
    expect(madeOf(path)).toMatchObject({ asUstar: null, asGnu: null });
  });

  it('the table says it with what it costs compressed', () => {
    run('rm', ['-rf', tree]);
    makeTree(false);
    const path = pack('pax');
    run('gzip', ['-kf', path]);
    const { stdout } = sizecheck(['scan', `${path}.gz`, '--size', 'compressed']);
    expect(stdout).toMatch(/info +0 B {2}archive-overhead {2}~[\d.]+ KiB compressed/);
    expect(sizecheck(['scan', `${path}.gz`]).stdout).not.toMatch(/info .*archive-overhead/);
  });
});

/** Members with a fraction of a second, links and directories included; hard links once a name. */
const fineTimes = `find '${tree}' -printf '%T@\\n' | grep -vc '\\.0*$'`;
