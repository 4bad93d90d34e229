import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { readDiveCi } from '../../src/policy/dive-ci.ts';

describe('.dive-ci', () => {
  it('gives what has a meaning, and says what has none', () => {
    const text = [
      'rules:',
      '  # If the efficiency is measured below X%, mark as failed.',
      '  lowestEfficiency: 0.95',
      '  highestWastedBytes: 20MB   # of the image',
      '  highestUserWastedPercent: "0.20"',
      '',
    ].join('\n');
    expect(readDiveCi(text)).toEqual({
      rules: [['duplicate-entry', 'warn']],
      notes: [
        'lowestEfficiency: 0.95 is about the layers of an image; "check IMAGE --dive-ci FILE" judges by it',
        'highestWastedBytes: 20MB became the rule duplicate-entry, severity warn: rules have no limit in bytes yet',
        'highestUserWastedPercent: 0.20 is about the layers of an image; "check IMAGE --dive-ci FILE" judges by it',
      ],
    });
  });

  it('knows limits of 0 and limits that are off', () => {
    expect(readDiveCi('highestWastedBytes: 0B\r\nlowestEfficiency: disabled\n')).toMatchObject({
      rules: [['duplicate-entry', 'error']],
      notes: ['lowestEfficiency is disabled; nothing to import', expect.stringContaining('severity error')],
    });
    expect(readDiveCi('---\nrules:\n')).toEqual({ rules: [], notes: [] });
  });

  it.each([
    ['rules:\n  lowestEfficency: 1', 'line 2: dive has no limit "lowestEfficency"'],
    ['rules: [1]', 'line 1: dive has no limit "rules"'],
    ['{"rules": {}}', 'line 1 is not'],
  ])('refuses %j', (text, says) => {
    expect(() => readDiveCi(text)).toThrow(ConfigError);
    expect(() => readDiveCi(text)).toThrow(says);
  });
});
