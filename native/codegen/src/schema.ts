/**
 * Function schemas, as `native_functions.yaml` and libtorch's dispatcher write them:
 * `add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor`.
 * Used by the generator and, at run time, by the argument matcher.
 */

/** A schema type such as `Tensor(a!)`, `int[2]?` or `Tensor?[]`. */
export interface SchemaType {
  /** 'Tensor', 'Scalar', 'int' (SymInt too; so for the other symbolic types), 'float', 'bool', 'str', 'ScalarType', 'Device', … */
  readonly base: string;
  /** May the whole value be null? */
  readonly optional: boolean;
  readonly list: boolean;
  /** The 2 of `int[2]`: one value stands for that many. */
  readonly listSize: number | null;
  /** May an element of the list be null? */
  readonly optionalElements: boolean;
  /** Is the argument written to (`(a!)`)? */
  readonly written: boolean;
  /** The `a` of `Tensor(a!)`: what has the same letter shares memory. */
  readonly aliasSet: string | undefined;
}

export interface Parameter {
  readonly name: string;
  /** The name for callers: camelCase, and `self` is `input` as in Python. */
  readonly publicName: string;
  readonly type: SchemaType;
  /** The default as the schema writes it; undefined where the argument is required. */
  readonly defaultText: string | undefined;
  readonly keywordOnly: boolean;
}

export interface Return {
  readonly name: string | undefined;
  readonly type: SchemaType;
}

export interface Schema {
  /** The name without overload and without namespace. */
  readonly name: string;
  /** '' for the unnamed overload. */
  readonly overload: string;
  readonly parameters: readonly Parameter[];
  readonly returns: readonly Return[];
  /** What was parsed. */
  readonly text: string;
}

const schemaPattern = /^(?:\w+::)?(\w+)(?:\.(\w+))?\((.*)\) -> (.*)$/s;
const slotPattern = /^([\w.]+?)(?:\(([^()]*)\))?((?:\?|\[\d*\])*)(?:\s+(\w+))?(?:=(.*))?$/s;

export class SchemaSyntaxError extends Error {
  override readonly name = 'SchemaSyntaxError';
}

/**
 * Reads one schema.
 * @throws SchemaSyntaxError where the text is not a schema.
 */
export function parseSchema(text: string): Schema {
  const match = schemaPattern.exec(text.trim());
  if (!match) throw new SchemaSyntaxError(`not a function schema: ${text}`);
  const [, name = '', overload = '', argumentText = '', returnText = ''] = match;
  const parts = splitTopLevel(argumentText);
  const star = parts.indexOf('*');
  const hasInput = parts.some((part) => part.endsWith(' input'));
  const parameters = parts.flatMap((part, i): Parameter[] => {
    if (i === star) return [];
    const { name, type, defaultText } = parseSlot(part, text);
    if (name === undefined) throw new SchemaSyntaxError(`unnamed argument in: ${text}`);
    const publicName = name === 'self' && !hasInput ? 'input' : camelCase(name);
    return [{ name, publicName, type, defaultText, keywordOnly: star >= 0 && i > star }];
  });
  const returns = splitTopLevel(unwrapped(returnText.trim())).map((part) => {
    const { name, type } = parseSlot(part, text);
    return { name, type };
  });
  return { name, overload, parameters, returns, text };
}

function unwrapped(returns: string): string {
  return returns.startsWith('(') && returns.endsWith(')') ? returns.slice(1, -1) : returns;
}

function parseSlot(part: string, whole: string) {
  const match = slotPattern.exec(part);
  if (!match) throw new SchemaSyntaxError(`cannot read '${part}' in: ${whole}`);
  const [, base = '', alias, suffix = '', name, defaultText] = match;
  const bracket = /\[(\d*)\]/.exec(suffix);
  const optionalElements = bracket !== null && suffix.startsWith('?');
  const type: SchemaType = {
    base: base.replace(/^Sym(Int|Bool|Float)$/, (_, concrete: string) => concrete.toLowerCase()),
    optional: bracket ? suffix.endsWith('?') : suffix === '?',
    list: bracket !== null,
    listSize: bracket?.[1] ? Number(bracket[1]) : null,
    optionalElements,
    written: alias?.includes('!') ?? false,
    aliasSet: alias?.replace(/[^a-z].*$/, ''),
  };
  return { name, type, defaultText };
}

/** Splits at the commas that are in no bracket and in no string. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== '') parts.push(last);
  return parts;
}

/** PyTorch's name in camelCase; a leading or trailing underscore stays: `add_`, `logSoftmax`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[^_])_+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
}

/** Is it one of the four arguments of PyTorch's TensorOptions? */
export function isTensorOption(name: string): boolean {
  return name === 'dtype' || name === 'layout' || name === 'device' || name === 'pin_memory';
}
