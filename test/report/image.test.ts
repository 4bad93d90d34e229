// Reports of images: what hostile instructions and paths become, the JSON of dive, and claims of a diff on what no tree holds.
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/compare/diff.ts';
import { rollup } from '../../src/compare/rollup.ts';
import type { HiddenFile, Image, Snapshot } from '../../src/model/snapshot.ts';
import { reporterNamed } from '../../src/report/index.ts';
import type { ReportOptions, ScanReport } from '../../src/report/reporter.ts';
import { judge } from '../../src/rules/index.ts';
import { file, hidden, image, snapshot } from '../build/snapshot.ts';
import { finding, plainOptions } from '../build/report.ts';

const options80: ReportOptions = { ...plainOptions, sort: 'size' };

const hostile = 'RUN echo \u001b[31m\n::error::x | `b` <script> @you \u202e';

function sized(instructions: readonly (string | null)[]): Image {
  const base = image(instructions);
  const layers = base.layers.map((layer) => ({ ...layer, content: 1000, added: 1000, compressed: 400 }));
  const inefficientFiles = [{ path: '/a\u0007', count: 2, bytes: 2000 }];
  const total = { layerBytes: 1000 * layers.length, visibleBytes: 1000, hiddenBytes: 1000 * layers.length - 1000 };
  return {
    ...base,
    ...total,
    layers,
    // The second one holds a path twice, whose first 100 bytes are no part of its content.
    dive: { ...base.dive, efficiency: 0.5, sizeBytes: 2100, layers: [1000, 1100], wastedBytes: 2000, inefficientFiles },
  };
}

const one: Snapshot = snapshot([file('a\u0007', 1000, { layer: 1 })], {
  image: sized([hostile, null]),
  hidden: [hidden('a\u0007', 1000, 0, 1, 'overwritten')],
});

function report(allLayers: boolean): ScanReport {
  const tool = { name: 'sizecheck', version: '1' };
  return { tool, snapshot: one, tree: rollup(one), findings: judge(one), removable: 0, allLayers };
}

async function print(format: string, allLayers = false): Promise<string> {
  const reporter = await reporterNamed(format, 'scan');
  if (reporter === null) throw new Error(`no format ${format}`);
  return [...reporter(report(allLayers), options80)].join('');
}

describe('an image in reports', () => {
  it('sums up what layers hide beside what can go away', async () => {
    const reporter = await reporterNamed('table', 'scan');
    const print80 = (hiddenBytes: number): string => {
      const given = { ...one, image: { ...sized([hostile, null]), hiddenBytes } };
      const found = finding('metadata-only-copy', 1000);
      return [...(reporter?.({ ...report(false), snapshot: given, findings: [found] }, options80) ?? [])].join('');
    };
    const removable = '  Removable: 0 B (0.0% of content), each byte counted once\n';
    expect(print80(1000)).toContain(`${removable}  Hidden in layers: 1,000 B more\n`);
    expect(print80(0)).toContain(removable);
    expect(print80(0)).not.toContain('Hidden in layers');
  });

  it.each([
    ['table', /Hidden in layers: ([\d,]+ B) more/],
    ['markdown', /\*\*([\d,]+ B)\*\* more are hidden in layers\.$/m],
    ['markdown', /^### .* ([\d,]+ B) more are hidden in layers$/m],
    ['html', /<dt>hidden<\/dt><dd class="size">([\d,]+ B)/],
  ])('sums up what layers hide of a part where it is one: %s %#', async (format, pattern) => {
    const reporter = await reporterNamed(format, 'scan');
    const told = (files: readonly HiddenFile[]): string | undefined => {
      const given = { ...one, isPart: true as const, hidden: files };
      const found = finding('debug-symbols', 10);
      const text = [...(reporter?.({ ...report(false), snapshot: given, findings: [found] }, options80) ?? [])].join(
        '',
      );
      return pattern.exec(text)?.[1];
    };
    const files = [hidden('a', 30, 0, 1, 'deleted'), hidden('b', 4, 0, 1, 'overwritten')];
    expect(told(files)).toBe('34 B');
    expect(told([])).toBe(format === 'html' ? '0 B' : undefined);
  });

  it('calls its length no share of the content where it is more than that', async () => {
    const reporter = await reporterNamed('table', 'scan');
    const note = (compressed: number, base: Snapshot = one): string => {
      const given = { ...base, totals: { ...base.totals, compressed } };
      const text = [...(reporter?.({ ...report(false), snapshot: given }, options80) ?? [])].join('');
      return /^  compressed .*?(the file itself.*)$/m.exec(text)?.[1] ?? '';
    };
    expect(note(1000)).toBe('the file itself, 100.0% of content');
    expect(note(1001)).toBe('the file itself');
    expect(note(2000, snapshot([file('a', 1000)]))).toBe('the file itself, 200.0% of content');
  });

  it('says what a host without any of its layers pulls, where that is known', async () => {
    const printed = async (format: string, given: Image): Promise<string> => {
      const reporter = await reporterNamed(format, 'scan');
      return [...(reporter?.({ ...report(false), snapshot: { ...one, image: given } }, options80) ?? [])].join('');
    };
    const made = sized(['RUN a', 'RUN b']);
    const known = made.layers.map((layer, at) => ({ ...layer, digest: `sha256:${at}`, compressed: 4096 }));
    const packed = { ...made, layers: known };
    const says = {
      table: /^  pull +8\.0 KiB  compressed layers,/m,
      markdown: /pulls 8\.0\u00a0KiB\./,
      html: /pulls 8\.0 KiB\./,
    };
    for (const [format, text] of Object.entries(says)) {
      expect(await printed(format, packed)).toMatch(text);
      const plain = { ...packed, layers: known.map((layer) => ({ ...layer, compressed: null })) };
      for (const other of [plain, { ...packed, layers: [] }])
        expect(await printed(format, other)).not.toMatch(/^  pull| pulls /m);
    }
  });

  it('is told to hold compressed layers', async () => {
    expect(await print('table')).toContain('layers compressed, with headers and padding');
  });

  it.each([false, true])('has its layers in a table of 80 columns, inert (all: %s)', async (all) => {
    const text = await print('table', all);
    expect(text).toContain('(not recorded)');
    expect(text).toContain(String.raw`a\x07`);
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    for (const line of text.split('\n')) {
      expect(line.length, line).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/^\s*::/);
    }
  });

  it('is inert in the forms of CI systems', async () => {
    for (const format of ['github', 'csv', 'json', 'snapshot']) {
      // oxlint-disable-next-line no-control-regex
      expect(await print(format), format).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u202e]/);
    }
  });

  it('has the JSON of dive', async () => {
    const [lower, upper] = one.image?.layers ?? [];
    expect(JSON.parse(await print('dive'))).toEqual({
      layer: [
        { index: 0, id: lower?.digest, digestId: lower?.diffId, sizeBytes: 1000, command: hostile },
        { index: 1, id: upper?.digest, digestId: upper?.diffId, sizeBytes: 1100, command: '(missing)' },
      ],
      image: {
        sizeBytes: 2100,
        inefficientBytes: 2000,
        efficiencyScore: 0.5,
        fileReference: [{ count: 2, sizeBytes: 2000, file: '/a\u0007' }],
      },
    });
  });

  it('has no change of findings where both sides hide the same', () => {
    const gone = snapshot([], { image: sized(['a', 'b']), hidden: [hidden('x', 5, 0, 1, 'deleted')] });
    const judged = { snapshot: gone, findings: judge(gone) };
    const { findings } = diffSnapshots(judged, judged, { stripComponents: 'auto', maps: [], sections: false });
    expect(judged.findings.length).toBe(1);
    expect(findings.new).toEqual([]);
    expect(findings.fixed).toEqual([]);
  });

  it('has what a diff says of layers, inert in a table and in Markdown', async () => {
    const judged = (given: Snapshot) => ({ snapshot: given, findings: [] });
    const options = { stripComponents: 0, maps: [], sections: false } as const;
    const other = sized([hostile, 'RUN other']);
    const layers = other.layers.map((layer, at) =>
      at === 0 ? layer : { ...layer, digest: layer.diffId, diffId: layer.digest },
    );
    const diff = diffSnapshots(judged(one), judged({ ...one, image: { ...other, layers } }), options);
    const tool = { name: 'sizecheck', version: '1' };
    for (const [format, says] of [
      ['table', '1 of 2 shared, 1 layer to pull, 400 B\n  cache ends at layer 1: (not recorded) became RUN other'],
      ['markdown', 'Layers: 1 of 2 shared, 1 layer to pull, **400\u00a0B**. The cache ends at layer 1:'],
    ] as const) {
      const reporter = await reporterNamed(format, 'diff');
      const text = reporter === null ? '' : [...reporter({ tool, diff }, options80)].join('');
      expect(text).toContain(says);
      expect(text).toMatch(
        format === 'table' ? /^  waste 1000 B, as before$/m : / Waste in layers: 1000\u00a0B, as before\.$/m,
      );
    }
  });

  it('says how much more, or less, is wasted, and nothing of nothing', async () => {
    const wasting = (hiddenBytes: number) => {
      const given = snapshot([], { image: { ...sized(['a', 'b']), hiddenBytes } });
      return { snapshot: given, findings: [] };
    };
    const tool = { name: 'sizecheck', version: '1' };
    const told = async (format: string, before: number, after: number): Promise<string> => {
      const diff = diffSnapshots(wasting(before), wasting(after), { stripComponents: 0, maps: [], sections: false });
      const reporter = await reporterNamed(format, 'diff');
      return reporter === null ? '' : [...reporter({ tool, diff }, options80)].join('');
    };
    expect(await told('table', 5, 905)).toContain('  waste 905 B, 900 B more than before\n');
    expect(await told('table', 905, 5)).toContain('  waste 5 B, 900 B less than before\n');
    expect(await told('markdown', 5, 905)).toContain('Waste in layers: **905\u00a0B**, 900\u00a0B more than before.');
    for (const format of ['table', 'markdown']) expect(await told(format, 0, 0)).not.toMatch(/waste/i);
  });

  it('cuts digests in instructions to what tells enough', async () => {
    const copy = `COPY dir:${'0123456789abcdef'.repeat(4)} in /srv`;
    const given = { ...one, image: sized([copy, copy]) };
    const told = {
      tool: { name: 'sizecheck', version: '1' },
      snapshot: given,
      tree: [],
      findings: judge(given),
      removable: 0,
    };
    const text = async (format: string): Promise<string> =>
      [...((await reporterNamed(format, 'scan'))?.(told, options80) ?? [])].join('');
    expect(await text('table')).toContain('COPY dir:0123456789ab… in /srv');
    expect(await text('table')).not.toContain('0123456789abc');
    expect(await text('json')).toContain(copy);
  });
});
