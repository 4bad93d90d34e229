// Signatures and lengths of the records of a zip (PKWARE APPNOTE 6.3.10, 4.3.7 to 4.3.16; 8.5.4 and 8.5.5 for those of split
// archives). The local header's length is in codecs/zip-data.ts, which needs it to find content.

/** As little-endian numbers. */
export const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  /** Of the directory. */
  digital: 0x05054b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  /** Of a data descriptor, and of the first part of a split archive. */
  descriptor: 0x08074b50,
  /** Of an archive that was to be split and needed no second part. */
  unsplit: 0x30304b50,
} as const;

/** Bytes without what names and comments add. */
export const recordLength = { central: 46, end: 22, end64: 56, locator64: 20 } as const;

/** The same as it stands in a file. */
export function signatureBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
