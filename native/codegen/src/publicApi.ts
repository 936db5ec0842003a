import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { handWrittenMethods, hiddenFunctions, withNumberOverload } from './exceptions.js';
import { inOrderOfChoice } from './overloadOrder.js';
import { camelCase, isTensorOption, parseSchema, type Schema } from './schema.js';
import type { SchemaPair } from './typescript.js';

/** An entry of native_functions.yaml, as far as it is used here. */
interface YamlFunction {
  readonly func: string;
  readonly variants?: string;
  readonly python_module?: string;
}

export interface NativeEntry extends YamlFunction {
  readonly schema: Schema;
}

/** One signature that a caller can choose. */
export interface Overload extends SchemaPair {
  readonly isMethod: boolean;
  readonly isFunction: boolean;
}

/** The tables of public functions, named as in Python. */
export const namespaces = ['torch', 'nn', 'linalg', 'fft', 'special', 'sparse', 'nested'] as const;
export type Namespace = (typeof namespaces)[number];

/** Public name in camelCase to its overloads in the order in which they are tried. */
export type PublicNames = ReadonlyMap<string, readonly Overload[]>;

/** The entries of a native_functions.yaml. */
export function readEntries(yamlPath: string): NativeEntry[] {
  const entries = parse(readFileSync(yamlPath, 'utf8')) as YamlFunction[];
  return entries.map((entry) => ({ ...entry, schema: parseSchema(entry.func) }));
}

/**
 * The public operators of a libtorch: functions by namespace, and methods of Tensor under
 * 'tensor'.
 */
export function publicApi(
  entries: readonly NativeEntry[],
): ReadonlyMap<Namespace | 'tensor', PublicNames> {
  const groups = new Map<Namespace, Map<string, Entry[]>>();
  for (const entry of entries) {
    const schema = parseSchema(withNumberOverload(entry.func));
    if (!isPublic(schema)) continue;
    const namespace = namespaceOf(entry);
    const name = publicName(namespace, schema.name);
    const names = entryOf(groups, namespace, () => new Map<string, Entry[]>());
    entryOf(names, name, () => []).push({ schema, variants: variantsOf(entry) });
  }
  const api = new Map<Namespace | 'tensor', Map<string, Overload[]>>();
  const methods = new Map<string, Overload[]>();
  for (const [namespace, names] of groups) {
    const functions = new Map<string, Overload[]>();
    for (const [name, entries] of names) {
      const overloads = inOrderOfChoice(withOutForms(entries));
      const asFunction = overloads.filter((o) => o.isFunction);
      const asMethod = overloads.filter((o) => o.isMethod);
      if (asFunction.length > 0) functions.set(name, asFunction);
      if (asMethod.length > 0 && !handWrittenMethods.has(name)) {
        methods.set(
          name,
          asMethod.map((o) => ({ ...o, out: undefined })),
        );
      }
    }
    api.set(namespace, functions);
  }
  api.set('tensor', methods);
  return api;
}

interface Entry {
  readonly schema: Schema;
  readonly variants: readonly string[];
}

function variantsOf(entry: YamlFunction): string[] {
  return (entry.variants ?? 'function').split(',').map((v) => v.trim());
}

function namespaceOf(entry: YamlFunction): Namespace {
  const module = entry.python_module ?? 'torch';
  if ((namespaces as readonly string[]).includes(module)) return module as Namespace;
  throw new Error(`unknown python_module '${module}' of ${entry.func}`);
}

function publicName(namespace: Namespace, name: string): string {
  const prefix = `${namespace}_`;
  return camelCase(name.startsWith(prefix) ? name.slice(prefix.length) : name);
}

function isPublic(schema: Schema): boolean {
  return (
    !schema.name.startsWith('_') &&
    !hiddenFunctions.test(schema.name) &&
    schema.parameters.every((p) => p.type.base !== 'Dimname' && p.type.base !== 'Storage')
  );
}

/** Joins each functional overload with the one that differs only by its `out` arguments. */
function withOutForms(entries: readonly Entry[]): Overload[] {
  const outs = new Map<string, Schema>();
  for (const { schema } of entries) {
    if (isOutForm(schema)) outs.set(inputsOf(schema), schema);
  }
  return entries
    .filter(({ schema }) => !isOutForm(schema))
    .map(({ schema, variants }) => ({
      schema,
      out: outs.get(inputsOf(schema)),
      isMethod: variants.includes('method'),
      isFunction: variants.includes('function'),
    }));
}

function isOutForm(schema: Schema): boolean {
  return schema.parameters.some((p) => p.keywordOnly && p.type.written);
}

/** What decides whether two schemas take the same inputs; an out form has no tensor options. */
function inputsOf(schema: Schema): string {
  return schema.parameters
    .filter((p) => !(p.keywordOnly && (p.type.written || isTensorOption(p.name))))
    .map((p) => `${p.type.base}${p.type.list ? '[]' : ''}${p.type.optional ? '?' : ''} ${p.name}`)
    .join(', ');
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
