import { perGroup, type ScheduledGroup, type ScheduledOptimizer } from './groups.js';

/** The momentum is high while the learning rate is low, and the other way round. */
export interface MomentumCycle {
  /** Default true; needs an optimiser with momentum or betas. */
  cycleMomentum?: boolean;
  /** The momentum at the highest learning rate; one for all groups or one for each. */
  baseMomentum?: number | readonly number[];
  /** The momentum at the lowest learning rate. */
  maxMomentum?: number | readonly number[];
}

/** Sets the momentum, in Adam and its like the first of the betas. */
export function setMomentum(group: ScheduledGroup, value: number): void {
  if (group.betas !== undefined) group.betas = [value, group.betas[1]];
  else group.momentum = value;
}

/**
 * Puts the bounds into the groups, which begin with the highest momentum.
 * @throws RangeError when the optimiser has no momentum
 */
export function beginMomentumCycle(
  optimizer: ScheduledOptimizer,
  baseMomentum: number | readonly number[],
  maxMomentum: number | readonly number[],
): { useBeta1: boolean; baseMomentums: number[]; maxMomentums: number[] } {
  const { defaults } = optimizer;
  if (!('momentum' in defaults || 'betas' in defaults)) {
    throw new RangeError('cycleMomentum needs an optimizer with momentum or betas');
  }
  const baseMomentums = perGroup('baseMomentum', optimizer, baseMomentum);
  const maxMomentums = perGroup('maxMomentum', optimizer, maxMomentum);
  for (const [i, group] of optimizer.paramGroups.entries()) {
    group.baseMomentum = baseMomentums[i] as number;
    group.maxMomentum = maxMomentums[i] as number;
    setMomentum(group, group.maxMomentum);
  }
  return { useBeta1: 'betas' in defaults, baseMomentums, maxMomentums };
}
