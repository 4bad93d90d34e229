// `scan --format dive`: the figures of an image in the JSON that `dive --json` writes, without its lists of the files of each layer.
import { spellBytes } from '../model/json-name.ts';
import type { ReporterOf } from './reporter.ts';
import { stringify } from './json/text.ts';

export const diveReporter: ReporterOf<'scan'> = {
  *scan({ snapshot: { image } }) {
    const { sizeBytes = 0, wastedBytes = 0, efficiency = 1, inefficientFiles = [], layers = [] } = image?.dive ?? {};
    yield '{\n  "layer": [';
    for (const { index, digest, diffId, instruction } of image?.layers ?? []) {
      const command = instruction ?? '(missing)';
      const layer = { index, id: digest, digestId: diffId, sizeBytes: layers[index] ?? 0, command };
      yield `${index === 0 ? '' : ','}\n    ${stringify(layer)}`;
    }
    yield `\n  ],\n  "image": {\n    "sizeBytes": ${sizeBytes},\n    "inefficientBytes": ${wastedBytes},\n`;
    yield `    "efficiencyScore": ${efficiency},\n    "fileReference": [`;
    for (const [at, { path, count, bytes }] of inefficientFiles.entries()) {
      yield `${at === 0 ? '' : ','}\n      ${stringify({ count, sizeBytes: bytes, file: spellBytes(path) })}`;
    }
    yield '\n    ]\n  }\n}\n';
  },
};
