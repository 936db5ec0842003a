import { calculateFanInAndFanOut, kaimingUniform_, uniform_ } from './init.js';
import type { Parameter } from './parameter.js';

/**
 * Draws the weight, then the bias, from U(-1/sqrt(fanIn), 1/sqrt(fanIn)), in place: what linear
 * layers and convolutions begin with.
 */
export function drawByFanIn(weight: Parameter, bias: Parameter | null): void {
  // With a = sqrt(5), Kaiming's bound is 1 / sqrt(fanIn).
  kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (bias === null) return;
  const { fanIn } = calculateFanInAndFanOut(weight);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  uniform_(bias, -bound, bound);
}
