import { functions } from '../../ops/install.js';
import type { Device, DType } from '../../tensor/dtype.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sameShape, shapeText } from '../shapes.js';
import { handleOf } from './handles.js';

/** A mask that is not there is null or left out. */
export type OptionalMask = Tensor | null | undefined;

/**
 * A mask as numbers that are added to the scores: a boolean mask is -Infinity where it is true.
 * @param dtype of the numbers that a boolean mask becomes
 * @param other a mask that had better be of the same dtype
 * @throws TypeError for a mask that is neither boolean nor floating
 */
export function additiveMask(
  owner: string,
  name: string,
  mask: OptionalMask,
  dtype: DType,
  other: OptionalMask = null,
): Tensor | null {
  if (mask === null || mask === undefined) return null;
  handleOf(owner, name, mask);
  const floating = mask.isFloatingPoint();
  if (mask.dtype !== 'bool' && !floating) {
    throw new TypeError(`${owner}: ${name} must be boolean or floating, got ${mask.dtype}`);
  }
  if (other !== null && other !== undefined && other.dtype !== mask.dtype) {
    process.emitWarning(
      `${owner}: masks of different dtypes are deprecated: ${name} is ${mask.dtype}, the attention mask ${other.dtype}`,
    );
  }
  if (floating) return mask;
  return functions.torch.zerosLike(mask, { dtype }).maskedFill_(mask, Number.NEGATIVE_INFINITY);
}

/** The mask that lets each step see itself and those before: -Infinity above the diagonal, else 0. */
export function causalMask(size: number, options: { device?: Device; dtype?: DType } = {}): Tensor {
  return tidy(() => functions.torch.full([size, size], Number.NEGATIVE_INFINITY, options).triu(1));
}

/**
 * @param mask `[target length, source length]`, or one for each head of each sequence,
 * `[batch · heads, target length, source length]`
 * @returns the mask with 3 dimensions
 * @throws RangeError for another shape
 */
export function fittedMask(
  owner: string,
  mask: Tensor,
  [heads, target, source]: readonly [heads: number, target: number, source: number],
): Tensor {
  const expected = mask.ndim === 2 ? [target, source] : [heads, target, source];
  if (`${mask.shape}` !== `${expected}`) {
    throw new RangeError(
      `${owner}: attnMask must have shape [${target}, ${source}] or [${heads}, ${target}, ${source}], got ${shapeText(mask)}`,
    );
  }
  return mask.ndim === 2 ? mask.unsqueeze(0) : mask;
}

/** Whether `mask` is the causal one of `size` steps. Waits for the device. */
export function isCausalMask(mask: Tensor, size: number): boolean {
  return tidy(() => {
    const { device, dtype } = mask;
    const causal = causalMask(size, { device, dtype });
    return sameShape(mask, causal) && mask.eq(causal).all().item() === true;
  });
}

/** The mask for one more key, which all see. */
export function widened(mask: Tensor | null): Tensor | null {
  return mask === null ? null : functions.nn.pad(mask, [0, 1]);
}

/** The padding as a mask of all heads, added to the attention mask where there is one. */
export function mergedMask(
  owner: string,
  mask: Tensor | null,
  padding: Tensor | null,
  [batch, numHeads, source]: readonly [batch: number, numHeads: number, source: number],
): Tensor | null {
  if (padding === null) return mask;
  if (`${padding.shape}` !== `${[batch, source]}`) {
    throw new RangeError(
      `${owner}: keyPaddingMask must fit ${batch} sequences of ${source} keys, got ${shapeText(padding)}`,
    );
  }
  const expanded = padding
    .view([batch, 1, 1, source])
    .expand([-1, numHeads, -1, -1])
    .reshape([batch * numHeads, 1, source]);
  return mask === null ? expanded : mask.add(expanded);
}
