// Bytes that no codec makes smaller, the same each time.
import { createCipheriv } from 'node:crypto';

/** @param seed bytes of another seed have nothing in common. */
export function noise(length: number, seed = 0): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
}
