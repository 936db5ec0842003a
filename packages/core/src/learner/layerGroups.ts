import { isBatchNorm } from '../nn/batchnorm.js';
import { flattenModel } from '../nn/flattenModel.js';
import { type AnyModule, Module } from '../nn/module.js';

/** Leaf modules that are frozen together and share a learning rate. */
export type LayerGroup = readonly AnyModule[];

/** Where groups begin: at these modules; or the groups themselves. */
export type SplitPoints = AnyModule | readonly AnyModule[] | readonly LayerGroup[];

/**
 * The leaf modules of `model`, cut before the first leaf of each of `points`. Groups are taken as
 * they are given, but for their modules' leaves in the place of those modules.
 * @throws RangeError for points that are not in the model, or not in its order
 */
export function splitModel(model: AnyModule, points: SplitPoints): readonly LayerGroup[] {
  if (points instanceof Module) return cutAt(flattenModel(model), [points]);
  if (areGroups(points)) return points.map((group) => group.flatMap(flattenModel));
  return cutAt(flattenModel(model), points as readonly AnyModule[]);
}

function areGroups(points: readonly unknown[]): points is readonly LayerGroup[] {
  return points.length > 0 && points.every((point) => Array.isArray(point));
}

function cutAt(leaves: readonly AnyModule[], points: readonly AnyModule[]): LayerGroup[] {
  const cuts = points.map((point, i) => {
    const cut = point instanceof Module ? leaves.indexOf(flattenModel(point)[0] as AnyModule) : -1;
    if (cut < 0) throw new RangeError(`split point ${i} is not a module of the model`);
    return cut;
  });
  const starts = cuts[0] === 0 ? cuts : [0, ...cuts];
  return starts.map((start, i) => {
    const end = starts[i + 1] ?? leaves.length;
    if (start >= end) {
      throw new RangeError(`split points must be in the model's order, got leaves ${cuts}`);
    }
    return leaves.slice(start, end);
  });
}

/**
 * Lets the groups from number `first` on be trained, and freezes those before; a negative number
 * counts from the end.
 * @param trainBn leaves batch-norm layers of frozen groups as they are
 * @throws RangeError for a number that is not one of a group
 */
export function freezeGroups(groups: readonly LayerGroup[], first: number, trainBn: boolean): void {
  if (!Number.isInteger(first) || Math.abs(first) > groups.length) {
    throw new RangeError(
      `the first group to train must be a whole number from -${groups.length} to ` +
        `${groups.length}, got ${first}`,
    );
  }
  const begin = first < 0 ? groups.length + first : first;
  for (const [i, group] of groups.entries()) {
    for (const module of group) {
      if (i >= begin) module.requiresGrad_(true);
      else if (!(trainBn && isBatchNorm(module))) module.requiresGrad_(false);
    }
  }
}
