import { Adam, type AdamOptions } from './adam.js';
import type { Params, SavedOptimizerState } from './optimizer.js';

export type AdamWOptions = Omit<AdamOptions, 'decoupledWeightDecay'>;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): p <- p (1 - lr weightDecay), then
 * the step of {@link Adam} on the bare gradient.
 */
export class AdamW extends Adam {
  /** Defaults: as for {@link Adam}, but weightDecay 0.01. */
  constructor(params: Params<AdamOptions>, options: Partial<AdamWOptions> = {}) {
    const { weightDecay = 0.01 } = options;
    super(params, { ...options, weightDecay, decoupledWeightDecay: true });
  }

  override loadStateDict(dict: SavedOptimizerState): void {
    super.loadStateDict(dict);
    for (const group of this.paramGroups) group.decoupledWeightDecay = true;
  }
}
