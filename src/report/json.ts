// JSON, schema 1: `scan --json`, and the snapshot file, which adds the entries, one a line. Integers are bytes; what is unknown is
// null. Key order is fixed, so that equal artifacts give equal text.
import { nameToJson } from '../model/json-name.ts';
import type { Entry } from '../model/snapshot.ts';
import type { Reporter, ScanReport } from './reporter.ts';

export const schemaVersion = 1;

export const jsonReporter: Reporter = {
  name: 'json',
  description: 'everything but the single entries, as JSON (schema 1)',
  *report(report) {
    yield* parts(report);
    yield '\n}\n';
  },
};

/** The same with every entry; `sizecheck` reads it wherever it takes an artifact. */
export const snapshotReporter: Reporter = {
  name: 'snapshot',
  description: 'JSON with every entry, one a line; can be scanned again',
  *report(report) {
    yield* parts(report);
    yield* list('superseded', report.snapshot.superseded, ({ path, size }) => ({ ...nameToJson('path', path), size }));
    yield* list('entries', report.snapshot.entries, entryToJson);
    yield '\n}\n';
  },
};

function* parts({ tool, snapshot, tree, findings, removable }: ScanReport): Iterable<string> {
  const { artifact, totals, notices } = snapshot;
  yield `{\n  "schema": ${schemaVersion}`;
  yield member('tool', tool);
  yield member('artifact', artifact);
  yield member('totals', totals);
  yield* list('tree', tree, ({ path, content, disk, files, own }) => ({
    ...nameToJson('path', path),
    content,
    disk,
    files,
    own,
  }));
  yield* list('findings', findings, ({ rule, severity, title, bytes, claims }) => ({
    rule,
    severity,
    title,
    bytes,
    claims: claims.map((claim) => ({ ...nameToJson('path', claim.path), part: claim.part, bytes: claim.bytes })),
  }));
  yield member('removable', { content: removable });
  yield* list('notices', notices, ({ code, path, message }) => ({
    code,
    ...(path === null ? { path } : nameToJson('path', path)),
    message,
  }));
}

function entryToJson(entry: Entry): object {
  const { path, kind, size, disk, mode, uid, gid, mtime, digest, link, facts } = entry;
  return {
    ...nameToJson('path', path),
    kind,
    size,
    disk,
    mode,
    uid,
    gid,
    mtime,
    digest,
    ...(link === null ? {} : nameToJson('link', link)),
    ...(facts === null ? {} : { facts }),
  };
}

function member(key: string, value: unknown): string {
  return `,\n  "${key}": ${stringify(value)}`;
}

function* list<Item>(key: string, items: readonly Item[], toJson: (item: Item) => object): Iterable<string> {
  yield `,\n  "${key}": [`;
  let separator = '\n    ';
  for (const item of items) {
    yield separator + stringify(toJson(item));
    separator = ',\n    ';
  }
  yield items.length === 0 ? ']' : '\n  ]';
}

/** JSON that stays harmless on a terminal, inside HTML and JavaScript: no raw controls, format characters, separators or `<`. */
function stringify(value: unknown): string {
  return JSON.stringify(value).replace(/[<\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    // Above U+FFFF by code units, as JSON has it.
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
