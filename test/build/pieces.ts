// Bytes in pieces as files are read: into one piece of memory again and again, so that whoever keeps a view is caught.

/** Pieces of `bytes`, each valid until the next is asked for. */
export function* reusedPieces(bytes: Uint8Array, step: number): Generator<Buffer, void, undefined> {
  const memory = Buffer.alloc(Math.max(1, Math.min(step, bytes.length)));
  for (let at = 0; at < bytes.length; at += memory.length) {
    const part = bytes.subarray(at, at + memory.length);
    memory.set(part);
    yield memory.subarray(0, part.length);
    memory.fill(0xaa);
  }
}
