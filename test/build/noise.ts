// Bytes that no codec makes smaller, the same each time.
import { createCipheriv } from 'node:crypto';

export function noise(length: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(length));
}
