import {
  camelCase,
  isTensorOption,
  type Parameter,
  type Return,
  type Schema,
  type SchemaType,
} from './schema.js';

/** The schemas a call form is made from; `out` is the one that writes to a given tensor. */
export interface SchemaPair {
  readonly schema: Schema;
  readonly out: Schema | undefined;
}

/** The TypeScript type of one schema argument. */
export function argumentType(parameter: Parameter): string {
  const { name, type, defaultText } = parameter;
  if (name === 'reduction' && type.base === 'int' && !type.list) return 'Reduction';
  const single = singleType(type);
  let text = single;
  if (type.list) {
    if (type.base === 'int' && !type.optionalElements) text = 'IntList';
    else text = `readonly ${type.optionalElements ? `(${single} | null)` : single}[]`;
    if (type.listSize !== null) text = `${single} | ${text}`;
  }
  const nullable = type.optional || (defaultText === 'None' && !type.list);
  return nullable ? `${text} | null` : text;
}

function singleType(type: SchemaType): string {
  switch (type.base) {
    case 'Tensor':
    case 'Scalar':
    case 'Layout':
    case 'MemoryFormat':
    case 'Generator':
    case 'Stream':
      return type.base;
    case 'ScalarType':
      return 'DType';
    case 'Device':
      return 'Device';
    case 'int':
      return 'Int';
    case 'DeviceIndex':
    case 'float':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'str':
    case 'Dimname':
      return 'string';
    default:
      return 'unknown';
  }
}

/** The TypeScript type of what a schema returns; `self` names the type of an in-place result. */
export function returnType(schema: Schema, self: string): string {
  const { returns } = schema;
  const [first] = returns;
  if (first === undefined) return 'void';
  if (returns.length === 1) {
    return first.type.written && isSelf(schema, first) ? self : singleReturn(first);
  }
  const items = returns.map(singleReturn);
  if (!returns.every((r) => r.name)) return `[${items.join(', ')}]`;
  const names = returns.map((r) => camelCase(r.name ?? ''));
  return `Named<[${items.join(', ')}], '${names.join("' | '")}'>`;
}

function isSelf(schema: Schema, result: Return): boolean {
  const self = schema.parameters.find((p) => p.name === 'self');
  return self?.type.written === true && !result.type.list;
}

function singleReturn({ type }: Return): string {
  const single = type.base === 'int' || type.base === 'DeviceIndex' ? 'number' : singleType(type);
  return type.list ? `${single}[]` : single;
}

/** The name as a parameter of a TypeScript function, where some words are reserved. */
function positionName(parameter: Parameter): string {
  const name = parameter.publicName;
  return /^(var|in|function|default|with|new|this)$/.test(name) ? `${name}_` : name;
}

/** Is the operator called on a tensor, or does it take it as its first argument? */
export type CallForm = 'method' | 'function';

/** The arguments of a call, as far as its forms have them in common. */
interface CallParts {
  readonly positional: readonly Parameter[];
  /** Number of positional arguments without a default. They come first. */
  readonly required: number;
  readonly options: OptionsType;
  readonly needsOptions: boolean;
  readonly result: string;
}

function callParts({ schema, out }: SchemaPair, form: CallForm): CallParts {
  const parameters = schema.parameters.filter((p) => form === 'function' || p.name !== 'self');
  const positional = parameters.filter((p) => !p.keywordOnly);
  const isFactory = makesLeaves(schema);
  const keywords = parameters
    .filter((p) => p.keywordOnly && !(isFactory && isTensorOption(p.name)))
    .map(optionOf);
  if (out !== undefined) keywords.push(`out?: ${outType(out)}`);
  return {
    positional,
    required: positional.filter((p) => p.defaultText === undefined).length,
    options: { base: isFactory ? 'FactoryOptions' : undefined, keywords },
    needsOptions: parameters.some((p) => p.keywordOnly && p.defaultText === undefined),
    result: returnType(schema, form === 'method' ? 'this' : 'Tensor'),
  };
}

/** The call with every positional argument in its place. */
export function fullForm(overload: SchemaPair, form: CallForm, arrow = ': '): string {
  const { positional, required, options, needsOptions, result } = callParts(overload, form);
  const all = positional.map((p, i) => {
    if (i < required) return `${positionName(p)}: ${argumentType(p)}`;
    // TypeScript has no optional parameter before a required one.
    return needsOptions
      ? `${positionName(p)}: ${argumentType(p)} | undefined`
      : `${positionName(p)}?: ${argumentType(p)}`;
  });
  return signature([...all, ...optionsArgument(options, needsOptions)], result, arrow);
}

/**
 * The call forms of one overload: a list of sizes spelled out; every positional argument in its
 * place; and, where some of them have defaults, one form for each number of them that is given by
 * position, the rest in the options object.
 */
export function callForms(overload: SchemaPair, form: CallForm): string[] {
  const { positional, required, options, result } = callParts(overload, form);
  const [only] = positional;
  const forms: string[] = [];
  if (positional.length === 1 && only !== undefined && isSizeList(only)) {
    forms.push(...sizeForms(only, options, result));
  }
  forms.push(fullForm(overload, form));
  for (let given = required; given < positional.length; given++) {
    const head = positional.slice(0, given).map((p) => `${positionName(p)}: ${argumentType(p)}`);
    const named = positional.slice(given).map(optionOf);
    const all = { ...options, keywords: [...named, ...options.keywords] };
    forms.push(signature([...head, ...optionsArgument(all, true)], result));
  }
  return forms;
}

/** May the one list be spelled out, as in `x.view(2, 3)`? */
export function isSizeList(parameter: Parameter): boolean {
  const { type } = parameter;
  return type.base === 'int' && type.list && !type.optional && type.listSize === null;
}

function sizeForms(size: Parameter, options: OptionsType, result: string): string[] {
  const name = size.publicName;
  const forms = [signature([`...${name}: number[]`], result)];
  const [last] = optionsArgument(options, true);
  if (last !== undefined) {
    forms.push(signature([`...${name}AndOptions: [...${name}: number[], ${last}]`], result));
  }
  return forms;
}

/** The type of an options object: a shared interface, further members, or both. */
interface OptionsType {
  readonly base: string | undefined;
  readonly keywords: readonly string[];
}

/** Does the function make a new tensor, which `requiresGrad` can turn into a leaf? */
export function makesLeaves(schema: Schema): boolean {
  const names = schema.parameters.filter((p) => p.keywordOnly).map((p) => p.name);
  return names.filter(isTensorOption).length === 4;
}

function outType(out: Schema): string {
  const written = out.parameters.filter((p) => p.keywordOnly && p.type.written);
  const [first] = written;
  if (written.length === 1 && first !== undefined) return argumentType(first);
  return `readonly [${written.map(argumentType).join(', ')}]`;
}

function optionsArgument({ base, keywords }: OptionsType, required: boolean): string[] {
  const parts = [...(base === undefined ? [] : [base])];
  if (keywords.length > 0) parts.push(`{ ${keywords.join('; ')} }`);
  return parts.length === 0 ? [] : [`options${required ? '' : '?'}: ${parts.join(' & ')}`];
}

function optionOf(parameter: Parameter): string {
  const optional = parameter.defaultText !== undefined ? '?' : '';
  return `${parameter.publicName}${optional}: ${argumentType(parameter)}`;
}

function signature(parts: readonly string[], result: string, arrow = ': '): string {
  return `(${parts.join(', ')})${arrow}${result}`;
}
