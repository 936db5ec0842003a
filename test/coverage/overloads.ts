import { readFile } from 'node:fs/promises';
import { torch } from '@flambeau/core';
import { native } from '@flambeau/native';
import { camelCase, parseSchema } from '@flambeau/native/schema';
import { argumentTypes, impossibleTypes } from '../oracle/schemaTypes.js';

/** What can be counted without running an operator. An overload is named 'add.Tensor' or 'cat'. */
export interface Overloads {
  /** In the dispatcher's aten namespace. */
  readonly inDispatcher: readonly string[];
  /** Callable through `torch.ops.aten`: found by the addon, with arguments JavaScript has. */
  readonly reachable: ReadonlySet<string>;
  /** With a TypeScript signature. */
  readonly typed: ReadonlySet<string>;
  /** Public functions and methods, 'linalg.solve' and 'Tensor.add', with their overloads. */
  readonly publicNames: ReadonlyMap<string, readonly string[]>;
}

type Table = Readonly<Record<string, readonly (string | readonly [string, string])[]>>;

/** The folder of the built generated files. */
const generated = new URL('generated/', import.meta.resolve('@flambeau/core'));

export async function countOverloads(): Promise<Overloads> {
  const schemas = native.operators();
  return {
    inDispatcher: schemas.map(overloadName),
    reachable: new Set(schemas.filter(isReachable).map(overloadName)),
    typed: await typedOverloads(),
    publicNames: await publicNames(),
  };
}

function overloadName(schema: string): string {
  const { name, overload } = parseSchema(schema);
  return overload === '' ? name : `${name}.${overload}`;
}

function isReachable(schema: string): boolean {
  const { name, overload } = parseSchema(schema);
  const found = torch.ops.aten[name]?.[overload === '' ? 'default' : overload];
  const types = argumentTypes(schema);
  return (
    typeof found === 'function' &&
    typeof native.operator(`aten::${name}`, overload) === 'function' &&
    !types.some((type) => type in impossibleTypes)
  );
}

/** The members of `AtenOperators`, read from the declarations that users compile against. */
async function typedOverloads(): Promise<Set<string>> {
  const text = await readFile(new URL('atenOperators.d.ts', generated), 'utf8');
  const found = new Set<string>();
  for (const [, name = '', body = ''] of text.matchAll(/^ {4}readonly (\w+): \{(.*?)^ {4}\}/gms)) {
    for (const [, overload = ''] of body.matchAll(/^ {8}readonly (\w+): /gm)) {
      found.add(overload === 'default' ? name : `${name}.${overload}`);
    }
  }
  return found;
}

async function publicNames(): Promise<Map<string, string[]>> {
  const url = new URL('overloads.js', generated).href;
  const { overloads } = (await import(url)) as { overloads: Readonly<Record<string, Table>> };
  const names = new Map<string, string[]>();
  for (const [namespace, table] of Object.entries(overloads)) {
    for (const [name, entries] of Object.entries(table)) {
      names.set(`${publicNamespace(namespace)}.${name}`, entries.flat().map(overloadName));
    }
  }
  return names;
}

function publicNamespace(namespace: string): string {
  if (namespace === 'tensor') return 'Tensor';
  return namespace === 'nn' ? 'nn.functional' : namespace;
}

/** Python's 'nn.functional.log_softmax' as ours: 'nn.functional.logSoftmax'. */
export function ourName(pythonName: string): string {
  const at = pythonName.lastIndexOf('.') + 1;
  return pythonName.slice(0, at) + camelCase(pythonName.slice(at));
}
