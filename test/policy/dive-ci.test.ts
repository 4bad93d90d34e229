import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { readDiveCi } from '../../src/policy/dive-ci.ts';

describe('.dive-ci', () => {
  it('gives the limits of an artifact, and says what became of each', () => {
    const text = [
      'rules:',
      '  # If the efficiency is measured below X%, mark as failed.',
      '  lowestEfficiency: 0.95',
      '  highestWastedBytes: 20MB   # of the image',
      '  highestUserWastedPercent: "0.20"',
      '',
    ].join('\n');
    expect(readDiveCi(text)).toEqual({
      dive: { lowestEfficiency: 0.95, highestWastedBytes: '20MB', highestUserWastedPercent: 0.2 },
      notes: [
        'lowestEfficiency: 0.95 became dive.lowestEfficiency',
        'highestWastedBytes: 20MB became dive.highestWastedBytes',
        'highestUserWastedPercent: 0.20 became dive.highestUserWastedPercent',
      ],
    });
  });

  it('knows limits of 0, limits that are off, and what dive takes where nothing is said', () => {
    expect(readDiveCi('highestWastedBytes: 0\r\nlowestEfficiency: disabled\n')).toEqual({
      dive: { highestWastedBytes: 0, highestUserWastedPercent: 0.1 },
      notes: [
        'lowestEfficiency is disabled; no limit',
        'highestWastedBytes: 0 became dive.highestWastedBytes',
        'highestUserWastedPercent is not in the file; 0.1, which dive takes then, became dive.highestUserWastedPercent',
      ],
    });
    expect(readDiveCi('---\nrules:\n').dive).toEqual({ lowestEfficiency: 0.9, highestUserWastedPercent: 0.1 });
  });

  it('takes names with hyphens, as newer versions of dive write them', () => {
    const text =
      'rules:\n  lowest-efficiency: 0.95\n  highest-wasted-bytes: 20MB\n  highest-user-wasted-percent: 0.2\n';
    expect(readDiveCi(text).dive).toEqual({
      lowestEfficiency: 0.95,
      highestWastedBytes: '20MB',
      highestUserWastedPercent: 0.2,
    });
  });

  it('takes a value with a space, quoted or not', () => {
    for (const value of ['20 MB', '"20 MB"', "'20 MB'"])
      expect(readDiveCi(`highestWastedBytes: ${value}  # of the image\n`).dive['highestWastedBytes'], value).toBe(
        '20 MB',
      );
  });

  it.each([
    ['rules:\n  highestWastedBytes: "20" MB', 'line 2 is not "key: value"'],
    ['highestWastedBytes: 20 "MB"', 'line 1 is not "key: value"'],
    ['highestWastedBytes: [20]', 'highestWastedBytes: "[20]" is no limit that dive takes'],
    ['highestWastedBytes: 20 pounds', 'highestWastedBytes: "20 pounds" is no limit that dive takes'],
    ['rules:\n  lowestEfficency: 1', 'line 2: dive has no limit "lowestEfficency"'],
    ['lowestEfficiency: 2', 'lowestEfficiency: "2" is no limit that dive takes'],
    ['rules: [1]', 'line 1: write each limit on a line of its own, below "rules:"'],
    ['rules: {lowestEfficiency: 1}', 'line 1: write each limit on a line of its own, below "rules:"'],
    ['lowest-efficency: 1', 'line 1: dive has no limit "lowestEfficency"'],
    ['{"rules": {}}', 'line 1 is not'],
  ])('refuses %j', (text, says) => {
    expect(() => readDiveCi(text)).toThrow(ConfigError);
    expect(() => readDiveCi(text)).toThrow(says);
  });
});
