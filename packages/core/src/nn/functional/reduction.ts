import type { Reduction } from '../../ops/argumentTypes.js';
import type { Tensor } from '../../tensor/tensor.js';

export type LossReduction = Exclude<Reduction, number>;

export interface ReductionOption {
  /** 'mean' (default), 'sum', or 'none' for one loss an element. */
  reduction?: LossReduction;
}

/** @throws RangeError unless `reduction` is one of `known` */
export function checkReduction(
  owner: string,
  reduction: string,
  known: readonly string[] = ['none', 'mean', 'sum'],
): void {
  if (!known.includes(reduction)) {
    const names = known.map((name) => `'${name}'`).join(', ');
    throw new RangeError(`${owner}: reduction must be one of ${names}, got '${String(reduction)}'`);
  }
}

/** @throws RangeError for an unknown reduction */
export function reduceLoss(owner: string, losses: Tensor, reduction: LossReduction): Tensor {
  checkReduction(owner, reduction);
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? losses.sum() : losses.mean();
}
