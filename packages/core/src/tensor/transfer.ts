import { native } from '@flambeau/native';
import { wrap } from './scope.js';
import type { Tensor } from './tensor.js';

/** A tensor on its way to another thread; `postMessage` takes it as it is. */
export interface TransferableTensor {
  readonly flambeauTensor: bigint;
}

/**
 * Makes a message of a tensor. The thread that gets it claims the tensor, once, with
 * {@link fromTransferable}; both then share the data, nothing is copied. A tensor with autograd
 * history cannot be sent: detach it.
 */
export function toTransferable(tensor: Tensor): TransferableTensor {
  return { flambeauTensor: native.exportTensor(tensor.handle) };
}

/**
 * The tensor of a message from another thread.
 * @throws TypeError for what is no such message.
 * @throws TorchError when it was claimed before.
 */
export function fromTransferable(message: unknown): Tensor {
  const token =
    typeof message === 'object' && message !== null && 'flambeauTensor' in message
      ? message.flambeauTensor
      : undefined;
  if (typeof token !== 'bigint') {
    throw new TypeError('expected a message made by toTransferable()');
  }
  return wrap(native.importTensor(token));
}
