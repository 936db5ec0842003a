import type { Tensor } from '../../tensor/tensor.js';
import type { Direction } from '../metric.js';

/**
 * Declares which values of a metric function are the better ones, for the callbacks that look for
 * improvement: `declareDirection('max', function iou(pred, target) { … })`.
 * @returns the function itself
 */
export function declareDirection<Fn extends (...args: never[]) => Tensor | number>(
  direction: Direction,
  fn: Fn,
): Fn & { readonly direction: Direction } {
  return Object.assign(fn, { direction });
}
