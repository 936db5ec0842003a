import { native } from '@flambeau/native';
import { functions } from '../ops/install.js';
import { tensor as copyOf } from '../tensor/create.js';
import { itemSize } from '../tensor/elements.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ByteSource } from './byteSource.js';

/**
 * Tensors pass between memory and files in chunks of so many bytes: the whole of a large one is
 * more than a JavaScript buffer can hold. A multiple of every element's size.
 */
const CHUNK = 2 ** 24;

/**
 * All bytes of a source as a tensor of uint8 on the CPU.
 * @param prepare changes each chunk before it is taken
 */
export function readTensor(
  source: ByteSource,
  prepare: (chunk: Uint8Array<ArrayBuffer>) => void = () => {},
): Tensor {
  const { size } = source;
  return tidy(() => {
    const bytes = functions.torch.empty([size], { dtype: 'uint8' });
    for (let done = 0; done < size; done += CHUNK) {
      const chunk = source.read(done, Math.min(CHUNK, size - done));
      prepare(chunk);
      tidy(() => void bytes.narrow(0, done, chunk.byteLength).copy_(copyOf(chunk)));
    }
    return bytes;
  });
}

/** The bytes of a dense tensor's elements, in row-major order. */
export function* tensorBytes(tensor: Tensor): Generator<Uint8Array> {
  const perChunk = CHUNK / itemSize(tensor.dtype);
  const count = tensor.numel();
  if (count <= perChunk) {
    yield new Uint8Array(native.toArrayBuffer(tensor.handle));
    return;
  }
  const flat = tidy(() => tensor.detach().reshape([-1]));
  try {
    for (let done = 0; done < count; done += perChunk) {
      const length = Math.min(perChunk, count - done);
      yield tidy(() => new Uint8Array(native.toArrayBuffer(flat.narrow(0, done, length).handle)));
    }
  } finally {
    flat.dispose();
  }
}
