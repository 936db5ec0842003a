import { keep } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { ParametrizationList } from './parametrizationList.js';

let cache: Map<ParametrizationList, Tensor> | undefined;

/** The tensor of a list, made once while {@link cached} runs. */
export function currentValue(list: ParametrizationList): Tensor {
  if (cache === undefined) return list.value();
  let value = cache.get(list);
  if (value === undefined) {
    value = keep(list.value());
    cache.set(list, value);
  }
  return value;
}

/**
 * Runs `fn`, in which every parametrized tensor is computed once, however often it is used. These
 * tensors are freed at the end, so that `fn` must not give them out; their gradients are not.
 */
export function cached<T>(fn: () => T): T {
  if (cache !== undefined) return fn();
  const values = new Map<ParametrizationList, Tensor>();
  cache = values;
  try {
    return fn();
  } finally {
    cache = undefined;
    for (const value of values.values()) value.dispose();
  }
}
