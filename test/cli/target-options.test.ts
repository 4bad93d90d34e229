// Limits without a budgets file, from the command line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { budgetsFromOptions } from '../../src/cli/measuring/limit-options.ts';
import type { LimitOptions } from '../../src/cli/measuring/limit-options.ts';
import { ConfigError, UsageError } from '../../src/errors.ts';
import type { Budgets } from '../../src/policy/budgets.ts';
import { tempDirectory } from '../build/temp.ts';

const root = tempDirectory('target-options');
const none: LimitOptions = { 'max-compressed': undefined, 'max-uncompressed': undefined, 'max-growth': [] };

function budgets(options: Partial<LimitOptions>, artifacts: readonly string[] = ['a.tar']): Budgets | null {
  return budgetsFromOptions({ ...none, ...options }, artifacts);
}

describe('limits on the command line', () => {
  it('are none where none is given', () => {
    expect(budgets({})).toBeNull();
    expect(budgets({}, [])).toBeNull();
  });

  it.each([
    [{ 'max-compressed': '2 kB' }, { compressed: { at: '--max-compressed', max: 2000 }, uncompressed: null }],
    [{ 'max-uncompressed': '0' }, { compressed: null, uncompressed: { at: '--max-uncompressed', max: 0 } }],
    [{ 'max-growth': ['1 KiB'] }, { growth: { max: { max: 1024 }, maxPercent: null } }],
    [{ 'max-growth': [' 2.5 % '] }, { growth: { max: null, maxPercent: { at: '--max-growth', max: 2.5 } } }],
    [{ 'max-growth': ['0%', '0'] }, { growth: { max: { max: 0 }, maxPercent: { max: 0 } } }],
    [
      { 'max-compressed-growth': ['5', '1%'] },
      { growth: null, compressedGrowth: { max: { at: '--max-compressed-growth', max: 5 }, maxPercent: { max: 1 } } },
    ],
    [{ 'max-growth': ['5', '1%'] }, { growth: { max: { max: 5 }, maxPercent: { max: 1 } } }],
  ])('%j', (options, expected) => {
    expect(budgets(options)?.artifacts).toMatchObject([{ name: 'a.tar', path: 'a.tar', ...expected }]);
    expect(budgets(options)?.artifacts[0]).not.toHaveProperty('image');
  });

  it('may be on what an image weighs in a registry', () => {
    const of = (more: Partial<LimitOptions>) => budgets({ 'max-full-pull': '300 MiB', ...more })?.artifacts[0];
    const fullPull = { at: '--max-full-pull', max: 300 * 1024 ** 2, warnAt: null };
    expect(of({})).toMatchObject({ compressed: null, image: { fullPull, pull: null, baseLayers: 0, dive: null } });
    expect(of({ 'max-compressed': '1' })).toMatchObject({ compressed: { max: 1 }, image: { fullPull } });
  });

  it('are for each artifact, once', () => {
    const found = budgets({ 'max-compressed': '1' }, ['a.tar', 'b.tar', 'a.tar']);
    expect(found?.artifacts.map(({ path }) => path)).toEqual(['a.tar', 'b.tar']);
  });

  it.each([
    [{ 'max-growth': ['1%', '2%'] }],
    [{ 'max-compressed-growth': ['1%', '2%'] }],
    [{ 'max-growth': ['1', '2'] }],
    [{ 'max-growth': ['1%', '2', '3'] }],
    [{ 'max-growth': ['-1%'] }],
    [{ 'max-growth': ['%'] }],
    [{ 'max-growth': ['1', 'much%'] }],
  ])('%j are refused', (options) => {
    expect(() => budgets(options)).toThrow(UsageError);
    expect(() => budgets(options)).toThrow(
      /^--max-(?:compressed-)?growth takes a size such as 200KiB, a percentage such as 2%/,
    );
  });

  it.each([
    [{ 'max-growth': ['5M'] }, '--max-growth: "5M" is not a size'],
    [{ 'max-compressed': '5M' }, '--max-compressed: "5M" is not a size'],
    [{ 'max-uncompressed': 'x' }, '--max-uncompressed: "x" is not a size'],
    [{ 'max-full-pull': '5G' }, '--max-full-pull: "5G" is not a size'],
  ])('%j are no sizes', (options, says) => {
    expect(() => budgets(options)).toThrow(says);
  });

  it.each([
    [{ 'max-compressed': '1' }],
    [{ 'max-uncompressed': '1' }],
    [{ 'max-growth': ['1'] }],
    [{ 'dive-ci': 'x' }],
  ])('%j need an artifact', (options) => {
    expect(() => budgets(options, [])).toThrow('which artifact are the limits for?');
  });
});

describe('a .dive-ci file', () => {
  function imported(text: string): unknown {
    const file = join(root, 'dive-ci');
    writeFileSync(file, text);
    return budgets({ 'dive-ci': file })?.artifacts[0]?.image?.dive;
  }

  it('gives the limits that it names', () => {
    expect(imported('rules:\n  lowestEfficiency: 0.9\n  highestUserWastedPercent: 0.2\n')).toMatchObject({
      lowestEfficiency: { at: 'lowestEfficiency', warnAt: null },
      highestWastedBytes: null,
      highestUserWastedPercent: { at: 'highestUserWastedPercent' },
    });
    expect(imported('rules:\n  highestWastedBytes: 2kB\n')).toMatchObject({ highestWastedBytes: { max: 2000 } });
  });

  it('is named where it is at fault', () => {
    const file = join(root, 'dive-ci');
    expect(() => imported('rules:\n  lowestEfficiency: much\n')).toThrow(`--dive-ci "${file}": `);
    expect(() => imported('rules:\n  lowestEfficiency: much\n')).toThrow(ConfigError);
    const gone = join(root, 'none');
    expect(() => budgets({ 'dive-ci': gone })).toThrow(`--dive-ci "${gone}" cannot be read (ENOENT)`);
  });
});
