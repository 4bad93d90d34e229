import { describe, expect, it } from 'vitest';
import type { MadeFacts } from '../../src/model/snapshot.ts';
import { archiveOverhead } from '../../src/rules/archive-overhead.ts';
import { doubtOf, judge, needsOf, rules } from '../../src/rules/index.ts';
import { recompress } from '../../src/rules/recompress.ts';
import { removableContent } from '../../src/compare/removable.ts';
import { storedSavings } from '../../src/rules/stored-savings.ts';
import { file, snapshot } from '../build/snapshot.ts';

function made(codec: MadeFacts | null, compressed = 1_000_000) {
  const plain = snapshot([file('a', 5)]);
  return {
    ...plain,
    artifact: { ...plain.artifact, format: 'tar', codecs: ['gzip'] } as const,
    totals: { ...plain.totals, compressed },
    overhead: {},
    made: { codec, archive: {} },
  };
}

const sample = { sample: 3_145_728, sampleNow: 1_000_000, sampleAs: 'zstd:9' };
const check = (...args: Parameters<typeof made>) => judge(made(...args), [recompress]);

describe('recompress', () => {
  it('says what a sample gains, and what measures all of it', () => {
    const [found] = check({ ...sample, samplePacked: 880_000 });
    expect(found).toMatchObject({ severity: 'info', bytes: 0, claims: [] });
    expect(found?.title).toBe('A sample of 3.0 MiB in gzip is 12% smaller as zstd -9');
    expect(found?.fix.advice).toContain('sizecheck compress');
  });

  it('claims no content, and has no estimate for the whole', () => {
    const wrapped = made({ ...sample, samplePacked: 500_000 });
    const findings = judge(wrapped, [recompress]);
    expect([removableContent(wrapped, findings), storedSavings(wrapped, findings)]).toEqual([0, [null]]);
  });

  it('is not known of a large archive of which no sample was compressed', () => {
    const doubt = (...args: Parameters<typeof made>) => recompress.doubt?.(made(...args));
    for (const codec of [null, { members: 1 }]) expect(doubt(codec)).toContain('no sample of it was compressed');
    expect(doubt({ ...sample, samplePacked: 1 })).toBeNull();
    expect([doubt(null, 262_144), doubt(null, 262_143)]).toEqual([expect.any(String), null]);
    const plain = made(null);
    expect(recompress.doubt?.({ ...plain, artifact: { ...plain.artifact, codecs: [] } })).toBeNull();
    expect(recompress.doubt?.({ ...plain, artifact: { ...plain.artifact, format: 'zip' } })).toBeNull();
    const counted = { ...plain, made: { ...plain.made, archive: { headers: 1 } } };
    expect(doubtOf([archiveOverhead, recompress], counted)).toMatch(/^recompress: no sample/);
    expect(doubtOf([archiveOverhead], counted)).toBeNull();
    const own = { ...archiveOverhead, id: 'own', doubt: () => 'own reason' };
    expect(doubtOf([own], counted)).toBe('own: own reason');
    expect(doubtOf([archiveOverhead], plain)).toMatch(/^archive-overhead: what its headers/);
    expect(needsOf([archiveOverhead, recompress])).toEqual({ stored: true, sample: true });
    expect(needsOf([archiveOverhead])).toEqual({ stored: true, sample: false });
    expect(needsOf(rules.filter(({ needs }) => needs === undefined))).toEqual({ stored: false, sample: false });
  });

  it('is silent where the gain or the artifact is small, or nothing is known', () => {
    expect(check({ ...sample, samplePacked: 901_000 })).toEqual([]);
    expect(check({ ...sample, samplePacked: 500_000 }, 200_000)).toEqual([]);
    expect(check({ ...sample, sampleNow: 0, samplePacked: 0 })).toEqual([]);
    expect(check({ members: 1 })).toEqual([]);
    expect(check(null)).toEqual([]);
    expect(judge(snapshot([file('a', 5)]), [recompress])).toEqual([]);
  });
});
