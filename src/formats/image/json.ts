// The JSON of an image (manifests, indexes, configs): bounded, checked against its digest, and read field by field, because any of it
// may be made up.
import { createHash } from 'node:crypto';
import { FormatError } from '../../errors.ts';
import type { Name } from '../../model/name.ts';
import type { Stored } from './store.ts';

/** Largest document, in bytes (4 MiB), as registries have it. */
export const maxJson = 4 * 1024 * 1024;

export type Json = ReadonlyMap<string, unknown>;

/** What a document must be. */
export interface Expected {
  /** `sha256:<hex>`; null where nothing says. */
  readonly digest: string | null;
  readonly size: number | null;
}

/** A parsed document, with the digest of its bytes. @throws FormatError. */
export function readJson(part: Stored, expected: Expected): { readonly value: unknown; readonly digest: string } {
  const { path, size } = part;
  checkSize(path, size, expected);
  if (size > maxJson) throw new FormatError('too-large', `is JSON of ${size} bytes, more than ${maxJson}`, { path });
  const open = part.open();
  let bytes: Uint8Array;
  try {
    bytes = open.source.read(0, size);
  } finally {
    open.close();
  }
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  checkDigestOf(path, digest, expected.digest);
  return { value: parse(bytes, path), digest };
}

export function checkSize(path: Name, size: number, expected: Expected): void {
  if (expected.size === null || expected.size === size) return;
  const what = expected.digest === null ? '' : ` for ${expected.digest}`;
  throw new FormatError('wrong-size', `has ${size} bytes, but ${expected.size} are announced${what}`, { path });
}

/** @throws FormatError `digest-mismatch`. */
export function checkDigestOf(path: Name, digest: string, expected: string | null): void {
  if (expected === null || expected === digest) return;
  throw new FormatError('digest-mismatch', `has the digest ${digest}, but ${expected} is announced`, { path });
}

function parse(bytes: Uint8Array, path: Name): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FormatError('bad-json', 'is no JSON: it is not UTF-8', { path });
  }
  try {
    // Keys become those of a Map: `__proto__` is one like any other.
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 120) : '';
    throw new FormatError('bad-json', `is no JSON: ${why}`, { path });
  }
}

/** The members of an object; null for all else. */
export function objectOf(value: unknown): Json | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value));
}

/** The items of a list; of null and of what is absent, none. Null for all else. */
export function listOf(value: unknown): readonly unknown[] | null {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function bad(path: Name, what: string): FormatError {
  return new FormatError('bad-image', what, { path });
}
