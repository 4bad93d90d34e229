// What an artifact holds to link programs with. Static libraries are no waste there: a compiler reads them whenever it is used.
import type { Name } from '../model/name.ts';
import { baseName, parentPath } from '../model/name.ts';
import type { Entry } from '../model/snapshot.ts';
import { namesOf } from './rule.ts';
import type { RuleContext } from './rule.ts';
import { above } from './trees.ts';

/** Linkers, and compilers that bring or are their own: in ELF form, or called `.exe`. */
const linker =
  /^(?:[\w.+]+-)*(?:ld(?:\.(?:bfd|gold|lld|mold))?|lld(?:-link)?|mold|collect2|cc1\w*|lto1|rustc|ocamlopt(?:\.opt)?|ghc|tcc|nvlink)(?:-[\d.]+)?(?:\.exe)?$/;

/** Go's is called as other programs are, too. */
const goLinker = /(?:^|\/)pkg\/tool\/[^/]+\/link(?:\.exe)?$/;

/** Objects that every program begins with, of any libc and of GCC: what lies beside and below is there to be linked. */
const startup = /^(?=[A-Za-z]*crt|(?:dyn_)?start\.)\w+\.o$/;

/** What compilers of OCaml, Haskell and Rust read of a library beside its archive. */
const compilerMeta = /\.(?:cmxa|rlib)$|(?:^|\/)[A-Z]\w*\.(?:dyn_|p_)?hi$/;

/** The last letters of `.o`, `.so`, `.a`, `.cmxa`, `.rlib` and `.hi`. */
const lastLetters = 'oabi';

/** A linker script is a line or two, with a comment. */
const mostOfScript = 4096;

type LinkingTest = ((path: Name) => boolean) | null;

/** Several rules ask for it of one artifact. */
const known = new WeakMap<RuleContext, { readonly test: LinkingTest }>();

/** Tells static libraries that linking needs, by their paths; null where the artifact holds a linker, so that all of them are. */
export function linkingNeeds(context: RuleContext): LinkingTest {
  const found = known.get(context) ?? { test: findNeeds(context) };
  known.set(context, found);
  return found.test;
}

function findNeeds(context: RuleContext): LinkingTest {
  if (holdsLinker(context)) return null;
  const { startups, scripts, described } = findMarks(context);
  return (path) => {
    if (/\.(?:rlib|dll\.a)$|(?:^|\/)lib\/(?:gcc\/[^/]+\/[^/]+|clang\/[^/]+\/lib)\//.test(path)) return true;
    const folder = parentPath(path) ?? '.';
    return scripts.has(folder) || described.has(folder) || above(path, startups) !== null;
  };
}

function isLinker(path: Name): boolean {
  return linker.test(baseName(path)) || goLinker.test(path);
}

function holdsLinker(context: RuleContext): boolean {
  const isProgram = context.elfFiles.some(
    ({ entry, facts }) =>
      (facts.elfType === 'EXEC' || facts.elfType === 'DYN') && namesOf(context, entry.path).some(isLinker),
  );
  return isProgram || context.files.some(({ path }) => path.endsWith('.exe') && isLinker(path));
}

/** Directories by what lies in them. */
interface Marks {
  readonly startups: ReadonlySet<Name>;
  /** A linker script names archives that lie beside it, but not which: no rule reads it. */
  readonly scripts: ReadonlySet<Name>;
  /** And all above: GHC has a directory for each module path of a library. */
  readonly described: ReadonlySet<Name>;
}

function findMarks({ snapshot }: RuleContext): Marks {
  const startups = new Set<Name>();
  const scripts = new Set<Name>();
  const described = new Set<Name>();
  const odd = new Set(snapshot.notices.map(({ path }) => path));
  for (const entry of snapshot.entries) {
    const { path, kind } = entry;
    if (kind === 'directory' || !lastLetters.includes(path.charAt(path.length - 1))) continue;
    const folder = parentPath(path) ?? '.';
    if (startup.test(baseName(path))) startups.add(folder);
    else if (isScript(entry) && !odd.has(path)) scripts.add(folder);
    else if (compilerMeta.test(path)) {
      for (let up: Name | null = folder; up !== null && !described.has(up); up = parentPath(up)) described.add(up);
    }
  }
  return { startups, scripts, described };
}

/** A small `libNAME.so` or `libNAME.a` that is neither is text, for a linker to read. */
function isScript({ path, size, facts }: Entry): boolean {
  if (facts !== null || size === 0 || size > mostOfScript) return false;
  return /^lib[^/]*\.(?:so|a)$/.test(baseName(path));
}
