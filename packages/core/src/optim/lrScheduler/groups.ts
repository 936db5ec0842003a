import { Tensor } from '../../tensor/tensor.js';

/** What schedulers read and write in a group of parameters. */
export interface ScheduledGroup {
  lr: number | Tensor;
  momentum?: number;
  betas?: readonly [number, number];
  /** The learning rate before any scheduler; schedulers add this and what follows. */
  initialLr?: number;
  maxLr?: number;
  minLr?: number;
  baseMomentum?: number;
  maxMomentum?: number;
}

/** Every optimiser whose groups have a learning rate. */
export interface ScheduledOptimizer {
  readonly defaults: object;
  readonly paramGroups: readonly ScheduledGroup[];
}

export function lrsOf({ paramGroups }: ScheduledOptimizer): number[] {
  return paramGroups.map(({ lr }) => (lr instanceof Tensor ? Number(lr.item()) : lr));
}

/** Sets a learning rate; one in a tensor is overwritten in place. */
export function setLr(group: ScheduledGroup, value: number): void {
  if (group.lr instanceof Tensor) group.lr.fill_(value);
  else group.lr = value;
}

/**
 * One value for each group.
 * @throws RangeError for a list of another length
 */
export function perGroup<T>(
  name: string,
  { paramGroups }: ScheduledOptimizer,
  value: T | readonly T[],
): T[] {
  if (!Array.isArray(value)) return paramGroups.map(() => value as T);
  if (value.length !== paramGroups.length) {
    throw new RangeError(
      `${name} must have a value for each of the ${paramGroups.length} groups, got ${value.length}`,
    );
  }
  return [...value];
}

/** @throws RangeError unless the value is a whole number of at least 1 */
export function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a whole number of at least 1, got ${value}`);
  }
}
