// SHA-256, loaded where it is asked for: node:crypto takes some milliseconds of every start, that of the decoding thread included.
import type { Hash } from 'node:crypto';

export function sha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256');
}
