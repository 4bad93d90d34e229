// The behaviours of GNU strip that differ between releases of binutils. Each stands for the releases from its own on, as far as
// they were compared: 2.35.2, 2.40, 2.44.
export const stripVersions = ['2.35', '2.40', '2.44'] as const;
/** A release of GNU binutils whose strip is predicted; it stands for those after it up to the next. */
export type StripVersion = (typeof stripVersions)[number];

export const defaultStripVersion: StripVersion = '2.40';
