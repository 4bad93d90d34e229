// Numbers of the instructions that matter here, by Python version, and a walk over a code string.
// Numbers: Lib/opcode.py and Include/opcode_ids.h of each release.
import { byteAt } from '../../bytes/at.ts';

export interface Opcodes {
  readonly extendedArg: number;
  readonly loadConst: number;
  readonly storeName: number;
  readonly raise: number;
  /** What pushes AssertionError for an `assert`; `loadGlobal` before 3.9. */
  readonly assertion: number;
  /** Argument of `assertion` for AssertionError, where it is one of several; null where it is none or a name. */
  readonly assertionArg: number | null;
  readonly jumpIfTrue: number;
  /** What returns the value before it, and what returns a constant (-1 where there is none). */
  readonly returns: number;
  readonly returnsConst: number;
  /** What jumps always, since 3.10. */
  readonly jumps: ReadonlySet<number>;
  /** What pushes a small number that is no constant; -1 before 3.14. */
  readonly loadSmallInt: number;
  /** What jumps by whether a value is None, since 3.14, where that counts as a constant. */
  readonly jumpsOfNone: ReadonlySet<number>;
  /** Last instruction of the prologue: RESUME since 3.11, GEN_START of generators in 3.10; null before. */
  readonly resume: number | null;
  /** Instructions whose argument is an index into co_consts. */
  readonly consts: ReadonlySet<number>;
  /** Instructions whose argument, shifted right by the number, is an index into co_names. */
  readonly names: ReadonlyMap<number, number>;
}

type Shifts = readonly (readonly [opcode: number, shift: number])[];

function unshifted(...opcodes: readonly number[]): Shifts {
  return opcodes.map((opcode) => [opcode, 0] as const);
}

const classicNames = unshifted(90, 91, 95, 96, 97, 98, 101, 106, 108, 109, 116);
const classic = {
  extendedArg: 144,
  loadConst: 100,
  storeName: 90,
  raise: 130,
  assertion: 116,
  assertionArg: null,
  jumpIfTrue: 115,
  returns: 83,
  returnsConst: -1,
  jumps: new Set([110, 113, 140]),
  loadSmallInt: -1,
  jumpsOfNone: new Set<number>(),
  resume: null,
  consts: new Set([100]),
  names: new Map(classicNames),
} as const;
const python37 = { ...classic, names: new Map([...classicNames, ...unshifted(160)]) } as const;
const python39 = { ...python37, assertion: 74 } as const;

/** By minor version of Python 3; 0 is Python 2.7. */
const tables: ReadonlyMap<number, Opcodes> = new Map<number, Opcodes>([
  [0, { ...classic, extendedArg: 145 }],
  [6, { ...classic, names: new Map([...classicNames, ...unshifted(127)]) }],
  [7, python37],
  [8, python37],
  [9, python39],
  [10, { ...python39, resume: 129 }],
  [
    11,
    {
      ...python39,
      resume: 151,
      consts: new Set([100, 172]),
      names: new Map([...unshifted(90, 91, 95, 96, 97, 98, 101, 106, 108, 109, 160), [116, 1]]),
    },
  ],
  [
    12,
    {
      ...python39,
      resume: 151,
      returnsConst: 121,
      consts: new Set([100, 121, 172]),
      names: new Map([...unshifted(90, 91, 95, 96, 97, 98, 101, 108, 109, 175), [106, 1], [116, 1], [141, 2]]),
    },
  ],
  [
    13,
    {
      extendedArg: 71,
      loadConst: 83,
      storeName: 114,
      raise: 101,
      assertion: 23,
      assertionArg: null,
      jumpIfTrue: 100,
      returns: 36,
      returnsConst: 103,
      jumps: new Set([77, 79]),
      loadSmallInt: -1,
      jumpsOfNone: new Set(),
      resume: 149,
      consts: new Set([83, 103]),
      names: new Map([...unshifted(63, 66, 67, 74, 75, 90, 92, 108, 113, 114), [82, 1], [91, 1], [93, 2]]),
    },
  ],
  [
    14,
    {
      extendedArg: 69,
      loadConst: 82,
      storeName: 116,
      raise: 104,
      assertion: 81,
      assertionArg: 0,
      jumpIfTrue: 103,
      returns: 35,
      returnsConst: -1,
      jumps: new Set([75, 77]),
      loadSmallInt: 94,
      jumpsOfNone: new Set([101, 102]),
      resume: 128,
      consts: new Set([82]),
      names: new Map([...unshifted(61, 64, 65, 72, 73, 91, 93, 110, 115, 116), [80, 1], [92, 1], [96, 2]]),
    },
  ],
]);

const none: Opcodes = { ...classic, consts: new Set(), names: new Map() };

export function opcodesOf(minor: number): Opcodes {
  return tables.get(minor) ?? none;
}

export interface Instruction {
  /** Offset of the instruction, its prefixes included, and of the next one. Caches are instructions of their own. */
  readonly at: number;
  readonly end: number;
  readonly opcode: number;
  readonly arg: number;
}

/** Instructions in order. Python 2.7 has one or three bytes an instruction, every later version two. */
export function* instructions(code: Uint8Array, minor: number): Iterable<Instruction> {
  const { extendedArg } = opcodesOf(minor);
  let prefix = 0;
  let start = 0;
  for (let at = 0; at < code.length;) {
    const opcode = byteAt(code, at);
    const low = byteAt(code, at + 1);
    const short = opcode < 90;
    const arg = minor > 0 ? low : short ? 0 : low + byteAt(code, at + 2) * 256;
    at += minor > 0 ? 2 : short ? 1 : 3;
    if (opcode === extendedArg) {
      prefix = (prefix + arg) * (minor > 0 ? 256 : 65_536);
      continue;
    }
    yield { at: start, end: Math.min(at, code.length), opcode, arg: prefix + arg };
    prefix = 0;
    start = at;
  }
}
