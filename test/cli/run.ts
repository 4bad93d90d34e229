// Runs the built command line as a user does.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const cli = resolve(import.meta.dirname, '../../dist/cli/main.cjs');

if (!existsSync(cli)) throw new Error('dist/ is missing: "npm test" builds before it tests');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: Uint8Array | string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

export function sizecheck(args: readonly string[], options: RunOptions = {}): Ran {
  const result = spawnSync(process.execPath, [cli, ...args], {
    ...options,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 60_000,
  });
  if (result.error !== undefined) throw result.error;
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** Parsed `--json` of a scan that has to succeed. */
export function scanJson(args: readonly string[], options?: RunOptions): ScanJson {
  const ran = sizecheck(['scan', '--json', ...args], options);
  if (ran.code !== 0) throw new Error(`exit ${ran.code}: ${ran.stderr}`);
  return parse(ran.stdout);
}

/** A snapshot that has to succeed, with all its entries. */
export function snapshotJson(artifact: string, options?: RunOptions): ScanJson {
  const ran = sizecheck(['snapshot', artifact], options);
  if (ran.code !== 0) throw new Error(`exit ${ran.code}: ${ran.stderr}`);
  return parse(ran.stdout);
}

/** The keys of schema 1 that tests look at. */
export interface ScanJson {
  schema: number;
  tool: { name: string; version: string };
  artifact: { name: string; format: string; codecs: string[]; length: number | null };
  totals: Record<string, number | null>;
  tree: { path: string; content: number; disk: number; files: number; own: { content: number; disk: number } }[];
  findings: {
    rule: string;
    severity: string;
    title: string;
    bytes: number;
    /** In snapshots of archives only. */
    stored?: number | null;
    claims: { path: string; part: string | null; bytes: number; keeps?: string }[];
    /** In scans, not in snapshots. */
    fix?: { commands: string[]; advice: string | null };
  }[];
  removable: { content: number };
  image?: {
    platform: string | null;
    layers: {
      index: number;
      digest: string;
      diffId: string;
      instruction: string | null;
      compressed: number | null;
      content: number;
      added: number;
      changed: number;
      deleted: number;
      waste: number;
    }[];
    layerBytes: number;
    visibleBytes: number;
    hiddenBytes: number;
    dive: {
      efficiency: number;
      sizeBytes: number;
      userSizeBytes: number;
      wastedBytes: number;
      userWastedPercent: number | null;
      inefficientFiles: { path: string; count: number; bytes: number }[];
    };
  };
  flattened?: { content: number; archive: number; compressed: number; how: string };
  hidden?: { path: string; size: number; stored: number; layer: number; cause: string }[];
  notices: { code: string; path: string | null; message: string }[];
  entries?: {
    path: string;
    kind: string;
    size: number;
    digest: string | null;
    mode: number;
    mtime: number;
    link?: string;
    facts?: object;
  }[];
}

function parse(text: string): ScanJson {
  return JSON.parse(text);
}
