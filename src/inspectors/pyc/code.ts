// What a code object is made of in each Python version, and its fields by name. Fields are those of CPython's types.CodeType;
// their order in the stream is that of w_complex_object in Python/marshal.c of the release.

export interface CodeLayout {
  /** 32-bit integers before the first object (co_argcount … co_flags). */
  readonly integers: number;
  /** Objects in all. */
  readonly objects: number;
  /** Number of objects before co_firstlineno. */
  readonly firstLine: number;
  /** Python 2: only interned strings are referred to, by `R`. */
  readonly internedReferences: boolean;
  /** Position of each field among the objects; -1 where it has none. */
  readonly fields: {
    readonly code: number;
    readonly consts: number;
    readonly names: number;
    readonly filename: number;
    readonly name: number;
    readonly lines: number;
    readonly exceptions: number;
  };
}

const classic = { code: 0, consts: 1, names: 2, filename: 6, name: 7, lines: 8, exceptions: -1 } as const;

function classicLayout(integers: number, internedReferences = false): CodeLayout {
  return { integers, objects: 9, firstLine: 8, internedReferences, fields: classic };
}

/** Since 3.11: co_localsplusnames and co_localspluskinds in place of three tuples, co_qualname, co_exceptiontable. */
const modern: CodeLayout = {
  integers: 5,
  objects: 10,
  firstLine: 8,
  internedReferences: false,
  fields: { code: 0, consts: 1, names: 2, filename: 5, name: 6, lines: 8, exceptions: 9 },
};

export interface Understood {
  /** Minor version of Python 3; 0 for Python 2.7. */
  readonly minor: number;
  readonly layout: CodeLayout;
}

/** Versions whose bytecode is understood, by their last magic number: earlier ones are of alphas with other layouts. */
export const understood: ReadonlyMap<number, Understood> = new Map([
  [62_211, { minor: 0, layout: classicLayout(4, true) }],
  [3379, { minor: 6, layout: classicLayout(5) }],
  [3394, { minor: 7, layout: classicLayout(5) }],
  [3413, { minor: 8, layout: classicLayout(6) }],
  [3425, { minor: 9, layout: classicLayout(6) }],
  [3439, { minor: 10, layout: classicLayout(6) }],
  [3495, { minor: 11, layout: modern }],
  [3531, { minor: 12, layout: modern }],
  [3571, { minor: 13, layout: modern }],
  [3627, { minor: 14, layout: modern }],
]);
