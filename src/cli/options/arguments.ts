// Command lines by a table of options: Node's own parser reads them, so that starting costs next to nothing; help.ts prints the
// same table. An option is declared in one place only.
import { parseArgs } from 'node:util';
import { UsageError } from '../../errors.ts';
import { nearest } from '../../policy/nearest.ts';

interface Common {
  readonly describe: string;
  /** One letter. */
  readonly short?: string;
}

export type OptionSpec = Common &
  (
    | { readonly kind: 'flag'; readonly default: boolean }
    | { readonly kind: 'text'; readonly default?: string }
    | { readonly kind: 'list' }
    | { readonly kind: 'number'; readonly default: number; readonly least: number }
    | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: string }
  );

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What an option's value is, by its kind. */
type Value<Spec extends OptionSpec> = Spec extends { kind: 'flag' }
  ? boolean
  : Spec extends { kind: 'list' }
    ? readonly string[]
    : Spec extends { kind: 'number' }
      ? number
      : Spec extends { kind: 'choice'; choices: readonly (infer Choice)[] }
        ? Choice | (Spec extends { default: string } ? never : undefined)
        : Spec extends { default: string }
          ? string
          : string | undefined;

export type Values<Specs extends OptionSpecs> = { readonly [Key in keyof Specs]: Value<Specs[Key]> };

export interface Parsed<Specs extends OptionSpecs> {
  readonly values: Values<Specs>;
  readonly positionals: readonly string[];
}

/** For options that other commands have: where this command has the same. */
export type Elsewhere = Readonly<Record<string, string>>;

/** @throws UsageError for unknown options, for values that an option does not take, and for two values where it takes one. */
export function parseArguments<const Specs extends OptionSpecs>(
  argv: readonly string[],
  specs: Specs,
  elsewhere: Elsewhere = {},
): Parsed<Specs> {
  const { values, positionals, tokens } = parseStrictly(argv, specs, elsewhere);
  refuseTwoValues(tokens, specs);
  if (positionals.includes('')) throw new UsageError('an argument is empty; is a variable not set?');
  const checked = Object.entries(specs).map(([name, spec]) => [name, valueOf(name, spec, values[name])]);
  // Each value was made by valueOf from the spec of its own key, which is what the mapped type says.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { values: Object.fromEntries(checked) as Values<Specs>, positionals };
}

function parseStrictly(argv: readonly string[], specs: OptionSpecs, elsewhere: Elsewhere) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.kind === 'flag' ? ('boolean' as const) : ('string' as const),
        multiple: spec.kind === 'list',
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  );
  try {
    return parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: true,
      allowNegative: true,
      tokens: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const ambiguous = /^Option '(-[^']*)' argument is ambiguous/.exec(message)?.[1];
    if (ambiguous !== undefined) throw noValue(ambiguous, argv, specs, error);
    const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
    if (unknown === undefined)
      throw new UsageError(`${message.split('\n')[0] ?? ''}; see sizecheck --help`, { cause: error });
    const word = unknown.replace(/^-+/, '');
    // Any short name is near to a single letter.
    const near = word.length > 1 ? nearest(word, Object.keys(specs)) : null;
    // A format by its name, as --json is one.
    const { format } = specs;
    const isFormat = format?.kind === 'choice' && format.choices.includes(word);
    const meant = isFormat ? `--format ${word}` : near === null ? null : `--${near}`;
    const known = Object.hasOwn(elsewhere, word) ? elsewhere[word] : undefined;
    const hint = known ?? (meant === null ? null : `did you mean ${meant}?`);
    throw new UsageError(`there is no option ${unknown}${hint === null ? '' : `; ${hint}`}`, { cause: error });
  }
}

type Tokens = readonly { readonly kind: string; readonly name?: string; readonly value?: string | undefined }[];

/** The last one would win, and the gate by the other would be gone without a word. The same value twice is no question. */
function refuseTwoValues(tokens: Tokens, specs: OptionSpecs): void {
  const given = new Map<string, string>();
  for (const { kind, name = '', value } of tokens) {
    if (kind !== 'option' || value === undefined || specs[name]?.kind === 'list') continue;
    const earlier = given.get(name) ?? value;
    if (earlier !== value) throw new UsageError(`--${name} is given twice, "${earlier}" and "${value}"; give one`);
    given.set(name, value);
  }
}

/** What follows an option that takes a value looks like an option. */
function noValue(option: string, argv: readonly string[], specs: OptionSpecs, cause: unknown): UsageError {
  // The last of several letters takes the value: `-qo -x`.
  const takes = (word = ''): boolean => word === option || (/^-[^-]/.test(word) && word.endsWith(option.slice(1)));
  const value = argv.find((text, index) => text.startsWith('-') && takes(argv[index - 1])) ?? '';
  let long = option;
  for (const [name, spec] of Object.entries(specs)) {
    if (option !== `--${name}` && option !== `-${spec.short}`) continue;
    long = `--${name}`;
    try {
      valueOf(name, spec, value);
    } catch (error) {
      if (error instanceof UsageError) return error;
    }
  }
  return new UsageError(`${option} takes a value; if "${value}" is meant, write ${long}=${value}`, { cause });
}

function valueOf(
  name: string,
  spec: OptionSpec,
  given: string | boolean | readonly (string | boolean)[] | undefined,
): unknown {
  switch (spec.kind) {
    case 'flag':
      return given ?? spec.default;
    case 'text':
    case 'list': {
      const value = given ?? (spec.kind === 'list' ? [] : spec.default);
      if ([value].flat().includes('')) throw new UsageError(`--${name} is empty; is a variable not set?`);
      return value;
    }
    case 'number': {
      if (given === undefined) return spec.default;
      const text = String(given);
      const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isSafeInteger(value) && value >= spec.least) return value;
      throw new UsageError(`--${name} takes a whole number of ${spec.least} or more, not "${text}"`);
    }
    case 'choice': {
      if (given === undefined) return spec.default;
      const text = String(given);
      if (spec.choices.includes(text)) return text;
      throw new UsageError(`--${name} takes one of ${spec.choices.join(', ')}, not "${text}"`);
    }
  }
  return undefined;
}
