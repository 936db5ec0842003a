import { native } from '@flambeau/native';
import { mapStructure } from './mapStructure.js';
import { tidy, wrap } from './scope.js';
import { Tensor } from './tensor.js';

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
  if (!isTransferable(message)) {
    throw new TypeError('expected a message made by toTransferable()');
  }
  return wrap(native.importTensor(message.flambeauTensor));
}

/**
 * Makes a message of a structure: the tensors in it, at any depth in arrays, plain objects, Maps
 * and Sets, cross as {@link toTransferable} says; the rest is left for `postMessage` to clone.
 * Each message is for one receiver, {@link unpackTensors} or {@link discardPacked}.
 */
export function packTensors(value: unknown): unknown {
  const packed: TransferableTensor[] = [];
  try {
    return mapStructure(value, (part) => {
      if (!(part instanceof Tensor)) return undefined;
      const message = toTransferable(part);
      packed.push(message);
      return message;
    });
  } catch (error) {
    discardPacked(packed);
    throw error;
  }
}

/** The structure of a message that {@link packTensors} made. Claims its tensors. */
export function unpackTensors(message: unknown): unknown {
  return mapStructure(message, (part) =>
    isTransferable(part) ? fromTransferable(part) : undefined,
  );
}

/** Frees the tensors of a message that nobody will unpack, as far as they are not yet claimed. */
export function discardPacked(message: unknown): void {
  tidy(() => {
    mapStructure(message, (part) => {
      if (!isTransferable(part)) return undefined;
      try {
        fromTransferable(part);
      } catch {
        // Claimed before.
      }
      return part;
    });
  });
}

function isTransferable(value: unknown): value is TransferableTensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'flambeauTensor' in value &&
    typeof value.flambeauTensor === 'bigint'
  );
}
