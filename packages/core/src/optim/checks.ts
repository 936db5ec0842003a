import { Tensor } from '../tensor/tensor.js';

/** @throws RangeError unless 0 <= value < below */
export function requireInRange(
  name: string,
  value: number,
  below = Number.POSITIVE_INFINITY,
): void {
  if (!(value >= 0 && value < below)) {
    const range =
      below === Number.POSITIVE_INFINITY ? 'at least 0' : `at least 0 and below ${below}`;
    throw new RangeError(`${name} must be ${range}, got ${value}`);
  }
}

/** @throws RangeError unless `value` is above 0 */
export function requirePositive(name: string, value: number): void {
  if (!(value > 0)) throw new RangeError(`${name} must be above 0, got ${value}`);
}

/** Checks two decays of running averages. */
export function requireBetas(betas: readonly [number, number]): void {
  requireInRange('betas[0]', betas[0], 1);
  requireInRange('betas[1]', betas[1], 1);
}

/** @throws RangeError for a learning rate below 0, or a tensor of several */
export function requireLr(lr: number | Tensor): void {
  if (!(lr instanceof Tensor)) requireInRange('lr', lr);
  else if (lr.numel() !== 1) {
    throw new RangeError(`a tensor lr must have one element, got ${lr.numel()}`);
  }
}
