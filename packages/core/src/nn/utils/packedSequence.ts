import { inspect } from 'node:util';
import { functions } from '../../ops/install.js';
import type { Device, DType } from '../../tensor/dtype.js';
import { type TensorHolder, tensorsOf, tidy } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';

/** The inverse of a permutation, int64 `[n]`; null for null. */
export function invertPermutation(permutation: Tensor): Tensor;
export function invertPermutation(permutation: Tensor | null): Tensor | null;
export function invertPermutation(permutation: Tensor | null): Tensor | null {
  if (permutation === null) return null;
  return tidy(() => {
    const { dtype, device } = permutation;
    const places = functions.torch.arange(0, permutation.numel(), { dtype, device });
    return functions.torch.emptyLike(permutation).scatter_(0, permutation, places);
  });
}

/**
 * Sequences of different lengths without padding, step by step: the first elements of all
 * sequences, longest first, then the second elements of those that have one, and so on. Made by
 * `packSequence` and `packPaddedSequence`; all recurrent layers take and give it.
 *
 * What a layer gives shares all but the data with what it was given.
 */
export class PackedSequence implements Disposable, TensorHolder {
  /** `[elements of all sequences, *]` */
  readonly data: Tensor;
  /** How many sequences have each step, int64 `[longest length]` on the CPU. */
  readonly batchSizes: Tensor;
  /** Where each sequence stood before they were sorted, int64 `[batch]`; null: they were sorted. */
  readonly sortedIndices: Tensor | null;
  /** The inverse of `sortedIndices`. */
  readonly unsortedIndices: Tensor | null;

  /**
   * @param unsortedIndices computed unless it is given
   * @throws TypeError unless `data` and `batchSizes` are tensors
   * @throws RangeError for batch sizes that are not on the CPU
   */
  constructor(
    data: Tensor,
    batchSizes: Tensor,
    sortedIndices: Tensor | null = null,
    unsortedIndices: Tensor | null = null,
  ) {
    for (const [name, value] of Object.entries({ data, batchSizes })) {
      if (!(value instanceof Tensor)) {
        throw new TypeError(`PackedSequence: ${name} must be a Tensor, got ${inspect(value)}`);
      }
    }
    if (batchSizes.device !== 'cpu') {
      throw new RangeError(
        `PackedSequence: batchSizes must be on the CPU, got them on ${batchSizes.device}`,
      );
    }
    this.data = data;
    this.batchSizes = batchSizes;
    this.sortedIndices = sortedIndices;
    this.unsortedIndices = unsortedIndices ?? invertPermutation(sortedIndices);
  }

  /**
   * The same with its data of another device or dtype; this one when nothing changes. The indices
   * move along, the batch sizes stay on the CPU.
   */
  to(target: Device | DType | { device?: Device; dtype?: DType }): PackedSequence {
    return tidy(() => {
      const data =
        typeof target === 'string' ? this.data.to(target as Device) : this.data.to(target);
      if (data === this.data) return this;
      const { device } = data;
      return new PackedSequence(
        data,
        this.batchSizes,
        this.sortedIndices?.to(device),
        this.unsortedIndices?.to(device),
      );
    });
  }

  cpu(): PackedSequence {
    return this.to('cpu');
  }

  /** @param index which GPU; the current one unless given */
  cuda(index?: number): PackedSequence {
    return this.to(index === undefined ? 'cuda' : `cuda:${index}`);
  }

  *[tensorsOf](): Generator<Tensor> {
    yield this.data;
    yield this.batchSizes;
    if (this.sortedIndices !== null) yield this.sortedIndices;
    if (this.unsortedIndices !== null) yield this.unsortedIndices;
  }

  dispose(): void {
    for (const tensor of this[tensorsOf]()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Equal to PyTorch's `repr`. */
  toString(): string {
    const { data, batchSizes, sortedIndices, unsortedIndices } = this;
    const indices = `sorted_indices=${sortedIndices ?? 'None'}, unsorted_indices=${unsortedIndices ?? 'None'}`;
    return `PackedSequence(data=${data}, batch_sizes=${batchSizes}, ${indices})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
