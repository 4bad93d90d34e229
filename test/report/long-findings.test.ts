// JSON of findings that claim very many files: written in pieces, as one string it takes more memory than reading the artifact.
import { describe, expect, it } from 'vitest';
import { diffJson } from '../../src/report/json/diff.ts';
import { scanJson } from '../../src/report/json/scan.ts';
import { testTool } from '../build/report.ts';
import { file, snapshot } from '../build/snapshot.ts';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { judge } from '../../src/rules/index.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const copies = snapshot(Array.from({ length: 20_000 }, (_, index) => file(`${index}`, 7, { digest })));
const findings = judge(copies);

function longest(pieces: Iterable<string>): number {
  return [...pieces].reduce((most, { length }) => Math.max(most, length), 0);
}

describe('a finding with 19,999 claims', () => {
  it('is written in pieces, and is whole', () => {
    expect(findings[0]?.claims).toHaveLength(19_999);
    const report = { tool: testTool, snapshot: copies, tree: [], findings, removable: 0 };
    expect(longest(scanJson(report))).toBeLessThan(1000);
    const read: unknown = JSON.parse([...scanJson(report)].join(''));
    expect(read).toMatchObject({ findings: [{ rule: 'duplicate-file', bytes: 7 * 19_999 }] });
    expect(read).toHaveProperty('findings.0.claims.19998.bytes', 7);
  });

  it('is in a diff, too', () => {
    const nothing = { snapshot: snapshot([]), findings: [] };
    const options = { stripComponents: 0, maps: [], sections: false } as const;
    const diff = diffSnapshots(nothing, { snapshot: copies, findings }, options);
    expect(longest(diffJson({ tool: testTool, diff }))).toBeLessThan(2000);
    const read: unknown = JSON.parse([...diffJson({ tool: testTool, diff })].join(''));
    expect(read).toHaveProperty('findings.new.0.claims.19998.bytes', 7);
    expect(read).toHaveProperty('findings.new.0.fix.commands.0');
  });
});
