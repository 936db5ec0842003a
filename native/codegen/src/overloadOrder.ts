import type { Overload } from './publicApi.js';
import type { SchemaType } from './schema.js';

/**
 * Orders overloads as PyTorch tries them: of two that differ in one argument, the one that takes
 * a Tensor goes before the one that takes a Scalar, an int before an int list, and a list of
 * tensors after other lists. Everything else keeps the order of the yaml.
 */
export function inOrderOfChoice(overloads: readonly Overload[]): Overload[] {
  const rest = [...overloads];
  const ordered: Overload[] = [];
  while (rest.length > 0) {
    const next = rest.findIndex((o) => !rest.some((other) => goesBefore(other, o)));
    ordered.push(...rest.splice(Math.max(next, 0), 1));
  }
  return ordered;
}

function goesBefore(a: Overload, b: Overload): boolean {
  const left = a.schema.parameters;
  const right = b.schema.parameters;
  if (left.length !== right.length) return false;
  let before = false;
  for (const [i, parameter] of left.entries()) {
    const other = right[i];
    if (other === undefined) return false;
    if (isTriedBefore(parameter.type, other.type)) before = true;
    else if (typeText(parameter.type) !== typeText(other.type)) return false;
  }
  return before;
}

function isTriedBefore(a: SchemaType, b: SchemaType): boolean {
  if (a.list !== b.list) return a.base === 'int' && b.base === 'int' && !a.list;
  if (a.list) return b.base === 'Tensor' && a.base !== 'Tensor';
  return a.base === 'Tensor' && b.base === 'Scalar' && a.optional === b.optional;
}

function typeText(type: SchemaType): string {
  return `${type.base}${type.list ? '[]' : ''}${type.optional ? '?' : ''}`;
}
