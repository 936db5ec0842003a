import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import type { DType } from '../tensor/dtype.js';

// Note [Averages of parameters that no longer learn]
// The gradient of a ReLU's dead unit is zero for good. Its averages decay until rounding holds them
// among the denormal numbers, which processors calculate with a hundred times slower: in the third
// epoch of the Rossmann lesson the optimiser took two thirds of the time. So on a CPU they are made
// zero now and then. No parameter notices: beside an epsilon of `leastEpsilon` or more, and beside
// any gradient that moves a parameter, such a number is lost in rounding.

/** A sweep takes about as long as a step of the optimiser. */
export const stepsBetweenSweeps = 250;

/** More than enough above the root of a denormal float32 for it not to show. */
const leastEpsilon = 1e-11;

const smallestNormal: Partial<Record<DType, number>> = {
  float32: 2 ** -126,
  bfloat16: 2 ** -126,
  float64: 2 ** -1022,
};

/** Averages that may be swept, where the denominator they go into has this epsilon. */
export function unlessTiny<Name>(eps: number, averages: readonly Name[]): readonly Name[] {
  return eps >= leastEpsilon ? averages : [];
}

/** Makes the denormal numbers of tensors zero. */
export function clearDenormals(tensors: readonly Handle[], dtype: DType): void {
  const limit = smallestNormal[dtype];
  if (limit === undefined) return;
  for (const tensor of tensors) aten('hardshrink', 'out')(tensor, limit, tensor);
}
