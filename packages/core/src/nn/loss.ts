import type { Tensor } from '../tensor/tensor.js';
import {
  checkReduction,
  type LossReduction,
  type ReductionOption,
} from './functional/reduction.js';
import { Module } from './module.js';

export type LossInputs = [input: Tensor, target: Tensor];

/** A loss that is reduced to one number, unless told otherwise. */
export abstract class Loss<In extends readonly unknown[] = LossInputs> extends Module<In> {
  readonly reduction: LossReduction;

  /** @throws RangeError for an unknown reduction */
  constructor(options: ReductionOption = {}) {
    super();
    this.reduction = options.reduction ?? 'mean';
    checkReduction(this.constructor.name, this.reduction);
  }
}

export interface WeightOptions extends ReductionOption {
  /** A weight that is kept as a buffer. */
  weight?: Tensor | null;
}

/** A loss whose classes or elements have weights. */
export abstract class WeightedLoss extends Loss {
  /** A buffer. */
  weight: Tensor | null;

  constructor(options: WeightOptions = {}) {
    super(options);
    this.weight = options.weight ?? null;
  }
}
