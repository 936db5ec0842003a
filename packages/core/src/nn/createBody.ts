import { Sequential } from './container.js';
import type { AnyModule, Module } from './module.js';

/** Where a model's body ends: before this child, counted as in `slice`; or what makes the body. */
export type BodyCut = number | ((model: AnyModule) => Module);

/**
 * The part of a model that finds features: its children before the cut, as a sequence. Without a
 * cut it ends before the last child with a pooling layer in it.
 * @throws RangeError when there is no such child
 */
export function createBody(model: AnyModule, cut?: BodyCut): Module {
  if (typeof cut === 'function') return cut(model);
  const children = [...model.children()] as Module[];
  const end = cut ?? children.findLastIndex(hasPool);
  if (cut === undefined && end < 0) {
    throw new RangeError(`${model.constructor.name} has no pooling layer: give the cut`);
  }
  return new Sequential(...children.slice(0, end));
}

/** By name, as fast.ai does, so that a user's own pooling layers count too. */
function hasPool(module: AnyModule): boolean {
  if (/Pool\d?d?$/.test(module.constructor.name)) return true;
  for (const child of module.children()) if (hasPool(child)) return true;
  return false;
}
