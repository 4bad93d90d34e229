// Reads a saved `diff --json` or `check --json` back into the report it was printed from. The file may come from a job that nobody
// trusts (a fork's), so it is data only: every field is checked, and what is shown of it is rendered here, by us.
import { isUint8Array } from 'node:util/types';
import { UsageError, kindOf } from '../../../errors.ts';
import type { CheckReport, DiffReport } from '../../reporter.ts';
import { jsonFault } from '../../../bytes/json-fault.ts';
import { schemaVersion } from '../text.ts';
import { budgetChangesOf, checkedOf, gateOf } from './check.ts';
import { diffOf } from './diff.ts';
import * as read from './fields.ts';
import type { Node } from './fields.ts';

/** What `parseReport` read, by the command that had printed it. */
export type SavedReport =
  | { readonly kind: 'diff'; readonly report: DiffReport }
  | { readonly kind: 'check'; readonly report: CheckReport };

/** Longest report that is read, in bytes. */
export const mostReportBytes = 128 * 1024 * 1024;

/** @throws FormatError `bad-report` naming the JSON path that is wrong, UsageError for what is no bytes. */
export function parseReport(bytes: Uint8Array): SavedReport {
  if (!isUint8Array(bytes)) throw new UsageError(`parseReport takes the bytes of a report, not ${kindOf(bytes)}`);
  if (bytes.length > mostReportBytes) throw read.bad(`is longer than ${mostReportBytes} bytes`);
  const root = read.asNode(parse(bytes), '');
  const { json } = root;
  if (json['schema'] !== schemaVersion) {
    const found = json['schema'] === undefined ? 'no schema' : 'another schema';
    throw read.bad(`has ${found}; this version reads reports of schema ${schemaVersion}`);
  }
  const tool = toolOf(read.object(root, 'tool'));
  if (json['gate'] !== undefined && json['artifacts'] !== undefined) {
    const gate = gateOf(read.object(root, 'gate'));
    const artifacts = read.list(root, 'artifacts', checkedOf);
    const key = read.optionalText(root, 'key');
    const joined = key === null ? {} : { key };
    return { kind: 'check', report: { tool, ...joined, gate, artifacts, ...budgetChangesOf(root) } };
  }
  if (json['before'] !== undefined && json['after'] !== undefined)
    return { kind: 'diff', report: { tool, diff: diffOf(root) } };
  throw read.bad('is no report of a diff or a check; make it with "sizecheck diff --json" or "sizecheck check --json"');
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (bytes.length === 0) throw read.bad('is empty');
    throw read.bad(`is not JSON${jsonFault(error)}`);
  }
}

function toolOf(node: Node): { name: string; version: string } {
  return { name: read.text(node, 'name'), version: read.text(node, 'version') };
}
