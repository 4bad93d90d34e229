// Digests of content. SHA-256 where they are kept or compared with what others took; where they only tell whether two files of one run
// are equal, files from 8 KiB on get a message authentication code instead, which takes an eighth of the time.
import { createCipheriv, createHash, hash, randomBytes } from 'node:crypto';

/** `sha256` for digests that mean something to others, `equality` for those that are compared within this process and dropped. */
export type DigestPurpose = 'sha256' | 'equality';

export interface ContentDigest {
  update(piece: Uint8Array): void;
  /** `sha256:<hex>`; of `equality` bytes as code units 0-255, which say nothing outside this process. */
  digest(): string;
}

/** Below, setting the cipher up takes longer than SHA-256. */
const leastForMac = 8 * 1024;

/** @param size length of the content in bytes, the same for all files that may be equal. */
export function contentDigest(purpose: DigestPurpose, size: number): ContentDigest {
  return purpose === 'equality' && size >= leastForMac ? macDigest() : shaDigest(purpose);
}

/** The digest of content that lies in one piece. */
export function digestOfPiece(purpose: DigestPurpose, piece: Uint8Array): string {
  if (purpose === 'sha256') return `${shaPrefix}${hash('sha256', piece, 'hex')}`;
  // A scan of many small files holds as many of them; as they are, they are short.
  if (piece.length < leastForMac) return hash('sha256', piece, 'binary');
  const mac = macDigest();
  mac.update(piece);
  return mac.digest();
}

const shaPrefix = 'sha256:';

function shaDigest(purpose: DigestPurpose): ContentDigest {
  const hasher = createHash('sha256');
  return {
    update: (piece) => void hasher.update(piece),
    digest: () => (purpose === 'sha256' ? `${shaPrefix}${hasher.digest('hex')}` : hasher.digest('binary')),
  };
}

let key: Buffer | undefined;
const nonce = Buffer.alloc(12);

/**
 * GMAC (NIST SP 800-38D): content is the data that AES-GCM authenticates without encrypting. Two different contents of n blocks have the
 * same code with a chance of n in 2^128, whoever chose them, as long as the key is secret; hence codes never leave the process. One nonce
 * for all makes codes comparable.
 */
function macDigest(): ContentDigest {
  key ??= randomBytes(16);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  return {
    update: (piece) => void cipher.setAAD(piece),
    digest() {
      cipher.final();
      return cipher.getAuthTag().toString('latin1');
    },
  };
}
