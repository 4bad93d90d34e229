// Reports without what archives say of their compressed bytes, which directories cannot: the rest is equal in every wrapping.

interface Charged {
  readonly entries?: readonly object[] | undefined;
  readonly hidden?: readonly object[] | undefined;
  readonly findings: readonly object[];
}

export function withoutCharges({ entries, hidden, findings }: Charged): object {
  return {
    entries: entries?.map((entry) => ({ ...entry, stored: undefined })),
    hidden: hidden?.map((file) => ({ ...file, compressed: undefined })),
    findings: findings.map((finding) => ({ ...finding, stored: undefined })),
  };
}
