// Whether a tar may be an image, by the name of its first member: a plain tar must not wait for its last member to be known as one.
import { FormatError } from '../../errors.ts';
import { normalizePath } from '../../model/name.ts';
import type { Name } from '../../model/name.ts';
import { checksumMatches, isExtensionType, parseHeader } from '../tar/header.ts';
import type { TarHeader } from '../tar/header.ts';
import { blockSize, paddingOf } from '../tar/layout.ts';

/** Name of the first member in `head` that is not the root itself; null where there is none, or no tar. */
export function firstName(head: Uint8Array): Name | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 0; at + blockSize <= bytes.length;) {
    const header = headerAt(bytes.subarray(at, at + blockSize));
    if (header === null) return null;
    const { path } = normalizePath(header.name);
    if (!isExtensionType(header.type) && path !== '.') return path;
    const size = header.type === '5' ? 0 : header.size;
    at += blockSize + size + paddingOf(size);
  }
  return null;
}

/** What is wrong with a header, the tar reader says. */
function headerAt(block: Buffer): TarHeader | null {
  if (!checksumMatches(block)) return null;
  try {
    return parseHeader(block, 0);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

const hex64 = '[0-9a-f]{64}';
const part = new RegExp(
  `^(?:blobs(?:/.*)?|oci-layout|index\\.json|manifest\\.json|repositories|config\\.json|(?:sha256:)?${hex64}(?:/.*|\\.json|\\.tar(?:\\.gz)?)?)$`,
  's',
);

/** Names that the archives of Docker, skopeo, podman, containerd, buildx, jib, kaniko and Bazel begin with. */
export function looksLikeImagePart(name: Name): boolean {
  return part.test(name);
}
