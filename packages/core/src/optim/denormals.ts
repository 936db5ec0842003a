import { aten } from '../ops/aten.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';

// Note [Averages of parameters that no longer learn]
// The gradient of a ReLU's dead unit is zero for good. Its averages decay until rounding holds them
// among the denormal numbers, which processors calculate with a hundred times slower: in the third
// epoch of the Rossmann lesson the optimiser took two thirds of the time. So on a CPU they are made
// zero now and then. No parameter notices: beside an epsilon of `leastEpsilon` or more, and beside
// any gradient that moves a parameter, such a number is lost in rounding.

/** A sweep takes about as long as a step of the optimiser. */
export const stepsBetweenSweeps = 250;

/** Names of the averages that decay where there is no gradient. */
const decaying: ReadonlySet<string> = new Set([
  'expAvg',
  'expAvgSq',
  'momentumBuffer',
  'squareAvg',
  'gradAvg',
  'accDelta',
]);

/** More than enough above the root of a denormal float32 for it not to show. */
const leastEpsilon = 1e-11;

const smallestNormal: Partial<Record<DType, number>> = {
  float32: 2 ** -126,
  bfloat16: 2 ** -126,
  float64: 2 ** -1022,
};

/**
 * Makes the denormal numbers in the averages of a parameter zero.
 * @param eps what the optimiser adds to a denominator, where it does
 */
export function clearDenormals(state: object, eps: unknown): void {
  if (typeof eps === 'number' && eps < leastEpsilon) return;
  for (const [name, tensor] of Object.entries(state)) {
    // The average of the square must stay above the square of the average.
    const isBound = name === 'squareAvg' && 'gradAvg' in state;
    if (decaying.has(name) && !isBound && tensor instanceof Tensor) clear(tensor);
  }
}

function clear({ device, layout, dtype, handle }: Tensor): void {
  const limit = smallestNormal[dtype];
  if (device !== 'cpu' || layout !== 'strided' || limit === undefined) return;
  aten('hardshrink', 'out')(handle, limit, handle);
}
