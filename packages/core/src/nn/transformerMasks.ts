import type { Tensor } from '../tensor/tensor.js';
import { isCausalMask, type OptionalMask } from './functional/attentionMasks.js';

/**
 * Whether a mask is the causal one: what `given` says, else what the mask shows.
 * @param input `[length, *]`, or `[batch, length, *]` where it is `batchFirst` and has 3 dimensions
 */
export function causalHint(
  mask: OptionalMask,
  given: boolean | null | undefined,
  input: Tensor,
  batchFirst: boolean,
): boolean {
  if (given !== null && given !== undefined) return given;
  if (mask === null || mask === undefined) return false;
  return isCausalMask(mask, input.size(input.ndim === 3 && batchFirst ? 1 : 0));
}
