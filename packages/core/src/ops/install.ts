import type { FftFunctions } from '../generated/fftFunctions.js';
import type { LinalgFunctions } from '../generated/linalgFunctions.js';
import type { NestedFunctions } from '../generated/nestedFunctions.js';
import type { NnFunctions } from '../generated/nnFunctions.js';
import { overloads } from '../generated/overloads.js';
import type { SparseFunctions } from '../generated/sparseFunctions.js';
import type { SpecialFunctions } from '../generated/specialFunctions.js';
import type { TorchFunctions } from '../generated/torchFunctions.js';
import { Tensor } from '../tensor/tensor.js';
import { Operator } from './operator.js';
import type { OverloadTable } from './overload.js';

/** Gives `Tensor` the generated methods. What it has by hand stays. */
export function installMethods(): void {
  for (const [name, entries] of Object.entries(overloads.tensor)) {
    if (name in Tensor.prototype) continue;
    const operator = new Operator(name, entries, 'method');
    Object.defineProperty(Tensor.prototype, name, {
      value: methodOf(operator),
      writable: true,
      configurable: true,
    });
  }
}

/** The functions of one namespace. */
export const functions = {
  torch: table<TorchFunctions>(overloads.torch),
  nn: table<NnFunctions>(overloads.nn),
  linalg: table<LinalgFunctions>(overloads.linalg),
  fft: table<FftFunctions>(overloads.fft),
  special: table<SpecialFunctions>(overloads.special),
  sparse: table<SparseFunctions>(overloads.sparse),
  nested: table<NestedFunctions>(overloads.nested),
};

function table<Functions>(entries: OverloadTable): Functions {
  const functions = Object.entries(entries).map(([name, schemas]) => [
    name,
    functionOf(new Operator(name, schemas, 'function')),
  ]);
  return Object.fromEntries(functions) as Functions;
}

function methodOf(operator: Operator) {
  return function (
    this: Tensor,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    ...more: readonly unknown[]
  ): unknown {
    if (more.length === 0) return operator.call(this, a, b, c, d);
    return operator.apply([this, a, b, c, d, ...more]);
  };
}

function functionOf(operator: Operator) {
  return (
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    e: unknown,
    ...more: readonly unknown[]
  ): unknown => {
    if (more.length === 0) return operator.call(a, b, c, d, e);
    return operator.apply([a, b, c, d, e, ...more]);
  };
}
