import { inspect } from 'node:util';
import type { Handle } from '@flambeau/native';
import { Tensor } from '../../tensor/tensor.js';

/** @throws TypeError unless the argument `name` of `owner` is a tensor */
export function handleOf(owner: string, name: string, tensor: Tensor): Handle {
  if (!(tensor instanceof Tensor)) {
    throw new TypeError(`${owner}: ${name} must be a Tensor, got ${inspect(tensor, { depth: 0 })}`);
  }
  return tensor.handle;
}

export function optionalHandle(
  owner: string,
  name: string,
  tensor: Tensor | null | undefined,
): Handle | null {
  return tensor === null || tensor === undefined ? null : handleOf(owner, name, tensor);
}
